import type { SplitGroups } from '../transforms/index.js';
import { noPart } from '../transforms/index.js';
import type { LabelSets } from './label-sets.js';
import { ByteList, SmallWordList, WordList } from './word-list.js';

/**
 * What is remembered of each sample between the two times that a data set is read for a split: 8 bytes of its group's
 * hash and, where labels are counted, 4 for its label set. Putting equal hashes together takes 4 more for a while.
 */
export class SplitFacts {
  private readonly highs = new WordList();
  private readonly lows = new WordList();
  private readonly sets = new SmallWordList();
  private readonly pins = new ByteList();
  private isPinned = false;

  /** @param labelSets whose numbers are given for every sample; absent: none are */
  constructor(private readonly labelSets: LabelSets | undefined) {}

  get size(): number {
    return this.lows.length;
  }

  /**
   * @param pinned the part that the sample stays in, `noPart` for none
   * @param labelSet the number of its label set
   */
  add(high: number, low: number, pinned: number, labelSet: number): void {
    this.highs.push(high);
    this.lows.push(low);
    if (this.labelSets !== undefined) this.sets.push(labelSet);
    if (pinned !== noPart && !this.isPinned) {
      this.isPinned = true;
      while (this.pins.length < this.lows.length - 1) this.pins.push(noPart);
    }
    if (this.isPinned) this.pins.push(pinned);
  }

  /**
   * Adds many samples at once, as {@link add} does one.
   *
   * @param pins absent: none of them stays anywhere
   * @param sets needed where label sets are
   */
  addAll(highs: Uint32Array, lows: Uint32Array, pins?: Uint8Array, sets?: Uint32Array): void {
    const before = this.lows.length;
    this.highs.pushAll(highs);
    this.lows.pushAll(lows);
    if (this.labelSets !== undefined) for (const set of sets!) this.sets.push(set);
    if (pins !== undefined && !this.isPinned) {
      this.isPinned = true;
      while (this.pins.length < before) this.pins.push(noPart);
    }
    if (!this.isPinned) return;
    for (let i = 0; i < lows.length; i++) this.pins.push(pins?.[i] ?? noPart);
  }

  /**
   * What the samples are for the functions that put them into parts. Done once: it gives up what it was made of.
   *
   * @param near gives the first sample of each one's group, where hashes that differ may belong together
   */
  groups(near?: (highs: Uint32Array, lows: Uint32Array) => Uint32Array): SplitGroups {
    const { size } = this;
    const group =
      near === undefined ? this.takeGroups() : numbered(near(this.highs.take(), this.lows.take()));
    const { labelSets } = this;
    return {
      size,
      ...(group === undefined ? { groupCount: size } : group),
      ...(labelSets !== undefined
        ? { labelSet: this.sets.take(), labelSets: labelSets.sets, labelCount: labelSets.labels.length }
        : {}),
      ...(this.isPinned ? { pinned: this.pins.take() } : {}),
    };
  }

  /** Numbers the groups by their first samples; undefined when each sample is one. */
  private takeGroups(): { group: Uint32Array; groupCount: number } | undefined {
    const repeated = repeatedValues(this.lows);
    if (repeated.length === 0) {
      this.lows.clear();
      this.highs.clear();
      return undefined;
    }
    const { highs } = this;
    const isRepeated = finder(repeated);
    if (!hasEqual(this.lows, highs, isRepeated)) {
      this.lows.clear();
      highs.clear();
      return undefined;
    }
    const lows = this.lows.take();
    // A hash that shares its lower half with another one, or is one: told apart by 53 bits.
    const numbers = new Map<number, number>();
    let count = 0;
    for (let i = 0; i < lows.length; i++) {
      const low = lows[i]!;
      if (!isRepeated(low)) {
        lows[i] = count++;
        continue;
      }
      const key = keyOf(highs.at(i), low);
      let number = numbers.get(key);
      if (number === undefined) {
        number = count++;
        numbers.set(key, number);
      }
      lows[i] = number;
    }
    highs.clear();
    return count === lows.length ? undefined : { group: lows, groupCount: count };
  }
}

