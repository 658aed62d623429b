import type { Shape } from '../model/index.js';
import { boxOf, iou } from './iou.js';

/** Edges of two outlines, and levels at which they begin, end and cross, up to which their areas are exact. */
const exactEdges = 512;
const exactLevels = 4096;
/** Otherwise they are measured along so many lines. */
const lines = 1024;
/** Corners of the outline that stands for a circle beside an outline; it has the area of the circle. */
const circleCorners = 128;

/**
 * How much two shapes cover each other, 0…1, by their own geometry and not by the boxes around them.
 *
 * Boxes, polygons and circles: the intersection of their areas over the union, areas being continuous and an outline
 * that crosses itself covering what an odd number of its turns goes around. Exact up to 512 edges, and 4096 corners and
 * crossings, of both together; with more, along 1024 lines. A circle beside a polygon or box is an outline of 128 corners.
 *
 * Lines and polylines, dashed or not: 1 less the distance to the farthest end of either from the other one, over the
 * length of the longer one; at least 0. Points, and shapes that have neither area nor length: 1 when they are equal.
 */
export function shapeOverlap(a: Shape, b: Shape): number {
  const [one, two] = [boxOf(a), boxOf(b)];
  if (one === undefined || two === undefined) return 0;
  if (a.kind === 'bndbox' && b.kind === 'bndbox') return iou(one, two);
  const [first, second] = [pathOf(a), pathOf(b)];
  if (first !== undefined || second !== undefined)
    return first === undefined || second === undefined ? 0 : pathOverlap(first, second);
  if (a.kind === 'point' || b.kind === 'point') return a.kind === b.kind ? iou(one, two) : 0;
  const isApart = one.xmax < two.xmin || two.xmax < one.xmin || one.ymax < two.ymin || two.ymax < one.ymin;
  if (isApart) return 0;
  if (a.kind === 'circle' && b.kind === 'circle') return circleOverlap(a, b);
  const areas = areasOf(outlineOf(a), outlineOf(b));
  const union = areas.first + areas.second - areas.both;
  if (union > 0) return Math.min(1, areas.both / union);
  return a.kind === b.kind && sameNumbers(outlineOf(a), outlineOf(b)) ? 1 : 0;
}

/** The corners of a line or polyline, x and y in turn. */
function pathOf(shape: Shape): readonly number[] | undefined {
  switch (shape.kind) {
    case 'line':
    case 'dashed':
      return [shape.x1, shape.y1, shape.x2, shape.y2];
    case 'polyline':
      return evened(shape.points);
    default:
      return undefined;
  }
}

/** The corners around a box, polygon or circle. */
function outlineOf(shape: Shape): readonly number[] {
  switch (shape.kind) {
    case 'bndbox': {
      const { xmin, ymin, xmax, ymax } = shape;
      return [xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax];
    }
    case 'polygon':
      return evened(shape.points);
    case 'circle': {
      const { cx, cy, r } = shape;
      const turn = (2 * Math.PI) / circleCorners;
      const radius = r * Math.sqrt(turn / Math.sin(turn));
      return Array.from({ length: circleCorners }, (_, at) => at * turn).flatMap((angle) => [
        cx + radius * Math.cos(angle),
        cy + radius * Math.sin(angle),
      ]);
    }
    default:
      return [];
  }
}

/** Without a last x that has no y. */
function evened(points: readonly number[]): readonly number[] {
  return points.length % 2 === 0 ? points : points.slice(0, -1);
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((number, at) => number === b[at]);
}

interface Circle {
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}

function circleOverlap(a: Circle, b: Circle): number {
  const [large, small] = [Math.max(Math.abs(a.r), Math.abs(b.r)), Math.min(Math.abs(a.r), Math.abs(b.r))];
  const distance = Math.hypot(a.cx - b.cx, a.cy - b.cy);
  if (large === 0) return distance === 0 ? 1 : 0;
  if (distance >= large + small) return 0;
  if (distance <= large - small) return (small / large) ** 2;
  const both = segment(large, small, distance) + segment(small, large, distance);
  return both / (Math.PI * (large ** 2 + small ** 2) - both);
}

/** What the chord through the crossings of two circles cuts off the first one. */
function segment(radius: number, other: number, distance: number): number {
  const cosine = (distance ** 2 + radius ** 2 - other ** 2) / (2 * distance * radius);
  const angle = 2 * Math.acos(Math.min(1, Math.max(-1, cosine)));
  return (radius ** 2 * (angle - Math.sin(angle))) / 2;
}

function pathOverlap(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(lengthOf(a), lengthOf(b));
  const away = Math.max(farthest(a, b), farthest(b, a));
  if (length > 0) return Math.max(0, 1 - away / length);
  return away === 0 ? 1 : 0;
}

function lengthOf(path: readonly number[]): number {
  let length = 0;
  for (let at = 2; at < path.length; at += 2)
    length += Math.hypot(path[at]! - path[at - 2]!, path[at + 1]! - path[at - 1]!);
  return length;
}

