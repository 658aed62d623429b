import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { labelSeparatorOption, replaceOption, textClassesCarry } from '../shared/text-classes.js';
import { csvQuotingOption } from '../shared/text-rows.js';
import { title } from './types.js';

/** A text, a Tab and labels. */
const line = /^[^\t\n{<]+\t[^\t\n]+$/m;

/** Texts with their labels on the same line. */
export const textClassificationCombine: Format = {
  info: {
    id: 'text-classification-combine',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['texts of one line with any number of labels, and unlabelled ones'],
    cannotCarry: ['text-sample', ...allBut(textClassesCarry)],
    note: 'A text, a separator and its labels on each line of .txt and .csv files; written to texts.txt. Quotes have no meaning without csv-quoting.',
    options: [
      {
        name: 'sampleLabelSeparator',
        for: 'both',
        type: 'text',
        summary: 'The character between a text and its labels; default a Tab, which \\t is too.',
      },
      labelSeparatorOption,
      csvQuotingOption,
      ...selectionOptions,
      pruneOption,
      replaceOption,
    ],
  },
  recognise({ isFolder, name, head, names, headOf }) {
    const isText = (one: string) => /\.(?:txt|csv)$/i.test(one);
    const first = isFolder ? names.find(isText) : undefined;
    const text = isFolder ? headOf(first ?? '') : isText(name) ? head : undefined;
    if (text === undefined || !line.test(text)) return undefined;
    const certainty = names.every(isText) ? 'likely' : 'near';
    return { certainty, reason: `${first ?? name} has lines with a text, a Tab and labels` };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
