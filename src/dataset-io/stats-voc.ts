import type { FormatValues } from '../formats/index.js';
import { selectRows } from './input-rows.js';
import type { Counted, StatsOptions } from './stats-options.js';
import { countRows } from './stats-rows.js';
import type { Storage } from './storage/index.js';
import { vocRows } from './voc-rows.js';
import { findVocTree } from './voc-tree.js';

/**
 * Counts what is in a VOC tree: each annotation file is an annotation of its image, which its objects are in.
 *
 * @param values checked options of the format
 */
export async function countVoc(
  storage: Storage,
  input: string,
  options: StatsOptions,
  values: FormatValues,
  xmlNames?: readonly string[],
): Promise<Counted> {
  const { signal } = options;
  const tree = await findVocTree(storage, input, signal, xmlNames);
  const rows = await selectRows(vocRows(storage, tree, { signal }), values, input);
  return await countRows(rows, 'voc', options, tree.names.length);
}
