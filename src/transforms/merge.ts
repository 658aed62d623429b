import type { ImageObject } from '../model/index.js';
import { boxOf, iou } from './iou.js';

/**
 * Finds objects that are an earlier one once more: the same label, the same kind of shape, and boxes around them that
 * overlap enough. Takes time in proportion to the square of the number of objects of one label.
 *
 * @param objects in the order of their rank: of two that are the same, the earlier one stays
 * @param least intersection over union from which on two are the same, above 0 and up to 1
 * @returns the places of the later ones in `objects`
 */
export function duplicateObjects(
  objects: readonly Pick<ImageObject, 'name' | 'shape'>[],
  least: number,
): number[] {
  const kept = new Map<string, NonNullable<ReturnType<typeof boxOf>>[]>();
  const duplicates: number[] = [];
  objects.forEach(({ name, shape }, index) => {
    const box = shape === undefined ? undefined : boxOf(shape);
    if (shape === undefined || box === undefined) return;
    const key = `${shape.kind} ${name ?? ''}`;
    const others = kept.get(key);
    if (others === undefined) kept.set(key, [box]);
    else if (others.some((other) => iou(other, box) >= least)) duplicates.push(index);
    else others.push(box);
  });
  return duplicates;
}
