/**
 * Finds where JSON containers end, in memory that it owns. It follows strings and brackets and nothing else: whether
 * the text between them is JSON is for whoever parses it to say.
 */
export interface ByteScanner {
  /** The memory, with room for at least so many bytes; what is in it stays when it grows. */
  memory(bytes: number): Buffer;
  /**
   * Where the container ends whose bracket is at `at`: the place behind its last bracket, or -1 when it is not all in the
   * bytes before `end`.
   */
  skip(at: number, end: number): number;
  /** Containers inside each other, at the deepest place of the last one that was skipped. */
  deepest: number;
  /**
   * The number that the watched member of the last container had; NaN when it has none, or one that is not a plain whole
   * number, or keys with escapes.
   */
  watched: number;
  /** Watches another member of the containers, none when empty. ASCII, up to 15 letters. */
  watch(key: string): void;
}

const quote = 0x22;
const minus = 0x2d;
const colon = 0x3a;
const backslash = 0x5c;

/** 0 for most bytes, 1 a quote, 2 a bracket that opens, 3 one that closes. */
const kinds = new Uint8Array(256);
kinds[quote] = 1;
kinds[0x5b] = 2;
kinds[0x7b] = 2;
kinds[0x5d] = 3;
kinds[0x7d] = 3;

const digits = 15;

/** True for JSON's white space. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** A {@link ByteScanner} in JavaScript. */
export class PlainScanner implements ByteScanner {
  deepest = 0;
  watched = Number.NaN;
  #bytes = Buffer.alloc(0);
  #words = new DataView(new ArrayBuffer(0));
  #key = Buffer.alloc(0);
  /** Behind the last string that was read. */
  #stringEnd = 0;
  #escaped = false;
  /** Behind the number that was read; -1 when it may go on behind the bytes. */
  #numberEnd = 0;

  memory(bytes: number): Buffer {
    if (bytes > this.#bytes.length) {
      // Twice as much as is asked for: how much is kept between two chunks differs each time.
      const larger = Buffer.allocUnsafeSlow(bytes * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
      this.#words = new DataView(larger.buffer, larger.byteOffset, larger.length);
    }
    return this.#bytes;
  }

  watch(key: string): void {
    this.#key = Buffer.from(key, 'latin1');
  }

  skip(at: number, end: number): number {
    const bytes = this.#bytes;
    const words = this.#words;
    const lastWord = end - 4;
    const keyLength = this.#key.length;
    let depth = 0;
    let deepest = 0;
    let watched = Number.NaN;
    let isSure = true;
    for (let i = at; i < end; ) {
      const kind = kinds[bytes[i]!]!;
      if (kind === 0) {
        i++;
        // Four at a time: brackets and letters have bit 6, and of a quote nothing is left where it is taken away.
        while (i <= lastWord) {
          const word = words.getInt32(i, true);
          if ((word & 0x40404040) !== 0) break;
          const rest = word ^ 0x22222222;
          if (((rest - 0x01010101) & ~rest & 0x80808080) !== 0) break;
          i += 4;
        }
      } else if (kind === 1) {
        if (!this.#string(i + 1, end)) return -1;
        const close = this.#stringEnd;
        if (depth === 1 && keyLength > 0) {
          if (this.#escaped) {
            isSure = false;
          } else if (close - i - 2 === keyLength && this.#isKey(i + 1)) {
            const number = this.#numberAfter(close, end);
            if (this.#numberEnd === -1) return -1;
            if (this.#numberEnd > 0) watched = number;
          }
        }
        i = close;
      } else if (kind === 2) {
        depth++;
        if (depth > deepest) deepest = depth;
        i++;
      } else {
        depth--;
        i++;
        if (depth === 0) {
          this.deepest = deepest;
          this.watched = isSure ? watched : Number.NaN;
          return i;
        }
      }
    }
    return -1;
  }

  /** Finds the end of the string whose letters begin at a place; false when it is not there. */
  #string(from: number, end: number): boolean {
    const bytes = this.#bytes;
    this.#escaped = false;
    for (let i = from; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === quote) {
        this.#stringEnd = i + 1;
        return true;
      }
      if (byte === backslash) {
        this.#escaped = true;
        i++;
      }
    }
    return false;
  }

  #isKey(at: number): boolean {
    const key = this.#key;
    const bytes = this.#bytes;
    for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
    return true;
  }

  /** The whole number behind a key and its colon; `#numberEnd` is 0 when no colon follows, so that it was no key. */
  #numberAfter(at: number, end: number): number {
    const bytes = this.#bytes;
    let i = at;
    while (i < end && isBlank(bytes[i]!)) i++;
    this.#numberEnd = i === end ? -1 : 0;
    if (bytes[i] !== colon || i === end) return Number.NaN;
    i++;
    while (i < end && isBlank(bytes[i]!)) i++;
    const isNegative = i < end && bytes[i] === minus;
    if (isNegative) i++;
    const first = i;
    let value = 0;
    while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39 && i - first <= digits)
      value = value * 10 + bytes[i++]! - 0x30;
    if (i === end) {
      this.#numberEnd = -1;
      return Number.NaN;
    }
    this.#numberEnd = i;
    const byte = bytes[i]!;
    const isPlain = i > first && i - first <= digits && (byte === 0x2c || byte === 0x7d || isBlank(byte));
    if (!isPlain) return Number.NaN;
    return isNegative ? -value : value;
  }
}
