import {
  type FormatOptions,
  formatBatches,
  formatSamples,
  type ManifestAnnotation,
  type ManifestBatch,
  type ReadOptions as ManifestParseOptions,
  type ManifestSample,
  manifestBatches,
  manifestSamples,
} from '../manifest/index.js';
import { DataError, type Diagnostic, OptionError, type Sample, throwIfAborted } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import { mapAhead } from './ahead.js';
import type { TextOptions } from './dataset-options.js';
import { lineStartsNear } from './line-starts.js';
import { type Joined, joinVoc } from './resolve.js';
import { dirOf, type TreeMode } from './storage/index.js';
import { type Places, storageOf } from './storages.js';
import { checkWriteMode } from './write-mode.js';

/** Whole lines of a file, by bytes: what {@link manifestRanges} gives. */
export interface ManifestRange {
  /** First byte, 0-based: the start of a line. */
  readonly start: number;
  /** Byte after the last one: the start of a line, or the file's end, which is the default. */
  readonly end?: number | undefined;
  /** The file's number of the first line, for diagnostics; default 1, as if the range were the file. */
  readonly firstLine?: number | undefined;
}

/** How a manifest is read in batches. */
export interface ManifestBatchesOptions
  extends TextOptions,
    Pick<
      ManifestParseOptions,
      'mode' | 'profile' | 'pedantic' | 'indexUnit' | 'labelSet' | 'usage' | 'check' | 'lazy'
    > {
  /** Read only these lines; default: all. */
  readonly range?: ManifestRange | undefined;
  /**
   * The memory of a batch may be used for a later one: for callers who are done with it when they ask for the next.
   * Samples stay as they are; the lines of a batch (`batch.lines`, and writing it) do not. Default false; saves most
   * where several threads read.
   */
  readonly reuse?: boolean | undefined;
  /** Takes every diagnostic as it is made. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
}

/** How a manifest is read sample by sample. */
export interface ManifestReadOptions extends Omit<ManifestBatchesOptions, 'lazy' | 'reuse'> {
  /**
   * Read the VOC files that annotations name and give what they say as `annotation.image`. The sample of a file
   * that cannot be read or has errors comes without any; the faults are reported (M080, M082, M083 and the
   * file's own). Default false.
   */
  readonly join?: boolean | undefined;
  /** Where relative references are taken from; default: the manifest's own directory. */
  readonly baseDir?: string | undefined;
  /** A directory that references may not leave; default: none. */
  readonly root?: string | undefined;
}

/** The bytes of a manifest and how they are to be read. */
function openManifest(
  path: string,
  options: ManifestBatchesOptions,
): { readonly chunks: AsyncIterable<Uint8Array>; readonly how: ManifestParseOptions } {
  const {
    encoding: name,
    range,
    storage: own,
    session,
    maxLineBytes,
    reuse,
    onDiagnostic,
    signal,
    ...rest
  } = options;
  throwIfAborted(signal);
  const storage = storageOf(path, { storage: own, session });
  const encoding = name === undefined ? 'utf-8' : parseEncoding(name);
  if (range !== undefined) checkRange(path, range, encoding.startsWith('utf-16'));
  return {
    chunks: storage.openRead(path, { start: range?.start, end: range?.end, reuse, signal }),
    how: {
      ...rest,
      encoding,
      file: shownPath(path),
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
      ...(onDiagnostic === undefined ? {} : { onDiagnostic }),
      ...(signal === undefined ? {} : { signal }),
      ...(range === undefined ? {} : { baseOffset: range.start, firstLine: range.firstLine ?? 1 }),
    },
  };
}

function shownPath(path: string): string {
  return path === '-' ? '<stdin>' : path;
}

function checkRange(path: string, { start, end }: ManifestRange, isWide: boolean): void {
  const isPlace = (at: number) => Number.isSafeInteger(at) && at >= 0;
  if (!isPlace(start) || (end !== undefined && (!isPlace(end) || end < start))) {
    throw new OptionError(`the range from ${start} to ${end ?? 'the end'} is none`, {
      hint: 'Give byte offsets, start at most end; manifestRanges makes them.',
    });
  }
  if (path === '-') throw new OptionError('a part of standard input cannot be read');
  if (isWide)
    throw new OptionError('a part of a UTF-16 file cannot be read', { hint: 'Read the whole file.' });
}

/**
 * Reads a manifest as batches of consecutive lines: the fast way. Memory stays flat; leaving the loop closes
 * the file.
 *
 * @param path a path, or `-` for standard input
 * @throws OptionError for bad use; StorageError when the file cannot be read; DataError in strict mode, at the
 *   first error; AbortedError when the signal fires
 */
export async function* readManifestBatches(
  path: string,
  options: ManifestBatchesOptions = {},
): AsyncGenerator<ManifestBatch, void, undefined> {
  const { chunks, how } = openManifest(path, options);
  yield* manifestBatches(chunks, how);
}

/** Reads a manifest sample by sample; as {@link readManifestBatches}, which is faster, in all else. */
export async function* readManifest(
  path: string,
  options: ManifestReadOptions = {},
): AsyncGenerator<ManifestSample, void, undefined> {
  const { join, baseDir, root, ...rest } = options;
  const { chunks, how } = openManifest(path, { ...rest, reuse: true });
  const samples = manifestSamples(chunks, how);
  if (join !== true) {
    yield* samples;
    return;
  }
  const file = shownPath(path);
  const base = baseDir ?? dirOf(path);
  const { storage, session, signal } = options;
  const joinOne = (sample: ManifestSample, over: AbortSignal) =>
    joinVoc(
      { sample, file, base, ...(sample.line === undefined ? {} : { line: sample.line }) },
      { storage, session, root, signal: over },
    );
  for await (const [sample, joined] of mapAhead(samples, joinOne, signal)) {
    attachImages(joined, options);
    yield sample;
  }
}

/** Sets `image` of the sample's annotations that name VOC files, or reports what stands in the way. */
function attachImages({ files, faults }: Joined, { mode, onDiagnostic }: ManifestReadOptions): void {
  if (files === undefined) {
    for (const fault of faults) onDiagnostic?.(fault);
    const error = faults.find(({ severity }) => severity === 'error');
    if (mode === 'strict' && error !== undefined) throw new DataError(error);
    return;
  }
  for (const { annotation, document, diagnostics } of files) {
    // A sample of a manifest has no other kind of annotations.
    (annotation as ManifestAnnotation).image = document;
    for (const diagnostic of diagnostics) onDiagnostic?.(diagnostic);
  }
}

export interface ManifestRangesOptions extends Places {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Cuts a manifest into about equal parts of whole lines, to be read one by one or side by side. Reads only a
 * little around each cut. There are fewer parts than asked for when lines are that long, and none in an empty file.
 *
 * @param parts how many, from 1
 * @throws OptionError when `parts` is no whole number from 1; StorageError when there is no such file
 */
export async function manifestRanges(
  path: string,
  parts: number,
  options: ManifestRangesOptions = {},
): Promise<ManifestRange[]> {
  if (!Number.isSafeInteger(parts) || parts < 1) throw new OptionError(`${parts} is no number of parts`);
  const { signal } = options;
  const storage = storageOf(path, options);
  const stat = await storage.stat(path, { signal });
  const size = stat?.size ?? 0;
  if (size === 0) {
    // Nothing to cut; a file that is not there or cannot be read must say so all the same.
    for await (const _ of storage.openRead(path, { end: 0, signal })) break;
    return [];
  }
  const starts = await lineStartsNear(storage, path, size, parts, signal);
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? size }));
}

