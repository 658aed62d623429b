import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExpressionFault } from '../../../src/transforms/where/fault.js';
import { compilePattern } from '../../../src/transforms/where/regular-expression.js';
import { expectLinear } from '../../support/cpu-time.js';

test.each([
  ['', 'x', true],
  ['car', 'a car here', true],
  ['^car$', 'a car', false],
  ['^car$', 'car', true],
  ['c.r', 'c\nr', true],
  ['^.$', '😀', true],
  ['[abc]+d', 'xxcabd', true],
  ['[^abc]', 'abc', false],
  ['[]x]', ']', true],
  ['[a-]', '-', true],
  ['[\\d-]', '-', true],
  ['[\\]]', ']', true],
  ['[一-龥]{2}', '汽车', true],
  ['\\d{3}', 'ab12', false],
  ['\\d{3}', 'ab123', true],
  ['^a{2,}$', 'a', false],
  ['^a{2,3}$', 'aaaa', false],
  ['^a{0}$', '', true],
  ['^(ab|c)*$', 'abcab', true],
  ['^(?:ab|c)*$', 'abca', false],
  ['(a*)*b', 'aaab', true],
  ['(|a)+$', 'a', true],
  ['(^a|b$)', 'ab', true],
  ['a|^$', '', true],
  ['\\w\\W\\s\\S', 'a- b', true],
  ['\\.', 'x', false],
  ['\\t', '\t', true],
  ['(?i)straSSe', 'STRASSE', true],
  ['(?i)[a-z]+$', 'ÄBC', true],
  ['(?i)é', 'É', true],
  ['car', 'CAR', false],
])('%j in %j: %j', (pattern, text, expected) => {
  expect(compilePattern(pattern)(text)).toBe(expected);
});

test.each([
  ['a)', 1, 'closes nothing'],
  ['(a', 0, 'not closed'],
  ['[a', 0, 'not closed'],
  ['[]', 0, 'not closed'],
  ['*a', 0, 'nothing to repeat'],
  ['a**', 2, 'cannot be repeated'],
  ['a*?', 2, 'cannot be repeated'],
  ['^*', 0, 'cannot be repeated'],
  ['{2}', 0, 'nothing to repeat'],
  ['a{x}', 1, 'no repeat'],
  ['a{3,2}', 1, 'more than'],
  ['a{1001}', 1, 'too many'],
  ['(?=a)', 0, 'not known'],
  ['(a)\\1', 3, 'not known'],
  ['\\b', 0, 'not known'],
  ['a\\', 1, 'nothing follows'],
  ['[z-a]', 1, 'wrong way round'],
  ['[a-\\d]', 1, 'one character'],
  ['((a{100}){100}){100}', 0, 'too large'],
  [`${'('.repeat(101)}a${')'.repeat(101)}`, 100, 'too deep'],
])('%j is refused at %i', (pattern, at, message) => {
  try {
    compilePattern(pattern);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionFault);
    expect((error as ExpressionFault).at).toBe(at);
    expect((error as ExpressionFault).message).toContain(message);
  }
});

describe('against the engine of the language', () => {
  const atom = fc.constantFrom('a', 'b', 'é', '😀', '.', '[ab]', '[^a]', '\\d', '\\w', '\\S', '^', '$');
  const pattern = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    pattern: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}', ''))
        .map(([inside, repeat]) => `(${inside})${repeat}`),
      fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    ),
  })).pattern;
  const text = fc
    .array(fc.constantFrom('a', 'b', 'é', '😀', '1', ' ', '\n'), { maxLength: 6 })
    .map((all) => all.join(''));

  test('the same answer for any pattern of both', () => {
    fc.assert(
      fc.property(pattern, text, (source, given) => {
        expect(compilePattern(source)(given)).toBe(new RegExp(source, 'us').test(given));
      }),
      { numRuns: 3000 },
    );
  });
});

test.each(['(a|a)*b', '(a*)*b', '(.*)*x', 'a?'.repeat(25) + 'a'.repeat(25), '(a|ab|b)*c'])(
  '%s takes time by the length of the text',
  (pattern) => {
    const matches = compilePattern(pattern);
    expectLinear(20_000, (size) => {
      matches(`${'ab'.repeat(size / 2)}`);
    });
  },
);
