import { isUtf8 } from 'node:buffer';
import { OptionError, throwIfAborted } from '../model/index.js';
import { type ByteOrderMark, byteOrderMark } from './byte-order-mark.js';
import type { Encoding } from './encoding.js';
import type { ContainerFacts, LineBatch, LineProblem } from './line-batch.js';
import { decodeBytes, firstInvalidByte } from './transcoder.js';
import { firstInvalidUtf8 } from './utf8.js';

/** The longest line that is handed on, unless the caller says otherwise: 64 MiB. */
export const defaultMaxLineBytes = 64 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** A batch has this many lines at least before its arrays grow. */
const minimumCapacity = 64;

export interface LineSplitterOptions {
  /** Default `utf-8`. */
  readonly encoding?: Encoding;
  /** Longer lines are skipped and reported; bytes as stored. Default {@link defaultMaxLineBytes}. */
  readonly maxLineBytes?: number;
  /** The number of the first line that comes in, default 1: for a part of a file. */
  readonly firstLine?: number;
  /** Where in the file the first byte is that comes in, default 0. A byte order mark is looked for at 0 only. */
  readonly baseOffset?: number;
}

/**
 * Cuts the bytes of a file into lines, at LF only. Chunks may end anywhere, inside a character or between CR
 * and LF. Lines are ranges of the chunk itself wherever possible: a chunk that was pushed must not be changed
 * afterwards. A line that is cut by a chunk's end is copied together with the chunk it ends in; `split` hands
 * such a line on by itself instead, so that chunks are not copied.
 *
 * Every line is checked against the encoding, and no byte is ever replaced: what is wrong is a
 * {@link LineProblem}. A line above the limit is not kept in memory.
 */
export class LineSplitter {
  readonly #encoding: Encoding;
  /** Bytes of a line feed. */
  readonly #unit: 1 | 2;
  readonly #limit: number;
  #line: number;
  readonly #firstLine: number;
  /** Where `#carry[0]`, or else the next chunk, is in the file. */
  #base: number;
  #bytes = 0;
  /** The start of a file, until it is long enough to show a byte order mark. */
  #head: Buffer | undefined;
  /** The first `#carried` bytes are the line that has begun; its first `#skipped` bytes were dropped. */
  #carry: Buffer = Buffer.alloc(0);
  #carried = 0;
  #skipped = 0;
  /** How many lines to expect in a batch. */
  #capacity = minimumCapacity;
  #state: 'open' | 'refused' | 'ended' = 'open';
  #bom: ByteOrderMark | undefined;
  #crlfLine: number | undefined;
  #nulLine: number | undefined;
  #finalNewline = true;

