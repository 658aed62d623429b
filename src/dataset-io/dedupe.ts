import { ManifestSample } from '../manifest/index.js';
import { type Diagnostic, OptionError, throwIfAborted } from '../model/index.js';
import { FingerprintTable, hashString, parseEncoding } from '../text/index.js';
import { nearGroups } from '../transforms/index.js';
import { Ahead } from './ahead.js';
import { type TransformOptions, transform } from './convert.js';
import { type ResolvedInput, resolveOwnInput } from './detect.js';
import { contentHasher, type FileHash, type ImageHasher, perceptualHasher } from './image-hash.js';
import { manifestRows } from './manifest-rows.js';
import type { Row, RowBatch } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { RunResult } from './run.js';
import type { Stage, StageBatch } from './stage.js';
import { parseLocation } from './storage/index.js';
import { storageOf } from './storages.js';
import { WordList } from './word-list.js';

/**
 * What makes two samples the same: `line` the bytes of a manifest's line, `source` and `id` those members, `image` the
 * bytes of the file that the source names, `phash` a picture that looks nearly the same.
 */
export type DedupeKey = 'line' | 'source' | 'id' | 'image' | 'phash';

const dedupeKeys: readonly DedupeKey[] = ['line', 'source', 'id', 'image', 'phash'];

export interface DedupeOptions extends TransformOptions {
  /** Default `source`. */
  readonly by?: DedupeKey | undefined;
  /** Which sample of a group stays; default `first`. */
  readonly keep?: 'first' | 'last' | undefined;
  /** By `phash`: bits in which near pictures may differ, 0…16; default 4. */
  readonly distance?: number | undefined;
  /** Dropped samples that the result names; all are counted. Default 20. */
  readonly maxRepeats?: number | undefined;
}

/** A sample that was left out because of another one. */
export interface Repeat {
  readonly source: string;
  /** Which sample of the input it is, from 1. */
  readonly number: number;
  /** Which one it repeats, where that is known: among the first 262,144 different ones. */
  readonly sameAs?: number;
}

export interface DedupeReport {
  readonly by: DedupeKey;
  readonly keep: 'first' | 'last';
  /** Samples that were looked at. */
  readonly samples: number;
  /** Different ones, samples without a key included. */
  readonly distinct: number;
  /** Samples that were left out. */
  readonly repeated: number;
  /** Samples without an id, or whose file cannot be read: they stay. */
  readonly withoutKey: number;
  /** The first samples that were left out. */
  readonly repeats: readonly Repeat[];
}

export interface DedupeResult extends RunResult {
  readonly dedupe: DedupeReport;
}

/**
 * Leaves out samples that repeat another one; lines that stay are the bytes they were. Compares hashes of 58 bits: among
 * ten million different keys, one is taken for another in about one run of 6,000.
 *
 * Keeps 8 bytes for each different key and a fixed 22 MB. With `keep: 'last'` and by `phash` the input is read twice,
 * with 8 bytes more for each sample; by `phash` 20 in all.
 *
 * @param input a path; `-` for a manifest on standard input, unless it is read twice
 * @param output as `transform` takes it
 * @throws as `transform`
 */
export async function dedupe(
  input: string,
  output: string,
  options: DedupeOptions = {},
): Promise<DedupeResult> {
  throwIfAborted(options.signal);
  const { by = 'source', keep = 'first', distance, maxRepeats = 20, ...rest } = options;
  if (!dedupeKeys.includes(by)) {
    throw new OptionError(`samples cannot be compared by ${JSON.stringify(by)}`, {
      hint: `Keys are ${dedupeKeys.join(', ')}.`,
    });
  }
  if (keep !== 'first' && keep !== 'last') {
    throw new OptionError(`keep is ${JSON.stringify(keep)}`, { hint: 'Keep first or last.' });
  }
  const isPlanned = keep === 'last' || by === 'phash';
  if (isPlanned && parseLocation(input).kind === 'stdio') {
    throw new OptionError('standard input cannot be read twice', {
      hint: 'Keep the first of equal samples, or name a file.',
    });
  }
  if (options.shard !== undefined) {
    throw new OptionError('a part of a data set does not know what the others repeat', {
      hint: 'Leave out repeats of the whole.',
    });
  }
  const from = options.from ?? (input === '-' ? 'manifest' : undefined);
  const resolved = await resolveOwnInput(storageOf(input, options), input, from, options.signal);
  if (resolved.format === 'voc' && (by === 'line' || by === 'id')) {
    throw new OptionError(`samples of a VOC data set have no ${by}`, {
      hint: 'Compare them by source, image or phash.',
    });
  }
  const keys = new SampleKeys(by, await hasherFor(by, options), options);
  const books = { samples: 0, distinct: 0, withoutKey: 0, repeats: [] as Repeat[], maxRepeats };
  const stage = isPlanned
    ? await plannedStage(await rowsOf(input, resolved, options), keys, keep, distance, books)
    : firstStage(keys, books);
  const result = await transform(input, output, stage, rest);
  const { samples, distinct, withoutKey, repeats } = books;
  return {
    ...result,
    diagnostics: [...result.diagnostics, ...keys.findings],
    dedupe: { by, keep, samples, distinct, repeated: samples - distinct, withoutKey, repeats },
  };
}