/** Groups named by their first samples, numbered in their order. */
function numbered(first: Uint32Array): { group: Uint32Array; groupCount: number } {
  let count = 0;
  const group = new Uint32Array(first.length);
  for (let i = 0; i < first.length; i++) group[i] = first[i] === i ? count++ : group[first[i]!]!;
  return { group, groupCount: count };
}

/** Above so many values they are looked at by quarters, so that what that takes stays small. */
const manyValues = 1 << 21;

/**
 * Values that occur more than once, in ascending order. Cells for their first bits, four to eight for each value, tell
 * which of them need sorting. Takes 2 bytes for each value at most, half a byte of many.
 */
function repeatedValues(values: WordList): number[] {
  const repeated: number[] = [];
  if (values.length <= manyValues) addRepeated(values, 0, 0, repeated);
  else for (let quarter = 0; quarter < 4; quarter++) addRepeated(values, 2, quarter, repeated);
  return repeated;
}

/** Adds those of {@link repeatedValues} whose first bits are the part given. */
function addRepeated(values: WordList, partBits: number, part: number, repeated: number[]): void {
  const wanted = Math.floor(Math.log2((8 * values.length + 1) / 2 ** partBits));
  const bits = Math.min(32 - partBits, Math.max(3, wanted));
  const shift = 32 - partBits - bits;
  const mask = 2 ** bits - 1;
  const partShift = 32 - partBits;
  const isPart = (value: number) => partBits === 0 || value >>> partShift === part;
  const met = new Uint8Array(2 ** (bits - 3));
  const again = new Uint8Array(2 ** (bits - 3));
  let suspects = 0;
  for (const piece of values.pieces()) {
    for (let i = 0; i < piece.length; i++) {
      if (!isPart(piece[i]!)) continue;
      const at = ((piece[i]! >>> shift) & mask) >>> 0;
      const bit = 1 << (at & 7);
      if ((met[at >>> 3]! & bit) === 0) met[at >>> 3]! |= bit;
      else {
        // The one that was met before is a suspect as well.
        suspects += (again[at >>> 3]! & bit) === 0 ? 2 : 1;
        again[at >>> 3]! |= bit;
      }
    }
  }
  if (suspects === 0) return;
  const sorted = new Uint32Array(suspects);
  let count = 0;
  for (const piece of values.pieces()) {
    for (let i = 0; i < piece.length; i++) {
      if (!isPart(piece[i]!)) continue;
      const at = ((piece[i]! >>> shift) & mask) >>> 0;
      if ((again[at >>> 3]! & (1 << (at & 7))) !== 0) sorted[count++] = piece[i]!;
    }
  }
  sorted.sort();
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i] === sorted[i - 1] && repeated.at(-1) !== sorted[i]) repeated.push(sorted[i]!);
}

/** 53 bits of a hash. */
function keyOf(high: number, low: number): number {
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** True when two hashes are the same; their lower halves are among the repeated ones then. */
function hasEqual(lows: WordList, highs: WordList, isRepeated: (low: number) => boolean): boolean {
  const keys = new Set<number>();
  let at = 0;
  for (const piece of lows.pieces()) {
    for (let i = 0; i < piece.length; i++, at++) {
      const low = piece[i]!;
      if (!isRepeated(low)) continue;
      const key = keyOf(highs.at(at), low);
      if (keys.has(key)) return true;
      keys.add(key);
    }
  }
  return false;
}

/** Tells which values are among some, in ascending order: most are not, which takes one look. */
function finder(sorted: readonly number[]): (value: number) => boolean {
  const bits = Math.min(24, Math.max(10, Math.ceil(Math.log2(16 * sorted.length + 1))));
  const shift = 32 - bits;
  const marks = new Uint8Array(2 ** (bits - 3));
  for (const value of sorted) marks[value >>> (shift + 3)]! |= 1 << ((value >>> shift) & 7);
  return (value) => {
    if ((marks[value >>> (shift + 3)]! & (1 << ((value >>> shift) & 7))) === 0) return false;
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (sorted[middle]! < value) from = middle + 1;
      else to = middle;
    }
    return sorted[from] === value;
  };
}
