import { ServiceError } from './service-error.js';
import type { Timing } from './timing.js';

export interface Creation<T> {
  /** Asks for it once. */
  readonly create: () => Promise<T>;
  /** Looks for what a request that got no answer may have made; undefined where it made nothing. */
  readonly find: () => Promise<T | undefined>;
  /** It was asked for before now, and the answer is not known: look for it first. */
  readonly wasAsked?: boolean | undefined;
  /** Ask a second time when it was not found. Only for what cannot be there twice. */
  readonly again: boolean;
  readonly timing: Timing;
  readonly signal?: AbortSignal | undefined;
}

/** Pauses before it is looked for, in ms: the service may still be at it. */
const pauses = [0, 2_000, 5_000];

/**
 * Creates something on the service. When the answer is lost it is looked for before anything else is done, so that
 * there is never a second one.
 *
 * @throws ServiceError of the request when nothing was found; AbortedError
 */
export async function createOnce<T>({
  create,
  find,
  wasAsked = false,
  again,
  timing,
  signal,
}: Creation<T>): Promise<T> {
  const known = wasAsked ? await find() : undefined;
  if (known !== undefined) return known;
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      // A second request that meets what the first one made after all is told that it exists.
      const isThere = attempt > 1 && error instanceof ServiceError && error.code === 'AlreadyExists';
      if (!isThere && !isLost(error)) throw error;
      for (const pause of pauses) {
        if (pause > 0) await timing.sleep(pause, signal);
        const found = await find();
        if (found !== undefined) return found;
      }
      if (!again || attempt > 1) throw error;
    }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof ServiceError && error.mayHaveApplied;
}

/** The error for a creation whose answer was lost, and that was looked for in vain. @param what `the job pets` */
export function unsure(error: ServiceError, what: string): ServiceError {
  return new ServiceError(
    error.code,
    `${error.message}; it is not known whether ${what} was created`,
    { ...error, path: error.path?.replace(/^\w+ /, '') ?? '' },
    { hint: 'Look for it, and ask again only if there is none.', cause: error },
  );
}

/**
 * When something began here, as the service's clock has it: its answers say what time it is there, in whole seconds.
 *
 * @returns ms since 1970, two seconds early
 */
export function beganThere(
  beganHere: number,
  nowHere: number,
  headers: Readonly<Record<string, string>>,
): number {
  const nowThere = Date.parse(headers['date'] ?? '');
  return beganHere - 2_000 + (Number.isNaN(nowThere) ? 0 : nowThere - nowHere);
}