async function hasherFor(by: DedupeKey, options: DedupeOptions): Promise<ImageHasher | undefined> {
  if (by === 'image') return await contentHasher(options);
  return by === 'phash' ? await perceptualHasher(options) : undefined;
}

interface Books {
  samples: number;
  distinct: number;
  withoutKey: number;
  readonly repeats: Repeat[];
  readonly maxRepeats: number;
}

/** The hash of what a sample is compared by. */
class SampleKeys {
  readonly hash = new Uint32Array(2);
  readonly findings: Diagnostic[] = [];
  private looks: Ahead<Row, FileHash> | undefined;

  constructor(
    private readonly by: DedupeKey,
    readonly hasher: ImageHasher | undefined,
    private readonly options: DedupeOptions,
  ) {}

  /** Hashes that differ a little may mean the same. */
  get isNear(): boolean {
    return this.by === 'phash';
  }

  /** Says which rows {@link ofFile} will be asked for, in order. */
  expect(rows: readonly Row[]): void {
    this.looks ??= new Ahead((row, over) => this.hasher!.of(row.sample, row.base, over), this.options.signal);
    this.looks.expect(rows);
  }

  close(): void {
    this.looks?.close();
    this.looks = undefined;
  }

  /** False: the file cannot be read, and is reported. */
  async ofFile(row: Row): Promise<boolean> {
    const look = await this.looks!.get(row);
    if (look.error === undefined) {
      this.hash[0] = look.high;
      this.hash[1] = look.low;
      return true;
    }
    const { sample, file, line } = row;
    const finding = datasetDiagnostic('D053', look.error.message, {
      file,
      ...(line === undefined ? {} : { line }),
      source: sample.source,
      severity: 'warning',
      hint: 'The sample stays.',
    });
    if (this.findings.length < (this.options.maxDiagnostics ?? 1000)) this.findings.push(finding);
    this.options.onDiagnostic?.(finding);
    return false;
  }

  /** False: the sample has no such key. @param source its source, where that is known without the sample */
  ofSample(row: () => Row, source?: string): boolean {
    const key = this.keyOf(row, source);
    if (key === undefined || key === '') return false;
    hashString(key, this.hash);
    return true;
  }

  private keyOf(row: () => Row, source: string | undefined): string | undefined {
    if (this.by === 'source') return source ?? row().sample.source;
    const { sample } = row();
    return this.by === 'id' ? sample.id : sample instanceof ManifestSample ? sample.text : undefined;
  }
}

/** One reading: a sample stays when its key was not there before. */
function firstStage(keys: SampleKeys, books: Books): Stage {
  const seen = new FingerprintTable({ tagBits: 0, lines: true });
  const look = (batch: StageBatch, row: number, hasKey: boolean) => {
    books.samples++;
    if (!hasKey) books.withoutKey++;
    const before = hasKey ? seen.add(keys.hash[0]!, keys.hash[1]!, 0, books.samples) : -1;
    if (before < 0) books.distinct++;
    else leaveOut(batch, row, seen.previousLine, books);
  };
  return {
    apply: async (batch) => {
      if (keys.hasher === undefined) {
        for (let row = 0; row < batch.rowCount; row++) {
          const source = batch.source(row);
          if (source !== undefined)
            look(
              batch,
              row,
              keys.ofSample(() => batch.row(row)!, source),
            );
        }
        return;
      }
      const rows: [number, Row][] = [];
      for (let at = 0; at < batch.rowCount; at++) {
        const row = batch.row(at);
        if (row !== undefined) rows.push([at, row]);
      }
      keys.expect(rows.map(([, row]) => row));
      try {
        for (const [at, row] of rows) look(batch, at, await keys.ofFile(row));
      } finally {
        keys.close();
      }
    },
  };
}

