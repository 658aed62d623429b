import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type ImageAnnotation,
  type ImageObject,
  noProperties,
  type Sample,
  type Shape,
} from '../../src/model/index.js';
import { StatsTally } from '../../src/transforms/index.js';
import { seed } from '../support/random.js';

const label = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('cat', 'dog', '向日葵', 'traffic light', '__proto__', '') },
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('x'.repeat(512), 'y'.repeat(513)),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const coordinate = fc.oneof(fc.integer({ min: -5, max: 2000 }), fc.double({ min: 0, max: 700, noNaN: true }));
const shape: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({
    kind: fc.constant('bndbox' as const),
    xmin: coordinate,
    ymin: coordinate,
    xmax: coordinate,
    ymax: coordinate,
  }),
  fc.record({
    kind: fc.constantFrom('polygon' as const, 'polyline' as const),
    points: fc.array(coordinate, { maxLength: 8 }),
  }),
  fc.record({ kind: fc.constant('circle' as const), cx: coordinate, cy: coordinate, r: coordinate }),
  fc.record({ kind: fc.constant('point' as const), x: coordinate, y: coordinate }),
  fc.record({
    kind: fc.constantFrom('line' as const, 'dashed' as const),
    x1: coordinate,
    y1: coordinate,
    x2: coordinate,
    y2: coordinate,
  }),
);

