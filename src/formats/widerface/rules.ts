import type { Rule } from '../../model/index.js';

/** Rules about WIDER FACE lists. */
export const widerFaceRules: readonly Rule[] = [
  {
    id: 'N120',
    name: 'wider-broken-list',
    severity: 'error',
    summary: 'A list has something else where the name of an image or the number of its faces must be.',
    why: 'The list goes on where the next image is named; what is before belongs to no image.',
    fix: 'Write the name of the image, the number of faces, and a line for each.',
  },
  {
    id: 'N121',
    name: 'wider-image-missing',
    severity: 'warning',
    summary: 'An image that a list names is not there.',
    why: 'The sample refers to the place where it should be.',
    fix: 'Put the images where the archives have them: WIDER_train/images, WIDER_val/images, WIDER_test/images.',
  },
  {
    id: 'N122',
    name: 'wider-bad-face',
    severity: 'error',
    summary: 'The line of a face has not 4 to 10 whole numbers.',
    why: 'The face is left out.',
    fix: 'Write x, y, width, height, blur, expression, illumination, invalid, occlusion, pose.',
  },
  {
    id: 'N123',
    name: 'wider-box-without-area',
    severity: 'warning',
    summary: 'The box of a face has no width or height.',
    why: 'It is kept as stored, and most trainers drop it or fail.',
    fix: 'Remove the face.',
  },
  {
    id: 'N124',
    name: 'wider-image-not-listed',
    severity: 'warning',
    summary: 'Images of the folder are in none of the lists.',
    why: 'They are no samples: only a list says what an image is for, and whether it has faces.',
    fix: 'Add them to a list, or take them out of the folder.',
  },
  {
    id: 'N125',
    name: 'wider-image-twice',
    severity: 'warning',
    summary: 'An image is in a list twice, or in two lists.',
    why: 'It becomes several samples, of which a folder format takes only the first.',
    fix: 'Put all faces of an image behind its name once.',
  },
];
