import type { BndBox } from './shape.js';

/**
 * How stored box numbers relate to the continuous image plane, where the image spans 0…width by 0…height.
 *
 * - `zeroBased` (ModelArts files): numbers are the plane's own; width = xmax − xmin.
 * - `voc1` (official VOC devkits): pixel indices from 1, both ends inclusive; width = xmax − xmin + 1.
 * - `minusOne` (some training code): 1 was added to all four numbers; width = xmax − xmin.
 *
 * A file carries no marker. Readers give the stored numbers; only {@link convertBox} changes them.
 */
export type CoordinateConvention = 'zeroBased' | 'voc1' | 'minusOne';

export const coordinateConventions: readonly CoordinateConvention[] = ['zeroBased', 'voc1', 'minusOne'];

/** What is added to (left, top, right, bottom) of the plane to get the stored numbers. */
const offsets: Record<CoordinateConvention, { readonly min: number; readonly max: number }> = {
  zeroBased: { min: 0, max: 0 },
  voc1: { min: 1, max: 0 },
  minusOne: { min: 1, max: 1 },
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
