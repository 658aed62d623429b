import { OptionError, throwIfAborted } from '../model/index.js';
import { checkParts, noPart, usageOfPart } from '../transforms/index.js';
import { checkOptions, transform } from './convert.js';
import { type ResolvedInput, resolveInput } from './detect.js';
import { findFormat } from './find-format.js';
import type { FormatInfo } from './formats.js';
import { checkNoOptions } from './input-rows.js';
import { isOwnFormat } from './own-formats.js';
import type { RunResult } from './run.js';
import { HashPlacing } from './split-hash.js';
import { SplitJob } from './split-job.js';
import { splitLines } from './split-lines.js';
import type { SplitMethod, SplitOptions, SplitResult } from './split-options.js';
import { PlannedPlacing } from './split-plan.js';
import { splitReport } from './split-report.js';
import { SplitThreads } from './split-threads.js';
import type { Stage, StageBatch } from './stage.js';
import { parseLocation } from './storage/index.js';
import { storageOf } from './storages.js';

const splitMethods: readonly SplitMethod[] = ['random', 'stratified', 'hash', 'lines'];

/**
 * Splits a data set into parts. Samples with one source, and frames of one video, come into one part. The same input,
 * options and seed give the same parts on every machine. All outputs appear, or none.
 *
 * Reads the input twice, except by `hash` and by `lines`; between, 8 bytes for each sample are kept, and 4 more for its
 * label set where labels are counted.
 *
 * @param input a path; `-` for a manifest on standard input, with methods that read once
 * @param output a folder; with `as: 'usage'` what `transform` takes
 * @throws OptionError for bad use, StorageError when input or output fails, DataError at the first fault with
 *   `onError: 'fail'`, AbortedError when the signal fires
 */
export async function split(input: string, output: string, options: SplitOptions): Promise<SplitResult> {
  throwIfAborted(options.signal);
  const method = options.by ?? 'random';
  checkParts(options.parts);
  checkMethod(method, input, options);
  const from = options.from ?? (input === '-' ? 'manifest' : undefined);
  const resolved = await resolveInput(storageOf(input, options), input, from, options.signal);
  if (isOwnFormat(resolved.format)) await checkNoOptions(resolved.format, { ...options, classes: undefined });
  const as = options.as ?? (resolved.format === 'voc' ? 'imagesets' : 'files');
  const to = await findFormat(options.to ?? resolved.format);
  checkOutput(as, method, resolved, to, input, output, options);
  if (method === 'lines') return await splitLines(input, output, options);
  const job = new SplitJob(input, output, resolved, method, as, options);
  const writesDatasets = as === 'files' && !copiesLines(resolved, to, options);
  const threads = writesDatasets ? undefined : await SplitThreads.start(job);
  try {
    const placing = method === 'hash' ? new HashPlacing(job, threads) : new PlannedPlacing(job, threads);
    const result =
      as === 'usage'
        ? await toUsage(job, placing)
        : writesDatasets
          ? await (await import('./split-datasets.js')).writeDatasets(job, placing)
          : await placing.toFiles();
    const report = splitReport(job, placing.grouping);
    return { ...result, diagnostics: [...result.diagnostics, ...job.findings], split: report };
  } finally {
    await threads?.stop();
  }
}

/** Parts are lines of a manifest as they are. */
function copiesLines(
  { format }: ResolvedInput,
  to: FormatInfo,
  { images, canonical }: SplitOptions,
): boolean {
  const isChanged = canonical === true || (images !== undefined && images !== 'reference');
  return format === 'manifest' && to.id === 'manifest' && !isChanged;
}

function checkMethod(method: string, input: string, options: SplitOptions): void {
  if (!(splitMethods as readonly string[]).includes(method)) {
    throw new OptionError(`a data set cannot be split by ${JSON.stringify(method)}`, {
      hint: `Methods are ${splitMethods.join(', ')}.`,
    });
  }
  if (input === '-' && method !== 'hash') {
    throw new OptionError(`standard input cannot be split by ${method}, which reads it twice`, {
      hint: 'Split it by hash, or name a file.',
    });
  }
  if (options.shard !== undefined && method !== 'hash') {
    throw new OptionError(`a part of a data set cannot be split by ${method}, which looks at all of it`, {
      hint: 'Split it by hash: all parts then agree.',
    });
  }
  if (options.groupBy === 'phash' && method === 'hash') {
    throw new OptionError('near-duplicates cannot be kept together by hash', {
      hint: 'Which pictures are near shows when all are known: split by random or stratified.',
    });
  }
}

function checkOutput(
  as: string,
  method: SplitMethod,
  resolved: ResolvedInput,
  to: FormatInfo,
  input: string,
  output: string,
  options: SplitOptions,
): void {
  const { parts, images, canonical, mode } = options;
  if (as !== 'files' && as !== 'usage' && as !== 'imagesets') {
    throw new OptionError(`a split cannot be written as ${JSON.stringify(as)}`, {
      hint: 'Ways are files, usage and imagesets.',
    });
  }
  if (method === 'lines' && as !== 'files') throw new OptionError('a split by lines is written as files');
  if (as === 'usage') {
    for (const { name } of parts) {
      if (usageOfPart(name) === undefined) {
        throw new OptionError(`the part ${name} stands for no usage`, {
          hint: 'Name the parts train, eval, test or inference, or write files.',
        });
      }
    }
    // Some have a place for the usual usages alone.
    if (!to.carries.some((text) => /\busage\b/.test(text))) {
      throw new OptionError(`${to.id} has no place for the usage of samples`, {
        hint: 'Write a data set for each part with --as files (option as), or another format with --to (option to).',
      });
    }
    return;
  }
  if (parseLocation(output).kind === 'stdio')
    throw new OptionError('several files cannot be written to standard output', {
      hint: 'Name a folder, or split as usage.',
    });
  if (as === 'imagesets') {
    if ((images !== undefined && images !== 'reference') || canonical === true || options.to !== undefined) {
      throw new OptionError('lists of ids leave images, format and spelling as they are', {
        hint: 'Convert the data set afterwards, or split it as usage.',
      });
    }
    return;
  }
  if (method === 'lines' && !(resolved.format === 'manifest' && copiesLines(resolved, to, options))) {
    throw new OptionError('only a manifest that stays one has lines to be split by', {
      hint: 'Split it by random or hash.',
    });
  }
  if (copiesLines(resolved, to, options)) return;
  checkOptions(input, output, to, options);
  if (mode === 'append') {
    throw new OptionError('data sets of parts cannot be added to', {
      hint: 'Write them into another folder, or choose --mode overwrite (option mode).',
    });
  }
}

/** One data set with usage. */
async function toUsage(
  { input, output, options, tally }: SplitJob,
  placing: HashPlacing | PlannedPlacing,
): Promise<RunResult> {
  const { parts, countLabels: _, ...rest } = options;
  if (placing instanceof PlannedPlacing) await placing.prepare();
  const stage: Stage = {
    asksUsage: true,
    apply: (batch: StageBatch) => {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const before = batch.usage(row);
        const part = placing instanceof HashPlacing ? placing.place(batch.row(row)!) : placing.place();
        tally.add(part);
        const usage = part === noPart ? undefined : usageOfPart(parts[part]!.name);
        // A sample that is in no part keeps its usage where that is not given anew.
        if (part === noPart && options.reassign !== true) continue;
        if (before?.toUpperCase() !== usage) batch.setUsage(row, usage);
      }
    },
  };
  const result = await transform(input, output, stage, rest);
  if (placing instanceof PlannedPlacing) placing.end();
  return result;
}
