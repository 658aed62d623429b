import type { LossName } from '../shared/losses.js';

export const title = 'ModelArts image classification 1.0';

export const imageClassificationCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'image_classification',
  'unlabelled-image',
]);

export const labelFile = /\.txt$/i;
