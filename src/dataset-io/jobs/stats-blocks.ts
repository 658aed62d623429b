import type { ManifestCounter } from '../../manifest/index.js';
import type { Diagnostic } from '../../model/index.js';
import type { StatsPartial } from '../../transforms/index.js';
import { StatsLines } from '../stats-lines.js';
import type { SyncFile } from '../storage/index.js';
import { blockCount, pieceBytes, readBlock } from './manifest-blocks.js';
import type { ShardProgress, StatsShard } from './shard.js';

/** Places in {@link StatsShard.progress}. */
const nextBlock = 0;
export const stopped = 1;

/** What one thread counted. Sums do not depend on who counted which block. */
export interface StatsBlocks {
  readonly partial: StatsPartial;
  /** The first findings of this thread; lines are numbered within their block. */
  readonly findings: readonly { readonly block: number; readonly diagnostic: Diagnostic }[];
}

/**
 * Counts blocks of a manifest, one after the other, as long as there are any that nobody has taken. Several threads do so
 * at the same time, each with its own call.
 *
 * @param turn  is waited for before each block
 */
export async function runStatsBlocks(
  file: SyncFile,
  shard: StatsShard,
  turn: () => Promise<void> | undefined,
  onProgress: (progress: ShardProgress) => void,
): Promise<StatsBlocks> {
  const { path, encoding, maxLineBytes, join, maxDiagnostics, progress, blockLines } = shard;
  const lines = new StatsLines({
    file: path,
    encoding,
    maxLineBytes,
    maxDiagnostics,
    ...(join ? { onJoin: () => Atomics.store(progress, stopped, 1) } : {}),
  });
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  const blocks = blockCount(shard);
  const findings: { block: number; diagnostic: Diagnostic }[] = [];
  let items = 0;
  let bytes = 0;
  for (;;) {
    const waiting = turn();
    if (waiting !== undefined) await waiting;
    const block = Atomics.add(progress, nextBlock, 1);
    if (block >= blocks || Atomics.load(progress, stopped) !== 0) break;
    let counter: ManifestCounter | undefined;
    readBlock(file, shard, block, piece, (chunk, offset) => {
      counter ??= lines.part(offset);
      counter.push(chunk);
      bytes += chunk.length;
    });
    counter?.end();
    blockLines[block] = counter?.lines ?? 0;
    for (const diagnostic of lines.diagnostics.slice(findings.length)) findings.push({ block, diagnostic });
    items += counter?.lines ?? 0;
    onProgress({ items, bytes });
  }
  return { partial: lines.tally.toJSON(), findings };
}
