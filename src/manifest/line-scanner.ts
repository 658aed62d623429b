import { isUtf8 } from 'node:buffer';
import { LineNotes } from './line-notes.js';
import { lineScannerModule } from './line-scanner-wasm.js';

/** Offsets in the module's memory, in bytes; see wasm/line-scanner.ts. */
const passedTo = 1020;
const table = 1024;
const slotBytes = 64;
const lineRecord = 132096;
const annotationRecords = lineRecord + 32;
const annotationWords = 12;
const inputStart = 328768;
const notesStart = 459904;
const noteWords = 4;
const usageList = 600064;
const mostUsages = 14;
/** Bytes of input that are in the module's memory at a time: small enough for the processor's cache. */
const windowBytes = 128 * 1024;
/** Zeros behind the input end whatever is being read there. */
const sentinelBytes = 32;

const lineFeed = 0x0a;

const absent = -1;
const plain = -2;
const withEscapes = -3;
const fresh = 1 << 16;
const slotMask = fresh - 1;
const exactNumber = 1;
const longNumber = 2;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly scan: (start: number, end: number, record: number) => number;
  readonly pass: (start: number, end: number, note: number) => number;
}

/** What there is of WebAssembly here; the types of ES and of Node do not name it. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

/**
 * Recognises ordinary lines of manifests and finds the fields of samples and annotations in them, at a fraction
 * of the cost of parsing. What {@link scan} accepts is valid JSON with the values that `JSON.parse` finds; what it
 * refuses may be anything and is to be parsed. One line is looked at at a time: its fields hold until the next.
 */
export class LineScanner {
  private readonly module: Exports['scan'];
  private readonly passModule: Exports['pass'];
  private readonly memory: Uint8Array;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  /** Strings by slot of the module's table. */
  private readonly strings: string[] = new Array<string>(2048).fill('');
  /** Whose bytes from {@link windowStart} to {@link windowEnd} are in the memory. */
  private owner = 0;
  private windowStart = 0;
  private windowEnd = 0;
  private bytes: Buffer = Buffer.alloc(0);

