import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatRecord, ImageSize } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/yolo/code.js';
import {
  type ImageAnnotation,
  type ImageObject,
  LabelkitError,
  noProperties,
  type Shape,
} from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  writeAll,
  writeRow,
} from '../harness.js';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): Shape => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});

function object(
  name: string | undefined,
  shape: Shape | undefined,
  more: Partial<ImageObject> = {},
): ImageObject {
  return {
    ...(name === undefined ? {} : { name }),
    ...(shape === undefined ? {} : { shape }),
    properties: noProperties,
    parts: [],
    ...more,
  };
}

/** A sample of an image of 100 × 200. */
function record(
  source: string,
  objects: readonly ImageObject[] | undefined,
  more: { usage?: string; key?: string; image?: Partial<ImageAnnotation> } = {},
): FormatRecord {
  const { usage, key, image } = more;
  return {
    file: 'in.manifest',
    line: 1,
    ...(key === undefined ? {} : { key }),
    sample: {
      source,
      ...(usage === undefined ? {} : { usage }),
      annotations:
        objects === undefined
          ? []
          : [
              {
                type: 'modelarts/object_detection',
                task: 'object_detection',
                image: { width: 100, height: 200, objects, ...image },
              },
            ],
    },
  };
}

async function write(records: readonly FormatRecord[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const results = await writeAll(
    formatCode,
    sink,
    records.map((entry) => writeRow(entry)),
  );
  return { sink, results };
}

describe('Darknet trees', () => {
  test('names in the order of first appearance, lists, six decimals', async () => {
    const { sink, results } = await write([
      record('p/b.JPG', [object('dog', box(10, 20, 40, 100)), object('cat', box(0, 0, 100, 200))]),
      record('p/a.png', [], { usage: 'Eval' }),
      record('p/c.png', undefined, { usage: 'train', key: 'sub/c' }),
    ]);
    expect(results).toEqual(['written', 'written', 'written']);
    expect(sink.files).toEqual({
      'obj.data': 'classes = 2\ntrain = train.txt\nvalid = valid.txt\nnames = obj.names\nbackup = backup/\n',
      'obj.names': 'dog\ncat\n',
      'obj_train_data/b.txt':
        '0 0.250000 0.300000 0.300000 0.400000\n1 0.500000 0.500000 1.000000 1.000000\n',
      'obj_valid_data/a.txt': '',
      'train.txt': 'obj_train_data/b.JPG\nobj_train_data/sub/c.png\n',
      'valid.txt': 'obj_valid_data/a.png\n',
    });
    expect([...sink.placed.keys()]).toEqual([
      'obj_train_data/b.JPG',
      'obj_valid_data/a.png',
      'obj_train_data/sub/c.png',
    ]);
    expect(sink.losses).toEqual([]);
  });

  test('classes as given, and a label that is none of them', async () => {
    const { sink, results } = await write(
      [
        record('a.jpg', [object('cat', box(0, 0, 100, 200))]),
        record('b.jpg', [object('cow', box(0, 0, 100, 200))]),
      ],
      { classes: ['dog', 'cat'] },
    );
    expect(sink.files['obj.names']).toBe('dog\ncat\n');
    expect(sink.files['obj_train_data/a.txt']).toMatch(/^1 /);
    expect(results[1]).toMatchObject([{ rule: 'C010', hint: expect.stringContaining("--map 'cow=dog'") }]);
  });

  test('images stay where they are: lists say where, and every image has a label file', async () => {
    const { sink } = await write([record('/p/a.jpg', undefined)], { images: 'reference' });
    expect(sink.files['train.txt']).toBe('/p/a.jpg\n');
    expect(sink.files['obj_train_data/a.txt']).toBe('');
  });

  test('nothing at all', async () => {
    const { sink } = await write([]);
    expect(sink.files).toEqual({
      'obj.data': 'classes = 0\ntrain = train.txt\nnames = obj.names\nbackup = backup/\n',
      'obj.names': '',
      'train.txt': '',
    });
  });
});

describe('Ultralytics trees', () => {
  test('data.yaml, images and labels', async () => {
    const { sink } = await write(
      [
        record('a.jpg', [object('yes', box(0, 0, 50, 100))], { usage: 'TRAIN' }),
        record('b.jpg', [object('a: b', box(0, 0, 50, 100))], { usage: 'EVAL' }),
        record('c.jpg', [], { usage: 'TEST' }),
      ],
      { options: { layout: 'ultralytics' } },
    );
    expect(sink.files).toEqual({
      'data.yaml':
        'train: images/train\nval: images/val\ntest: images/test\nnc: 2\nnames:\n  0: "yes"\n  1: "a: b"\n',
      'labels/test/c.txt': '',
      'labels/train/a.txt': '0 0.250000 0.250000 0.500000 0.500000\n',
      'labels/val/b.txt': '1 0.250000 0.250000 0.500000 0.500000\n',
    });
    expect([...sink.placed.keys()]).toEqual(['images/train/a.jpg', 'images/val/b.jpg', 'images/test/c.jpg']);
  });

  test('lists, where images stay where they are', async () => {
    const { sink } = await write([record('/p/a.jpg', [])], {
      images: 'reference',
      options: { layout: 'ultralytics' },
    });
    expect(sink.files).toEqual({
      'data.yaml': 'train: train.txt\nnc: 0\nnames: []\n',
      'labels/train/a.txt': '',
      'train.txt': '/p/a.jpg\n',
    });
  });

  test.each<[string, Shape, string]>([
    [
      'segment',
      { kind: 'polygon', points: [0, 0, 50, 0, 50, 100] },
      '0 0.000000 0.000000 0.500000 0.000000 0.500000 0.500000\n',
    ],
    [
      'segment',
      { kind: 'polygon', points: [0, 0, 50, 0, 50, 100, 0, 0] },
      '0 0.000000 0.000000 0.500000 0.000000 0.500000 0.500000\n',
    ],
    [
      'obb',
      { kind: 'polygon', points: [50, 0, 100, 100, 50, 200, 0, 100] },
      '0 0.500000 0.000000 1.000000 0.500000 0.500000 1.000000 0.000000 0.500000\n',
    ],
  ])('%s', async (task, shape, line) => {
    const { sink } = await write([record('a.jpg', [object('cat', shape)])], { options: { task } });
    expect(sink.files['labels/train/a.txt']).toBe(line);
    expect(sink.losses).toEqual([]);
  });

  test('keypoints in the order that was given', async () => {
    const point = (name: string, x: number, y: number, visible?: string) =>
      object(
        name,
        { kind: 'point', x, y },
        {
          properties: visible === undefined ? noProperties : new Map([['visible', visible]]),
        },
      );
    const { sink } = await write(
      [
        record('a.jpg', [
          object('cat', box(0, 0, 100, 200), {
            parts: [
              point('tail', 50, 100, '1'),
              point('nose', 10, 20),
              point('ear', 1, 1),
              object('paw', box(0, 0, 1, 1)),
            ],
          }),
        ]),
      ],
      { options: { task: 'pose', keypoints: ['nose', 'eye', 'tail'] } },
    );
    expect(sink.files['labels/train/a.txt']).toBe(
      '0 0.500000 0.500000 1.000000 1.000000 0.100000 0.100000 2 0.000000 0.000000 0 0.500000 0.500000 1\n',
    );
    expect(sink.files['data.yaml']).toBe(
      'train: images/train\nnc: 1\nnames:\n  0: cat\nkpt_shape: [3, 3]\nkpt_names:\n  0: [nose, eye, tail]\n',
    );
    expect(sink.lossCounts).toEqual({ parts: 2 });
  });

  test('classes as folders', async () => {
    const labelled = (source: string, ...names: string[]): FormatRecord => ({
      file: 'in.manifest',
      sample: {
        source,
        annotations: names.map((name) => ({
          type: 'modelarts/image_classification',
          task: 'image_classification',
          name,
        })),
      },
    });
    const { sink, results } = await write(
      [
        labelled('p/a.jpg', 'cat'),
        labelled('b.jpg'),
        labelled('c.jpg', 'cat', 'dog'),
        labelled('d.jpg', 'a/b'),
      ],
      { options: { task: 'classify' } },
    );
    expect([...sink.placed]).toEqual([['train/cat/a.jpg', 'p/a.jpg']]);
    expect(sink.lossCounts).toEqual({ 'unlabelled-image': 1 });
    expect(results.map((result) => (typeof result === 'string' ? result : result[0]?.rule))).toEqual([
      'written',
      'skipped',
      'D022',
      'D023',
    ]);
  });
});

describe('what does not fit', () => {
  const polygon: Shape = { kind: 'polygon', points: [0, 0, 50, 0, 50, 100] };
  test.each<[string, ImageObject, SinkInit['options'], string]>([
    [
      'a polygon as box',
      object('cat', polygon),
      {},
      'Y020 error in.manifest:1 a polygon cannot be written as a box',
    ],
    [
      'a box as outline',
      object('cat', box(0, 0, 9, 9)),
      { task: 'segment' },
      'Y020 error in.manifest:1 a bndbox cannot be written as an outline',
    ],
    [
      'a triangle as turned box',
      object('cat', polygon),
      { task: 'obb' },
      'Y020 error in.manifest:1 a polygon cannot be written as a polygon of four points',
    ],
    [
      'a box without area',
      object('cat', box(5, 5, 5, 9)),
      {},
      'Y012 error in.manifest:1 the box 5, 5, 5, 9 has no area in the image of 100 × 200',
    ],
    [
      'a box without area as outline',
      object('cat', box(5, 5, 5, 9)),
      { task: 'segment', shapes: 'bbox' },
      'Y012 error in.manifest:1 the box 5, 5, 5, 9 has no area',
    ],
    [
      'a box outside',
      object('cat', box(150, 5, 160, 9)),
      {},
      'Y012 error in.manifest:1 the box 150, 5, 160, 9 has no area in the image of 100 × 200',
    ],
    [
      'a label with a line break',
      object('a\nb', box(0, 0, 9, 9)),
      {},
      'Y020 error in.manifest:1 the label "a\\nb" has line breaks or blanks around it, which obj.names cannot hold',
    ],
  ])('%s', async (_, bad, options, expected) => {
    const { sink, results } = await write(
      [record('a.jpg', [bad]), record('b.jpg', [])],
      options === undefined ? {} : { options },
    );
    const [first, second] = results;
    expect(typeof first === 'string' ? first : brief(first!)).toEqual([expected]);
    expect(second).toBe('written');
    expect(sink.losses).toEqual([]);
  });

  test('rectangles instead, and each is counted', async () => {
    const { sink } = await write(
      [
        record('a.jpg', [
          object('cat', polygon),
          object('cat', { kind: 'circle', cx: 50, cy: 50, r: 10 }),
          object('cat', { kind: 'polyline', points: [0, 0, 10, 10] }),
          object('cat', { kind: 'point', x: 1, y: 1 }),
          object('cat', box(0, 0, 100, 200)),
        ]),
      ],
      { options: { shapes: 'bbox' } },
    );
    expect(sink.files['obj_train_data/a.txt']?.split('\n')).toEqual([
      '0 0.250000 0.250000 0.500000 0.500000',
      '0 0.500000 0.250000 0.200000 0.100000',
      '0 0.050000 0.025000 0.100000 0.050000',
      '0 0.500000 0.500000 1.000000 1.000000',
      '',
    ]);
    expect(sink.lossCounts).toEqual({
      'shape-polygon': 1,
      'shape-circle': 1,
      'shape-polyline': 1,
      'shape-point': 1,
    });
  });

  test('boxes become outlines with shapes=bbox', async () => {
    const { sink } = await write([record('a.jpg', [object('cat', box(0, 0, 50, 100))])], {
      options: { task: 'segment', shapes: 'bbox' },
    });
    expect(sink.files['labels/train/a.txt']).toBe(
      '0 0.000000 0.000000 0.500000 0.000000 0.500000 0.500000 0.000000 0.500000\n',
    );
    expect(sink.lossCounts).toEqual({ 'shape-bndbox': 1 });
  });

  test('a box that leaves the image is clipped, and more than a pixel is said', async () => {
    const { sink } = await write([
      record('a.jpg', [object('cat', box(-0.5, 0, 50, 100)), object('cat', box(-20, 0, 50, 100))]),
    ]);
    expect(sink.files['obj_train_data/a.txt']).toBe('0 0.250000 0.250000 0.500000 0.500000\n'.repeat(2));
    expect(brief(sink.reported)).toEqual([
      'Y013 warning in.manifest:1 a shape leaves the image of 100 × 200 by 20.0 pixels, and is clipped',
    ]);
  });

  test('everything else is counted', async () => {
    const { sink, results } = await write([
      record('a.jpg', [
        object('cat', box(0, 0, 9, 9), { difficult: '1', confidence: 0.5, pose: 'Left', truncated: '0' }),
        object(undefined, box(0, 0, 9, 9)),
        object('cat', undefined),
      ]),
      record('content://text', undefined),
      record('c.wav', undefined),
      record('d.jpg', [], { usage: 'TEST' }),
      record('e.jpg', [], { usage: 'INFERENCE' }),
    ]);
    expect(results).toEqual(['written', 'skipped', 'skipped', 'skipped', 'skipped']);
    expect(sink.lossCounts).toEqual({
      'object-difficult': 1,
      'object-confidence': 1,
      'object-pose': 1,
      'object-without-label': 1,
      'object-without-shape': 1,
      'text-sample': 1,
      'audio-sample': 1,
      usage: 2,
    });
    expect(Object.keys(sink.files)).toEqual(['obj.data', 'obj.names', 'obj_train_data/a.txt', 'train.txt']);
    expect(brief(sink.reported)).toEqual([
      'Y021 warning in.manifest:1 samples of the usage TEST are left out',
      'Y021 warning in.manifest:1 samples of the usage INFERENCE are left out',
    ]);
  });

  test('names that clash, and names that lead out', async () => {
    const records = [record('p/a.jpg', []), record('q/a.png', []), record('x', [], { key: '../x' })];
    const { results } = await write(records);
    expect(results.map((result) => (typeof result === 'string' ? result : result[0]?.rule))).toEqual([
      'written',
      'C002',
      'C003',
    ]);
    const { sink } = await write(records.slice(0, 2), { renameClashes: true });
    expect([...sink.placed.keys()]).toEqual(['obj_train_data/a.jpg', 'obj_train_data/a-2.png']);
  });

  test('a size is asked for where the sample has none', async () => {
    const image = { width: 0, height: 0 };
    const sizes = { 'a.jpg': { width: 50, height: 50 } };
    const { sink, results } = await write(
      [
        record('a.jpg', [object('cat', box(0, 0, 50, 50))], { image }),
        record('b.jpg', [object('cat', box(0, 0, 50, 50))], { image }),
      ],
      { sizes },
    );
    expect(sink.files['obj_train_data/a.txt']).toBe('0 0.500000 0.500000 1.000000 1.000000\n');
    expect(brief(results[1] as never)).toEqual([
      'Y018 error in.manifest:1 the size of the image is not known: there is nothing at b.jpg',
    ]);
  });

  test.each<[string, SinkInit]>([
    ['a YOLO tree cannot be appended to', { mode: 'append' }],
    ['a Darknet tree has no lines for task=segment', { options: { task: 'segment', layout: 'darknet' } }],
    ['with task=pose the names of the keypoints are needed', { options: { task: 'pose' } }],
    [
      'with task=classify the images are the labels, and have to be written',
      { images: 'reference', options: { task: 'classify' } },
    ],
  ])('%s', async (message, init) => {
    const error = await write([], init).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabelkitError);
    expect(error).toMatchObject({ message });
  });
});

