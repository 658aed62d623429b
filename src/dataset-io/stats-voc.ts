import type { Counted, StatsOptions } from './stats-options.js';
import { countRows } from './stats-rows.js';
import type { Storage } from './storage/index.js';
import { vocRows } from './voc-rows.js';
import { findVocTree } from './voc-tree.js';

/** Counts what is in a VOC tree: each annotation file is an annotation of its image, which its objects are in. */
export async function countVoc(
  storage: Storage,
  input: string,
  options: StatsOptions,
  xmlNames?: readonly string[],
): Promise<Counted> {
  const { signal } = options;
  const tree = await findVocTree(storage, input, signal, xmlNames);
  return await countRows(vocRows(storage, tree, { signal }), 'voc', options, tree.names.length);
}
