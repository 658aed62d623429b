import { type Diagnostic, throwIfAborted } from '../model/index.js';
import { byteOrderMark, type Encoding, parseEncoding } from '../text/index.js';
import { StatsTally } from '../transforms/index.js';
import { blockCount } from './jobs/manifest-blocks.js';
import type { ShardProgress, StatsShard } from './jobs/shard.js';
import { runStatsBlocks, type StatsBlocks, stopped } from './jobs/stats-blocks.js';
import { type EarlyThreads, jobsOf, runInThreads, threadsFromBytes } from './jobs/threads.js';
import { shardRange } from './shard-range.js';
import { StatsJoins } from './stats-joins.js';
import { StatsLines } from './stats-lines.js';
import type { Counted, StatsOptions } from './stats-options.js';
import { dirOf, type Storage, type SyncFile } from './storage/index.js';
import { nextTurn } from './turns.js';

/** A block takes a thread a millisecond or two. */
const largestBlock = 2 * 1024 * 1024;
/** Each thread gets so many blocks at least, so that all are done at about the same time. */
const blocksPerThread = 16;

/** Counts what is in a manifest, in threads when it is large, on the local disk, and names no annotation files to be read. */
export async function countManifest(
  storage: Storage,
  input: string,
  options: StatsOptions,
  threads: EarlyThreads,
): Promise<Counted> {
  const { signal } = options;
  const size = input === '-' ? undefined : (await storage.stat(input, { signal }))?.size;
  const encoding = options.encoding === undefined ? undefined : parseEncoding(options.encoding);
  if (
    options.shard === undefined &&
    jobsOf(options.jobs) > 1 &&
    size !== undefined &&
    size >= threadsFromBytes &&
    storage.openSync !== undefined &&
    encoding?.startsWith('utf-16') !== true
  ) {
    const file = storage.openSync(input);
    try {
      const counted = isRefused(file, encoding)
        ? undefined
        : await countInThreads(file, input, size, encoding, options, threads);
      if (counted !== undefined) return counted;
    } finally {
      file.close();
    }
  }
  return await countOnePass(storage, input, size, encoding, options);
}

/** True when the file's byte order mark is of another encoding: then nothing of it is read, and no part of it may be. */
function isRefused(file: SyncFile, encoding: Encoding = 'utf-8'): boolean {
  const head = Buffer.alloc(4);
  const mark = byteOrderMark(head.subarray(0, file.read(head, 0)))?.mark;
  return mark !== undefined && mark !== encoding;
}

/** Undefined when there are annotation files to be read. */
async function countInThreads(
  file: SyncFile,
  input: string,
  size: number,
  encoding: Encoding | undefined,
  options: StatsOptions,
  threads: EarlyThreads,
): Promise<Counted | undefined> {
  const { signal, maxLineBytes, maxDiagnostics = 10 } = options;
  const jobs = jobsOf(options.jobs);
  const blockBytes = Math.max(1, Math.min(largestBlock, Math.ceil(size / jobs / blocksPerThread)));
  const shard: StatsShard = {
    kind: 'stats',
    path: input,
    size,
    blockBytes,
    progress: new Int32Array(new SharedArrayBuffer(8)),
    blockLines: new Int32Array(new SharedArrayBuffer(4 * blockCount({ size, blockBytes }))),
    encoding,
    maxLineBytes,
    join: options.join !== false,
    maxDiagnostics,
  };
  const onProgress = (progress: ShardProgress) => options.onProgress?.({ ...progress, totalBytes: size });
  const parts = await runInThreads<StatsBlocks>(
    new Array<StatsShard>(jobs - 1).fill(shard),
    onProgress,
    signal,
    (onOwn, over) => {
      const turn = async (): Promise<void> => {
        // Reading blocks: here a signal is heard.
        await nextTurn();
        throwIfAborted(over);
      };
      return runStatsBlocks(file, shard, turn, onOwn);
    },
    undefined,
    threads,
  );
  if (Atomics.load(shard.progress, stopped) !== 0) return undefined;
  const tally = new StatsTally();
  for (const { partial } of parts) tally.merge(StatsTally.fromJSON(partial));
  const findings = parts.flatMap(({ findings }) => findings).sort((a, b) => a.block - b.block);
  const diagnostics = findings.slice(0, maxDiagnostics).map(({ block, diagnostic }) => {
    return { ...diagnostic, ...lineIn(diagnostic, shard.blockLines.subarray(0, block)) };
  });
  return { format: 'manifest', tally, diagnostics };
}

function lineIn({ line }: Diagnostic, before: Int32Array): { line?: number } {
  return line === undefined ? {} : { line: before.reduce((sum, lines) => sum + lines, line) };
}

async function countOnePass(
  storage: Storage,
  input: string,
  size: number | undefined,
  encoding: Encoding | undefined,
  options: StatsOptions,
): Promise<Counted> {
  const { signal, shard, maxLineBytes, maxDiagnostics = 10 } = options;
  const range =
    shard === undefined
      ? undefined
      : await shardRange(storage, input, shard, { format: 'manifest', encoding, signal });
  const file = input === '-' ? '<stdin>' : input;
  const base = options.baseDir ?? dirOf(input);
  const joins = new StatsJoins({ ...options, file, base });
  const lines = new StatsLines({
    file,
    encoding,
    maxLineBytes,
    maxDiagnostics,
    ...(options.join === false ? {} : { onJoin: joins.add }),
  });
  const { tally, diagnostics } = lines;
  const joinWaiting = async (): Promise<void> => {
    const found = await joins.count(tally, maxDiagnostics);
    if (found.length === 0) return;
    // Lines that gave no sample stand between these.
    diagnostics.push(...found.map(({ diagnostic }) => diagnostic));
    diagnostics.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    diagnostics.splice(maxDiagnostics);
  };
  const counter = lines.part(range?.start, range?.firstLine);
  const total = range === undefined ? size : range.end - range.start;
  const totals = total === undefined ? {} : { totalBytes: total };
  let bytes = 0;
  try {
    for await (const chunk of storage.openRead(input, {
      start: range?.start,
      end: range?.end,
      reuse: true,
      signal,
    })) {
      throwIfAborted(signal);
      counter.push(chunk);
      await joinWaiting();
      bytes += chunk.length;
      options.onProgress?.({ items: counter.lines, bytes, ...totals });
    }
    counter.end();
    await joinWaiting();
  } finally {
    joins.close();
  }
  return { format: 'manifest', tally, diagnostics };
}
