import { setMaxListeners } from 'node:events';
import { AbortedError, throwIfAborted } from '../../model/index.js';

/** A signal that fires with the given ones, and that any number of requests may listen to at the same time. */
export function signalForMany(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  setMaxListeners(0, signal);
  return signal;
}

/**
 * The same values, ending with `AbortedError` as soon as `signal` fires, even while the source is waiting.
 * A source that is waiting then is told to stop but not waited for: it might never answer.
 */
export async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  throwIfAborted(signal);
  const iterator = source[Symbol.asyncIterator]();
  let waiting = false;
  let over = false;
  try {
    for (;;) {
      waiting = true;
      const step = await settleOrAbort(iterator.next(), signal);
      waiting = false;
      if (step.done === true) {
        over = true;
        return;
      }
      yield step.value;
      throwIfAborted(signal);
    }
  } catch (error) {
    if (waiting && !signal.aborted) over = true;
    throw error;
  } finally {
    if (!over) {
      const closing = Promise.resolve(iterator.return?.());
      if (waiting) {
        // The work is given up and reported as aborted; what the source says later has no one to hear it.
        closing.catch(() => undefined);
      } else {
        await closing;
      }
    }
  }
}

/** The promise, or `AbortedError` when `signal` fires first. Leaves no listener behind. */
export function settleOrAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(new AbortedError({ cause: signal.reason }));
    if (signal.aborted) {
      giveUp();
      // What it says later has no one to hear it.
      promise.catch(() => undefined);
      return;
    }
    const ignore = onAbort(signal, giveUp);
    promise.then(resolve, reject).finally(ignore);
  });
}

const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

/**
 * Calls `listener` once when `signal` fires, unless the function that is returned is called before. However many wait
 * for one signal, it has one listener: from the eleventh on Node takes them for a leak and warns.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const one = waiting.get(signal) ?? waitFor(signal);
  if (one.listeners.size === 0) signal.addEventListener('abort', one.tell, { once: true });
  // A function of its own for each, so that the same listener can wait twice.
  const entry = () => listener();
  one.listeners.add(entry);
  return () => {
    if (one.listeners.delete(entry) && one.listeners.size === 0)
      signal.removeEventListener('abort', one.tell);
  };
}

function waitFor(signal: AbortSignal): Waiting {
  const listeners = new Set<() => void>();
  const tell = () => {
    const all = [...listeners];
    listeners.clear();
    for (const listener of all) listener();
  };
  const one = { listeners, tell };
  waiting.set(signal, one);
  return one;
}
