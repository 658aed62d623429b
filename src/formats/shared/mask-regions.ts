/** A picture of numbers, row by row. */
export interface IndexMap {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array | Uint16Array;
}

/** Pixels of one index that hang together, by their sides or corners. */
export interface Region {
  readonly index: number;
  /** How many pixels it has, without its holes. */
  readonly pixels: number;
  /**
   * The outline, x1, y1, x2, y2, …: corners of pixels, the pixel in column x and row y being the square from x, y to
   * x + 1, y + 1. It starts at the leftmost corner of the highest row and goes clockwise on the screen.
   */
  readonly outline: readonly number[];
  /** Outlines of what is not the region inside it, the other way round; holes hang together by sides alone. */
  readonly holes: readonly (readonly number[])[];
}

/**
 * The regions of a map in the order of their first pixels, row by row. Drawing the outlines by the rule of pixel
 * centres, holes left out, gives the pixels back exactly.
 *
 * @param isWanted by index; the others are background
 */
export function regionsOf(map: IndexMap, isWanted: (index: number) => boolean): Region[] {
  const { width, height } = map;
  const { labels, counts, indices } = label(map, isWanted);
  const stride = width + 2;
  const regions = counts.map((pixels, i) => ({
    index: indices[i]!,
    pixels,
    outline: undefined as number[] | undefined,
    holes: [] as number[][],
  }));
  const walked = new Uint8Array(labels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * stride + x + 1;
      const own = labels[at]!;
      if (own === 0 || walked[at] === 1 || labels[at - stride] === own) continue;
      const ring = walk(labels, stride, own, x, y, walked);
      const region = regions[own - 1]!;
      // The first of a region is met at its highest pixel, where only the outline can be.
      if (region.outline === undefined) region.outline = ring;
      else region.holes.push(ring);
    }
  }
  return regions.map((region) => ({ ...region, outline: region.outline! }));
}

interface Labelled {
  /** From 1 by region, 0 elsewhere; with a border of one pixel around the map. */
  readonly labels: Int32Array;
  /** Pixels of each region. */
  readonly counts: number[];
  /** The index of each region. */
  readonly indices: number[];
}

/** Numbers regions in the order of their first pixels. */
function label({ width, height, pixels }: IndexMap, isWanted: (index: number) => boolean): Labelled {
  const stride = width + 2;
  const labels = new Int32Array(stride * (height + 2));
  const wanted = new Map<number, boolean>();
  /** What each provisional label is the same as: one that is smaller, or itself. */
  const parents: number[] = [0];
  /** The index of each provisional label; none for what has no label. */
  const indexOf: number[] = [-1];
  const rootOf = (one: number) => {
    let root = one;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!;
    return root;
  };
  const unite = (a: number, b: number) => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one < other) parents[other] = one;
    else parents[one] = other;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = pixels[y * width + x]!;
      let isOn = wanted.get(index);
      if (isOn === undefined) {
        isOn = isWanted(index);
        wanted.set(index, isOn);
      }
      if (!isOn) continue;
      const at = (y + 1) * stride + x + 1;
      // What touches each other among the neighbours has been united before.
      const north = labels[at - stride]!;
      if (indexOf[north] === index) {
        labels[at] = north;
        continue;
      }
      const east = labels[at - stride + 1]!;
      const west = labels[at - 1]!;
      const corner = labels[at - stride - 1]!;
      const before = indexOf[west] === index ? west : indexOf[corner] === index ? corner : 0;
      if (indexOf[east] === index) {
        labels[at] = east;
        if (before !== 0) unite(east, before);
      } else if (before !== 0) {
        labels[at] = before;
      } else {
        labels[at] = parents.length;
        parents.push(parents.length);
        indexOf.push(index);
      }
    }
  }
  const numbers = new Int32Array(parents.length);
  const counts: number[] = [];
  const indices: number[] = [];
  for (let i = 1; i < parents.length; i++) {
    // The root is the smallest of its labels, and has its number already.
    const root = rootOf(i);
    if (root === i) {
      numbers[i] = indices.push(indexOf[i]!);
      counts.push(0);
    } else numbers[i] = numbers[root]!;
  }
  for (let at = 0; at < labels.length; at++) {
    const number = numbers[labels[at]!]!;
    labels[at] = number;
    if (number > 0) counts[number - 1]!++;
  }
  return { labels, counts, indices };
}

const stepX = [1, 0, -1, 0];
const stepY = [0, 1, 0, -1];

/**
 * Walks around a region with its pixels on the right hand, from the upper left corner of a pixel whose upper neighbour is
 * outside, and notes which upper sides it came along. Where two pixels touch at a corner it stays with both.
 */
