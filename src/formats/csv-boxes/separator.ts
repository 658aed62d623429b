import { OptionError } from '../../model/index.js';
import type { FormatValues } from '../contract.js';

/** The separator that the options say. @throws OptionError when it is not one character of ASCII */
export function separatorOf(options: FormatValues): string {
  const text = (options['separator'] ?? ',') as string;
  if (text === 'tab' || text === '\\t') return '\t';
  if (text.length === 1 && text.charCodeAt(0) < 0x80 && !/["\r\n]/.test(text)) return text;
  throw new OptionError(`the separator is ${JSON.stringify(text)}`, {
    hint: 'Give one character, or tab: --from-option separator=tab.',
  });
}
