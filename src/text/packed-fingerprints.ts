const segmentBits = 10;
const segmentCount = 1 << segmentBits;
/** The lower half of the hash, never 0 in its first 16 bits; 16 bits of the upper half, the lowest of them the tag. */
const unitsPerSlot = 3;
const bytesPerSlot = 2 * unitsPerSlot;

/** How full a segment gets before it grows, and how full it is made when it is known how many will come. */
const maxLoad = 0.88;
const expectedLoad = 0.84;
/** By what factor a segment grows at most, when it is not known how many will come and when more came than that. */
const step = 1.25;
const smallStep = 1.125;

/** Slots of a segment at first, when it is not known how many entries will come. */
const firstSlots = 400;

/** Bytes for each entry that a segment may take when it grows, */
const bytesPerEntry = 7.75;
/** and bytes that it may take besides: 16 MiB for all. */
const bytesToSpare = 16_384;
/** What the engine takes for an array besides its elements. */
const bytesPerArray = 400;

/**
 * Many entries at 6 bytes a slot, one place in memory for each. A segment grows by another array behind those it
 * has, so that there is never a second copy of the table, nor garbage. Whatever comes, in whatever order, at no
 * time do all arrays together take more than 8 bytes for each entry and 18 MB.
 */
export class PackedFingerprints {
  size = 0;
  private readonly tagBits: number;
  /** Slots of a segment that holds its share of what is expected. */
  private readonly expectedSlots: number;
  /** Most arrays that a segment has. */
  private stride = 0;
  /** The arrays of segment i, in order, from `i * stride`. */
  private arrays: Uint16Array[] = [];
  /** The slots at which they begin; after the last one, a number beyond all slots. */
  private starts = new Int32Array(0);
  /** How many arrays each segment has. */
  private readonly counts = new Int32Array(segmentCount);
  private readonly slots = new Int32Array(segmentCount);
  /** Slots per hash, by segment. */
  private readonly scales = new Float64Array(segmentCount);
  /** Entries a segment takes before it grows. */
  private readonly room = new Int32Array(segmentCount);
  /** The slots of a segment while it grows. */
  private moving = new Uint16Array(0);

  /**
   * @param coming  entries that come for certain
   * @param expected  entries that may come in all, 0 when not known: makes growing rarer
   */
  constructor(tagBits: number, coming: number, expected: number) {
    this.tagBits = tagBits;
    this.expectedSlots = Math.ceil(expected / segmentCount / expectedLoad);
    this.widen();
    for (let index = 0; index < segmentCount; index++)
      this.lengthen(index, Math.floor(coming / segmentCount));
  }

  get bytesAllocated(): number {
    let bytes = this.starts.byteLength + this.moving.byteLength;
    for (const array of this.arrays) if (array.length > 0) bytes += array.byteLength + bytesPerArray;
    return bytes + segmentCount * (3 * Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT);
  }

  /** As `FingerprintTable.add`. */
  add(high: number, low: number, tag: number): number {
    const { tagBits, arrays, starts } = this;
    const tagMask = (1 << tagBits) - 1;
    const index = high >>> (32 - segmentBits);
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
    this.size++;
    if (--this.room[index]! < 0) this.grow(index);
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
      const index = hashes[i]! >>> (32 - segmentBits);
      // As slotOf, or at most one less.
      const slot = (hashes[i + 1]! * scales[index]!) | 0;
      let place = index * width;
      while (slot >= starts[place + 1]!) place++;
      sum ^= arrays[place]![unitsPerSlot * (slot - starts[place]!)]!;
    }
    return sum;
  }

  /** The array behind one of a segment: behind the last is the first. */
  private after(place: number, index: number): number {
    const start = index * this.stride;
    return place + 1 - start === this.counts[index] ? start : place + 1;
  }

  /** Gives a segment that is full more slots, and its entries their new places. */
  private grow(index: number): void {
    const units = unitsPerSlot * this.slots[index]!;
    if (this.moving.length < units) this.moving = new Uint16Array(units);
    const start = index * this.stride;
    for (let place = start; place < start + this.counts[index]!; place++) {
      const array = this.arrays[place]!;
      this.moving.set(array, unitsPerSlot * this.starts[place]!);
      array.fill(0);
    }
    const entries = roomOf(this.slots[index]!) - this.room[index]!;
    this.lengthen(index, entries);
    this.room[index]! -= entries;
    this.settle(index, units);
  }

  /** Puts entries that are in {@link moving} into the empty slots of a segment. */
  private settle(index: number, end: number): void {
    const { arrays, starts, moving } = this;
    const scale = this.scales[index]!;
    let place = index * this.stride;
    let units = arrays[place]!;
    // In order of the old slots, which is nearly that of the new ones: most come into the array of the one before.
    for (let from = 0; from < end; from += unitsPerSlot) {
      const first = moving[from]!;
      if (first === 0) continue;
      const second = moving[from + 1]!;
      const slot = slotOf(first, second, scale);
      if (slot >= starts[place + 1]! || slot < starts[place]!) {
        place = index * this.stride;
        while (slot >= starts[place + 1]!) place++;
        units = arrays[place]!;
      }
      let at = unitsPerSlot * (slot - starts[place]!);
      while (units[at] !== 0) {
        at += unitsPerSlot;
        if (at < units.length) continue;
        place = this.after(place, index);
        units = arrays[place]!;
        at = 0;
      }
      units[at] = first;
      units[at + 1] = second;
      units[at + 2] = moving[from + 2]!;
    }
  }

  /** Adds an empty array to a segment of so many entries. */
  private lengthen(index: number, entries: number): void {
    const count = this.counts[index]!;
    if (count + 2 > this.stride) this.widen();
    const { expectedSlots } = this;
    const slots = this.slots[index]!;
    const most = Math.floor(
      (bytesPerEntry * entries + bytesToSpare - bytesPerArray * (count + 1)) / bytesPerSlot,
    );
    const factor = expectedSlots > 0 ? smallStep : step;
    const wanted = expectedSlots > slots ? expectedSlots : Math.ceil(Math.max(slots * factor, firstSlots));
    const more = Math.max(slots + 1, Math.min(wanted, most)) - slots;
    const place = index * this.stride + count;
    this.arrays[place] = new Uint16Array(unitsPerSlot * more);
    this.starts[place] = slots;
    this.counts[index] = count + 1;
    this.slots[index] = slots + more;
    this.scales[index] = (slots + more) / 0x1_0000_0000;
    this.room[index] = roomOf(slots + more);
  }

  /** Makes room for more arrays. */
  private widen(): void {
    const { stride, arrays, starts } = this;
    const wider = stride + 4;
    this.starts = new Int32Array(segmentCount * wider).fill(0x7fff_ffff);
    const none = new Uint16Array(0);
    this.arrays = Array.from({ length: segmentCount * wider }, () => none);
    for (let place = 0; place < segmentCount * stride; place++) {
      const at = Math.floor(place / stride) * wider + (place % stride);
      this.starts[at] = starts[place]!;
      this.arrays[at] = arrays[place]!;
    }
    this.stride = wider;
  }
}

/** Entries that so many slots take before there have to be more. */
function roomOf(slots: number): number {
  return Math.floor(slots * maxLoad);
}

function slotOf(first: number, second: number, scale: number): number {
  return ((second * 0x1_0000 + first) * scale) | 0;
}
