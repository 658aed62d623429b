import type { Mode } from '../../model/index.js';

const firstSlots = 1024;
/** Slots are at most so full. */
const fullest = 0.6;

/**
 * Which image has which id: numbers from 0 in the order of adding. Ids that come in ascending order take 8 bytes each,
 * others about 20; texts, which are rare, take some 100.
 */
export class IdTable {
  #size = 0;
  /** Ids by number while each is greater than the one before. */
  #sorted: Float64Array<ArrayBuffer> | undefined = new Float64Array(firstSlots);
  #last = Number.NEGATIVE_INFINITY;
  #keys = new Float64Array(0);
  #values = new Uint32Array(0);
  #used = 0;
  #texts: Map<string, number> | undefined;

  /** How many were added, repeated ones among them. */
  get size(): number {
    return this.#size;
  }

  /** Adds the id of the next image; an id that is there keeps its number. */
  add(id: number | string): void {
    const number = this.#size++;
    if (typeof id === 'string') {
      this.#texts ??= new Map();
      if (!this.#texts.has(id)) this.#texts.set(id, number);
      this.#unsort(number);
      return;
    }
    if (this.#sorted !== undefined) {
      if (id > this.#last) {
        if (number === this.#sorted.length) this.#sorted = grown(this.#sorted);
        this.#sorted[number] = id;
        this.#last = id;
        return;
      }
      this.#unsort(number);
    }
    this.#put(id, number);
  }

  /** Counts an image that has no id that could be referred to. */
  addNone(): void {
    this.#unsort(this.#size++);
  }

  /**
   * The number of an image, -1 when there is none. In lenient mode `"7"` finds 7, and 7 finds `"7"`.
   */
  find(id: unknown, mode: Mode): number {
    if (typeof id === 'number') {
      const found = this.#number(id);
      if (found !== -1 || mode === 'strict') return found;
      return this.#texts?.get(String(id)) ?? -1;
    }
    if (typeof id !== 'string') return -1;
    const found = this.#texts?.get(id) ?? -1;
    if (found !== -1 || mode === 'strict' || id.trim() === '') return found;
    return this.#number(Number(id));
  }

  #number(id: number): number {
    const sorted = this.#sorted;
    if (sorted !== undefined) {
      let low = 0;
      let high = this.#size - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const there = sorted[middle]!;
        if (there === id) return middle;
        if (there < id) low = middle + 1;
        else high = middle - 1;
      }
      return -1;
    }
    if (this.#keys.length === 0) return -1;
    const mask = this.#keys.length - 1;
    for (let slot = slotOf(id) & mask; ; slot = (slot + 1) & mask) {
      const value = this.#values[slot]!;
      if (value === 0) return -1;
      if (this.#keys[slot] === id) return value - 1;
    }
  }

  /** Goes over to a hash table; `count` ids are in the sorted list. */
  #unsort(count: number): void {
    const sorted = this.#sorted;
    if (sorted === undefined) return;
    this.#sorted = undefined;
    this.#keys = new Float64Array(firstSlots);
    this.#values = new Uint32Array(firstSlots);
    for (let i = 0; i < count; i++) this.#put(sorted[i]!, i);
  }

  #put(id: number, number: number): void {
    if (this.#used >= this.#keys.length * fullest) this.#rehash();
    const mask = this.#keys.length - 1;
    let slot = slotOf(id) & mask;
    for (; this.#values[slot] !== 0; slot = (slot + 1) & mask) if (this.#keys[slot] === id) return;
    this.#keys[slot] = id;
    this.#values[slot] = number + 1;
    this.#used++;
  }

  #rehash(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Float64Array(keys.length * 2);
    this.#values = new Uint32Array(keys.length * 2);
    this.#used = 0;
    for (let i = 0; i < keys.length; i++) if (values[i] !== 0) this.#put(keys[i]!, values[i]! - 1);
  }
}

function grown(list: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(list.length * 2);
  larger.set(list);
  return larger;
}

const halves = new Uint32Array(2);
const double = new Float64Array(halves.buffer);

/** Mixed bits of a number. */
function slotOf(id: number): number {
  double[0] = id + 0; // -0 is 0
  const mixed = Math.imul(halves[0]! ^ Math.imul(halves[1]!, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
