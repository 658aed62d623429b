/** Fields of a line without a score: the type and 14 numbers. */
export const fieldCount = 15;

/** The names of the numbers, for findings. */
export const numberFields = [
  'truncated',
  'occluded',
  'alpha',
  'left',
  'top',
  'right',
  'bottom',
  'height',
  'width',
  'length',
  'x',
  'y',
  'z',
  'rotation_y',
  'score',
] as const;

/** Numbers that are kept as properties: name, first field, and the field after the last. */
export const numberGroups = [
  ['kitti_alpha', 3, 4],
  ['kitti_dimensions', 8, 11],
  ['kitti_location', 11, 14],
  ['kitti_rotation_y', 14, 15],
] as const;

/** What stands in files for "not known"; the first is written. */
export const unknownGroups: Readonly<Record<string, readonly string[]>> = {
  kitti_alpha: ['-10'],
  kitti_dimensions: ['-1 -1 -1'],
  kitti_location: ['-1000 -1000 -1000'],
  kitti_rotation_y: ['-10'],
};
