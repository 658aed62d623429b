const segmentBits = 10;
const segmentCount = 1 << segmentBits;
/** The lower half of the hash, never 0 in its first 16 bits; 16 bits of the upper half, the lowest of them the tag. */
const unitsPerSlot = 3;

/**
 * How full a segment gets before it grows, and by what factor.
 *
 * Grown from nothing, segments are at all stages at any time, which makes 7.7 bytes an entry. Sized at once for
 * what is expected, they are all at the same stage: 7.3 bytes an entry, and up to 7.9 if there are more.
 */
const stepwise = { maxLoad: 0.86, factor: 1.25 };
const expecting = { maxLoad: 0.88, factor: 1.15, firstLoad: 0.82 };
/** Slots of the smallest segment when nothing is expected. */
const initialSlots = 64;

/** Many entries at 6 bytes a slot, one place in memory for each, in segments that grow one at a time. */
export class PackedFingerprints {
  size = 0;
  private readonly tagBits: number;
  private readonly maxLoad: number;
  private readonly factor: number;
  private readonly segments: Uint16Array[] = [];
  /** Slots per hash, by segment. */
  private readonly scales = new Float64Array(segmentCount);
  /** Entries a segment takes before it grows. */
  private readonly room = new Int32Array(segmentCount);

  /** @param expected entries for which room is made at once, 0 when not known */
  constructor(tagBits: number, expected: number) {
    this.tagBits = tagBits;
    const planned = Math.ceil(expected / expecting.firstLoad / segmentCount);
    const isPlanned = planned > initialSlots;
    const { maxLoad, factor } = isPlanned ? expecting : stepwise;
    this.maxLoad = maxLoad;
    this.factor = factor;
    for (let i = 0; i < segmentCount; i++) {
      // Sizes spread over one growth step, so that segments do not all grow at the same time.
      const slots = isPlanned ? planned : Math.ceil(initialSlots * factor ** (i / segmentCount));
      this.segments.push(new Uint16Array(unitsPerSlot * slots));
      this.scales[i] = slots / 0x1_0000_0000;
      this.room[i] = Math.floor(slots * maxLoad);
    }
  }

  get bytesAllocated(): number {
    let bytes = 0;
    for (const segment of this.segments) bytes += segment.byteLength;
    return bytes;
  }

  /** As `FingerprintTable.add`. */
  add(high: number, low: number, tag: number): number {
    const { tagBits } = this;
    const tagMask = (1 << tagBits) - 1;
    const index = high >>> (32 - segmentBits);
    const segment = this.segments[index]!;
    const end = segment.length;
    const first = low & 0xffff || 1;
    const second = low >>> 16;
    const bits = high & 0xffff & ~tagMask;
    let at = homeOf(first, second, this.scales[index]!);
    for (let found = segment[at]!; found !== 0; found = segment[at]!) {
      if (found === first && segment[at + 1] === second && (segment[at + 2]! & ~tagMask) === bits) {
        return segment[at + 2]! & tagMask;
      }
      at += unitsPerSlot;
      if (at === end) at = 0;
    }
    segment[at] = first;
    segment[at + 1] = second;
    segment[at + 2] = bits | (tag & tagMask);
    this.size++;
    if (--this.room[index]! < 0) this.grow(index);
    return -1;
  }

  /**
   * Reads the places where hashes would be, so that the memory fetches them all at once instead of one after
   * the other: see `FingerprintTable.fetch`.
   */
  fetch(hashes: Uint32Array, from: number, to: number, stride: number): number {
    const { segments, scales } = this;
    let sum = 0;
    for (let i = from; i < to; i += stride) {
      const index = hashes[i]! >>> (32 - segmentBits);
      const low = hashes[i + 1]!;
      sum ^= segments[index]![homeOf(low & 0xffff || 1, low >>> 16, scales[index]!)]!;
    }
    return sum;
  }

  private grow(index: number): void {
    const segment = this.segments[index]!;
    const slots = segment.length / unitsPerSlot;
    const more = Math.ceil(slots * this.factor);
    const scale = more / 0x1_0000_0000;
    const larger = new Uint16Array(unitsPerSlot * more);
    const end = larger.length;
    // In order of the slots, which is nearly that of the new ones.
    for (let i = 0; i < segment.length; i += unitsPerSlot) {
      const first = segment[i]!;
      if (first === 0) continue;
      const second = segment[i + 1]!;
      let at = homeOf(first, second, scale);
      while (larger[at] !== 0) {
        at += unitsPerSlot;
        if (at === end) at = 0;
      }
      larger[at] = first;
      larger[at + 1] = second;
      larger[at + 2] = segment[i + 2]!;
    }
    this.segments[index] = larger;
    this.scales[index] = scale;
    this.room[index]! += Math.floor(more * this.maxLoad) - Math.floor(slots * this.maxLoad);
  }
}

function homeOf(first: number, second: number, scale: number): number {
  return unitsPerSlot * Math.floor((second * 0x1_0000 + first) * scale);
}
