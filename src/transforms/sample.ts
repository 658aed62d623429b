import { numberHash, SeededRandom } from './random.js';

/**
 * Draws `count` of `total` things one after the other, each set of them being as likely as any other: nothing is kept,
 * whatever the numbers, and the order stays.
 *
 * @returns to be asked once for each thing, in order: true when it was drawn
 */
export function drawCount(count: number, total: number, seed?: number): () => boolean {
  const random = new SeededRandom(seed);
  let wanted = Math.min(count, total);
  let left = total;
  return () => {
    const isDrawn = left > 0 && random.next() * left < wanted;
    left--;
    if (isDrawn) wanted--;
    return isDrawn;
  };
}

/** Draws each thing by itself with the same chance. @param fraction 0…1 */
export function drawFraction(fraction: number, seed?: number): () => boolean {
  const random = new SeededRandom(seed);
  return () => random.next() < fraction;
}

/**
 * Draws the same fraction of each kind of things, exact to one thing of each kind: things of a kind are drawn at even
 * distances, from a random start on.
 *
 * @returns to be asked once for each thing, with its kind; one number is kept for each kind
 */
export function drawStratified(fraction: number, seed?: number): (kind: string) => boolean {
  const random = new SeededRandom(seed);
  const progress = new Map<string, number>();
  return (kind) => {
    const before = progress.get(kind) ?? random.next();
    const after = before + fraction;
    progress.set(kind, after - Math.floor(after));
    return after >= 1;
  };
}

/**
 * Draws `count` of all things, each kind getting its share of them by largest remainders; which of equal remainders
 * come first is random. Of one kind each set of things is as likely as any other.
 *
 * @param sizes how many things there are of each kind, in the order in which kinds come first
 * @returns to be asked once for each thing, in order, with its kind; two numbers are kept for each kind
 */
export function drawStratifiedCount(
  count: number,
  sizes: ReadonlyMap<string, number>,
  seed?: number,
): (kind: string) => boolean {
  const random = new SeededRandom(seed);
  const shares = largestRemainders(count, [...sizes.values()], random);
  const kinds = new Map([...sizes].map(([kind, left], at) => [kind, { left, wanted: shares[at]! }]));
  return (kind) => {
    const state = kinds.get(kind);
    if (state === undefined || state.left <= 0) return false;
    const isDrawn = random.next() * state.left < state.wanted;
    state.left--;
    if (isDrawn) state.wanted--;
    return isDrawn;
  };
}

/** Shares out `count` in proportion to sizes, in whole numbers; never more than there is. */
function largestRemainders(count: number, sizes: readonly number[], random: SeededRandom): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const wanted = Math.min(count, total);
  if (wanted === total) return [...sizes];
  // Products may be beyond what a number holds exactly.
  const products = sizes.map((size) => BigInt(size) * BigInt(wanted));
  const shares = products.map((product) => Number(product / BigInt(total)));
  const order = products
    .map((product, at) => ({ at, rest: product % BigInt(total), chance: random.next() }))
    .sort((a, b) => (a.rest === b.rest ? a.chance - b.chance : a.rest > b.rest ? -1 : 1));
  const missing = wanted - shares.reduce((sum, share) => sum + share, 0);
  for (const { at } of order.slice(0, missing)) shares[at]!++;
  return shares;
}

/**
 * Draws things in random order as long as none of their labels has been drawn `cap` times. Things without labels are
 * all drawn.
 *
 * @param labelSets the labels of each set
 * @param sets which set each thing has
 * @returns which things were drawn, 1 or 0 for each
 */
export function drawCapped(
  labelSets: readonly (readonly string[])[],
  sets: Uint32Array,
  cap: number,
  seed?: number,
): Uint8Array {
  const random = new SeededRandom(seed);
  const order = new Uint32Array(sets.length);
  for (let at = 0; at < order.length; at++) {
    // The inside-out shuffle of Fisher and Yates.
    const other = random.below(at + 1);
    order[at] = order[other]!;
    order[other] = at;
  }
  const counts = new Map<string, number>();
  const drawn = new Uint8Array(sets.length);
  for (const at of order) {
    const labels = labelSets[sets[at]!]!;
    if (labels.some((label) => (counts.get(label) ?? 0) >= cap)) continue;
    drawn[at] = 1;
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return drawn;
}

/**
 * Draws `count` things of any number in one pass, by hashes of numbers that tell them apart: which ones does not depend
 * on the order in which they come, nor on how they are shared between threads.
 */
export class HashDraw<T> {
  private readonly kept: { readonly hash: number; readonly number: number; readonly thing: T }[] = [];
  /** Larger hashes are not drawn any more. */
  private limit = 2 ** 32;

  private readonly hashOf: (number: number) => number;

  /** @throws OptionError for a seed that is no whole number from 0 */
  constructor(
    private readonly count: number,
    seed?: number,
  ) {
    this.hashOf = numberHash(seed);
    if (count === 0) this.limit = -1;
  }

  /**
   * Draws a thing, or passes it over.
   *
   * @param number  of the thing, each once
   * @param make  called when the thing is drawn for now
   */
  offer(number: number, make: () => T): void {
    const hash = this.hashOf(number);
    if (hash > this.limit) return;
    const { kept, count } = this;
    kept.push({ hash, number, thing: make() });
    // Seldom: after n things the next one is drawn with a chance of count / n.
    kept.sort((a, b) => a.hash - b.hash || a.number - b.number);
    if (kept.length > count) kept.length = count;
    if (kept.length === count) this.limit = kept[count - 1]!.hash;
  }

  /** What is drawn, in a random order. */
  get drawn(): readonly T[] {
    return this.kept.map(({ thing }) => thing);
  }
}
