import { OptionError } from '../model/index.js';
import { byteOrderMark, type Encoding } from '../text/index.js';
import { checkShard, type DataShard } from './data-shard.js';
import type { FormatId } from './formats.js';
import { afterNextLineFeed } from './line-starts.js';
import type { LineRange } from './manifest-rows.js';
import type { Storage } from './storage/index.js';

/**
 * The lines that a shard consists of: those that begin in its bytes, so that every line is in exactly one of the shards
 * of a count. A shard is empty where lines are that long. The bytes before it are read to number its lines.
 *
 * @throws OptionError for what cannot be cut: standard input and other streams, UTF-16, data sets that are folders
 */
export async function shardRange(
  storage: Storage,
  path: string,
  { index, count }: DataShard,
  {
    format,
    encoding = 'utf-8',
    signal,
  }: { format: FormatId; encoding?: Encoding | undefined; signal?: AbortSignal | undefined },
): Promise<LineRange> {
  checkShard({ index, count });
  if (format !== 'manifest') {
    throw new OptionError(`${path} is no manifest, and only manifests are cut into parts`, {
      hint: 'Convert it to a manifest first: labelkit convert --to manifest.',
    });
  }
  const stat = path === '-' ? undefined : await storage.stat(path, { signal });
  if (path === '-' || stat?.kind === 'stream') {
    throw new OptionError('a part of a stream cannot be read', { hint: 'Store it as a file first.' });
  }
  if (encoding.startsWith('utf-16') || (await isWide(storage, path, signal))) {
    throw new OptionError(`${path} is UTF-16, which cannot be cut at bytes`, {
      hint: 'Convert it to UTF-8 first.',
    });
  }
  const size = stat?.size ?? 0;
  const cut = async (at: number): Promise<number> => {
    if (at === 0 || at >= size) return at;
    // From the byte before: a line begins where that is a line feed.
    return (await afterNextLineFeed(storage, path, at - 1, signal)) ?? size;
  };
  const start = await cut(Math.floor((size * (index - 1)) / count));
  const end = await cut(Math.floor((size * index) / count));
  return { start, end, firstLine: 1 + (await countLines(storage, path, start, signal)) };
}

async function isWide(storage: Storage, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  for await (const head of storage.openRead(path, { end: 4, signal })) {
    return byteOrderMark(head)?.mark.startsWith('utf-8') === false;
  }
  return false;
}

async function countLines(
  storage: Storage,
  path: string,
  end: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  if (end === 0) return count;
  for await (const chunk of storage.openRead(path, { end, reuse: true, signal })) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  }
  return count;
}
