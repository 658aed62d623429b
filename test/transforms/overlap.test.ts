import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../src/model/index.js';
import { boxOf, iou, shapeOverlap } from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number) =>
  ({ kind: 'bndbox', xmin, ymin, xmax, ymax }) as const satisfies Shape;
const polygon = (...points: number[]): Shape => ({ kind: 'polygon', points });
const polyline = (...points: number[]): Shape => ({ kind: 'polyline', points });
const line = (x1: number, y1: number, x2: number, y2: number): Shape => ({ kind: 'line', x1, y1, x2, y2 });
const circle = (cx: number, cy: number, r: number): Shape => ({ kind: 'circle', cx, cy, r });
const point = (x: number, y: number): Shape => ({ kind: 'point', x, y });

/** An outline with so many corners around a circle. */
const around = (cx: number, cy: number, r: number, corners: number, from = 0) =>
  polygon(
    ...Array.from({ length: corners }, (_, at) => from + (2 * Math.PI * at) / corners).flatMap((angle) => [
      cx + r * Math.cos(angle),
      cy + r * Math.sin(angle),
    ]),
  );

const both = (a: Shape, b: Shape) => {
  const overlap = shapeOverlap(a, b);
  expect(shapeOverlap(b, a)).toBeCloseTo(overlap, 12);
  return overlap;
};

