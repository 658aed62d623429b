import type { Format, Look } from '../contract.js';
import { allBut, type LossName } from '../shared/losses.js';

/** What is never lost. Much else is kept for some tasks and not for others, and is among the losses. */
const carries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'text-sample',
  'image_classification',
  'object_detection',
  'image_segmentation',
  'text_classification',
  'text_entity',
  'shape-bndbox',
  'unlabelled-image',
]);

/** SageMaker Ground Truth augmented manifests. */
export const groundtruth: Format = {
  info: {
    id: 'groundtruth',
    title: 'SageMaker Ground Truth augmented manifest',
    layout: 'file',
    extension: 'manifest',
    reads: true,
    writes: true,
    appends: true,
    carries: [
      'classes of images and texts, one or several',
      'boxes with confidence',
      'masks with their colours',
      'entities in texts',
      'creation time, human or machine',
      'members of your own',
    ],
    cannotCarry: allBut(carries),
    note: 'A line holds labels of any of five tasks; polygons and circles become their boxes, other shapes are left out.',
    options: [
      {
        name: 'attributes',
        for: 'read',
        type: 'list',
        summary:
          'The label attributes to read; needed where a line has several. Others are kept as properties.',
      },
      {
        name: 'dropZeroConfidence',
        for: 'read',
        type: 'flag',
        summary: 'Take a confidence of 0, which people’s labels often carry, for none; default: kept.',
      },
      {
        name: 'attribute',
        for: 'write',
        type: 'text',
        summary: 'The name of the label attribute; default label.',
      },
      {
        name: 'multiLabel',
        for: 'write',
        type: 'flag',
        summary:
          'Write the classes of a sample as a list even where there is one; default: a list from two on.',
      },
    ],
  },
  recognise(look: Look) {
    if (look.isFolder) return undefined;
    const line = look.head.split('\n', 20).find((text) => text.trim() !== '') ?? '';
    if (!/^\s*\{/.test(line)) return undefined;
    const isReference = /"source-ref"\s*:/.test(line);
    const isAugmented = /"[^"]+-metadata"\s*:\s*\{/.test(line);
    if (isReference && isAugmented)
      return { certainty: 'sure', reason: 'lines have source-ref and label metadata' };
    if (isReference) return { certainty: 'likely', reason: 'lines have source-ref' };
    const isText = /"source"\s*:/.test(line) && !/"annotations?"\s*:\s*(?:\[|null)/.test(line);
    if (isText && isAugmented) return { certainty: 'likely', reason: 'lines have source and label metadata' };
    return undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
