import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paintShape } from '../../../src/formats/shared/mask-paint.js';
import {
  type IndexMap,
  outlineWithCuts,
  type Region,
  regionsOf,
} from '../../../src/formats/shared/mask-regions.js';

/** A map as it looks: digits are indices, a dot is 0. */
function mapOf(...rows: string[]): IndexMap {
  const pixels = Uint8Array.from(rows.join(''), (sign) => (sign === '.' ? 0 : Number(sign)));
  return { width: rows[0]!.length, height: rows.length, pixels };
}

const isObject = (index: number) => index !== 0;
const regions = (...rows: string[]) => regionsOf(mapOf(...rows), isObject);
const polygon = (points: readonly number[]) => ({ kind: 'polygon', points }) as const;
const canvas = (width: number, height: number) => ({ width, height, pixels: new Uint8Array(width * height) });

function painted(
  width: number,
  height: number,
  list: readonly Region[],
  outline: (region: Region) => readonly number[],
) {
  const out = canvas(width, height);
  for (const region of list) paintShape(out, polygon(outline(region)), region.index);
  return out.pixels;
}

describe('regions', () => {
  test('one pixel', () => {
    expect(regions('...', '.2.')).toEqual([
      { index: 2, pixels: 1, outline: [1, 1, 2, 1, 2, 2, 1, 2], holes: [] },
    ]);
  });

  test('pixels that touch at a corner hang together', () => {
    expect(regions('1.', '.1')).toEqual([
      { index: 1, pixels: 2, outline: [0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 1, 2, 1, 1, 0, 1], holes: [] },
    ]);
    expect(regions('.1', '1.')).toHaveLength(1);
  });

  test('regions of different indices, in the order of their first pixels', () => {
    const found = regions('.3..1', '11..1', '....3');
    expect(found.map(({ index, pixels }) => [index, pixels])).toEqual([
      [3, 1],
      [1, 2],
      [1, 2],
      [3, 1],
    ]);
  });

  test('branches that meet further down are one region', () => {
    expect(regions('1.1.1', '1.1.1', '11111')).toMatchObject([{ index: 1, pixels: 11, holes: [] }]);
    expect(regions('1...1', '.1.1.', '..1..')).toMatchObject([{ index: 1, pixels: 5, holes: [] }]);
  });

  test('holes, what lies in them, and holes that only touch', () => {
    const [ring, island] = regions('11111', '1...1', '1.1.1', '1...1', '11111');
    expect(ring).toEqual({
      index: 1,
      pixels: 16,
      outline: [0, 0, 5, 0, 5, 5, 0, 5],
      holes: [[1, 4, 4, 4, 4, 1, 1, 1]],
    });
    expect(island).toMatchObject({ pixels: 1, holes: [] });
    expect(regions('1111', '1.11', '11.1', '1111')[0]!.holes).toHaveLength(2);
  });

  test('an index that is not wanted is background', () => {
    expect(regionsOf(mapOf('121'), (index) => index === 2)).toMatchObject([{ index: 2, pixels: 1 }]);
  });

  test('nothing, and everything', () => {
    expect(regions('...')).toEqual([]);
    expect(regions('44', '44')).toMatchObject([{ pixels: 4, outline: [0, 0, 2, 0, 2, 2, 0, 2] }]);
  });
});

test('a cut leads to the outline on the left and back', () => {
  const [region] = regions('1111', '11.1', '1111');
  expect(outlineWithCuts(region!)).toEqual([
    0, 0, 4, 0, 4, 3, 0, 3, 0, 1, 2, 1, 2, 2, 3, 2, 3, 1, 2, 1, 0, 1,
  ]);
  const [ring] = regions('111', '1.1', '111');
  expect(outlineWithCuts({ ...ring!, holes: [] })).toEqual(ring!.outline);
});

