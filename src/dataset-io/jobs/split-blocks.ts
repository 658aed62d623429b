import { type BatchesOf, batchesInMemory, type ManifestBatch } from '../../manifest/index.js';
import { type Diagnostic, StorageError } from '../../model/index.js';
import { byteOrderMark, defaultMaxLineBytes } from '../../text/index.js';
import { defaultSeed, HashParts, noPart } from '../../transforms/index.js';
import { SplitSamples } from '../split-samples.js';
import type { SyncFile, SyncTarget } from '../storage/index.js';
import { type BlockLines, BlockReader } from './block-reader.js';
import { blockCount } from './manifest-blocks.js';
import { PartBuffers } from './part-buffers.js';
import type { SplitShard } from './shard.js';

/** Places in {@link SplitShard.progress}. */
export const at = {
  /** The block to be looked at next, and to be written next by plan. */
  nextBlock: 0,
  nextPlanned: 1,
  /** Blocks whose place in the parts is known. */
  placed: 2,
  /** 1 when there is a plan. */
  planned: 3,
  /** 1 when threads cannot do it. */
  declined: 4,
  /** Threads that have begun. */
  threads: 5,
  length: 6,
} as const;

/** What was found in a block, for whom joins blocks in order. */
export interface SplitBlock {
  readonly block: number;
  /** Which of the threads found it: label sets and labels are numbered by thread. */
  readonly thread: number;
  readonly rows: number;
  readonly bytes: number;
  /** Samples of each part, and last those of none; where parts follow from hashes. */
  readonly counts?: readonly number[];
  /** By sample; where they are needed: the halves of the hash of its group, the part that its usage says, its label set, its part. */
  readonly highs?: Uint32Array;
  readonly lows?: Uint32Array;
  readonly pins?: Uint8Array;
  readonly sets?: Uint32Array;
  readonly parts?: Uint8Array;
  /** Labels and label sets that the thread met for the first time, in the order of their numbers. */
  readonly labels: readonly string[];
  readonly labelSets: readonly (readonly number[])[];
}

/** What differs between the thread that was asked for the split and its helpers. */
export interface SplitThread {
  /** Is waited for before each block. */
  turn(): Promise<void> | undefined;
  /** Waits until a number of {@link SplitShard.progress} may be another one than `seen`; a while at most. */
  wait(place: number, seen: number): Promise<void> | undefined;
  /** Makes the plan when all blocks were looked at; absent where another thread does. */
  plan?(): Promise<void>;
  /** Gets what was found in each block. */
  take(block: SplitBlock): void;
}

/** Samples of one block, in columns. */
class Rows {
  count = 0;
  highs = new Uint32Array(4096);
  lows = new Uint32Array(4096);
  sets = new Uint32Array(4096);
  pins = new Uint8Array(4096);
  parts = new Uint8Array(4096);
  isPinned = false;

  /** Makes room for so many more. */
  reserve(more: number): void {
    const wanted = this.count + more;
    if (wanted <= this.lows.length) return;
    const length = Math.max(wanted, 2 * this.lows.length);
    this.highs = grown(this.highs, new Uint32Array(length));
    this.lows = grown(this.lows, new Uint32Array(length));
    this.sets = grown(this.sets, new Uint32Array(length));
    this.pins = grown(this.pins, new Uint8Array(length));
    this.parts = grown(this.parts, new Uint8Array(length));
  }
}

function grown<T extends Uint8Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

/**
 * Splits blocks of a manifest, one after the other, as long as there are any that nobody has taken. Several threads do so
 * at the same time, each with its own call. By hash, blocks are looked at and written at once; else they are looked at, and
 * written when there is a plan. Each thread writes to its own place in the parts, which follows from the blocks before.
 *
 * Ordinary lines alone are for threads: when a line gives no sample, or a finding, or its labels are elsewhere, all of them
 * stop, and `declined` is set.
 *
 * @throws StorageError when input or output fails, or the input has changed since it was looked at
 */
export async function runSplitBlocks(
  input: SyncFile,
  shard: SplitShard,
  open: (path: string, meant: string) => SyncTarget,
  thread: SplitThread,
): Promise<void> {
  const targets: SyncTarget[] = [];
  try {
    const splitter = new BlockSplitter(input, shard, thread, () => {
      for (const { path, meant } of shard.files) targets.push(open(path, meant));
      return targets;
    });
    if (shard.method === 'hash') await splitter.lookAt(true);
    else {
      await splitter.lookAt(false);
      if (await splitter.isPlanned()) await splitter.writePlanned();
    }
  } finally {
    for (const target of targets) target.close();
  }
}

