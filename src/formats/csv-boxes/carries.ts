import type { LossName } from '../shared/losses.js';

/** What a CSV file of boxes has a place for. */
export const csvBoxesCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'object_detection',
  'image_segmentation',
  'usage',
  'shape-bndbox',
  'object-confidence',
  'object-difficult',
  'object-truncated',
  'object-occluded',
  'unlabelled-image',
  'image-size',
]);
