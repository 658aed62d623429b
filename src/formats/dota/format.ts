import type { Format, Look, Recognition } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { dotaCarries } from './carries.js';

const objectLine = /^-?\d+(?:\.\d+)?(?: -?\d+(?:\.\d+)?){7} [^\s\d]\S*(?: [012])?\s*$/m;

function recognise({ isFolder, names, headOf }: Look): Recognition | undefined {
  if (!isFolder) return undefined;
  if (names.some((name) => /(?:^|\/)labelTxt[^/]*\/.*\.txt$/i.test(name)))
    return { certainty: 'sure', reason: 'it has labelTxt folders, as DOTA has' };
  const label = names.find((name) => name.endsWith('.txt') && objectLine.test(headOf(name) ?? ''));
  return label === undefined
    ? undefined
    : { certainty: 'likely', reason: `${label} has four corners and a label on its lines, as DOTA has` };
}

export const dota: Format = {
  info: {
    id: 'dota',
    title: 'DOTA turned boxes',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with polygons of four corners, and difficult',
      'imagesource and gsd',
      'usage as folders train, val and test',
    ],
    cannotCarry: allBut(dotaCarries),
    note: 'Boxes are written as their four corners, and counted as shape-bndbox.',
    options: [
      {
        name: 'shapes',
        for: 'write',
        type: 'text',
        values: ['bbox'],
        summary:
          'bbox: polygons of other than four corners and other shapes are written as their bounding rectangle. Default: they are an error.',
      },
    ],
  },
  recognise,
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