/** Members that are undefined are left out: that is how readers give them. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

const object = fc
  .record({
    name: optional(label),
    difficult: optional(fc.constantFrom('0', '1', 'x')),
    shape: optional(shape),
  })
  .map((members) => compact({ ...members, properties: noProperties, parts: [] }) as ImageObject);
const image = fc
  .record({
    width: optional(fc.constantFrom(0, 1, 640)),
    height: optional(fc.constantFrom(480, 333)),
    objects: fc.array(object, { maxLength: 6 }),
  })
  .map((members) => compact(members) as ImageAnnotation);
const annotation = fc
  .record({
    name: optional(label),
    type: optional(
      fc.constantFrom('modelarts/image_classification', 'modelarts/object_detection', 'odd', ''),
    ),
    annotatedBy: optional(fc.constantFrom('human', '人', '')),
    hard: optional(fc.boolean()),
    image: optional(image),
  })
  .map((members) => {
    const [, task] = members.type?.split('/') ?? [];
    return compact({ ...members, task }) as Sample['annotations'][number];
  });
const sample: fc.Arbitrary<Sample> = fc
  .record({
    source: fc.constant('a.jpg'),
    usage: optional(fc.constantFrom('TRAIN', 'train', 'EVAL', 'TEST', 'INFERENCE', 'mine', '')),
    hard: optional(fc.boolean()),
    annotations: fc.array(annotation, { maxLength: 9 }),
  })
  .map((members) => compact(members));

const tiny = { labels: 4, pairs: 5, values: 2, pairedLabels: 4 };

function tallyOf(samples: readonly Sample[], limits = tiny): StatsTally {
  const tally = new StatsTally(limits);
  for (const one of samples) tally.add(one);
  return tally;
}

describe('tallies of parts', () => {
  it('add up to the whole, wherever it is cut, in any order, with more names than there is room for', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 40 }),
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.boolean(),
        (samples, cuts, reverse) => {
          const bounds = [0, ...cuts.map((cut) => cut % (samples.length + 1)), samples.length];
          bounds.sort((a, b) => a - b);
          const parts = bounds.slice(1).map((end, i) => samples.slice(bounds[i], end));
          if (reverse) parts.reverse();
          const sum = new StatsTally(tiny);
          for (const part of parts) sum.merge(tallyOf(part));
          expect(sum.toJSON()).toEqual(tallyOf(samples).toJSON());
          expect(sum.report(3)).toEqual(tallyOf(samples).report(3));
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it('are the same after JSON', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
        const tally = new StatsTally();
        for (const one of samples) tally.add(one);
        const text = JSON.stringify(tally);
        expect(JSON.stringify(StatsTally.fromJSON(JSON.parse(text)))).toBe(text);
      }),
      { seed, numRuns: 100 },
    );
  });

  it('count the same whether somebody looks at them meanwhile or not', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 20 }), (samples) => {
        const watched = new StatsTally(tiny);
        for (const one of samples) {
          watched.add(one);
          watched.report();
        }
        expect(watched.toJSON()).toEqual(tallyOf(samples).toJSON());
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('what is counted', () => {
  const box = (xmin: number, ymin: number, xmax: number, ymax: number): Shape => {
    return { kind: 'bndbox', xmin, ymin, xmax, ymax };
  };
  const thing = (name: string, of?: Shape): ImageObject => {
    return { name, properties: noProperties, parts: [], ...(of === undefined ? {} : { shape: of }) };
  };
  const samples: Sample[] = [
    {
      source: 'a',
      usage: 'train',
      hard: true,
      annotations: [
        {
          name: 'cat',
          type: 'modelarts/image_classification',
          task: 'image_classification',
          annotatedBy: 'me',
        },
        { name: 'cat', type: 'modelarts/image_classification', task: 'image_classification', hard: false },
        { name: 'dog', type: 'modelarts/foo' },
      ],
    },
    {
      source: 'b',
      usage: 'mine',
      annotations: [
        {
          type: 'modelarts/object_detection',
          task: 'object_detection',
          image: {
            width: 100,
            height: 100,
            objects: [
              thing('cat', box(0, 0, 8, 4)),
              thing('dog', box(90, 90, 100, 100)),
              thing('dog', box(50, 50, 50, 60)),
              thing('car', { kind: 'point', x: 200, y: 5 }),
              thing('car'),
            ],
          },
        },
      ],
    },
    { source: 'c', annotations: [] },
  ];
  const tally = tallyOf(samples, { labels: 10, pairs: 10, values: 10, pairedLabels: 10 });
  tally.addUnreadable();
  tally.add(
    { source: 'd', annotations: [{ type: 'object_detection', task: 'object_detection' }] },
    'unreadable',
  );
  const found = tally.report(2);

  test('totals', () => {
    const { samples, annotated, unannotated, unreadable, unjoined, annotations, objects } = found;
    expect([samples, annotated, unannotated, unreadable, unjoined, annotations, objects]).toEqual([
      4, 3, 1, 1, 1, 5, 5,
    ]);
  });

  test('labels: annotations and objects, by usage, each sample once', () => {
    expect(found.labels.listed).toEqual([
      {
        label: 'cat',
        samples: 2,
        annotations: 2,
        objects: 1,
        usages: { TRAIN: 2, EVAL: 0, TEST: 0, INFERENCE: 0, other: 1, none: 0 },
      },
      {
        label: 'dog',
        samples: 2,
        annotations: 1,
        objects: 2,
        usages: { TRAIN: 1, EVAL: 0, TEST: 0, INFERENCE: 0, other: 2, none: 0 },
      },
    ]);
    expect(found.labels.count).toBe(3);
    expect(found.labels.more).toEqual({ annotations: 0, objects: 2 });
    expect(found.labels.none).toEqual({ annotations: 2, objects: 0 });
  });

  test('tasks, types, usages, annotators, hardness', () => {
    expect(found.tasks).toEqual([
      { task: 'image_classification', samples: 1, annotations: 2 },
      { task: 'object_detection', samples: 2, annotations: 2 },
      { task: 'other', samples: 1, annotations: 1 },
    ]);
    expect(found.types.listed[0]).toEqual({ name: 'modelarts/image_classification', count: 2 });
    expect([found.types.moreNames, found.types.more]).toEqual([2, 2]);
    expect(found.usages).toEqual({
      listed: [
        { name: 'TRAIN', count: 1 },
        { name: 'mine', count: 1 },
      ],
      moreNames: 0,
      more: 0,
      none: 2,
    });
    expect(found.splits.other).toEqual({ samples: 1, annotations: 1, objects: 5 });
    expect(found.annotators).toEqual({
      listed: [{ name: 'me', count: 1 }],
      moreNames: 0,
      more: 0,
      none: 4,
    });
    expect(found.hard.samples).toEqual({ yes: 1, no: 0, unsaid: 3 });
    expect(found.hard.annotations).toEqual({ yes: 0, no: 1, unsaid: 4 });
  });

  test('sizes and places', () => {
    const { histograms, degenerate, positions, shapes } = found;
    const filled = ({ from, counts }: { from: readonly number[]; counts: readonly number[] }) => {
      return counts.flatMap((count, i) => (count > 0 ? [[from[i], count]] : []));
    };
    expect(filled(histograms.width)).toEqual([[8, 2]]);
    expect(filled(histograms.height)).toEqual([
      [4, 1],
      [8, 1],
    ]);
    expect(filled(histograms.area)).toEqual([
      [16, 1],
      [64, 1],
    ]);
    expect(filled(histograms.aspect)).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(filled(histograms.objectsPerImage)).toEqual([[5, 1]]);
    expect(degenerate).toBe(1);
    expect(positions.rows[0]?.[0]).toBe(1);
    expect(positions.rows[15]?.[15]).toBe(1);
    expect(positions.rows[8]?.[8]).toBe(1);
    expect(positions.outside).toBe(1);
    expect(shapes.bndbox).toBe(3);
    expect(shapes.none).toBe(1);
  });

  test('labels together, each pair once for a sample', () => {
    expect(found.coOccurrence.listed).toEqual([
      { labels: ['cat', 'dog'], samples: 2 },
      { labels: ['car', 'cat'], samples: 1 },
    ]);
    expect(found.coOccurrence.count).toBe(3);
    expect(found.coOccurrence.more).toBe(1);
  });

  test('nothing', () => {
    const empty = new StatsTally().report();
    expect(empty.samples).toBe(0);
    expect(empty.labels.listed).toEqual([]);
    expect(empty.tasks).toEqual([]);
  });
});

describe('bounds', () => {
  it('keep the shortest labels and count the rest together', () => {
    const names = Array.from({ length: 300 }, (_, i) => 'n'.repeat(1 + (i % 100)) + i);
    const all = names.map((name): Sample => ({ source: name, annotations: [{ name }] }));
    const found = tallyOf(all, { ...tiny, labels: 10 }).report();
    const kept = [...names].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, 10);
    expect(new Set(found.labels.listed.map(({ label }) => label))).toEqual(new Set(kept));
    expect(found.labels.leftOut).toEqual({ annotations: 290, objects: 0 });
    expect(found.annotations).toBe(300);
  });

  it('count samples with too many labels for pairs', () => {
    const crowd = Array.from({ length: 5 }, (_, i) => ({ name: `l${i}` }));
    const found = tallyOf([{ source: 'a', annotations: crowd }]).report();
    expect(found.coOccurrence.crowded).toBe(1);
    expect(found.coOccurrence.listed).toEqual([]);
  });

  it('hold with very many labels', () => {
    const tally = new StatsTally();
    for (let i = 0; i < 300_000; i += 10) {
      const annotations = Array.from({ length: 10 }, (_, j) => ({ name: `label ${i + j}` }));
      tally.add({ source: 'a', annotations });
    }
    const found = tally.report(1);
    expect(found.annotations).toBe(300_000);
    expect(found.labels.count).toBe(found.labels.limit);
    expect(found.labels.leftOut.annotations).toBe(300_000 - found.labels.limit);
    expect(found.coOccurrence.count).toBe(found.coOccurrence.limit);
    expect(found.coOccurrence.leftOut).toBe(1_350_000 - found.coOccurrence.limit);
  });
});

describe('partial results of another origin', () => {
  const good = () => JSON.parse(JSON.stringify(new StatsTally())) as Record<string, unknown>;
  test.each<[string, unknown, RegExp]>([
    ['no object', [], /it is not an object/],
    ['null', null, /it is not an object/],
    ['another document', { samples: 3 }, /no partial result of stats$/],
    ['another version', { ...good(), version: 2 }, /of version 2, not 1/],
    ['no version', { ...good(), version: undefined }, /of version undefined, not 1/],
    ['a negative count', { ...good(), samples: -1 }, /samples is not a whole number from 0/],
    ['a fraction', { ...good(), crowded: 0.5 }, /crowded is not a whole number/],
    ['a count as text', { ...good(), parts: '1' }, /parts is not a whole number/],
    ['a count beyond what is exact', { ...good(), parts: 2 ** 53 }, /parts is not a whole number/],
    ['a missing table', { ...good(), labels: undefined }, /labels is not an object/],
    [
      'a short row',
      { ...good(), types: { rows: [['a']], none: [0], rest: [0] } },
      /types.rows\[0\] is not 2 long/,
    ],
    ['a name that is none', { ...good(), types: { rows: [[1, 1]], none: [0], rest: [0] } }, /is not a name/],
    ['too few bins', { ...good(), positions: [0] }, /positions is not 256 long/],
    ['pairs that are none', { ...good(), pairs: [['a', 3]] }, /pairs\[0\] is not 3 long/],
  ])('%s', (_, value, message) => {
    expect(() => StatsTally.fromJSON(value)).toThrow(
      expect.objectContaining({ code: 'BadOption', message: expect.stringMatching(message) }),
    );
  });

  test('counts that cannot be added exactly', () => {
    const huge = StatsTally.fromJSON({ ...good(), samples: Number.MAX_SAFE_INTEGER });
    const one = new StatsTally();
    one.add({ source: 'a', annotations: [] });
    expect(() => huge.merge(one)).toThrow(/too large to be added up/);
  });
});
