import { isAscii, isUtf8 } from 'node:buffer';
import { type JsonObject, throwIfAborted } from '../../model/index.js';
import type { AnnotationDecoder } from './annotation-decoder.js';
import { type ByteScanner, isBlank } from './byte-scanner.js';

/** The longest value that is held in memory at a time, in bytes. */
const longestValue = 256 * 1024 * 1024;

const backslash = 0x5c;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Why bytes are no JSON, and where. */
export interface JsonBreak {
  /** In the file, in bytes. */
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

/** The part of a file that is being looked at: it moves forward as more is read, and grows to hold one value whole. */
export class JsonWindow {
  bytes: Buffer;
  /** What is before this place is done with, and leaves the memory when more is read. */
  at = 0;
  end = 0;
  /** Where in the file the first of the bytes is. */
  base: number;
  /** There is nothing behind the bytes. */
  isLast = false;
  /** A value is longer than {@link longestValue}. */
  isTooLong = false;
  readonly scanner: ByteScanner;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  #isAscii = true;

  /** @param base where in the file the chunks begin */
  constructor(
    scanner: ByteScanner,
    chunks: AsyncIterable<Uint8Array>,
    base: number,
    signal: AbortSignal | undefined,
  ) {
    this.scanner = scanner;
    this.bytes = scanner.memory(0);
    this.base = base;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#signal = signal;
  }

