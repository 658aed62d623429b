import { ManifestValidator, type ManifestValidatorState } from '../../manifest/index.js';
import { AbortedError } from '../../model/index.js';
import { LineSplitter } from '../../text/index.js';
import { LineWatch, type WatchedLines } from '../line-watch.js';
import type { SyncFile } from '../storage/index.js';
import type { ManifestShard } from './shard.js';

/** The result of one block of a manifest. */
export interface ManifestPart {
  readonly block: number;
  readonly state: ManifestValidatorState;
}

/** Bytes read at a time: they stay in the processor's cache until they are looked at. */
export const pieceBytes = 256 * 1024;
/** Read beyond a block at first, for the end of its last line. */
const tailBytes = 16 * 1024;

/** Places in {@link ManifestShard.progress}: the block that the next who is free takes, how many are joined, 1 after a stop. */
const nextBlock = 0;
export const joinedBlocks = 1;
export const stopped = 2;

export function blockCount({ size, blockBytes }: Pick<ManifestShard, 'size' | 'blockBytes'>): number {
  return Math.ceil(size / blockBytes);
}

/**
 * Checks blocks of a manifest, one after the other, as long as there are any that nobody has taken. Several
 * threads do so at the same time, each with its own call.
 *
 * @param waitFor  waits until so many blocks are joined, so that not too many results lie about
 * @param take  gets each block's result, which is good until the block is joined
 * @returns what else was to be known of the lines
 * @throws AbortedError at a line whose annotation files are to be read
 */
export async function runManifestBlocks(
  file: SyncFile,
  shard: ManifestShard,
  waitFor: (joined: number) => Promise<void> | undefined,
  take: (part: ManifestPart) => void,
): Promise<WatchedLines | undefined> {
  const { progress } = shard;
  const validator = new ManifestValidator({ ...shard.options, shard: true });
  const watch = watchOf(shard);
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  const blocks = blockCount(shard);
  /** Own results that may not be joined yet, in order. */
  const handedOver: ManifestPart[] = [];
  for (;;) {
    const block = Atomics.add(progress, nextBlock, 1);
    if (block >= blocks) return watch?.take();
    await waitFor(block - shard.blocksAhead);
    const joined = Atomics.load(progress, joinedBlocks);
    while (handedOver[0] !== undefined && handedOver[0].block < joined) {
      validator.reuse(handedOver.shift()!.state);
    }
    const part = { block, state: runBlock(file, shard, block, validator, piece, watch) };
    handedOver.push(part);
    take(part);
  }
}

function watchOf({ watch, encoding, maxLineBytes, options, progress }: ManifestShard): LineWatch | undefined {
  if (watch === undefined) return undefined;
  const onJoin = () => {
    Atomics.store(progress, stopped, 1);
    throw new AbortedError();
  };
  return new LineWatch({ ...watch, file: options.file, encoding, maxLineBytes, onJoin });
}

/** Checks the lines that begin in a block. */
function runBlock(
  file: SyncFile,
  shard: ManifestShard,
  block: number,
  validator: ManifestValidator,
  piece: Buffer,
  watch: LineWatch | undefined,
): ManifestValidatorState {
  const { encoding, maxLineBytes } = shard;
  let splitter: LineSplitter | undefined;
  readBlock(file, shard, block, piece, (chunk, baseOffset) => {
    splitter ??= new LineSplitter({
      ...(encoding === undefined ? {} : { encoding }),
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
      baseOffset,
    });
    watch?.push(chunk, baseOffset);
    for (const batch of splitter.split(chunk)) {
      validator.push(batch);
      watch?.drawFrom(batch);
    }
  });
  watch?.endPart();
  splitter ??= new LineSplitter({ baseOffset: Math.min((block + 1) * shard.blockBytes, shard.size) });
  const rest = splitter.end();
  if (rest !== undefined) {
    validator.push(rest);
    watch?.drawFrom(rest);
  }
  return validator.takeState(splitter.facts);
}

/**
 * Reads the lines that begin in a block, in pieces that end with a line where they can.
 *
 * @param piece  the memory for the pieces, used again for each
 * @param take  gets each piece and where it is in the file; not called for a block in which no line begins
 */
export function readBlock(
  file: SyncFile,
  { size, blockBytes }: Pick<ManifestShard, 'size' | 'blockBytes'>,
  block: number,
  piece: Buffer,
  take: (chunk: Buffer, offset: number) => void,
): void {
  const start = block * blockBytes;
  const end = Math.min(start + blockBytes, size);
  let isFound = false;
  // From the byte before: a line begins where that is a line feed.
  let at = Math.max(start - 1, 0);
  for (let isDone = false; !isDone && at < size; ) {
    const until = Math.min(at < end ? end + tailBytes : size, at + piece.length, size);
    const length = file.read(piece.subarray(0, until - at), at);
    if (length === 0) break;
    const chunk = piece.subarray(0, length);
    let from = 0;
    if (!isFound) {
      if (start > 0) from = chunk.indexOf(10) + 1;
      const isHere = start === 0 || from > 0;
      // A line that goes on through the whole block begins in another.
      if (at + (isHere ? from : length) >= end) isDone = true;
      else isFound = isHere;
    }
    let to = length;
    if (isFound) {
      const feed = at + length < end ? -1 : chunk.indexOf(10, Math.max(end - 1 - at, from));
      isDone = feed >= 0;
      if (isDone) to = feed + 1;
      // The line that is cut by the end is read again, which costs less than putting it together.
      else if (at + length < size) to = chunk.lastIndexOf(10) + 1;
      if (to <= from) to = length;
      take(chunk.subarray(from, to), at + from);
    }
    at += to;
  }
}
