import type { Rule } from '../../model/index.js';

/** Rules about DOTA label files. */
export const dotaRules: readonly Rule[] = [
  {
    id: 'N110',
    name: 'dota-field-count',
    severity: 'error',
    summary: 'A line of a DOTA label file has neither 9 nor, with difficult, 10 fields.',
    why: 'Fields are known by their position; the object is left out.',
    fix: 'Write x and y of four corners, the label, and 0 or 1 for difficult.',
  },
  {
    id: 'N111',
    name: 'dota-bad-number',
    severity: 'error',
    summary: 'A coordinate of a DOTA label file is not a number, or difficult is not a whole one.',
    why: 'The object is left out.',
    fix: 'Write decimals with a point.',
  },
  {
    id: 'N112',
    name: 'dota-header',
    severity: 'info',
    summary: 'A line before the objects has a key other than imagesource and gsd.',
    why: 'It is kept as a property of the sample under its own name.',
    fix: 'Nothing needs to be done.',
  },
  {
    id: 'N113',
    name: 'dota-object-does-not-fit',
    severity: 'error',
    summary: 'An object cannot be written as a DOTA line: it has not four corners, or its label has blanks.',
    why: 'Blanks separate fields, and a line has four corners.',
    fix: 'Map the label with labelkit relabel --map, or accept rectangles with --to-option shapes=bbox.',
  },
  {
    id: 'N114',
    name: 'dota-polygon-without-area',
    severity: 'warning',
    summary: 'The four corners of an object have no area between them.',
    why: 'They are kept as stored, and most trainers drop such an object or fail.',
    fix: 'Remove the object, or give it four corners.',
  },
];
