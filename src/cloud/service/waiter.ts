import { LabelkitError, throwIfAborted } from '../../model/index.js';
import { ServiceError } from './service-error.js';
import { realTiming, type Timing } from './timing.js';

/** How something is waited for. */
export interface WaitOptions<T = unknown> {
  /** The first pause between two questions, in ms. Default 2,000. */
  readonly intervalMs?: number | undefined;
  /** By how much each pause is longer than the one before. Default 1.5. */
  readonly factor?: number | undefined;
  /** The longest pause, in ms. Default 30,000. */
  readonly capMs?: number | undefined;
  /** How much a pause may differ by chance, as a part of it. Default 0.1. */
  readonly jitter?: number | undefined;
  /** How long is waited in all, in ms. Default 3,600,000: an hour. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Hears every answer. */
  readonly onProgress?: ((answer: T) => void) | undefined;
}

export interface Waiting<T> extends WaitOptions<T> {
  /** What is waited for, for the error: `the import task t1`. */
  readonly what: string;
  readonly ask: () => Promise<T>;
  /** Throws what a failure is called. `elapsedMs` since the waiting began. */
  readonly verdict: (answer: T, elapsedMs: number) => 'done' | 'wait';
  readonly timing?: Timing | undefined;
}

/**
 * Asks again and again until the verdict is `done`. An answer that is lost or refused for being one too many counts as
 * none.
 *
 * @returns the last answer
 * @throws LabelkitError `Timeout` that names what was waited for; AbortedError; what `ask` and `verdict` throw
 */
export async function waitFor<T>({
  what,
  ask,
  verdict,
  intervalMs = 2_000,
  factor = 1.5,
  capMs = 30_000,
  jitter = 0.1,
  timeoutMs = 3_600_000,
  signal,
  onProgress,
  timing = realTiming,
}: Waiting<T>): Promise<T> {
  const began = timing.now();
  let pause = intervalMs;
  for (;;) {
    throwIfAborted(signal);
    let lost: ServiceError | undefined;
    try {
      const answer = await ask();
      onProgress?.(answer);
      if (verdict(answer, timing.now() - began) === 'done') return answer;
    } catch (error) {
      if (!(error instanceof ServiceError) || !(error.retryable || error.code === 'Throttled')) throw error;
      lost = error;
    }
    const left = began + timeoutMs - timing.now();
    if (left <= 0) {
      throw new LabelkitError('Timeout', `${what}: not done after ${seconds(timeoutMs)}`, {
        hint: 'It may still be under way: ask for it again later, or wait longer.',
        ...(lost === undefined ? {} : { cause: lost }),
      });
    }
    await timing.sleep(Math.min(left, pause * (1 + jitter * (2 * timing.random() - 1))), signal);
    pause = Math.min(capMs, pause * factor);
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
