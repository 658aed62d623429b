import { setTimeout as delay } from 'node:timers/promises';
import { isCertificateFault } from './errors.js';
import type { WireFault } from './wire.js';

export interface RetryOptions {
  /** How often one request is made at most, the first time included. Default 6. */
  readonly tries?: number | undefined;
  /** The longest pause after the first failure, in ms; it doubles with each. Default 100. */
  readonly baseMs?: number | undefined;
  /** The longest pause of all, in ms. Default 10,000. */
  readonly capMs?: number | undefined;
}

/** Time and chance, given from outside so that tests need not wait. */
export interface Timing {
  /** ms since 1970. */
  readonly now: () => number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Resolves after so many ms; rejects as soon as the signal fires. */
  readonly sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const realTiming: Timing = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/** A service that wants to be left alone for longer than this is not waited for. */
const maxRetryAfterMs = 120_000;

/** Pauses between tries: full jitter, so that many clients do not come back together. */
export class Backoff {
  readonly tries: number;
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #timing: Timing;

  constructor(options: RetryOptions, timing: Timing) {
    this.tries = Math.max(1, options.tries ?? 6);
    this.#baseMs = options.baseMs ?? 100;
    this.#capMs = options.capMs ?? 10_000;
    this.#timing = timing;
  }

  /** ms to wait before try number `attempt` + 2; undefined when the service asks for more than is sensible. */
  pauseAfter(attempt: number, fault?: WireFault): number | undefined {
    const asked = fault?.retryAfterMs ?? 0;
    if (asked > maxRetryAfterMs) return undefined;
    const most = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(attempt, 30));
    return Math.max(asked, this.#timing.random() * most);
  }

  async pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#timing.sleep(this.pauseAfter(attempt) ?? 0, signal);
  }
}

const retryableStatus = new Set([408, 429, 500, 502, 503, 504]);
const retryableCode = new Set([
  'InternalError',
  'ServiceUnavailable',
  'SlowDown',
  'TooManyRequests',
  'RequestTimeout',
  'OperationAborted',
]);

/** How many tries a fault is worth, of `tries` that are allowed: 1 means it will not go away. */
export function triesFor(fault: WireFault, tries: number): number {
  switch (fault.kind) {
    case 'timeout':
      return tries;
    case 'network':
      if (isCertificateFault(fault)) return 1;
      // A name that does not exist seldom begins to.
      return fault.networkCode === 'ENOTFOUND' ? Math.min(2, tries) : tries;
    default:
      if (fault.serviceCode === 'BadDigest') return Math.min(2, tries);
      if (retryableCode.has(fault.serviceCode)) return tries;
      if (fault.kind === 'malformed' && (fault.status ?? 200) < 300) return tries;
      return retryableStatus.has(fault.status ?? 0) ? tries : 1;
  }
}

/** True for the answers that mean: fewer requests, please. */
export function isSlowDown(fault: WireFault): boolean {
  return fault.serviceCode === 'SlowDown' || fault.serviceCode === 'TooManyRequests' || fault.status === 429;
}

const slowestPerSecond = 1;
const unlimitedFrom = 1_000;

/**
 * The pace of all requests of one storage: without limit until the service says "slow down", then half of
 * what was being sent, and from there slowly up again. A token bucket that holds one second.
 */
export class Pace {
  readonly #timing: Timing;
  #perSecond = Number.POSITIVE_INFINITY;
  #tokens = 0;
  #filledAt = 0;
  #windowStart = 0;
  #sentInWindow = 0;
  #sentBefore = 0;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /** Requests a second that are allowed now; infinite when the service never complained. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Waits for the turn of one request. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    const now = this.#timing.now();
    if (now - this.#windowStart >= 1_000) {
      this.#sentBefore = now - this.#windowStart < 2_000 ? this.#sentInWindow : 0;
      this.#windowStart = now;
      this.#sentInWindow = 0;
    }
    this.#sentInWindow++;
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const room = Math.max(1, this.#perSecond);
    this.#tokens = Math.min(room, this.#tokens + ((now - this.#filledAt) / 1_000) * this.#perSecond) - 1;
    this.#filledAt = now;
    if (this.#tokens < 0) await this.#timing.sleep((-this.#tokens / this.#perSecond) * 1_000, signal);
  }

  slowDown(): void {
    const sending = Math.max(this.#sentInWindow, this.#sentBefore, 2 * slowestPerSecond);
    if (this.#perSecond === Number.POSITIVE_INFINITY) this.#filledAt = this.#timing.now();
    this.#perSecond = Math.max(slowestPerSecond, Math.min(this.#perSecond, sending) / 2);
  }

  succeeded(): void {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    this.#perSecond += Math.max(0.5, this.#perSecond * 0.05);
    if (this.#perSecond >= unlimitedFrom) this.#perSecond = Number.POSITIVE_INFINITY;
  }
}
