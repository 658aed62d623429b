import type { FormatBatch, FormatSource } from '../contract.js';
import { readClassFolders } from '../shared/class-folders.js';
import { audioClassificationFolders } from './types.js';

/** The samples of a folder, in the order of the file names. */
export function read(source: FormatSource): AsyncIterable<FormatBatch> {
  return readClassFolders(source, audioClassificationFolders);
}
