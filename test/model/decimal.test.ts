import { expect, test } from 'vitest';
import { decimalOf } from '../../src/model/decimal.js';
import { type ImageObject, noProperties, rotationOf } from '../../src/model/index.js';

const numbers: readonly (readonly [string, number | undefined])[] = [
  ['90', 90],
  [' +90.\r\n', 90],
  ['-.5e1', -5],
  ['1e400', undefined],
  ['', undefined],
  [' ', undefined],
  ['.', undefined],
  ['0x1F', undefined],
  ['0b1', undefined],
  ['1_0', undefined],
  ['Infinity', undefined],
  ['9\u00a0', undefined],
  ['\ufeff9', undefined],
  ['９', undefined],
];

test.each(numbers)('the number in %j', (text, expected) => {
  expect(decimalOf(text)).toBe(expected);
});

test.each(numbers)('the rotation %j', (text, expected) => {
  const object: ImageObject = { properties: new Map([['@modelarts:clockwise_angle', text]]), parts: [] };
  expect(rotationOf(object)).toBe(expected);
  expect(rotationOf({ ...object, properties: noProperties })).toBeUndefined();
});