describe('what is written is what is read', () => {
  const side = fc.integer({ min: 1, max: 10_000 });
  /** Pixels, with halves. */
  const place = fc.integer({ min: 0, max: 20_000 }).map((half) => half / 2);
  const name = fc.constantFrom('cat', 'dog', 'a b', '猫', 'yes', '0');
  const samples = fc.array(
    fc.record({
      width: side,
      height: side,
      usage: fc.constantFrom('TRAIN', 'EVAL'),
      objects: fc.option(fc.array(fc.tuple(name, place, place, place, place), { maxLength: 4 })),
    }),
    { maxLength: 6 },
  );

  test.each([['darknet'], ['ultralytics']])('boxes in a %s tree', async (layout) => {
    await fc.assert(
      fc.asyncProperty(samples, async (generated) => {
        const sizes: Record<string, ImageSize> = {};
        const records = generated.map(({ width, height, usage, objects }, index) => {
          const seen = new Set<string>();
          const kept = objects?.flatMap(([label, x1, y1, x2, y2]) => {
            const [xmin, xmax] = [Math.min(x1, x2) % width, Math.min(Math.max(x1, x2) + 1, width)];
            const [ymin, ymax] = [Math.min(y1, y2) % height, Math.min(Math.max(y1, y2) + 1, height)];
            const key = JSON.stringify([label, xmin, ymin, xmax, ymax]);
            if (seen.has(key) || xmax - xmin < 0.5 || ymax - ymin < 0.5) return [];
            seen.add(key);
            return [object(label, box(xmin, ymin, xmax, ymax))];
          });
          return record(`p/${index}.jpg`, kept, { usage, image: { width, height } });
        });
        const { sink } = await write(records, { options: { layout } });
        const files: Record<string, string> = { ...sink.files };
        for (const [name, source] of sink.placed) {
          files[name] = 'x';
          const { width, height } = generated[Number(source.slice(2, -4))]!;
          sizes[name] = { width, height };
        }
        const {
          records: back,
          faults,
          diagnostics,
        } = await readAllRecords(formatCode, new MemorySource(files, { sizes }));
        expect(faults).toEqual([]);
        expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
        const byKey = new Map(back.map((entry) => [entry.key, entry.sample]));
        for (const [index, { sample }] of records.entries()) {
          const got = byKey.get(String(index))!;
          expect(got.usage).toBe(sample.usage);
          const [before, after] = [sample.annotations[0]?.image, got.annotations[0]?.image];
          expect(after?.objects.map((entry) => entry.name)).toEqual(
            before?.objects.map((entry) => entry.name),
          );
          for (const [at, { shape }] of before?.objects.entries() ?? []) {
            const other = after!.objects[at]!.shape!;
            if (shape?.kind !== 'bndbox' || other.kind !== 'bndbox') throw new Error('no boxes');
            for (const edge of ['xmin', 'ymin', 'xmax', 'ymax'] as const)
              expect(Math.abs(shape[edge] - other[edge])).toBeLessThanOrEqual(0.01);
          }
        }
        const again = await write(back, { options: { layout } });
        expect(Object.keys(again.sink.files)).toEqual(Object.keys(sink.files));
        expect([...again.sink.placed.keys()].sort()).toEqual([...sink.placed.keys()].sort());
      }),
      { seed, numRuns: 60 },
    );
  });

  test('outlines', async () => {
    const points = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 200 })), {
        minLength: 3,
        maxLength: 12,
      })
      .filter((list) => list[0]!.join() !== list.at(-1)!.join());
    await fc.assert(
      fc.asyncProperty(points, async (list) => {
        const shape: Shape = { kind: 'polygon', points: list.flat() };
        const { sink } = await write([record('a.jpg', [object('cat', shape)])], {
          options: { task: 'segment' },
        });
        const { records } = await readAllRecords(
          formatCode,
          new MemorySource(
            { ...sink.files, 'images/train/a.jpg': 'x' },
            { sizes: { 'images/train/a.jpg': { width: 100, height: 200 } }, options: { task: 'segment' } },
          ),
        );
        expect(records[0]?.sample.annotations[0]?.image?.objects[0]?.shape).toEqual(shape);
      }),
      { seed, numRuns: 50 },
    );
  });
});
