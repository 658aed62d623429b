import type { LossName } from '../shared/losses.js';

export const title = 'Open Images boxes (CSV)';

/** The columns of a box file, in their order. */
export const columns = [
  'ImageID',
  'Source',
  'LabelName',
  'Confidence',
  'XMin',
  'XMax',
  'YMin',
  'YMax',
  'IsOccluded',
  'IsTruncated',
  'IsGroupOf',
  'IsDepiction',
  'IsInside',
] as const;

/** Columns that say 1 where an object has a property with the value 1. */
export const flagColumns = [
  ['IsGroupOf', 'is_group_of'],
  ['IsDepiction', 'is_depiction'],
  ['IsInside', 'is_inside'],
] as const;

/** What box files keep. Of the properties only {@link flagColumns} and `source` have a column. */
export const openImagesCarries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'object_detection',
  'image_segmentation',
  'usage',
  'shape-bndbox',
  'object-confidence',
  'object-truncated',
  'object-occluded',
  'image-size',
]);
