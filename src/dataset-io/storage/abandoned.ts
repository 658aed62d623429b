import { errnoOf } from './io-error.js';
import { releaseDeadGuard } from './lock.js';
import { removeAbandoned } from './work-files.js';

/** A directory is searched at most this often, in ms: searching costs as much as listing it. */
const everyMs = 60_000;
const maxRemembered = 10_000;

/** Removes what dead processes left in the directories that are written to. */
export class AbandonedFiles {
  readonly #searched = new Map<string, number>();

  async removeFrom(directory: string): Promise<void> {
    const now = Date.now();
    if (now - (this.#searched.get(directory) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    if (this.#searched.size >= maxRemembered) this.#searched.clear();
    this.#searched.set(directory, now);
    try {
      for (const guard of await removeAbandoned(directory)) await releaseDeadGuard(guard);
    } catch (error) {
      // A directory may be writable and not listable; if it is neither, or missing, the write itself will say so.
      const name = errnoOf(error);
      if (name !== 'EACCES' && name !== 'EPERM' && name !== 'EROFS' && name !== 'ENOENT') throw error;
    }
  }
}
