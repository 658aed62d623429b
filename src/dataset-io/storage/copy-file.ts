import { LabelkitError } from '../../model/index.js';
import type { Storage, StorageStat, WriteOptions } from './storage.js';

/** A file and the storage it is on. */
export interface Place {
  readonly storage: Storage;
  readonly path: string;
}

/** What became of a file that was to be copied. */
export interface CopyResult {
  /** `identical`: the target had these very bytes already and was left alone. */
  readonly outcome: 'copied' | 'identical';
  readonly stat: StorageStat;
}

/**
 * Copies one file, from any storage to any. In mode `create` (the default) a target that already has the
 * same bytes is success; one that differs is an error and stays.
 *
 * @throws StorageError `AlreadyExists` when the target differs, `NotFound`…
 */
export async function copyFile(from: Place, to: Place, options: WriteOptions = {}): Promise<CopyResult> {
  try {
    const stat =
      from.storage === to.storage
        ? await to.storage.copy(from.path, to.path, options)
        : await to.storage.writeAtomic(to.path, from.storage.openRead(from.path, options), options);
    return { outcome: 'copied', stat };
  } catch (error) {
    if (!(error instanceof LabelkitError) || error.code !== 'AlreadyExists') throw error;
    const stat = await to.storage.stat(to.path, options);
    if (stat?.kind === 'file' && (await sameContent(from, to, options.signal))) {
      return { outcome: 'identical', stat };
    }
    throw error;
  }
}

/** True when two files have the same bytes. Reads both, a chunk at a time, and stops at a difference. */
export async function sameContent(a: Place, b: Place, signal?: AbortSignal): Promise<boolean> {
  const [statA, statB] = [await a.storage.stat(a.path, { signal }), await b.storage.stat(b.path, { signal })];
  if (statA?.kind === 'file' && statB?.kind === 'file' && statA.size !== statB.size) return false;
  const chunksB = b.storage.openRead(b.path, { signal });
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for await (const chunk of a.storage.openRead(a.path, { signal })) {
      let done = 0;
      while (done < chunk.length) {
        if (rest.length === 0) {
          const step = await chunksB.next();
          if (step.done === true) return false;
          rest = step.value;
        }
        const count = Math.min(rest.length, chunk.length - done);
        if (Buffer.compare(rest.subarray(0, count), chunk.subarray(done, done + count)) !== 0) return false;
        rest = rest.subarray(count);
        done += count;
      }
    }
    return rest.length === 0 && (await chunksB.next()).done === true;
  } finally {
    await chunksB.return();
  }
}
