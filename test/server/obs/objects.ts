import { notKept } from './content.js';
import { invalidArgument, noSuchKey, ObsError, preconditionFailed } from './errors.js';
import { type Exchange, judgeConditions, quoted, type Reply } from './exchange.js';
import { prepareFile, removeFile, seeFile } from './pfs.js';
import type { StoredObject } from './store.js';

export function putObject(exchange: Exchange): Reply {
  const { bucket, key, body, store } = exchange;
  const current = bucket.get(key);
  exchange.checkWriteConditions(current);
  if (bucket.worm && current) throw worm();
  if (bucket.pfs) {
    if (key.endsWith('/') && body.content.size > 0) throw invalidArgument('A directory has no content.');
    prepareFile(store, bucket, key, exchange.now);
  }
  bucket.set(key, {
    content: body.content,
    etag: body.md5,
    modified: exchange.now,
    order: store.nextOrder(),
    ...exchange.kept(),
  });
  return { status: 200, headers: { etag: quoted(body.md5) } };
}

export function getObject(exchange: Exchange): Reply {
  const { bucket, key, settings } = exchange;
  const object = bucket.pfs ? seeFile(bucket, key) : bucket.read(key);
  if (!object) throw noSuchKey();
  const unchanged = checkReadConditions(exchange, object);
  if (unchanged) return unchanged;
  if (!object.content.kept) throw notKept();
  const headers = exchange.describe(object);
  for (const name of overridable) {
    const value = exchange.query(`response-${name}`);
    if (value !== undefined) headers[name] = value;
  }
  const { size } = object.content;
  const asked = settings.ranges === 'ignored' ? undefined : exchange.header('range');
  const range = asked === undefined ? 'whole' : parseRange(asked, size);
  if (range === 'unsatisfiable' && settings.ranges === 'standard')
    throw new ObsError(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
      elements: { RangeRequested: asked!, ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    });
  if (typeof range === 'string') return { status: 200, headers, body: object.content };
  headers['content-range'] = `bytes ${range.start}-${range.end}/${size}`;
  return { status: 206, headers, body: object.content.slice(range.start, range.end + 1) };
}

export function headObject(exchange: Exchange): Reply {
  const { bucket, key } = exchange;
  const object = bucket.pfs ? seeFile(bucket, key) : bucket.read(key);
  if (!object) throw noSuchKey();
  const unchanged = exchange.settings.conditionalHead ? checkReadConditions(exchange, object) : undefined;
  return unchanged ?? { status: 200, headers: exchange.describe(object), body: object.content };
}

/** The 304 that the conditions ask for, or undefined. Throws PreconditionFailed. */
function checkReadConditions(exchange: Exchange, object: StoredObject): Reply | undefined {
  const verdict = judgeConditions(
    exchange.request.headers,
    {
      match: 'if-match',
      noneMatch: 'if-none-match',
      modifiedSince: 'if-modified-since',
      unmodifiedSince: 'if-unmodified-since',
    },
    object,
  );
  if (!verdict) return undefined;
  if (!verdict.notModified) throw preconditionFailed(verdict.failed);
  const { etag, 'last-modified': modified } = exchange.describe(object);
  return { status: 304, headers: { etag: etag!, 'last-modified': modified! } };
}

const overridable = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

/** One `bytes=` range, ends included. What is no single range counts as none, as HTTP says. */
function parseRange(
  header: string,
  size: number,
): { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable' {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!parts || (parts[1] === '' && parts[2] === '')) return 'whole';
  const [, first, last] = parts as unknown as [string, string, string];
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

export function deleteObject(exchange: Exchange): Reply {
  remove(exchange, exchange.key);
  return { status: 204 };
}

/** Removes one object; a missing one is as good. */
export function remove({ bucket }: Exchange, key: string): void {
  if (bucket.worm && bucket.get(key)) throw worm();
  if (bucket.pfs) removeFile(bucket, key);
  else bucket.delete(key);
}

export const worm = (): ObsError =>
  new ObsError(403, 'AccessDenied', 'The object you specified is immutable.');