class BlockSplitter {
  private readonly number: number;
  private readonly samples: SplitSamples;
  private readonly reader: BlockReader;
  private readonly buffers: PartBuffers;
  private readonly rows = new Rows();
  private labelsTold = 0;
  private setsTold = 0;

  constructor(
    input: SyncFile,
    private readonly shard: SplitShard,
    private readonly thread: SplitThread,
    private readonly openTargets: () => readonly SyncTarget[],
  ) {
    const { size, blockBytes, options, method, files, progress } = shard;
    this.number = Atomics.add(progress, at.threads, 1);
    this.samples = new SplitSamples(method, options);
    this.reader = new BlockReader(input, size, blockBytes, options.maxLineBytes ?? defaultMaxLineBytes);
    this.buffers = new PartBuffers(files.length);
  }

  /** @param writes put samples into parts by hash, and write them */
  async lookAt(writes: boolean): Promise<void> {
    const { shard, samples, thread, rows } = this;
    const { options, profile } = shard;
    let isOdd = false;
    const batchesOf = batchesInMemory({
      file: shard.path,
      lazy: 'checked',
      noted: samples.noted,
      ...(options.maxLineBytes === undefined ? {} : { maxLineBytes: options.maxLineBytes }),
      ...(profile === undefined ? {} : { profile }),
      onDiagnostic: (_: Diagnostic) => {
        isOdd = true;
      },
    });
    const hashParts = writes ? new HashParts(options.parts, options.seed ?? defaultSeed) : undefined;
    const targets = writes ? this.openTargets() : [];
    for await (const block of this.blocks(at.nextBlock)) {
      const lines = this.reader.read(block);
      if (lines !== undefined) this.look(lines, batchesOf, hashParts);
      if (lines === undefined || isOdd || rows.count < 0) {
        this.decline();
        return;
      }
      if (writes && !(await this.write(block, targets))) return;
      thread.take(this.found(block, lines.bytes.length, hashParts !== undefined));
    }
  }

  /** True when there is a plan, false when there will be none. */
  async isPlanned(): Promise<boolean> {
    const { thread, shard } = this;
    if (thread.plan !== undefined) {
      await thread.plan();
    } else {
      while (!this.isDeclined && Atomics.load(shard.progress, at.planned) === 0) {
        const waiting = thread.wait(at.planned, 0);
        if (waiting !== undefined) await waiting;
      }
    }
    return Atomics.load(shard.progress, at.planned) === 1;
  }

  /** Lines were checked when they were looked at, and are only told apart again. */
  async writePlanned(): Promise<void> {
    const { shard, reader, buffers } = this;
    const { firstRows } = shard;
    const plan = new Uint8Array(shard.plan);
    const targets = this.openTargets();
    let starts = new Uint32Array(0);
    let ends = new Uint32Array(0);
    for await (const block of this.blocks(at.nextPlanned)) {
      const lines = reader.read(block);
      const count = firstRows[block + 1]! - firstRows[block]!;
      if (count > starts.length) {
        starts = new Uint32Array(2 * count);
        ends = new Uint32Array(2 * count);
      }
      const bytes = lines?.offset === 0 ? withoutMark(lines.bytes) : lines?.bytes;
      if (bytes === undefined || !tellLines(bytes, count, starts, ends)) throw changedMeanwhile(shard.path);
      buffers.clear();
      buffers.add(bytes, starts, ends, count, plan, firstRows[block]!);
      if (!(await this.write(block, targets))) return;
    }
  }

  private async *blocks(next: number): AsyncGenerator<number, void, undefined> {
    const { shard, thread } = this;
    const blocks = blockCount(shard);
    for (;;) {
      const waiting = thread.turn();
      if (waiting !== undefined) await waiting;
      const block = Atomics.add(shard.progress, next, 1);
      if (block >= blocks || this.isDeclined) return;
      yield block;
    }
  }

  private get isDeclined(): boolean {
    return Atomics.load(this.shard.progress, at.declined) !== 0;
  }

  private decline(): void {
    const { progress } = this.shard;
    Atomics.store(progress, at.declined, 1);
    Atomics.notify(progress, at.placed);
    Atomics.notify(progress, at.planned);
  }

