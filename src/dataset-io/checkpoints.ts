const blockBits = 12;
const blockSize = 1 << blockBits;

/**
 * Some of the numbers of samples, ascending, and a place for each: 12 bytes for one. It grows without ever being copied.
 */
export class Checkpoints {
  private readonly numbers: Uint32Array[] = [];
  private readonly places: Float64Array[] = [];
  length = 0;

  /** @param number larger than all before */
  push(number: number, place: number): void {
    const at = this.length++;
    if ((at & (blockSize - 1)) === 0) {
      this.numbers.push(new Uint32Array(blockSize));
      this.places.push(new Float64Array(blockSize));
    }
    this.numbers[at >>> blockBits]![at & (blockSize - 1)] = number;
    this.places[at >>> blockBits]![at & (blockSize - 1)] = place;
  }

  number(at: number): number {
    return this.numbers[at >>> blockBits]![at & (blockSize - 1)]!;
  }

  place(at: number): number {
    return this.places[at >>> blockBits]![at & (blockSize - 1)]!;
  }

  /** The last one whose number is at most this; −1: there is none. @param from one that is known to be no later */
  before(number: number, from = 0): number {
    let low = from - 1;
    let high = this.length - 1;
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if (this.number(middle) <= number) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
