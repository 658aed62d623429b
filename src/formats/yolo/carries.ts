import type { LossName } from '../shared/losses.js';
import type { YoloTask } from './types.js';

const shapes: Readonly<Record<YoloTask, readonly LossName[]>> = {
  detect: ['object_detection', 'image_segmentation', 'shape-bndbox'],
  segment: ['object_detection', 'image_segmentation', 'shape-polygon'],
  obb: ['object_detection', 'image_segmentation', 'shape-polygon'],
  pose: ['object_detection', 'image_segmentation', 'shape-bndbox', 'parts'],
  classify: ['image_classification', 'annotation-name'],
};

/** What a tree of a task has a place for. */
export function carriedBy(task: YoloTask): ReadonlySet<LossName> {
  const common: LossName[] = ['image-sample', 'usage'];
  // Sizes are in the images.
  if (task !== 'classify') common.push('unlabelled-image', 'image-size');
  return new Set([...common, ...shapes[task]]);
}
