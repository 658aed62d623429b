import { describe, expect, test } from 'vitest';
import { type ImageAnnotation, type ImageObject, OptionError, type Shape } from '../../src/model/index.js';
import {
  countFaults,
  type FixName,
  fixes,
  fixesOfRule,
  fixProfiles,
  isScaled,
  mendFlags,
  parseFixes,
  repairShapes,
  type ShapeChange,
  type ShapeRepairOptions,
  scaleShapes,
  shapeText,
} from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): Shape => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});
const polygon = (...points: number[]): Shape => ({ kind: 'polygon', points });

const object = (shape: Shape | undefined, parts: readonly ImageObject[] = []): ImageObject => ({
  name: 'a',
  properties: new Map(),
  parts,
  ...(shape === undefined ? {} : { shape }),
});

const image = (...shapes: (Shape | undefined)[]): ImageAnnotation => ({
  width: 100,
  height: 80,
  objects: shapes.map((shape) => object(shape)),
});

const shapesOf = ({ objects }: ImageAnnotation) => objects.map(({ shape }) => shape);

/** What a fix makes of one shape: another shape, nothing, or the same shape. */
function outcome(fix: FixName, shape: Shape, options: ShapeRepairOptions = {}) {
  const before = image(shape);
  const after = repairShapes(before, fix, options);
  if (after === before) return 'same';
  return shapesOf(after)[0] ?? 'removed';
}

