import { OptionError } from '../model/index.js';

/** How the bytes of a line file are to be read. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gbk' | 'gb18030' | 'latin1';

/** By name in lower case without `-`, `_` and blanks. */
const byName = new Map<string, Encoding>([
  ['utf8', 'utf-8'],
  ['utf16le', 'utf-16le'],
  ['ucs2', 'utf-16le'],
  ['utf16be', 'utf-16be'],
  ['gbk', 'gbk'],
  ['cp936', 'gbk'],
  ['gb2312', 'gbk'],
  ['gb18030', 'gb18030'],
  ['latin1', 'latin1'],
  ['iso88591', 'latin1'],
]);

/**
 * The encoding that a name means; letter case, hyphens and underscores do not matter, and common aliases
 * (`utf8`, `gb2312`, `iso-8859-1`) are known.
 *
 * @throws OptionError for any other name
 */
export function parseEncoding(name: string): Encoding {
  const encoding = byName.get(name.toLowerCase().replace(/[-_ ]/g, ''));
  if (encoding !== undefined) return encoding;
  throw new OptionError(`unknown encoding ${JSON.stringify(name)}`, {
    hint: 'use utf-8, utf-16le, utf-16be, gbk, gb18030 or latin1',
  });
}
