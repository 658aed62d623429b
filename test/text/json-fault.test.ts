import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainJsonError } from '../../src/text/index.js';
import { expectLinear } from '../support/cpu-time.js';

const pretty = /printed over several lines/;

describe('explainJsonError', () => {
  test.each<[string, number, RegExp, RegExp?]>([
    [
      '{"source":"a"}{"source":"b"}',
      15,
      /another value/,
      /^two objects on one line \(append without line break\)$/,
    ],
    ['{"source":"a"} [1]', 16, /another value/, /two objects/],
    ['{', 2, /ends before/, pretty],
    ['  "source": "a",', 11, /outside any object/, pretty],
    ['  "annotation": [', 15, /outside any object/, pretty],
    ['  ],', 3, /nothing is open/, pretty],
    ['}', 1, /nothing is open/, pretty],
    ['"a",', 4, /comma/, pretty],
    ['{"source":"a"},', 15, /comma/, /JSON array/],
    ['{"source":"a",}', 14, /trailing comma/, /remove/],
    ['{"a":[1,2 , ]}', 11, /trailing comma/, /remove/],
    ["{'source':'a'}", 2, /single quotes/, /double quotes/],
    ['{"source":\'a\'}', 11, /single quote/, /double quotes/],
    ['{"source":NaN}', 11, /^NaN /, /no NaN/],
    ['{"a":-Infinity}', 6, /^-Infinity /, /no NaN/],
    ['{"a":None}', 6, /^None /, /lower case/],
    ['{"a":True}', 6, /^True /, /lower case/],
    ['{"a":undefined}', 6, /^undefined /, /null/],
    ['{"a":cat}', 6, /cat is not quoted/, /double quotes/],
    ['{"source":"content://he said "hi" x"}', 31, /too early/, /content:\/\//],
    ['{"source":"content://a", he said"}', 26, /too early/, /content:\/\//],
    ['{"source":"content://"quoted" text"}', 23, /too early/, /content:\/\//],
    ['{"name":"a "quoted" one"}', 13, /a string ends/, /escaped/],
    ['{"source":"a', 11, /never closed/, /cut off/],
    ['{"source":"a\\', 11, /never closed/, /cut off/],
    ['{"source":"a"', 14, /ends before/, /cut off/],
    ['{"source"', 10, /ends before/, /cut off/],
    ['{"a":"x\ty"}', 8, /U\+0009/, /\\t/],
    ['{"a":"x\u0001"}', 8, /U\+0001/, /\\u0001/],
    ['{"a":"C:\\dir"}', 9, /unknown escape/, /\\\\/],
    ['{"a":"\\u12g4"}', 7, /unknown escape/],
    ['{"a":1 // x', 8, /no comments/],
    ['{/* x */"a":1}', 2, /no comments/],
    ['# a', 1, /no comments/],
    ['{source:"a"}', 2, /name source is not quoted/],
    ['{标签:"a"}', 2, /name 标签 is not quoted/],
    ['{,"a":1}', 2, /comma without a member/],
    ['{1:2}', 2, /quoted name is due/],
    ['{"a":+1}', 6, /\+1/, /plus/],
    ['{"a":01}', 6, /01/, /leading zeros/],
    ['{"a":-007}', 6, /-007/, /leading zeros/],
    ['{"a":0x1F}', 6, /0x1F/, /decimal/],
    ['{"a":.5}', 6, /\.5/, /digit must be before/],
    ['{"a":5.}', 6, /5\./, /digits must follow/],
    ['{"a":1e}', 6, /1e/, /digits must follow/],
    ['{"a":1_000}', 6, /1_000/, /underscores/],
    ['{"a" 1}', 6, /colon/],
    ['{"a":}', 6, /value is missing/],
    ['{"a":[1}', 8, /cannot close/],
    ['{"a":1]', 7, /cannot close/],
    ['{"a":1 "b":2}', 8, /comma is missing/],
    ['{"a":[1 2]}', 9, /comma is missing/],
    ['{“a”:1}', 2, /typographic/],
    ['<annotation>', 1, /XML/],
    ['source,usage', 1, /source is not quoted/],
    ['\uFEFF{}', 1, /byte order mark/],
    ['{"a":1}\u00a0', 8, /U\+00A0/],
    ['', 1, /empty/],
    ['{"a":1}', 1, /valid/],
  ])('%j', (text, column, message, hint) => {
    const found = explainJsonError(text);
    expect([found.column, found.message]).toEqual([column, expect.stringMatching(message)]);
    if (hint !== undefined) expect(found.hint).toMatch(hint);
  });

  test('EC-014 every line of a pretty-printed object is explained as such', () => {
    const lines = JSON.stringify({ source: 'a', annotation: [{ name: 'x' }] }, null, 2).split('\n');
    const hints = lines.map((line) => explainJsonError(line).hint);
    expect(hints.filter((hint) => hint !== undefined && pretty.test(hint))).toHaveLength(lines.length);
  });

  test('any text gets an answer inside the text, of one line', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      "'",
      '\\',
      '\n',
      '0',
      '.',
      '-',
      'a',
      '"a"',
      '😀',
      'content://',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 20 }).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const { column, message } = explainJsonError(input);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(column).toBeLessThanOrEqual(input.length + 1);
        expect(message).not.toMatch(/[\n\r]/);
      }),
      { numRuns: 3000 },
    );
  });

  test.each<[string, (size: number) => string]>([
    ['deep', (size) => '['.repeat(size)],
    ['a long number', (size) => `{"a":${'9'.repeat(size)}x}`],
    ['blanks after a member', (size) => `{"a":1${' '.repeat(size)}]`],
    ['blanks after a comma', (size) => `{"a":1,${' '.repeat(size)}}`],
    ['blanks at the end', (size) => `{"a":1${' '.repeat(size)}`],
    ['a long word', (size) => 'a'.repeat(size)],
  ])('EC-021 takes time by the length of the line: %s', (_, line) => {
    expectLinear(1_000_000, (size) => explainJsonError(line(size)));
  });
});
