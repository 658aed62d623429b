import { type Diagnostic, throwIfAborted } from '../model/index.js';
import { StatsTally } from '../transforms/index.js';
import type { FormatId } from './formats.js';
import { otherRows } from './input-rows.js';
import type { Counted, StatsOptions } from './stats-options.js';
import type { Storage } from './storage/index.js';

/** Counts what is in a data set of a format in `src/formats`, whose samples say all there is: nothing is joined. */
export async function countOther(
  storage: Storage,
  input: string,
  format: FormatId,
  options: StatsOptions,
): Promise<Counted> {
  const { signal, maxDiagnostics = 10 } = options;
  const tally = new StatsTally();
  const kept: Diagnostic[] = [];
  let items = 0;
  let bytes = 0;
  for await (const batch of await otherRows(storage, input, format, options)) {
    throwIfAborted(signal);
    for (const { sample } of batch.rows) tally.add(sample);
    for (const { diagnostics } of batch.faults) {
      tally.addUnreadable();
      const error = diagnostics.find(({ severity }) => severity === 'error');
      if (error !== undefined && kept.length < maxDiagnostics) kept.push(error);
    }
    items += batch.count + batch.faults.length;
    bytes += batch.bytes;
    options.onProgress?.({ items, bytes });
  }
  return { format, tally, diagnostics: kept };
}