describe('painting', () => {
  const sketch = (
    width: number,
    height: number,
    ...args: Parameters<typeof paintShape> extends [unknown, ...infer R] ? R : never
  ) => {
    const out = canvas(width, height);
    const count = paintShape(out, ...args);
    const rows = Array.from({ length: height }, (_, y) =>
      [...out.pixels.subarray(y * width, (y + 1) * width)]
        .map((value) => (value === 0 ? '.' : value))
        .join(''),
    );
    return { count, rows };
  };

  test('centres on the left and upper border are inside, on the right and lower one outside', () => {
    const box = { kind: 'bndbox', xmin: 0.5, ymin: 0.5, xmax: 2.5, ymax: 1.5 } as const;
    expect(sketch(4, 3, box, 7)).toEqual({ count: 2, rows: ['77..', '....', '....'] });
  });

  test('a triangle, whichever way it is drawn', () => {
    const rows = ['1111.', '111..', '11...', '1....', '.....'];
    const points = [0, 0, 5, 0, 0, 5];
    expect(sketch(5, 5, polygon(points), 1)).toEqual({ count: 10, rows });
    expect(sketch(5, 5, polygon([0, 5, 5, 0, 0, 0]), 1).rows).toEqual(rows);
    expect(sketch(5, 5, polygon([...points, 0, 0]), 1).rows).toEqual(rows);
  });

  test('what overlaps itself is filled by the even-odd rule', () => {
    const twice = [0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 1, 1, 3, 1, 3, 3, 1, 3, 1, 1];
    expect(sketch(4, 4, polygon(twice), 1).rows).toEqual(['1111', '1..1', '1..1', '1111']);
    expect(sketch(4, 4, polygon([0, 0, 4, 4, 4, 0, 0, 4]), 1).rows).toEqual(['...1', '1.11', '1.11', '...1']);
  });

  test('a circle', () => {
    expect(sketch(5, 5, { kind: 'circle', cx: 2.5, cy: 2.5, r: 2 }, 1)).toEqual({
      count: 10,
      rows: ['.....', '.111.', '1111.', '.111.', '.....'],
    });
  });

  test('only what is in the picture', () => {
    const far = { kind: 'bndbox', xmin: -1e300, ymin: -5, xmax: 1e300, ymax: 1 } as const;
    expect(sketch(3, 2, far, 1)).toEqual({ count: 3, rows: ['111', '...'] });
    expect(sketch(3, 2, polygon([10, 10, 20, 10, 20, 20]), 1).count).toBe(0);
    expect(sketch(3, 2, polygon([]), 1).count).toBe(0);
    expect(sketch(3, 2, { kind: 'circle', cx: 1, cy: 9, r: 2 }, 1).count).toBe(0);
  });

  test('points and lines have no area', () => {
    expect(sketch(3, 2, { kind: 'point', x: 1, y: 1 }, 1).count).toBeUndefined();
    expect(sketch(3, 2, { kind: 'line', x1: 0, y1: 0, x2: 2, y2: 2 }, 1).count).toBeUndefined();
    expect(sketch(3, 2, { kind: 'polyline', points: [0, 0, 2, 2, 1, 0] }, 1).count).toBeUndefined();
  });

  test('polygons with a common border share no pixel and leave none out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 12, noNaN: true }), { minLength: 9, maxLength: 9 }),
        (bends) => {
          const border = bends.flatMap((x, i) => [x, i * 1.5]);
          const back = (points: readonly number[]) =>
            points.flatMap((_, i) => (i % 2 === 0 ? [points.at(-2 - i)!, points.at(-1 - i)!] : []));
          const out = canvas(12, 12);
          const left = paintShape(out, polygon([0, 0, ...border, 0, 12]), 1)!;
          const right = paintShape(out, polygon([12, 12, ...back(border), 12, 0]), 2)!;
          expect(left + right).toBe(144);
          expect(out.pixels.filter((value) => value === 1)).toHaveLength(left);
        },
      ),
    );
  });
});

const maps = fc
  .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 14 }), fc.integer({ min: 1, max: 3 }))
  .chain(([width, height, indices]) =>
    fc
      .uint8Array({ minLength: width * height, maxLength: width * height, max: indices })
      .map((pixels): IndexMap => ({ width, height, pixels })),
  );

describe('there and back', () => {
  test('a map is the same after its regions have been drawn with their cuts', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const found = regionsOf(map, isObject);
        // Each region in a picture of its own, and all in one.
        const all = painted(map.width, map.height, found, outlineWithCuts);
        expect(all).toEqual(map.pixels);
        for (const region of found) {
          const alone = painted(map.width, map.height, [region], outlineWithCuts);
          expect(alone.filter((value) => value !== 0)).toHaveLength(region.pixels);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('without holes the outlines alone give the map', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const found = regionsOf(map, isObject);
        const solid = found.filter(({ holes }) => holes.length === 0);
        const drawn = painted(map.width, map.height, solid, ({ outline }) => outline);
        expect(drawn.filter((value) => value !== 0)).toHaveLength(
          solid.reduce((sum, { pixels }) => sum + pixels, 0),
        );
        for (const [i, value] of drawn.entries()) if (value !== 0) expect(value).toBe(map.pixels[i]);
      }),
      { numRuns: 400 },
    );
  });

  test('a polygon drawn and traced covers what it covered, but for half a pixel along its border', () => {
    fc.assert(
      fc.property(
        fc.float({ min: 6, max: 20, noNaN: true }),
        fc.float({ min: 6, max: 20, noNaN: true }),
        fc.integer({ min: 3, max: 12 }),
        fc.float({ min: 0, max: 6, noNaN: true }),
        (rx, ry, corners, turn) => {
          const points = Array.from({ length: corners }, (_, i) => {
            const angle = turn + (2 * Math.PI * i) / corners;
            return [24 + rx * Math.cos(angle), 24 + ry * Math.sin(angle)];
          }).flat();
          const coarse = canvas(48, 48);
          const count = paintShape(coarse, polygon(points), 1)!;
          if (count === 0) return;
          const found = regionsOf(coarse, isObject);
          // Both on a grid eight times as fine.
          const fine = (list: readonly number[]) => {
            const out = canvas(384, 384);
            paintShape(out, polygon(list.map((value) => value * 8)), 1);
            return out.pixels;
          };
          const before = fine(points);
          const after = new Uint8Array(before.length);
          for (const region of found)
            for (const [i, value] of fine(region.outline).entries()) if (value !== 0) after[i] = 1;
          const length = points.reduce(
            (sum, _, i) =>
              i % 2 === 0
                ? sum + Math.hypot(points[i]! - points.at(i - 2)!, points[i + 1]! - points.at(i - 1)!)
                : sum,
            0,
          );
          const differing = before.reduce((sum, value, i) => sum + (value === after[i] ? 0 : 1), 0) / 64;
          // A border of length n meets at most √2·n + 4 pixels, and a pixel that it crosses straight is wrong by at most half
          // of itself; one with a corner in it by all of it.
          expect(differing).toBeLessThanOrEqual((Math.SQRT2 * length + 4 + corners) / 2);
        },
      ),
      { numRuns: 60 },
    );
  });
});
