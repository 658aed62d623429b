import { OptionError } from '../model/index.js';
import { PackedFingerprints } from './packed-fingerprints.js';
import { SmallFingerprints } from './small-fingerprints.js';

export interface FingerprintTableOptions {
  /** Bits of the small number that each entry carries, 0…7. */
  readonly tagBits: number;
  /** Keep the line of each entry's first appearance while there are at most 2^18 entries. */
  readonly lines?: boolean;
  /** About how many entries will come, when that is known: makes adding faster, and never takes more memory. */
  readonly expected?: number | undefined;
}

/**
 * Which 64-bit hashes were seen before, for rules that compare samples with each other: at most 8 bytes an
 * entry, and a fixed 22 MB, instead of the 300 bytes of an entry in a `Set` of strings; no upper limit but memory.
 * That bound holds at every moment, whatever comes and whatever was expected.
 *
 * An entry stands for 10 hash bits by its segment and 48 − `tagBits` by what is stored. With 3 tag bits one of
 * 10 million different strings is taken for another in about one table of 700, one of 100 million in one of 7:
 * a rule that must be sure compares the records.
 */
export class FingerprintTable {
  /** After an {@link add} that found an entry: the line given when it was first added, 0 when not known. */
  previousLine = 0;
  readonly #tagBits: number;
  readonly #expected: number;
  #small: SmallFingerprints | undefined;
  #packed: PackedFingerprints | undefined;

  /** @throws OptionError when `tagBits` is not 0…7 */
  constructor({ tagBits, lines = false, expected = 0 }: FingerprintTableOptions) {
    if (!Number.isInteger(tagBits) || tagBits < 0 || tagBits > 7) {
      throw new OptionError(`tagBits must be an integer from 0 to 7, not ${tagBits}`);
    }
    this.#tagBits = tagBits;
    this.#expected = expected;
    if (lines) this.#small = new SmallFingerprints(tagBits);
    else this.#packed = new PackedFingerprints(tagBits, 0, expected);
  }

  /** How many different hashes were added. */
  get size(): number {
    return this.#packed?.size ?? this.#small?.size ?? 0;
  }

  /** Bytes of the arrays that hold the entries. */
  get bytesAllocated(): number {
    return this.#packed?.bytesAllocated ?? this.#small?.bytesAllocated ?? 0;
  }

  /**
   * Adds a hash unless it is there.
   *
   * @param high  upper 32 bits; @param low  lower 32 bits
   * @param tag  kept with a new entry; only its lowest `tagBits` bits
   * @param line  kept with a new entry in a table with lines
   * @returns the tag of the entry that was there, -1 when it is new
   */
  add(high: number, low: number, tag = 0, line = 0): number {
    if (this.#packed !== undefined) return this.#packed.add(high, low, tag);
    const small = this.#small!;
    const found = small.add(high, low, tag, line);
    if (found === -2) return this.#pack(small).add(high, low, tag);
    this.previousLine = small.previousLine;
    return found;
  }

  /**
   * Has the memory fetch what adding some hashes will need, which takes a fraction of the time that fetching it
   * one by one takes in a table larger than the processor's caches.
   *
   * @param hashes  upper and lower halves, at `from`, `from + stride` and so on up to and without `to`
   * @returns nothing of use: it keeps the reads from being optimised away
   */
  fetch(hashes: Uint32Array, from: number, to: number, stride: number): number {
    return this.#packed === undefined ? 0 : this.#packed.fetch(hashes, from, to, stride);
  }

  /** Gives up the lines, and with them the limit. */
  #pack(small: SmallFingerprints): PackedFingerprints {
    const packed = new PackedFingerprints(this.#tagBits, small.size, this.#expected);
    small.handOn((high, low, tag) => packed.add(high, low, tag));
    this.#packed = packed;
    this.#small = undefined;
    this.previousLine = 0;
    return packed;
  }
}
