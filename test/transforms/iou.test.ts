import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BndBox, Shape } from '../../src/model/index.js';
import { boxOf, iou } from '../../src/transforms/index.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): BndBox => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});

describe('boxOf', () => {
  test.each<[string, Shape, BndBox | undefined]>([
    ['a point', { kind: 'point', x: 3, y: 4 }, box(3, 4, 3, 4)],
    ['a line drawn upwards', { kind: 'line', x1: 5, y1: 9, x2: 1, y2: 2 }, box(1, 2, 5, 9)],
    ['a dashed line', { kind: 'dashed', x1: 1, y1: 9, x2: 5, y2: 2 }, box(1, 2, 5, 9)],
    ['a box with swapped corners', box(10, 20, 1, 2), box(1, 2, 10, 20)],
    ['a circle', { kind: 'circle', cx: 5, cy: 6, r: 2 }, box(3, 4, 7, 8)],
    ['a circle of negative radius', { kind: 'circle', cx: 5, cy: 6, r: -2 }, box(3, 4, 7, 8)],
    ['a polygon', { kind: 'polygon', points: [1, 8, 5, 2, 9, 4] }, box(1, 2, 9, 8)],
    ['a polyline of one point', { kind: 'polyline', points: [1, 8] }, box(1, 8, 1, 8)],
    ['an odd number at the end counts for nothing', { kind: 'polygon', points: [1, 8, 99] }, box(1, 8, 1, 8)],
    ['no points', { kind: 'polygon', points: [] }, undefined],
    ['a number that is none', { kind: 'polygon', points: [1, 2, Number.NaN, 4] }, undefined],
    ['no finite number', box(0, 0, Number.POSITIVE_INFINITY, 1), undefined],
  ])('%s', (_, shape, expected) => {
    expect(boxOf(shape)).toEqual(expected);
  });
});

describe('iou', () => {
  test.each<[string, BndBox, BndBox, number]>([
    ['equal', box(0, 0, 10, 10), box(0, 0, 10, 10), 1],
    ['half of one', box(0, 0, 10, 10), box(0, 0, 10, 5), 0.5],
    ['a corner of each', box(0, 0, 2, 2), box(1, 1, 3, 3), 1 / 7],
    ['side by side', box(0, 0, 1, 1), box(1, 0, 2, 1), 0],
    ['apart', box(0, 0, 1, 1), box(5, 5, 6, 6), 0],
    ['apart in one direction only', box(0, 0, 1, 9), box(5, 0, 6, 9), 0],
    ['the same point', box(3, 4, 3, 4), box(3, 4, 3, 4), 1],
    ['two points', box(3, 4, 3, 4), box(3, 5, 3, 5), 0],
    ['a point in a box', box(3, 4, 3, 4), box(0, 0, 9, 9), 0],
  ])('%s', (_, a, b, expected) => {
    expect(iou(a, b)).toBeCloseTo(expected, 12);
    expect(iou(b, a)).toBe(iou(a, b));
  });

  test('is what counting cells gives', () => {
    const side = fc.integer({ min: 0, max: 7 });
    const boxes = fc.tuple(side, side, side, side).map(([a, b, c, d]) => boxOf(box(a, b, c, d))!);
    const cells = ({ xmin, ymin, xmax, ymax }: BndBox) => {
      const found = new Set<number>();
      for (let x = xmin; x < xmax; x++) for (let y = ymin; y < ymax; y++) found.add(x * 8 + y);
      return found;
    };
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        const [first, second] = [cells(a), cells(b)];
        const union = new Set([...first, ...second]).size;
        fc.pre(union > 0);
        const shared = [...first].filter((cell) => second.has(cell)).length;
        expect(iou(a, b)).toBeCloseTo(shared / union, 12);
      }),
    );
  });
});
