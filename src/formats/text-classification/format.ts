import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { labelSeparatorOption, replaceOption, textClassesCarry } from '../shared/text-classes.js';
import { csvQuotingOption } from '../shared/text-rows.js';
import { textNameOf, title } from './types.js';

/** Texts in one file, and their labels on the same lines of another. */
export const textClassification: Format = {
  info: {
    id: 'text-classification',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['texts of one line with any number of labels, and unlabelled ones'],
    cannotCarry: ['text-sample', ...allBut(textClassesCarry)],
    note: 'A text on each line of a .txt or .csv file, its labels on the same line of <stem>_result; written to texts.txt. Quotes have no meaning without csv-quoting.',
    options: [labelSeparatorOption, csvQuotingOption, ...selectionOptions, pruneOption, replaceOption],
  },
  recognise({ isFolder, names }) {
    if (!isFolder) return undefined;
    const all = new Set(names);
    const result = names.find(
      (name) => /_result\.(?:txt|csv)$/i.test(name) && all.has(textNameOf(name) ?? ''),
    );
    if (result === undefined) return undefined;
    return { certainty: 'sure', reason: `${result} has the labels of ${textNameOf(result)}` };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
