import { ManifestMerger, type ManifestSummary, type ManifestValidatorOptions } from '../../manifest/index.js';
import { throwIfAborted } from '../../model/index.js';
import type { WatchedLines } from '../line-watch.js';
import type { SyncFile } from '../storage/index.js';
import { nextTurn } from '../turns.js';
import {
  blockCount,
  joinedBlocks,
  type ManifestPart,
  runManifestBlocks,
  stopped,
} from './manifest-blocks.js';
import type { ManifestShard, ShardProgress } from './shard.js';
import { type EarlyThreads, runInThreads } from './threads.js';

/** A block takes a thread some 15 ms, and its results up to a megabyte. */
const largestBlock = 4 * 1024 * 1024;
/** Where lines are short, blocks are of about so many samples: what is kept of each until it is joined takes 29 bytes. */
const samplesPerBlock = 16 * 1024;
/** Each thread gets so many blocks at least, so that all are done at about the same time. */
const blocksPerThread = 16;
/** Blocks checked before their turn, for each thread. */
const aheadPerThread = 4;

/** A manifest to be checked in threads. */
export type ManifestWork = Pick<ManifestShard, 'path' | 'size' | 'encoding' | 'maxLineBytes' | 'watch'>;

/** What threads found out together. */
export interface CheckedInThreads {
  readonly summary: ManifestSummary;
  /** One for each thread, where it was asked for. */
  readonly watched: readonly WatchedLines[];
}

/**
 * Checks a manifest in several threads, of which the calling one is one: what they find in blocks of the file is
 * joined in file order while they go on. The result is that of one pass, except for what `isRepeat` says.
 *
 * @param file  that of `work.path`, open; the other threads open it themselves
 * @param options  `onDiagnostic` gets the diagnostics in file order
 * @param threads  used before new ones are started
 * @returns undefined when there are annotation files to be read, which is not for threads
 * @throws StorageError when the file cannot be read; AbortedError when the signal fires
 */
export async function checkInThreads(
  file: SyncFile,
  work: ManifestWork,
  jobs: number,
  options: Omit<ManifestValidatorOptions, 'checkFiles'>,
  onProgress: (progress: ShardProgress) => void,
  signal?: AbortSignal,
  threads?: EarlyThreads,
): Promise<CheckedInThreads | undefined> {
  const { onDiagnostic: _, ...shared } = options;
  const shard: ManifestShard = {
    kind: 'manifest',
    ...work,
    blockBytes: blockBytesFor(work.size, jobs, options.expectedSamples ?? 0),
    blocksAhead: aheadPerThread * jobs,
    progress: new Int32Array(new SharedArrayBuffer(12)),
    options: shared,
  };
  const blocks = blockCount(shard);
  const merger = new ManifestMerger(options);
  const early = new Map<number, ManifestPart>();
  let joined = 0;
  let items = 0;
  let bytes = 0;
  let resume: (() => void) | undefined;
  const take = (part: ManifestPart): void => {
    early.set(part.block, part);
    for (let next = early.get(joined); next !== undefined; next = early.get(joined)) {
      early.delete(joined);
      merger.add(next.state);
      items += next.state.facts.lines;
      bytes += next.state.facts.bytes;
      Atomics.store(shard.progress, joinedBlocks, ++joined);
      Atomics.notify(shard.progress, joinedBlocks);
    }
    onProgress({ items, bytes, findings: merger.findings });
    resume?.();
  };
  const helpers = new Array<ManifestShard>(Math.min(jobs, blocks) - 1).fill(shard);
  const running = runInThreads<WatchedLines | undefined>(
    helpers,
    () => undefined,
    signal,
    async (_onProgress, over) => {
      over.addEventListener('abort', () => resume?.(), { once: true });
      const waitFor = async (least: number): Promise<void> => {
        // Reading blocks: here what the others have found is taken in, and a signal is heard.
        await nextTurn();
        throwIfAborted(over);
        while (joined < least) {
          await new Promise<void>((resolve) => {
            resume = resolve;
          });
          throwIfAborted(over);
        }
      };
      return await runManifestBlocks(file, shard, waitFor, take);
    },
    (part) => take(part as ManifestPart),
    threads,
  );
  try {
    const watched = (await running).filter((part) => part !== undefined);
    return { summary: merger.end(), watched };
  } catch (error) {
    if (signal?.aborted !== true && Atomics.load(shard.progress, stopped) !== 0) return undefined;
    throw error;
  }
}

/** @param samples  about how many the file has, 0 when not known */
function blockBytesFor(size: number, jobs: number, samples: number): number {
  const most = Math.min(
    size / jobs / blocksPerThread,
    samples === 0 ? size : (samplesPerBlock * size) / samples,
  );
  return Math.max(1, Math.min(largestBlock, Math.ceil(most)));
}
