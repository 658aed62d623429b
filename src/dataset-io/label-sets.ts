import type { LabelSetNumbering } from '../manifest/index.js';

const free = -1;

/** Sets of labels, each stored once: most samples share theirs with many others. */
export class LabelSets implements LabelSetNumbering {
  /** Numbers hold for good. */
  readonly epoch = 0;
  readonly labels: string[] = [];
  readonly sets: number[][] = [];
  private readonly numbers = new Map<string, number>();
  /** Numbers of the sets of one label, by label. */
  private readonly single: number[] = [];
  /** Numbers of all other sets, at most half of the places taken; the place of a set follows from its labels. */
  private places = new Int32Array(64).fill(free);
  private others = 0;
  private scratch = new Uint32Array(64);

  /** The number of the set of some labels, which may repeat. */
  of(names: readonly string[]): number {
    if (names.length > this.scratch.length) this.scratch = new Uint32Array(2 * names.length);
    let count = 0;
    for (const name of new Set(names)) this.scratch[count++] = this.labelId(name);
    return this.setId(this.scratch, count);
  }

  labelId(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.labels.length;
      this.labels.push(name);
      this.numbers.set(name, number);
    }
    return number;
  }

  /** @param labels are put into order */
  setId(labels: Uint32Array, count: number): number {
    if (count === 1) {
      const label = labels[0]!;
      while (this.single.length <= label) this.single.push(free);
      if (this.single[label] === free) this.single[label] = this.sets.push([label]) - 1;
      return this.single[label]!;
    }
    sort(labels, count);
    const { places, sets } = this;
    const mask = places.length - 1;
    let place = hashOf(labels, count) & mask;
    for (let set = places[place]!; set !== free; set = places[place]!) {
      if (isSame(sets[set]!, labels, count)) return set;
      place = (place + 1) & mask;
    }
    const set = sets.push([...labels.subarray(0, count)]) - 1;
    places[place] = set;
    if (2 * ++this.others > places.length) this.grow();
    return set;
  }

  private grow(): void {
    const old = this.places;
    const places = new Int32Array(2 * old.length).fill(free);
    const mask = places.length - 1;
    for (const set of old) {
      if (set === free) continue;
      const labels = this.sets[set]!;
      let place = hashOf(labels, labels.length) & mask;
      while (places[place] !== free) place = (place + 1) & mask;
      places[place] = set;
    }
    this.places = places;
  }
}

/** Most sets are of two or three. */
function sort(labels: Uint32Array, count: number): void {
  if (count > 16) {
    labels.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const label = labels[i]!;
    let at = i;
    for (; at > 0 && labels[at - 1]! > label; at--) labels[at] = labels[at - 1]!;
    labels[at] = label;
  }
}

function hashOf(labels: Uint32Array | readonly number[], count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) {
    hash = Math.imul(hash ^ labels[i]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isSame(set: readonly number[], labels: Uint32Array, count: number): boolean {
  if (set.length !== count) return false;
  for (let i = 0; i < count; i++) if (set[i] !== labels[i]) return false;
  return true;
}
