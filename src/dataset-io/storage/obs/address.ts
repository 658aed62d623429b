import { createHash } from 'node:crypto';
import { StorageError } from '../../../model/index.js';
import { parseLocation } from '../uri.js';
import { isWorkFile } from '../work-files.js';
import type { ObjectName } from './wire.js';

/** A path of object storage in its parts. The key is verbatim: `//` and `..` are ordinary text in it. */
export interface ObsAddress extends ObjectName {
  /** As the caller gave it. */
  readonly path: string;
  /** `obs://bucket/`, in the caller's spelling: with a key behind it, it is a path again. */
  readonly head: string;
}

/** @throws StorageError `BadAddress` when the path is not one of object storage, or has no bucket */
export function obsAddress(path: string): ObsAddress {
  const location = parseLocation(path);
  if (location.kind !== 'obs') {
    throw new StorageError('BadAddress', `${path} is not a path in object storage`, {
      path,
      hint: 'Write it as obs://bucket/key.',
    });
  }
  const { scheme, bucket, key } = location;
  if (bucket === '') {
    throw new StorageError('BadAddress', `${path} has no bucket`, {
      path,
      hint: `Write it as ${scheme}://bucket/key.`,
    });
  }
  return { path, bucket, key, head: `${scheme}://${bucket}/` };
}

/** True when the text can only mean a directory: a bucket, or a key that ends with a slash. */
export function isDirectoryKey(key: string): boolean {
  return key === '' || key.endsWith('/');
}

/** The prefix of everything in a directory. */
export function prefixOf(key: string): string {
  return isDirectoryKey(key) ? key : `${key}/`;
}

const maxKeyBytes = 1024;

/** The key of the lock that guards rewriting a key: a hidden name beside it. */
export function lockKeyOf(key: string): string {
  const slash = key.lastIndexOf('/') + 1;
  const full = `${key.slice(0, slash)}.${key.slice(slash)}.labelkit-lock`;
  if (Buffer.byteLength(full) <= maxKeyBytes) return full;
  const short = createHash('sha256').update(key).digest('hex').slice(0, 24);
  return `.labelkit-${short}.labelkit-lock`;
}

/** True for keys that only writers use. */
export function isWorkKey(key: string): boolean {
  return isWorkFile(key.slice(key.lastIndexOf('/') + 1));
}
