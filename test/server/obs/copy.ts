import type { Content } from './content.js';
import { invalidArgument, noSuchKey, ObsError, preconditionFailed } from './errors.js';
import { type Exchange, judgeConditions, quoted, type Reply } from './exchange.js';
import { worm } from './objects.js';
import { isDirectoryKey, prepareFile } from './pfs.js';
import type { StoredObject } from './store.js';

/** The object that a copy starts from, and the bytes of it that are asked for. Throws 404, 412, 400. */
export function copySource(exchange: Exchange): { readonly object: StoredObject; readonly content: Content } {
  const named = exchange.own('copy-source') ?? '';
  const parts = /^\/?([^/]+)\/(.+)$/s.exec(decoded(named.replace(/\?.*$/, '')) ?? '');
  if (!parts) throw invalidArgument(`The copy source must be /bucket/key, percent-encoded: ${named}`);
  const [, bucketName, key] = parts as unknown as [string, string, string];
  if (exchange.body.content.size > 0)
    throw new ObsError(400, 'MaxMessageLengthExceeded', 'A copy has no body.');
  const bucket = exchange.store.bucket(bucketName);
  const object = bucket.get(key);
  if (!object || isDirectoryKey(bucket, key)) throw noSuchKey();
  const prefix = `${exchange.prefix}copy-source-if-`;
  const verdict = judgeConditions(
    exchange.request.headers,
    {
      match: `${prefix}match`,
      noneMatch: `${prefix}none-match`,
      modifiedSince: `${prefix}modified-since`,
      unmodifiedSince: `${prefix}unmodified-since`,
    },
    object,
  );
  if (verdict) throw preconditionFailed(`${exchange.prefix}copy-source-${verdict.failed}`);
  const range = exchange.own('copy-source-range');
  const { size } = object.content;
  if (range === undefined) return { object, content: object.content };
  const ends = /^bytes=(\d+)-(\d+)$/.exec(range);
  const start = Number(ends?.[1]);
  const end = Number(ends?.[2]);
  if (!(start <= end && end < size))
    throw invalidArgument(`The range is not within the ${size} bytes of the source: ${range}`);
  return { object, content: object.content.slice(start, end + 1) };
}

/** All of it, as some clients encode the slash after the bucket too; undefined for what cannot be decoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A copy is a Normal object, whatever its source was. */
export async function copyObject(exchange: Exchange): Promise<Reply> {
  const { bucket, key, settings } = exchange;
  const { object, content } = copySource(exchange);
  if (content.size > settings.maxPutBytes)
    throw new ObsError(
      400,
      'EntityTooLarge',
      `A copy of one request has at most ${settings.maxPutBytes} bytes.`,
    );
  const directive = exchange.own('metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE')
    throw invalidArgument(`The metadata directive must be COPY or REPLACE: ${directive}`);
  const etag = object.etag.includes('-') || object.pieces ? await content.md5() : object.etag;
  const current = bucket.get(key);
  if (bucket.worm && current) throw worm();
  if (bucket.pfs) prepareFile(exchange.store, bucket, key, exchange.now);
  const kept = exchange.kept();
  bucket.set(key, {
    content,
    etag,
    modified: exchange.now,
    order: exchange.store.nextOrder(),
    headers: directive === 'COPY' ? object.headers : kept.headers,
    metadata: directive === 'COPY' ? object.metadata : kept.metadata,
    storageClass: kept.storageClass,
  });
  return exchange.xml('CopyObjectResult', [
    ['LastModified', new Date(exchange.now).toISOString()],
    ['ETag', quoted(etag)],
  ]);
}
