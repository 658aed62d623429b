import type { FileHandle } from 'node:fs/promises';
import { throwIfAborted } from '../../model/index.js';
import { changedMeanwhile, placeNew, replaceWith, takeRightsOf } from './local-file.js';
import { type Existing, existingAt } from './local-target.js';
import type { FileLock } from './lock.js';
import { failAfter } from './pour.js';
import { removeIfThere, temporaryFor } from './work-files.js';

/** A file that is made anew by the holder of its lock. */
export interface Renewal {
  /** As the caller named it. */
  readonly path: string;
  readonly real: string;
  readonly lock: Pick<FileLock, 'isHeld'>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a file beside the real one and puts it in its place, unless somebody else changed that meanwhile.
 *
 * @param existing what is there
 * @param open opens the file beside it, which is not there yet
 * @throws StorageError `ConcurrentModification`, and what `open` and `write` throw; nothing is left behind then
 */
export async function renewLocked(
  { path, real, lock, signal }: Renewal,
  existing: Existing | undefined,
  open: (temporary: string) => Promise<FileHandle>,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = temporaryFor(real);
  try {
    const handle = await open(temporary);
    try {
      await write(handle);
      if (existing !== undefined) await takeRightsOf(existing, handle, temporary);
      await handle.sync();
    } finally {
      await handle.close();
    }
    throwIfAborted(signal);
    if (!(await lock.isHeld())) throw changedMeanwhile(path);
    if (existing === undefined) {
      await placeNew(temporary, real, path, true);
    } else {
      if ((await existingAt(real, path))?.version !== existing.version) throw changedMeanwhile(path);
      await replaceWith(temporary, real, true);
    }
  } catch (error) {
    await failAfter(error, path, async () => {
      await removeIfThere(temporary);
    });
  }
}
