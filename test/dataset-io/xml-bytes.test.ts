import { describe, expect, test } from 'vitest';
import { withoutCarriageReturns, withoutMark } from '../../src/dataset-io/xml-bytes.js';

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('line ends', () => {
  const text = '<a>\r\n\r\u0d0a\u0a0d 名\r</a>\r\n';
  const expected = '<a>\n\r\u0d0a\u0a0d 名\r</a>\n';
  test.each([
    ['utf-8', Buffer.from(text), Buffer.from(expected)],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(`\ufeff${expected}`, 'utf16le')],
    ['utf-16le without mark', Buffer.from(text, 'utf16le'), Buffer.from(expected, 'utf16le')],
    ['utf-16be', swapped(`\ufeff${text}`), swapped(`\ufeff${expected}`)],
    ['utf-16be without mark', swapped(text), swapped(expected)],
  ])('of %s', (_, before, after) => {
    expect(Buffer.from(withoutCarriageReturns(before))).toEqual(after);
    expect(withoutCarriageReturns(after)).toBe(after);
  });

  test('of text, of nothing, of half a unit', () => {
    expect(withoutCarriageReturns(text)).toBe(expected);
    expect(withoutCarriageReturns(Buffer.alloc(0))).toHaveLength(0);
    const odd = Buffer.from([0xff, 0xfe, 0x3c]);
    expect(withoutCarriageReturns(odd)).toBe(odd);
  });
});

test('only the mark of UTF-8 goes', () => {
  expect(withoutMark('\ufeff<a/>')).toBe('<a/>');
  expect(Buffer.from(withoutMark(Buffer.from('\ufeff<a/>')))).toEqual(Buffer.from('<a/>'));
  const wide = Buffer.from('\ufeff<a/>', 'utf16le');
  expect(withoutMark(wide)).toBe(wide);
});
