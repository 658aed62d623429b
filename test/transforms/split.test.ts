import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assignRandomly,
  assignStratified,
  checkParts,
  crossingGroups,
  equalParts,
  HashParts,
  nearGroups,
  noPart,
  parseParts,
  partSizes,
  perceptualHash,
  type SplitGroups,
  usageOfPart,
} from '../../src/transforms/index.js';

describe('parts', () => {
  test.each([
    [
      'train=0.8,eval=0.1,test=0.1',
      'ratio',
      [
        { name: 'train', ratio: 0.8 },
        { name: 'eval', ratio: 0.1 },
        { name: 'test', ratio: 0.1 },
      ],
    ],
    ['train=1000,rest', 'count', [{ name: 'train', count: 1000 }, { name: 'rest' }]],
    [
      ' a = 0.5 , b = 0.5 ',
      'ratio',
      [
        { name: 'a', ratio: 0.5 },
        { name: 'b', ratio: 0.5 },
      ],
    ],
    ['猫=1', 'ratio', [{ name: '猫', ratio: 1 }]],
  ] as const)('%s', (text, kind, parts) => {
    expect(parseParts(text, kind)).toEqual(parts);
  });

  test.each([
    ['a=0.8,b=0.3', 'ratio', 'the ratios add up to 1.1'],
    ['a=-0.1', 'ratio', 'the ratio of a is -0.1'],
    ['a=1.5', 'ratio', 'the ratio of a is 1.5'],
    ['a=x', 'ratio', '"a=x" is no part with a ratio'],
    ['a=', 'count', '"a=" is no part with a count'],
    ['a=0x2', 'count', '"a=0x2" is no part with a count'],
    ['a=1=2', 'count', '"a=1=2" is no part with a count'],
    ['a=1.5', 'count', 'the count of a is 1.5'],
    ['a=0.5,A=0.5', 'ratio', 'two parts have the name A'],
    ['a,b', 'count', '2 parts take the rest'],
    ['../a=1', 'ratio', '"../a" cannot be the name of a part'],
    ['', 'ratio', '"" cannot be the name of a part'],
  ] as const)('%s is none', (text, kind, message) => {
    expect(() => parseParts(text, kind)).toThrow(message);
  });

  test('equal parts are numbered so that names sort', () => {
    expect(
      equalParts('fold', 10)
        .map(({ name }) => name)
        .slice(0, 2),
    ).toEqual(['fold-01', 'fold-02']);
    expect(() => equalParts('fold', 0)).toThrow('0 is no number of parts');
    expect(() => equalParts('fold', 255)).toThrow('255 is no number of parts');
  });

  test.each([
    [[0.8, 0.2], 5, [4, 1, 0]],
    [[0.7, 0.2, 0.1], 10, [7, 2, 1, 0]],
    [[0.8, 0.1, 0.1], 1, [1, 0, 0, 0]],
    [[0.8, 0.1, 0.1], 0, [0, 0, 0, 0]],
    [[0.5, 0.25], 8, [4, 2, 2]],
    [[1 / 3, 1 / 3, 1 / 3], 10, [4, 3, 3, 0]],
    [[0.5], 3, [2, 1]],
  ])('ratios %j of %i samples', (ratios, total, sizes) => {
    expect(
      partSizes(
        ratios.map((ratio, at) => ({ name: `p${at}`, ratio })),
        total,
      ),
    ).toEqual(sizes);
  });

  test('counts, and what they leave', () => {
    expect(partSizes([{ name: 'a', count: 3 }, { name: 'b' }], 10)).toEqual([3, 7, 0]);
    expect(partSizes([{ name: 'a', count: 3 }], 10)).toEqual([3, 7]);
    expect(() => partSizes([{ name: 'a', count: 30 }, { name: 'b' }], 10)).toThrow(
      'the parts ask for 30 samples, and there are 10',
    );
  });

  test('sizes add up, and none is a whole sample off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }),
        fc.nat(100_000),
        (weights, total) => {
          const sum = weights.reduce((a, b) => a + b, 0);
          fc.pre(sum > 0);
          const parts = weights.map((weight, at) => ({ name: `p${at}`, ratio: weight / sum }));
          checkParts(parts);
          const sizes = partSizes(parts, total);
          expect(sizes.reduce((a, b) => a + b, 0)).toBe(total);
          parts.forEach(({ ratio }, at) => {
            expect(Math.abs(sizes[at]! - ratio * total)).toBeLessThan(1.001);
          });
        },
      ),
    );
  });

  test('usages by name', () => {
    expect(['train', 'Val', 'validation', 'TEST', 'inference', 'fold-1'].map(usageOfPart)).toEqual([
      'TRAIN',
      'EVAL',
      'EVAL',
      'TEST',
      'INFERENCE',
      undefined,
    ]);
  });
});

