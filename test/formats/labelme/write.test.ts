import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatRecord } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/labelme/code.js';
import { labelme } from '../../../src/formats/labelme/format.js';
import type { ImageObject, Sample, Shape } from '../../../src/model/index.js';
import { anySample, imageOf, objectAnnotation, plainObject, sampleOf, shapeOf } from '../arbitrary.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  writeAll,
  writeRow,
} from '../harness.js';
import { meaningOf } from '../meaning.js';

const sizes = Object.fromEntries(
  ['a.jpg', 's3://b/img/1.jpg', 's3://b/img/2.png', 's3://b/img/3.png'].map((name) => [
    name,
    { width: 9, height: 9 },
  ]),
);

async function write(records: readonly (FormatRecord | Sample)[], init: SinkInit = {}) {
  const sink = new MemorySink({ sizes, ...init });
  const rows = records.map((record) =>
    writeRow('sample' in record ? record : { sample: record, file: 'in' }),
  );
  const written = await writeAll(formatCode, sink, rows);
  return { sink, written };
}

const detection = (objects: readonly ImageObject[], source = 'a.jpg'): Sample => ({
  source,
  annotations: [
    { type: 'modelarts/object_detection', task: 'object_detection', image: { width: 9, height: 9, objects } },
  ],
});
const object = (shape: Shape | undefined, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'cat',
  properties: new Map(),
  parts: [],
  ...(shape === undefined ? {} : { shape }),
  ...more,
});
const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3.5, ymax: 4 };

test('the bytes of a file', async () => {
  const sample = detection([
    object(box, {
      difficult: '1',
      properties: new Map([
        ['group_id', '3'],
        ['red', 'true'],
        ['description', 'dé'],
      ]),
    }),
    object({ kind: 'circle', cx: 5, cy: 5, r: 0.1 }),
  ]);
  const { sink } = await write([
    { ...sample, annotations: [...sample.annotations, { task: 'image_classification', name: 'day' }] },
  ]);
  expect(sink.files).toEqual({
    'a.json': `{
  "version": "5.0.0",
  "flags": {
    "day": true
  },
  "shapes": [
    {
      "label": "cat",
      "points": [
        [
          1,
          2
        ],
        [
          3.5,
          4
        ]
      ],
      "group_id": 3,
      "description": "dé",
      "shape_type": "rectangle",
      "flags": {
        "difficult": true,
        "red": true
      },
      "mask": null
    },
    {
      "label": "cat",
      "points": [
        [
          5,
          5
        ],
        [
          5.1,
          5
        ]
      ],
      "group_id": null,
      "description": "",
      "shape_type": "circle",
      "flags": {},
      "mask": null
    }
  ],
  "imagePath": "a.jpg",
  "imageData": null,
  "imageHeight": 9,
  "imageWidth": 9
}
`,
  });
});

describe('names and images', () => {
  const content = (sink: MemorySink, name: string) => JSON.parse(sink.files[name]!);

  test('a file in a folder leads back to its image', async () => {
    const { sink } = await write([{ sample: detection([], 'img/a.jpg'), file: 'in', key: 'sub/deep/a' }]);
    expect(content(sink, 'sub/deep/a.json').imagePath).toBe('../../img/a.jpg');
  });

  test('an address stays as it is', async () => {
    const { sink } = await write([{ sample: detection([], 's3://b/a.jpg'), file: 'in', key: 'sub/a' }]);
    expect(content(sink, 'sub/a.json').imagePath).toBe('s3://b/a.jpg');
  });

  test('copied images stand beside their files', async () => {
    const record = { sample: detection([], 'img/a.b.JPG'), file: 'in', key: 'sub/a.b' };
    const { sink } = await write([record, record], { images: 'copy', renameClashes: true });
    expect([...sink.placed.keys()]).toEqual(['sub/a.b.JPG', 'sub/a.b-2.JPG']);
    expect(content(sink, 'sub/a.b-2.json').imagePath).toBe('a.b-2.JPG');
  });

  test('two samples of one name', async () => {
    const { written } = await write([detection([], 'x/a.jpg'), detection([], 'y/a.png')]);
    expect(
      written.map((result) => (Array.isArray(result) ? result.map(({ rule }) => rule) : result)),
    ).toEqual(['written', ['C002']]);
  });

  test('a size that nobody knows is null', async () => {
    const { sink } = await write([{ source: 'b.jpg', annotations: [] }]);
    expect(content(sink, 'b.json')).toMatchObject({ imageHeight: null, imageWidth: null });
    expect(brief(sink.reported)).toEqual([
      'N049 warning in imageWidth and imageHeight are null, since the size of the image is not known: there is nothing at b.jpg',
    ]);
  });

  test('version', async () => {
    const { sink } = await write([detection([])], { options: { version: '4.0.0' } });
    expect(content(sink, 'a.json').version).toBe('4.0.0');
  });

  test('labels that are none of the given classes', async () => {
    const { written, sink } = await write(
      [
        detection([object(box)]),
        { source: 'b.jpg', annotations: [{ task: 'image_classification', name: 'cat' }] },
      ],
      { classes: ['dog'] },
    );
    expect(written).toMatchObject([[{ rule: 'C010' }], [{ rule: 'C010' }]]);
    expect(sink.files).toEqual({});
  });
});

