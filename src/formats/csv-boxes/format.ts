import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { csvBoxesCarries } from './carries.js';
import { columnsOf, missingOf } from './types.js';

export const csvBoxes: Format = {
  info: {
    id: 'csv-boxes',
    title: 'CSV with a box on each row',
    layout: 'file',
    extension: 'csv',
    reads: true,
    writes: true,
    carries: [
      'images with boxes, confidence, difficult, truncated, occluded',
      'sizes of images, images without objects',
      'usage in any words',
    ],
    cannotCarry: allBut(csvBoxesCarries),
    note: 'Usual headers are known; others are named with --from-option columns=….',
    options: [
      {
        name: 'columns',
        for: 'read',
        type: 'list',
        summary:
          'Which header is which field, as image=File,xmin=X1; with no-header the fields in their order, - for others.',
      },
      {
        name: 'noHeader',
        for: 'read',
        type: 'flag',
        summary: 'The first row is data; columns says what is where.',
      },
      {
        name: 'separator',
        for: 'both',
        type: 'text',
        summary: 'The character between cells, or tab; default a comma.',
      },
      {
        name: 'normalised',
        for: 'read',
        type: 'flag',
        summary: 'Edges are shares of the image from 0 to 1; default: pixels.',
      },
      {
        name: 'shapes',
        for: 'write',
        type: 'text',
        values: ['bbox'],
        summary: 'bbox: other shapes are written as their bounding rectangle. Default: they are an error.',
      },
    ],
  },
  recognise({ isFolder, name, head }) {
    if (isFolder) return undefined;
    const line = head.split('\n', 1)[0]!.trim();
    for (const separator of [',', ';', '\t']) {
      const header = line.split(separator).map((cell) => cell.replaceAll('"', ''));
      const columns = columnsOf(header, []);
      if (typeof columns === 'string' || missingOf(columns) !== undefined) continue;
      const isPlain = separator === ',';
      return {
        certainty: isPlain ? 'likely' : 'near',
        reason: isPlain
          ? 'its header names an image and the edges of boxes'
          : 'its header names an image and the edges of boxes; give --from csv-boxes and --from-option separator',
      };
    }
    return /\.csv$/i.test(name)
      ? { certainty: 'near', reason: 'it is CSV; --from csv-boxes with --from-option columns reads boxes' }
      : undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
