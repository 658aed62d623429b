/** What no XML 1.0 document can hold, not even as a reference: C0 controls, lone surrogates, U+FFFE and U+FFFF. */
const illegal =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** The first character of a text that XML cannot hold, as `U+0008`; undefined when there is none. */
export function illegalCharacter(text: string): string | undefined {
  const match = illegal.exec(text);
  if (match === null) return undefined;
  return `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text as it stands between tags. A CR is written as a reference, since parsers turn a bare one into LF. */
export function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<>\r]/g, escapeOne);
}

/** Text as it stands in a double-quoted attribute. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, escapeOne);
}

function escapeOne(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#${character.charCodeAt(0)};`;
  }
}

/**
 * A finite number in decimals: integers without a fraction, others with the fewest digits that read back as the
 * same number, never an exponent.
 */
export function formatNumber(value: number): string {
  const text = String(value === 0 ? 0 : value);
  const e = text.indexOf('e');
  if (e < 0) return text;
  const sign = text.startsWith('-') ? '-' : '';
  const mantissa = text.slice(sign.length, e);
  const exponent = Number(text.slice(e + 1));
  const point = mantissa.indexOf('.');
  const digits = mantissa.replace('.', '');
  const whole = (point < 0 ? mantissa.length : point) + exponent;
  if (whole <= 0) return `${sign}0.${'0'.repeat(-whole)}${digits}`;
  return `${sign}${digits}${'0'.repeat(Math.max(0, whole - digits.length))}`;
}

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
    if (illegal.test(text)) return false;
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
