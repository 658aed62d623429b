import { expect, test } from 'vitest';
import { labelMatcher } from '../../src/transforms/index.js';

test.each([
  [[], 'car', false],
  [['car'], 'car', true],
  [['car'], 'Car', false],
  [['car', 'bus'], 'bus', true],
  [['c*'], 'car', true],
  [['c*'], 'c', true],
  [['*'], '', true],
  [['?'], '', false],
  [['?'], '标', true],
  [['?'], '😀', true],
  [['*车'], '自行车', true],
  [['a*b*c'], 'a-b-b-c', true],
  [['a*b*c'], 'a-c-b', false],
  [['**'], 'x/y', true],
  [['\\*'], '*', true],
  [['\\*'], 'x', false],
  [['a\\'], 'a\\', true],
  [['a.c'], 'abc', false],
  [['[ab]'], 'a', false],
] as const)('%j and %j', (patterns, label, expected) => {
  expect(labelMatcher(patterns)(label)).toBe(expected);
});

test('a pattern that makes others go back again and again does not', () => {
  expect(labelMatcher([`${'*a'.repeat(50)}*b`])('a'.repeat(20_000))).toBe(false);
});
