import type { BndBox, Shape } from './shape.js';

/**
 * How stored box numbers relate to the continuous image plane, where the image spans 0…width by 0…height.
 *
 * - `zeroBased` (ModelArts files): numbers are the plane's own; width = xmax − xmin.
 * - `voc1` (official VOC devkits): pixel indices from 1, both ends inclusive; width = xmax − xmin + 1.
 * - `minusOne` (some training code, darknet's among it, takes 1 from all four): 1 was added to them; width = xmax − xmin.
 * - `zeroInclusive`: pixel indices from 0, both ends inclusive; width = xmax − xmin + 1.
 *
 * A file carries no marker. Readers give the stored numbers; only {@link convertBox} changes them.
 */
export type CoordinateConvention = 'zeroBased' | 'voc1' | 'minusOne' | 'zeroInclusive';

/** What the numbers of a box can mean, by name. */
export const coordinateConventions: readonly CoordinateConvention[] = [
  'zeroBased',
  'voc1',
  'minusOne',
  'zeroInclusive',
];

/** What is added to (left, top, right, bottom) of the plane to get the stored numbers. */
const offsets: Record<CoordinateConvention, { readonly min: number; readonly max: number }> = {
  zeroBased: { min: 0, max: 0 },
  voc1: { min: 1, max: 0 },
  minusOne: { min: 1, max: 1 },
  zeroInclusive: { min: 0, max: -1 },
};

/** The same box in another convention. There and back is the identity. */
export function convertBox(box: BndBox, from: CoordinateConvention, to: CoordinateConvention): BndBox {
  const min = offsets[to].min - offsets[from].min;
  const max = offsets[to].max - offsets[from].max;
  return {
    kind: 'bndbox',
    xmin: box.xmin + min,
    ymin: box.ymin + min,
    xmax: box.xmax + max,
    ymax: box.ymax + max,
  };
}

/**
 * The same shape in another convention: boxes as {@link convertBox} does; of other shapes every point moves with the
 * number of the first pixel, and a radius stays.
 *
 * @returns the shape itself when no number changes
 */
export function convertShape(shape: Shape, from: CoordinateConvention, to: CoordinateConvention): Shape {
  if (shape.kind === 'bndbox') return from === to ? shape : convertBox(shape, from, to);
  const by = offsets[to].min - offsets[from].min;
  if (by === 0) return shape;
  switch (shape.kind) {
    case 'point':
      return { ...shape, x: shape.x + by, y: shape.y + by };
    case 'circle':
      return { ...shape, cx: shape.cx + by, cy: shape.cy + by };
    case 'line':
    case 'dashed':
      return { ...shape, x1: shape.x1 + by, y1: shape.y1 + by, x2: shape.x2 + by, y2: shape.y2 + by };
    case 'polygon':
    case 'polyline':
      return { ...shape, points: shape.points.map((number) => number + by) };
  }
}
