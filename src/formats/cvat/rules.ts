import type { Rule } from '../../model/index.js';

/** Rules of CVAT's XML for images, version 1.1. */
export const cvatRules: readonly Rule[] = [
  {
    id: 'N050',
    name: 'undeclared-label',
    severity: 'warning',
    summary: 'A label is used that the labels in the head of the file do not have; said once for each.',
    why: 'CVAT refuses such a file, and the label may be misspelt.',
    fix: 'Add the label to meta, or rename it.',
  },
  {
    id: 'N051',
    name: 'malformed-points',
    severity: 'error',
    summary:
      'Points are not pairs of numbers, too few for their shape, or runs of a mask do not fill it; lenient: the shape is left out.',
    why: 'A shape without its points is none, and no guess makes it one.',
    fix: 'Draw the shape again, or export it again.',
  },
  {
    id: 'N052',
    name: 'rotation-dropped',
    severity: 'warning',
    summary: 'A box is turned, and is read as it was before.',
    why: 'The box no longer covers its object.',
    fix: 'Read it as a polygon or keep the angle: --from-option rotated=polygon or rotated=property.',
  },
  {
    id: 'N053',
    name: 'not-cvat-xml',
    severity: 'error',
    summary:
      'The file is not well-formed XML in UTF-8 with the root annotations, or has a document type declaration.',
    why: 'Past the fault nobody can tell what the file says.',
    fix: 'Mend the place named, or export the file again as CVAT for images 1.1.',
  },
  {
    id: 'N054',
    name: 'malformed-image',
    severity: 'error',
    summary: 'An image or a track is not well-formed, has no name or label, or a size or frame that is none.',
    why: 'Nothing can be read from it; the others are not touched.',
    fix: 'Mend the element that is named.',
  },
  {
    id: 'N055',
    name: 'malformed-object',
    severity: 'error',
    lenient: 'warning',
    summary: 'A shape or tag has no label, or a number that is none; lenient: left out.',
    why: 'One faulty shape among good ones need not cost the whole image, but nobody can draw it.',
    fix: 'Mend the shape or delete it.',
  },
  {
    id: 'N056',
    name: 'left-out',
    severity: 'warning',
    summary:
      'Something could not be kept: a cuboid, an element or attribute that CVAT does not have, a size nobody knows.',
    why: 'The rest is read or written; what is named is not.',
    fix: 'Go on without it, or keep the original.',
  },
  {
    id: 'N057',
    name: 'shape-as-another',
    severity: 'warning',
    summary:
      'A shape has no counterpart and is read as another: a mask as its box, an ellipse as a polygon, several points as one object each.',
    why: 'The outline or the grouping of the object is lost.',
    fix: 'Draw such objects as polygons, if you need the outline.',
  },
  {
    id: 'N058',
    name: 'other-version',
    severity: 'warning',
    summary: 'The file says that it is of another version than 1.1.',
    why: 'Elements of other versions may mean something else.',
    fix: 'Export it as CVAT for images 1.1 or CVAT for video 1.1.',
  },
  {
    id: 'N059',
    name: 'odd-box',
    severity: 'warning',
    summary: 'A box has no area, its corners are swapped, or it leaves its image; it is kept as it is.',
    why: 'Many trainers clip or refuse such boxes, each in its own way.',
    fix: 'labelkit repair clips boxes and removes those without area, when you ask for it.',
  },
];
