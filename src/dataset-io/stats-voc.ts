import { type Diagnostic, throwIfAborted } from '../model/index.js';
import { StatsTally } from '../transforms/index.js';
import type { Counted, StatsOptions } from './stats-options.js';
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
  const { signal, maxDiagnostics = 10 } = options;
  const tree = await findVocTree(storage, input, signal, xmlNames);
  const tally = new StatsTally();
  const kept: Diagnostic[] = [];
  let items = 0;
  let bytes = 0;
  for await (const batch of vocRows(storage, tree, { signal })) {
    throwIfAborted(signal);
    for (const { sample } of batch.rows) tally.add(sample);
    for (const { diagnostics } of batch.faults) {
      tally.addUnreadable();
      const error = diagnostics.find(({ severity }) => severity === 'error');
      if (error !== undefined && kept.length < maxDiagnostics) kept.push(error);
    }
    items += batch.count + batch.faults.length;
    bytes += batch.bytes;
    options.onProgress?.({ items, bytes, totalItems: tree.names.length });
  }
  return { format: 'voc', tally, diagnostics: kept };
}
