import type { Rule } from '../../model/index.js';

/** Rules about the box files of Open Images. */
export const openImagesRules: readonly Rule[] = [
  {
    id: 'N130',
    name: 'openimages-columns-missing',
    severity: 'error',
    summary:
      'A box file of Open Images lacks one of ImageID, LabelName, XMin, XMax, YMin and YMax in its header.',
    why: 'Nothing of the file can be read without them.',
    fix: 'Use the files as they are published, header included.',
  },
  {
    id: 'N131',
    name: 'openimages-bad-number',
    severity: 'error',
    summary: 'An edge of a box is not a number from 0 to 1, or the confidence is not a number.',
    why: 'The object is left out.',
    fix: 'Edges are shares of the image; write decimals with a point.',
  },
  {
    id: 'N132',
    name: 'openimages-image-size-unknown',
    severity: 'error',
    summary: 'The image of boxes is not there, or its size cannot be read.',
    why: 'Boxes are shares of the image, and are not pixels without its size.',
    fix: 'Put the images below the folder as <ImageID>.jpg.',
  },
  {
    id: 'N133',
    name: 'openimages-class-without-name',
    severity: 'warning',
    summary: 'A class such as /m/01g317 has no name in the class descriptions.',
    why: 'The code becomes the label.',
    fix: 'Add class-descriptions-boxable.csv of the same version to the folder.',
  },
  {
    id: 'N134',
    name: 'openimages-image-apart',
    severity: 'warning',
    summary: 'Rows of one image do not stand together.',
    why: 'The image becomes several samples, of which a folder format takes only the first.',
    fix: 'Sort the file by ImageID, as it is published.',
  },
  {
    id: 'N135',
    name: 'openimages-box-without-area',
    severity: 'warning',
    summary: 'A box ends where it begins, or before.',
    why: 'It is kept as stored, and most trainers drop it or fail.',
    fix: 'Exchange the edges, or remove the box.',
  },
  {
    id: 'N136',
    name: 'openimages-box-without-class',
    severity: 'error',
    summary: 'The cell with the class of a box is empty.',
    why: 'The object is left out.',
    fix: 'Fill the cell.',
  },
  {
    id: 'N137',
    name: 'openimages-image-twice',
    severity: 'error',
    summary: 'Two images have the same name without folder and extension.',
    why: 'A row names its image by nothing else, so that its boxes may be of either; they are given to the first.',
    fix: 'Remove one of the two.',
  },
];
