import { OptionError } from '../model/index.js';

/** The seed of what is random where none is given. */
export const defaultSeed = 0;

const unit32 = 2 ** -32;
const unit53 = 2 ** -53;

/** @throws OptionError */
function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new OptionError(`a seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`);
}

/**
 * Random numbers that follow from a seed, the same on every machine: xoshiro128** (version 1.1). Its four words of state
 * come from SplitMix32 (increment 0x9e3779b9, finaliser of MurmurHash3), which starts at the lower 32 bits of the seed,
 * exclusive-or its upper bits times 0x85ebca6b.
 */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /**
   * @param seed 0…2^53 − 1
   * @throws OptionError for any other seed
   */
  constructor(seed: number = defaultSeed) {
    checkSeed(seed);
    let state = (seed | 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b);
    const word = () => {
      state = (state + 0x9e3779b9) | 0;
      return finish(state);
    };
    this.a = word();
    this.b = word();
    this.c = word();
    this.d = word();
  }

  /** 0…2^32 − 1 */
  word(): number {
    const { a, b, c, d } = this;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const third = c ^ a;
    const fourth = d ^ b;
    this.b = b ^ third;
    this.a = a ^ fourth;
    this.c = third ^ (b << 9);
    this.d = rotate(fourth, 11);
    return result >>> 0;
  }

  /** From 0, below 1, in steps of 2^−53: the upper 27 bits of one word, then the upper 26 of the next. */
  next(): number {
    const upper = this.word() >>> 5;
    return (upper * 2 ** 26 + (this.word() >>> 6)) * unit53;
  }

  /** A whole number from 0, below `limit`, which is at most 2^53. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/**
 * A number from 0, below 1, that follows from a text and a seed alone: MurmurHash3 (x86, 32 bits) of the text's UTF-8
 * bytes, over 2^32. Other programs get the same number from any implementation of it.
 *
 * @param seed 0…2^53 − 1; bits above the 32nd are folded in by exclusive-or
 * @throws OptionError for any other seed
 */
export function unitHash(text: string, seed: number = defaultSeed): number {
  checkSeed(seed);
  const bytes = new TextEncoder().encode(text);
  const { length } = bytes;
  let hash = (seed | 0) ^ Math.floor(seed / 2 ** 32);
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = (Math.imul(rotate(hash ^ scramble(word), 13), 5) + 0xe6546b64) | 0;
  }
  if (at < length) {
    let word = 0;
    for (let shift = 0; at < length; at++, shift += 8) word |= bytes[at]! << shift;
    hash ^= scramble(word);
  }
  return (finish(hash ^ length) >>> 0) * unit32;
}

/**
 * A function that gives a whole number from 0, below 2^32, which follows from a whole number from 0 and the seed alone.
 *
 * @param seed 0…2^53 − 1
 * @throws OptionError for any other seed
 */
export function numberHash(seed: number = defaultSeed): (value: number) => number {
  checkSeed(seed);
  const salt = finish((seed | 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b));
  return (value) => finish(finish((value | 0) ^ salt) ^ Math.floor(value / 2 ** 32)) >>> 0;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
