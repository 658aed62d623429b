import type { Format, Look } from '../contract.js';
import { allBut, type LossName } from '../shared/losses.js';

/** What is never lost; properties are kept as far as they are flags, a group or a description. */
const carries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'shape-point',
  'shape-line',
  'shape-bndbox',
  'shape-polygon',
  'shape-polyline',
  'shape-circle',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'image-size',
]);

const isLabelme = (text: string) =>
  /"shapes"\s*:\s*\[/.test(text) && /"(?:imagePath|shape_type)"\s*:/.test(text);

/** Files of LabelMe, one for each image. */
export const labelme: Format = {
  info: {
    id: 'labelme',
    title: 'LabelMe',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'boxes, polygons, circles, lines, points',
      'classes of images as flags',
      'difficult, truncated and occluded as flags',
      'group and description of objects',
    ],
    cannotCarry: allBut(carries),
    note: 'One .json file for each image; a dashed line becomes a line.',
    options: [
      {
        name: 'version',
        for: 'write',
        type: 'text',
        summary: 'The version of LabelMe that the files name; default 5.0.0.',
      },
    ],
  },
  recognise(look: Look) {
    if (!look.isFolder) {
      if (!/^\s*\{/.test(look.head) || !isLabelme(look.head)) return undefined;
      return { certainty: 'near', reason: 'it is a file of LabelMe; name the folder it is in' };
    }
    for (const name of look.names.filter((file) => /\.json$/i.test(file)).slice(0, 3)) {
      const head = look.headOf(name);
      if (head !== undefined && isLabelme(head))
        return { certainty: 'sure', reason: `${name} has shapes of an image, as LabelMe writes them` };
    }
    return undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
