import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/vertex/code.js';
import { vertex } from '../../../src/formats/vertex/format.js';
import type { Annotation, ImageObject, Sample, Shape } from '../../../src/model/index.js';
import {
  anySample,
  classAnnotation,
  entityAnnotation,
  imageOf,
  objectAnnotation,
  plainObject,
  sampleOf,
  shapeOf,
} from '../arbitrary.js';
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

/** Powers of two: shares of them are exact. */
const size = { width: 1024, height: 512 };
const images = [
  ...['1.jpg', '2.png', '3.png'].map((name) => `s3://b/img/${name}`),
  ...['3', '4', '5'].map((name) => `gs://b/${name}.jpg`),
  'a.jpg',
];
const sizes = Object.fromEntries(images.map((name) => [name, size]));
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/vertex', name), 'utf8');
const read = (text: string) =>
  readAllRecords(formatCode, new MemorySource({ x: text }, { path: 'x', isFile: true, sizes }));

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink({ sizes, ...init });
  const written = await writeAll(
    formatCode,
    sink,
    samples.map((sample) => writeRow({ sample, file: 'in', line: 1 })),
  );
  return { sink, written };
}

const detection = (objects: readonly ImageObject[], more: Partial<Annotation> = {}): Sample => ({
  source: 'a.jpg',
  annotations: [
    { type: 'modelarts/object_detection', task: 'object_detection', image: { objects }, ...more },
  ],
});
const segmentation = (image: Annotation['image']): Sample => ({
  source: 'a.jpg',
  annotations: [{ type: 'modelarts/image_segmentation', task: 'image_segmentation', image: image! }],
});
const object = (shape: Shape | undefined, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'cat',
  properties: new Map(),
  parts: [],
  ...(shape === undefined ? {} : { shape }),
  ...more,
});
const box: Shape = { kind: 'bndbox', xmin: 256, ymin: 0, xmax: 512, ymax: 128 };
const polygon: Shape = { kind: 'polygon', points: [0, 0, 512, 0, 512, 256] };

test('what was read is written as it was', async () => {
  const { records } = await read(fixture('items.jsonl'));
  const samples = records.map(({ sample }) => ({
    ...sample,
    annotations: sample.annotations.map((annotation) =>
      annotation.image === undefined
        ? annotation
        : { ...annotation, image: { ...annotation.image, width: undefined } },
    ),
  })) as Sample[];
  const { sink, written } = await write(samples);
  expect(written).toEqual(records.map(() => 'written'));
  expect(sink.lossCounts).toEqual({});
  const plain = fixture('items.jsonl')
    .replace('VALIDATION', 'validation')
    .replace(',"dataItemResourceLabels":{"aiplatform.googleapis.com/ml_use":"unassigned"}', '')
    .replace('"yMin":0.5,"xMax":0.75,"yMax":0.75', '"xMin":0,"yMin":0.5,"xMax":0.75,"yMax":0.75')
    .replace('0.5019607843137255}', '0.5019607843137255,"blue":0}')
    .replace('{"x":0.5}', '{"x":0.5,"y":0}')
    .replace('{"endOffset":3', '{"startOffset":0,"endOffset":3');
  const parse = (text: string) =>
    text
      .trim()
      .split(/\n+/)
      .map((line) => JSON.parse(line));
  expect(parse(sink.text)).toEqual(parse(plain));
});

test('the bytes of lines', async () => {
  const { sink } = await write([
    {
      ...detection([object(box, { properties: new Map([['colour', 'red']]) })]),
      usage: 'eval',
      property: { site: 'n' },
    },
    { source: 'content://a "text"', annotations: [{ task: 'text_classification', name: 'x' }] },
    { source: 't.txt', annotations: [] },
    { source: 'a.jpg', annotations: [], usage: 'INFERENCE' },
  ]);
  expect(sink.text).toBe(
    [
      '{"imageGcsUri":"a.jpg","boundingBoxAnnotations":[{"displayName":"cat","xMin":0.25,"yMin":0,"xMax":0.5,"yMax":0.25,"annotationResourceLabels":{"colour":"red"}}],"dataItemResourceLabels":{"aiplatform.googleapis.com/ml_use":"validation","site":"n"}}',
      '{"textContent":"a \\"text\\"","classificationAnnotation":{"displayName":"x"}}',
      '{"textGcsUri":"t.txt"}',
      '{"imageGcsUri":"a.jpg","dataItemResourceLabels":{"aiplatform.googleapis.com/ml_use":"INFERENCE"}}',
      '',
    ].join('\n'),
  );
});