  constructor(engine: Engine) {
    const module = new engine.Module(Buffer.from(lineScannerModule, 'base64'));
    const exports = new engine.Instance(module).exports as Exports;
    const { buffer } = exports.memory;
    this.module = exports.scan;
    this.passModule = exports.pass;
    this.memory = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /**
   * True when the line at `start`…`end` of the bytes is an ordinary one.
   *
   * @param owner a number that stands for these bytes and no others, from {@link newOwner}
   */
  accepts(owner: number, bytes: Buffer, start: number, end: number): boolean {
    const at = this.place(owner, bytes, start, end);
    return at >= 0 && this.module(at, at + end - start, 0) >= 0;
  }

  /**
   * The ordinary lines that the bytes begin with, each ended by LF and none by CR LF: how many there are, and where
   * the last of them ends, its LF included. It may stop before an ordinary line, when that is very long or has bytes
   * near it that are not UTF-8.
   *
   * @param bytes UTF-8 or not
   * @param notes takes what is found in the lines
   */
  pass(bytes: Buffer, notes?: LineNotes): { readonly count: number; readonly end: number } {
    let count = 0;
    let end = 0;
    this.owner = 0;
    for (;;) {
      const last = bytes.lastIndexOf(lineFeed, end + windowBytes - 1) + 1;
      if (last <= end) break;
      const window = bytes.subarray(end, last);
      if (!isUtf8(window)) break;
      this.memory.set(window, inputStart);
      // The last line feed stops whatever is being read.
      const passed = this.passModule(inputStart, inputStart + last - end, notes === undefined ? 0 : 1);
      count += passed;
      if (notes !== undefined) this.note(bytes, end, passed, notes);
      const stop = this.words[passedTo >> 2]! - inputStart + end;
      if (stop < last) return { count, end: stop };
      end = last;
    }
    return { count, end };
  }

  /** Adds what was found in the lines of the window that begins at `start`. */
  private note(bytes: Buffer, start: number, count: number, notes: LineNotes): void {
    const { words } = this;
    const shift = start - inputStart;
    const numbers = [0];
    const numberOf = (place: number): number => {
      if (place > mostUsages) return LineNotes.unlisted;
      const at = (usageList >> 2) + 2 * (place - 1);
      numbers[place] ??= notes.number(bytes.toString('utf8', words[at]! + shift, words[at + 1]! + shift));
      return numbers[place];
    };
    notes.reserve(notes.count + count);
    for (let line = 0, at = notesStart >> 2; line < count; line++, at += noteWords) {
      const source = words[at + 2]!;
      notes.add(
        words[at]! + shift,
        numbers[words[at + 1]!] ?? numberOf(words[at + 1]!),
        source === 0 ? 0 : source + shift,
        words[at + 3]! + shift,
      );
    }
  }

  /** As {@link accepts}, taking note of the fields: how many annotations the line has, -1 when it is not ordinary. */
  scan(owner: number, bytes: Buffer, start: number, end: number): number {
    const at = this.place(owner, bytes, start, end);
    if (at < 0) return -1;
    this.bytes = bytes;
    return this.module(at, at + end - start, 1);
  }

  /** Where the line is in the module's memory; -1 when it does not fit. */
  private place(owner: number, bytes: Buffer, start: number, end: number): number {
    if (owner !== this.owner || start < this.windowStart || end > this.windowEnd) {
      if (end - start > windowBytes) return -1;
      const last = Math.min(start + windowBytes, bytes.length);
      this.memory.set(bytes.subarray(start, last), inputStart);
      this.memory.fill(0, inputStart + last - start, inputStart + last - start + sentinelBytes);
      this.owner = owner;
      this.windowStart = start;
      this.windowEnd = last;
    }
    return start - this.windowStart + inputStart;
  }

  /** The line's `source`. */
  get source(): string {
    const { words } = this;
    const at = lineRecord >> 2;
    return this.decode(words[at]!, words[at + 1]!, words[at + 2] !== 0);
  }

  get usage(): string | undefined {
    return this.reference((lineRecord >> 2) + 3);
  }

  /** `name` of annotation `i`; undefined when it is absent or null, as with the others. */
  name(i: number): string | undefined {
    return this.reference((annotationRecords >> 2) + i * annotationWords);
  }

  type(i: number): string | undefined {
    return this.reference((annotationRecords >> 2) + i * annotationWords + 3);
  }

  /** `annotation-loc` */
  loc(i: number): string | undefined {
    const { words } = this;
    const at = (annotationRecords >> 2) + i * annotationWords + 6;
    const start = words[at]!;
    return start === 0 ? undefined : this.decode(start, words[at + 1]!, words[at + 2] !== 0);
  }

  confidence(i: number): number | undefined {
    const { words } = this;
    const at = (annotationRecords >> 2) + i * annotationWords + 9;
    if (words[at] === exactNumber) return this.doubles[(at + 1) >> 1];
    if (words[at] !== longNumber) return undefined;
    const number = Number(this.decode(words[at + 1]!, words[at + 2]!, false));
    return Number.isFinite(number) ? number : undefined;
  }

  /** The string that three words stand for. */
  private reference(at: number): string | undefined {
    const { words, strings } = this;
    const slot = words[at]!;
    if (slot >= 0 && slot < fresh) return strings[slot];
    if (slot === absent) return undefined;
    const string = this.decode(words[at + 1]!, words[at + 2]!, slot === withEscapes);
    if (slot !== plain && slot !== withEscapes) {
      strings[slot & slotMask] = string;
      words[(table + (slot & slotMask) * slotBytes + 4) >> 2] = 1;
    }
    return string;
  }

  /** A string of its own, which keeps nothing else alive. */
  private decode(from: number, to: number, escaped: boolean): string {
    const shift = this.windowStart - inputStart;
    const { bytes } = this;
    if (!escaped) return bytes.toString('utf8', from + shift, to + shift);
    return JSON.parse(bytes.toString('utf8', from + shift - 1, to + shift + 1)) as string;
  }

  /** Lets go of the bytes of the last line. */
  release(): void {
    this.bytes = noBytes;
  }
}

const noBytes = Buffer.alloc(0);
let owners = 0;
let shared: LineScanner | undefined;

/** A number for {@link LineScanner.scan} that no bytes have had yet. */
export function newOwner(): number {
  return ++owners;
}

/** The scanner of this thread; undefined where there is no WebAssembly (`node --jitless`). */
export function lineScanner(): LineScanner | undefined {
  if (shared === undefined) {
    const { WebAssembly: engine } = globalThis as { WebAssembly?: Engine };
    if (engine !== undefined) shared = new LineScanner(engine);
  }
  return shared;
}
