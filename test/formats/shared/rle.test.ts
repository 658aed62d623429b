import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCounts, encodeCounts, rleFacts, rleOutlines } from '../../../src/formats/shared/rle.js';
import { seed } from '../../support/random.js';

describe('compressed counts', () => {
  // Worked out by hand: 6 is 00110, +48 is '6'; 40 = 1·32 + 8 is 01000 with "more follows" (8+32+48 = 'X') and 1 ('1');
  // the fourth count is 4 − 1 = 3, '3'; −1 is 11111, '+31+48' = 'O'.
  test.each<[string, number[], string]>([
    ['nothing', [], ''],
    ['small ones', [0, 1, 15], '01?'],
    ['a number whose highest bit is the sign', [16], '`0'],
    ['two groups', [40], 'X1'],
    ['three groups', [1024], 'PP1'],
    ['a difference below zero', [5, 4, 3, 3], '543O'],
    ['differences from the fourth on', [6, 1, 40, 4, 5, 4, 5, 4, 21], '61X13mN000`0'],
  ])('%s', (_, counts, text) => {
    expect(encodeCounts(counts)).toBe(text);
    expect(decodeCounts(text)).toEqual(counts);
  });

  test.each([
    ['a letter below', '/'],
    ['a letter above', 'p'],
    ['an end inside a number', 'X'],
    ['a run below zero', 'O'],
    ['a number without end', 'o'.repeat(11)],
    ['Chinese', '猫'],
  ])('%s is none', (_, text) => {
    expect(decodeCounts(text)).toBeUndefined();
  });

  test('there and back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 40 })), (counts) => {
        expect(decodeCounts(encodeCounts(counts))).toEqual(counts);
      }),
      { seed },
    );
  });
});

describe('facts', () => {
  test.each<[string, number[], number, ReturnType<typeof rleFacts>]>([
    // Of 2 × 2 pixels (row, column) (0,0), (1,0), (0,1) are set.
    ['three of four', [0, 3, 1], 2, { pixels: 4, area: 3, box: { xmin: 0, ymin: 0, xmax: 2, ymax: 2 } }],
    ['one pixel', [4, 1, 4], 3, { pixels: 9, area: 1, box: { xmin: 1, ymin: 1, xmax: 2, ymax: 2 } }],
    [
      'two columns apart',
      [1, 1, 4, 1, 2],
      3,
      { pixels: 9, area: 2, box: { xmin: 0, ymin: 0, xmax: 3, ymax: 2 } },
    ],
    [
      'a run over the end of a column',
      [2, 2, 5],
      3,
      { pixels: 9, area: 2, box: { xmin: 0, ymin: 0, xmax: 2, ymax: 3 } },
    ],
    ['nothing', [9], 3, { pixels: 9, area: 0, box: undefined }],
    ['an empty run', [4, 0, 5], 3, { pixels: 9, area: 0, box: undefined }],
  ])('%s', (_, counts, height, facts) => {
    expect(rleFacts(counts, height)).toEqual(facts);
  });
});

/** Runs of a mask that is drawn with `#`, row after row. */
function runsOf(...rows: string[]): number[] {
  const counts = [0];
  let isSet = false;
  for (let x = 0; x < rows[0]!.length; x++) {
    for (const row of rows) {
      if ((row[x] === '#') !== isSet) {
        counts.push(0);
        isSet = !isSet;
      }
      counts[counts.length - 1]!++;
    }
  }
  return counts;
}

describe('outlines', () => {
  test.each<[string, string[], number[][], number]>([
    ['nothing', ['..', '..'], [], 0],
    ['one pixel', ['...', '.#.', '...'], [[2, 1, 2, 2, 1, 2, 1, 1]], 0],
    ['all', ['##', '##'], [[2, 0, 2, 2, 0, 2, 0, 0]], 0],
    ['an L', ['#.', '##'], [[1, 0, 1, 1, 2, 1, 2, 2, 0, 2, 0, 0]], 0],
    [
      'two that touch at a corner',
      ['#.', '.#'],
      [
        [1, 0, 1, 1, 0, 1, 0, 0],
        [2, 1, 2, 2, 1, 2, 1, 1],
      ],
      0,
    ],
    ['a ring', ['###', '#.#', '###'], [[3, 0, 3, 3, 0, 3, 0, 0]], 1],
    ['a U', ['#.#', '###'], [[1, 0, 1, 1, 2, 1, 2, 0, 3, 0, 3, 2, 0, 2, 0, 0]], 0],
  ])('%s', (_, rows, outer, holes) => {
    const outlines = rleOutlines(runsOf(...rows), rows.length);
    expect(outlines?.outer.map((points) => points.join())).toEqual(
      expect.arrayContaining(outer.map((points) => points.join())),
    );
    expect(outlines?.outer).toHaveLength(outer.length);
    expect(outlines?.holes).toBe(holes);
  });

  test('the area of outlines is that of a mask whose holes are filled', () => {
    const pixels = fc.array(fc.boolean(), { minLength: 48, maxLength: 48 });
    fc.assert(
      fc.property(pixels, (set) => {
        const rows = Array.from({ length: 6 }, (_, y) =>
          set
            .slice(y * 8, y * 8 + 8)
            .map((one) => (one ? '#' : '.'))
            .join(''),
        );
        const { outer, holes } = rleOutlines(runsOf(...rows), 6)!;
        const area = outer.reduce((sum, points) => sum + areaOf(points), 0);
        const set_ = set.filter(Boolean).length;
        expect(holes === 0 ? area : Math.max(area, set_ + 1)).toBe(holes === 0 ? set_ : area);
      }),
      { seed },
    );
  });

  test('a mask too large to draw', () => {
    expect(rleOutlines([0, 1, 1e10 - 2, 1], 1e5)).toBeUndefined();
  });
});

function areaOf(points: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const next = (i + 2) % points.length;
    sum += points[i]! * points[next + 1]! - points[next]! * points[i + 1]!;
  }
  return sum / 2;
}
