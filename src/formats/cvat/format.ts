import type { Format, Look } from '../contract.js';
import { allBut, type LossName } from '../shared/losses.js';

/** What is never lost; properties are kept as far as XML can hold them. */
const carries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'usage',
  'shape-point',
  'shape-bndbox',
  'shape-polygon',
  'shape-polyline',
  'shape-circle',
  'object-pose',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'image-size',
]);

const isCvat = (text: string) =>
  /<annotations[\s>]/.test(text) &&
  /<(?:version>\s*1\.|image\s[^>]*name=|track\s[^>]*label=|meta>)/.test(text);

/** CVAT's XML for images. */
export const cvat: Format = {
  info: {
    id: 'cvat',
    title: 'CVAT for images 1.1',
    layout: 'file',
    extension: 'xml',
    reads: true,
    writes: true,
    carries: [
      'boxes, also turned ones',
      'polygons, polylines, points, circles',
      'skeletons',
      'classes of images as tags',
      'properties, flags',
      'usage as subset',
    ],
    cannotCarry: allBut(carries),
    note: 'Masks are read as their boxes, tracks as their frames; a line becomes a polyline.',
    options: [
      {
        name: 'rotated',
        for: 'read',
        type: 'text',
        values: ['drop', 'polygon', 'property'],
        summary:
          'What becomes of a turned box: its box as if it were not (drop, default), its corners, or its angle as a property.',
      },
      {
        name: 'images',
        for: 'read',
        type: 'text',
        summary:
          'The folder that the names of images are in, relative to the file; default: beside it, or in images.',
      },
    ],
  },
  recognise(look: Look) {
    if (look.isFolder) {
      const name = look.names.find((file) => /(?:^|\/)annotations\.xml$/.test(file));
      const head = name === undefined ? undefined : look.headOf(name);
      if (head === undefined || !isCvat(head)) return undefined;
      return { certainty: 'near', reason: `${name} in it is a file of CVAT; name that file` };
    }
    if (!/^\s*</.test(look.head) || !isCvat(look.head)) return undefined;
    return { certainty: 'sure', reason: 'the root element is annotations, as CVAT writes it' };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