describe('losses', () => {
  test.each<[string, Sample, Record<string, number>]>([
    ['a text', { source: 'content://x', annotations: [] }, { 'text-sample': 1 }],
    ['usage', { source: 'a.jpg', annotations: [], usage: 'TRAIN' }, { usage: 1 }],
    ['no label', detection([object(box, { name: '' })]), { 'object-without-label': 1 }],
    ['no shape', detection([object(undefined)]), { 'object-without-shape': 1 }],
    ['dashed', detection([object({ kind: 'dashed', x1: 0, y1: 0, x2: 1, y2: 1 })]), { 'shape-dashed': 1 }],
    [
      'a polygon of two points',
      detection([object({ kind: 'polygon', points: [0, 0, 1, 1] })]),
      { 'object-without-shape': 1 },
    ],
    [
      'a polyline of one',
      detection([object({ kind: 'polyline', points: [0, 0] })]),
      { 'object-without-shape': 1 },
    ],
    [
      'a property',
      detection([
        object(box, {
          properties: new Map([
            ['a', 'b'],
            ['difficult', 'true'],
          ]),
        }),
      ]),
      { 'object-property': 2 },
    ],
    [
      'attributes',
      detection([object(box, { attributes: new Map([['a', 'true']]) })]),
      { 'object-property': 1 },
    ],
    ['a flag of another kind', detection([object(box, { truncated: '40' })]), { 'object-property': 1 }],
    [
      'a confidence',
      detection([object(box, { confidence: 0.5, pose: 'Left' })]),
      { 'object-confidence': 1, 'object-pose': 1 },
    ],
    [
      'a class without a name',
      { source: 'a.jpg', annotations: [{ task: 'image_classification' }] },
      { 'object-without-label': 1 },
    ],
    [
      'a classified image without objects',
      {
        ...detection([]),
        annotations: [...detection([]).annotations, { task: 'image_classification', name: 'x' }],
      },
      { 'unlabelled-image': 1 },
    ],
  ])('%s', async (_, sample, expected) => {
    const { sink } = await write([sample]);
    expect(sink.lossCounts).toEqual(expected);
    for (const name of Object.keys(expected)) expect(labelme.info.cannotCarry).toContain(name);
  });
});

describe('read(write(x)) is x', () => {
  const read = (files: Record<string, string>) => readAllRecords(formatCode, new MemorySource(files));

  test('shapes', async () => {
    const shape = shapeOf('bndbox', 'polygon', 'circle', 'line', 'polyline', 'point');
    const samples = sampleOf('s3://b/img/1.jpg', objectAnnotation(imageOf(plainObject(shape))), undefined, 1);
    await fc.assert(
      fc.asyncProperty(samples, async (sample) => {
        const { sink } = await write([sample]);
        expect(sink.lossCounts).toEqual({});
        const { records, faults, diagnostics } = await read(sink.files);
        expect([faults, diagnostics]).toEqual([[], []]);
        const [annotation = { image: { objects: [] } }] = sample.annotations;
        expect(records[0]!.sample.annotations[0]!.image!.objects).toEqual(annotation.image!.objects);
        expect(records[0]!.sample.source).toBe(sample.source);
      }),
    );
  });

  test('whatever a sample says, it is kept or counted', async () => {
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(anySample, async (sample) => {
        const { sink, written } = await write([sample]);
        for (const { feature } of sink.losses) expect(labelme.info.cannotCarry).toContain(feature);
        const lists = sample.annotations.filter(({ image }) => image !== undefined);
        if (
          sink.losses.length > 0 ||
          written[0] !== 'written' ||
          sample.annotations.length === 0 ||
          lists.length > 1
        )
          return;
        const { records, faults } = await read(sink.files);
        expect(faults).toEqual([]);
        // Objects of segmentation are those of detection; of equal flags one is enough.
        const detected = new Map<string, Sample['annotations'][number]>();
        for (const annotation of sample.annotations) {
          if (annotation.image === undefined) detected.set(annotation.name!, annotation);
          else
            detected.set('', {
              ...annotation,
              type: 'modelarts/object_detection',
              task: 'object_detection',
            });
        }
        const expected = { ...sample, annotations: [...detected.values()] };
        expect(meaningOf(records[0]!.sample, { size: true })).toEqual(meaningOf(expected, { size: true }));
        equal++;
      }),
      { numRuns: 300 },
    );
    expect(equal).toBeGreaterThan(20);
  });
});
