import { dirname, resolve } from 'node:path';
import { AbandonedFiles } from './abandoned.js';
import { LocalTree } from './local-tree.js';
import { ObjectTree } from './object-tree.js';
import type { Storage, StorageOptions } from './storage.js';
import type { TreeMode, TreeWriter } from './tree-writer.js';
import { parseLocation } from './uri.js';

export type { TreeMode, TreeWriter } from './tree-writer.js';

/**
 * Starts writing a folder.
 *
 * @throws StorageError `AlreadyExists` in mode `create` when the folder has something in it; `NotFound` when
 *   the folder above it is missing
 */
export async function openTree(
  storage: Storage,
  folder: string,
  mode: TreeMode,
  options: StorageOptions = {},
): Promise<TreeWriter> {
  const location = parseLocation(folder);
  if (storage.scheme === 'file' && location.kind === 'local') {
    await new AbandonedFiles().removeFrom(dirname(resolve(location.path)));
    return new LocalTree(location.path, mode, options.signal);
  }
  const tree = new ObjectTree(storage, folder, mode, options.signal);
  await tree.open();
  return tree;
}