describe('CSV', () => {
  const rows: Sample[] = [
    { ...detection([object(box), object(box, { name: 'a,b' })]), usage: 'TRAIN' },
    detection([]),
    {
      source: 'a.jpg',
      usage: 'TEST',
      annotations: ['x', 'y'].map((name) => ({ task: 'image_classification' as const, name })),
    },
    { source: 'content://two\n"lines"', annotations: [{ task: 'text_classification', name: 'x' }] },
    { source: 'a.jpg', annotations: [] },
  ];
  const text = [
    'training,a.jpg,cat,0.25,0,,,0.5,0.25,,',
    'training,a.jpg,"a,b",0.25,0,,,0.5,0.25,,',
    ',a.jpg,,,,,,,,,',
    'test,a.jpg,x,y',
    ',"two\n""lines""",x',
    ',a.jpg',
    '',
  ].join('\n');

  test.each<[string, SinkInit]>([
    ['for an output that ends in .csv', { path: 'out.CSV' }],
    ['when it is asked for', { options: { as: 'csv' } }],
  ])('%s', async (_, init) => {
    const { sink } = await write(rows, init);
    expect(sink.text).toBe(text);
    expect(sink.lossCounts).toEqual({});
  });

  test('reads back', async () => {
    const { records, faults } = await read(text);
    expect(faults).toEqual([]);
    expect(
      records.map(({ sample }) => sample.annotations.map(({ name, image }) => name ?? image!.objects.length)),
    ).toEqual([[2], [0], ['x', 'y'], ['x'], []]);
  });

  test('what it has no place for', async () => {
    const { sink } = await write(
      [
        {
          ...detection([object(box, { properties: new Map([['a', 'b']]) })]),
          usage: 'INFERENCE',
          property: { a: 'b' },
        },
        {
          source: 'a.jpg',
          annotations: [
            ...detection([]).annotations,
            { task: 'image_classification', name: 'x', property: { a: 'b' } },
          ],
        },
        { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'x', property: { a: 'b' } }] },
        { source: 'content://x', annotations: [{ task: 'text_entity', name: 'p' }] },
        segmentation({ maskSource: 'm.png', objects: [object(polygon), object(box)] }),
        segmentation({ objects: [] }),
      ],
      { options: { as: 'csv' } },
    );
    expect(sink.lossCounts).toEqual({
      usage: 1,
      'sample-property': 1,
      'object-property': 1,
      image_classification: 1,
      'annotation-property': 1,
      text_entity: 1,
      mask: 1,
      'shape-polygon': 1,
      'shape-bndbox': 1,
      'unlabelled-image': 1,
    });
  });
});

test('multiLabel: a list even of one class', async () => {
  const { sink } = await write(
    [{ source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'x' }] }],
    {
      options: { multiLabel: true },
    },
  );
  expect(JSON.parse(sink.text).classificationAnnotations).toEqual([{ displayName: 'x' }]);
});

test('copied images are referred to where they go', async () => {
  const { sink } = await write([detection([]), detection([])], { images: 'copy', renameClashes: true });
  expect([...sink.placed.keys()]).toEqual(['a.jpg', 'a-2.jpg']);
  expect(sink.text).toContain('"imageGcsUri":"a-2.jpg"');
});

describe('faults', () => {
  test.each<[string, Sample, string]>([
    ['a size that nobody knows', { ...detection([object(box)]), source: 'b.jpg' }, 'N031'],
    ['an object that is none of the classes', detection([object(box)]), 'C010'],
    [
      'a class that is none of them',
      { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'x' }] },
      'C010',
    ],
  ])('%s', async (_, sample, rule) => {
    const { sink, written } = await write([sample], { classes: ['dog'] });
    expect(written).toMatchObject([[{ rule, severity: 'error' }]]);
    expect(sink.text).toBe('');
  });

  test('the size that labels say comes before that of the image', async () => {
    const { sink } = await write([
      detection([], { image: { width: 512, height: 128, objects: [object(box)] } }),
    ]);
    expect(JSON.parse(sink.text).boundingBoxAnnotations[0]).toMatchObject({ xMin: 0.5, xMax: 1, yMax: 1 });
    expect(sink.lossCounts).toEqual({ 'image-size': 1 });
    expect(brief(sink.reported)).toEqual([]);
  });
});

