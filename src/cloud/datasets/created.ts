import { ServiceError } from '../service/service-error.js';
import type { Context } from './context.js';

/** The clocks of the two sides may differ by so much, in ms. */
const clockSlackMs = 5_000;
/** What was made may take so long to be listed, in ms. */
const settleMs = 2_000;

/**
 * Sends what makes something, once. When no answer came, looks for what may have been made.
 *
 * @param find looks for it among what was made at `since` or later, in ms since 1970
 * @throws the error of `send` when nothing is found
 */
export async function createOnce<T>(
  context: Context,
  send: () => Promise<T>,
  find: (since: number) => Promise<T | undefined>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { timing } = (await context.session.services()).client;
  const since = timing.now() - clockSlackMs;
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.mayHaveApplied) throw error;
    const found = await find(since);
    if (found !== undefined) return found;
    await timing.sleep(settleMs, signal);
    const late = await find(since);
    if (late === undefined) throw error;
    return late;
  }
}
