import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** In the checkout, ignored by git: the results, and the data when there is no better place. */
export const localFolder = fileURLToPath(new URL('../.data', import.meta.url));

const sharedMemory = '/dev/shm';

/**
 * The folder for generated data, created when absent: `$LABELKIT_BENCH_DATA`; else memory-backed storage
 * when it has room for `bytes`, because a disk's write-back makes writing tests jump; else `bench/.data`.
 * @param {number} bytes about what is still to be written there
 */
export function dataFolder(bytes) {
  const chosen = process.env['LABELKIT_BENCH_DATA'] ?? (hasRoom(bytes) ? memoryFolder() : localFolder);
  mkdirSync(chosen, { recursive: true });
  return chosen;
}

/** Every folder that {@link dataFolder} may have chosen by itself, and that exists. */
export function ownFolders() {
  return [memoryFolder(), localFolder].filter((folder) => existsSync(folder));
}

function memoryFolder() {
  return join(sharedMemory, `labelkit-bench-${userInfo().uid}`);
}

/** @param {number} bytes */
function hasRoom(bytes) {
  if (!existsSync(sharedMemory)) return false;
  const { bavail, bsize } = statfsSync(sharedMemory);
  return bavail * bsize > bytes * 1.5;
}
