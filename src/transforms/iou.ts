import type { BndBox, Shape } from '../model/index.js';

/**
 * The smallest axis-parallel box around a shape, its corners in order even where the stored ones are swapped. Points and
 * segments give boxes without area.
 *
 * @returns undefined for an outline without points, and where a number is not finite
 */
export function boxOf(shape: Shape): BndBox | undefined {
  switch (shape.kind) {
    case 'point':
      return ordered(shape.x, shape.y, shape.x, shape.y);
    case 'line':
    case 'dashed':
      return ordered(shape.x1, shape.y1, shape.x2, shape.y2);
    case 'bndbox':
      return ordered(shape.xmin, shape.ymin, shape.xmax, shape.ymax);
    case 'circle':
      return ordered(shape.cx - shape.r, shape.cy - shape.r, shape.cx + shape.r, shape.cy + shape.r);
    case 'polygon':
    case 'polyline':
      return around(shape.points);
  }
}

function ordered(x1: number, y1: number, x2: number, y2: number): BndBox | undefined {
  const box: BndBox = {
    kind: 'bndbox',
    xmin: Math.min(x1, x2),
    ymin: Math.min(y1, y2),
    xmax: Math.max(x1, x2),
    ymax: Math.max(y1, y2),
  };
  // Infinity minus infinity, and anything with NaN, is NaN.
  return Number.isFinite(box.xmax - box.xmin) && Number.isFinite(box.ymax - box.ymin) ? box : undefined;
}

function around(points: readonly number[]): BndBox | undefined {
  let xmin = Number.POSITIVE_INFINITY;
  let ymin = Number.POSITIVE_INFINITY;
  let xmax = Number.NEGATIVE_INFINITY;
  let ymax = Number.NEGATIVE_INFINITY;
  for (let at = 0; at + 1 < points.length; at += 2) {
    xmin = Math.min(xmin, points[at]!);
    xmax = Math.max(xmax, points[at]!);
    ymin = Math.min(ymin, points[at + 1]!);
    ymax = Math.max(ymax, points[at + 1]!);
  }
  return ordered(xmin, ymin, xmax, ymax);
}

/**
 * Intersection over union of two boxes as continuous areas, width `xmax − xmin`: what {@link boxOf} gives, so that
 * other shapes are compared by the boxes around them.
 *
 * @returns 0…1; for two boxes that have no area between them, 1 when they are equal and else 0
 */
export function iou(a: BndBox, b: BndBox): number {
  const width = Math.min(a.xmax, b.xmax) - Math.max(a.xmin, b.xmin);
  const height = Math.min(a.ymax, b.ymax) - Math.max(a.ymin, b.ymin);
  const shared = width > 0 && height > 0 ? width * height : 0;
  const union = area(a) + area(b) - shared;
  if (union > 0) return shared / union;
  return a.xmin === b.xmin && a.ymin === b.ymin && a.xmax === b.xmax && a.ymax === b.ymax ? 1 : 0;
}

function area({ xmin, ymin, xmax, ymax }: BndBox): number {
  return (xmax - xmin) * (ymax - ymin);
}