function leaveOut(batch: StageBatch, row: number, sameAs: number, books: Books): void {
  const { repeats, maxRepeats, samples } = books;
  if (repeats.length < maxRepeats) {
    const source = batch.source(row)!;
    repeats.push({ source, number: samples, ...(sameAs === 0 ? {} : { sameAs }) });
  }
  batch.drop(row);
}

async function rowsOf(
  input: string,
  { format, xmlNames }: ResolvedInput,
  options: DedupeOptions,
): Promise<AsyncIterable<RowBatch>> {
  const { encoding, baseDir, maxLineBytes, signal } = options;
  const storage = storageOf(input, options);
  if (format === 'voc') {
    const [{ findVocTree }, { vocRows }] = await Promise.all([
      import('./voc-tree.js'),
      import('./voc-rows.js'),
    ]);
    return vocRows(storage, await findVocTree(storage, input, signal, xmlNames), { signal });
  }
  return manifestRows(storage, input, {
    ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
    baseDir,
    maxLineBytes,
    signal,
  });
}

/** What was read of a sample at first. */
const stays = 0;
const goes = 1;

/** Two readings: which samples go is known when all keys are. */
async function plannedStage(
  batches: AsyncIterable<RowBatch>,
  keys: SampleKeys,
  keep: 'first' | 'last',
  distance: number | undefined,
  books: Books,
): Promise<Stage> {
  const highs = new WordList();
  const lows = new WordList();
  const withoutKey = new Set<number>();
  for await (const { rows } of batches) {
    if (keys.hasher !== undefined) keys.expect(rows);
    try {
      for (const row of rows) {
        const hasKey = keys.hasher === undefined ? keys.ofSample(() => row) : await keys.ofFile(row);
        if (!hasKey) withoutKey.add(highs.length);
        highs.push(keys.hash[0]!);
        lows.push(keys.hash[1]!);
      }
    } finally {
      keys.close();
    }
  }
  const verdicts = keys.isNear
    ? nearVerdicts(highs.take(), lows.take(), keep, distance, withoutKey)
    : lastVerdicts(highs.take(), lows.take(), withoutKey);
  books.withoutKey = withoutKey.size;
  return {
    apply: (batch) => {
      for (let row = 0; row < batch.rowCount; row++) {
        if (batch.source(row) === undefined) continue;
        if (verdicts[books.samples++] === goes) leaveOut(batch, row, 0, books);
        else books.distinct++;
      }
    },
  };
}

function lastVerdicts(highs: Uint32Array, lows: Uint32Array, withoutKey: ReadonlySet<number>): Uint8Array {
  const seen = new FingerprintTable({ tagBits: 0 });
  const verdicts = new Uint8Array(highs.length).fill(stays);
  for (let i = highs.length - 1; i >= 0; i--)
    if (!withoutKey.has(i) && seen.add(highs[i]!, lows[i]!) >= 0) verdicts[i] = goes;
  return verdicts;
}

function nearVerdicts(
  highs: Uint32Array,
  lows: Uint32Array,
  keep: 'first' | 'last',
  distance: number | undefined,
  withoutKey: ReadonlySet<number>,
): Uint8Array {
  const verdicts = new Uint8Array(highs.length).fill(stays);
  const known = Uint32Array.from({ length: highs.length }, (_, i) => i).filter((i) => !withoutKey.has(i));
  const groups = nearGroups(
    known.map((i) => highs[i]!),
    known.map((i) => lows[i]!),
    distance,
  );
  const keptOf = new Map<number, number>();
  groups.forEach((group, at) => {
    const i = known[at]!;
    const kept = keptOf.get(group);
    if (kept === undefined) keptOf.set(group, i);
    else if (keep === 'first') verdicts[i] = goes;
    else {
      verdicts[kept] = goes;
      keptOf.set(group, i);
    }
  });
  return verdicts;
}
