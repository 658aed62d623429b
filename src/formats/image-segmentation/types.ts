import { everyObject, type LossName } from '../shared/losses.js';

/** Objects of one XML object whose mask has several regions share this property: the number of the object, from 1. */
export const pieceProperty = 'mask_object';

/** What the XML file and the mask have a place for. A mask that the data names is drawn anew, which is a loss. */
export const carried: ReadonlySet<LossName> = new Set<LossName>([
  'image-sample',
  'object_detection',
  'image_segmentation',
  ...everyObject,
  'object-property',
  'object-pose',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'object-confidence',
  'object-hard',
  'parts',
  'actions',
  'reference-point',
  'image-size',
  'image-member',
]);
