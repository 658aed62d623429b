/** Elements that are shapes of an image or of a track. */
export const shapeElements = [
  'box',
  'polygon',
  'polyline',
  'points',
  'ellipse',
  'mask',
  'skeleton',
  'cuboid',
] as const;
export type ShapeElement = (typeof shapeElements)[number];

/** Degrees clockwise of a box, among the properties of an object. */
export const angleProperty = '@modelarts:clockwise_angle';

/** How well a part of a skeleton is seen: 0 not placed, 1 hidden, 2 visible. */
export const visibleProperty = 'visible';

/** Attributes of elements that are members of their own, by the name of the property they become. */
export const memberProperties = ['group_id', 'z_order', 'source'] as const;

/** What those members say when they say nothing. */
export const defaultMembers: Readonly<Record<(typeof memberProperties)[number], string>> = {
  group_id: '0',
  z_order: '0',
  source: 'manual',
};

/** Attributes that an object has fields for. */
export const objectFields = ['difficult', 'truncated', 'pose'] as const;

/** Subsets by the usage they stand for, as they are written. */
export const subsetOfUsage: Readonly<Record<string, string>> = {
  TRAIN: 'Train',
  EVAL: 'Validation',
  TEST: 'Test',
};

/** Usage by subset in lower case. */
export const usageOfSubset: ReadonlyMap<string, string> = new Map([
  ['train', 'TRAIN'],
  ['training', 'TRAIN'],
  ['validation', 'EVAL'],
  ['val', 'EVAL'],
  ['valid', 'EVAL'],
  ['test', 'TEST'],
]);
