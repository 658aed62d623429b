import { OptionError } from '../../model/index.js';
import type { FormatValues } from '../contract.js';
import { separatorOf } from '../shared/text-classes.js';

export const title = 'ModelArts text classification combine 1.0';

/** What stands between a text and its labels, and between labels. */
export interface Separators {
  readonly text: string;
  readonly label: string;
}

/** @throws OptionError when one of them is not one character, or both are the same */
export function separatorsOf(values: FormatValues): Separators {
  const text = separatorOf(values, 'sampleLabelSeparator', '\t');
  const label = separatorOf(values, 'labelSeparator', ',');
  if (text !== label) return { text, label };
  throw new OptionError(`both separators are ${JSON.stringify(text)}`, {
    hint: 'Choose another one between labels: the option label-separator.',
  });
}
