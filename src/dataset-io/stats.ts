import { type Diagnostic, LabelkitError, OptionError, throwIfAborted } from '../model/index.js';
import { type Statistics, StatsTally } from '../transforms/index.js';
import { resolveInput } from './detect.js';
import type { FormatId } from './formats.js';
import { checkNoOptions, ownValues } from './input-rows.js';
import { EarlyThreads, jobsOf, threadsFromBytes } from './jobs/threads.js';
import { readBytes } from './read-bytes.js';
import { shardRange } from './shard-range.js';
import type { Counted, StatsOptions } from './stats-options.js';
import { type Places, storageOf } from './storages.js';

/** What is in a data set, counted. */
export interface DatasetStatistics extends Statistics {
  readonly input: string;
  readonly format: FormatId;
  /** Why samples or annotation files could not be read: the first findings, in input order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Counts what is in a data set, as a tally that can be added to those of other parts.
 *
 * @param input a data set of any format; `-` for a manifest on standard input
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function tallyDataset(input: string, options: StatsOptions = {}): Promise<Counted> {
  const { signal } = options;
  throwIfAborted(signal);
  const storage = storageOf(input, options);
  const threads = storage.scheme === 'file' ? jobsOf(options.jobs) : 1;
  const early = new EarlyThreads(threads - 1, Number.POSITIVE_INFINITY);
  try {
    const { format, xmlNames } = await resolveInput(storage, input, options.from, signal);
    if (format === 'manifest') {
      await checkNoOptions(format, options);
      const size = threads > 1 ? (await storage.stat(input, { signal }))?.size : undefined;
      if (options.shard === undefined && size !== undefined && size >= threadsFromBytes) early.start('stats');
      const { countManifest } = await import('./stats-manifest.js');
      return await countManifest(storage, input, options, early);
    }
    if (options.shard !== undefined) await shardRange(storage, input, options.shard, { format, signal });
    if (format === 'voc') {
      const values = await ownValues(format, options);
      const { countVoc } = await import('./stats-voc.js');
      return await countVoc(storage, input, options, values, xmlNames);
    }
    const { countOther } = await import('./stats-other.js');
    return await countOther(storage, input, format, options);
  } finally {
    await early.stop();
  }
}

/**
 * Counts what is in a data set: labels, tasks, usages, shapes, sizes, places, annotators, hardness, labels together.
 * Bad data never throws: it is counted, and the first findings are in the result.
 *
 * @param input a data set of any format; `-` for a manifest on standard input
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function stats(input: string, options: StatsOptions = {}): Promise<DatasetStatistics> {
  const { format, tally, diagnostics } = await tallyDataset(input, options);
  return { input, format, ...tally.report(options.top), diagnostics };
}

/**
 * Adds up partial results.
 *
 * @param paths  files with what `JSON.stringify` made of a {@link StatsTally}; `-` for standard input
 * @throws OptionError when a file holds something else, StorageError when it cannot be read
 */
export async function mergeStats(
  paths: readonly string[],
  options: Places & { readonly signal?: AbortSignal | undefined } = {},
): Promise<StatsTally> {
  const sum = new StatsTally();
  for (const path of paths) {
    const bytes = await readBytes(storageOf(path, options), path, options.signal);
    try {
      sum.merge(StatsTally.fromJSON(JSON.parse(Buffer.from(bytes).toString('utf8'))));
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw new OptionError(`${path} is no partial result of stats: it is not JSON`, {
          path,
          hint: 'It is made by labelkit stats --partial.',
          cause: error,
        });
      }
      if (!(error instanceof LabelkitError)) throw error;
      const hint = error.hint === undefined ? {} : { hint: error.hint };
      throw new OptionError(`${path}: ${error.message}`, { ...hint, path, cause: error });
    }
  }
  return sum;
}