  constructor(options: LineSplitterOptions = {}) {
    this.#encoding = options.encoding ?? 'utf-8';
    this.#unit = this.#encoding === 'utf-16le' || this.#encoding === 'utf-16be' ? 2 : 1;
    this.#limit = options.maxLineBytes ?? defaultMaxLineBytes;
    this.#line = options.firstLine ?? 1;
    this.#firstLine = this.#line;
    this.#base = options.baseOffset ?? 0;
    if (!(this.#limit > 0)) throw new OptionError(`maxLineBytes must be above 0, not ${this.#limit}`);
    if (this.#base === 0) this.#head = Buffer.alloc(0);
  }

  /** What is known of the file so far. */
  get facts(): ContainerFacts {
    return {
      ...(this.#bom === undefined ? {} : { bom: this.#bom }),
      ...(this.#crlfLine === undefined ? {} : { crlfLine: this.#crlfLine }),
      ...(this.#nulLine === undefined ? {} : { nulLine: this.#nulLine }),
      finalNewline: this.#finalNewline,
      bytes: this.#bytes,
      lines: this.#line - this.#firstLine,
    };
  }

  /** Takes in the next bytes; the lines that they complete, undefined when there are none. */
  push(chunk: Uint8Array): LineBatch | undefined {
    if (this.#state === 'ended') throw new OptionError('no more bytes can be pushed after the end');
    if (chunk.length === 0) return undefined;
    this.#bytes += chunk.length;
    if (this.#state === 'refused') return undefined;
    this.#finalNewline = false;
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#head === undefined) return this.#take(bytes, false);
    if (this.#head.length > 0) bytes = Buffer.concat([this.#head, bytes]);
    if (bytes.length < 4) {
      this.#head = Buffer.from(bytes);
      return undefined;
    }
    return this.#begin(bytes, false);
  }

  /** As `push`, without copying the chunk: a line that began in an earlier chunk is a batch of its own. */
  *split(chunk: Uint8Array): Generator<LineBatch, void, void> {
    let rest = chunk;
    if (this.#carried > 0) {
      const cut = chunk.indexOf(LF) + 1;
      if (cut > 0 && cut < chunk.length) {
        const batch = this.push(chunk.subarray(0, cut));
        if (batch !== undefined) yield batch;
        rest = chunk.subarray(cut);
      }
    }
    const batch = this.push(rest);
    if (batch !== undefined) yield batch;
  }

  /** The next byte that comes in begins a line, and is not the file's first. */
  get isAtLineStart(): boolean {
    return this.#state === 'open' && this.#head === undefined && this.#carried === 0;
  }

  /**
   * As `push` at the start of a line, for lines that the caller has cut and checked: UTF-8 without NUL, within the
   * limit of length, each ended by LF and none by CR LF.
   *
   * @param count how many lines there are in `bytes`, from 1
   * @param ends where their line feeds are, when that is known
   */
  pass(bytes: Buffer, count: number, ends?: Uint32Array): LineBatch {
    const batch = new PassedLines(bytes, count, this.#line, this.#base, ends);
    this.#bytes += bytes.length;
    this.#base += bytes.length;
    this.#line += count;
    this.#finalNewline = true;
    return batch;
  }

  /** No more bytes come: the last line, if no LF ended it. */
  end(): LineBatch | undefined {
    const isOpen = this.#state === 'open';
    this.#state = 'ended';
    if (!isOpen) return undefined;
    if (this.#head !== undefined) return this.#begin(this.#head, true);
    return this.#carried === 0 ? undefined : this.#take(Buffer.alloc(0), true);
  }

  /** The first bytes of the file: looks for a byte order mark. */
  #begin(bytes: Buffer, isLast: boolean): LineBatch | undefined {
    this.#head = undefined;
    const found = byteOrderMark(bytes);
    if (found === undefined) return this.#take(bytes, isLast);
    this.#bom = found.mark;
    if (found.mark !== this.#encoding) return this.#refuse(found.mark);
    this.#base = found.length;
    return this.#take(bytes.subarray(found.length), isLast);
  }

  /** The file is in another encoding: one line says so, and no other comes. */
  #refuse(bom: ByteOrderMark): LineBatch {
    if (this.#state === 'open') this.#state = 'refused';
    const isSupported = bom === 'utf-8' || bom === 'utf-16le' || bom === 'utf-16be';
    const hint = isSupported ? `read it with the encoding ${bom}` : 'save it as UTF-8';
    const problems = new Map<number, LineProblem>([[0, { kind: 'wrong-encoding', bom, hint }]]);
    const none = new Uint32Array(1);
    return new Lines(
      Buffer.alloc(0),
      1,
      none,
      none,
      this.#line++,
      { bytes: Buffer.alloc(0), starts: none, ends: none, base: 0, skipped: 0 },
      problems,
    );
  }

  /** Cuts what is carried and the new bytes into lines; with `isLast` the rest is a line as well. */
  #take(chunk: Buffer, isLast: boolean): LineBatch | undefined {
    let bytes = chunk;
    let from = 0;
    if (this.#carried > 0) {
      if (!isLast && this.#skip(chunk)) return undefined;
      from = this.#carried - (this.#carried % this.#unit);
      this.#append(chunk);
      bytes = this.#carry.subarray(0, this.#carried);
    }
    const cut = this.#unit === 1 ? this.#cutBytes(bytes, from) : this.#cutUnits(bytes, from);
    const rest = bytes.length - cut.done;
    this.#finalNewline = rest === 0;
    if (isLast && rest > 0) {
      addLine(cut, cut.done, this.#withoutCr(bytes, cut.done, bytes.length));
      cut.done = bytes.length;
    }
    if (cut.count === 0) {
      if (rest > 0 && bytes === chunk && !this.#skip(chunk)) this.#append(chunk);
      this.#dropOverlong();
      return undefined;
    }
    const { count } = cut;
    const batch = this.#batch(bytes, cut);
    this.#base += cut.done;
    this.#line += count;
    this.#skipped = 0;
    this.#carry = Buffer.alloc(0);
    this.#carried = 0;
    this.#capacity = Math.max(minimumCapacity, count + (count >> 3));
    if (cut.done < bytes.length) {
      const tail = bytes.subarray(cut.done);
      if (!this.#skip(tail)) this.#append(tail);
      this.#dropOverlong();
    }
    return batch;
  }

  /** Finds the lines that one-byte line feeds end; the bytes before `from` hold none. */
  #cutBytes(bytes: Buffer, from: number): Cut {
    let starts = new Uint32Array(this.#capacity);
    let ends = new Uint32Array(this.#capacity);
    let count = 0;
    let start = 0;
    for (let lf = bytes.indexOf(LF, from); lf !== -1; ) {
      if (count === starts.length) {
        starts = grown(starts);
        ends = grown(ends);
      }
      let end = lf;
      if (end > start && bytes[end - 1] === CR) {
        end--;
        this.#crlfLine ??= this.#line + count;
      }
      starts[count] = start;
      ends[count] = end;
      count++;
      start = lf + 1;
      lf = bytes[start] === LF ? start : bytes.indexOf(LF, start);
    }
    return { starts, ends, count, done: start };
  }

  /** The same for UTF-16. */
  #cutUnits(bytes: Buffer, from: number): Cut {
    const cut: Cut = {
      starts: new Uint32Array(this.#capacity),
      ends: new Uint32Array(this.#capacity),
      count: 0,
      done: 0,
    };
    const low = this.#encoding === 'utf-16le' ? 0 : 1;
    for (let at = bytes.indexOf(LF, from + low); at !== -1; at = bytes.indexOf(LF, at + 1)) {
      const lf = at - low;
      if (lf % 2 !== 0 || lf + 1 >= bytes.length || bytes[lf + 1 - low] !== 0) continue;
      const end = this.#withoutCr(bytes, cut.done, lf);
      if (end < lf) this.#crlfLine ??= this.#line + cut.count;
      addLine(cut, cut.done, end);
      cut.done = lf + 2;
    }
    return cut;
  }

  /** `end`, or the place of the carriage return before it. */
  #withoutCr(bytes: Buffer, start: number, end: number): number {
    const cr = end - this.#unit;
    if (cr < start) return end;
    const low = this.#encoding === 'utf-16be' ? cr + 1 : cr;
    return bytes[low] === CR && (this.#unit === 1 || bytes[low ^ 1] === 0) ? cr : end;
  }

  /** Forgets the line that has begun, when a chunk without its end makes it too long. */
  #skip(chunk: Buffer): boolean {
    // Only where one byte tells the end: the last byte is kept, since it may be a CR.
    if (this.#unit === 2) return false;
    // What has lost bytes already is too long however short its next chunk.
    if (this.#skipped === 0 && this.#carried + chunk.length <= this.#limit + 1) return false;
    if (chunk.includes(LF)) return false;
    const dropped = this.#carried + chunk.length - 1;
    this.#carry = Buffer.from(chunk.subarray(chunk.length - 1));
    this.#carried = 1;
    this.#skipped += dropped;
    this.#base += dropped;
    return true;
  }

  /** Forgets most of a carried line that is too long. */
  #dropOverlong(): void {
    const kept = this.#unit + (this.#carried % this.#unit);
    if (this.#carried <= this.#limit + 2 * this.#unit || this.#carried <= kept) return;
    const dropped = this.#carried - kept;
    this.#carry = Buffer.from(this.#carry.subarray(dropped, this.#carried));
    this.#carried = kept;
    this.#skipped += dropped;
    this.#base += dropped;
  }

  /** Copies bytes to the end of what is carried. */
  #append(bytes: Buffer): void {
    const length = this.#carried + bytes.length;
    if (length > this.#carry.length) {
      const larger = Buffer.allocUnsafeSlow(
        this.#carried === 0 ? length : Math.max(length, 2 * this.#carried),
      );
      this.#carry.copy(larger, 0, 0, this.#carried);
      this.#carry = larger;
    }
    bytes.copy(this.#carry, this.#carried);
    this.#carried = length;
  }

  #batch(bytes: Buffer, cut: Cut): LineBatch {
    const { starts, ends, count, done } = cut;
    const stored: Stored = { bytes, starts, ends, base: this.#base, skipped: this.#skipped };
    const problems = new Map<number, LineProblem>();
    if (this.#skipped + bytes.length > this.#limit) this.#findOverlong(stored, count, problems);
    if (this.#encoding === 'utf-8') {
      const region = done === bytes.length ? bytes : bytes.subarray(0, done);
      if (region.includes(0)) this.#findNul(stored, count, problems);
      if (!isUtf8(region)) findInvalidUtf8(stored, count, problems);
      // The lines too long are empty here; of the others the reader may want to show what is there.
      const parsed = hasOverlong(problems) ? withEmptyLines(stored, count, problems) : stored;
      return new Lines(bytes, count, parsed.starts, parsed.ends, this.#line, stored, problems);
    }
    const utf8 = this.#transcode(stored, count, problems);
    return new Lines(utf8.bytes, count, utf8.starts, utf8.ends, this.#line, stored, problems);
  }

  #findOverlong({ starts, ends, skipped }: Stored, count: number, problems: Map<number, LineProblem>): void {
    const limit = this.#limit;
    for (let i = 0; i < count; i++) {
      const length = ends[i]! - starts[i]! + (i === 0 ? skipped : 0);
      if (length > limit) problems.set(i, { kind: 'too-long', limit, length });
    }
  }

  #findNul({ bytes, starts, ends, base }: Stored, count: number, problems: Map<number, LineProblem>): void {
    let nul = bytes.indexOf(0);
    for (let i = 0; i < count && nul !== -1; i++) {
      if (nul < starts[i]!) nul = bytes.indexOf(0, starts[i]!);
      if (nul === -1 || nul >= ends[i]! || problems.has(i)) continue;
      this.#nulLine ??= this.#line + i;
      const hint = `the bytes look like UTF-16: try the encoding ${(base + nul) % 2 === 1 ? 'utf-16le' : 'utf-16be'}`;
      const offset = nul - starts[i]!;
      const isWide = looksWide(bytes, starts[i]!, ends[i]!);
      problems.set(i, isWide ? { kind: 'nul', offset, hint } : { kind: 'nul', offset });
    }
  }

  /** The lines in UTF-8; those with a problem, old or new, are empty. */
  #transcode(stored: Stored, count: number, problems: Map<number, LineProblem>): Ranges {
    const { starts, ends, bytes } = stored;
    if (problems.size === 0) {
      // All at once. LF and CR are the same characters in both, so there are as many lines as before.
      const text = decodeBytes(this.#encoding, bytes.subarray(starts[0]!, ends[count - 1]!));
      if (text !== undefined) return cutText(text, count);
    }
    const texts: string[] = [];
    const utf8: Ranges = { bytes, starts: new Uint32Array(count), ends: new Uint32Array(count) };
    let length = 0;
    for (let i = 0; i < count; i++) {
      utf8.starts[i] = length;
      utf8.ends[i] = length;
      if (problems.has(i)) continue;
      const line = bytes.subarray(starts[i]!, ends[i]!);
      const text = decodeBytes(this.#encoding, line);
      if (text === undefined) {
        const offset = firstInvalidByte(this.#encoding, line);
        problems.set(i, { kind: 'encoding', encoding: this.#encoding, offset });
        continue;
      }
      texts.push(text);
      length += Buffer.byteLength(text);
      utf8.ends[i] = length;
    }
    return { ...utf8, bytes: Buffer.from(texts.join(''), 'utf8') };
  }
}

/** Lines found in bytes: `count` of them up to and without the byte at `done`. */
interface Cut {
  starts: Uint32Array;
  ends: Uint32Array;
  count: number;
  done: number;
}

interface Ranges {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Lines as they are in the file: `bytes[0]` is its byte `base`, and `skipped` bytes of line 0 came before. */
interface Stored extends Ranges {
  readonly base: number;
  readonly skipped: number;
}

class Lines implements LineBatch {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly firstLine: number;
  readonly #stored: Stored;
  readonly #problems: ReadonlyMap<number, LineProblem>;

  constructor(
    bytes: Buffer,
    count: number,
    starts: Uint32Array,
    ends: Uint32Array,
    firstLine: number,
    stored: Stored,
    problems: ReadonlyMap<number, LineProblem>,
  ) {
    this.bytes = bytes;
    this.count = count;
    this.starts = starts;
    this.ends = ends;
    this.firstLine = firstLine;
    this.#stored = stored;
    this.#problems = problems;
  }

  offset(i: number): number {
    const { base, starts, skipped } = this.#stored;
    return base + starts[i]! - (i === 0 ? skipped : 0);
  }

  problem(i: number): LineProblem | undefined {
    return this.#problems.size === 0 ? undefined : this.#problems.get(i);
  }

  raw(i: number): Uint8Array | undefined {
    const { bytes, starts, ends, skipped } = this.#stored;
    return i === 0 && skipped > 0 ? undefined : bytes.subarray(starts[i]!, ends[i]!);
  }
}

/** Lines in which nothing is wrong; where they are is looked for when it is asked. */
class PassedLines implements LineBatch {
  #starts: Uint32Array | undefined;
  #ends: Uint32Array | undefined;
  readonly #base: number;

  constructor(
    readonly bytes: Buffer,
    readonly count: number,
    readonly firstLine: number,
    base: number,
    ends: Uint32Array | undefined,
  ) {
    this.#base = base;
    this.#ends = ends;
  }

  get starts(): Uint32Array {
    if (this.#starts === undefined) {
      this.#starts = new Uint32Array(this.count);
      const { ends } = this;
      for (let i = 1; i < this.count; i++) this.#starts[i] = ends[i - 1]! + 1;
    }
    return this.#starts;
  }

  get ends(): Uint32Array {
    if (this.#ends === undefined) {
      this.#ends = new Uint32Array(this.count);
      for (let i = 0, at = 0; i < this.count; i++, at++) {
        at = this.bytes.indexOf(LF, at);
        this.#ends[i] = at;
      }
    }
    return this.#ends;
  }

  offset(i: number): number {
    return this.#base + this.starts[i]!;
  }

  problem(): undefined {
    return undefined;
  }

  raw(i: number): Uint8Array {
    return this.bytes.subarray(this.starts[i]!, this.ends[i]!);
  }
}

function addLine(cut: Cut, start: number, end: number): void {
  if (cut.count === cut.starts.length) {
    cut.starts = grown(cut.starts);
    cut.ends = grown(cut.ends);
  }
  cut.starts[cut.count] = start;
  cut.ends[cut.count] = end;
  cut.count++;
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function findInvalidUtf8(
  { bytes, starts, ends }: Stored,
  count: number,
  problems: Map<number, LineProblem>,
): void {
  for (let i = 0; i < count; i++) {
    if (problems.has(i)) continue;
    const line = bytes.subarray(starts[i]!, ends[i]!);
    if (isUtf8(line)) continue;
    const offset = firstInvalidUtf8(bytes, starts[i]!, ends[i]!);
    const isGbk = decodeBytes('gbk', line) !== undefined;
    const problem = { kind: 'encoding', encoding: 'utf-8', offset } as const;
    problems.set(i, isGbk ? { ...problem, hint: 'the bytes are valid GBK: try the encoding gbk' } : problem);
  }
}

/** Most characters of UTF-16 text in a manifest are ASCII, so that about every other byte is zero. */
function looksWide(bytes: Buffer, start: number, end: number): boolean {
  const seenTo = Math.min(end, start + 400);
  let zeros = 0;
  for (let i = start; i < seenTo; i++) if (bytes[i] === 0) zeros++;
  return zeros * 4 >= seenTo - start;
}

function hasOverlong(problems: ReadonlyMap<number, LineProblem>): boolean {
  for (const problem of problems.values()) if (problem.kind === 'too-long') return true;
  return false;
}

function withEmptyLines(stored: Stored, count: number, problems: ReadonlyMap<number, LineProblem>): Ranges {
  const starts = stored.starts.slice(0, count);
  const ends = stored.ends.slice(0, count);
  for (const [i, problem] of problems) if (problem.kind === 'too-long') ends[i] = starts[i]!;
  return { bytes: stored.bytes, starts, ends };
}

/** Lines of a text in UTF-8. */
function cutText(text: string, count: number): Ranges {
  const bytes = Buffer.from(text, 'utf8');
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let start = 0;
  for (let i = 0; i < count; i++) {
    const lf = bytes.indexOf(LF, start);
    const isLast = lf === -1;
    const end = isLast ? bytes.length : lf;
    starts[i] = start;
    ends[i] = !isLast && end > start && bytes[end - 1] === CR ? end - 1 : end;
    start = end + 1;
  }
  return { bytes, starts, ends };
}

/**
 * The lines of a stream of chunks, in batches; see {@link LineSplitter}.
 *
 * @param options.splitter  does the work in place of one made from the other options; its `facts` can be
 *   asked at any time
 * @throws AbortedError within one chunk of the signal
 */
export async function* lineBatches(
  chunks: AsyncIterable<Uint8Array>,
  options: LineSplitterOptions & { readonly signal?: AbortSignal; readonly splitter?: LineSplitter } = {},
): AsyncGenerator<LineBatch, void, void> {
  const { signal, splitter = new LineSplitter(options) } = options;
  throwIfAborted(signal);
  for await (const chunk of chunks) {
    throwIfAborted(signal);
    yield* splitter.split(chunk);
  }
  throwIfAborted(signal);
  const last = splitter.end();
  if (last !== undefined) yield last;
}
