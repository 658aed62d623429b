const multiplierA = 0x85ebca6b;
const multiplierB = 0xc2b2ae35;

/**
 * A 64-bit hash of `bytes[start]` up to and without `bytes[end]`, in 32-bit arithmetic. Not for secrets: who
 * knows it can make collisions. The same for every run and machine.
 *
 * @param out  gets the upper and the lower half, at `at`
 */
export function hashBytes(bytes: Uint8Array, start: number, end: number, out: Uint32Array, at = 0): void {
  hashView(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, end, out, at);
}

/** As {@link hashBytes}, of bytes given by a view, for callers that have one: a word is one load. */
export function hashView(view: DataView, start: number, end: number, out: Uint32Array, at: number): void {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let i = start;
  for (const stop = end - 3; i < stop; i += 4) {
    const word = view.getInt32(i, true);
    a = mixA(a, word);
    b = mixB(b, word);
  }
  if (i < end) {
    let word = 0;
    for (let shift = 0; i < end; i++, shift += 8) word |= view.getUint8(i) << shift;
    a = mixA(a, word);
    b = mixB(b, word);
  }
  finish(a, b, end - start, out, at);
}

/** The hash of a text's UTF-8 bytes: what {@link hashBytes} gives for them. */
export function hashString(text: string, out: Uint32Array, at = 0): void {
  const { length } = text;
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let word = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) {
      const bytes = Buffer.from(text, 'utf8');
      hashBytes(bytes, 0, bytes.length, out, at);
      return;
    }
    word |= unit << ((i & 3) * 8);
    if ((i & 3) === 3) {
      a = mixA(a, word);
      b = mixB(b, word);
      word = 0;
    }
  }
  if ((length & 3) !== 0) {
    a = mixA(a, word);
    b = mixB(b, word);
  }
  finish(a, b, length, out, at);
}

function mixA(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = state ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function mixB(state: number, word: number): number {
  let k = Math.imul(word, 0x239b961b);
  k = Math.imul((k << 16) | (k >>> 16), 0xab0e9789);
  const h = state ^ k;
  return (Math.imul((h << 19) | (h >>> 13), 5) + 0x561ccd1b) | 0;
}

function finish(laneA: number, laneB: number, length: number, out: Uint32Array, at: number): void {
  let a = laneA ^ length;
  let b = laneB ^ length;
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = avalanche(a);
  b = avalanche(b);
  a = (a + b) | 0;
  b = (b + a) | 0;
  out[at] = a;
  out[at + 1] = b;
}

function avalanche(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, multiplierA);
  h ^= h >>> 13;
  h = Math.imul(h, multiplierB);
  return h ^ (h >>> 16);
}
