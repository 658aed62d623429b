import type { SyncFile } from '../storage/index.js';

const lineFeed = 0x0a;
/** Read beyond a block at first, for the end of its last line. */
const tailBytes = 64 * 1024;

/** Whole lines of a file, and where the first of them is. */
export interface BlockLines {
  readonly bytes: Buffer;
  readonly offset: number;
}

/** Reads the lines that begin in a block of a file, all at once, into memory that is used again for the next block. */
export class BlockReader {
  private memory: Buffer;

  /** @param longest a line that is longer is not read to its end */
  constructor(
    private readonly file: SyncFile,
    private readonly size: number,
    private readonly blockBytes: number,
    private readonly longest: number,
  ) {
    this.memory = Buffer.allocUnsafeSlow(Math.min(size, 1 + blockBytes + tailBytes));
  }

  /** The last line of the file may have no line feed. Undefined when a line is too long, or the file has become shorter. */
  read(block: number): BlockLines | undefined {
    const { size } = this;
    const start = block * this.blockBytes;
    const end = Math.min(start + this.blockBytes, size);
    // From the byte before: a line begins where that is a line feed.
    const base = Math.max(start - 1, 0);
    let length = Math.min(end + tailBytes, size) - base;
    if (!this.fill(base, 0, length)) return undefined;
    const from = start === 0 ? 0 : this.memory.subarray(0, length).indexOf(lineFeed) + 1;
    // A line that goes on through the whole block begins in another.
    if ((start > 0 && from === 0) || base + from >= end) return { bytes: nothing, offset: end };
    for (let seen = Math.max(end - 1 - base, from); ; ) {
      const feed = this.memory.subarray(0, length).indexOf(lineFeed, seen);
      if (feed >= 0 || base + length === size) {
        const to = feed < 0 ? length : feed + 1;
        return { bytes: this.memory.subarray(from, to), offset: base + from };
      }
      if (length - from > this.longest) return undefined;
      seen = length;
      length = Math.min(2 * length, size - base);
      if (!this.fill(base, seen, length)) return undefined;
    }
  }

  /** Has the bytes from `base` on in memory up to `length`, those before `known` being there; false when there are none. */
  private fill(base: number, known: number, length: number): boolean {
    if (length > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(length);
      this.memory.copy(larger, 0, 0, known);
      this.memory = larger;
    }
    return this.file.read(this.memory.subarray(known, length), base + known) === length - known;
  }
}

const nothing = Buffer.alloc(0);
