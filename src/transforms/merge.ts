import type { ImageObject, Shape } from '../model/index.js';
import { boxOf } from './iou.js';
import { shapeOverlap } from './overlap.js';

/**
 * Finds objects that are an earlier one once more: the same label, the same kind of shape, and enough of an overlap
 * ({@link shapeOverlap}). Takes time in proportion to the square of the number of objects of one label.
 *
 * @param objects in the order of their rank: of two that are the same, the earlier one stays
 * @param least overlap from which on two are the same, above 0 and up to 1
 * @returns the places of the later ones in `objects`
 */
export function duplicateObjects(
  objects: readonly Pick<ImageObject, 'name' | 'shape'>[],
  least: number,
): number[] {
  const kept = new Map<string, Shape[]>();
  const duplicates: number[] = [];
  objects.forEach(({ name, shape }, index) => {
    if (shape === undefined || boxOf(shape) === undefined) return;
    const key = `${shape.kind} ${name ?? ''}`;
    const others = kept.get(key);
    if (others === undefined) kept.set(key, [shape]);
    else if (others.some((other) => shapeOverlap(other, shape) >= least)) duplicates.push(index);
    else others.push(shape);
  });
  return duplicates;
}
