import { inject } from 'vitest';

/** Of this run, see `seed.ts`. Property tests follow it too. */
export const seed = inject('seed');

/** Numbers that look random and are the same everywhere for the same seed (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** True in that share of the cases, 0…1. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Numbers that follow from the run's seed; tests with different salts get different ones. */
export function randomFor(salt: number): Random {
  return new Random(seed + salt * 0x1000_0000);
}
