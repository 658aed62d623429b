/**
 * A chunk in pieces of at most so many bytes, cut behind line feeds where there are any: what is parsed piece by piece stays
 * in the processor's cache, and takes the memory of one piece.
 */
export function* linePieces(chunk: Uint8Array, bytes: number): Generator<Uint8Array, void, undefined> {
  let start = 0;
  while (chunk.length - start > bytes) {
    const feed = chunk.lastIndexOf(0x0a, start + bytes - 1);
    const end = feed < start ? start + bytes : feed + 1;
    yield chunk.subarray(start, end);
    start = end;
  }
  yield start === 0 ? chunk : chunk.subarray(start);
}
