import { expect, test } from 'vitest';
import type { Shape } from '../../src/model/index.js';
import { duplicateObjects } from '../../src/transforms/index.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): Shape => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});
const objects = [
  { name: 'cat', shape: box(0, 0, 10, 10) },
  { name: 'dog', shape: box(0, 0, 10, 10) },
  { name: 'cat', shape: box(0, 0, 10, 9) },
  { name: 'cat', shape: box(0, 0, 10, 5) },
  { name: 'cat' },
  { name: 'cat', shape: { kind: 'polygon', points: [0, 0, 10, 0, 10, 10, 0, 10] } as Shape },
  { shape: box(0, 0, 10, 10) },
  { shape: box(10, 10, 0, 0) },
];

test.each([
  [1, [7]],
  [0.9, [2, 7]],
  [0.5, [2, 3, 7]],
])('with an overlap of %d the later ones of a label and a kind are duplicates', (least, expected) => {
  expect(duplicateObjects(objects, least)).toEqual(expected);
});

test('what is a duplicate makes no other one a duplicate', () => {
  const chain = [0, 4, 8].map((x) => ({ name: 'a', shape: box(x, 0, x + 10, 10) }));
  expect(duplicateObjects(chain, 0.4)).toEqual([1]);
});

test('polygons are the same where they cover each other, not where one box is around them', () => {
  const polygon = (...points: number[]) => ({ name: 'a', shape: { kind: 'polygon', points } as Shape });
  const halves = [polygon(0, 0, 10, 0, 0, 10), polygon(10, 10, 10, 0, 0, 10), polygon(0, 0, 10, 0, 1, 9)];
  expect(duplicateObjects(halves, 0.8)).toEqual([2]);
});