  /** Reads another chunk. @returns false when there is none, or the bytes from {@link at} on are too many */
  async more(): Promise<boolean> {
    if (this.isLast) return false;
    const kept = this.end - this.at;
    if (kept > longestValue) {
      this.isTooLong = true;
      return false;
    }
    throwIfAborted(this.#signal);
    const next = await this.#chunks.next();
    if (next.done === true) {
      this.isLast = true;
      return false;
    }
    const chunk = next.value;
    if (kept > 0 && this.at > 0) this.bytes.copyWithin(0, this.at, this.end);
    this.base += this.at;
    this.at = 0;
    this.end = kept + chunk.length;
    if (this.end > this.bytes.length) this.bytes = this.scanner.memory(this.end);
    this.bytes.set(chunk, kept);
    this.#isAscii = isAscii(this.bytes.subarray(0, this.end));
    return true;
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    this.isLast = true;
    await this.#chunks.return?.();
  }

  /** Where in the file {@link at} is. */
  get offset(): number {
    return this.base + this.at;
  }

  /** The text at places of the bytes; undefined when it is not UTF-8. */
  text(start: number, end: number): string | undefined {
    if (this.#isAscii) return this.bytes.toString('latin1', start, end);
    return isUtf8(this.bytes.subarray(start, end)) ? this.bytes.toString('utf8', start, end) : undefined;
  }

  /** Moves to the next byte that is not white space. @returns it, -1 at the end of the file */
  async peek(): Promise<number> {
    for (;;) {
      const { bytes, end } = this;
      while (this.at < end && isBlank(bytes[this.at]!)) this.at++;
      if (this.at < end) return bytes[this.at]!;
      if (!(await this.more())) return -1;
    }
  }

  /**
   * Where the value ends that begins at `at`.
   *
   * @returns the place behind it; -1 when it goes on behind the bytes, or does so for all that can be told; 0 when
   *   there is no value
   */
  valueEnd(at: number): number {
    const { bytes, end } = this;
    const first = bytes[at]!;
    if (first === openBrace || first === openBracket) return this.scanner.skip(at, end);
    if (first === quote) {
      for (let i = at + 1; i < end; i++) {
        const byte = bytes[i]!;
        if (byte === quote) return i + 1;
        if (byte === backslash) i++;
      }
      return -1;
    }
    let i = at;
    while (i < end && isWord(bytes[i]!)) i++;
    if (i === at) return 0;
    return i === end && !this.isLast ? -1 : i;
  }

  /** {@link valueEnd} of the value at {@link at}, reading what it takes. 0: there is no value; -1: the file ends in it. */
  async wholeValue(): Promise<number> {
    for (;;) {
      const found = this.at < this.end ? this.valueEnd(this.at) : -1;
      if (found !== -1 || !(await this.more())) return found;
    }
  }

  /** What is at a place, for messages. */
  shownAt(at: number): string {
    return at < this.end ? JSON.stringify(this.bytes.toString('latin1', at, at + 1)) : 'the end of the file';
  }

  /** Why there is no value at {@link at}, of which {@link wholeValue} gave 0 or -1. */
  breakAt(found: number, what: string): JsonBreak {
    const { offset } = this;
    if (this.isTooLong)
      return { offset, message: `${what} is longer than ${longestValue / 1024 / 1024} MiB` };
    if (found === 0) return { offset, message: `a value is due in ${what}, not ${this.shownAt(this.at)}` };
    return { ...truncated(this.base + this.end), message: `the file ends inside ${what}` };
  }
}

/** The file ends too early. */
export function truncated(offset: number): JsonBreak {
  return {
    offset,
    message: 'the file ends before its JSON does',
    hint: 'The file looks cut off: fetch or write it again.',
  };
}

/** True for what numbers, literals and misspelt ones are made of. */
function isWord(byte: number): boolean {
  return byte > 0x20 && byte !== comma && byte !== closeBracket && byte !== closeBrace && byte !== 0x3a;
}

/** The elements of one array, one after the other. */
export class JsonElements {
  /** Number of the last element, from 0. */
  index = -1;
  /** Where it is in the bytes of the window; holds until more is read. */
  start = 0;
  stop = 0;
  fault: JsonBreak | undefined;
  /** The last element, where the decoder could read it. */
  decoded: JsonObject | undefined;
  readonly #window: JsonWindow;
  readonly #name: string;
  readonly #isClosed: boolean;
  readonly #decoder: AnnotationDecoder | undefined;

  /**
   * @param window  stands behind the array's bracket
   * @param name  of the array, for messages
   * @param isClosed  false: the window's file ends where the array's last bracket would be
   * @param decoder  tries to read each element
   */
  constructor(window: JsonWindow, name: string, isClosed: boolean, decoder?: AnnotationDecoder) {
    this.#window = window;
    this.#name = name;
    this.#isClosed = isClosed;
    this.#decoder = decoder;
  }

  /**
   * Finds the next element without reading.
   *
   * @returns `more`: when {@link JsonWindow.more} gives any, ask again, else {@link atEnd}
   */
  next(): 'element' | 'end' | 'more' | 'fault' {
    const window = this.#window;
    const { bytes, end } = window;
    let i = window.at;
    while (i < end && isBlank(bytes[i]!)) i++;
    if (i === end) return 'more';
    const isFirst = this.index === -1;
    if (bytes[i] === closeBracket) {
      window.at = i + 1;
      return 'end';
    }
    if (!isFirst) {
      if (bytes[i] !== comma) return this.#fail(i, 'a comma or ] is due');
      i++;
      while (i < end && isBlank(bytes[i]!)) i++;
      if (i === end) return 'more';
    }
    const decoder = this.#decoder;
    this.decoded =
      decoder !== undefined && bytes[i] === openBrace ? decoder.decode(bytes, i, end) : undefined;
    const stop = this.decoded === undefined ? window.valueEnd(i) : decoder!.end;
    if (stop === -1) return 'more';
    if (stop === 0) return this.#fail(i, 'a value is due');
    this.index++;
    this.start = i;
    this.stop = stop;
    window.at = stop;
    return 'element';
  }

  /** The last element as text; undefined when it is not UTF-8. */
  get text(): string | undefined {
    return this.#window.text(this.start, this.stop);
  }

  /** What it means that {@link next} wants more and there is none. */
  atEnd(): 'end' | 'fault' {
    const window = this.#window;
    let i = window.at;
    while (i < window.end && isBlank(window.bytes[i]!)) i++;
    if (i === window.end && !this.#isClosed) return 'end';
    const what = `${this.#name}[${this.index + 1}]`;
    const isBetween = i === window.end && !window.isTooLong;
    this.fault = isBetween
      ? { ...truncated(window.base + i), message: `the file ends inside the array "${this.#name}"` }
      : window.breakAt(-1, what);
    return 'fault';
  }

  /** {@link next}, reading what it takes. */
  async following(): Promise<'element' | 'end' | 'fault'> {
    for (;;) {
      const step = this.next();
      if (step !== 'more') return step;
      if (!(await this.#window.more())) {
        // A last scalar is known to end only now.
        const last = this.next();
        return last === 'more' ? this.atEnd() : last;
      }
    }
  }

  #fail(at: number, due: string): 'fault' {
    const window = this.#window;
    this.fault = {
      offset: window.base + at,
      message: `${due} behind ${this.index < 0 ? '[' : `${this.#name}[${this.index}]`}, not ${window.shownAt(at)}`,
    };
    return 'fault';
  }
}
