import { type Diagnostic, OptionError, throwIfAborted } from '../model/index.js';
import { hashBytes, hashString, parseEncoding } from '../text/index.js';
import { nearGroups } from '../transforms/index.js';
import { Ahead } from './ahead.js';
import { BitSet } from './bit-set.js';
import { survey, type TransformOptions, transform } from './convert.js';
import { resolveInput } from './detect.js';
import type { FormatId } from './formats.js';
import {
  contentComparer,
  contentHasher,
  type FileHash,
  type ImageHasher,
  perceptualHasher,
} from './image-hash.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import type { RunResult } from './run.js';
import { type BatchKeys, noSample, SeenKeys, withKey, withoutKey } from './seen-keys.js';
import type { Stage, StageBatch } from './stage.js';
import { dirOf, parseLocation } from './storage/index.js';
import { storageOf } from './storages.js';
import { KeysAside, KeysInFile, keyOfBytes, type StoredKeys } from './stored-keys.js';
import { WordList } from './word-list.js';

/**
 * What makes two samples the same: `line` the bytes of a manifest's line, `source` and `id` those members, `image` the
 * bytes of the file that the source names, `phash` a picture that looks nearly the same.
 */
export type DedupeKey = 'line' | 'source' | 'id' | 'image' | 'phash';

const dedupeKeys: readonly DedupeKey[] = ['line', 'source', 'id', 'image', 'phash'];

/** What makes a sample a repetition, and which of several stays. */
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
  /** Which one it repeats: the first of its kind. Not said where the last one stays, and by `phash`. */
  readonly sameAs?: number;
}

/** What {@link dedupe} found beside the counts of every run. */
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
 * Leaves out samples that repeat another one; lines that stay are the bytes they were. Samples are found by a hash of
 * their key and compared by the key itself, or by the bytes of the files by `image`: none is lost to equal hashes.
 *
 * Keeps about 11 bytes for each different key and a fixed 20 MB. With `keep: 'last'` and by `phash` the input is read
 * twice, with a bit more for each sample; by `phash` 20 bytes in all. Keys of a UTF-8 manifest on the local disk are
 * read there again when they are to be compared; those of other inputs are put aside: 4 MiB in memory, more in a
 * temporary file, which takes the bytes of all different keys, of whole lines by `line`.
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
  const resolved = await resolveInput(storageOf(input, options), input, from, options.signal);
  const { format } = resolved;
  if ((by === 'line' && format !== 'manifest') || (by === 'id' && format === 'voc')) {
    throw new OptionError(`samples of a ${format === 'voc' ? 'VOC' : format} data set have no ${by}`, {
      hint: 'Compare them by source, image or phash.',
    });
  }
  const keys = new SampleKeys(by, await hasherFor(by, options), options);
  const books = { samples: 0, distinct: 0, withoutKey: 0, repeats: [] as Repeat[], maxRepeats };
  const result = await passOn(input, output, format, { by, keep, distance, keys, books }, rest);
  const { samples, distinct, withoutKey: keyless, repeats } = books;
  return {
    ...result,
    diagnostics: [...result.diagnostics, ...keys.findings],
    dedupe: { by, keep, samples, distinct, repeated: samples - distinct, withoutKey: keyless, repeats },
  };
}

interface Comparison {
  readonly by: DedupeKey;
  readonly keep: 'first' | 'last';
  readonly distance: number | undefined;
  readonly keys: SampleKeys;
  readonly books: Books;
}

