import type { LossName } from '../shared/losses.js';

/** What a DOTA tree has a place for; of image members and sample properties one each, which the writer looks at itself. */
export const dotaCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'object_detection',
  'image_segmentation',
  'usage',
  'shape-polygon',
  'object-difficult',
  'unlabelled-image',
  'image-size',
]);