describe('by hash', () => {
  const parts = parseParts('train=0.8,eval=0.1,test=0.1', 'ratio');

  test('the answer is this one, on every machine', () => {
    const seven = new HashParts(parts, 7);
    const answers = Array.from({ length: 24 }, (_, i) => seven.partOf(i * 0x9e3779b9, i * 0x85ebca6b));
    expect(answers.join('')).toMatchInlineSnapshot(`"002000000010000010000200"`);
  });

  test('shares are near the ratios, seeds differ, and what is below 1 goes nowhere', () => {
    const shares = (hash: HashParts) => {
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 10_000; i++) {
        const part = hash.partOf(i * 0x9e3779b9, i);
        counts[part === noPart ? 3 : part]!++;
      }
      return counts;
    };
    const [train, evaluated, tested, none] = shares(new HashParts(parts, 0));
    expect(train).toBeGreaterThan(7_800);
    expect(train).toBeLessThan(8_200);
    expect(evaluated).toBeGreaterThan(850);
    expect(tested).toBeGreaterThan(850);
    expect(none).toBe(0);
    expect(shares(new HashParts(parts, 1))).not.toEqual(shares(new HashParts(parts, 0)));
    expect(shares(new HashParts([{ name: 'half', ratio: 0.5 }], 0))[3]).toBeGreaterThan(4_700);
  });

  test('it has no counts', () => {
    expect(() => new HashParts([{ name: 'a', count: 3 }], 0)).toThrow('a split by hash has no counts');
  });
});

/** Groups of random sizes, whose samples have random labels. */
const groupsArbitrary = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 6 }), labels: fc.array(fc.nat(5), { maxLength: 3 }) }), {
    maxLength: 60,
  })
  .map((list): SplitGroups => {
    const labelSets: number[][] = [[]];
    const group: number[] = [];
    const labelSet: number[] = [];
    list.forEach(({ size, labels }, at) => {
      const set = [...new Set(labels)].sort();
      labelSets.push(set);
      for (let i = 0; i < size; i++) {
        group.push(at);
        labelSet.push(labelSets.length - 1);
      }
    });
    return {
      size: group.length,
      group: Uint32Array.from(group),
      groupCount: list.length,
      labelSet: Uint32Array.from(labelSet),
      labelSets,
      labelCount: 6,
    };
  });

const ratios = parseParts('train=0.6,eval=0.3,test=0.1', 'ratio');

describe.each([
  ['random', assignRandomly],
  ['stratified', assignStratified],
] as const)('%s', (_, assign) => {
  test('no group crosses, every sample is placed, and the seed decides', () => {
    fc.assert(
      fc.property(groupsArbitrary, fc.nat(1000), (groups, seed) => {
        const wanted = partSizes(ratios, groups.size);
        const plan = assign(groups, wanted, seed);
        expect(plan).toEqual(assign(groups, wanted, seed));
        expect(plan.length).toBe(groups.size);
        expect(plan.every((part) => part < 3)).toBe(true);
        expect(crossingGroups(groups, plan)).toBe(0);
      }),
    );
  });

  test('single samples make exact sizes', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(1000), (size, seed) => {
        const labelSet = Uint32Array.from({ length: size }, (_, i) => i % 3);
        const groups = { size, groupCount: size, labelSet, labelSets: [[], [0], [0, 1]], labelCount: 2 };
        const wanted = partSizes(ratios, size);
        const plan = assign(groups, wanted, seed);
        expect([0, 1, 2].map((part) => plan.filter((one) => one === part).length)).toEqual(
          wanted.slice(0, 3),
        );
      }),
    );
  });

  test('what is pinned stays, and counts', () => {
    const pinned = Uint8Array.from({ length: 10 }, (_, i) => (i < 3 ? 2 : noPart));
    const groups = {
      size: 10,
      groupCount: 10,
      pinned,
      labelSet: new Uint32Array(10),
      labelSets: [[0]],
      labelCount: 1,
    };
    const plan = assign(groups, [6, 1, 3, 0], 1);
    expect([...plan.slice(0, 3)]).toEqual([2, 2, 2]);
    expect([0, 1, 2].map((part) => plan.filter((one) => one === part).length)).toEqual([6, 1, 3]);
  });

  test('what the ratios leave goes nowhere', () => {
    const groups = { size: 8, groupCount: 8, labelSet: new Uint32Array(8), labelSets: [[0]], labelCount: 1 };
    const plan = assign(groups, partSizes([{ name: 'half', ratio: 0.5 }], 8), 3);
    expect(plan.filter((part) => part === noPart).length).toBe(4);
  });

  test('a group larger than any part goes to the roomiest', () => {
    const groups = {
      size: 12,
      group: new Uint32Array(12),
      groupCount: 1,
      labelSet: new Uint32Array(12),
      labelSets: [[0]],
      labelCount: 1,
    };
    expect(new Set(assign(groups, [7, 5, 0], 1))).toEqual(new Set([0]));
  });
});

