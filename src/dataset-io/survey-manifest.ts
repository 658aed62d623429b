import {
  isRepeat,
  locateRepeat,
  ManifestValidator,
  type ManifestValidatorOptions,
} from '../manifest/index.js';
import { type Diagnostic, throwIfAborted } from '../model/index.js';
import { byteOrderMark, type Encoding, type LineBatch, LineSplitter, parseEncoding } from '../text/index.js';
import { checkInThreads } from './jobs/manifest-threads.js';
import type { ShardProgress } from './jobs/shard.js';
import { type EarlyThreads, jobsOf, threadsFromBytes } from './jobs/threads.js';
import { lineAt } from './line-at.js';
import { estimatedFromBytes, estimateLines } from './line-estimate.js';
import type { ManifestFiles, ManifestFilesOptions } from './manifest-files.js';
import type { ManifestWatch } from './manifest-watch.js';
import { shardRange } from './shard-range.js';
import { dirOf, type Storage, type SyncFile } from './storage/index.js';
import type { Survey, ValidateOptions } from './validate-options.js';

function manifestOptions(
  input: string,
  options: ValidateOptions,
): Omit<ManifestValidatorOptions, 'onDiagnostic' | 'checkFiles'> {
  return {
    file: input === '-' ? '<stdin>' : input,
    mode: options.mode ?? 'strict',
    profile: options.profile ?? 'generic',
    ...(options.pedantic === undefined ? {} : { pedantic: options.pedantic }),
    ...(options.crossSample === undefined ? {} : { crossSample: options.crossSample }),
    ...(options.indexUnit === undefined ? {} : { indexUnit: options.indexUnit }),
    maxDiagnostics: options.maxDiagnostics ?? 1000,
    minSeverity: options.minSeverity ?? 'warning',
  };
}

/** True when the file's byte order mark is of another encoding: then nothing of it is read, and no part of it may be. */
async function isRefused(
  storage: Storage,
  input: string,
  encoding: Encoding = 'utf-8',
  signal?: AbortSignal,
): Promise<boolean> {
  for await (const head of storage.openRead(input, { end: 4, signal })) {
    const mark = byteOrderMark(head)?.mark;
    return mark !== undefined && mark !== encoding;
  }
  return false;
}

/** The check of the files that lines refer to. Reading images and VOC files is loaded only where it is wanted. */
async function filesOf(options: ManifestFilesOptions): Promise<ManifestFiles> {
  const { ManifestFiles } = await import('./manifest-files.js');
  return new ManifestFiles(options);
}

/** Checks a manifest, in threads when it is large and on the local disk. */
export async function surveyManifest(
  storage: Storage,
  input: string,
  options: ValidateOptions,
  threads?: EarlyThreads,
  watch?: ManifestWatch,
): Promise<Survey> {
  const stat = input === '-' ? undefined : await storage.stat(input, { signal: options.signal });
  const size = stat?.size;
  if (size === undefined || size < estimatedFromBytes || storage.openSync === undefined) {
    return await surveyOpen(storage, input, size, undefined, options, undefined, watch);
  }
  const file = storage.openSync(input);
  try {
    return await surveyOpen(storage, input, size, file, options, threads, watch);
  } finally {
    file.close();
  }
}

/** @param file  the input, where it is large and can be read at any place */
async function surveyOpen(
  storage: Storage,
  input: string,
  size: number | undefined,
  file: SyncFile | undefined,
  options: ValidateOptions,
  threads: EarlyThreads | undefined,
  watch: ManifestWatch | undefined,
): Promise<Survey> {
  const { signal } = options;
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
  const { shard } = options;
  const range =
    shard === undefined
      ? undefined
      : await shardRange(storage, input, shard, { format: 'manifest', encoding, signal });
  const length = range === undefined ? size : range.end - range.start;
  const totals = length === undefined ? {} : { totalBytes: length };
  const { maxLineBytes } = options;
  const isSized = options.crossSample !== false && file !== undefined && size !== undefined;
  const expectedSamples = isSized ? estimateLines(file, size) : undefined;
  const own = {
    ...manifestOptions(input, options),
    ...(expectedSamples === undefined || range !== undefined ? {} : { expectedSamples }),
    ...(range === undefined ? {} : { isPart: true }),
  };
  const jobs = jobsOf(options.jobs);
  const splittable = encoding === undefined || !encoding.startsWith('utf-16');
  if (
    jobs > 1 &&
    range === undefined &&
    splittable &&
    options.checkFiles !== true &&
    file !== undefined &&
    size !== undefined &&
    size >= threadsFromBytes &&
    !(await isRefused(storage, input, encoding, signal))
  ) {
    const work = { path: input, size, encoding, maxLineBytes, watch: watch?.work };
    const onProgress = (progress: ShardProgress) => options.onProgress?.({ ...progress, ...totals });
    const checked = await checkInThreads(
      file,
      work,
      jobs,
      { ...own, onDiagnostic },
      onProgress,
      signal,
      threads,
    );
    if (checked === undefined) {
      // Once more from the start, in one pass.
      return await surveyOpen(storage, input, size, file, { ...options, jobs: 1 }, undefined, watch);
    }
    for (const part of checked.watched) watch?.add(part);
    for (const [at, found] of diagnostics.entries()) {
      if (!isRepeat(found)) continue;
      diagnostics[at] = locateRepeat(
        found,
        await lineAt(storage, input, found.offset ?? 0, encoding, signal),
      );
    }
    return { kind: 'manifest', format: 'manifest', summary: checked.summary, diagnostics };
  }
  const files =
    options.checkFiles === true
      ? await filesOf({
          places: options,
          base: options.baseDir ?? dirOf(input),
          mode: own.mode,
          profile: own.profile,
          signal,
        })
      : undefined;
  const validator = new ManifestValidator({
    ...own,
    onDiagnostic,
    ...(files === undefined ? {} : { checkFiles: files.check }),
  });
  const push = async (batch: LineBatch) => {
    if (files === undefined) validator.push(batch);
    else for await (const part of files.ready(batch)) validator.push(part);
  };
  const splitter = new LineSplitter({
    ...(encoding === undefined ? {} : { encoding }),
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    ...(range === undefined ? {} : { baseOffset: range.start, firstLine: range.firstLine }),
  });
  const watching = watch?.begin({ file: own.file, encoding, maxLineBytes });
  let bytes = 0;
  try {
    for await (const chunk of storage.openRead(input, {
      reuse: true,
      start: range?.start,
      end: range?.end,
      signal,
    })) {
      throwIfAborted(signal);
      await watching?.push(chunk, bytes);
      for (const batch of splitter.split(chunk)) {
        await push(batch);
        watching?.drawFrom(batch);
      }
      bytes += chunk.length;
      options.onProgress?.({ items: splitter.facts.lines, bytes, findings: validator.findings, ...totals });
    }
    const rest = splitter.end();
    if (rest !== undefined) {
      await push(rest);
      watching?.drawFrom(rest);
    }
    await watching?.end();
  } finally {
    watching?.close();
  }
  return { kind: 'manifest', format: 'manifest', summary: validator.end(splitter.facts), diagnostics };
}
