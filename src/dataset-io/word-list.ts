const blockBits = 18;
const blockSize = 1 << blockBits;
const blockMask = blockSize - 1;

/** Memory whose pages can be given back at once, and not some time after nobody needs them any more. */
interface Returnable extends ArrayBuffer {
  resize(bytes: number): void;
}

/** ES2024, which Node has had since version 20. */
const ReturnableBuffer = ArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Returnable;

type Words = Uint8Array | Uint16Array | Uint32Array;

function memoryOf(bytes: number): Returnable {
  return new ReturnableBuffer(bytes, { maxByteLength: bytes });
}

function giveBack(block: Words): void {
  (block.buffer as Returnable).resize(0);
}

/** Moves what is in blocks into one array; each block is given back as soon as it has been copied. */
function moved<T extends Words>(blocks: Words[], whole: T): T {
  for (let at = 0; at < whole.length; at += blockSize) {
    const block = blocks.shift()!;
    whole.set(whole.length - at < blockSize ? block.subarray(0, whole.length - at) : block, at);
    giveBack(block);
  }
  return whole;
}

/** A list of 32-bit numbers that grows without ever being copied. */
export class WordList {
  private readonly blocks: Uint32Array[] = [];
  length = 0;

  push(word: number): void {
    const at = this.length++;
    if ((at & blockMask) === 0) this.blocks.push(new Uint32Array(memoryOf(4 * blockSize)));
    this.blocks[at >>> blockBits]![at & blockMask] = word;
  }

  pushAll(words: Uint32Array): void {
    for (let from = 0; from < words.length; ) {
      const at = this.length;
      if ((at & blockMask) === 0) this.blocks.push(new Uint32Array(memoryOf(4 * blockSize)));
      const count = Math.min(words.length - from, blockSize - (at & blockMask));
      this.blocks[at >>> blockBits]!.set(words.subarray(from, from + count), at & blockMask);
      this.length += count;
      from += count;
    }
  }

  at(index: number): number {
    return this.blocks[index >>> blockBits]![index & blockMask]!;
  }

  /** The numbers, many at a time and in order. */
  *pieces(): Generator<Uint32Array> {
    for (let at = 0; at < this.length; at += blockSize)
      yield this.blocks[at >>> blockBits]!.subarray(0, this.length - at);
  }

  /** Forgets all of it. */
  clear(): void {
    for (const block of this.blocks) giveBack(block);
    this.blocks.length = 0;
    this.length = 0;
  }

  /** One array with all of it; the list is empty afterwards. */
  take(): Uint32Array {
    const whole = moved(this.blocks, new Uint32Array(this.length));
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
    if (word > 0xffff && !this.isWide) this.widen();
    const at = this.length++;
    if ((at & blockMask) === 0) this.blocks.push(this.newBlock());
    this.blocks[at >>> blockBits]![at & blockMask] = word;
  }

  /** One array with all of it; the list is empty afterwards. */
  take(): Uint16Array | Uint32Array {
    const whole = moved(
      this.blocks,
      this.isWide ? new Uint32Array(this.length) : new Uint16Array(this.length),
    );
    this.length = 0;
    return whole;
  }

  private newBlock(): Uint16Array | Uint32Array {
    return this.isWide ? new Uint32Array(memoryOf(4 * blockSize)) : new Uint16Array(memoryOf(2 * blockSize));
  }

  private widen(): void {
    this.isWide = true;
    this.blocks.forEach((block, index) => {
      const wide = this.newBlock();
      wide.set(block);
      this.blocks[index] = wide;
      giveBack(block);
    });
  }
}

/** Bytes that grow like {@link WordList}. */
export class ByteList {
  private readonly blocks: Uint8Array[] = [];
  length = 0;

  push(byte: number): void {
    const at = this.length++;
    if ((at & blockMask) === 0) this.blocks.push(new Uint8Array(memoryOf(blockSize)));
    this.blocks[at >>> blockBits]![at & blockMask] = byte;
  }

  /** One array with all of it; the list is empty afterwards. */
  take(): Uint8Array {
    const whole = moved(this.blocks, new Uint8Array(this.length));
    this.length = 0;
    return whole;
  }
}
