import type { Format, Look } from '../contract.js';
import { allBut, type LossName } from '../shared/losses.js';

/** What is never lost in JSON Lines; a CSV has classes and boxes only. */
const carries: ReadonlySet<LossName> = new Set([
  'image-sample',
  'text-sample',
  'image_classification',
  'object_detection',
  'text_classification',
]);

/** Import files of Vertex AI. */
export const vertex: Format = {
  info: {
    id: 'vertex',
    title: 'Vertex AI import file',
    layout: 'file',
    extension: 'jsonl',
    reads: true,
    writes: true,
    appends: true,
    carries: [
      'classes of images and texts, one or several, sentiments',
      'boxes, polygons, polylines',
      'masks with their colours',
      'entities in texts',
      'usage, labels of items and annotations',
    ],
    cannotCarry: allBut(carries),
    note: 'JSON Lines; a CSV holds classes, or boxes, and the usage. Coordinates are shares of the image, whose size must be known.',
    options: [
      {
        name: 'images',
        for: 'read',
        type: 'text',
        summary:
          'A folder with copies of the images, from which sizes are taken; default: where the items say.',
      },
      {
        name: 'spanEnd',
        for: 'read',
        type: 'text',
        values: ['exclusive', 'inclusive'],
        summary:
          'Whether endOffset is after the last character (exclusive, default) or the character itself.',
      },
      {
        name: 'as',
        for: 'write',
        type: 'text',
        values: ['jsonl', 'csv'],
        summary: 'What is written; default: CSV where the output ends in .csv, else JSON Lines.',
      },
      {
        name: 'multiLabel',
        for: 'write',
        type: 'flag',
        summary:
          'Write the classes of an item as a list even where there is one; default: a list from two on.',
      },
    ],
  },
  recognise(look: Look) {
    if (look.isFolder) return undefined;
    const line = look.head.split('\n', 20).find((text) => text.trim() !== '') ?? '';
    if (/^\s*\{/.test(line)) {
      const member = /"(imageGcsUri|textContent|textGcsUri)"\s*:/.exec(line)?.[1];
      return member === undefined ? undefined : { certainty: 'sure', reason: `lines have ${member}` };
    }
    if (/^(?:(?:training|validation|test|train|validate|unassigned)?,)?"?gs:\/\//i.test(line))
      return { certainty: 'likely', reason: 'rows have an address in Google Cloud Storage' };
    if (/^(?:training|validation|test|train|validate|unassigned),[^,]/i.test(line))
      return { certainty: 'likely', reason: 'rows begin with the part of the data, as Vertex AI has it' };
    return undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
