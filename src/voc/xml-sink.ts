import { escapeText, formatNumber, illegalCharacter } from '../text/xml-escape.js';

const firstCapacity = 1 << 14;
/** Numbers up to here are written digit by digit. */
const largestQuick = 1_000_000_000;

/** Bytes of UTF-8 under construction, in one buffer that grows and is used again. */
export class XmlSink {
  #buffer = Buffer.allocUnsafeSlow(firstCapacity);
  #length = 0;

  /** What has been written since {@link clear}; valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** The same as a string. */
  toString(): string {
    return this.#buffer.toString('utf8', 0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Bytes that need no escaping: tags. */
  bytes(source: Uint8Array): void {
    const { length } = source;
    if (this.#length + length > this.#buffer.length) this.#grow(length);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < length; i += 1) buffer[at++] = source[i]!;
    this.#length = at;
  }

  /** A text that needs no escaping: markup. */
  raw(text: string): void {
    const most = text.length * 3;
    if (this.#length + most > this.#buffer.length) this.#grow(most);
    this.#length += this.#buffer.write(text, this.#length, most, 'utf8');
  }

  /** A text between tags. @returns false when XML cannot hold it; nothing is written then. */
  text(text: string): boolean {
    const { length } = text;
    if (this.#length + length > this.#buffer.length) this.#grow(length);
    const buffer = this.#buffer;
    let at = this.#length;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      // Anything but plain ASCII: from here on the general way, over what was begun.
      if (code < 0x20 || code > 0x7e || code === 0x26 || code === 0x3c || code === 0x3e)
        return this.#special(text);
      buffer[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #special(text: string): boolean {
    if (illegalCharacter(text) !== undefined) return false;
    this.raw(escapeText(text));
    return true;
  }

  /** A number. @returns false when it is not finite; nothing is written then. */
  number(value: number): boolean {
    if (Number.isInteger(value) && value < largestQuick && value >= 0) {
      this.#digits(value);
      return true;
    }
    if (!Number.isFinite(value)) return false;
    this.raw(formatNumber(value));
    return true;
  }

  #digits(value: number): void {
    if (this.#length + 10 > this.#buffer.length) this.#grow(10);
    let count = 1;
    for (let bound = 10; value >= bound; bound *= 10) count += 1;
    let rest = value | 0;
    for (let at = this.#length + count - 1; at >= this.#length; at -= 1) {
      const quotient = (rest / 10) | 0;
      this.#buffer[at] = 0x30 + rest - quotient * 10;
      rest = quotient;
    }
    this.#length += count;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + more));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
