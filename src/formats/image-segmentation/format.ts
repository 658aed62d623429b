import { difficultOption, pruneOption, selectionOptions } from '../../model/index.js';
import type { Format, Look, Recognition } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { stemOfName } from '../shared/names.js';
import { carried } from './types.js';

const imagePattern = /\.(?:jpe?g|png|bmp)$/i;
const xmlPattern = /\.xml$/i;

function recogniseFolder({ names, headOf }: Look): Recognition | undefined {
  const images = new Set(names.filter((name) => imagePattern.test(name)).map(stemOfName));
  for (const name of names) {
    if (!xmlPattern.test(name)) continue;
    const head = headOf(name);
    if (head === undefined || !/<annotation[\s>]/.test(head) || !/<mask_source>\s*[^<\s]/.test(head))
      continue;
    return images.has(stemOfName(name))
      ? { certainty: 'sure', reason: `${name} lies beside its image and names a mask`, insteadOf: 'voc' }
      : { certainty: 'near', reason: `${name} names a mask, but does not lie beside its image` };
  }
  return undefined;
}

export const imageSegmentation: Format = {
  info: {
    id: 'image-segmentation',
    title: 'ModelArts image segmentation 1.0',
    layout: 'tree',
    reads: true,
    writes: true,
    carries: [
      'images with objects of every shape, each with its colour in a mask: XML files and PNG masks beside the images',
      'properties, parts, actions, flags, confidence, unknown elements',
      'images without annotation file, where images are copied or linked',
    ],
    cannotCarry: allBut(carried),
    note: 'Masks are drawn from polygons, boxes and circles; a mask that the data names is not copied. Write with --images copy or link.',
    options: [
      {
        name: 'polygons',
        for: 'read',
        type: 'text',
        values: ['missing', 'from-mask', 'keep'],
        summary:
          'missing (default): objects without shape get the outline of their colour in the mask. from-mask: those with a box too. keep: masks are not opened.',
      },
      {
        name: 'holes',
        for: 'read',
        type: 'text',
        values: ['cut', 'fill'],
        summary:
          'Holes of regions in the mask: cut (default) joins them to the outline by cuts without an area, fill leaves them out and counts them.',
      },
      {
        name: 'masks',
        for: 'write',
        type: 'text',
        values: ['class', 'instance'],
        summary:
          'What has a colour of its own in the mask: each label (class, default), or each object of an image (instance).',
      },
      {
        name: 'colours',
        for: 'write',
        type: 'list',
        summary:
          'Colours of labels as label=#rrggbb. Default: that of the data, else that of the VOC colour map by class number.',
      },
      ...selectionOptions,
      difficultOption,
      pruneOption,
    ],
  },
  recognise: (look) => (look.isFolder ? recogniseFolder(look) : undefined),
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