describe('areas', () => {
  test.each<[string, Shape, Shape, number]>([
    ['boxes', box(0, 0, 10, 10), box(0, 0, 10, 5), 0.5],
    ['a box and itself as a polygon', box(0, 0, 4, 3), polygon(0, 0, 4, 0, 4, 3, 0, 3), 1],
    ['another start and direction', polygon(0, 0, 4, 0, 4, 3, 0, 3), polygon(4, 3, 4, 0, 0, 0, 0, 3), 1],
    ['closed and open', polygon(0, 0, 4, 0, 4, 3), polygon(0, 0, 4, 0, 4, 3, 0, 0), 1],
    ['the two halves of a square', polygon(0, 0, 4, 0, 4, 4), polygon(0, 0, 4, 4, 0, 4), 0],
    ['a triangle in its box', polygon(0, 0, 4, 0, 0, 4), box(0, 0, 4, 4), 0.5],
    // An L of 3 cells and a square on its missing one, around which the same box lies.
    ['an L and the corner it leaves', polygon(0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 0, 2), box(1, 0, 2, 1), 0],
    ['an L and the square around it', polygon(0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 0, 2), box(0, 0, 2, 2), 0.75],
    [
      'two L that share two cells',
      polygon(0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 0, 2),
      polygon(0, 0, 2, 0, 2, 2, 1, 2, 1, 1, 0, 1),
      0.5,
    ],
    ['crossing triangles', polygon(0, 0, 6, 0, 3, 6), polygon(0, 4, 6, 4, 3, -2), 0.5],
    ['a bow tie covers its two wings', polygon(0, 0, 2, 2, 2, 0, 0, 2), box(0, 0, 2, 2), 0.5],
    ['corners swapped', box(4, 3, 0, 0), polygon(0, 0, 4, 0, 4, 3, 0, 3), 1],
    ['side by side', polygon(0, 0, 1, 0, 1, 1, 0, 1), polygon(1, 0, 2, 0, 2, 1, 1, 1), 0],
    ['apart', polygon(0, 0, 1, 0, 1, 1), polygon(5, 5, 6, 5, 6, 6), 0],
    [
      'an odd number at the end counts for nothing',
      polygon(0, 0, 4, 0, 4, 3, 9),
      polygon(0, 0, 4, 0, 4, 3),
      1,
    ],
    ['outlines without area, equal', polygon(0, 0, 4, 4), polygon(0, 0, 4, 4), 1],
    ['outlines without area', polygon(0, 0, 4, 4), polygon(0, 0, 4, 3.9), 0],
    ['a box without area and a polygon', box(0, 0, 0, 4), polygon(0, 0, 0, 4), 0],
    ['circles', circle(5, 5, 3), circle(5, 5, 3), 1],
    ['a circle in a circle', circle(5, 5, 1), circle(5.5, 5, 2), 0.25],
    ['circles side by side', circle(0, 0, 1), circle(2, 0, 1), 0],
    // Vesica piscis: 2π/3 − √3/2 of circles with radius 1.
    [
      'each centre on the other circle',
      circle(0, 0, 1),
      circle(1, 0, 1),
      ((2 * Math.PI) / 3 - Math.sqrt(3) / 2) / ((4 * Math.PI) / 3 + Math.sqrt(3) / 2),
    ],
    ['circles without radius', circle(1, 1, 0), circle(1, 1, 0), 1],
    ['other circles without radius', circle(1, 1, 0), circle(1, 2, 0), 0],
    ['nothing', polygon(), polygon(), 0],
    ['a number that is none', polygon(0, 0, Number.NaN, 1), polygon(0, 0, 1, 1), 0],
  ])('%s', (_, a, b, expected) => {
    expect(both(a, b)).toBeCloseTo(expected, 12);
  });

  test('a circle beside an outline', () => {
    expect(both(circle(5, 5, 5), box(0, 0, 10, 10))).toBeCloseTo(Math.PI / 4, 3);
    expect(both(circle(5, 5, 5), around(5, 5, 5, 100))).toBeGreaterThan(0.998);
  });

  const side = fc.integer({ min: 0, max: 20 });
  const boxes = fc
    .tuple(side, side, side, side)
    .map(([a, b, c, d]) => boxOf(box(a, b, c, d))!)
    .filter(({ xmin, ymin, xmax, ymax }) => xmin < xmax && ymin < ymax);

  test('of boxes written as polygons, that of the boxes, however they are turned', () => {
    fc.assert(
      fc.property(boxes, boxes, fc.double({ min: 0, max: 7, noNaN: true }), (a, b, angle) => {
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turned = ({ xmin, ymin, xmax, ymax }: typeof a) => {
          const corners = [
            [xmin, ymin],
            [xmax, ymin],
            [xmax, ymax],
            [xmin, ymax],
          ] as const;
          return polygon(...corners.flatMap(([x, y]) => [cos * x - sin * y, sin * x + cos * y]));
        };
        expect(both(turned(a), turned(b))).toBeCloseTo(iou(a, b), 9);
      }),
    );
  });

  test('of any outlines, what a fine grid gives', () => {
    const random = randomFor(17);
    const size = 24;
    const fine = 8;
    /** Which cells have their centre within an outline, by the crossings to the left of it. */
    const cells = (points: readonly number[]) => {
      const found = new Set<number>();
      for (let row = 0; row < size * fine; row++) {
        const y = (row + 0.5) / fine;
        for (let column = 0; column < size * fine; column++) {
          const x = (column + 0.5) / fine;
          let isWithin = false;
          for (let at = 0; at < points.length; at += 2) {
            const before = (at + points.length - 2) % points.length;
            const [x1, y1, x2, y2] = [points[before]!, points[before + 1]!, points[at]!, points[at + 1]!];
            if (y1 > y !== y2 > y && x > x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isWithin = !isWithin;
          }
          if (isWithin) found.add(row * size * fine + column);
        }
      }
      return found;
    };
    for (let round = 0; round < 12; round++) {
      const any = () => Array.from({ length: 2 * (3 + random.below(6)) }, () => random.below(size + 1));
      const [a, b] = [any(), any()];
      const [first, second] = [cells(a), cells(b)];
      const union = new Set([...first, ...second]).size;
      const shared = [...first].filter((cell) => second.has(cell)).length;
      expect(Math.abs(both(polygon(...a), polygon(...b)) - shared / Math.max(1, union))).toBeLessThan(0.03);
    }
  });

  test('many edges are measured along lines, nearly as well', () => {
    for (const corners of [100, 250, 300, 5000]) {
      const [a, b] = [around(50, 50, 40, corners), around(70, 50, 40, corners, 0.1)];
      expect(Math.abs(both(a, b) - shapeOverlap(circle(50, 50, 40), circle(70, 50, 40)))).toBeLessThan(2e-3);
    }
    const star = (seed: number) => {
      const random = randomFor(seed);
      return polygon(...Array.from({ length: 500 }, () => random.next() * 100));
    };
    expect(both(star(1), star(1))).toBeCloseTo(1, 9);
    const different = both(star(1), star(2));
    expect(different).toBeGreaterThan(0.2);
    expect(different).toBeLessThan(0.5);
  });
});

describe('lines', () => {
  test.each<[string, Shape, Shape, number]>([
    ['equal', line(0, 0, 10, 0), line(0, 0, 10, 0), 1],
    ['drawn the other way', line(0, 0, 10, 0), line(10, 0, 0, 0), 1],
    ['moved by a tenth of its length', line(0, 0, 10, 0), line(0, 1, 10, 1), 0.9],
    ['the diagonals of a square', line(0, 0, 10, 10), line(0, 10, 10, 0), 0.5],
    ['at right angles from one point', line(0, 0, 10, 0), line(0, 0, 0, 10), 0],
    ['half of one', line(0, 0, 10, 0), line(0, 0, 5, 0), 0.5],
    ['dashed', { kind: 'dashed', x1: 0, y1: 0, x2: 10, y2: 0 }, line(0, 0, 10, 0), 1],
    ['a corner more', polyline(0, 0, 10, 0), polyline(0, 0, 5, 0, 10, 0), 1],
    [
      'a corner beside it',
      polyline(0, 0, 10, 0),
      polyline(0, 0, 5, 2, 10, 0),
      1 - 2 / (2 * Math.hypot(5, 2)),
    ],
    ['far away', line(0, 0, 10, 0), line(0, 99, 10, 99), 0],
    ['a line and the box around it', line(0, 0, 10, 10), box(0, 0, 10, 10), 0],
    ['a line without length', line(3, 4, 3, 4), line(3, 4, 3, 4), 1],
    ['two of them', line(3, 4, 3, 4), line(3, 5, 3, 5), 0],
    ['points', point(3, 4), point(3, 4), 1],
    ['other points', point(3, 4), point(3, 4.5), 0],
    ['a point and a line without length', point(3, 4), line(3, 4, 3, 4), 0],
    ['a point in a box', point(3, 4), box(0, 0, 9, 9), 0],
    ['a point and a circle without radius', point(3, 4), circle(3, 4, 0), 0],
  ])('%s', (_, a, b, expected) => {
    expect(both(a, b)).toBeCloseTo(expected, 12);
  });
});
