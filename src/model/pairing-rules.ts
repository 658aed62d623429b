import type { Rule } from './rule.js';

/** Rules about the files of a folder, and how images and label files belong together, for VOC trees and every other format. */
export const pairingRules: readonly Rule[] = [
  {
    id: 'D011',
    name: 'case-differs',
    severity: 'warning',
    summary: 'An image and its label file differ in letter case.',
    why: 'On file systems and object stores that tell letter case apart the two do not belong together.',
    fix: 'Give both the same spelling.',
  },
  {
    id: 'D012',
    name: 'two-images-one-label',
    severity: 'error',
    summary: 'Two images have the name of one label file.',
    why: 'a.jpg and a.png both claim a.xml, and nothing says which one was labelled.',
    fix: 'Rename or remove one of the images.',
  },
  {
    id: 'D014',
    name: 'label-without-image',
    severity: 'error',
    lenient: 'warning',
    summary: 'There is no image for a label file.',
    why: 'A label without its image cannot be trained on, and an import leaves it out.',
    fix: 'Add the image with the same base name, or remove the label file.',
  },
  {
    id: 'D015',
    name: 'empty-image',
    severity: 'error',
    lenient: 'warning',
    summary: 'An image file has no bytes.',
    why: 'An interrupted copy leaves such files; every reader fails on them.',
    fix: 'Copy the image again.',
  },
  {
    id: 'D016',
    name: 'file-too-large',
    severity: 'off',
    profile: { 'modelarts-import': 'error' },
    summary:
      'An image is larger than 5 MB (a warning) or 25 MB, another file larger than 5 GB, a label file larger than 100 MB.',
    why: 'The platform does not import what is larger; images above 5 MB cannot be uploaded in its console.',
    fix: 'Store the image smaller, or cut the file into several.',
  },
  {
    id: 'D017',
    name: 'decomposed-name',
    severity: 'info',
    summary: 'A name is not in Unicode normal form C.',
    why: 'Files copied from macOS have such names; they look like others and are not equal to them.',
    fix: 'Rename the files in normal form C.',
  },
];
