import type { Storage } from './storage/index.js';

/**
 * Offsets that cut a file of lines into about equal parts, each at the start of a line: the first is 0. Fewer
 * than asked for when lines are that long. Reads only a little around each cut.
 *
 * @param size the file's bytes
 */
export async function lineStartsNear(
  storage: Storage,
  path: string,
  size: number,
  parts: number,
  signal?: AbortSignal,
): Promise<number[]> {
  const starts = [0];
  for (let part = 1; part < parts; part++) {
    const from = Math.max(Math.floor((size * part) / parts), starts[starts.length - 1] + 1) - 1;
    const start = await afterNextLineFeed(storage, path, from, signal);
    if (start !== undefined && start < size && start > starts[starts.length - 1]) starts.push(start);
  }
  return starts;
}

/** Where the line after the next line feed begins, from byte `from` on; undefined when there is none. */
export async function afterNextLineFeed(
  storage: Storage,
  path: string,
  from: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let at = from;
  for await (const chunk of storage.openRead(path, { start: from, signal })) {
    const feed = chunk.indexOf(10);
    if (feed >= 0) return at + feed + 1;
    at += chunk.length;
  }
  return undefined;
}
