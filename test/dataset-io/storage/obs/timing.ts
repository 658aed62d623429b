import { setTimeout as delay } from 'node:timers/promises';
import type { Timing } from '../../../../src/dataset-io/storage/obs/retry.js';

/** A small generator of numbers in 0…1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface TestTiming extends Timing {
  /** Every pause that was asked for, in ms. */
  readonly pauses: number[];
  /** Moves the clock. */
  advance(ms: number): void;
}

/**
 * A clock that pauses move instead of waiting for it: sleeping gives others their turn and takes no time.
 * Starts at the true time, which signatures need.
 */
export function testTiming(seed = 1): TestTiming {
  const pauses: number[] = [];
  let ahead = 0;
  return {
    pauses,
    advance: (ms) => {
      ahead += ms;
    },
    now: () => Date.now() + ahead,
    random: randomFrom(seed),
    sleep: async (ms, signal) => {
      pauses.push(ms);
      await delay(ms > 0 ? 1 : 0, undefined, signal === undefined ? {} : { signal });
    },
  };
}
