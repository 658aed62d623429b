/**
 * Marsaglia's xorshift with 128 bits of state. Integers only, so every machine and every Node draws the
 * same numbers; `Math.random` cannot be seeded.
 */
export class Xorshift {
  /** @param {number} seed any integer; equal seeds give equal sequences */
  constructor(seed) {
    this.x = (seed ^ 0x6c078965) >>> 0 || 1;
    this.y = 0x159a55e5;
    this.z = 0x1f123bb5;
    this.w = 0x05491333;
    for (let i = 0; i < 16; i++) this.next(); // small seeds differ in few bits: let them spread
  }

  /** The next unsigned 32-bit integer. */
  next() {
    const t = this.x ^ (this.x << 11);
    this.x = this.y;
    this.y = this.z;
    this.z = this.w;
    this.w = (this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return this.w;
  }

  /**
   * An integer from 0 to `limit` − 1.
   * @param {number} limit at least 1
   */
  below(limit) {
    return this.next() % limit;
  }

  /**
   * An integer from `low` to `high`, both included.
   * @param {number} low
   * @param {number} high
   */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /**
   * True in `percent` of 100 draws.
   * @param {number} percent
   */
  chance(percent) {
    return this.below(100) < percent;
  }

  /**
   * One of the list.
   * @template T
   * @param {readonly T[]} list
   * @returns {T}
   */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }
}
