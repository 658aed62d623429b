const firstCapacity = 1 << 14;
/** Magnitudes below this are written digit by digit. */
const largestQuick = 1_000_000_000;
/** Three decimals and the same bound: what is multiplied stays exact. */
const largestQuickThousandths = 1_000_000;

/** Up to here a loop over characters is faster than a call into the runtime. */
const longestLooped = 64;

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;

/** UTF-8 under construction, in one buffer that grows and is used again. */
export class ByteSink {
  protected buffer = Buffer.allocUnsafeSlow(firstCapacity);
  protected length = 0;

  /** Bytes written since {@link clear}. */
  get size(): number {
    return this.length;
  }

  /** What has been written since {@link clear}; valid until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** The same as a string. */
  toString(): string {
    return this.buffer.toString('utf8', 0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  /** Bytes that are right as they are. */
  bytes(source: Uint8Array): void {
    const { length } = source;
    this.reserve(length);
    const { buffer } = this;
    let at = this.length;
    for (let i = 0; i < length; i += 1) buffer[at++] = source[i]!;
    this.length = at;
  }

  /** A text that is right as it is: markup. */
  raw(text: string): void {
    const { length } = text;
    this.reserve(length * 3);
    if (length <= longestLooped) {
      const { buffer } = this;
      let at = this.length;
      let i = 0;
      for (; i < length; i += 1) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) break;
        buffer[at++] = code;
      }
      if (i === length) {
        this.length = at;
        return;
      }
    }
    this.length += this.buffer.write(text, this.length, length * 3, 'utf8');
  }

  /**
   * A number that has up to nine digits and no fraction, or up to six and a fraction of up to three, in the fewest digits
   * that read back as the same number.
   *
   * @returns false for every other number, zero below zero among them; nothing is written then
   */
  protected quickNumber(value: number): boolean {
    if (value === 0 ? 1 / value < 0 : !(value < largestQuick && value > -largestQuick)) return false;
    const magnitude = value < 0 ? -value : value;
    const whole = Math.trunc(magnitude);
    if (whole === magnitude) {
      if (value < 0) this.byte(minus);
      this.digits(whole);
      return true;
    }
    if (magnitude >= largestQuickThousandths) return false;
    // A decimal of so few digits is the shortest one that reads back as the number that is nearest to it.
    const thousandths = Math.round(magnitude * 1000);
    if (thousandths / 1000 !== magnitude) return false;
    if (value < 0) this.byte(minus);
    const before = Math.trunc(thousandths / 1000);
    this.digits(before);
    this.fraction(thousandths - before * 1000);
    return true;
  }

  /** @param thousandths 1…999 */
  private fraction(thousandths: number): void {
    const first = (thousandths / 100) | 0;
    const rest = thousandths - first * 100;
    const second = (rest / 10) | 0;
    const third = rest - second * 10;
    this.byte(point);
    this.byte(zero + first);
    if (rest === 0) return;
    this.byte(zero + second);
    if (third !== 0) this.byte(zero + third);
  }

  protected byte(code: number): void {
    this.reserve(1);
    this.buffer[this.length++] = code;
  }

  /** @param value a whole number, 0 up to 999,999,999 */
  protected digits(value: number): void {
    this.reserve(10);
    let count = 1;
    for (let bound = 10; value >= bound; bound *= 10) count += 1;
    const { buffer } = this;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at -= 1) {
      const quotient = (rest / 10) | 0;
      buffer[at] = zero + rest - quotient * 10;
      rest = quotient;
    }
    this.length += count;
  }

  protected reserve(more: number): void {
    if (this.length + more > this.buffer.length) this.grow(more);
  }

  private grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + more));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}
