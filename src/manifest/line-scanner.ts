import { isUtf8 } from 'node:buffer';
import { type LabelNumbering, type LabelSetNumbering, LineNotes } from './line-notes.js';
import { lineScannerModule } from './line-scanner-wasm.js';

/** Offsets in the module's memory, in bytes; see wasm/line-scanner.ts. */
const passedTo = 1020;
const table = 1024;
const slotBytes = 64;
const lineRecord = 132096;
const annotationRecords = lineRecord + 32;
const annotationWords = 16;
const mostAnnotations = 4096;
const tallyRecords = annotationRecords + mostAnnotations * annotationWords * 4;
const tallyWords = 6;
const inputStart = 443456;
const usageList = 574656;
const mostUsages = 14;
const notesStart = 574784;
const noteWords = 8;
const askNotes = 1;
const askHashes = 2;
const askNames = 4;
const askEveryName = 8;
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
  readonly pass: (start: number, end: number, asked: number) => number;
  readonly tally: (start: number, end: number) => number;
}

/** Counts what lines hold. Names are turned into numbers of its own first, 0 for none. */
export interface LineCounter extends LabelNumbering {
  /** The number of a usage. */
  usageId(usage: string): number;
  /** The number of a type of annotations. */
  typeId(type: string): number;
  /** The number of whoever made an annotation. */
  annotatorId(annotator: string): number;
  /** A line begins; `hard` is 0 when it is not said, 1 for true, 2 for false. */
  begin(usage: number, hard: number): void;
  /** An annotation of the line. */
  annotation(label: number, type: number, annotator: number, hard: number): void;
  /** The line ends. */
  end(): void;
}

/** Who hears which lines were counted, and which are left to it. */
export interface CountedLines {
  /** So many lines, of these bytes, were counted. */
  counted(lines: number, start: number, end: number): void;
  /** Lines that are no ordinary ones, or that have an annotation of a type that {@link wants} names. */
  others(start: number, end: number): void;
  /** Lines with an annotation of such a type are not counted. */
  wants?(type: string): boolean;
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
  private readonly tallyModule: Exports['tally'];
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
  /** What a {@link LabelNumbering} calls the strings of the slots, in one array for each role; -1: not asked for yet. */
  private readonly numbers = roles.map(() => new Int32Array(2048).fill(unknown));
  /** Labels of the line that is being noted, and for each label the last line that had it. */
  private readonly found = new Uint32Array(mostAnnotations);
  private lastLines = new Uint32Array(1024);
  private linesNoted = 0;
  private numbersOf: LabelNumbering | undefined;
  private epoch = -1;

  constructor(engine: Engine) {
    const module = new engine.Module(Buffer.from(lineScannerModule, 'base64'));
    const exports = new engine.Instance(module).exports as Exports;
    const { buffer } = exports.memory;
    this.module = exports.scan;
    this.passModule = exports.pass;
    this.tallyModule = exports.tally;
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
    this.bytes = bytes;
    const asked =
      notes === undefined
        ? 0
        : askNotes |
          (notes.hashes ? askHashes : 0) |
          (notes.labels === undefined ? 0 : notes.everyName ? askNames | askEveryName : askNames);
    for (;;) {
      const last = bytes.lastIndexOf(lineFeed, end + windowBytes - 1) + 1;
      if (last <= end) break;
      const window = bytes.subarray(end, last);
      if (!isUtf8(window)) break;
      this.memory.set(window, inputStart);
      this.windowStart = end;
      let stop = end;
      for (let passed = -1; stop < last && passed !== 0; ) {
        // The last line feed stops whatever is being read.
        passed = this.passModule(inputStart + stop - end, inputStart + last - end, asked);
        count += passed;
        if (notes !== undefined) this.note(passed, notes);
        stop = this.words[passedTo >> 2]! - inputStart + end;
        // With names there may have been no room for more.
        if ((asked & askNames) === 0) break;
      }
      end = stop;
      if (stop < last) break;
    }
    this.release();
    return { count, end };
  }

  /**
   * Counts what is in the lines of the bytes that line feeds end, without parsing them. Those that are no ordinary ones
   * are handed over instead, in their order.
   *
   * @param bytes UTF-8 or not, from the start of a line
   * @returns where the last of the lines ends
   */
  tally(bytes: Buffer, counter: LineCounter, lines: CountedLines): number {
    let done = 0;
    this.bytes = bytes;
    for (;;) {
      const last = bytes.lastIndexOf(lineFeed, done + windowBytes - 1) + 1;
      if (last <= done) {
        const feed = bytes.indexOf(lineFeed, done) + 1;
        if (feed === 0) break;
        lines.others(done, feed);
        done = feed;
        continue;
      }
      const window = bytes.subarray(done, last);
      if (isUtf8(window)) this.tallyWindow(window, done, counter, lines);
      else lines.others(done, last);
      done = last;
    }
    this.release();
    return done;
  }

  private tallyWindow(window: Buffer, offset: number, counter: LineCounter, lines: CountedLines): void {
    const { memory, words } = this;
    memory.set(window, inputStart);
    this.owner = 0;
    this.windowStart = offset;
    for (let from = 0; from < window.length; ) {
      // The last line feed stops whatever is being read.
      const count = this.tallyModule(inputStart + from, inputStart + window.length);
      const to = words[passedTo >> 2]! - inputStart;
      if (count > 0) {
        this.count(count, offset + to, counter, lines);
        from = to;
        continue;
      }
      const feed = window.indexOf(lineFeed, from) + 1;
      lines.others(offset + from, offset + feed);
      from = feed;
    }
  }