  /** Puts what is in the lines into {@link rows}, and into the buffers of their parts; `rows.count` is -1 when it cannot. */
  private look({ bytes, offset }: BlockLines, batchesOf: BatchesOf, hashParts: HashParts | undefined): void {
    const { rows, samples, buffers } = this;
    rows.count = 0;
    rows.isPinned = false;
    buffers.clear();
    for (const batch of batchesOf(bytes, offset)) {
      const { rowCount, lines } = batch;
      if (samples.mayNeedJoin(batch) || hasAbsent(batch)) {
        rows.count = -1;
        return;
      }
      rows.reserve(rowCount);
      const from = rows.count;
      const { highs, lows, sets, pins, parts } = rows;
      samples.eachLine(batch, (row, high, low, pin, set) => {
        const to = from + row;
        highs[to] = high;
        lows[to] = low;
        pins[to] = pin;
        sets[to] = set;
        if (pin !== noPart) rows.isPinned = true;
        if (hashParts !== undefined) parts[to] = pin === noPart ? hashParts.partOf(high, low) : pin;
      });
      rows.count += rowCount;
      if (hashParts !== undefined) buffers.add(lines.bytes, lines.starts, lines.ends, rowCount, parts, from);
    }
  }

  private found(block: number, bytes: number, isPlaced: boolean): SplitBlock {
    const { rows, samples, number } = this;
    const { count, isPinned } = rows;
    const { sets } = samples;
    const labels = sets.labels.slice(this.labelsTold);
    const labelSets = sets.sets.slice(this.setsTold);
    this.labelsTold = sets.labels.length;
    this.setsTold = sets.sets.length;
    const asksGroups = !isPlaced || samples.respectsUsage;
    return {
      block,
      thread: number,
      rows: count,
      bytes,
      labels,
      labelSets,
      ...(isPlaced ? { counts: this.counts() } : {}),
      ...(asksGroups ? { highs: rows.highs.slice(0, count), lows: rows.lows.slice(0, count) } : {}),
      ...(!isPlaced && isPinned ? { pins: rows.pins.slice(0, count) } : {}),
      ...(samples.withLabels ? { sets: rows.sets.slice(0, count) } : {}),
      ...(isPlaced && (samples.withLabels || samples.respectsUsage)
        ? { parts: rows.parts.slice(0, count) }
        : {}),
    };
  }

  private counts(): number[] {
    const { partCount } = this.buffers;
    const { parts, count } = this.rows;
    return countParts(parts.subarray(0, count), partCount);
  }

  /** Writes what is in the buffers behind what the blocks before wrote; false when all are to stop. */
  private async write(block: number, targets: readonly SyncTarget[]): Promise<boolean> {
    const { shard, buffers, thread } = this;
    const { progress, ends } = shard;
    for (;;) {
      const placed = Atomics.load(progress, at.placed);
      if (this.isDeclined) return false;
      if (placed === block) break;
      const waiting = thread.wait(at.placed, placed);
      if (waiting !== undefined) await waiting;
    }
    const places = Array.from(ends);
    for (let part = 0; part < places.length; part++) ends[part] = places[part]! + buffers.length(part);
    Atomics.store(progress, at.placed, block + 1);
    Atomics.notify(progress, at.placed);
    targets.forEach((target, part) => {
      const length = buffers.length(part);
      if (length > 0) target.write(buffers.bytes(part), length, places[part]!);
    });
    return true;
  }
}

/** How many samples each part has, and last how many are in none. */
export function countParts(parts: Uint8Array, partCount: number): number[] {
  const counts = new Uint32Array(256);
  for (let i = 0; i < parts.length; i++) counts[parts[i]!]!++;
  return [...counts.subarray(0, partCount), counts[noPart]!];
}

/** A line without a sample is there. */
function hasAbsent(batch: ManifestBatch): boolean {
  if (batch.isWhole) return false;
  for (let row = 0; row < batch.rowCount; row++) if (batch.outcome(row) === false) return true;
  return false;
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(byteOrderMark(bytes)?.length ?? 0);
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Finds the lines, without their ends of line; false when there are more or fewer of them. */
function tellLines(bytes: Buffer, count: number, starts: Uint32Array, ends: Uint32Array): boolean {
  let start = 0;
  for (let row = 0; row < count; row++) {
    if (start >= bytes.length) return false;
    const feed = bytes.indexOf(lineFeed, start);
    const end = feed < 0 ? bytes.length : feed;
    starts[row] = start;
    ends[row] = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    start = end + 1;
  }
  return start >= bytes.length;
}

export function changedMeanwhile(input: string): StorageError {
  return new StorageError('ConcurrentModification', `${input} changed while it was split`, {
    path: input,
    hint: 'Split it again when nobody writes to it.',
  });
}
