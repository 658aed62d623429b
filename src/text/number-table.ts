import { SegmentedSlots, slotOf } from './segmented-slots.js';

/** The lower half of the hash, never 0 in its first 16 bits; the number. */
const unitsPerSlot = 4;

/**
 * Whole numbers from 1 to 2^32 − 1 by hash: at most 10.4 bytes for each and a fixed 18 MB, no upper limit but memory.
 *
 * A number stands for 10 bits of the upper half of its hash and nearly all 32 of the lower half, so numbers of different
 * hashes may be found together: who must be sure compares what was hashed.
 */
export class NumberTable extends SegmentedSlots {
  /** The slot that was come to last: of an entry with these two units, or the empty one behind all of them. */
  private first = 0;
  private second = 0;
  private segment = 0;
  private place = 0;
  private units: Uint16Array = new Uint16Array(0);
  private at = 0;

  constructor() {
    super({ unitsPerSlot, coming: 0, expected: 0, growth: 1.125 });
  }

  /**
   * Adds a number unless there is one of that hash.
   *
   * @param high  upper 32 bits; @param low  lower 32 bits
   * @returns the one that is there, 0 when there was none
   */
  add(high: number, low: number, number: number): number {
    this.begin(high, low);
    if (this.next()) return this.number;
    this.number = number;
    this.added(this.segment);
    return 0;
  }

  /** Adds a number beside others of that hash. */
  addBeside(high: number, low: number, number: number): void {
    this.begin(high, low);
    while (this.next()) this.step();
    this.number = number;
    this.added(this.segment);
  }

  /** Puts a number in the place of one of that hash. */
  replace(high: number, low: number, before: number, number: number): void {
    this.begin(high, low);
    while (this.next()) {
      if (this.number === before) {
        this.number = number;
        return;
      }
      this.step();
    }
  }

  /** All numbers of a hash. */
  all(high: number, low: number): number[] {
    const found: number[] = [];
    this.begin(high, low);
    while (this.next()) {
      found.push(this.number);
      this.step();
    }
    return found;
  }

  private get number(): number {
    return this.units[this.at + 2]! + 0x1_0000 * this.units[this.at + 3]!;
  }

  /** Takes the slot, an empty one too. */
  private set number(number: number) {
    const { units, at } = this;
    units[at] = this.first;
    units[at + 1] = this.second;
    units[at + 2] = number;
    units[at + 3] = number >>> 16;
  }

  /** Comes to the slot where entries of a hash may begin. */
  private begin(high: number, low: number): void {
    const { starts } = this;
    this.segment = this.segmentOf(high);
    this.first = low & 0xffff || 1;
    this.second = low >>> 16;
    const slot = slotOf(this.first, this.second, this.scales[this.segment]!);
    let place = this.segment * this.stride;
    while (slot >= starts[place + 1]!) place++;
    this.place = place;
    this.units = this.arrays[place]!;
    this.at = unitsPerSlot * (slot - starts[place]!);
  }

  /** Goes on to an entry of the hash, from here; false: to the empty slot behind them. */
  private next(): boolean {
    const { first, second } = this;
    for (;;) {
      const unit = this.units[this.at]!;
      if (unit === 0) return false;
      if (unit === first && this.units[this.at + 1] === second) return true;
      this.step();
    }
  }

  private step(): void {
    this.at += unitsPerSlot;
    if (this.at < this.units.length) return;
    this.place = this.after(this.place, this.segment);
    this.units = this.arrays[this.place]!;
    this.at = 0;
  }
}
