import type { Diagnostic } from '../model/index.js';
import type { LineBatch } from '../text/index.js';
import { isBlank } from './faults.js';
import type { LineNotes } from './line-notes.js';
import { type LineScanner, newOwner } from './line-scanner.js';
import type { ManifestSample } from './sample.js';

/** A line that gave no sample. */
export interface UnreadableLine {
  /** Index of the line in the batch. */
  readonly row: number;
  readonly diagnostic: Diagnostic;
  /** The line's bytes as stored, without its terminator: a copy, to be kept for a later repair. */
  readonly raw: Uint8Array;
}

/** Reads rows for a batch. */
export interface RowReader {
  /** A sample, or nothing when the line is blank, unreadable, or of another usage. */
  read(batch: ManifestBatch, row: number): ManifestSample | undefined;
  /** True when a row that was not read certainly holds a sample without faults; cheaper than reading it. */
  vouches(batch: ManifestBatch, row: number): boolean;
  /** The scanner with the fields of a row that is an ordinary line; the caller releases it. */
  look(batch: ManifestBatch, row: number): LineScanner | undefined;
}

const unread = 0;
const present = 1;
const absent = 2;
/** Not read, but known to hold a sample. */
const vouched = 3;

/**
 * Some consecutive lines of a manifest. Rows are read when they are asked for, at the latest by
 * {@link samples}; a row that nobody asked for passes to the writer as the bytes it is.
 */
export class ManifestBatch {
  readonly lines: LineBatch;
  /** @internal Stands for the bytes of {@link lines} where they are copied to be looked at. */
  readonly owner = newOwner();
  /** Lines that gave no sample, blank ones left out. Rows that have not been read yet are not here. */
  readonly unreadable: UnreadableLine[] = [];
  private readonly reader: RowReader;
  private readonly states: Uint8Array;
  private rows: (ManifestSample | undefined)[] | undefined = undefined;
  private list: ManifestSample[] | undefined = undefined;
  private whole: boolean;

  /**
   * @param isVouched every line certainly holds a sample without faults, and ends with LF alone
   * @param notes what is known of the lines then
   * @param overwrite the memory of the lines may be written over once they have been formatted
   */
  constructor(
    lines: LineBatch,
    reader: RowReader,
    isVouched = false,
    private readonly notes?: LineNotes,
    private readonly overwrite = false,
  ) {
    this.lines = lines;
    this.reader = reader;
    this.states = new Uint8Array(lines.count);
    this.whole = isVouched;
    if (isVouched) this.states.fill(vouched);
  }

  /** @internal What was noted of the lines, where it was asked for and all of them are ordinary. */
  get noted(): LineNotes | undefined {
    return this.whole ? this.notes : undefined;
  }

  /** @internal The writer copies all {@link lines} as they are, and they are all the bytes that these have. */
  get isWhole(): boolean {
    return this.whole;
  }

  /**
   * @internal Moves the lines that stay together, over those that do not; undefined where lines changed or may not be
   * moved. Nothing can be asked of the lines afterwards.
   */
  compact(): Buffer | undefined {
    if (!this.overwrite || this.rows !== undefined) return undefined;
    const { states } = this;
    const { bytes, starts, ends } = this.lines;
    let length = 0;
    for (let row = 0; row < states.length; ) {
      if (states[row] === absent) {
        row++;
        continue;
      }
      const start = starts[row]!;
      do row++;
      while (row < states.length && states[row] !== absent);
      const end = ends[row - 1]! + 1;
      if (length < start) bytes.copyWithin(length, start, end);
      length += end - start;
    }
    return bytes.subarray(0, length);
  }

  /** Lines in the batch, whatever they hold. */
  get rowCount(): number {
    return this.lines.count;
  }

  /** The samples of the batch in file order, without dropped ones. Reads every row not yet read. */
  get samples(): readonly ManifestSample[] {
    if (this.list !== undefined) return this.list;
    const list: ManifestSample[] = [];
    for (let row = 0; row < this.lines.count; row++) {
      const sample = this.sample(row);
      if (sample !== undefined) list.push(sample);
    }
    this.list = list;
    return list;
  }

