import { constants } from 'node:fs';
import { chown, copyFile, type FileHandle, link, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError } from '../../model/index.js';
import { cannotLink, errnoOf } from './io-error.js';
import { type Existing, syncDirectory } from './local-target.js';
import { journalFor, removeIfThere } from './work-files.js';

/** Writes all bytes where the file stands; the system may take fewer at a time, and `onWritten` hears of each. */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  onWritten?: (count: number) => void,
): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
    onWritten?.(bytesWritten);
  }
}

/** Writes the bytes of both where the file stands, mostly at once. */
export async function writeBoth(handle: FileHandle, first: Uint8Array, second: Uint8Array): Promise<void> {
  const { bytesWritten } = await handle.writev([first, second]);
  if (bytesWritten < first.length) await writeAll(handle, first.subarray(bytesWritten));
  await writeAll(handle, second.subarray(Math.max(0, bytesWritten - first.length)));
}

/**
 * Gives a new file the rights of the one it replaces. Only a privileged user may also give it the same
 * owner; for others the new file is their own, as every new file is.
 */
export async function takeRightsOf(existing: Existing, handle: FileHandle, path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const now = await handle.stat();
  if (now.uid !== existing.uid || now.gid !== existing.gid) {
    try {
      await chown(path, existing.uid, existing.gid);
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
    }
  }
  if ((now.mode & 0o7777) !== existing.mode) await handle.chmod(existing.mode);
}

/** Puts a finished temporary file in the place of whatever is at `real`. The caller holds the lock. */
export async function replaceWith(temporary: string, real: string, durable: boolean): Promise<void> {
  await rename(temporary, real);
  await removeIfThere(journalFor(real));
  if (durable) await syncDirectory(dirname(real));
}

/** Gives a finished temporary file its name, unless something has that name by now. */
export async function placeNew(
  temporary: string,
  real: string,
  path: string,
  durable: boolean,
): Promise<void> {
  // A journal without its file undoes nothing any more, and must not be taken for the new file's.
  await removeIfThere(journalFor(real));
  try {
    await link(temporary, real);
    await removeIfThere(temporary);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw alreadyExists(path, error);
    if (!cannotLink(error)) throw error;
    await reserveAndRename(temporary, real, path);
  }
  if (durable) await syncDirectory(dirname(real));
}

/**
 * For file systems without hard links: an empty file holds the name until the content is renamed over it.
 * Killed in between, it leaves the empty file, which is the best such systems allow.
 */
async function reserveAndRename(temporary: string, real: string, path: string): Promise<void> {
  try {
    const handle = await open(real, 'wx');
    await handle.close();
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw alreadyExists(path, error);
    throw error;
  }
  await rename(temporary, real);
}

export function alreadyExists(path: string, cause?: unknown): StorageError {
  return new StorageError('AlreadyExists', `${path} already exists`, {
    path,
    hint: 'Choose mode overwrite or append, or another path.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * A copy that shares the blocks of its original where the file system can do that.
 *
 * @param onlyShared fail (false) rather than copy bytes
 */
export async function cloneFile(from: string, to: string, onlyShared: boolean): Promise<boolean> {
  const how = onlyShared ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_FICLONE;
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | how);
    return true;
  } catch (error) {
    await removeIfThere(to);
    if (onlyShared && cannotLink(error)) return false;
    throw error;
  }
}

export function changedMeanwhile(path: string, cause?: unknown): StorageError {
  return new StorageError('ConcurrentModification', `${path} was changed by another program meanwhile`, {
    path,
    hint: 'See who writes it, then try again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
