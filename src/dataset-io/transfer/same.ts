import { createHash } from 'node:crypto';
import { sameContent } from '../storage/index.js';
import { defaultPartBytes, partBytesAt } from '../storage/obs/index.js';
import type { KnownFile, Task } from './plan.js';

/**
 * True when the target has the bytes of the source already: the sizes are equal, and the ETag of the one is that of the
 * other's content. An ETag that is no digest of the content (of an appended or encrypted object) makes it false, and
 * the file is copied again.
 */
export async function isThere({ from, to, there }: Task, signal: AbortSignal | undefined): Promise<boolean> {
  if (there === undefined || there.size !== from.size) return false;
  if (from.etag !== undefined && there.etag !== undefined) return from.etag === there.etag;
  if (from.etag !== undefined) return await hasEtag(to.storage.openRead(to.path, { signal }), from);
  if (there.etag !== undefined) return await hasEtag(from.storage.openRead(from.path, { signal }), there);
  return await sameContent(from, to, signal);
}

/** MD5 of the content, or the MD5 of its parts' MD5s with their number, cut as this package cuts its uploads. */
async function hasEtag(chunks: AsyncIterable<Uint8Array>, { size, etag = '' }: KnownFile): Promise<boolean> {
  const plain = /^[0-9a-f]{32}$/i.test(etag);
  const parts = /^[0-9a-f]{32}-(\d+)$/i.exec(etag);
  if (!plain && (parts === null || partsOf(size) !== Number(parts[1]))) return false;
  const digests: Buffer[] = [];
  let hash = createHash('md5');
  let room = plain ? Number.POSITIVE_INFINITY : partBytesAt(1, defaultPartBytes);
  for await (const chunk of chunks) {
    let rest = chunk;
    while (rest.length > room) {
      digests.push(hash.update(rest.subarray(0, room)).digest());
      rest = rest.subarray(room);
      hash = createHash('md5');
      room = partBytesAt(digests.length + 1, defaultPartBytes);
    }
    hash.update(rest);
    room -= rest.length;
  }
  const last = hash.digest();
  if (plain) return last.toString('hex') === etag.toLowerCase();
  const all = createHash('md5').update(Buffer.concat([...digests, last]));
  return `${all.digest('hex')}-${digests.length + 1}` === etag.toLowerCase();
}

/** Parts of an upload of so many bytes. */
function partsOf(size: number): number {
  let number = 1;
  for (let rest = size; rest > partBytesAt(number, defaultPartBytes); number++)
    rest -= partBytesAt(number, defaultPartBytes);
  return number;
}