describe('losses', () => {
  const label = (annotation: Annotation, source = 'a.jpg'): Sample => ({ source, annotations: [annotation] });
  test.each<[string, Sample, Record<string, number>]>([
    ['an audio file', { source: 'a.wav', annotations: [] }, { 'audio-sample': 1 }],
    ['id', { source: 'a.jpg', annotations: [], id: '1' }, { 'sample-id': 1 }],
    [
      'a property that is no text',
      { source: 'a.jpg', annotations: [], property: { n: 1, t: 'x' } },
      { 'sample-property': 1 },
    ],
    [
      'a property of a class that is no text',
      label({ task: 'image_classification', name: 'x', property: { n: 1 } }),
      { 'annotation-property': 1 },
    ],
    ['a property of a list of boxes', detection([], { property: { a: 'b' } }), { 'annotation-property': 1 }],
    [
      'a confidence',
      label({ task: 'image_classification', name: 'x', confidence: 0.5 }),
      { 'annotation-confidence': 1 },
    ],
    ['a class without a name', label({ task: 'image_classification' }), { 'object-without-label': 1 }],
    ['an object without a name', detection([object(box, { name: '' })]), { 'object-without-label': 1 }],
    ['an object without a shape', detection([object(undefined)]), { 'object-without-shape': 1 }],
    ['a polygon of detection becomes its box', detection([object(polygon)]), { 'shape-polygon': 1 }],
    ['a box of segmentation', segmentation({ objects: [object(box)] }), { 'shape-bndbox': 1 }],
    ['a point', detection([object({ kind: 'point', x: 1, y: 2 })]), { 'shape-point': 1 }],
    [
      'a polygon of two points',
      segmentation({ objects: [object({ kind: 'polygon', points: [0, 0, 1, 1] })] }),
      { 'object-without-shape': 1 },
    ],
    [
      'shapes under a mask',
      segmentation({ maskSource: 'm', objects: [object(polygon, { maskColor: '1,2,3' })] }),
      { 'shape-polygon': 1 },
    ],
    ['a colour without a mask', detection([object(box, { maskColor: '1,2,3' })]), { mask: 1 }],
    [
      'a colour that is none',
      segmentation({ maskSource: 'm', objects: [object(undefined, { maskColor: 'red' })] }),
      { mask: 1 },
    ],
    ['segmentation of nothing', segmentation({ objects: [] }), { 'unlabelled-image': 1 }],
    [
      'an entity without offsets',
      label({ task: 'text_entity', name: 'x' }, 'content://x'),
      { 'object-without-shape': 1 },
    ],
    ['a use that leaves it open', { source: 'a.jpg', annotations: [], usage: 'unassigned' }, { usage: 1 }],
  ])('%s', async (_, sample, expected) => {
    const { sink } = await write([sample]);
    expect(sink.lossCounts).toEqual(expected);
    for (const name of Object.keys(expected))
      if (name !== 'shape-bndbox') expect(vertex.info.cannotCarry).toContain(name);
  });
});

describe('read(write(x)) is x', () => {
  const boxed = imageOf(plainObject(shapeOf('bndbox'))).map(({ objects }) => ({ objects }));
  const kept: [string, fc.Arbitrary<Sample>][] = [
    ['classes', sampleOf('s3://b/img/1.jpg', classAnnotation('image'))],
    ['boxes', sampleOf('s3://b/img/1.jpg', objectAnnotation(boxed), undefined, 1)],
    ['entities', sampleOf('content://a_text_of_some_length', entityAnnotation())],
  ];
  test.each(kept)('%s', async (_, samples) => {
    await fc.assert(
      fc.asyncProperty(fc.array(samples, { maxLength: 5 }), async (list) => {
        const { sink } = await write(list);
        expect(sink.lossCounts).toEqual({});
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        const meaning = (sample: Sample) => meaningOf(sample, { size: true });
        expect(records.map(({ sample }) => meaning(sample))).toEqual(list.map(meaning));
      }),
    );
  });

  test.each(['jsonl', 'csv'])('whatever a sample says, it is kept or counted: %s', async (as) => {
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(anySample, async (sample) => {
        const { sink, written } = await write([sample], { options: { as } });
        for (const { feature } of sink.losses)
          expect([...vertex.info.cannotCarry, 'image_classification', 'text_classification']).toContain(
            feature,
          );
        const lists = sample.annotations.filter(
          ({ task }) => task === 'object_detection' || task === 'image_segmentation',
        );
        if (sink.losses.length > 0 || written[0] !== 'written' || lists.length > 1) return;
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        expect(meaningOf(records[0]!.sample, { size: true })).toEqual(meaningOf(sample, { size: true }));
        equal++;
      }),
      { numRuns: 300 },
    );
    expect(equal).toBeGreaterThan(15);
  });
});
