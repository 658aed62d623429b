import { type Diagnostic, throwIfAborted } from '../model/index.js';
import { StatsTally } from '../transforms/index.js';
import type { FormatId } from './formats.js';
import type { RowBatch } from './rows.js';
import type { Counted, StatsOptions } from './stats-options.js';

/** Counts what samples say that need no file to be joined. @param totalItems for the progress, where it is known */
export async function countRows(
  batches: AsyncIterable<RowBatch>,
  format: FormatId,
  options: StatsOptions,
  totalItems?: number,
): Promise<Counted> {
  const { signal, maxDiagnostics = 10 } = options;
  const tally = new StatsTally();
  const kept: Diagnostic[] = [];
  let items = 0;
  let bytes = 0;
  for await (const batch of batches) {
    throwIfAborted(signal);
    for (const { sample } of batch.rows) tally.add(sample);
    for (const { diagnostics } of batch.faults) {
      tally.addUnreadable();
      const error = diagnostics.find(({ severity }) => severity === 'error');
      if (error !== undefined && kept.length < maxDiagnostics) kept.push(error);
    }
    items += batch.count + batch.faults.length;
    bytes += batch.bytes;
    options.onProgress?.({ items, bytes, ...(totalItems === undefined ? {} : { totalItems }) });
  }
  return { format, tally, diagnostics: kept };
}