function walk(
  labels: Int32Array,
  stride: number,
  own: number,
  startX: number,
  startY: number,
  walked: Uint8Array,
): number[] {
  const points = [startX, startY];
  let x = startX;
  let y = startY;
  // 0 east, 1 south, 2 west, 3 north.
  let heading = 0;
  do {
    if (heading === 0) walked[(y + 1) * stride + x + 1] = 1;
    x += stepX[heading]!;
    y += stepY[heading]!;
    // The pixel to the lower right of the corner; the other three are around it.
    const corner = (y + 1) * stride + x + 1;
    let left = corner;
    let right = corner;
    if (heading === 0) left -= stride;
    else if (heading === 1) right -= 1;
    else if (heading === 2) {
      left -= 1;
      right -= stride + 1;
    } else {
      left -= stride + 1;
      right -= stride;
    }
    if (labels[left] === own) heading = (heading + 3) & 3;
    else if (labels[right] !== own) heading = (heading + 1) & 3;
    else continue;
    points.push(x, y);
  } while (x !== startX || y !== startY || heading !== 0);
  // The start is a corner, and was met again.
  points.length -= 2;
  return points;
}

/**
 * One closed outline of a region with holes: from each hole a cut leads to the left, to the nearest outline, and back the
 * same way. The cuts have no area, so that drawing the outline gives the region with its holes, by the even-odd rule
 * as by the winding rule.
 */
export function outlineWithCuts({ outline, holes }: Pick<Region, 'outline' | 'holes'>): number[] {
  if (holes.length === 0) return [...outline];
  const line = new CutOutline(outline);
  const rings = holes.map(fromHighest).sort((a, b) => a[1]! - b[1]! || a[0]! - b[0]!);
  // The way to the left ends at an outline that reaches as high, or higher: it has been joined before.
  for (const ring of rings) line.join(ring);
  return line.points();
}

/** The same ring from its leftmost vertex in the highest row. */
function fromHighest(ring: readonly number[]): number[] {
  let best = 0;
  for (let i = 2; i < ring.length; i += 2)
    if (ring[i + 1]! < ring[best + 1]! || (ring[i + 1] === ring[best + 1] && ring[i]! < ring[best]!))
      best = i;
  return [...ring.slice(best), ...ring.slice(0, best)];
}

/** A ring of vertices that others are joined to. */
class CutOutline {
  private readonly xs: number[] = [];
  private readonly ys: number[] = [];
  private readonly next: number[] = [];
  /** By column and row of the unit sides of vertical edges: the vertex that the edge starts from. */
  private readonly edges = new Map<number, Map<number, number>>();

  constructor(outline: readonly number[]) {
    this.ring(outline);
  }

  join(hole: readonly number[]): void {
    const [x, y] = hole as [number, number];
    const row = this.edges.get(y)!;
    let column = x - 1;
    while (!row.has(column)) column--;
    // The region is to the right of this edge, so it goes up.
    const start = row.get(column)!;
    const end = this.next[start]!;
    const first = this.ring(hole);
    const last = first + hole.length / 2 - 1;
    const away = this.vertex(column, y);
    const home = this.vertex(x, y);
    const back = this.vertex(column, y);
    this.next[start] = away;
    this.next[away] = first;
    this.next[last] = home;
    this.next[home] = back;
    this.next[back] = end;
    this.mark(column, this.ys[end]!, y, back);
  }

  points(): number[] {
    const points: number[] = [];
    let at = 0;
    do {
      const [x, y] = [this.xs[at]!, this.ys[at]!];
      if (points.at(-2) !== x || points.at(-1) !== y) points.push(x, y);
      at = this.next[at]!;
    } while (at !== 0);
    return points;
  }

  /** Adds a closed ring. @returns its first vertex */
  private ring(points: readonly number[]): number {
    const first = this.xs.length;
    const count = points.length / 2;
    for (let i = 0; i < count; i++) this.vertex(points[2 * i]!, points[2 * i + 1]!);
    for (let i = 0; i < count; i++) {
      const [from, to] = [first + i, first + ((i + 1) % count)];
      this.next[from] = to;
      if (this.xs[from] === this.xs[to])
        this.mark(
          this.xs[from]!,
          Math.min(this.ys[from]!, this.ys[to]!),
          Math.max(this.ys[from]!, this.ys[to]!),
          from,
        );
    }
    return first;
  }

  private vertex(x: number, y: number): number {
    this.xs.push(x);
    this.ys.push(y);
    this.next.push(-1);
    return this.xs.length - 1;
  }

  private mark(x: number, top: number, bottom: number, vertex: number): void {
    for (let y = top; y < bottom; y++) {
      let row = this.edges.get(y);
      if (row === undefined) {
        row = new Map();
        this.edges.set(y, row);
      }
      row.set(x, vertex);
    }
  }
}
