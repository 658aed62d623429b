const blockBits = 20;
const blockMask = (1 << blockBits) - 1;

/** A set of whole numbers from 0 that takes a bit for each up to the largest. */
export class BitSet {
  private readonly blocks: (Uint8Array | undefined)[] = [];
  size = 0;

  add(number: number): void {
    const index = Math.floor(number / (blockMask + 1));
    this.blocks[index] ??= new Uint8Array(1 << (blockBits - 3));
    const at = number & blockMask;
    const bit = 1 << (at & 7);
    const byte = this.blocks[index][at >> 3]!;
    if ((byte & bit) !== 0) return;
    this.blocks[index][at >> 3] = byte | bit;
    this.size++;
  }

  has(number: number): boolean {
    const block = this.blocks[Math.floor(number / (blockMask + 1))];
    const at = number & blockMask;
    return block !== undefined && (block[at >> 3]! & (1 << (at & 7))) !== 0;
  }
}
