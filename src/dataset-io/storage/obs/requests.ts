import { AbortedError, throwIfAborted } from '../../../model/index.js';
import { settleOrAbort } from '../abortable.js';
import { asUnclear, type Doing, isAbort, obsError, obsFailure } from './errors.js';
import { redirectTarget } from './redirect.js';
import { Backoff, isSlowDown, Pace, type RetryOptions, realTiming, type Timing, triesFor } from './retry.js';
import { type ObsWire, WireFault, type WireOptions } from './wire.js';

export interface RequestOptions {
  readonly wire: ObsWire | (() => Promise<ObsWire>);
  /** The engine's endpoint, for telling which redirects may be followed. Without it none is. */
  readonly endpoint?: string | undefined;
  readonly retry?: RetryOptions | undefined;
  /** A connection on which nothing moves for so long, in ms, is given up. Default 60,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** How long one call of the storage may take in all, in ms. Default: as long as it needs. */
  readonly deadlineMs?: number | undefined;
  readonly timing?: Timing | undefined;
  /** Told what went wrong without spoiling the result: something of ours that could not be cleaned up. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** One call of the storage: what all of its requests have in common. */
export interface Call extends Doing {
  /** Fires when the caller gives up, and at the deadline. */
  readonly signal: AbortSignal | undefined;
  /** True when it was the deadline. */
  readonly isLate: () => boolean;
}

/** What to do about a request of which nobody knows whether it was done. */
export interface SendRules<T> {
  /**
   * Asked after a fault that may have changed something, before the request is made again: gives the answer
   * when it finds the change made. Without it the request is one that may be made twice.
   */
  readonly settle?: ((fault: WireFault) => Promise<T | undefined>) | undefined;
  /** Never make it again. */
  readonly once?: boolean | undefined;
}

/** Timers of more fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Makes requests until they are answered: pauses, paces, follows redirects, and turns faults into errors. */
export class ObsRequests {
  readonly timing: Timing;
  readonly backoff: Backoff;
  readonly pace: Pace;
  /** Multipart uploads of this process that are under way. */
  readonly uploads = new Set<string>();
  readonly #options: RequestOptions;
  #wire: Promise<ObsWire> | undefined;

  constructor(options: RequestOptions) {
    this.#options = options;
    this.timing = options.timing ?? realTiming;
    this.backoff = new Backoff(options.retry ?? {}, this.timing);
    this.pace = new Pace(this.timing);
  }

  /** Runs one call of the storage under its deadline. */
  async call<T>(doing: Doing, signal: AbortSignal | undefined, work: (call: Call) => Promise<T>): Promise<T> {
    const scope = this.open(doing, signal);
    try {
      return await work(scope.call);
    } finally {
      scope.close();
    }
  }

  /** {@link call} for generators and writers: `close` must be called. */
  open(doing: Doing, signal: AbortSignal | undefined): { call: Call; close: () => void } {
    throwIfAborted(signal);
    const { deadlineMs } = this.#options;
    if (deadlineMs === undefined || deadlineMs > longestTimerMs) {
      return { call: { ...doing, signal, isLate: () => false }, close: () => undefined };
    }
    let late = false;
    const controller = new AbortController();
    const giveUp = () => controller.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    const timer = setTimeout(() => {
      late = true;
      controller.abort();
    }, deadlineMs);
    timer.unref();
    return {
      call: { ...doing, signal: controller.signal, isLate: () => late },
      close: () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      },
    };
  }

  /**
   * Makes one request, again if need be.
   *
   * @throws ObsError when it is refused, or does not succeed in all its tries; AbortedError
   */
  async send<T>(
    call: Call,
    request: (wire: ObsWire, options: WireOptions) => Promise<T>,
    rules: SendRules<T> = {},
  ): Promise<T> {
    let mayHaveApplied = false;
    let failures = 0;
    const settle = async (fault: WireFault) => {
      if (rules.settle === undefined) return undefined;
      try {
        return await rules.settle(fault);
      } catch (error) {
        throw asUnclear(error);
      }
    };
    for (;;) {
      try {
        const answer = await this.#sendOnce(call, request);
        this.pace.succeeded();
        return answer;
      } catch (error) {
        this.throwIfOver(call, error);
        if (!(error instanceof WireFault)) throw error;
        if (isSlowDown(error)) this.pace.slowDown();
        mayHaveApplied ||= error.mayHaveApplied;
        const allowed = rules.once === true ? 1 : triesFor(error, this.backoff.tries);
        const pause = this.backoff.pauseAfter(failures, error);
        failures++;
        if (failures >= allowed || pause === undefined) {
          const found = mayHaveApplied ? await settle(error) : undefined;
          if (found !== undefined) return found;
          const retryable = triesFor(error, 2) > 1;
          throw obsError(error, call, this.timing.now(), { retryable, mayHaveApplied });
        }
        await this.sleep(call, pause);
        const found = error.mayHaveApplied ? await settle(error) : undefined;
        if (found !== undefined) return found;
      }
    }
  }

  async #sendOnce<T>(call: Call, request: (wire: ObsWire, options: WireOptions) => Promise<T>): Promise<T> {
    const { signal } = call;
    throwIfAborted(signal);
    await this.pace.take(signal);
    const wire = await settleOrAbort(this.#engine(), signal);
    const options = { signal, idleMs: this.#options.idleTimeoutMs ?? 60_000 };
    try {
      return await request(wire, options);
    } catch (error) {
      const to = this.#redirectOf(call, error);
      if (to === undefined) throw error;
      return await request(wire, { ...options, endpoint: to });
    }
  }

  #redirectOf(call: Call, error: unknown): string | undefined {
    const { endpoint } = this.#options;
    if (!(error instanceof WireFault) || error.location === undefined || endpoint === undefined)
      return undefined;
    return redirectTarget(error.location, endpoint, call.at.bucket);
  }

  /** The same call for cleaning up after it, when the caller may have given up already. */
  cleanUpCall(call: Call): Call {
    return { ...call, signal: undefined, isLate: () => false };
  }

  warn(message: string, error: unknown): void {
    this.#options.onWarning?.(`${message}: ${error instanceof Error ? error.message : String(error)}`);
  }

  #engine(): Promise<ObsWire> {
    if (this.#wire === undefined) {
      const { wire } = this.#options;
      this.#wire = typeof wire === 'function' ? wire() : Promise.resolve(wire);
      // The next request may try to start it again.
      this.#wire.catch(() => {
        this.#wire = undefined;
      });
    }
    return this.#wire;
  }

  /** Waits between two tries; the caller's signal and the deadline end it. */
  async sleep(call: Call, ms: number): Promise<void> {
    try {
      await this.timing.sleep(ms, call.signal);
    } catch (error) {
      this.throwIfOver(call, error);
      throw error;
    }
  }

  /** Throws what a caller's abort or a missed deadline is called, if `error` came of one. */
  throwIfOver(call: Call, error: unknown): void {
    if (call.isLate()) {
      throw obsFailure(
        'Timeout',
        call,
        'it was not done by the deadline',
        'Raise deadlineMs, or try again.',
        {
          retryable: true,
          mayHaveApplied: true,
          cause: error,
        },
      );
    }
    if (call.signal?.aborted === true) {
      throw error instanceof AbortedError ? error : new AbortedError({ cause: call.signal.reason });
    }
    if (isAbort(error)) throw error;
  }

  /** Ends idle connections. */
  async close(): Promise<void> {
    if (this.#wire !== undefined) (await this.#wire).close();
  }
}
