import type { LoggedRequest } from './log.js';
import type { Operation } from './request.js';

/**
 * Where in a request something happens.
 * - `before`: the headers are read, the body is not, nothing is done.
 * - `after`: the request is done (an upload is stored), no byte of the answer is sent.
 * - a number of bytes of the request body read, or of the answer's body sent.
 */
export type Moment =
  | 'before'
  | 'after'
  | { readonly requestBytes: number }
  | { readonly responseBytes: number };

/** What goes wrong. `applied: true` does the request first, so that the client cannot know. */
export type FaultAction =
  /** An OBS error. `retryAfter` in seconds or as a date. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly retryAfter?: number | string;
      readonly applied?: boolean;
    }
  /** Status 200 with an `<Error>` document. */
  | { readonly kind: 'error-in-200'; readonly code: string; readonly applied?: boolean }
  /** A page of some proxy; default status 502. */
  | { readonly kind: 'html'; readonly status?: number; readonly applied?: boolean }
  /** 307 (or `status`) to the same path and query at `to`, an origin such as `http://127.0.0.1:8080`. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /**
   * The connection ends: `reset` by RST (of the bytes up to `at` the last may be lost), `fin` in order, or `stall`
   * stays open in silence, for ever or for `ms` milliseconds, after which it goes on. A body that is stalled is not
   * read, so that the server may notice only when it closes that the client has gone.
   */
  | { readonly kind: 'reset' | 'fin'; readonly at: Moment }
  | { readonly kind: 'stall'; readonly at: Moment; readonly ms?: number }
  /** The answer waits. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The body of the answer comes slowly. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  /** Another ETag than the true one, in headers and XML; default 32 zeros. */
  | { readonly kind: 'etag'; readonly etag?: string }
  /**
   * Content-Length is off by `delta`. Above 0 the connection closes before that much came; below 0 the body is
   * shorter too, and nothing in the framing tells.
   */
  | { readonly kind: 'content-length'; readonly delta: number }
  | {
      readonly kind: 'headers';
      readonly set?: Readonly<Record<string, string>>;
      readonly remove?: readonly string[];
    }
  /** Only the first `bytes` (default half) of the XML in the answer, with a Content-Length that fits. */
  | { readonly kind: 'truncated-xml'; readonly bytes?: number }
  /** One bit of the body is flipped on the way; `at` is the offset of its byte, default 0. */
  | { readonly kind: 'corrupt'; readonly body: 'request' | 'response'; readonly at?: number }
  /** A ranged GET is answered with the whole object and 200. */
  | { readonly kind: 'ignore-range' }
  /** The write is done, but the next `reads` reads and listings of its key still see what was there before. */
  | { readonly kind: 'delayed-visibility'; readonly reads: number }
  /** The request is delivered twice; the second answer is the one sent. */
  | { readonly kind: 'duplicate' }
  /** Code of the test runs just before or just after the request is done, such as another writer. */
  | {
      readonly kind: 'run';
      readonly before?: () => void | Promise<void>;
      readonly after?: () => void | Promise<void>;
    };

/** When something goes wrong: a request must fit everything that is given. */
export interface FaultPlan {
  readonly method?: string | readonly string[];
  readonly operation?: Operation | readonly Operation[];
  readonly bucket?: string;
  /** The whole key, or a pattern. */
  readonly key?: string | RegExp;
  readonly match?: (request: LoggedRequest) => boolean;
  /** Of the requests that fit the above, counted from 1, only these. */
  readonly nth?: number | readonly number[];
  /** Of the requests that fit the above, this share, from 0 to 1; drawn from a generator that starts with `seed`. */
  readonly probability?: number;
  /** Default 1. */
  readonly seed?: number;
  /** At most so many times; default without end. */
  readonly times?: number;
  readonly do: FaultAction;
}

export interface FaultHandle {
  /** How often it went wrong. */
  readonly hits: number;
  remove(): void;
}

/** 503 SlowDown, with Retry-After when a number of seconds is given. */
export const slowDown = (retryAfter?: number): FaultAction => ({
  kind: 'error',
  status: 503,
  code: 'SlowDown',
  ...(retryAfter === undefined ? {} : { retryAfter }),
});

/** 500 InternalError; with `applied` after the request is done. */
export const internalError = (applied = false): FaultAction => ({
  kind: 'error',
  status: 500,
  code: 'InternalError',
  applied,
});

/** The plans of a server. Of several that want one request the first added has it; all of them count it. */
export class Faults {
  readonly #armed = new Set<ArmedFault>();

  add(plan: FaultPlan): FaultHandle {
    const armed = new ArmedFault(plan, () => this.#armed.delete(armed));
    this.#armed.add(armed);
    return armed;
  }

  clear(): void {
    this.#armed.clear();
  }

  /** What is to go wrong with this request. */
  take(request: LoggedRequest): FaultAction | undefined {
    let taken: FaultAction | undefined;
    for (const fault of this.#armed) if (fault.wants(request)) taken ??= fault.hit();
    return taken;
  }
}

class ArmedFault implements FaultHandle {
  readonly #plan: FaultPlan;
  readonly #random: () => number;
  #seen = 0;
  #hits = 0;

  constructor(
    plan: FaultPlan,
    readonly remove: () => void,
  ) {
    this.#plan = plan;
    this.#random = mulberry32(plan.seed ?? 1);
  }

  get hits(): number {
    return this.#hits;
  }

  wants(request: LoggedRequest): boolean {
    const { method, operation, bucket, key, match, nth, probability, times } = this.#plan;
    if (method !== undefined && ![method].flat().includes(request.method)) return false;
    if (operation !== undefined && ![operation].flat().includes(request.operation)) return false;
    if (bucket !== undefined && request.bucket !== bucket) return false;
    if (typeof key === 'string' && request.key !== key) return false;
    if (key instanceof RegExp && (request.key === undefined || request.key.search(key) < 0)) return false;
    if (match && !match(request)) return false;
    this.#seen += 1;
    if (nth !== undefined && ![nth].flat().includes(this.#seen)) return false;
    // Drawn for every request that fits, so that one hit more or less does not move the others.
    if (probability !== undefined && this.#random() >= probability) return false;
    return this.#hits < (times ?? Number.POSITIVE_INFINITY);
  }

  hit(): FaultAction {
    this.#hits += 1;
    return this.#plan.do;
  }
}

/** Numbers from 0 to before 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
