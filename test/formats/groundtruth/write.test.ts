import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatRecord } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/groundtruth/code.js';
import { groundtruth } from '../../../src/formats/groundtruth/format.js';
import type { Annotation, Sample } from '../../../src/model/index.js';
import {
  anySample,
  classAnnotation,
  confidence,
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

const fixture = readFileSync(join(import.meta.dirname, '../../fixtures/groundtruth/tasks.manifest'), 'utf8');

const read = (text: string, options = {}) =>
  readAllRecords(formatCode, new MemorySource({ x: text }, { path: 'x', isFile: true, options }));

const recordOf = (sample: Sample): FormatRecord => ({ sample, file: 'in', line: 1 });

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink(init);
  const written = await writeAll(
    formatCode,
    sink,
    samples.map((sample) => writeRow(recordOf(sample))),
  );
  return {
    sink,
    written,
    lines: sink.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  };
}

const detection = (objects: NonNullable<Annotation['image']>['objects'], more = {}): Sample => ({
  source: 's3://b/1.jpg',
  annotations: [
    { type: 'modelarts/object_detection', task: 'object_detection', image: { objects, ...more } },
  ],
});
const object = { name: 'cat', properties: new Map(), parts: [] };
const box = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 11, ymax: 22 } as const;

test('what was read is written as it was, but for class ids', async () => {
  const { records } = await read(fixture);
  const { sink, written } = await write(
    records.map(({ sample }) => sample),
    { options: { attribute: 'box' } },
  );
  expect(written).toEqual(records.map(() => 'written'));
  expect(sink.lossCounts).toEqual({});
  expect(sink.text).toBe(
    [
      '{"source-ref":"s3://shop/img/1.jpg","box":0,"box-metadata":{"class-name":"dog","confidence":0.75,"type":"groundtruth/image-classification","human-annotated":"yes","creation-date":"2024-05-17T08:30:00.000000","job-name":"labeling-job/animals"}}',
      '{"source-ref":"s3://shop/img/2.jpg","box":[0,1],"box-metadata":{"class-map":{"0":"dog","1":"cat"},"confidence-map":{"0":0.5,"1":0.25},"type":"groundtruth/image-classification-multilabel","human-annotated":"no","creation-date":"2024-05-18T01:30:00.000000"}}',
      '{"source":"the food was \\"fine\\"","box":2,"box-metadata":{"class-name":"positive","confidence":0.8,"type":"groundtruth/text-classification","human-annotated":"yes","creation-date":"2024-05-17T08:30:00.000000"}}',
      '{"source-ref":"s3://shop/img/3.jpg","box":{"image_size":[{"width":640,"height":480,"depth":3}],"annotations":[{"class_id":1,"left":10.5,"top":20,"width":100,"height":50.25},{"class_id":0,"left":-2,"top":0,"width":40,"height":40}]},"box-metadata":{"objects":[{"confidence":0.93},{"confidence":0}],"class-map":{"0":"dog","1":"cat"},"type":"groundtruth/object-detection","human-annotated":"yes","creation-date":"2024-05-17T08:30:00.000000","job-name":"labeling-job/boxes"},"weather":"rain","origin":{"camera":7}}',
      '{"source-ref":"s3://shop/img/4.png","box-ref":"s3://shop/masks/4.png","box-ref-metadata":{"internal-color-map":{"0":{"class-name":"BACKGROUND","hex-color":"#ffffff","confidence":0},"1":{"class-name":"road","hex-color":"#2ca02c","confidence":0.5}},"type":"groundtruth/semantic-segmentation","human-annotated":"yes","creation-date":"2024-05-17T08:30:00.000000","job-name":"labeling-job/streets"}}',
      '{"source":"Ada met Bo","box":{"annotations":{"entities":[{"label":"person","startOffset":0,"endOffset":3},{"label":"person","startOffset":8,"endOffset":10}],"labels":[{"label":"person"}]}},"box-metadata":{"entities":[{"confidence":0.5},{"confidence":0.25}],"type":"groundtruth/text-span","human-annotated":"yes","creation-date":"2024-05-17T08:30:00.000000"}}',
      '{"source-ref":"s3://shop/img/5.jpg"}',
      '{"source-ref":"s3://shop/img/6.jpg","box":{"annotations":[]},"box-metadata":{"objects":[],"class-map":{},"type":"groundtruth/object-detection"}}',
      '{"source-ref":"s3://shop/img/7.jpg"}',
      '',
    ].join('\n'),
  );
  expect(brief(sink.reported)).toEqual([
    'N029 warning in:1 image_size is left out, since the size of the image is not known: there is nothing at s3://shop/img/6.jpg',
  ]);
});

