import { ManifestValidator, type ManifestValidatorState } from '../../manifest/index.js';
import { throwIfAborted } from '../../model/index.js';
import { LineSplitter } from '../../text/index.js';
import type { Storage } from '../storage/index.js';
import type { ManifestShard } from './shard.js';

/** The result of one block of a manifest. */
export interface ManifestPart {
  readonly block: number;
  readonly state: ManifestValidatorState;
}

/** Read beyond a block at first, for the end of its last line. */
const tailBytes = 64 * 1024;

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
 * @param take  gets each block's result
 */
export async function runManifestBlocks(
  storage: Storage,
  shard: ManifestShard,
  waitFor: (joined: number) => Promise<void> | undefined,
  take: (part: ManifestPart) => void,
  signal?: AbortSignal,
): Promise<void> {
  const validator = new ManifestValidator({ ...shard.options, shard: true });
  const blocks = blockCount(shard);
  for (;;) {
    const block = Atomics.add(shard.progress, nextBlock, 1);
    if (block >= blocks) return;
    await waitFor(block - shard.blocksAhead);
    take({ block, state: await runBlock(storage, shard, block, validator, signal) });
  }
}

/** Checks the lines that begin in a block. */
async function runBlock(
  storage: Storage,
  shard: ManifestShard,
  block: number,
  validator: ManifestValidator,
  signal: AbortSignal | undefined,
): Promise<ManifestValidatorState> {
  const { path, size, blockBytes, encoding, maxLineBytes } = shard;
  const start = block * blockBytes;
  const end = Math.min(start + blockBytes, size);
  let splitter: LineSplitter | undefined;
  // From the byte before: a line begins where that is a line feed.
  let at = Math.max(start - 1, 0);
  let isDone = false;
  for (let until = end + tailBytes; !isDone && at < size; until += blockBytes) {
    const range = { start: at, end: Math.min(until, size), reuse: true, signal };
    let read = 0;
    for await (const chunk of storage.openRead(path, range)) {
      throwIfAborted(signal);
      read += chunk.length;
      let from = 0;
      if (splitter === undefined) {
        if (start > 0) from = chunk.indexOf(10) + 1;
        const isFound = start === 0 || from > 0;
        // A line that goes on through the whole block begins in another.
        if (at + (isFound ? from : chunk.length) >= end) isDone = true;
        else if (isFound) {
          splitter = new LineSplitter({
            ...(encoding === undefined ? {} : { encoding }),
            ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
            baseOffset: at + from,
          });
        }
      }
      if (splitter !== undefined) {
        const feed = at + chunk.length < end ? -1 : chunk.indexOf(10, Math.max(end - 1 - at, from));
        const to = feed < 0 ? chunk.length : feed + 1;
        for (const batch of splitter.split(chunk.subarray(from, to))) validator.push(batch);
        isDone = feed >= 0;
      }
      at += chunk.length;
      if (isDone) break;
    }
    if (read === 0) break;
  }
  splitter ??= new LineSplitter({ baseOffset: end });
  const rest = splitter.end();
  if (rest !== undefined) validator.push(rest);
  return validator.takeState(splitter.facts);
}
