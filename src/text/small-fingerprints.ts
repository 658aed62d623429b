/** Entries that fit; a table with more gives up the lines. */
const smallCapacity = 1 << 18;

const maxLoad = 0.75;
/** Doubled nine times, it holds {@link smallCapacity} entries at {@link maxLoad}. */
const initialSlots = 683;
/** The lower half of the hash, 0 in a free slot; the upper half, its lowest bits replaced by the tag; the line. */
const wordsPerSlot = 3;

/** The first entries of a table: whole hashes with the line they were first on, 12 bytes a slot. */
export class SmallFingerprints {
  previousLine = 0;
  size = 0;
  private words = new Uint32Array(wordsPerSlot * initialSlots);
  private readonly tagMask: number;

  constructor(tagBits: number) {
    this.tagMask = (1 << tagBits) - 1;
  }

  get bytesAllocated(): number {
    return this.words.byteLength;
  }

  /** As `FingerprintTable.add`; −2 when the hash is new and there is no room for it. */
  add(high: number, low: number, tag: number, line: number): number {
    const { words, tagMask } = this;
    const key = low >>> 0 || 1;
    const upper = (high & ~tagMask) >>> 0;
    const { length } = words;
    let at = homeOf(key, length);
    for (let found = words[at]!; found !== 0; found = words[at]!) {
      if (found === key && (words[at + 1]! & ~tagMask) >>> 0 === upper) {
        this.previousLine = words[at + 2]!;
        return words[at + 1]! & tagMask;
      }
      at += wordsPerSlot;
      if (at === length) at = 0;
    }
    if (this.size === smallCapacity) return -2;
    words[at] = key;
    words[at + 1] = upper | (tag & tagMask);
    words[at + 2] = line;
    this.size++;
    if (this.size * wordsPerSlot > length * maxLoad) this.grow();
    return -1;
  }

  private grow(): void {
    const { words } = this;
    const length = 2 * words.length;
    const larger = new Uint32Array(length);
    for (let i = 0; i < words.length; i += wordsPerSlot) {
      const key = words[i]!;
      if (key === 0) continue;
      let at = homeOf(key, length);
      while (larger[at] !== 0) {
        at += wordsPerSlot;
        if (at === length) at = 0;
      }
      larger[at] = key;
      larger[at + 1] = words[i + 1]!;
      larger[at + 2] = words[i + 2]!;
    }
    this.words = larger;
  }

  /** Hands on every entry, the tag in the lowest bits of `high` and by itself. */
  handOn(take: (high: number, low: number, tag: number) => unknown): void {
    const { words, tagMask } = this;
    for (let i = 0; i < words.length; i += wordsPerSlot) {
      if (words[i] !== 0) take(words[i + 1]!, words[i]!, words[i + 1]! & tagMask);
    }
  }
}

function homeOf(key: number, length: number): number {
  return wordsPerSlot * Math.floor((key * (length / wordsPerSlot)) / 0x1_0000_0000);
}
