import { IdTable } from './id-table.js';

/** Ids below this take a bit each, whether they occur or not: 32 MiB at most. */
const bitIds = 2 ** 28;

/** Which ids of annotations have occurred: small whole numbers take a bit each, others some 20 bytes. */
export class SeenIds {
  #bits = new Uint8Array(4096);
  readonly #others = new IdTable();

  /** Adds an id. @returns true when it was there before */
  add(id: number | string): boolean {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < bitIds) return this.#addBit(id);
    if (this.#others.find(id, 'strict') !== -1) return true;
    this.#others.add(id);
    return false;
  }

  #addBit(id: number): boolean {
    const byte = id >>> 3;
    if (byte >= this.#bits.length) {
      const larger = new Uint8Array(Math.min(Math.max(this.#bits.length * 2, byte + 1), bitIds / 8));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    const bit = 1 << (id & 7);
    if ((this.#bits[byte]! & bit) !== 0) return true;
    this.#bits[byte]! |= bit;
    return false;
  }
}