describe('fixes of shapes', () => {
  test.each<[FixName, Shape, Shape | 'same' | 'removed', ShapeRepairOptions?]>([
    ['swap-corners', box(50, 10, 40, 20), box(40, 10, 50, 20)],
    ['swap-corners', box(50, 20, 40, 10), box(40, 10, 50, 20)],
    ['swap-corners', box(40.5, 10, 50, 10), 'same'],
    ['drop-swapped', box(50, 10, 40, 20), 'removed'],
    ['drop-swapped', box(40, 10, 40, 20), 'same'],
    ['drop-small', box(10, 10, 11.5, 50), 'removed'],
    ['drop-small', box(10, 10, 12, 12), 'same'],
    ['drop-small', box(10, 10, 12, 12), 'removed', { minSide: 3 }],
    ['drop-small', box(10, 10, 11, 11), 'same', { convention: 'voc1' }],
    ['drop-small', box(50, 10, 40, 11), 'same'],
    ['drop-degenerate', box(10, 10, 10, 50), 'removed'],
    ['drop-degenerate', box(10, 10, 10, 50), 'same', { convention: 'voc1' }],
    ['drop-degenerate', box(10, 10, 9, 50), 'same'],
    ['drop-degenerate', box(10, 10, 10.5, 50), 'same'],
    ['drop-degenerate', polygon(1, 1, 5, 5, 9, 9), 'removed'],
    ['drop-degenerate', polygon(1, 1, 5, 5, 9, 1), 'same'],
    ['drop-degenerate', { kind: 'circle', cx: 5, cy: 5, r: 0 }, 'removed'],
    ['drop-degenerate', { kind: 'line', x1: 1, y1: 2, x2: 1, y2: 2 }, 'removed'],
    ['drop-degenerate', { kind: 'line', x1: 1, y1: 2, x2: 1, y2: 3 }, 'same'],
    ['drop-degenerate', { kind: 'polyline', points: [4, 4, 4, 4] }, 'removed'],
    ['drop-degenerate', { kind: 'point', x: 1, y: 1 }, 'same'],
    ['drop-outside', box(90, 10, 121, 20), 'removed'],
    ['drop-outside', box(90, 10, 110, 20), 'same'],
    ['drop-outside', box(90, 10, 110, 20), 'removed', { outsideFraction: 0.4 }],
    ['drop-outside', box(200, 200, 300, 300), 'removed', { outsideFraction: 1 }],
    ['drop-outside', box(90, 10, 121, 20), 'same', { outsideFraction: 0.9 }],
    ['drop-outside', polygon(90, 10, 130, 10, 130, 20, 90, 20), 'removed'],
    ['drop-outside', polygon(90, 10, 105, 10, 105, 20, 90, 20), 'same'],
    ['drop-outside', box(-5, -5, -5, -1), 'same'],
    ['clip', box(-5, -2.5, 120, 90), box(0, 0, 100, 80)],
    ['clip', box(-5, 10, 20, 20), box(0, 10, 20, 20)],
    ['clip', box(0, 0, 100, 80), 'same'],
    ['clip', box(0, 0, 100, 80), box(1, 1, 100, 80), { convention: 'voc1' }],
    ['clip', box(0, 0, 100, 80), box(0, 0, 99, 79), { convention: 'zeroInclusive' }],
    ['clip', box(1, 1, 101, 81), 'same', { convention: 'minusOne' }],
    ['clip', box(120, 10, 150, 20), 'same'],
    ['clip', polygon(50, 40, 150, 40, 50, 60), polygon(50, 40, 100, 40, 100, 50, 50, 60)],
    ['clip', polygon(50, 40, 150, 40, 50, 60, 50, 40), polygon(50, 40, 100, 40, 100, 50, 50, 60, 50, 40)],
    ['clip', polygon(150, 40, 160, 40, 150, 60), 'same'],
    ['clip', { kind: 'circle', cx: 0, cy: 0, r: 9 }, 'same'],
    ['drop-boxless', polygon(1, 1, 5, 5, 9, 1), 'removed'],
    ['drop-boxless', box(1, 1, 5, 5), 'same'],
    ['path', box(9, 9, 1, 1), 'same'],
  ])('%s of %o', (fix, shape, expected, options) => {
    expect(outcome(fix, shape, options)).toEqual(expected);
  });

  test('where the size of the image is not known, nothing is outside of it', () => {
    const { objects } = image(box(-5, 10, 500, 20));
    for (const size of [{}, { width: 100 }, { width: 0, height: 80 }]) {
      for (const fix of ['clip', 'drop-outside'] as const) {
        const unknown: ImageAnnotation = { ...size, objects };
        expect(repairShapes(unknown, fix)).toBe(unknown);
        expect(countFaults(unknown, fix)).toBe(0);
      }
    }
  });

  test('parts are mended too, and go with their object', () => {
    const inner = object(box(60, 10, 50, 20));
    const before: ImageAnnotation = { width: 100, height: 80, objects: [object(box(9, 9, 50, 50), [inner])] };
    const changes: ShapeChange[] = [];
    const after = repairShapes(before, 'swap-corners', {}, (change) => changes.push(change));
    expect(after.objects[0]?.parts[0]?.shape).toEqual(box(50, 10, 60, 20));
    expect(changes).toEqual([
      {
        fix: 'swap-corners',
        pointer: '/annotation/object[1]/part[1]/bndbox',
        from: 'bndbox 60,10,50,20',
        to: 'bndbox 50,10,60,20',
      },
    ]);
    expect(countFaults(before, 'swap-corners')).toBe(1);
    expect(countFaults(after, 'swap-corners')).toBe(0);
    expect(repairShapes(before, 'drop-swapped').objects[0]?.parts).toEqual([]);
  });

  test('objects without a shape stay, unless boxes are asked for', () => {
    const before = image(undefined, box(1, 1, 9, 9));
    expect(repairShapes(before, 'drop-degenerate')).toBe(before);
    expect(shapesOf(repairShapes(before, 'drop-boxless'))).toEqual([box(1, 1, 9, 9)]);
    expect(countFaults(before, 'drop-boxless')).toBe(1);
  });

  test('a second time there is nothing left to do', () => {
    const draw = randomFor(1);
    const random = () => draw.next();
    const number = () => Math.round(random() * 300 - 100) / 2;
    const names = fixes.map(({ name }) => name);
    for (let run = 0; run < 300; run++) {
      let current = image(
        box(number(), number(), number(), number()),
        polygon(number(), number(), number(), number(), number(), number(), number(), number()),
      );
      for (const name of names) current = repairShapes(current, name);
      for (const name of names) {
        const again = repairShapes(current, name);
        expect(shapesOf(again), name).toEqual(shapesOf(current));
      }
      for (const shape of shapesOf(current)) {
        if (shape?.kind !== 'bndbox') continue;
        expect(Math.min(shape.xmin, shape.ymin, 100 - shape.xmax, 80 - shape.ymax)).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test.each<[Shape, string]>([
    [box(1, 2.5, 3, 4), 'bndbox 1,2.5,3,4'],
    [polygon(1, 2, 3, 4), 'polygon 1,2,3,4'],
    [{ kind: 'circle', cx: 1, cy: 2, r: 3 }, 'circle 1,2,3'],
  ])('%o in words', (shape, text) => {
    expect(shapeText(shape)).toBe(text);
  });
});

describe('names of fixes', () => {
  test('profiles stand for several', () => {
    expect([...parseFixes(['metavalidation', 'crlf', 'clip'])]).toEqual([
      ...fixProfiles['metavalidation']!,
      'crlf',
    ]);
    expect(parseFixes([]).size).toBe(0);
  });

  test('the platform publishes eleven rules, and marks what has passed', () => {
    const profile = fixProfiles['metavalidation']!;
    expect(profile.slice(11)).toEqual(['drop-emptied', 'mark-checked']);
    expect(new Set(profile).size).toBe(13);
  });

  test.each(['', 'clip ', 'Clip', 'toString', '__proto__', 'constructor'])('"%s" is none', (name) => {
    expect(() => parseFixes([name])).toThrow(OptionError);
  });

  test('an unknown one lists those there are', () => {
    try {
      parseFixes(['nope']);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'BadOption', message: 'there is no fix "nope"' });
      for (const { name } of fixes) expect((error as OptionError).hint).toContain(name);
    }
  });

  test('rules know theirs', () => {
    expect(fixesOfRule('V075')).toEqual(['swap-corners', 'drop-swapped']);
    expect(fixesOfRule('V001')).toEqual(['drop-unparsable']);
    expect(fixesOfRule('M143')).toEqual([]);
  });
});

describe('scaling', () => {
  const size = (width: number, height: number) => ({ width, height });

  test.each([
    [size(200, 160), size(100, 80), true],
    [size(1000, 667), size(500, 333), true],
    [size(1000, 667), size(500, 334), true],
    [size(1000, 667), size(500, 336), false],
    [size(100, 80), size(80, 100), false],
    [size(3, 1000), size(1, 334), true],
  ])('%o to %o: %s', (from, to, expected) => {
    expect(isScaled(from, to)).toBe(expected);
    expect(isScaled(to, from)).toBe(expected);
  });

  test.each<[Shape, Shape]>([
    [box(10, 20, 31, 40), box(5, 5, 16, 10)],
    [box(10.5, 20, 31, 40), box(5.25, 5, 16, 10)],
    [polygon(2, 4, 6, 8, 10, 13), polygon(1, 1, 3, 2, 5, 3)],
    [
      { kind: 'circle', cx: 4, cy: 4, r: 2.5 },
      { kind: 'circle', cx: 2, cy: 1, r: 2.5 * Math.sqrt(0.125) },
    ],
    [
      { kind: 'point', x: 4, y: 4 },
      { kind: 'point', x: 2, y: 1 },
    ],
    [
      { kind: 'line', x1: 0, y1: 4, x2: 2, y2: 8 },
      { kind: 'line', x1: 0, y1: 1, x2: 1, y2: 2 },
    ],
  ])('%o', (from, to) => {
    const result = scaleShapes(image(from), size(200, 400), size(100, 100));
    expect(shapesOf(result)).toEqual([to]);
  });

  test('the image as a whole stays that, in any convention', () => {
    for (const [from, to] of [
      [box(1, 1, 200, 160), box(1, 1, 100, 80)],
      [box(3, 5, 4, 6), box(2, 3, 2, 3)],
    ] as const)
      expect(shapesOf(scaleShapes(image(from), size(200, 160), size(100, 80), 'voc1'))).toEqual([to]);
  });
});

test('flags in other words', () => {
  const flagged = (difficult: string | undefined, parts: readonly ImageObject[] = []): ImageObject => ({
    ...object(box(1, 1, 2, 2), parts),
    ...(difficult === undefined ? {} : { difficult }),
  });
  const of = (...objects: ImageObject[]) => ({ ...image(), objects });
  const found: string[] = [];
  const mended = mendFlags(
    of(
      flagged('TRUE'),
      flagged(' 1 '),
      flagged('0'),
      flagged(''),
      flagged(undefined),
      flagged('0.31'),
      flagged('1', [flagged('false')]),
    ),
    ({ pointer, from, to }) => found.push(`${pointer} ${from} ${to}`),
  );
  expect(mended.objects.map(({ difficult }) => difficult)).toEqual([
    '1',
    '1',
    '0',
    '',
    undefined,
    '0.31',
    '1',
  ]);
  expect(mended.objects[6]!.parts[0]!.difficult).toBe('0');
  expect(found).toEqual([
    '/annotation/object[1]/difficult TRUE 1',
    '/annotation/object[2]/difficult  1  1',
    '/annotation/object[6]/difficult 0.31 undefined',
    '/annotation/object[7]/part[1]/difficult false 0',
  ]);
  const fine = of(flagged('1'), flagged('0'));
  expect(mendFlags(fine, () => expect.unreachable())).toBe(fine);
});
