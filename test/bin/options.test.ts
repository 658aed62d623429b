import { describe, expect, test } from 'vitest';
import { byteSize, numberFrom, wholeNumber } from '../../bin/options.js';

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

  test.each(['', ' ', ' 2', '0', '-1', '+2', '1.5', 'x', '0x2', '0b10', '1e3', '1e30', '9007199254740993'])(
    '%j is none from 1',
    (text) => {
      expect(() => wholeNumber(1)(text)).toThrow('whole number from 1');
    },
  );
});

describe('decimal numbers', () => {
  test.each([
    ['0', 0],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-3', 0.001],
    ['12', 12],
  ])('%s', (text, number) => {
    expect(numberFrom(0)(text)).toBe(number);
  });

  test.each(['', ' ', '.', '-1', 'x', '0x2', 'Infinity', '1e999', 'NaN', '1,5', '1_000'])(
    '%j is none from 0',
    (text) => {
      expect(() => numberFrom(0)(text)).toThrow('It must be a number from 0.');
    },
  );
});
