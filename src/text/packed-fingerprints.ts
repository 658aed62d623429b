import { SegmentedSlots, slotOf } from './segmented-slots.js';

/** The lower half of the hash, never 0 in its first 16 bits; 16 bits of the upper half, the lowest of them the tag. */
const unitsPerSlot = 3;

/** By what factor a segment grows, when it is not known how many will come and when more came than that. */
const step = 1.25;
const smallStep = 1.125;

/**
 * Many entries at 6 bytes a slot: at no time do all arrays together take more than 8 bytes for each entry and 18 MB.
 */
export class PackedFingerprints extends SegmentedSlots {
  private readonly tagBits: number;

  /**
   * @param coming  entries that come for certain
   * @param expected  entries that may come in all, 0 when not known: makes growing rarer
   */
  constructor(tagBits: number, coming: number, expected: number) {
    super({ unitsPerSlot, coming, expected, growth: expected > 0 ? smallStep : step });
    this.tagBits = tagBits;
  }

  /** As `FingerprintTable.add`. */
  add(high: number, low: number, tag: number): number {
    const { tagBits, arrays, starts } = this;
    const tagMask = (1 << tagBits) - 1;
    const index = this.segmentOf(high);
    const first = low & 0xffff || 1;
    const second = low >>> 16;
    const bits = high & 0xffff & ~tagMask;
    const slot = slotOf(first, second, this.scales[index]!);
    let place = index * this.stride;
    while (slot >= starts[place + 1]!) place++;
    let units = arrays[place]!;
    let at = unitsPerSlot * (slot - starts[place]!);
    for (let found = units[at]!; found !== 0; found = units[at]!) {
      if (found === first && units[at + 1] === second && (units[at + 2]! & ~tagMask) === bits) {
        return units[at + 2]! & tagMask;
      }
      at += unitsPerSlot;
      if (at < units.length) continue;
      place = this.after(place, index);
      units = arrays[place]!;
      at = 0;
    }
    units[at] = first;
    units[at + 1] = second;
    units[at + 2] = bits | (tag & tagMask);
    this.added(index);
    return -1;
  }

  /**
   * Reads the places where hashes would be, so that the memory fetches them all at once instead of one after
   * the other: see `FingerprintTable.fetch`.
   */
  fetch(hashes: Uint32Array, from: number, to: number, stride: number): number {
    const { arrays, starts, scales, stride: width } = this;
    let sum = 0;
    for (let i = from; i < to; i += stride) {
      const index = this.segmentOf(hashes[i]!);
      // As slotOf, or at most one less.
      const slot = (hashes[i + 1]! * scales[index]!) | 0;
      let place = index * width;
      while (slot >= starts[place + 1]!) place++;
      sum ^= arrays[place]![unitsPerSlot * (slot - starts[place]!)]!;
    }
    return sum;
  }
}
