import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format, Look } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { imageKind } from '../shared/media-files.js';
import { stemOfName } from '../shared/names.js';
import { imageClassificationCarries, labelFile, title } from './types.js';

/** A line of numbers: boxes or outlines of another format. */
const numbers = /^\s*\S+(?:\s+-?\d+(?:\.\d+)?){4,}/m;

/** A file of labels beside an image, whose lines are no numbers. */
function labelsIn({ names, headOf }: Look): string | undefined {
  const images = new Set(names.filter((name) => imageKind.pattern.test(name)).map(stemOfName));
  const labels = names.filter((name) => labelFile.test(name) && images.has(stemOfName(name)));
  const heads = labels.map(headOf).filter((head) => head !== undefined);
  return heads.length === 0 || heads.some((head) => numbers.test(head)) ? undefined : labels[0];
}

/** Images with their labels on the lines of a text file beside each. */
export const imageClassification: Format = {
  info: {
    id: 'image-classification',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['images with any number of labels, and unlabelled ones'],
    cannotCarry: allBut(imageClassificationCarries),
    note: 'One label on each line of <stem>.txt beside the image. Write with --images copy or link to have the images there.',
    options: [
      {
        name: 'fallbackToDir',
        for: 'read',
        type: 'flag',
        summary:
          'An image without a label file has the name of its folder as its label. Default: it is unlabelled.',
      },
      ...selectionOptions,
      pruneOption,
    ],
  },
  recognise(look) {
    const label = look.isFolder ? labelsIn(look) : undefined;
    if (label === undefined) return undefined;
    return { certainty: 'likely', reason: `${label} and others have the labels of the images beside them` };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