async function passOn(
  input: string,
  output: string,
  format: FormatId,
  { by, keep, distance, keys, books }: Comparison,
  options: TransformOptions,
): Promise<RunResult> {
  if (by === 'phash') {
    const goes = await alike(input, keys, keep, books, { ...options, distance });
    return await transform(input, output, plannedStage(goes, books), options);
  }
  const { seen, stored } = await openSeen(input, format, by, keep, options);
  try {
    if (keep === 'first') return await transform(input, output, firstStage(seen, keys, books), options);
    const goes = await repeatedLater(input, seen, keys, books, options);
    return await transform(input, output, plannedStage(goes, books), options);
  } finally {
    stored.close();
  }
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

/** What samples are compared by, and the hashes of it. */
class SampleKeys {
  readonly findings: Diagnostic[] = [];

  constructor(
    private readonly by: DedupeKey,
    private readonly hasher: ImageHasher | undefined,
    private readonly options: DedupeOptions,
  ) {}

  /** Lines have to be parsed for them. */
  get readsRows(): boolean {
    return this.by === 'id' || this.hasher !== undefined;
  }

  /** The keys of a batch; of files that their samples name, the sources stand for them. */
  async of(batch: StageBatch): Promise<BatchKeys> {
    const { rowCount } = batch;
    const states = new Uint8Array(rowCount);
    const hashes = new Uint32Array(2 * rowCount);
    if (this.hasher === undefined) this.ofMembers(batch, states, hashes);
    else await this.ofFiles(this.hasher, batch, states, hashes);
    return { states, hashes, keyOf: (row) => this.keyOf(batch, row)! };
  }

  private ofMembers(batch: StageBatch, states: Uint8Array, hashes: Uint32Array): void {
    for (let row = 0; row < batch.rowCount; row++) {
      if (!batch.has(row)) continue;
      if (this.by === 'line') {
        const bytes = batch.bytes(row)!;
        hashBytes(bytes, 0, bytes.length, hashes, 2 * row);
        states[row] = withKey;
        continue;
      }
      const key = this.keyOf(batch, row);
      if (key === undefined || key === '') states[row] = withoutKey;
      else {
        hashString(key, hashes, 2 * row);
        states[row] = withKey;
      }
    }
  }

  private async ofFiles(
    hasher: ImageHasher,
    batch: StageBatch,
    states: Uint8Array,
    hashes: Uint32Array,
  ): Promise<void> {
    const looks = new Ahead<Row, FileHash>(
      (row, over) => hasher.of(row.sample, row.base, over),
      this.options.signal,
    );
    const rows: [number, Row][] = [];
    for (let at = 0; at < batch.rowCount; at++) {
      const row = batch.row(at);
      if (row !== undefined) rows.push([at, row]);
    }
    looks.expect(rows.map(([, row]) => row));
    try {
      for (const [at, row] of rows) {
        const look = await looks.get(row);
        if (look.error === undefined) {
          hashes[2 * at] = look.high;
          hashes[2 * at + 1] = look.low;
        } else this.report(row, look.error.message);
        states[at] = look.error === undefined ? withKey : withoutKey;
      }
    } finally {
      looks.close();
    }
  }

  private keyOf(batch: StageBatch, row: number): string | undefined {
    switch (this.by) {
      case 'line':
        return keyOfBytes(batch.bytes(row)!);
      case 'id':
        return batch.row(row)!.sample.id;
      default:
        return batch.source(row);
    }
  }

  /** A file that cannot be read. */
  private report({ sample, file, line }: Row, message: string): void {
    const finding = datasetDiagnostic('D053', message, {
      file,
      ...(line === undefined ? {} : { line }),
      source: sample.source,
      severity: 'warning',
      hint: 'The sample stays.',
    });
    if (this.findings.length < (this.options.maxDiagnostics ?? 1000)) this.findings.push(finding);
    this.options.onDiagnostic?.(finding);
  }
}

/** Where keys are when they are to be compared. */
async function storedKeys(
  input: string,
  format: FormatId,
  by: DedupeKey,
  options: DedupeOptions,
): Promise<StoredKeys> {
  const storage = storageOf(input, options);
  const isUtf8 = parseEncoding(options.encoding ?? 'utf-8') === 'utf-8';
  if (format !== 'manifest' || !isUtf8 || storage.openSync === undefined || input === '-')
    return new KeysAside();
  // What comes through a named pipe comes once.
  const stat = await storage.stat(input, { signal: options.signal });
  if (stat?.kind !== 'file') return new KeysAside();
  return new KeysInFile(storage, input, by === 'line' || by === 'id' ? by : 'source');
}

/** Samples by their keys, with what has to be closed when they have gone by. */
async function openSeen(
  input: string,
  format: FormatId,
  by: DedupeKey,
  keep: 'first' | 'last',
  options: DedupeOptions,
): Promise<{ readonly seen: SeenKeys; readonly stored: StoredKeys }> {
  const stored = await storedKeys(input, format, by, options);
  if (by !== 'image') return { seen: new SeenKeys(stored, keep), stored };
  const compare = contentComparer(options);
  // References of all rows start from one place, which that of VOC rows is too.
  const base = format === 'manifest' ? (options.baseDir ?? dirOf(input)) : '.';
  const areSame = (first: string, second: string) => compare(first, second, base, options.signal);
  return { seen: new SeenKeys(stored, keep, areSame), stored };
}

/** How a stage looks at samples that asks for nothing but keys. */
function lookedAt({ readsRows }: SampleKeys): Pick<Stage, 'asksUsage' | 'readsRows'> {
  return readsRows ? { readsRows } : { asksUsage: true };
}

/** One reading: a sample stays when its key was not there before. */
function firstStage(seen: SeenKeys, keys: SampleKeys, books: Books): Stage {
  return {
    ...lookedAt(keys),
    async apply(batch) {
      const own = await keys.of(batch);
      await seen.take(batch, own, (row, number, sameAs) => {
        books.samples++;
        if (own.states[row] === withoutKey) books.withoutKey++;
        if (sameAs === 0) books.distinct++;
        else leaveOut(batch, row, number, books, sameAs);
      });
    },
  };
}

function leaveOut(batch: StageBatch, row: number, number: number, books: Books, sameAs?: number): void {
  const { repeats, maxRepeats } = books;
  if (repeats.length < maxRepeats) {
    const source = batch.source(row)!;
    repeats.push({ source, number, ...(sameAs === undefined ? {} : { sameAs }) });
  }
  batch.drop(row);
}

/** Two readings: which samples go is known already. @param goes the numbers of the samples, from 1 */
function plannedStage(goes: BitSet, books: Books): Stage {
  return {
    asksUsage: true,
    apply(batch) {
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        const number = ++books.samples;
        if (goes.has(number)) leaveOut(batch, row, number, books);
        else books.distinct++;
      }
    },
  };
}

