import { Content } from './content.js';
import { ObsError } from './errors.js';
import { type Exchange, quoted, type Reply } from './exchange.js';
import { worm } from './objects.js';
import { combinedEtag, type StoredObject } from './store.js';

/** POST ?append. The order of the checks is that of the documents: kind of object, then position, then size. */
export function appendObject(exchange: Exchange): Reply {
  const { bucket, key, body, settings, store } = exchange;
  const position = exchange.integer('position', 0);
  const current = bucket.get(key);
  exchange.checkWriteConditions(current);
  if (bucket.pfs) {
    if (settings.pfsAppend === 405)
      throw new ObsError(405, 'FsNotSupport', 'A parallel file system does not support this operation.');
    throw notAppendable('Objects of a parallel file system cannot be appended to.');
  }
  if (bucket.worm) throw worm();
  if (bucket.replicated)
    throw new ObsError(400, 'OperationNotSupported', 'Append is not supported in buckets with replication.');
  const kept = exchange.kept();
  if ((current?.storageClass ?? kept.storageClass) === 'COLD') throw notAppendable('The object is archived.');
  if (current && !current.pieces) throw notAppendable('The object is not appendable.');
  const length = current?.content.size ?? 0;
  if (position !== length)
    throw new ObsError(
      409,
      'PositionNotEqualToLength',
      'Position is not equal to the length of the object.',
      {
        elements: { Position: String(position), Length: String(length) },
      },
    );
  const before = current?.pieces ?? [];
  if (before.length >= settings.appendLimit)
    throw notAppendable(`The object was appended to ${settings.appendLimit} times.`);
  const end = length + body.content.size;
  if (end > settings.maxObjectBytes)
    throw new ObsError(400, 'AppendTooLarge', 'The appended object would exceed the largest size.');
  const pieces = [...before, Buffer.from(body.md5, 'hex')];
  bucket.set(key, {
    content: current ? Content.join([current.content, body.content]) : body.content,
    etag: etagOf(exchange, current, pieces),
    modified: exchange.now,
    order: store.nextOrder(),
    // Only the first append says what the object is.
    headers: current?.headers ?? kept.headers,
    metadata: current?.metadata ?? kept.metadata,
    storageClass: current?.storageClass ?? kept.storageClass,
    pieces,
  });
  return { status: 200, headers: { etag: quoted(body.md5), ...exchange.nextPosition(end) } };
}

const notAppendable = (message: string): ObsError => new ObsError(409, 'ObjectNotAppendable', message);

/** The ETag of the object, which is not the one in the answer: that is the MD5 of the piece. */
function etagOf(
  { settings, body }: Exchange,
  current: StoredObject | undefined,
  pieces: readonly Buffer[],
): string {
  switch (settings.appendableEtag) {
    case 'pieces':
      return combinedEtag(pieces);
    case 'last-piece':
      return body.md5;
    case 'constant':
      return current?.etag ?? body.md5;
  }
}
