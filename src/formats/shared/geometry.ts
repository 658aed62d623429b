import { type BndBox, directionOf, type Shape } from '../../model/index.js';

/**
 * The box around a shape that has an area: of a box itself, of a circle, of the vertices of a polygon. Undefined for
 * points and lines, and for a polygon without vertices.
 */
export function boxOf(shape: Shape): BndBox | undefined {
  switch (shape.kind) {
    case 'bndbox':
      return shape;
    case 'circle': {
      const { cx, cy, r } = shape;
      return { kind: 'bndbox', xmin: cx - r, ymin: cy - r, xmax: cx + r, ymax: cy + r };
    }
    case 'polygon':
      return boundsOf(shape.points);
    default:
      return undefined;
  }
}

/** The box around x1, y1, x2, y2, …; undefined when there are no vertices. */
export function boundsOf(points: readonly number[]): BndBox | undefined {
  if (points.length < 2) return undefined;
  const box = {
    kind: 'bndbox' as const,
    xmin: points[0]!,
    ymin: points[1]!,
    xmax: points[0]!,
    ymax: points[1]!,
  };
  for (let i = 2; i + 1 < points.length; i += 2) {
    box.xmin = Math.min(box.xmin, points[i]!);
    box.ymin = Math.min(box.ymin, points[i + 1]!);
    box.xmax = Math.max(box.xmax, points[i]!);
    box.ymax = Math.max(box.ymax, points[i + 1]!);
  }
  return box;
}

/**
 * The points of an ellipse as a polygon, x1, y1, …: the first one at the end of the axis `rx`, clockwise on the screen.
 *
 * @param degrees by which it is turned about its centre, clockwise on the screen
 * @param count how many points, from 3
 */
export function ellipsePoints(
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  degrees = 0,
  count = 32,
): number[] {
  const points: number[] = [];
  const [turnedCos, turnedSin] = directionOf(degrees);
  for (let i = 0; i < count; i++) {
    const [cos, sin] = directionOf((360 * i) / count);
    const [x, y] = [rx * cos, ry * sin];
    points.push(cx + x * turnedCos - y * turnedSin, cy + x * turnedSin + y * turnedCos);
  }
  return points;
}

/**
 * A number without the noise of its arithmetic, for output: to nine decimals, so that 582.6 − 138.8 is 443.8. What is too
 * large to have noise in these places stays.
 */
export function neat(value: number): number {
  return Math.abs(value) < 1e6 ? Math.round(value * 1e9) / 1e9 : value;
}

/** The area that the sides of a polygon enclose; 0 where they all lie on a line. @param points x and y by turns */
export function areaOf(points: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    twice += points[at]! * points[next + 1]! - points[next]! * points[at + 1]!;
  }
  return Math.abs(twice) / 2;
}
