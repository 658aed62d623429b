import type { Shape } from '../model/index.js';

/** The upright box around a shape, in pixels as stored. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  /** xmax − xmin: numbers are taken as places in the plane, as ModelArts does, and not as indices of pixels. */
  readonly width: number;
  readonly height: number;
}

/** The box around a shape; undefined where there is none. Corners that are swapped make no difference. */
export function boundsOf(shape: Shape | undefined): Bounds | undefined {
  if (shape === undefined) return undefined;
  switch (shape.kind) {
    case 'point':
      return around([shape.x, shape.y]);
    case 'line':
    case 'dashed':
      return around([shape.x1, shape.y1, shape.x2, shape.y2]);
    case 'bndbox':
      return around([shape.xmin, shape.ymin, shape.xmax, shape.ymax]);
    case 'circle':
      return around([shape.cx - shape.r, shape.cy - shape.r, shape.cx + shape.r, shape.cy + shape.r]);
    default:
      return around(shape.points);
  }
}

/** @param points x, y, x, y, … */
function around(points: readonly number[]): Bounds | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at + 1 < points.length; at += 2) {
    left = Math.min(left, points[at]!);
    right = Math.max(right, points[at]!);
    top = Math.min(top, points[at + 1]!);
    bottom = Math.max(bottom, points[at + 1]!);
  }
  return left > right ? undefined : { left, top, width: right - left, height: bottom - top };
}
