import { parseEncoding } from '../text/index.js';
import { blockCount } from './jobs/manifest-blocks.js';
import type { SplitShard } from './jobs/shard.js';
import { at, runSplitBlocks, type SplitBlock } from './jobs/split-blocks.js';
import { EarlyThreads, jobsOf, runInThreads, threadsFromBytes } from './jobs/threads.js';
import type { LabelSets } from './label-sets.js';
import type { PartFiles } from './split-files.js';
import type { SplitJob } from './split-job.js';
import { storageOf } from './storages.js';
import { Turns } from './turns.js';

/** A block is looked at and written in a millisecond or two, and stays in the processor's cache meanwhile. */
const largestBlock = 512 * 1024;
/** Each thread gets so many blocks at least, so that all are done at about the same time. */
const blocksPerThread = 16;
/** The shortest line that holds a sample, its line feed included. */
const shortestLine = '{"source":"a"}\n'.length;
/** How long the thread that others report to waits for one of them at a time, in ms: meanwhile it hears nothing. */
const longestWait = 1;

/** What the thread that joins blocks does with them. */
export interface SplitJoin {
  /** Gets every block, in the order of the file. */
  take(block: SplitBlock): void;
  /** Gives the part of each sample, once there are no more blocks; absent by hash. */
  plan?(): Uint8Array;
}

/** Runs helpers on a shard beside the calling thread's own part, until all are done. */
export interface SplitHelpers {
  run(
    shards: readonly SplitShard[],
    signal: AbortSignal | undefined,
    own: (over: AbortSignal) => Promise<void>,
    take: (blocks: readonly SplitBlock[]) => void,
  ): Promise<void>;
  /** Ends those that had nothing to do. */
  stop(): Promise<void>;
}

class HelperThreads implements SplitHelpers {
  private readonly early: EarlyThreads;

  /** They start at once, before there is something to do, since that takes a while. */
  constructor(count: number) {
    this.early = new EarlyThreads(count, Number.POSITIVE_INFINITY);
    this.early.start('split');
  }

  async run(
    shards: readonly SplitShard[],
    signal: AbortSignal | undefined,
    own: (over: AbortSignal) => Promise<void>,
    take: (blocks: readonly SplitBlock[]) => void,
  ): Promise<void> {
    const tell = () => undefined;
    const onPart = (part: unknown) => take(part as SplitBlock[]);
    await runInThreads<void>(shards, tell, signal, (_, over) => own(over), onPart, this.early);
  }

  async stop(): Promise<void> {
    await this.early.stop();
  }
}

/** Threads that split a manifest. */
export class SplitThreads {
  /** @param jobs threads, the calling one among them */
  constructor(
    private readonly size: number,
    private readonly jobs: number,
    private readonly helpers: SplitHelpers,
    private readonly blockBytes = Math.min(largestBlock, Math.ceil(size / jobs / blocksPerThread)),
  ) {}

  /** Undefined for what is not worth threads, or nothing for them. */
  static async start({ input, output, resolved, as, options }: SplitJob): Promise<SplitThreads | undefined> {
    const { encoding, groupBy, shard, signal } = options;
    const jobs = jobsOf(options.jobs);
    if (jobs < 2 || input === '-' || resolved.format !== 'manifest' || as !== 'files') return undefined;
    if (groupBy === 'phash' || shard !== undefined) return undefined;
    if (encoding !== undefined && parseEncoding(encoding) !== 'utf-8') return undefined;
    const storage = storageOf(input, options);
    const target = storageOf(output, options);
    if (storage.scheme !== 'file' || storage.openSync === undefined) return undefined;
    if (target.scheme !== 'file' || target.openTarget === undefined) return undefined;
    const size = (await storage.stat(input, { signal }))?.size ?? 0;
    if (size < threadsFromBytes) return undefined;
    return new SplitThreads(size, jobs, new HelperThreads(jobs - 1));
  }

  /** Ends those that had nothing to do. */
  async stop(): Promise<void> {
    await this.helpers.stop();
  }

  /**
   * Splits a manifest together with the calling thread.
   *
   * @returns false when it is not for threads after all: the files are empty then, and what was taken is to be forgotten
   * @throws as `runSplitBlocks`; AbortedError when the signal fires
   */
  async split(job: SplitJob, files: PartFiles, join: SplitJoin): Promise<boolean> {
    const places = files.fill();
    if (places === undefined) return false;
    const { size, blockBytes, jobs, helpers } = this;
    const isDone = await runInBlocks(shardOf(job, size, blockBytes, places), job, join, jobs, helpers);
    if (!isDone) files.fill();
    return isDone;
  }
}

