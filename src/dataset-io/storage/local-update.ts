import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError, throwIfAborted } from '../../model/index.js';
import type { AbandonedFiles } from './abandoned.js';
import { ioError } from './io-error.js';
import { writeAll } from './local-file.js';
import { renewLocked } from './local-renew.js';
import { findTarget } from './local-target.js';
import { statLocal } from './local-write.js';
import { withLock } from './lock.js';
import type { FileChange, StorageStat, UpdateOptions } from './storage.js';
import { lockFor } from './work-files.js';

/** See `Storage.update`. */
export async function updateLocal(
  path: string,
  change: FileChange,
  { waitMs = 0, signal }: UpdateOptions,
  abandoned: AbandonedFiles,
): Promise<StorageStat> {
  throwIfAborted(signal);
  let failure: { readonly error: unknown } | undefined;
  const changeOfCaller: FileChange = (before) => {
    try {
      return change(before);
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  try {
    const { real } = await findTarget(path);
    await abandoned.removeFrom(dirname(real));
    return await withLock(lockFor(real), { path, waitMs, signal }, async (lock) => {
      // Looked at again: another writer may have been at it until the lock was ours.
      const { existing } = await findTarget(real);
      if (existing?.kind === 'stream')
        throw new StorageError('Unsupported', `${path} is a stream, and cannot be made anew`, { path });
      const before = existing === undefined ? undefined : await readFile(real);
      const after = changeOfCaller(before);
      if (before !== undefined && after === before) return await statLocal(path, real);
      await renewLocked(
        { path, real, lock, signal },
        existing,
        (temporary) => open(temporary, 'wx'),
        (handle) => writeAll(handle, after),
      );
      return await statLocal(path, real);
    });
  } catch (error) {
    // What the caller's own change failed with is not about the file.
    if (failure?.error === error) throw error;
    throw ioError(error, 'write', path);
  }
}
