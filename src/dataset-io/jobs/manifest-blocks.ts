import { ManifestValidator, type ManifestValidatorState } from '../../manifest/index.js';
import { LineSplitter } from '../../text/index.js';
import type { SyncFile } from '../storage/index.js';
import type { ManifestShard } from './shard.js';

/** The result of one block of a manifest. */
export interface ManifestPart {
  readonly block: number;
  readonly state: ManifestValidatorState;
}

/** Bytes read at a time: they stay in the processor's cache until they are looked at. */
const pieceBytes = 256 * 1024;
/** Read beyond a block at first, for the end of its last line. */
const tailBytes = 16 * 1024;

/** Places in {@link ManifestShard.progress}: the block that the next who is free takes, and how many are joined. */
const nextBlock = 0;
export const joinedBlocks = 1;

export function blockCount({ size, blockBytes }: ManifestShard): number {
  return Math.ceil(size / blockBytes);
}

/**
 * Checks blocks of a manifest, one after the other, as long as there are any that nobody has taken. Several
 * threads do so at the same time, each with its own call.
 *
 * @param waitFor  waits until so many blocks are joined, so that not too many results lie about
 * @param take  gets each block's result, which is good until the block is joined
 */
export async function runManifestBlocks(
  file: SyncFile,
  shard: ManifestShard,
  waitFor: (joined: number) => Promise<void> | undefined,
  take: (part: ManifestPart) => void,
): Promise<void> {
  const validator = new ManifestValidator({ ...shard.options, shard: true });
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  const blocks = blockCount(shard);
  /** Own results that may not be joined yet, in order. */
  const handedOver: ManifestPart[] = [];
  for (;;) {
    const block = Atomics.add(shard.progress, nextBlock, 1);
    if (block >= blocks) return;
    await waitFor(block - shard.blocksAhead);
    const joined = Atomics.load(shard.progress, joinedBlocks);
    while (handedOver[0] !== undefined && handedOver[0].block < joined) {
      validator.reuse(handedOver.shift()!.state);
    }
    const part = { block, state: runBlock(file, shard, block, validator, piece) };
    handedOver.push(part);
    take(part);
  }
}

/** Checks the lines that begin in a block. */
function runBlock(
  file: SyncFile,
  shard: ManifestShard,
  block: number,
  validator: ManifestValidator,
  piece: Buffer,
): ManifestValidatorState {
  const { size, blockBytes, encoding, maxLineBytes } = shard;
  const start = block * blockBytes;
  const end = Math.min(start + blockBytes, size);
  let splitter: LineSplitter | undefined;
  // From the byte before: a line begins where that is a line feed.
  let at = Math.max(start - 1, 0);
  for (let isDone = false; !isDone && at < size; ) {
    const until = Math.min(at < end ? end + tailBytes : size, at + pieceBytes, size);
    const length = file.read(piece.subarray(0, until - at), at);
    if (length === 0) break;
    const chunk = piece.subarray(0, length);
    let from = 0;
    if (splitter === undefined) {
      if (start > 0) from = chunk.indexOf(10) + 1;
      const isFound = start === 0 || from > 0;
      // A line that goes on through the whole block begins in another.
      if (at + (isFound ? from : length) >= end) isDone = true;
      else if (isFound) {
        splitter = new LineSplitter({
          ...(encoding === undefined ? {} : { encoding }),
          ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
          baseOffset: at + from,
        });
      }
    }
    let to = length;
    if (splitter !== undefined) {
      const feed = at + length < end ? -1 : chunk.indexOf(10, Math.max(end - 1 - at, from));
      isDone = feed >= 0;
      if (isDone) to = feed + 1;
      // The line that is cut by the end is read again, which costs less than putting it together.
      else if (at + length < size) to = chunk.lastIndexOf(10) + 1;
      if (to <= from) to = length;
      for (const batch of splitter.split(chunk.subarray(from, to))) validator.push(batch);
    }
    at += to;
  }
  splitter ??= new LineSplitter({ baseOffset: end });
  const rest = splitter.end();
  if (rest !== undefined) validator.push(rest);
  return validator.takeState(splitter.facts);
}
