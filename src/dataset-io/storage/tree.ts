import { dirname, resolve } from 'node:path';
import { AbandonedFiles } from './abandoned.js';
import { signalForMany } from './abortable.js';
import { DiscardStorage, DiscardTree } from './discard.js';
import { LocalTree } from './local-tree.js';
import { ObjectTree } from './object-tree.js';
import type { Storage } from './storage.js';
import { TreeStorage } from './tree-storage.js';
import type { TreeMode, TreeOptions, TreeWriter } from './tree-writer.js';
import { parseLocation } from './uri.js';

export type { TreeMode, TreeOptions, TreeWriter } from './tree-writer.js';

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
  { signal: given, onWritten }: TreeOptions = {},
): Promise<TreeWriter> {
  if (storage instanceof DiscardStorage) return new DiscardTree();
  if (storage instanceof TreeStorage) return storage.open(folder);
  const location = parseLocation(folder);
  const signal = signalForMany(given);
  if (storage.scheme === 'file' && location.kind === 'local') {
    await new AbandonedFiles().removeFrom(dirname(resolve(location.path)));
    return new LocalTree(location.path, mode, signal);
  }
  const tree = new ObjectTree(storage, folder, mode, signal, onWritten);
  await tree.open();
  return tree;
}
