/** Two edges of an outline that meet where they should not. Edge n starts at vertex n, from 1. */
export interface Contact {
  /** `crossing`: in the inside of both; `touching`: at a vertex, or along a stretch. */
  readonly kind: 'crossing' | 'touching';
  readonly first: number;
  readonly second: number;
}

/** Up to this many edges every pair is compared; above, a sweep finds the pairs that can meet at all. */
const sweepFrom = 48;

/**
 * Bound on the pairs of edges the sweep compares, some tens of milliseconds. Outlines of labelled things stay
 * far below it at any number of vertices; one built to exceed it (thousands of edges side by side over the
 * whole width) is looked at only so far.
 */
const sweepPairs = 4_000_000;

/** How many of `points` belong to the ring: without a last vertex that repeats the first. */
export function ringLength(points: readonly number[]): number {
  const { length } = points;
  return length > 4 && points[0] === points[length - 2] && points[1] === points[length - 1]
    ? length - 2
    : length;
}

/** The number of different vertices among the first `length` numbers, counted no further than 3. */
export function distinctPoints(points: readonly number[], length: number): number {
  if (length < 2) return 0;
  const x = points[0]!;
  const y = points[1]!;
  let second = -1;
  for (let i = 2; i + 1 < length; i += 2) {
    if (points[i] === x && points[i + 1] === y) continue;
    if (second < 0) second = i;
    else if (points[i] !== points[second] || points[i + 1] !== points[second + 1]) return 3;
  }
  return second < 0 ? 1 : 2;
}

/**
 * Whether a ring covers nothing: its signed area is 0 and it turns back on itself at some vertex. (A figure of
 * eight has signed area 0 as well, but no such vertex.)
 */
export function isFlat(points: readonly number[], length: number): boolean {
  const x0 = points[0]!;
  const y0 = points[1]!;
  let sum = 0;
  let scale = 0;
  for (let i = 2; i + 3 < length; i += 2) {
    const a = (points[i]! - x0) * (points[i + 3]! - y0);
    const b = (points[i + 2]! - x0) * (points[i + 1]! - y0);
    sum += a - b;
    scale += Math.abs(a) + Math.abs(b);
  }
  if (Math.abs(sum) > scale * tolerance) return false;
  const kept = withoutRepeats(points, length);
  const ring = kept === undefined ? points : kept.points;
  const n = (kept === undefined ? length : ring.length) >> 1;
  for (let i = 0; i < n; i += 1) if (folds(ring, i, n)) return true;
  return false;
}

/**
 * Looks for edges that cross or touch. A crossing is preferred to a touch.
 *
 * Compares every pair of edges in small outlines; in large ones only those whose extents overlap, found by a
 * sweep, and never more than {@link sweepPairs}.
 */
export function findContact(points: readonly number[], length: number): Contact | undefined {
  const kept = withoutRepeats(points, length);
  const ring = kept === undefined ? points : kept.points;
  const n = (kept === undefined ? length : ring.length) >> 1;
  if (n < 3) return undefined;
  const hit = n <= sweepFrom ? comparePairs(ring, n) : sweep(ring, n);
  if (hit === undefined) return undefined;
  const a = Math.min(hit.first, hit.second);
  const b = Math.max(hit.first, hit.second);
  return {
    kind: hit.kind,
    first: kept === undefined ? a + 1 : kept.numbers[a]!,
    second: kept === undefined ? b + 1 : kept.numbers[b]!,
  };
}

/**
 * The ring without vertices that repeat the one before them, and the numbers of those kept; undefined when
 * there are none to drop.
 */
function withoutRepeats(
  points: readonly number[],
  length: number,
): { readonly points: readonly number[]; readonly numbers: readonly number[] } | undefined {
  let repeats = points[0] === points[length - 2] && points[1] === points[length - 1];
  for (let i = 2; i + 1 < length && !repeats; i += 2) {
    repeats = points[i] === points[i - 2] && points[i + 1] === points[i - 1];
  }
  if (!repeats) return undefined;
  const kept: number[] = [];
  const numbers: number[] = [];
  for (let i = 0; i + 1 < length; i += 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    if (kept.length > 0 && kept[kept.length - 2] === x && kept[kept.length - 1] === y) {
      // The edge to the next vertex starts at the last of the repeats.
      numbers[numbers.length - 1] = (i >> 1) + 1;
      continue;
    }
    kept.push(x, y);
    numbers.push((i >> 1) + 1);
  }
  while (kept.length > 2 && kept[0] === kept[kept.length - 2] && kept[1] === kept[kept.length - 1]) {
    kept.length -= 2;
    numbers.length -= 1;
  }
  return { points: kept, numbers };
}

/** Differences below this share of what is subtracted are rounding. */
const tolerance = 1e-11;

/** On which side of the line from p to q the point r is: its sign, 0 on the line itself. */
function side(px: number, py: number, qx: number, qy: number, rx: number, ry: number): number {
  const a = (qx - px) * (ry - py);
  const b = (qy - py) * (rx - px);
  const d = a - b;
  if (d === 0 || Math.abs(d) <= tolerance * (Math.abs(a) + Math.abs(b))) return 0;
  return d > 0 ? 1 : -1;
}

/** Whether r, which is on the line through p and q, is between the two. */
function isBetween(px: number, py: number, qx: number, qy: number, rx: number, ry: number): boolean {
  return rx >= Math.min(px, qx) && rx <= Math.max(px, qx) && ry >= Math.min(py, qy) && ry <= Math.max(py, qy);
}