/** The samples that a later one repeats. */
async function repeatedLater(
  input: string,
  seen: SeenKeys,
  keys: SampleKeys,
  books: Books,
  options: DedupeOptions,
): Promise<BitSet> {
  const goes = new BitSet();
  const looking: Stage = {
    ...lookedAt(keys),
    async apply(batch) {
      const own = await keys.of(batch);
      await seen.take(batch, own, (row, _, sameAs) => {
        if (own.states[row] === withoutKey) books.withoutKey++;
        if (sameAs !== 0) goes.add(sameAs);
      });
    },
  };
  await survey(input, looking, options);
  return goes;
}

/** The samples that look like another one. */
async function alike(
  input: string,
  keys: SampleKeys,
  keep: 'first' | 'last',
  books: Books,
  { distance, ...options }: DedupeOptions,
): Promise<BitSet> {
  const numbers = new WordList();
  const highs = new WordList();
  const lows = new WordList();
  let number = 0;
  const looking: Stage = {
    async apply(batch) {
      const { states, hashes } = await keys.of(batch);
      for (let row = 0; row < batch.rowCount; row++) {
        if (states[row] === noSample) continue;
        number++;
        if (states[row] === withoutKey) {
          books.withoutKey++;
          continue;
        }
        numbers.push(number);
        highs.push(hashes[2 * row]!);
        lows.push(hashes[2 * row + 1]!);
      }
    },
  };
  await survey(input, looking, options);
  return nearOnes(numbers.take(), highs.take(), lows.take(), keep, distance);
}

function nearOnes(
  numbers: Uint32Array,
  highs: Uint32Array,
  lows: Uint32Array,
  keep: 'first' | 'last',
  distance: number | undefined,
): BitSet {
  const goes = new BitSet();
  const groups = nearGroups(highs, lows, distance);
  const seen = new BitSet();
  for (let i = 0; i < groups.length; i++) {
    const at = keep === 'first' ? i : groups.length - 1 - i;
    const group = groups[at]!;
    if (seen.has(group)) goes.add(numbers[at]!);
    else seen.add(group);
  }
  return goes;
}
