import type { SyncFile } from './storage/index.js';

const places = 24;
const bytesPerPlace = 64 * 1024;

/** Smaller files are not worth it. */
export const estimatedFromBytes = 8 * places * bytesPerPlace;

/**
 * About how many lines a file has, from pieces all over it; undefined when lines are so long that the pieces do
 * not tell.
 *
 * @param size  the file's bytes, {@link estimatedFromBytes} at least
 */
export function estimateLines(file: SyncFile, size: number): number | undefined {
  const piece = Buffer.allocUnsafe(bytesPerPlace);
  let feeds = 0;
  let bytes = 0;
  for (let place = 0; place < places; place++) {
    const length = file.read(piece, Math.floor((place * (size - bytesPerPlace)) / (places - 1)));
    bytes += length;
    const found = piece.subarray(0, length);
    for (let at = found.indexOf(10); at >= 0; at = found.indexOf(10, at + 1)) feeds++;
  }
  return feeds < 10 * places ? undefined : Math.round((feeds / bytes) * size);
}
