import type { FormatId } from './formats.js';
import { otherRows } from './input-rows.js';
import type { Counted, StatsOptions } from './stats-options.js';
import { countRows } from './stats-rows.js';
import type { Storage } from './storage/index.js';

/** Counts what is in a data set of a format in `src/formats`, whose samples say all there is: nothing is joined. */
export async function countOther(
  storage: Storage,
  input: string,
  format: FormatId,
  options: StatsOptions,
): Promise<Counted> {
  return await countRows(await otherRows(storage, input, format, options), format, options);
}
