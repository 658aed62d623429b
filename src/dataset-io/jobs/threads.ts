import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AbortedError, type ErrorCode, StorageError } from '../../model/index.js';
import type { Shard, ShardProgress } from './shard.js';
import type { WorkerMessage, WorkerStart } from './worker.js';

/** Threads used when the caller does not say: more of them read faster than most disks deliver. */
const mostByDefault = 4;

/**
 * Threads pay for themselves from so many VOC files on: each has to load and warm up the code, 0.3 s of processor time,
 * which is as much as checking 15,000 files.
 */
export const threadsFromFiles = 25_000;

/** They start when the listing has found so many: most folders of that size have more, and time to warm up is short. */
export const earlyFromFiles = 12_000;

/** And from so many bytes of a manifest on. */
export const threadsFromBytes = 32 * 1024 * 1024;

/** How many threads a run may use: what the caller asked for, else one for each core, at most four. */
export function jobsOf(wanted: number | undefined): number {
  return wanted ?? Math.min(availableParallelism(), mostByDefault);
}

/**
 * Threads that start while the files are still being listed, or the calling thread still loads what it needs: when there
 * is something to do, they have loaded the code for it.
 */
export class EarlyThreads {
  private readonly workers: Worker[] = [];
  private started = false;

  /**
   * @param count threads to start
   * @param fromFiles the listing has to find so many files first
   */
  constructor(
    private readonly count: number,
    private readonly fromFiles: number,
  ) {}

  /** For the listing: hears how many entries it has found. */
  readonly onFound = (entries: number, some: readonly string[]): void => {
    if (entries >= this.fromFiles) this.start('voc', some);
  };

  /**
   * Starts the threads, unless they have been.
   *
   * @param examples  paths of files to practise on until there is something to do
   */
  start(kind: Shard['kind'], examples: readonly string[] = []): void {
    if (this.started) return;
    this.started = true;
    for (let i = 0; i < this.count; i++) {
      const worker = startWorker({ expects: kind, examples });
      // One that fails before it has a part is replaced by one that fails with it, where somebody listens.
      worker.on('error', () => this.workers.splice(this.workers.indexOf(worker), 1));
      this.workers.push(worker);
    }
  }

  /** A thread that waits for its shard, to be posted to it; whoever takes it ends it. */
  take(): Worker | undefined {
    return this.workers.pop()?.removeAllListeners('error');
  }

  /** Ends the threads that nobody took. */
  async stop(): Promise<void> {
    this.started = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/**
 * MB for the new objects of a thread that checks VOC files. They do not outlive their file: in a small room they stay in
 * the cache of the processor, where in the room of 48 MB that a thread would get they do not.
 */
const roomForVoc = 6;

function startWorker(start: WorkerStart): Worker {
  const isForVoc = ('expects' in start ? start.expects : start.shard.kind) === 'voc';
  return new Worker(new URL('./worker.js', import.meta.url), {
    workerData: start,
    ...(isForVoc ? { resourceLimits: { maxYoungGenerationSizeMb: roomForVoc } } : {}),
  });
}

/** A part of the work that the calling thread does itself; the signal fires when another part has failed. */
export type OwnPart<R> = (onProgress: (progress: ShardProgress) => void, signal: AbortSignal) => Promise<R>;

/**
 * Runs each part in a thread of its own, all at once, and gives the results in the order of the parts; last the
 * one of `ownPart`, if any.
 *
 * @param onPart  gets what a thread hands over before it is done; what it throws ends the run
 * @param early  threads to use before new ones are started
 *
 * @throws StorageError when a part failed; AbortedError when the signal fires. The other threads are stopped.
 */
export async function runInThreads<R>(
  shards: readonly Shard[],
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
  ownPart?: OwnPart<R>,
  onPart?: (part: unknown) => void,
  early?: EarlyThreads,
): Promise<R[]> {
  const workers: Worker[] = [];
  const progress: ShardProgress[] = [];
  const tell = (index: number, done: ShardProgress) => {
    progress[index] = done;
    let items = 0;
    let bytes = 0;
    let findings: number | undefined;
    // Parts that have not begun are holes, which are passed over.
    progress.forEach((part) => {
      items += part.items;
      bytes += part.bytes;
      if (part.findings !== undefined) findings = (findings ?? 0) + part.findings;
    });
    onProgress({ items, bytes, ...(findings === undefined ? {} : { findings }) });
  };
  let stop: (() => void) | undefined;
  const run = (shard: Shard, index: number) =>
    new Promise<R>((resolve, reject) => {
      const waiting = early?.take();
      const worker = waiting ?? startWorker({ shard });
      workers.push(worker);
      waiting?.postMessage(shard);
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