describe('class ids', () => {
  test('follow the given list', async () => {
    const { lines } = await write([detection([{ ...object, shape: box }])], { classes: ['dog', 'cat'] });
    expect(lines[0].label.annotations[0].class_id).toBe(1);
    expect(lines[0]['label-metadata']['class-map']).toEqual({ 1: 'cat' });
  });

  test('a label that is none of the list is a fault, and nothing is written of the sample', async () => {
    const { written, sink } = await write(
      [
        detection([{ ...object, shape: box }]),
        { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'cat' }] },
        {
          source: 'content://some text',
          annotations: [
            {
              task: 'text_entity',
              name: 'cat',
              property: { '@modelarts:start_index': 0, '@modelarts:end_index': 4 },
            },
          ],
        },
        {
          source: 'm.jpg',
          annotations: [
            {
              task: 'image_segmentation',
              image: { maskSource: 'm.png', objects: [{ ...object, maskColor: '1,2,3' }] },
            },
          ],
        },
      ],
      { classes: ['dog'] },
    );
    expect(
      written.flatMap((result) => (typeof result === 'string' ? result : result.map(({ rule }) => rule))),
    ).toEqual(['C010', 'C010', 'C010', 'C010']);
    expect(sink.text).toBe('');
  });
});

test('the size of an image that its labels do not say comes from the image', async () => {
  const { lines, sink } = await write([detection([{ ...object, shape: box }])], {
    sizes: { 's3://b/1.jpg': { width: 30, height: 40 } },
  });
  expect(lines[0].label.image_size).toEqual([{ width: 30, height: 40, depth: 3 }]);
  expect(sink.reported).toEqual([]);
});

test('copied images are referred to where they go', async () => {
  const { lines, sink } = await write([detection([]), detection([])], {
    images: 'copy',
    renameClashes: true,
  });
  expect(lines.map((line) => line['source-ref'])).toEqual(['1.jpg', '1-2.jpg']);
  expect([...sink.placed.keys()]).toEqual(['1.jpg', '1-2.jpg']);
});

test('numbers carry no noise of their arithmetic', async () => {
  const { lines } = await write([detection([{ ...object, shape: { ...box, xmin: 138.8, xmax: 582.6 } }])]);
  expect(lines[0].label.annotations[0]).toMatchObject({ left: 138.8, width: 443.8 });
});

test('labels of several tasks have an attribute each, which are read together', async () => {
  const sample: Sample = {
    source: 's3://b/1.jpg',
    annotations: [
      {
        type: 'modelarts/object_detection',
        task: 'object_detection',
        image: { width: 9, height: 9, depth: 3, objects: [] },
      },
      { type: 'modelarts/image_classification', task: 'image_classification', name: 'street' },
    ],
  };
  const { sink, lines } = await write([sample]);
  expect(Object.keys(lines[0])).toEqual([
    'source-ref',
    'label',
    'label-metadata',
    'label-classes',
    'label-classes-metadata',
  ]);
  expect(sink.lossCounts).toEqual({});
  const { records } = await read(sink.text, { attributes: ['label', 'label-classes'] });
  expect(records[0]!.sample).toEqual(sample);
  const { records: all, faults } = await read(sink.text);
  expect(faults).toEqual([]);
  expect(all.map((record) => record.sample)).toEqual([sample]);
});

test('multiLabel: a list even of one class', async () => {
  const sample: Sample = { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'cat' }] };
  const { lines } = await write([sample], { options: { multiLabel: true } });
  expect(lines[0].label).toEqual([0]);
  expect(lines[0]['label-metadata'].type).toBe('groundtruth/image-classification-multilabel');
});

