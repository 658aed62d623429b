import type { Format } from '../contract.js';

export const openimages: Format = {
  info: {
    id: 'openimages',
    title: 'Open Images boxes (CSV)',
    layout: 'tree',
    reads: true,
    writes: false,
    carries: [
      'images with boxes, confidence, occluded, truncated',
      'group, depiction, inside and source as properties',
      'usage of the file; images without boxes',
    ],
    cannotCarry: [],
    note: 'Reads files called …annotations-bbox.csv with class-descriptions….csv beside them, and images named after their ImageID.',
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