test('every label keeps its share within a sample or two, single-label within one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }),
      fc.nat(100),
      (counts, seed) => {
        const labelSet = Uint32Array.from(
          counts.flatMap((count, label) => new Array<number>(count).fill(label)),
        );
        const size = labelSet.length;
        const groups = {
          size,
          groupCount: size,
          labelSet,
          labelSets: counts.map((_, label) => [label]),
          labelCount: counts.length,
        };
        const plan = assignStratified(groups, partSizes(ratios, size), seed);
        counts.forEach((count, label) => {
          ratios.forEach(({ ratio }, part) => {
            let met = 0;
            for (let i = 0; i < size; i++) if (labelSet[i] === label && plan[i] === part) met++;
            expect(Math.abs(met - count * ratio!)).toBeLessThan(counts.length + 1);
          });
        });
      },
    ),
  );
});

test('two pinned samples of one group in different parts are said to cross', () => {
  const groups = {
    size: 3,
    group: Uint32Array.of(0, 0, 0),
    groupCount: 1,
    pinned: Uint8Array.of(0, 1, noPart),
  };
  const plan = assignRandomly(groups, [2, 1, 0], 0);
  expect([...plan]).toEqual([0, 1, 0]);
  expect(crossingGroups(groups, plan)).toBe(1);
});

describe('near-duplicates', () => {
  test('near hashes are found as comparing all pairs finds them', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const hashes = fc.array(fc.tuple(word, fc.constantFrom(0, 1, 3, 0x80000000, 0xffff0000)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        hashes,
        fc.array(fc.tuple(fc.nat(29), fc.nat(63), fc.nat(63))),
        fc.nat(6),
        (base, changes, distance) => {
          const list = base.map(([high, low]): [number, number] => [high >>> 0, low >>> 0]);
          for (const [of, one, other] of changes) {
            const from = list[of % Math.max(1, list.length)];
            if (from === undefined) continue;
            const next: [number, number] = [...from];
            for (const bit of [one, other]) next[bit >> 5] = (next[bit >> 5]! ^ (1 << (bit & 31))) >>> 0;
            list.push(next);
          }
          const bits = (n: number) => (n >>> 0).toString(2).replaceAll('0', '').length;
          const first = list.map((_, i) => i);
          const find = (i: number): number => (first[i] === i ? i : find(first[i]!));
          list.forEach(([high, low], i) => {
            for (let j = 0; j < i; j++) {
              if (bits(high ^ list[j]![0]) + bits(low ^ list[j]![1]) > distance) continue;
              const [a, b] = [find(i), find(j)];
              first[Math.max(a, b)] = Math.min(a, b);
            }
          });
          const highs = Uint32Array.from(list, ([high]) => high);
          const lows = Uint32Array.from(list, ([, low]) => low);
          expect([...nearGroups(highs, lows, distance)]).toEqual(list.map((_, i) => find(i)));
        },
      ),
    );
  });

  test.each([-1, 17, 1.5])('%d is no distance', (distance) => {
    expect(() => nearGroups(new Uint32Array(0), new Uint32Array(0), distance)).toThrow(
      `the distance ${distance} is none`,
    );
  });

  test('a lighter picture has the same hash, its mirror image another', () => {
    const pixels = Uint8Array.from(
      { length: 1024 },
      (_, at) => ((at % 32) * 5 + Math.floor(at / 32) * 2) % 200,
    );
    const hash = (of: Uint8Array) => {
      const out = new Uint32Array(2);
      perceptualHash(of, out);
      return out;
    };
    expect(hash(pixels.map((value) => value + 20))).toEqual(hash(pixels));
    const mirrored = pixels.map((_, at) => pixels[at - (at % 32) + 31 - (at % 32)]!);
    expect(hash(mirrored)).not.toEqual(hash(pixels));
  });
});
