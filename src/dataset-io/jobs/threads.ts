import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AbortedError, type ErrorCode, StorageError } from '../../model/index.js';
import type { Shard, ShardProgress } from './shard.js';
import type { WorkerMessage } from './worker.js';

/** Threads used when the caller does not say: more of them read faster than most disks deliver. */
const mostByDefault = 4;

/** How many threads a run may use: what the caller asked for, else one for each core, at most four. */
export function jobsOf(wanted: number | undefined): number {
  return wanted ?? Math.min(availableParallelism(), mostByDefault);
}

/** A part of the work that the calling thread does itself; the signal fires when another part has failed. */
export type OwnPart<R> = (onProgress: (progress: ShardProgress) => void, signal: AbortSignal) => Promise<R>;

/**
 * Runs each part in a thread of its own, all at once, and gives the results in the order of the parts; last the
 * one of `ownPart`, if any.
 *
 * @param onPart  gets what a thread hands over before it is done; what it throws ends the run
 *
 * @throws StorageError when a part failed; AbortedError when the signal fires. The other threads are stopped.
 */
export async function runInThreads<R>(
  shards: readonly Shard[],
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
  ownPart?: OwnPart<R>,
  onPart?: (part: unknown) => void,
): Promise<R[]> {
  const workers: Worker[] = [];
  const progress: ShardProgress[] = [];
  const tell = (index: number, done: ShardProgress) => {
    progress[index] = done;
    let items = 0;
    let bytes = 0;
    // Parts that have not begun are holes, which are passed over.
    progress.forEach((part) => {
      items += part.items;
      bytes += part.bytes;
    });
    onProgress({ items, bytes });
  };
  let stop: (() => void) | undefined;
  const run = (shard: Shard, index: number) =>
    new Promise<R>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: shard });
      workers.push(worker);
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new StorageError('Io', `a worker thread ended with status ${code}`)),
      );
      worker.on('message', (message: WorkerMessage) => {
        if (message.kind === 'done') return resolve(message.result as R);
        if (message.kind === 'failed') return reject(rebuilt(message));
        if (message.kind === 'part') {
          try {
            return onPart?.(message.part);
          } catch (error) {
            return reject(error);
          }
        }
        tell(index, message.progress);
      });
    });
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new AbortedError({ cause: signal?.reason }));
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
  const over = new AbortController();
  try {
    const parts = shards.map(run);
    if (ownPart !== undefined) parts.push(ownPart((done) => tell(shards.length, done), over.signal));
    return await Promise.race([Promise.all(parts), aborted]);
  } finally {
    over.abort();
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function rebuilt({ code, message, hint, path }: WorkerMessage & { kind: 'failed' }): Error {
  if (code === undefined) return new Error(message);
  return new StorageError(code as ErrorCode, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
  });
}
