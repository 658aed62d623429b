import { setMaxListeners } from 'node:events';

/** Small files read at a time where each is a request over a network. */
const readsInFlight = 16;

/**
 * Values that take a request each and are asked for in an order that is known before: the next ones are under way
 * when one is waited for. What is begun and never asked for is given up by {@link close}.
 */
export class Ahead<K, V> {
  private readonly begun = new Map<K, Promise<V>>();
  private readonly over = new AbortController();
  private readonly signal: AbortSignal;
  private keys: readonly K[] = [];
  private next = 0;
  private end = 0;

  /** @param start  begins to get the value of a key; its signal fires when the value is not wanted any more */
  constructor(
    private readonly start: (key: K, signal: AbortSignal) => Promise<V>,
    signal: AbortSignal | undefined,
  ) {
    this.signal = shared(signal, this.over);
  }

  /** Says what {@link get} will be asked for, in order: `keys[from]` up to and without `keys[to]`. */
  expect(keys: readonly K[], from = 0, to = keys.length): void {
    this.keys = keys;
    this.next = from;
    this.end = to;
  }

  /** What was expected before `key` and not asked for is given up. */
  async get(key: K): Promise<V> {
    this.skipTo(key);
    while (this.next < this.end && this.begun.size < readsInFlight) this.begin(this.keys[this.next++]);
    const value = this.begun.get(key) ?? this.start(key, this.signal);
    try {
      return await value;
    } finally {
      this.begun.delete(key);
    }
  }

  close(): void {
    this.next = this.end;
    this.over.abort();
  }

  private skipTo(key: K): void {
    if (this.begun.has(key)) {
      for (const earlier of this.begun.keys()) {
        if (earlier === key) return;
        this.begun.delete(earlier);
      }
    }
    const at = this.keys.indexOf(key, this.next);
    if (at < 0 || at >= this.end) return;
    this.begun.clear();
    this.next = at;
  }

  private begin(key: K): void {
    if (this.begun.has(key)) return;
    const value = this.start(key, this.signal);
    // Whoever asks for it hears of its failure; one that nobody asks for fails for nobody.
    value.catch(() => undefined);
    this.begun.set(key, value);
  }
}

/**
 * What `start` gives for each item of a stream, with the item and in its order; the next ones are under way
 * meanwhile. A failure, also one of the stream, comes when everything before it has been taken.
 */
export async function* mapAhead<T, R>(
  source: AsyncIterable<T>,
  start: (item: T, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [T, R], void, undefined> {
  const over = new AbortController();
  const both = shared(signal, over);
  const iterator = source[Symbol.asyncIterator]();
  const begun: Promise<readonly [T, R] | undefined>[] = [];
  let isOpen = true;
  const begin = async () => {
    const step = iterator.next();
    const value = step.then(async ({ done, value }) =>
      done === true ? undefined : ([value, await start(value, both)] as const),
    );
    // Whoever comes to it hears of its failure.
    value.catch(() => undefined);
    begun.push(value);
    isOpen = await step.then(
      ({ done }) => done !== true,
      () => false,
    );
  };
  try {
    for (;;) {
      while (isOpen && begun.length < readsInFlight) await begin();
      const value = await begun.shift();
      if (value === undefined) return;
      yield value;
    }
  } finally {
    over.abort();
    await iterator.return?.();
  }
}

/** A signal that fires with either, and that any number of requests may listen to. */
function shared(signal: AbortSignal | undefined, over: AbortController): AbortSignal {
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  setMaxListeners(0, both);
  return both;
}
