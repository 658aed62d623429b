import { LabelkitError, StorageError } from '../model/index.js';
import { isAboutTheFile } from './file-errors.js';
import { readBytes } from './read-bytes.js';
import { openable } from './references.js';
import { resolveReference } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

/** A file as a sample names it. */
export interface ReferencedFile extends Places {
  readonly source: string;
  /** The directory that a relative reference is taken from. */
  readonly base: string;
  /** A directory that references may not leave; default: none. */
  readonly root?: string | undefined;
  /** Larger files are refused, unread; default 256 MiB. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultMaxBytes = 256 * 1024 * 1024;

/**
 * The bytes of a file, or why there are none: not there, not readable, too large, no file at all.
 *
 * @throws LabelkitError for what would meet every file: no network, wrong keys, an abort
 */
export async function readReferenced({
  source,
  base,
  root,
  maxBytes = defaultMaxBytes,
  signal,
  ...places
}: ReferencedFile): Promise<Buffer | LabelkitError> {
  try {
    const location = resolveReference(source, base, { root });
    if (location.kind === 'content' || location.kind === 'stdio')
      return new LabelkitError('Unsupported', 'the sample is no file', { path: source });
    const path = openable(location);
    const storage = storageOf(path, places);
    const stat = await storage.stat(path, { signal });
    if (stat?.kind === 'file' && stat.size > maxBytes) {
      const message = `${path} has ${stat.size} bytes, more than the ${maxBytes} that are read`;
      return new StorageError('Unsupported', message, { path });
    }
    return await readBytes(storage, path, signal, maxBytes + 1);
  } catch (error) {
    if (isAboutTheFile(error)) return error;
    throw error;
  }
}
