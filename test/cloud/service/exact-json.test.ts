import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactJson } from '../../../src/cloud/service/exact-json.js';

describe('parseExactJson', () => {
  test.each([
    ['a cursor', '{"start_line":1551252759254000002}', { start_line: '1551252759254000002' }],
    ['a cursor below zero', '[-1551252759254000003]', ['-1551252759254000003']],
    ['the last number that is exact', '[9007199254740991]', [9007199254740991]],
    ['the first one that is not', '[9007199254740993]', ['9007199254740993']],
    ['spaces around', '[ 1551252759254000002 , 1 ]', ['1551252759254000002', 1]],
    ['digits in texts', '{"a":"1551252759254000002"}', { a: '1551252759254000002' }],
    [
      'digits behind a quotation mark',
      '["\\"1551252759254000002\\\\", 1551252759254000003]',
      ['"1551252759254000002\\', '1551252759254000003'],
    ],
    ['a fraction', '[0.1551252759254000002]', [0.1551252759254]],
    ['an exponent', '[1551252759254000002e2, 1e-1551252759254000]', [1.551252759254e20, 0]],
    ['a long key', '{"1551252759254000002":1}', { '1551252759254000002': 1 }],
  ])('%s', (_, text, value) => {
    expect(parseExactJson(text)).toEqual(value);
  });

  test('what is no JSON stays none', () => {
    expect(() => parseExactJson('{1551252759254000002:1}')).toThrow(SyntaxError);
    expect(() => parseExactJson('')).toThrow(SyntaxError);
  });

  test('everything else is what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('a text of a mebibyte with a million quotation marks', () => {
    const long = { text: '"'.repeat(1_000_000), line: 1 };
    const text = JSON.stringify(long).replace('"line":1', '"line":1551252759254000002');
    expect(parseExactJson(text)).toEqual({ ...long, line: '1551252759254000002' });
  });
});
