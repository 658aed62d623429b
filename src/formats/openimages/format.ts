import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { openImagesCarries, title } from './types.js';

export const openimages: Format = {
  info: {
    id: 'openimages',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with boxes, confidence, occluded, truncated',
      'group, depiction, inside and source as properties',
      'usage of the file; images without boxes',
    ],
    cannotCarry: allBut(openImagesCarries),
    note: 'Reads files called …annotations-bbox.csv with class-descriptions….csv beside them, and images named after their ImageID. Write with --images copy or link to have them there.',
    options: [
      {
        name: 'shapes',
        for: 'write',
        type: 'text',
        values: ['bbox'],
        summary:
          'bbox: other shapes are written as their bounding rectangle, and counted. Default: they are an error.',
      },
    ],
  },
  recognise({ isFolder, name, head, names }) {
    if (!isFolder) {
      return /^\ufeff?ImageID,Source,LabelName,/.test(head)
        ? { certainty: 'near', reason: `${name} has boxes of Open Images; name the folder that it is in` }
        : undefined;
    }
    const file = names.find((entry) => /annotations-bbox[^/]*\.csv$/.test(entry));
    return file === undefined ? undefined : { certainty: 'sure', reason: `it has ${file}` };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