export interface ManifestWriteOptions extends FormatOptions, Places {
  /**
   * `create` (default): an existing file is an error; `overwrite`: it is replaced when the new one is complete;
   * `append`: lines are added to it, or it is created.
   */
  readonly mode?: TreeMode | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was written. */
export interface ManifestWritten {
  readonly path: string;
  readonly samples: number;
  /** Bytes of the lines written; what an appended file had before is not counted. */
  readonly bytes: number;
}

/**
 * Writes samples as a manifest, complete or not at all: unchanged samples as the lines they were read from,
 * changed ones with everything kept that was not changed, new ones in canonical form. Reading from the file that
 * is overwritten is fine.
 *
 * @param path a path, or `-` for standard output
 * @throws OptionError for bad use and for a sample without source; StorageError when the file cannot be written
 *   (`AlreadyExists`, `NotFound` for its folder…); AbortedError when the signal fires
 */
export async function writeManifest(
  path: string,
  samples: Iterable<Sample> | AsyncIterable<Sample>,
  options: ManifestWriteOptions = {},
): Promise<ManifestWritten> {
  let count = 0;
  async function* counted(): AsyncGenerator<Sample, void, undefined> {
    for await (const sample of samples) {
      throwIfAborted(options.signal);
      count++;
      yield sample;
    }
  }
  const bytes = await writeChunks(path, formatSamples(counted(), options), options);
  return { path, samples: count, bytes };
}

/**
 * {@link writeManifest} for batches: the fast way. Lines that were not read or not changed are copied as bytes.
 */
export async function writeManifestBatches(
  path: string,
  batches: Iterable<ManifestBatch> | AsyncIterable<ManifestBatch>,
  options: ManifestWriteOptions = {},
): Promise<ManifestWritten> {
  let count = 0;
  async function* counted(): AsyncGenerator<ManifestBatch, void, undefined> {
    for await (const batch of batches) {
      throwIfAborted(options.signal);
      for (let row = 0; row < batch.rowCount; row++) if (batch.outcome(row) !== false) count++;
      yield batch;
    }
  }
  const bytes = await writeChunks(path, formatBatches(counted(), options), options);
  return { path, samples: count, bytes };
}

async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { mode = 'create', signal, ...places }: ManifestWriteOptions,
): Promise<number> {
  checkWriteMode(mode);
  throwIfAborted(signal);
  const storage = storageOf(path, places);
  let bytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  if (mode === 'append') await storage.append(path, measured(), { signal });
  else await storage.writeAtomic(path, measured(), { mode, signal });
  return bytes;
}
