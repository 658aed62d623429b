import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctPoints, findContact, isFlat, ringLength } from '../../src/voc/rules/outline.js';
import { expectLinear } from '../support/cpu-time.js';

const contact = (...points: number[]) => findContact(points, ringLength(points));

/** A star-shaped outline: it cannot cross itself. */
function star(count: number, wobble: (i: number) => number): number[] {
  const points: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const angle = (2 * Math.PI * i) / count;
    const radius = 1000 + wobble(i);
    points.push(5000 + radius * Math.cos(angle), 5000 + radius * Math.sin(angle));
  }
  return points;
}

describe('findContact', () => {
  it('finds nothing in simple outlines', () => {
    expect(contact(0, 0, 10, 0, 0, 10)).toBeUndefined();
    expect(contact(0, 0, 10, 0, 10, 10, 5, 1, 0, 10)).toBeUndefined();
    expect(contact(0, 0, 5, 0, 10, 0, 10, 10)).toBeUndefined();
    expect(contact(0, 0, 0, 0, 10, 0, 10, 0, 0, 10, 0, 0)).toBeUndefined();
  });

  it('names the edges that cross', () => {
    expect(contact(0, 0, 10, 10, 10, 0, 0, 10)).toEqual({ kind: 'crossing', first: 1, second: 3 });
    expect(contact(0, 0, 0, 0, 10, 10, 10, 0, 0, 10)).toEqual({ kind: 'crossing', first: 2, second: 4 });
  });

  it('tells touching from crossing', () => {
    expect(contact(0, 0, 10, 0, 10, 10, 5, 0, 0, 10)?.kind).toBe('touching');
    expect(contact(0, 0, 10, 0, 20, 0, 5, 0, 0, 10)?.kind).toBe('touching');
    expect(contact(0, 0, 5, 5, 10, 10, 10, 0, 5, 5, 0, 10)?.kind).toBe('touching');
  });

  it('agrees with the comparison of all pairs on any number of vertices', () => {
    const coordinate = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 6, maxLength: 40 }), (numbers) => {
        const points = numbers.length % 2 === 0 ? numbers : numbers.slice(1);
        const length = ringLength(points);
        // Vertices in the middle of an edge change neither outline nor contacts, but make the sweep do the work.
        const fine: number[] = [];
        for (let i = 0; i < length; i += 2) {
          const [x, y, x2, y2] = [
            points[i]!,
            points[i + 1]!,
            points[(i + 2) % length]!,
            points[(i + 3) % length]!,
          ];
          for (let k = 0; k < 32; k += 1) fine.push(x + ((x2 - x) * k) / 32, y + ((y2 - y) * k) / 32);
        }
        expect(findContact(fine, fine.length) !== undefined).toBe(findContact(points, length) !== undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('takes a hundred thousand vertices in time by their number, and bounds what is built to be slow', () => {
    const round = star(100_000, (i) => (i % 7) * 5);
    expectLinear(100_000, (count) => {
      const outline = star(count, (i) => (i % 7) * 5);
      expect(findContact(outline, outline.length)).toBeUndefined();
    });
    expectLinear(200_000, (length) => {
      const zigzag = Array.from({ length }, (_, i) => (i % 2 === 1 ? i * 10 : i % 4 === 0 ? 0 : 100_000));
      findContact(zigzag, length);
    });
    const [x, y] = [round[100_000]!, round[100_001]!];
    round[100_000] = round[100_004]!;
    round[100_001] = round[100_005]!;
    round[100_004] = x;
    round[100_005] = y;
    expect(findContact(round, round.length)).toBeDefined();
  });
});

describe('isFlat', () => {
  it.each([
    [[1, 1, 5, 5, 9, 9], true],
    [[0.1, 0.1, 0.2, 0.2, 0.3, 0.3], true],
    [[0, 0, 10, 0, 10, 10, 10, 0], true],
    [[0, 0, 10, 0, 0, 10], false],
    [[0, 0, 5, 5, 10, 10, 10, 0, 5, 5, 0, 10], false],
  ])('%j', (points, flat) => {
    expect(isFlat(points, points.length)).toBe(flat);
  });
});

describe('counting', () => {
  it('distinct points up to three, and rings without their last vertex', () => {
    expect(distinctPoints([1, 2, 1, 2], 4)).toBe(1);
    expect(distinctPoints([1, 2, 3, 4, 1, 2], 6)).toBe(2);
    expect(distinctPoints([1, 2, 3, 4, 5, 6, 7, 8], 8)).toBe(3);
    expect(ringLength([1, 2, 3, 4, 5, 6, 1, 2])).toBe(6);
    expect(ringLength([1, 2, 1, 2])).toBe(4);
  });
});
