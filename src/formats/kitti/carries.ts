import type { LossName } from '../shared/losses.js';

/** What a KITTI tree has a place for; of object properties some, which the writer looks at itself. */
export const kittiCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'object_detection',
  'image_segmentation',
  'usage',
  'shape-bndbox',
  'object-truncated',
  'object-occluded',
  'object-confidence',
  'unlabelled-image',
  'image-size',
]);
