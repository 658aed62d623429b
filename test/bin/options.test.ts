import { describe, expect, test } from 'vitest';
import { byteSize, wholeNumber } from '../../bin/options.js';

describe('numbers of bytes', () => {
  test.each([
    ['0', 0],
    ['1048576', 1048576],
    ['12b', 12],
    ['64M', 64 * 2 ** 20],
    ['64 MB', 64 * 2 ** 20],
    ['2GiB', 2 ** 31],
    ['1k', 1024],
  ])('%s', (text, bytes) => {
    expect(byteSize(text)).toBe(bytes);
  });

  test.each(['', '-1', '1.5M', 'lots', '1T', '64MM', '0x10'])('%j is none', (text) => {
    expect(() => byteSize(text)).toThrow('number of bytes');
  });
});

describe('whole numbers', () => {
  test('from the least on', () => {
    expect(wholeNumber(1)('1')).toBe(1);
    expect(wholeNumber(0)('0')).toBe(0);
  });

  test.each(['', ' ', '0', '-1', '1.5', 'x', '1e30'])('%j is none from 1', (text) => {
    expect(() => wholeNumber(1)(text)).toThrow('whole number from 1');
  });
});
