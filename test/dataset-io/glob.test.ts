import { expect, test } from 'vitest';
import { globMatcher } from '../../src/dataset-io/glob.js';

test.each([
  ['*.xml', 'a.xml', true],
  ['*.xml', 'deep/er/a.xml', true],
  ['*.xml', 'a.xml.bak', false],
  ['*.xml', '.xml', true],
  ['Annotations/*.xml', 'Annotations/a.xml', true],
  ['Annotations/*.xml', 'x/Annotations/a.xml', false],
  ['Annotations/*.xml', 'Annotations/x/a.xml', false],
  ['Annotations/**', 'Annotations/x/a.xml', true],
  ['**/a.xml', 'a.xml', true],
  ['**/a.xml', 'x/y/a.xml', true],
  ['a?c', 'abc', true],
  ['a?c', 'a猫c', true],
  ['a?c', 'a😀c', true],
  ['x/a?c', 'x/a/c', false],
  ['a.c', 'abc', false],
  ['[a]{b}(c)', '[a]{b}(c)', true],
  ['*', 'a/b', true],
  ['', '', true],
  ['猫*', '猫一.jpg', true],
])('%s and %s: %s', (pattern, name, fits) => {
  expect(globMatcher(pattern)(name)).toBe(fits);
});

test('many stars take no more steps than characters times stars', () => {
  const pattern = `${'*a'.repeat(200)}b`;
  expect(globMatcher(pattern)('a'.repeat(5_000))).toBe(false);
});
