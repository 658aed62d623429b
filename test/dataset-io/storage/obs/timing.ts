import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Timing } from '../../../../src/dataset-io/storage/obs/retry.js';
import { Random } from '../../../support/random.js';

export interface TestTiming extends Timing {
  /** Every pause that was asked for, in ms. */
  readonly pauses: number[];
  /** Moves the clock. */
  advance(ms: number): void;
}

/**
 * The true clock, which signatures need, and pauses of a small part of what was asked for, so that those who
 * wait long still give way to the others.
 */
export function testTiming(seed = 1): TestTiming {
  const pauses: number[] = [];
  const random = new Random(seed);
  let ahead = 0;
  return {
    pauses,
    advance: (ms) => {
      ahead += ms;
    },
    now: () => Date.now() + ahead,
    random: () => random.next(),
    sleep: async (ms, signal) => {
      pauses.push(ms);
      const options = signal === undefined ? {} : { signal };
      if (ms < 200) await nextTurn(undefined, options);
      else await delay(Math.min(ms / 200, 5), undefined, options);
    },
  };
}

/** Lets everything end that is under way on a wire in memory, whose answers take two turns of the event loop each. */
export async function manyTurns(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
}
