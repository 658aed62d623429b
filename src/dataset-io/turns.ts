import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../model/index.js';

/** Longest stretch of blocking reads, in milliseconds: a signal and a timer are heard after that. */
const longestStretch = 25;

export { nextTurn };

/** Lets the event loop of a thread that reads with blocking calls turn often enough, and no more often. */
export class Turns {
  private since = performance.now();

  /** True when it is time for {@link take}. Asking costs less than a tenth of a small file's reading. */
  get isDue(): boolean {
    return performance.now() - this.since >= longestStretch;
  }

  /** @throws AbortedError when the signal has fired */
  async take(signal: AbortSignal | undefined): Promise<void> {
    await nextTurn();
    throwIfAborted(signal);
    this.since = performance.now();
  }
}
