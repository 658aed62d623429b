import { hashString } from '../text/index.js';

/**
 * Where the samples of a data set are, by key: 8 bytes for the fingerprint of the key, 8 for the place, 4 for the next of
 * one key and at most 8 for the table, besides what growing takes.
 */
export class SampleIndex {
  private hashes = new Uint32Array(2 * 1024);
  private places = new Float64Array(1024);
  private next = new Int32Array(0);
  private slots = new Int32Array(0);
  private taken = new Uint8Array(0);
  private readonly hash = new Uint32Array(2);
  /** Samples added. */
  size = 0;

  /** Adds the next sample. @param place a number that says where it is */
  add(key: string, place: number): void {
    if (this.size === this.places.length) {
      this.hashes = grown(this.hashes, new Uint32Array(4 * this.size));
      this.places = grown(this.places, new Float64Array(2 * this.size));
    }
    hashString(key, this.hashes, 2 * this.size);
    this.places[this.size++] = place;
  }

  /** Makes the table, after the last {@link add} and before the first {@link candidates}. */
  finish(): void {
    const { size, hashes } = this;
    let length = 16;
    while (length < size * 1.25) length *= 2;
    this.slots = new Int32Array(length).fill(-1);
    this.next = new Int32Array(size).fill(-1);
    this.taken = new Uint8Array(Math.ceil(size / 8));
    // From the last to the first, so that each list begins with the first of its key.
    for (let at = size - 1; at >= 0; at--) {
      const slot = this.slotOf(hashes[2 * at]!, hashes[2 * at + 1]!);
      this.next[at] = this.slots[slot]!;
      this.slots[slot] = at;
    }
  }

  /** Samples that may have a key and were not taken, in order: fingerprints of different keys may be equal. */
  *candidates(key: string): Generator<number, void, undefined> {
    hashString(key, this.hash);
    const slot = this.slotOf(this.hash[0]!, this.hash[1]!);
    // What is taken at the head of a list is never asked for again.
    while (this.slots[slot]! >= 0 && this.isTaken(this.slots[slot]!)) {
      const after = this.next[this.slots[slot]!]!;
      if (after < 0) return;
      this.slots[slot] = after;
    }
    for (let at = this.slots[slot]!; at >= 0; at = this.next[at]!) if (!this.isTaken(at)) yield at;
  }

  take(at: number): void {
    this.taken[at >> 3]! |= 1 << (at & 7);
  }

  isTaken(at: number): boolean {
    return (this.taken[at >> 3]! & (1 << (at & 7))) !== 0;
  }

  place(at: number): number {
    return this.places[at]!;
  }

  /** The slot of a fingerprint: the one that has it, or the empty one it would get. */
  private slotOf(high: number, low: number): number {
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    let slot = low & mask;
    for (let at = slots[slot]!; at >= 0; at = slots[slot]!) {
      if (hashes[2 * at] === high && hashes[2 * at + 1] === low) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}

function grown<T extends Uint32Array | Float64Array>(before: T, after: T): T {
  after.set(before);
  return after;
}
