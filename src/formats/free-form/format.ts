import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { freeFormCarries, title } from './types.js';

/** Files of any kind, without labels. */
export const freeForm: Format = {
  info: {
    id: 'free-form',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['files of any kind, without labels'],
    cannotCarry: allBut(freeFormCarries),
    note: 'Every folder would do, so none is taken for it: say --from free-form. Written with --images copy or link only.',
    options: [
      {
        name: 'layout',
        for: 'write',
        type: 'text',
        values: ['tree', 'flat'],
        summary:
          'tree (default): files keep the folders that their format knows them by. flat: all come into one, and the later of two with one name gets a number.',
      },
    ],
  },
  recognise: () => undefined,
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