/** Whether edge i and the edge after it lie on each other. */
function folds(ring: readonly number[], i: number, n: number): boolean {
  const v = (i + 1) % n;
  const w = (i + 2) % n;
  const px = ring[2 * i]!;
  const py = ring[2 * i + 1]!;
  const vx = ring[2 * v]!;
  const vy = ring[2 * v + 1]!;
  const wx = ring[2 * w]!;
  const wy = ring[2 * w + 1]!;
  if ((px - vx) * (wx - vx) + (py - vy) * (wy - vy) <= 0) return false;
  return side(px, py, vx, vy, wx, wy) === 0;
}

const none = 0;
const touch = 1;
const cross = 2;

/** How the edges i and j of a ring of n vertices meet, other than in the vertex that neighbours share. */
function meeting(
  ring: readonly number[],
  i: number,
  j: number,
  n: number,
): typeof none | typeof touch | typeof cross {
  const i2 = i + 1 === n ? 0 : i + 1;
  const j2 = j + 1 === n ? 0 : j + 1;
  if (i2 === j) return folds(ring, i, n) ? touch : none;
  if (j2 === i) return folds(ring, j, n) ? touch : none;
  const ax = ring[2 * i]!;
  const ay = ring[2 * i + 1]!;
  const bx = ring[2 * i2]!;
  const by = ring[2 * i2 + 1]!;
  const cx = ring[2 * j]!;
  const cy = ring[2 * j + 1]!;
  const dx = ring[2 * j2]!;
  const dy = ring[2 * j2 + 1]!;
  if (ax < bx ? cx > bx && dx > bx : cx > ax && dx > ax) return none;
  if (ax < bx ? cx < ax && dx < ax : cx < bx && dx < bx) return none;
  if (ay < by ? cy > by && dy > by : cy > ay && dy > ay) return none;
  if (ay < by ? cy < ay && dy < ay : cy < by && dy < by) return none;
  const c = side(ax, ay, bx, by, cx, cy);
  const d = side(ax, ay, bx, by, dx, dy);
  if (c === d && c !== 0) return none;
  const a = side(cx, cy, dx, dy, ax, ay);
  const b = side(cx, cy, dx, dy, bx, by);
  if (a === b && a !== 0) return none;
  if (a !== 0 && b !== 0 && c !== 0 && d !== 0) return cross;
  if (c === 0 && isBetween(ax, ay, bx, by, cx, cy)) return touch;
  if (d === 0 && isBetween(ax, ay, bx, by, dx, dy)) return touch;
  if (a === 0 && isBetween(cx, cy, dx, dy, ax, ay)) return touch;
  if (b === 0 && isBetween(cx, cy, dx, dy, bx, by)) return touch;
  return none;
}

function comparePairs(ring: readonly number[], n: number): Contact | undefined {
  let touching: Contact | undefined;
  for (let i = 0; i + 1 < n; i += 1) {
    const ax = ring[2 * i]!;
    const ay = ring[2 * i + 1]!;
    const bx = ring[2 * i + 2]!;
    const by = ring[2 * i + 3]!;
    const left = Math.min(ax, bx);
    const right = Math.max(ax, bx);
    const top = Math.min(ay, by);
    const bottom = Math.max(ay, by);
    // Walking along the others, most are told apart by their extents alone.
    let cx = bx;
    let cy = by;
    for (let j = i + 1; j < n; j += 1) {
      const next = j + 1 === n ? 0 : 2 * j + 2;
      const dx = ring[next]!;
      const dy = ring[next + 1]!;
      const apart = cx < dx ? dx < left || cx > right : cx < left || dx > right;
      const above = cy < dy ? dy < top || cy > bottom : cy < top || dy > bottom;
      cx = dx;
      cy = dy;
      if (apart || above) continue;
      const met = meeting(ring, i, j, n);
      if (met === cross) return { kind: 'crossing', first: i, second: j };
      if (met === touch) touching ??= { kind: 'touching', first: i, second: j };
    }
  }
  return touching;
}

/** Goes through the edges from left to right and compares each with those that reach its left end. */
function sweep(ring: readonly number[], n: number): Contact | undefined {
  const lefts = new Float64Array(n);
  const rights = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const x = ring[2 * i]!;
    const next = ring[i + 1 === n ? 0 : 2 * i + 2]!;
    lefts[i] = Math.min(x, next);
    rights[i] = Math.max(x, next);
  }
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i += 1) order[i] = i;
  order.sort((i, j) => lefts[i]! - lefts[j]!);
  const active = new Uint32Array(n);
  let count = 0;
  let pairs = 0;
  let touching: Contact | undefined;
  for (let k = 0; k < n; k += 1) {
    const i = order[k]!;
    const left = lefts[i]!;
    let kept = 0;
    for (let m = 0; m < count; m += 1) {
      const j = active[m]!;
      if (rights[j]! < left) continue;
      active[kept] = j;
      kept += 1;
      const met = meeting(ring, i, j, n);
      if (met === cross) return { kind: 'crossing', first: i, second: j };
      if (met === touch) touching ??= { kind: 'touching', first: i, second: j };
    }
    pairs += count;
    if (pairs > sweepPairs) return touching;
    active[kept] = i;
    count = kept + 1;
  }
  return touching;
}
