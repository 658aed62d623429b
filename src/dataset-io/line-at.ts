import { type Encoding, LineSplitter } from '../text/index.js';
import type { Storage } from './storage/index.js';

const firstPiece = 4096;
const morePieces = 1024 * 1024;

/** The text of the line of a file that begins at byte `offset`. */
export async function lineAt(
  storage: Storage,
  path: string,
  offset: number,
  encoding: Encoding | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const splitter = new LineSplitter({
    ...(encoding === undefined ? {} : { encoding }),
    maxLineBytes: Number.MAX_SAFE_INTEGER,
    baseOffset: offset,
  });
  // Most lines are short: a small piece is read first, and more only where the line goes on.
  let start = offset;
  for (let length = firstPiece; ; length = morePieces) {
    let read = 0;
    for await (const chunk of storage.openRead(path, { start, end: start + length, signal })) {
      const batch = splitter.push(chunk);
      if (batch !== undefined) return batch.bytes.toString('utf8', batch.starts[0], batch.ends[0]);
      read += chunk.length;
    }
    if (read === 0) break;
    start += read;
  }
  const rest = splitter.end();
  return rest === undefined ? '' : rest.bytes.toString('utf8', rest.starts[0], rest.ends[0]);
}
