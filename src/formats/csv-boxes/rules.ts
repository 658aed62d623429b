import type { Rule } from '../../model/index.js';

/** Rules about CSV files of boxes. */
export const csvBoxesRules: readonly Rule[] = [
  {
    id: 'N140',
    name: 'csv-columns-unknown',
    severity: 'error',
    summary: 'The columns of the image and of the four edges are not known.',
    why: 'Nothing can be read without them.',
    fix: 'Say which they are: --from-option columns=image=File,label=Class,xmin=X1,ymin=Y1,xmax=X2,ymax=Y2.',
  },
  {
    id: 'N141',
    name: 'csv-bad-number',
    severity: 'error',
    summary: 'A cell that must be a number is none, or is missing where others of the box are there.',
    why: 'The object is left out.',
    fix: 'Write decimals with a point; leave all cells of a box empty for an image without objects.',
  },
  {
    id: 'N142',
    name: 'csv-box-without-area',
    severity: 'warning',
    summary: 'A box ends where it begins, or before.',
    why: 'It is kept as stored, and most trainers drop it or fail.',
    fix: 'Exchange the edges, or check which columns they are.',
  },
  {
    id: 'N143',
    name: 'csv-image-apart',
    severity: 'warning',
    summary: 'Rows of one image do not stand together.',
    why: 'The image becomes several samples, of which a folder format takes only the first.',
    fix: 'Sort the file by image.',
  },
  {
    id: 'N144',
    name: 'csv-image-size-unknown',
    severity: 'error',
    summary: 'Boxes are shares of the image, and its size is neither in the file nor in the image.',
    why: 'They are not pixels without it.',
    fix: 'Add columns with the width and height, or put the images where the file says.',
  },
  {
    id: 'N145',
    name: 'csv-image-missing',
    severity: 'error',
    summary: 'A row does not name an image.',
    why: 'Its box belongs to nothing.',
    fix: 'Fill the cell.',
  },
  {
    id: 'N146',
    name: 'csv-object-does-not-fit',
    severity: 'error',
    summary: 'An object that is no box cannot be written as a row of a CSV file.',
    why: 'A row has the four edges of a box.',
    fix: 'Accept rectangles with --to-option shapes=bbox.',
  },
];
