import { expect, test } from 'vitest';
import { trimBlanks } from '../../src/text/index.js';

test.each([
  ['', ''],
  [' \t\r\n', ''],
  [' a b\r\n', 'a b'],
  ['a', 'a'],
  ['\u00a0a\u3000', '\u00a0a\u3000'],
  [' \ufeffa\u1680\t', '\ufeffa\u1680'],
  ['\fa\v', '\fa\v'],
])('blanks go, what the language takes for white space stays: %j', (text, expected) => {
  expect(trimBlanks(text)).toBe(expected);
});
