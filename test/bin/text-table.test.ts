import { expect, test } from 'vitest';
import { printable, textTable } from '../../bin/text-table.js';

test('columns stand under each other, whatever takes two columns of a terminal or none', () => {
  const rows = [
    ['向日葵', '1'],
    ['e\u0301a', '20'],
    ['ｱ', '3'],
    ['😀', '4,000'],
  ];
  expect(textTable(['label', 'n'], rows, 1)).toEqual([
    'label       n',
    '向日葵      1',
    'e\u0301a         20',
    'ｱ           3',
    '😀      4,000',
  ]);
});

test('long texts are cut, wide ones in time', () => {
  expect(textTable(['x'.repeat(41)], [['界'.repeat(21)], ['界'.repeat(20)]], 1)).toEqual([
    `${'x'.repeat(39)}…`,
    `${'界'.repeat(19)}…`,
    '界'.repeat(20),
  ]);
});

test('control characters are shown, not sent', () => {
  expect(printable('a\u001b[2Jb\nc\u2028')).toBe('a\\u001b[2Jb\\u000ac\\u2028');
});
