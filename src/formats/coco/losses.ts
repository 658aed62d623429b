import { allBut, type LossName } from '../shared/losses.js';

/** What a COCO file always holds. */
export const cocoCarries: ReadonlySet<LossName> = new Set<LossName>([
  'image-sample',
  'object_detection',
  'image_segmentation',
  'sample-property',
  'shape-bndbox',
  'shape-polygon',
  'object-property',
  'object-pose',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'image-size',
  'unlabelled-image',
]);

/** What it has no place for, or only on request. */
export const cocoCannotCarry: readonly LossName[] = ['object-property', ...allBut(cocoCarries)];
