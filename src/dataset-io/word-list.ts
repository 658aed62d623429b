const blockBits = 18;
const blockSize = 1 << blockBits;
const blockMask = blockSize - 1;

/** A list of 32-bit numbers that grows without ever being copied. */
export class WordList {
  private readonly blocks: Uint32Array[] = [];
  length = 0;

  push(word: number): void {
    const at = this.length++;
    if ((at & blockMask) === 0) this.blocks.push(new Uint32Array(blockSize));
    this.blocks[at >>> blockBits]![at & blockMask] = word;
  }

  /** The numbers, many at a time and in order. */
  *pieces(): Generator<Uint32Array> {
    for (let at = 0; at < this.length; at += blockSize)
      yield this.blocks[at >>> blockBits]!.subarray(0, this.length - at);
  }

  /** Forgets all of it. */
  clear(): void {
    this.blocks.length = 0;
    this.length = 0;
  }

  /** One array with all of it; the list is empty afterwards. */
  take(): Uint32Array {
    const whole = new Uint32Array(this.length);
    for (let at = 0; at < this.length; at += blockSize) {
      const block = this.blocks.shift()!;
      whole.set(this.length - at < blockSize ? block.subarray(0, this.length - at) : block, at);
    }
    this.length = 0;
    return whole;
  }
}

/** Numbers of which most lists have small ones alone: 2 bytes each until one is larger, then 4. */
export class SmallWordList {
  private readonly blocks: (Uint16Array | Uint32Array)[] = [];
  private isWide = false;
  length = 0;

  push(word: number): void {
    if (word > 0xffff && !this.isWide) {
      this.isWide = true;
      this.blocks.forEach((block, index) => {
        this.blocks[index] = Uint32Array.from(block);
      });
    }
    const at = this.length++;
    if ((at & blockMask) === 0)
      this.blocks.push(this.isWide ? new Uint32Array(blockSize) : new Uint16Array(blockSize));
    this.blocks[at >>> blockBits]![at & blockMask] = word;
  }

  /** One array with all of it; the list is empty afterwards. */
  take(): Uint16Array | Uint32Array {
    const whole = this.isWide ? new Uint32Array(this.length) : new Uint16Array(this.length);
    for (let at = 0; at < this.length; at += blockSize) {
      const block = this.blocks.shift()!;
      whole.set(this.length - at < blockSize ? block.subarray(0, this.length - at) : block, at);
    }
    this.length = 0;
    return whole;
  }
}

/** Bytes that grow like {@link WordList}. */
export class ByteList {
  private readonly blocks: Uint8Array[] = [];
  length = 0;

  push(byte: number): void {
    const at = this.length++;
    if ((at & blockMask) === 0) this.blocks.push(new Uint8Array(blockSize));
    this.blocks[at >>> blockBits]![at & blockMask] = byte;
  }

  take(): Uint8Array {
    const whole = new Uint8Array(this.length);
    this.blocks.forEach((block, index) => {
      whole.set(block.subarray(0, Math.min(blockSize, this.length - index * blockSize)), index * blockSize);
    });
    return whole;
  }
}
