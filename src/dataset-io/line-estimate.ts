import type { Storage } from './storage/index.js';

const places = 24;
const bytesPerPlace = 64 * 1024;

/**
 * About how many lines a file has, from pieces all over it; undefined for small files, and when lines are so
 * long that the pieces do not tell.
 *
 * @param size the file's bytes
 */
export async function estimateLines(
  storage: Storage,
  path: string,
  size: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (size < 8 * places * bytesPerPlace) return undefined;
  let feeds = 0;
  let bytes = 0;
  for (let place = 0; place < places; place++) {
    const start = Math.floor((place * (size - bytesPerPlace)) / (places - 1));
    for await (const chunk of storage.openRead(path, { start, end: start + bytesPerPlace, signal })) {
      bytes += chunk.length;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) feeds++;
    }
  }
  return feeds < 10 * places ? undefined : Math.round((feeds / bytes) * size);
}
