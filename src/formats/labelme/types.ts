/** What `shape_type` may say. */
export const shapeTypes = [
  'rectangle',
  'polygon',
  'circle',
  'line',
  'linestrip',
  'point',
  'points',
  'mask',
] as const;
export type ShapeType = (typeof shapeTypes)[number];

/** Members of a shape that are read or stand for nothing: the colours are those of the editor. */
export const knownShapeMembers: ReadonlySet<string> = new Set([
  'label',
  'points',
  'group_id',
  'description',
  'shape_type',
  'flags',
  'mask',
  'line_color',
  'fill_color',
]);

export const knownMembers: ReadonlySet<string> = new Set([
  'version',
  'flags',
  'shapes',
  'imagePath',
  'imageData',
  'imageHeight',
  'imageWidth',
  'lineColor',
  'fillColor',
]);

/** Flags of a shape that an object has fields for. */
export const objectFlags = ['difficult', 'truncated', 'occluded'] as const;
