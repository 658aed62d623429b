import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;

/**
 * Calls `visit` for every line of a file: 1 MB reads into one buffer, `indexOf` for the line feeds, the
 * unfinished line carried to the front. The buffer grows for a longer line.
 * @param {string} path
 * @param {(bytes: Buffer, start: number, end: number) => void} visit the range holds until the call returns
 */
export function scanLines(path, visit) {
  scanChunks(path, (bytes, length) => {
    let start = 0;
    for (let end = bytes.indexOf(10); end !== -1 && end < length; end = bytes.indexOf(10, start)) {
      visit(bytes, start, end);
      start = end + 1;
    }
    return start;
  });
}

/**
 * Calls `take` for every chunk. It returns how many bytes it is done with; the rest comes again in front of
 * the next chunk, and a last line without a line feed is given once more with one added.
 * @param {string} path
 * @param {(bytes: Buffer, length: number) => number} take
 */
export function scanChunks(path, take) {
  const file = openSync(path, 'r');
  let bytes = Buffer.allocUnsafe(2 * chunkBytes);
  let kept = 0;
  try {
    for (;;) {
      if (bytes.length - kept < chunkBytes) bytes = Buffer.concat([bytes], bytes.length * 2);
      const read = readSync(file, bytes, kept, chunkBytes, null);
      if (read === 0) break;
      const length = kept + read;
      const done = take(bytes, length);
      bytes.copyWithin(0, done, length);
      kept = length - done;
    }
    if (kept > 0) {
      bytes[kept] = 10;
      take(bytes, kept + 1);
    }
  } finally {
    closeSync(file);
  }
}
