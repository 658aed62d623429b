import { OptionError } from '../model/index.js';

/** A part that a data set is split into. With neither ratio nor count it takes what the others leave. */
export interface SplitPart {
  /** Becomes a file name: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Share of all samples, 0…1. */
  readonly ratio?: number;
  /** Number of samples. */
  readonly count?: number;
}

/** Parts that a byte can number, one value being kept for samples in no part. */
export const maxParts = 254;
/** The part of a sample that goes nowhere. */
export const noPart = 255;

/** Ratios are sums of decimal fractions that binary numbers do not hold. */
const epsilon = 1e-9;

/**
 * Reads `train=0.8,eval=0.1,test=0.1`, or counts: `train=1000,rest`. A name alone takes what is left.
 *
 * @throws OptionError for what cannot be read, and as {@link checkParts}
 */
export function parseParts(text: string, kind: 'ratio' | 'count'): SplitPart[] {
  const parts = text.split(',').map((piece): SplitPart => {
    const [name = '', value, more] = piece.split('=').map((word) => word.trim());
    if (value === undefined) return { name };
    const number = /^-?\d*\.?\d*(?:e[+-]?\d+)?$/i.test(value) && value !== '' ? Number(value) : Number.NaN;
    if (more !== undefined || Number.isNaN(number)) {
      throw new OptionError(`${JSON.stringify(piece)} is no part with a ${kind}`, {
        hint: 'Write name=number, parts separated by commas: train=0.8,eval=0.2.',
      });
    }
    return kind === 'ratio' ? { name, ratio: number } : { name, count: number };
  });
  checkParts(parts);
  return parts;
}

/** Equal parts with numbered names: `fold-1` to `fold-5`. @throws OptionError as {@link checkParts} */
export function equalParts(prefix: string, count: number): SplitPart[] {
  if (!Number.isSafeInteger(count) || count < 1 || count > maxParts)
    throw new OptionError(`${count} is no number of parts`, {
      hint: `Give a whole number from 1 to ${maxParts}.`,
    });
  const width = String(count).length;
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${String(index + 1).padStart(width, '0')}`,
    ratio: 1 / count,
  }));
}

/** @throws OptionError for names, ratios or counts that are none, and for ratios whose sum is above 1 */
export function checkParts(parts: readonly SplitPart[]): void {
  if (parts.length === 0 || parts.length > maxParts)
    throw new OptionError(`a split has 1 to ${maxParts} parts, not ${parts.length}`);
  const names = new Set<string>();
  let open = 0;
  let sum = 0;
  for (const { name, ratio, count } of parts) {
    if (!/^[\p{L}\p{N}_-][\p{L}\p{N}._-]*$/u.test(name)) {
      throw new OptionError(`${JSON.stringify(name)} cannot be the name of a part`, {
        hint: 'Use letters, digits, dots, dashes and underscores, and no dot at the start.',
      });
    }
    const folded = name.toLowerCase();
    if (names.has(folded)) throw new OptionError(`two parts have the name ${name}`);
    names.add(folded);
    if (ratio !== undefined && !(ratio >= 0 && ratio <= 1)) {
      throw new OptionError(`the ratio of ${name} is ${ratio}`, { hint: 'Ratios are from 0 to 1.' });
    }
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
      throw new OptionError(`the count of ${name} is ${count}`, { hint: 'Counts are whole numbers from 0.' });
    }
    sum += ratio ?? 0;
    if (ratio === undefined && count === undefined) open++;
  }
  if (sum > 1 + epsilon) {
    throw new OptionError(`the ratios add up to ${Number(sum.toFixed(9))}`, {
      hint: 'Their sum may be 1 at most; what is below 1 leaves samples out.',
    });
  }
  if (open > 1) throw new OptionError(`${open} parts take the rest`, { hint: 'Only one part can.' });
}

/**
 * How many of `total` samples each part gets, by largest remainders; the number after the last part's is how many go
 * nowhere, which is 0 unless the ratios add up to less than 1 or the counts to less than `total`.
 *
 * @throws OptionError when the parts ask for more samples than there are
 */
export function partSizes(parts: readonly SplitPart[], total: number): number[] {
  const sizes = parts.map(({ count }) => count ?? 0);
  const shares = parts.map(({ ratio }) => (ratio ?? 0) * total);
  const floors = shares.map((share) => Math.floor(share + epsilon * Math.max(1, total)));
  const wanted = Math.round(shares.reduce((sum, share) => sum + share, 0));
  let missing = wanted - floors.reduce((sum, floor) => sum + floor, 0);
  const byRemainder = shares
    .map((share, index) => ({ index, remainder: share - floors[index]! }))
    .filter(({ remainder }) => remainder > epsilon * Math.max(1, total))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  floors.forEach((floor, index) => {
    sizes[index]! += floor;
  });
  for (const { index } of byRemainder) {
    if (missing-- <= 0) break;
    sizes[index]!++;
  }
  const used = sizes.reduce((sum, size) => sum + size, 0);
  if (used > total) {
    throw new OptionError(`the parts ask for ${used} samples, and there are ${total}`, {
      hint: 'Ask for fewer, or leave one part without a number: it takes the rest.',
    });
  }
  const open = parts.findIndex(({ ratio, count }) => ratio === undefined && count === undefined);
  if (open >= 0) sizes[open] = total - used;
  return [...sizes, open >= 0 ? 0 : total - used];
}

/**
 * The part of a sample by its key alone: no count, no order and no state goes into it, so any shard on any machine gives
 * the same answer. A part's share of the samples is near its ratio and not exactly it.
 *
 * @throws OptionError for parts with counts
 */
export class HashParts {
  private readonly bounds: number[] = [];
  private readonly salt: number;

  /** @param seed 0…2^53 − 1 */
  constructor(parts: readonly SplitPart[], seed: number) {
    if (parts.some(({ count }) => count !== undefined)) {
      throw new OptionError('a split by hash has no counts', {
        hint: 'Give ratios: whether a sample is the last of 1000 cannot be seen in it.',
      });
    }
    const given = parts.reduce((sum, { ratio }) => sum + (ratio ?? 0), 0);
    let bound = 0;
    for (const { ratio } of parts) {
      bound += ratio ?? Math.max(0, 1 - given);
      // 32 bits of the hash decide; a sum that should be 1 is.
      this.bounds.push(bound > 1 - epsilon ? 2 ** 32 : Math.round(bound * 2 ** 32));
    }
    this.salt = mix((seed | 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b) ^ 0x5bd1e995);
  }

  /**
   * @param high  one half of the key's hash
   * @param low  the other half
   * @returns a part's number, or {@link noPart}
   */
  partOf(high: number, low: number): number {
    const at = mix(mix(low ^ this.salt) ^ high) >>> 0;
    const { bounds } = this;
    for (let part = 0; part < bounds.length; part++) if (at < bounds[part]!) return part;
    return noPart;
  }
}

/** The finaliser of MurmurHash3. */
function mix(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** The usage that a part stands for by its name; undefined for other names. */
export function usageOfPart(name: string): string | undefined {
  switch (name.toLowerCase()) {
    case 'train':
    case 'training':
      return 'TRAIN';
    case 'eval':
    case 'val':
    case 'valid':
    case 'validation':
      return 'EVAL';
    case 'test':
      return 'TEST';
    case 'inference':
      return 'INFERENCE';
    default:
      return undefined;
  }
}
