import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawCapped,
  drawCount,
  drawFraction,
  drawStratified,
  drawStratifiedCount,
} from '../../src/transforms/index.js';

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const drawn = (total: number, isDrawn: () => boolean) =>
  Array.from({ length: total }, (_, at) => at).filter(() => isDrawn());

describe('drawCount', () => {
  test('draws exactly as many as there are to be, or all', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), seeds, (count, total, seed) => {
        expect(drawn(total, drawCount(count, total, seed))).toHaveLength(Math.min(count, total));
      }),
    );
  });

  test('every pair of five is drawn about as often', () => {
    const pairs = new Map<string, number>();
    for (let seed = 0; seed < 10_000; seed++) {
      const pair = drawn(5, drawCount(2, 5, seed)).join();
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    expect(pairs.size).toBe(10);
    for (const count of pairs.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('more questions than things are answered with no', () => {
    const isDrawn = drawCount(2, 2);
    expect([isDrawn(), isDrawn(), isDrawn()]).toEqual([true, true, false]);
  });
});

describe('drawFraction', () => {
  test.each([
    [0, 0],
    [1, 1000],
  ])('%d draws %d of 1000', (fraction, count) => {
    expect(drawn(1000, drawFraction(fraction))).toHaveLength(count);
  });

  test('draws about its share, another one for another seed', () => {
    const first = drawn(10_000, drawFraction(0.3, 1));
    expect(Math.abs(first.length - 3000)).toBeLessThan(200);
    expect(drawn(10_000, drawFraction(0.3, 2))).not.toEqual(first);
    expect(drawn(10_000, drawFraction(0.3, 1))).toEqual(first);
  });
});

test('drawStratified is exact to one thing of each kind', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c')),
      fc.double({ min: 0, max: 1, noNaN: true }),
      seeds,
      (kinds, fraction, seed) => {
        const isDrawn = drawStratified(fraction, seed);
        const taken = kinds.filter((kind) => isDrawn(kind));
        for (const kind of ['a', 'b', 'c']) {
          const of = kinds.filter((one) => one === kind).length;
          const got = taken.filter((one) => one === kind).length;
          expect(Math.abs(got - fraction * of)).toBeLessThan(1 + 1e-9);
        }
      },
    ),
  );
});

describe('drawStratifiedCount', () => {
  const sizesOf = (kinds: readonly string[]) => {
    const sizes = new Map<string, number>();
    for (const kind of kinds) sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
    return sizes;
  };

  test('is exact as a whole, and to one thing of each kind', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), fc.nat(60), seeds, (kinds, count, seed) => {
        const sizes = sizesOf(kinds);
        const isDrawn = drawStratifiedCount(count, sizes, seed);
        const taken = kinds.filter((kind) => isDrawn(kind));
        const wanted = Math.min(count, kinds.length);
        expect(taken).toHaveLength(wanted);
        for (const [kind, size] of sizes) {
          const got = taken.filter((one) => one === kind).length;
          expect(Math.abs(got - (wanted * size) / kinds.length)).toBeLessThan(1);
        }
      }),
    );
  });

  test('the largest remainders get what whole numbers leave', () => {
    const kinds = [...'aaaaaaabbbc'];
    // 7, 3 and 1 of 11, by 5: 3.18, 1.36 and 0.45.
    for (let seed = 0; seed < 20; seed++) {
      const isDrawn = drawStratifiedCount(5, sizesOf(kinds), seed);
      expect(kinds.filter((kind) => isDrawn(kind)).join('')).toBe('aaabc');
    }
  });

  test('equal remainders take their turn by chance', () => {
    const kinds = Array.from({ length: 40 }, (_, at) => `${at}`);
    const often = kinds.map(() => 0);
    for (let seed = 0; seed < 2000; seed++) {
      const isDrawn = drawStratifiedCount(10, sizesOf(kinds), seed);
      kinds.forEach((kind, at) => {
        if (isDrawn(kind)) often[at]!++;
      });
    }
    for (const count of often) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  test('a kind that nobody counted, and more things than were counted, are not drawn', () => {
    const isDrawn = drawStratifiedCount(9, new Map([['a', 1]]));
    expect(['a', 'a', 'b'].map(isDrawn)).toEqual([true, false, false]);
  });
});

describe('drawCapped', () => {
  const labelSets = [[], ['a'], ['b'], ['a', 'b'], ['c']];
  const sets = fc.array(fc.nat(4)).map((list) => Uint32Array.from(list));

  test('no label is in more things than the cap, and no thing is left out without need', () => {
    fc.assert(
      fc.property(sets, fc.nat(5), seeds, (list, cap, seed) => {
        const taken = drawCapped(labelSets, list, cap, seed);
        const counts = new Map<string, number>();
        taken.forEach((isTaken, at) => {
          if (isTaken === 1)
            for (const label of labelSets[list[at]!]!) counts.set(label, (counts.get(label) ?? 0) + 1);
        });
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(cap);
        taken.forEach((isTaken, at) => {
          if (isTaken === 0)
            expect(labelSets[list[at]!]!.some((label) => (counts.get(label) ?? 0) === cap)).toBe(true);
        });
      }),
    );
  });

  test('which ones follows from the seed', () => {
    const list = new Uint32Array(100).fill(1);
    const first = drawCapped(labelSets, list, 10, 1);
    expect(drawCapped(labelSets, list, 10, 1)).toEqual(first);
    expect(drawCapped(labelSets, list, 10, 2)).not.toEqual(first);
    expect(first.slice(0, 10).every((taken) => taken === 1)).toBe(false);
  });
});