/** The distance of the corner of `path` that is farthest from `other`. */
function farthest(path: readonly number[], other: readonly number[]): number {
  let most = 0;
  for (let at = 0; at < path.length; at += 2)
    most = Math.max(most, distanceTo(path[at]!, path[at + 1]!, other));
  return most;
}

function distanceTo(x: number, y: number, path: readonly number[]): number {
  let least = Math.hypot(x - path[0]!, y - path[1]!);
  for (let at = 2; at < path.length; at += 2) {
    const [fromX, fromY] = [path[at - 2]!, path[at - 1]!];
    const [alongX, alongY] = [path[at]! - fromX, path[at + 1]! - fromY];
    const square = alongX ** 2 + alongY ** 2;
    const share = square === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / square;
    const near = Math.min(1, Math.max(0, share));
    least = Math.min(least, Math.hypot(x - fromX - near * alongX, y - fromY - near * alongY));
  }
  return least;
}

/** A side of an outline that is not level, from its upper end (that of the lesser y) to its lower one. */
interface Edge {
  readonly x: number;
  readonly top: number;
  readonly toX: number;
  readonly bottom: number;
  /** 1 for the first outline, 2 for the second. */
  readonly owner: 1 | 2;
}

/** The areas within two outlines, and within both of them. */
function areasOf(
  first: readonly number[],
  second: readonly number[],
): { readonly first: number; readonly second: number; readonly both: number } {
  const edges = [...edgesOf(first, 1), ...edgesOf(second, 2)].sort((a, b) => a.top - b.top);
  const areas = [0, 0, 0, 0];
  let active: Edge[] = [];
  let next = 0;
  // Between two levels no edges cross, so that everything there is as wide on the average as halfway.
  const levels = levelsOf(edges);
  for (let at = 1; at < levels.length; at++) {
    const [above, below] = [levels[at - 1]!, levels[at]!];
    const y = above + (below - above) / 2;
    if (y <= above || y >= below) continue;
    active = active.filter(({ bottom }) => bottom > y);
    for (let edge = edges[next]; edge !== undefined && edge.top <= y; edge = edges[++next])
      if (edge.bottom > y) active.push(edge);
    const crossings = active
      .map(({ x, top, toX, bottom, owner }) => ({ x: x + (toX - x) * ((y - top) / (bottom - top)), owner }))
      .sort((a, b) => a.x - b.x);
    let within = 0;
    let since = 0;
    for (const { x, owner } of crossings) {
      areas[within]! += (x - since) * (below - above);
      within ^= owner;
      since = x;
    }
  }
  return { first: areas[1]! + areas[3]!, second: areas[2]! + areas[3]!, both: areas[3]! };
}

function edgesOf(outline: readonly number[], owner: 1 | 2): Edge[] {
  const edges: Edge[] = [];
  const { length } = outline;
  for (let at = 0; at < length; at += 2) {
    const before = (at + length - 2) % length;
    let [x1, y1, x2, y2] = [outline[before]!, outline[before + 1]!, outline[at]!, outline[at + 1]!];
    if (y1 === y2) continue;
    if (y1 > y2) [x1, y1, x2, y2] = [x2, y2, x1, y1];
    edges.push({ x: x1, top: y1, toX: x2, bottom: y2, owner });
  }
  return edges;
}

/** Where edges begin, end and cross, in order; or evenly spaced levels where there are many edges. */
function levelsOf(edges: readonly Edge[]): number[] {
  const least = edges[0]?.top ?? 0;
  const most = edges.reduce((bottom, edge) => Math.max(bottom, edge.bottom), least);
  const levels = new Set<number>();
  for (let at = 0; at < edges.length && edges.length <= exactEdges && levels.size <= exactLevels; at++) {
    const edge = edges[at]!;
    levels.add(edge.top).add(edge.bottom);
    for (let other = at + 1; other < edges.length && edges[other]!.top < edge.bottom; other++) {
      const y = crossing(edge, edges[other]!);
      if (y !== undefined) levels.add(y);
    }
  }
  return edges.length <= exactEdges && levels.size <= exactLevels
    ? [...levels].sort((a, b) => a - b)
    : Array.from({ length: lines + 1 }, (_, at) => least + ((most - least) * at) / lines);
}

/** The level at which two edges cross; the second one begins no higher. */
function crossing(a: Edge, b: Edge): number | undefined {
  const [ax, ay, bx, by] = [a.toX - a.x, a.bottom - a.top, b.toX - b.x, b.bottom - b.top];
  const turn = ax * by - bx * ay;
  if (turn === 0) return undefined;
  const y = a.top + (ay * ((b.x - a.x) * by - (b.top - a.top) * bx)) / turn;
  return y > b.top && y < Math.min(a.bottom, b.bottom) ? y : undefined;
}
