import type { Rule } from '../../model/index.js';

/** Rules about KITTI label files. */
export const kittiRules: readonly Rule[] = [
  {
    id: 'N100',
    name: 'kitti-field-count',
    severity: 'error',
    summary: 'A line of a KITTI label file has neither 15 fields nor, with a score, 16.',
    why: 'Fields are known by their position; the object is left out.',
    fix: 'Write type, truncated, occluded, alpha, four of the box, three sizes, three of the place, rotation_y.',
  },
  {
    id: 'N101',
    name: 'kitti-bad-number',
    severity: 'error',
    summary: 'A field of a KITTI label file that must be a number is none.',
    why: 'The object is left out.',
    fix: 'Write decimals with a point.',
  },
  {
    id: 'N102',
    name: 'kitti-box-without-area',
    severity: 'warning',
    summary: 'A box of a KITTI label file ends where it begins, or before.',
    why: 'It is kept as stored, and most trainers drop it or fail.',
    fix: 'Exchange the ends, or remove the object.',
  },
  {
    id: 'N103',
    name: 'kitti-object-does-not-fit',
    severity: 'error',
    summary: 'An object cannot be written as a KITTI line: it is no box, or its label has blanks.',
    why: 'Blanks separate fields, and a line has the four edges of a box.',
    fix: 'Map the label with labelkit relabel --map, or accept rectangles with --to-option shapes=bbox.',
  },
];