function shardOf(
  { input, options, method }: SplitJob,
  size: number,
  blockBytes: number,
  files: SplitShard['files'],
): SplitShard {
  const { parts, groupBy, seed, reassign, countLabels, join, maxLineBytes, profile } = options;
  const blocks = blockCount({ size, blockBytes });
  return {
    kind: 'split',
    path: input,
    size,
    blockBytes,
    method: method as SplitShard['method'],
    options: { parts, groupBy, seed, reassign, countLabels, join, maxLineBytes },
    profile,
    files,
    progress: new Int32Array(new SharedArrayBuffer(4 * at.length)),
    ends: new Float64Array(new SharedArrayBuffer(8 * parts.length)),
    plan: growable(Math.ceil(size / shortestLine)),
    firstRows: new Int32Array(new SharedArrayBuffer(4 * (blocks + 1))),
  };
}

/** False when the shard was declined. */
async function runInBlocks(
  shard: SplitShard,
  { input, output, options }: SplitJob,
  join: SplitJoin,
  jobs: number,
  helpers: SplitHelpers,
): Promise<boolean> {
  const { progress, firstRows, size } = shard;
  const blocks = firstRows.length - 1;
  const waiting = new Map<number, SplitBlock>();
  let joined = 0;
  let items = 0;
  let bytes = 0;
  const take = (found: SplitBlock): void => {
    waiting.set(found.block, found);
    for (let next = waiting.get(joined); next !== undefined; next = waiting.get(joined)) {
      waiting.delete(joined++);
      join.take(next);
      items += next.rows;
      bytes += next.bytes;
      firstRows[joined] = items;
    }
    options.onProgress?.({ items, bytes, totalBytes: size });
  };
  const isDeclined = () => Atomics.load(progress, at.declined) !== 0;
  let own: Promise<void> | undefined;
  const target = storageOf(output, options);
  const open = (path: string, meant: string) => target.openTarget!(path, meant);
  const file = storageOf(input, options).openSync!(input);
  try {
    await helpers.run(
      new Array<SplitShard>(Math.min(jobs, blocks) - 1).fill(shard),
      options.signal,
      (over) => {
        const turns = new Turns();
        const plan = async (): Promise<void> => {
          while (joined < blocks && !isDeclined()) await turns.take(over);
          if (isDeclined()) return;
          const planned = join.plan!();
          (shard.plan as Growable).grow(planned.length);
          new Uint8Array(shard.plan).set(planned);
          Atomics.store(progress, at.planned, 1);
          Atomics.notify(progress, at.planned);
        };
        own = runSplitBlocks(file, shard, open, {
          turn: () => (turns.isDue ? turns.take(over) : undefined),
          wait: (place, seen) => {
            Atomics.wait(progress, place, seen, longestWait);
            return turns.take(over);
          },
          ...(join.plan === undefined ? {} : { plan }),
          take,
        });
        return own;
      },
      (found) => found.forEach(take),
    );
  } finally {
    // Whatever became of the others, nothing is written to the files any more from here on.
    await Promise.allSettled([own]);
    file.close();
  }
  return !isDeclined();
}

/** Numbers labels and label sets as a single thread would have, from those of several. */
export class JoinedSets {
  private readonly threads: { readonly labels: number[]; readonly sets: number[] }[] = [];

  constructor(private readonly sets: LabelSets) {}

  /** Hears of a block, in the order of the file; gives the number of each of its thread's sets. */
  add({ thread, labels, labelSets }: SplitBlock): readonly number[] {
    this.threads[thread] ??= { labels: [], sets: [] };
    const known = this.threads[thread];
    for (const label of labels) known.labels.push(this.sets.labelId(label));
    for (const set of labelSets) {
      const numbers = Uint32Array.from(set, (label) => known.labels[label]!);
      known.sets.push(this.sets.setId(numbers, numbers.length));
    }
    return known.sets;
  }
}

/** Memory of all threads that grows; ES2024, which Node has had since version 20. */
interface Growable extends SharedArrayBuffer {
  grow(bytes: number): void;
}

function growable(most: number): SharedArrayBuffer {
  const Growing = SharedArrayBuffer as unknown as new (
    bytes: number,
    options: { maxByteLength: number },
  ) => Growable;
  return new Growing(0, { maxByteLength: most });
}