  /** Reads every row not yet read. */
  readAll(): void {
    for (let row = 0; row < this.lines.count; row++) this.sample(row);
  }

  /** Makes sure of every row that it holds a sample, or finds what is wrong with it; reads only where it must. */
  checkAll(): void {
    if (this.whole) return;
    const { states, reader } = this;
    for (let row = 0; row < states.length; row++) {
      if (states[row] !== unread) continue;
      if (reader.vouches(this, row)) states[row] = vouched;
      else this.sample(row);
    }
  }

  /** How many {@link samples} there are. Reads only the rows that it cannot tell of otherwise. */
  get sampleCount(): number {
    if (this.whole) return this.states.length;
    if (this.list !== undefined) return this.list.length;
    this.checkAll();
    const { states } = this;
    let count = 0;
    for (let row = 0; row < states.length; row++) if (states[row] !== absent) count++;
    return count;
  }

  /** The sample of one row; undefined when its line holds none or it was dropped. */
  sample(row: number): ManifestSample | undefined {
    const state = this.states[row];
    if (state === absent) return undefined;
    this.whole = false;
    this.rows ??= new Array<ManifestSample | undefined>(this.lines.count);
    if (state !== present) {
      const sample = this.reader.read(this, row);
      this.states[row] = sample === undefined ? absent : present;
      this.rows[row] = sample;
    }
    return this.rows[row];
  }

  /** `source` of a row as stored; undefined when it holds no sample. A row that nobody looked at is not parsed for it. */
  source(row: number): string | undefined {
    const noted = this.states[row] === vouched ? this.notes?.source(row, this.lines.bytes) : undefined;
    if (noted !== undefined) return noted;
    const scanner = this.ordinary(row);
    if (scanner === undefined) return this.sample(row)?.source;
    const { source } = scanner;
    scanner.release();
    return source;
  }

  /** `usage` of a row as stored, like {@link source}; undefined too when the sample has none. */
  usage(row: number): string | undefined {
    const { notes } = this;
    if (notes !== undefined && this.states[row] === vouched && notes.knowsUsage(row)) return notes.usage(row);
    const scanner = this.ordinary(row);
    if (scanner === undefined) return this.sample(row)?.usage;
    const { usage } = scanner;
    scanner.release();
    return usage;
  }

  private ordinary(row: number): LineScanner | undefined {
    const state = this.states[row];
    return state === present || state === absent ? undefined : this.reader.look(this, row);
  }

  /** Takes a row out: neither {@link samples} nor the writer will see it. False when it held no sample anyway. */
  drop(row: number): boolean {
    if (this.states[row] === unread) this.sample(row);
    if (this.states[row] === absent) return false;
    this.whole = false;
    this.states[row] = absent;
    if (this.rows !== undefined) this.rows[row] = undefined;
    this.list = undefined;
    return true;
  }

  /** Takes out every sample for which `keep` is false. */
  filter(keep: (sample: ManifestSample) => boolean): void {
    for (let row = 0; row < this.lines.count; row++) {
      const sample = this.sample(row);
      if (sample !== undefined && !keep(sample)) this.drop(row);
    }
  }

  /**
   * What the writer does with a row: the sample when it has one that may differ from its line, `true` when
   * the line is written as it is, `false` when it is left out.
   */
  outcome(row: number): ManifestSample | boolean {
    const state = this.states[row];
    if (state === vouched) return true;
    if (state === absent) return false;
    if (state === present) {
      const sample = this.rows![row]!;
      return sample.touched ? sample : true;
    }
    return !this.isBlank(row) && this.lines.problem(row) === undefined;
  }

  /** The line holds white space and nothing else, as M005 counts it: that of Unicode too. */
  isBlank(row: number): boolean {
    const { bytes, starts, ends } = this.lines;
    for (let at = starts[row]!, end = ends[row]!; at < end; at++) {
      const byte = bytes[at];
      if (byte === 0x20 || (byte! >= 0x09 && byte! <= 0x0d)) continue;
      return byte! >= 0x80 && isBlank(bytes.toString('utf8', at, end));
    }
    return true;
  }
}
