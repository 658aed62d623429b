import type { Shape } from '../../model/index.js';

/** A picture that shapes are painted into, row by row. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array | Uint16Array | Uint32Array;
}

/** An edge of a polygon between two rows of pixel centres. */
interface Edge {
  /** The first row whose centres are at or below its upper end, and the row after the last one above its lower end. */
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly y: number;
  /** Change of x from row to row. */
  readonly slope: number;
}

/**
 * Paints the area of a shape by the rule of pixel centres: a pixel in column x and row y is painted when
 * (x + ½, y + ½) is inside, where left and upper borders are inside and right and lower ones are not. Shapes that share
 * a border share no pixel. Polygons are filled by the even-odd rule. Points and lines have no area.
 *
 * @returns how many pixels were painted; undefined for a shape without an area
 */
export function paintShape(canvas: Canvas, shape: Shape, value: number): number | undefined {
  switch (shape.kind) {
    case 'polygon':
      return paintPolygon(canvas, shape.points, value);
    case 'bndbox': {
      const { xmin, ymin, xmax, ymax } = shape;
      return paintPolygon(canvas, [xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax], value);
    }
    case 'circle':
      return paintCircle(canvas, shape.cx, shape.cy, shape.r, value);
    default:
      return undefined;
  }
}

/** The row, or column, of the first pixel whose centre is at or after a coordinate. */
const firstCentre = (coordinate: number) => Math.ceil(coordinate - 0.5);

function paintPolygon(canvas: Canvas, points: readonly number[], value: number): number {
  const edges = edgesOf(points, canvas.height);
  const active: Edge[] = [];
  const crossings: number[] = [];
  let painted = 0;
  let next = 0;
  for (let row = edges[0]?.from ?? canvas.height; row < canvas.height; row++) {
    for (; next < edges.length && edges[next]!.from <= row; next++) active.push(edges[next]!);
    let kept = 0;
    for (const edge of active) if (edge.to > row) active[kept++] = edge;
    active.length = kept;
    if (kept === 0) {
      if (next === edges.length) break;
      continue;
    }
    crossings.length = 0;
    for (const { x, y, slope } of active) crossings.push(x + (row + 0.5 - y) * slope);
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2)
      painted += paintSpan(canvas, row, crossings[i]!, crossings[i + 1]!, value);
  }
  return painted;
}

/** The edges that rows of the canvas meet, by their first row. Each is taken downwards, whichever way it was drawn. */
function edgesOf(points: readonly number[], height: number): Edge[] {
  const edges: Edge[] = [];
  const count = points.length >> 1;
  for (let i = 0; i < count; i++) {
    const j = i + 1 === count ? 0 : i + 1;
    let [x1, y1, x2, y2] = [points[2 * i]!, points[2 * i + 1]!, points[2 * j]!, points[2 * j + 1]!];
    if (y1 > y2) [x1, y1, x2, y2] = [x2, y2, x1, y1];
    const from = Math.max(0, firstCentre(y1));
    const to = Math.min(height, firstCentre(y2));
    if (from < to) edges.push({ from, to, x: x1, y: y1, slope: (x2 - x1) / (y2 - y1) });
  }
  return edges.sort((a, b) => a.from - b.from);
}

function paintCircle(canvas: Canvas, cx: number, cy: number, r: number, value: number): number {
  let painted = 0;
  const end = Math.min(canvas.height, firstCentre(cy + r));
  for (let row = Math.max(0, firstCentre(cy - r)); row < end; row++) {
    const half = Math.sqrt(Math.max(0, r * r - (row + 0.5 - cy) ** 2));
    painted += paintSpan(canvas, row, cx - half, cx + half, value);
  }
  return painted;
}

function paintSpan(
  { width, pixels }: Canvas,
  row: number,
  left: number,
  right: number,
  value: number,
): number {
  const from = Math.max(0, firstCentre(left));
  const to = Math.min(width, firstCentre(right));
  if (from >= to) return 0;
  pixels.fill(value, row * width + from, row * width + to);
  return to - from;
}
