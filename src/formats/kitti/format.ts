import type { Format, Look, Recognition } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { kittiCarries } from './carries.js';

const lineStart = /^\S+ -?\d+(?:\.\d+)? -?\d+ -?\d+(?:\.\d+)?(?: -?\d+(?:\.\d+)?){11,12}\s*$/m;

function recognise({ isFolder, names, headOf }: Look): Recognition | undefined {
  if (!isFolder) return undefined;
  if (names.some((name) => /(?:^|\/)label_2\/.*\.txt$/i.test(name)))
    return { certainty: 'sure', reason: 'it has label_2 folders, as KITTI has' };
  const label = names.find((name) => name.endsWith('.txt') && lineStart.test(headOf(name) ?? ''));
  return label === undefined
    ? undefined
    : { certainty: 'likely', reason: `${label} has the 15 fields of KITTI` };
}

export const kitti: Format = {
  info: {
    id: 'kitti',
    title: 'KITTI object labels',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with boxes, truncated, occluded, score',
      'alpha, size and place in space, rotation, as properties',
      'usage as folders training, validation and testing',
    ],
    cannotCarry: [...allBut(kittiCarries), 'object-property'],
    note: 'Object properties other than those that KITTI has fields for are lost.',
    options: [
      {
        name: 'shapes',
        for: 'write',
        type: 'text',
        values: ['bbox'],
        summary: 'bbox: other shapes are written as their bounding rectangle. Default: they are an error.',
      },
    ],
  },
  recognise,
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
