import { OptionError } from '../model/index.js';

/** Pixels of a side of the picture that {@link perceptualHash} takes. */
export const perceptualSide = 32;
const kept = 8;
/** Bits in which the hashes of one picture at different sizes and qualities mostly differ, at most. */
export const defaultDistance = 4;
/** With more, pictures that have little to do with each other are near, and comparing takes the square of their number. */
const maxDistance = 16;

/** cos((2x + 1) u π / 64) by u × 32 + x. */
const cosines = Float64Array.from({ length: kept * perceptualSide }, (_, at) => {
  const frequency = Math.floor(at / perceptualSide);
  const place = at % perceptualSide;
  return Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * perceptualSide));
});

/**
 * 64 bits that change little when a picture is scaled, compressed or made a little lighter: which of the 64 lowest
 * frequencies of its cosine transform are above their median.
 *
 * @param pixels 32 × 32 grey values, row by row
 * @param out gets the upper and the lower half
 */
export function perceptualHash(pixels: Uint8Array, out: Uint32Array): void {
  const rows = new Float64Array(perceptualSide * kept);
  for (let y = 0; y < perceptualSide; y++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let x = 0; x < perceptualSide; x++)
        sum += pixels[y * perceptualSide + x]! * cosines[u * perceptualSide + x]!;
      rows[y * kept + u] = sum;
    }
  }
  const values = new Float64Array(kept * kept);
  for (let v = 0; v < kept; v++) {
    for (let u = 0; u < kept; u++) {
      let sum = 0;
      for (let y = 0; y < perceptualSide; y++) sum += rows[y * kept + u]! * cosines[v * perceptualSide + y]!;
      // Rounded, so that the last bits of a sum decide nothing.
      values[v * kept + u] = Math.round(sum * 16) / 16;
    }
  }
  const sorted = values.slice(1).sort();
  const median = sorted[sorted.length >> 1]!;
  out[0] = 0;
  out[1] = 0;
  // The first value is the mean of the picture, which says nothing of its shapes.
  for (let bit = 1; bit < 64; bit++) if (values[bit]! > median) out[bit >> 5]! |= 2 ** (31 - (bit & 31));
}

/**
 * Puts together hashes that differ in few bits, and whatever is put together with those: the number of the first hash of
 * each one's group.
 *
 * Memory: 8 bytes for each hash beside the two arrays. Time grows with the square of the number of hashes that agree in
 * one of `distance + 1` stretches.
 *
 * @param distance bits that two near hashes may differ in, 0…16
 * @throws OptionError for another distance
 */
export function nearGroups(highs: Uint32Array, lows: Uint32Array, distance = defaultDistance): Uint32Array {
  checkDistance(distance);
  const { length } = highs;
  const first = Uint32Array.from({ length }, (_, i) => i);
  const find = (i: number): number => {
    let root = i;
    while (first[root] !== root) root = first[root]!;
    for (let at = i; first[at] !== root; ) {
      const next = first[at]!;
      first[at] = root;
      at = next;
    }
    return root;
  };
  const order = new Uint32Array(length);
  const bands = distance + 1;
  for (let band = 0; band < bands; band++) {
    const from = Math.floor((band * 64) / bands);
    const to = Math.floor(((band + 1) * 64) / bands);
    const buckets = bucketsOf(highs, lows, from, to, order);
    for (let b = 0; b + 1 < buckets.length; b++) {
      for (let i = buckets[b]!; i < buckets[b + 1]!; i++) {
        for (let j = i + 1; j < buckets[b + 1]!; j++) {
          const one = order[i]!;
          const other = order[j]!;
          const differing = bitCount(highs[one]! ^ highs[other]!) + bitCount(lows[one]! ^ lows[other]!);
          if (differing > distance) continue;
          const a = find(one);
          const c = find(other);
          if (a !== c) first[Math.max(a, c)] = Math.min(a, c);
        }
      }
    }
  }
  for (let i = 0; i < length; i++) first[i] = find(i);
  return first;
}

/** @throws OptionError */
export function checkDistance(distance: number): void {
  if (Number.isSafeInteger(distance) && distance >= 0 && distance <= maxDistance) return;
  throw new OptionError(`the distance ${distance} is none`, {
    hint: `Give the bits in which near pictures may differ, a whole number from 0 to ${maxDistance}.`,
  });
}

/** Sorts numbers of hashes by the bits from `from` to `to`, of at most 16, and says where each value begins. */
function bucketsOf(
  highs: Uint32Array,
  lows: Uint32Array,
  from: number,
  to: number,
  order: Uint32Array,
): Uint32Array {
  const width = Math.min(to - from, 16);
  const bitsOf = (i: number): number => {
    let value = 0;
    for (let bit = from; bit < from + width; bit++) {
      const word = bit < 32 ? highs[i]! : lows[i]!;
      value = (value << 1) | ((word >>> (31 - (bit & 31))) & 1);
    }
    return value;
  };
  const starts = new Uint32Array((1 << width) + 1);
  for (let i = 0; i < order.length; i++) starts[bitsOf(i) + 1]!++;
  for (let value = 0; value < 1 << width; value++) starts[value + 1]! += starts[value]!;
  const next = starts.slice();
  for (let i = 0; i < order.length; i++) order[next[bitsOf(i)]!++] = i;
  return starts;
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