  /** Hands the lines that the module took note of to the counter; they end at `end`. */
  private count(count: number, end: number, counter: LineCounter, lines: CountedLines): void {
    const { words } = this;
    const shift = this.windowStart - inputStart;
    const { wants } = lines;
    let at = annotationRecords >> 2;
    let counted = 0;
    let from = 0;
    for (let line = 0; line < count; line++) {
      const head = (tallyRecords >> 2) + line * tallyWords;
      const annotations = words[head]!;
      const start = words[head + 5]! + shift;
      if (counted === 0) from = start;
      if (wants !== undefined && this.isWanted(at, annotations, wants)) {
        if (counted > 0) lines.counted(counted, from, start);
        counted = 0;
        lines.others(start, line + 1 < count ? words[head + tallyWords + 5]! + shift : end);
      } else {
        counter.begin(this.numberOf(head + 1, usageRole, counter), words[head + 4]!);
        for (let i = 0, p = at; i < annotations; i++, p += annotationWords) {
          counter.annotation(
            this.numberOf(p, labelRole, counter),
            this.numberOf(p + 3, typeRole, counter),
            this.numberOf(p + 12, annotatorRole, counter),
            words[p + 15]!,
          );
        }
        counter.end();
        counted++;
      }
      at += annotations * annotationWords;
    }
    if (counted > 0) lines.counted(counted, from, end);
  }

  private isWanted(from: number, annotations: number, wants: (type: string) => boolean): boolean {
    for (let i = 0, at = from + 3; i < annotations; i++, at += annotationWords) {
      const type = this.reference(at);
      if (type !== undefined && wants(type)) return true;
    }
    return false;
  }

  /** What the counter calls the string that three words stand for. Labels are all that a numbering is asked for. */
  private numberOf(at: number, role: number, counter: LabelNumbering): number {
    const { words } = this;
    const reference = words[at]!;
    if (reference === absent) return 0;
    if (reference < 0) return roles[role]!(counter as LineCounter, this.reference(at)!);
    const slot = reference & slotMask;
    if (this.numbersOf !== counter || this.epoch !== counter.epoch) {
      for (const numbers of this.numbers) numbers.fill(unknown);
      this.numbersOf = counter;
      this.epoch = counter.epoch;
    }
    // Lines of one window say that a string is new until the module has been asked again.
    if (reference !== slot && words[(table + slot * slotBytes + 4) >> 2] === 0) this.reference(at);
    const numbers = this.numbers[role]!;
    let number = numbers[slot]!;
    if (number === unknown) {
      number = roles[role]!(counter as LineCounter, this.strings[slot]!);
      numbers[slot] = number;
    }
    return number;
  }

  /** Adds what was found in the first lines of the window. */
  private note(count: number, notes: LineNotes): void {
    const { words, bytes } = this;
    const shift = this.windowStart - inputStart;
    const numbers = [0];
    const numberOf = (place: number): number => {
      if (place > mostUsages) return LineNotes.unlisted;
      const at = (usageList >> 2) + 2 * (place - 1);
      numbers[place] ??= notes.number(bytes.toString('utf8', words[at]! + shift, words[at + 1]! + shift));
      return numbers[place];
    };
    const before = notes.count;
    notes.reserve(before + count);
    for (let line = 0, at = notesStart >> 2; line < count; line++, at += noteWords) {
      const source = words[at + 2]!;
      notes.add(
        words[at]! + shift,
        numbers[words[at + 1]!] ?? numberOf(words[at + 1]!),
        source === 0 ? 0 : source + shift,
        words[at + 3]! + shift,
      );
    }
    if (notes.hashes) {
      for (let line = 0, at = notesStart >> 2; line < count; line++, at += noteWords)
        notes.setHash(before + line, words[at + 4]!, words[at + 5]!, words[at + 6]!);
    }
    if (notes.labels !== undefined) this.noteLabels(before, count, notes, notes.labels);
  }

  /** Adds which labels the lines have. */
  private noteLabels(before: number, count: number, notes: LineNotes, labels: LabelSetNumbering): void {
    const { words, found } = this;
    let record = annotationRecords >> 2;
    if (this.linesNoted + count > 0xffff_ffff) {
      this.linesNoted = 0;
      this.lastLines.fill(0);
    }
    for (let line = 0, at = notesStart >> 2; line < count; line++, at += noteWords) {
      const serial = ++this.linesNoted;
      let different = 0;
      const annotations = words[at + 7]!;
      for (let i = 0; i < annotations; i++, record += annotationWords) {
        if (words[record] === absent) continue;
        const label = this.numberOf(record, labelRole, labels);
        if (label >= this.lastLines.length) {
          const larger = new Uint32Array(2 * (label + 1));
          larger.set(this.lastLines);
          this.lastLines = larger;
        }
        if (this.lastLines[label] === serial) continue;
        this.lastLines[label] = serial;
        found[different++] = label;
      }
      notes.setLabels(before + line, labels.setId(found, different));
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
      for (const numbers of this.numbers) numbers[slot & slotMask] = unknown;
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

const usageRole = 0;
const labelRole = 1;
const typeRole = 2;
const annotatorRole = 3;
const unknown = -1;
const roles: readonly ((counter: LineCounter, text: string) => number)[] = [
  (counter, text) => counter.usageId(text),
  (counter, text) => counter.labelId(text),
  (counter, text) => counter.typeId(text),
  (counter, text) => counter.annotatorId(text),
];

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
