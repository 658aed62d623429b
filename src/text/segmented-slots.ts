const segmentBits = 10;
const segmentCount = 1 << segmentBits;

/** How full a segment gets before it grows, and how full it is made when it is known how many will come. */
const maxLoad = 0.88;
const expectedLoad = 0.84;

/** Slots of a segment at first, when it is not known how many entries will come. */
const firstSlots = 400;

/** For each byte of a slot, bytes for each entry that a segment may take when it grows, */
const bytesPerEntry = 7.75 / 6;
/** and bytes that it may take besides: 16 MiB for all. */
const bytesToSpare = 16_384;
/** What the engine takes for an array besides its elements. */
const bytesPerArray = 400;

interface SegmentedSlotsOptions {
  /** 16-bit units of a slot. */
  readonly unitsPerSlot: number;
  /** Entries that come for certain. */
  readonly coming: number;
  /** Entries that may come in all, 0 when not known: makes growing rarer. */
  readonly expected: number;
  /** By what factor a segment grows at most, unless it is to hold its share of what is expected. */
  readonly growth: number;
}

/**
 * An open hash table without values of its own: 1,024 segments of slots, whose first two units are the lower half of a
 * hash, never 0 in the first. One place in memory for each entry. A segment grows by another array behind those it
 * has, so that there is never a second copy of the table, nor garbage. Whatever comes, in whatever order, at no time do
 * all arrays together take more than 4/3 of the bytes of a slot for each entry and 18 MB.
 */
export abstract class SegmentedSlots {
  size = 0;
  private readonly unitsPerSlot: number;
  private readonly growth: number;
  /** Slots of a segment that holds its share of what is expected. */
  private readonly expectedSlots: number;
  /** Most arrays that a segment has. */
  protected stride = 0;
  /** The arrays of segment i, in order, from `i * stride`. */
  protected arrays: Uint16Array[] = [];
  /** The slots at which they begin; after the last one, a number beyond all slots. */
  protected starts = new Int32Array(0);
  /** How many arrays each segment has. */
  private readonly counts = new Int32Array(segmentCount);
  private readonly slots = new Int32Array(segmentCount);
  /** Slots per hash, by segment. */
  protected readonly scales = new Float64Array(segmentCount);
  /** Entries a segment takes before it grows. */
  private readonly room = new Int32Array(segmentCount);
  /** The slots of a segment while it grows. */
  private moving = new Uint16Array(0);

  constructor({ unitsPerSlot, coming, expected, growth }: SegmentedSlotsOptions) {
    this.unitsPerSlot = unitsPerSlot;
    this.growth = growth;
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

  /** The segment of a hash. @param high its upper half */
  protected segmentOf(high: number): number {
    return high >>> (32 - segmentBits);
  }

  /** Books an entry that was put into an empty slot. */
  protected added(index: number): void {
    this.size++;
    if (--this.room[index]! < 0) this.grow(index);
  }

  /** The array behind one of a segment: behind the last is the first. */
  protected after(place: number, index: number): number {
    const start = index * this.stride;
    return place + 1 - start === this.counts[index] ? start : place + 1;
  }

  /** Gives a segment that is full more slots, and its entries their new places. */
  private grow(index: number): void {
    const { unitsPerSlot } = this;
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
    const { arrays, starts, moving, unitsPerSlot } = this;
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
      for (let unit = 2; unit < unitsPerSlot; unit++) units[at + unit] = moving[from + unit]!;
    }
  }

  /** Adds an empty array to a segment of so many entries. */
  private lengthen(index: number, entries: number): void {
    const count = this.counts[index]!;
    if (count + 2 > this.stride) this.widen();
    const { expectedSlots, unitsPerSlot } = this;
    const slots = this.slots[index]!;
    const bytesPerSlot = Uint16Array.BYTES_PER_ELEMENT * unitsPerSlot;
    const most = Math.floor(
      bytesPerEntry * entries + (bytesToSpare - bytesPerArray * (count + 1)) / bytesPerSlot,
    );
    const wanted =
      expectedSlots > slots ? expectedSlots : Math.ceil(Math.max(slots * this.growth, firstSlots));
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

/** The slot of a hash whose lower half is made of these. @param scale slots of its segment per hash */
export function slotOf(first: number, second: number, scale: number): number {
  return ((second * 0x1_0000 + first) * scale) | 0;
}
