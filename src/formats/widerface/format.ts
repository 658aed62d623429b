import type { Format } from '../contract.js';

export const widerface: Format = {
  info: {
    id: 'widerface',
    title: 'WIDER FACE lists',
    layout: 'tree',
    reads: true,
    writes: false,
    carries: [
      'images with boxes of the one class face',
      'blur, expression, illumination, invalid, occlusion and pose as properties',
      'usage of the list',
    ],
    cannotCarry: [],
    note: 'Reads wider_face_*_bbx_gt.txt, and images of test lists without faces.',
  },
  recognise({ isFolder, name, names }) {
    if (!isFolder) {
      return /_bbx_gt\.txt$/.test(name)
        ? { certainty: 'near', reason: `${name} is a list of WIDER FACE; name the folder that it is in` }
        : undefined;
    }
    const list = names.find((file) => /(?:^|\/)wider_face_\w+_bbx_gt\.txt$/.test(file));
    return list === undefined ? undefined : { certainty: 'sure', reason: `it has ${list}` };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
