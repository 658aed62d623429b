import { setTimeout as delay } from 'node:timers/promises';
import { AbortedError, throwIfAborted } from '../../model/index.js';

/** Time and chance, given from outside so that tests need not wait. */
export interface Timing {
  /** ms since 1970. */
  readonly now: () => number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Resolves after so many ms. @throws AbortedError as soon as the signal fires */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const realTiming: Timing = {
  now: Date.now,
  random: Math.random,
  async sleep(ms, signal) {
    throwIfAborted(signal);
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? new AbortedError({ cause: signal.reason }) : error;
    }
  },
};