describe('losses', () => {
  const task = (annotation: Annotation, source = 's3://b/1.jpg'): Sample => ({
    source,
    annotations: [annotation],
  });
  const segmentation = (image: Annotation['image']) => task({ task: 'image_segmentation', image });
  test.each<[string, Sample, Record<string, number>]>([
    ['an audio file', task({ task: 'audio_classification', name: 'x' }, 'a.wav'), { 'audio-sample': 1 }],
    ['a table', { source: 'a.csv', annotations: [] }, { 'table-sample': 1 }],
    [
      'a polygon becomes its box',
      detection([{ ...object, shape: { kind: 'polygon', points: [0, 0, 4, 0, 4, 4] } }]),
      { 'shape-polygon': 1 },
    ],
    [
      'a line is left out',
      detection([{ ...object, shape: { kind: 'line', x1: 0, y1: 0, x2: 1, y2: 1 } }]),
      { 'shape-line': 1 },
    ],
    [
      'an object without label',
      detection([{ properties: new Map(), parts: [], shape: box }]),
      { 'object-without-label': 1 },
    ],
    ['an object without shape', detection([object]), { 'object-without-shape': 1 }],
    [
      'what objects say beside',
      detection([{ ...object, shape: box, difficult: '1', pose: 'Left', properties: new Map([['a', 'b']]) }]),
      { 'object-difficult': 1, 'object-pose': 1, 'object-property': 1 },
    ],
    [
      'the confidence of a list of boxes',
      task({ task: 'object_detection', confidence: 0.5, image: { objects: [] } }),
      { 'annotation-confidence': 1 },
    ],
    [
      'usage and id',
      { source: 'a.jpg', annotations: [], usage: 'TRAIN', id: '7' },
      { usage: 1, 'sample-id': 1 },
    ],
    [
      'a property that the line has already',
      { source: 'a.jpg', annotations: [], property: { source: 'x', a: 1 } },
      { 'sample-property': 1 },
    ],
    [
      'a property that metadata has already',
      task({ task: 'image_classification', name: 'x', property: { type: 'y' } }),
      { 'annotation-property': 1 },
    ],
    [
      'who labelled',
      task({ task: 'image_classification', name: 'x', annotatedBy: 'human/a/b' }),
      { 'annotated-by': 1 },
    ],
    [
      'a time in another form',
      task({ task: 'image_classification', name: 'x', creationTime: 'now' }),
      { 'creation-time': 1 },
    ],
    ['a class without a name', task({ task: 'image_classification' }), { 'object-without-label': 1 }],
    [
      'an entity without offsets',
      task({ task: 'text_entity', name: 'x' }, 'content://a'),
      { 'object-without-shape': 1 },
    ],
    ['a relation', task({ task: 'text_triplet', name: 'x' }, 'content://a'), { text_triplet: 1 }],
    [
      'shapes under a mask',
      segmentation({ maskSource: 'm.png', objects: [{ ...object, maskColor: '1,2,3', shape: box }] }),
      { 'shape-bndbox': 1 },
    ],
    [
      'no colour under a mask',
      segmentation({ maskSource: 'm.png', width: 1, height: 1, objects: [object] }),
      { mask: 1, 'image-size': 1 },
    ],
    [
      'instances of one class under a mask',
      segmentation({
        maskSource: 'm.png',
        objects: [1, 0.5].map((score) => ({ ...object, maskColor: '1,2,3', confidence: score })),
      }),
      { 'object-confidence': 1 },
    ],
  ])('%s', async (_, sample, expected) => {
    const { sink } = await write([sample], { sizes: { 's3://b/1.jpg': { width: 9, height: 9 } } });
    expect(sink.lossCounts).toEqual(expected);
    for (const name of Object.keys(expected))
      if (name !== 'shape-bndbox') expect(groundtruth.info.cannotCarry).toContain(name);
  });

  test('metadata that differs between labels is that of the first', async () => {
    const { sink, lines } = await write([
      {
        source: 'a.jpg',
        annotations: ['a', 'b'].map((name) => ({
          task: 'image_classification' as const,
          name,
          property: { 'job-name': name },
        })),
      },
    ]);
    expect(lines[0]['label-metadata']['job-name']).toBe('a');
    expect(sink.lossCounts).toEqual({ 'annotation-property': 1 });
  });
});

describe('read(write(x)) is x', () => {
  const sized = imageOf(plainObject(shapeOf('bndbox'))).map((image) => ({
    width: 9,
    height: 9,
    depth: 3,
    ...image,
  }));
  const scored = fc.record({ confidence }, { requiredKeys: [] });
  const kept: [string, fc.Arbitrary<Sample>][] = [
    ['one class', sampleOf('s3://b/1.jpg', classAnnotation('image', scored), undefined, 1)],
    ['boxes', sampleOf('s3://b/1.jpg', objectAnnotation(sized), undefined, 1)],
    ['entities', sampleOf('content://a text of some length', entityAnnotation(scored))],
  ];
  test.each(kept)('%s', async (_, samples) => {
    await fc.assert(
      fc.asyncProperty(fc.array(samples, { maxLength: 5 }), async (list) => {
        const { sink } = await write(list);
        expect(sink.lossCounts).toEqual({});
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        expect(records.map(({ sample }) => sample)).toEqual(list);
      }),
    );
  });

  test('whatever a sample says, it is kept or counted', async () => {
    const names = new Set<string>(groundtruth.info.cannotCarry);
    let equal = 0;
    await fc.assert(
      fc.asyncProperty(anySample, async (sample) => {
        const { sink, written } = await write([sample], {
          sizes: { 's3://b/img/2.png': { width: 9, height: 9 }, 's3://b/img/3.png': { width: 9, height: 9 } },
        });
        for (const { feature } of sink.losses) expect([...names, 'shape-bndbox']).toContain(feature);
        if (sink.losses.length > 0 || written[0] !== 'written') return;
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        const size = sample.annotations.some(({ image }) => image?.width === undefined);
        expect(meaningOf(records[0]!.sample, { size })).toEqual(meaningOf(sample, { size }));
        equal++;
      }),
      { numRuns: 300 },
    );
    expect(equal).toBeGreaterThan(20);
  });
});
