import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/groundtruth/code.js';
import type { Sample } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const fixture = readFileSync(join(import.meta.dirname, '../../fixtures/groundtruth/tasks.manifest'), 'utf8');

const read = (text: string | Uint8Array, init: SourceInit = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'in.manifest': text }, { path: 'in.manifest', isFile: true, ...init }),
  );

const line = (members: object) => JSON.stringify({ 'source-ref': 's3://b/1.jpg', ...members });
const boxes = (annotations: unknown, more: object = {}, value: object = {}) =>
  line({
    box: { annotations, ...value },
    'box-metadata': { 'class-map': { 0: 'dog' }, type: 'groundtruth/object-detection', ...more },
  });
const good = { class_id: 0, left: 1, top: 2, width: 3, height: 4 };

test('labels of all five tasks', async () => {
  const { records, faults, diagnostics } = await read(fixture);
  expect(faults).toEqual([]);
  const common = { creationTime: '2024-05-17 08:30:00', annotatedBy: 'human' };
  const classes = { type: 'modelarts/image_classification', task: 'image_classification' };
  const nothing = { properties: new Map(), parts: [] };
  const expected: Sample[] = [
    {
      source: 's3://shop/img/1.jpg',
      annotations: [
        {
          ...classes,
          name: 'dog',
          confidence: 0.75,
          property: { 'job-name': 'labeling-job/animals' },
          ...common,
        },
      ] as Sample['annotations'],
    },
    {
      source: 's3://shop/img/2.jpg',
      annotations: [
        ['dog', 0.5],
        ['cat', 0.25],
      ].map(([name, confidence]) => ({
        ...classes,
        name,
        confidence,
        creationTime: '2024-05-18 01:30:00',
        annotatedBy: 'auto',
      })) as Sample['annotations'],
    },
    {
      source: 'content://the food was "fine"',
      annotations: [
        {
          type: 'modelarts/text_classification',
          task: 'text_classification',
          name: 'positive',
          confidence: 0.8,
          ...common,
        },
      ],
    },
    {
      source: 's3://shop/img/3.jpg',
      property: { weather: 'rain', origin: { camera: 7 } },
      annotations: [
        {
          type: 'modelarts/object_detection',
          task: 'object_detection',
          property: { 'job-name': 'labeling-job/boxes' },
          ...common,
          image: {
            width: 640,
            height: 480,
            depth: 3,
            objects: [
              {
                ...nothing,
                name: 'cat',
                confidence: 0.93,
                shape: { kind: 'bndbox', xmin: 10.5, ymin: 20, xmax: 110.5, ymax: 70.25 },
              },
              {
                ...nothing,
                name: 'dog',
                confidence: 0,
                shape: { kind: 'bndbox', xmin: -2, ymin: 0, xmax: 38, ymax: 40 },
              },
            ],
          },
        },
      ],
    },
    {
      source: 's3://shop/img/4.png',
      annotations: [
        {
          type: 'modelarts/image_segmentation',
          task: 'image_segmentation',
          property: { 'job-name': 'labeling-job/streets' },
          ...common,
          image: {
            maskSource: 's3://shop/masks/4.png',
            objects: [
              { ...nothing, name: 'BACKGROUND', maskColor: '255,255,255', confidence: 0 },
              { ...nothing, name: 'road', maskColor: '44,160,44', confidence: 0.5 },
            ],
          },
        },
      ],
    },
    {
      source: 'content://Ada met Bo',
      annotations: [
        [0, 3, 0.5],
        [8, 10, 0.25],
      ].map(([start, end, confidence]) => ({
        type: 'modelarts/text_entity',
        task: 'text_entity' as const,
        name: 'person',
        ...common,
        property: { '@modelarts:start_index': start!, '@modelarts:end_index': end! },
        confidence,
      })) as Sample['annotations'],
    },
    { source: 's3://shop/img/5.jpg', annotations: [] },
    {
      source: 's3://shop/img/6.jpg',
      annotations: [{ type: 'modelarts/object_detection', task: 'object_detection', image: { objects: [] } }],
    },
    { source: 's3://shop/img/7.jpg', annotations: [] },
  ];
  expect(records.map(({ sample }) => sample)).toEqual(expected);
  expect(records.map((record) => record.line)).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 10]);
  expect(brief(diagnostics)).toEqual([
    'N020 info in.manifest:1:15 the samples are in Amazon S3 (s3://shop); their addresses are kept',
    'N028 warning in.manifest:4:174 a box leaves its image',
    'N026 warning in.manifest:10:73 animal could not be labelled: "ClientError: the image could not be shown"',
  ]);
});

test('bytes add up, whatever the chunks are, CRLF and byte order mark too', async () => {
  const whole = await read(fixture);
  const bytes = (batches: typeof whole.batches) => batches.reduce((sum, batch) => sum + batch.bytes, 0);
  expect(bytes(whole.batches)).toBe(Buffer.byteLength(fixture) - 1);
  const small = await read(fixture, { chunkBytes: 7 });
  expect(small.records).toEqual(whole.records);
  expect(small.diagnostics).toEqual(whole.diagnostics);
  expect(bytes(small.batches)).toBe(bytes(whole.batches));
  const windows = await read(`\ufeff${fixture.replaceAll('\n', '\r\n')}`);
  expect(windows.records).toEqual(whole.records);
});

test('relative references are paths from the file', async () => {
  const text = [
    { 'source-ref': 'img/../1.jpg' },
    { 'source-ref': '/abs/1.jpg' },
    { 'source-ref': '1.jpg', 'm-ref': 'm.png', 'm-ref-metadata': { 'internal-color-map': {} } },
  ]
    .map((value) => JSON.stringify(value))
    .join('\n');
  const { records } = await readAllRecords(
    formatCode,
    new MemorySource({ 'in.manifest': text }, { path: 'set/in.manifest', isFile: true }),
  );
  expect(records.map(({ sample }) => sample.source)).toEqual(['set/1.jpg', '/abs/1.jpg', 'set/1.jpg']);
  expect(records[2]!.sample.annotations[0]!.image!.maskSource).toBe('set/m.png');
});

test('an empty file has no samples', async () => {
  expect(await read('')).toEqual({ records: [], faults: [], diagnostics: [], batches: [] });
});

describe('options', () => {
  const several = line({
    a: 0,
    'a-metadata': { 'class-name': 'dog', type: 'groundtruth/image-classification' },
    b: 1,
    'b-metadata': { 'class-name': 'wet', type: 'groundtruth/image-classification' },
  });

  test('attributes: those named are read, others are kept as properties', async () => {
    const { records } = await read(several, { options: { attributes: ['b'] } });
    const { sample } = records[0]!;
    expect(sample.annotations.map(({ name }) => name)).toEqual(['wet']);
    expect(sample.property).toEqual({
      a: 0,
      'a-metadata': { 'class-name': 'dog', type: 'groundtruth/image-classification' },
    });
    const both = await read(several, { options: { attributes: ['b', 'a'] } });
    expect(both.records[0]!.sample.annotations.map(({ name }) => name)).toEqual(['dog', 'wet']);
    expect(both.records[0]!.sample.property).toBeUndefined();
    const other = await read(several, { options: { attributes: ['c'] } });
    expect(other.records[0]!.sample.annotations).toEqual([]);
  });

  test('attributes: one without metadata can be named', async () => {
    const { records, diagnostics } = await read(line({ class: '3' }), { options: { attributes: ['class'] } });
    expect(records[0]!.sample.annotations).toEqual([
      { type: 'modelarts/image_classification', task: 'image_classification', name: '3' },
    ]);
    expect(brief(diagnostics)[1]).toBe(
      'N021 warning in.manifest:1:38 the class 3 has no name in class-name; the number is the label',
    );
  });

  test('dropZeroConfidence', async () => {
    const { records } = await read(boxes([good], { objects: [{ confidence: 0 }] }), {
      options: { dropZeroConfidence: true },
    });
    expect(records[0]!.sample.annotations[0]!.image!.objects[0]).not.toHaveProperty('confidence');
  });
});

describe('metadata that does not say the type', () => {
  test.each([
    ['a class of an image', line({ a: 1, 'a-metadata': { 'class-name': 'x' } }), 'image_classification'],
    ['classes', line({ a: [1], 'a-metadata': { 'class-map': { 1: 'x' } } }), 'image_classification'],
    ['boxes', line({ a: { annotations: [] }, 'a-metadata': {} }), 'object_detection'],
    [
      'a mask',
      line({ 'a-ref': 's3://b/m.png', 'a-ref-metadata': { 'internal-color-map': {} } }),
      'image_segmentation',
    ],
    ['a class of a text', '{"source":"t","a":1,"a-metadata":{"class-name":"x"}}', 'text_classification'],
    [
      'entities',
      '{"source":"t","a":{"annotations":{"entities":[{"label":"x","startOffset":0,"endOffset":1}]}},"a-metadata":{}}',
      'text_entity',
    ],
  ])('%s', async (_, text, task) => {
    const { records, faults } = await read(text);
    expect(faults).toEqual([]);
    expect(records[0]!.sample.annotations.map((annotation) => annotation.task)).toEqual([task]);
  });

  test('labels of other types are members like any other', async () => {
    const verified = { a: 0, 'a-metadata': { type: 'groundtruth/label-verification' } };
    const { records } = await read(line(verified));
    expect(records[0]!.sample).toEqual({ source: 's3://b/1.jpg', annotations: [], property: verified });
  });

  test('members may have any name', async () => {
    const { records } = await read('{"source-ref":"1.jpg","__proto__":{"x":1},"constructor":2}');
    expect(Object.keys(records[0]!.sample.property!)).toEqual(['__proto__', 'constructor']);
  });
});

const first = '{"source-ref":"1.jpg"}';

/** A line between two good ones, and what is found in it; `kept` when the sample is read all the same. */
const broken: readonly (readonly [
  title: string,
  text: string | Uint8Array,
  expected: string[],
  kept?: 'kept',
])[] = [
  [
    'cut short',
    '{"source-ref":"s3:',
    ['N023 error in.manifest:2:15 the line is not JSON: a string is never closed'],
  ],
  [
    'no JSON',
    'source-ref',
    ['N023 error in.manifest:2:1 the line is not JSON: the value source is not quoted'],
  ],
  ['an array', '[1]', ['N023 error in.manifest:2:1 the line is not a JSON object']],
  [
    'two objects',
    `${first}${first}`,
    ['N023 error in.manifest:2:23 the line is not JSON: another value follows the first one'],
  ],
  [
    'NaN',
    '{"source-ref":"1.jpg","a":NaN}',
    ['N023 error in.manifest:2:27 the line is not JSON: NaN is not JSON'],
  ],
  ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), ['N023 error in.manifest:2 byte 2 of the line is not UTF-8']],
  ['NUL', '{"a":"\0"}', ['N023 error in.manifest:2 byte 7 of the line is NUL']],
  ['no source', '{"a":1}', ['N024 error in.manifest:2:1 the line has neither source-ref nor source']],
  [
    'two sources',
    '{"source":"a","source-ref":"b"}',
    ['N024 error in.manifest:2:11 the line has both source-ref and source'],
  ],
  ['a number for a source', '{"source-ref":7}', ['N024 error in.manifest:2:15 source-ref is 7']],
  ['an empty source', '{"source":""}', ['N024 error in.manifest:2:11 source is ""']],
  [
    'several labels',
    '{"source-ref":"1.jpg","a":0,"a-metadata":{},"b":1,"b-metadata":{}}',
    ['N022 error in.manifest:2:49 the line has 2 label attributes: a, b'],
  ],
  [
    'labels of which one is called as a further task of the other is, and is of another task',
    '{"source-ref":"1.jpg","a":0,"a-metadata":{},"a-boxes":1,"a-boxes-metadata":{}}',
    ['N022 error in.manifest:2:55 the line has 2 label attributes: a, a-boxes'],
  ],
  [
    'metadata that is no object',
    '{"source-ref":"1.jpg","a":0,"a-metadata":"x"}',
    ['N025 error in.manifest:2:42 the metadata of a is "x", not an object'],
  ],
  [
    'metadata alone',
    '{"source-ref":"1.jpg","a-metadata":{"class-name":"x"}}',
    ['N025 error in.manifest:2:36 a has metadata and no value'],
  ],
  [
    'a class that is no id',
    '{"source-ref":"1.jpg","a":-1,"a-metadata":{"class-name":"x"}}',
    ['N025 error in.manifest:2:27 a is -1, not a class id'],
  ],
  [
    'a list for a class',
    '{"source-ref":"1.jpg","a":0,"a-metadata":{"type":"groundtruth/image-classification-multilabel"}}',
    ['N025 error in.manifest:2:27 a is 0, not a list of class ids'],
  ],
  [
    'an id that is no number in a list',
    '{"source-ref":"1.jpg","a":[0,"x"],"a-metadata":{"class-map":{"0":"dog"}}}',
    ['N025 error in.manifest:2:30 a class id is "x"'],
  ],
  [
    'no list of boxes',
    '{"source-ref":"1.jpg","a":{},"a-metadata":{"type":"groundtruth/object-detection"}}',
    ['N025 error in.manifest:2:27 a has no list of annotations'],
  ],
  [
    'image_size of the wrong kind',
    '{"source-ref":"1.jpg","a":{"image_size":[{"width":"640","height":480}],"annotations":[]},"a-metadata":{}}',
    ['N025 error in.manifest:2:51 width of image_size is "640"'],
  ],
  [
    'a mask that is no address',
    '{"source-ref":"1.jpg","a-ref":1,"a-ref-metadata":{"type":"groundtruth/semantic-segmentation"}}',
    ['N025 error in.manifest:2:31 a-ref is 1, not the address of a mask'],
  ],
  [
    'a mask without colours',
    '{"source-ref":"1.jpg","a-ref":"m","a-ref-metadata":{"type":"groundtruth/semantic-segmentation"}}',
    ['N025 error in.manifest:2:52 a-ref has no internal-color-map'],
  ],
  [
    'no list of entities',
    '{"source":"t","a":{"annotations":{}},"a-metadata":{"type":"groundtruth/text-span"}}',
    ['N025 error in.manifest:2:19 a has no list of entities'],
  ],
  [
    'a class without a name',
    '{"source-ref":"1.jpg","a":4,"a-metadata":{}}',
    ['N021 warning in.manifest:2:27 the class 4 has no name in class-name; the number is the label'],
    'kept',
  ],
  [
    'a confidence beyond 1',
    '{"source-ref":"1.jpg","a":4,"a-metadata":{"class-name":"x","confidence":93}}',
    ['N029 warning in.manifest:2:73 a confidence is 93'],
    'kept',
  ],
  [
    'a date that is none',
    '{"source-ref":"1.jpg","a":4,"a-metadata":{"class-name":"x","creation-date":"2024-02-30T00:00:00"}}',
    ['N029 warning in.manifest:2:76 creation-date is "2024-02-30T00:00:00"'],
    'kept',
  ],
  [
    'neither human nor machine',
    '{"source-ref":"1.jpg","a":4,"a-metadata":{"class-name":"x","human-annotated":true}}',
    ['N029 warning in.manifest:2:78 human-annotated is true'],
    'kept',
  ],
  [
    'boxes with faults among good ones',
    boxes([
      good,
      { ...good, width: -1 },
      { ...good, left: undefined },
      { ...good, top: '7' },
      { ...good, class_id: 1.5 },
      { ...good, class_id: 9 },
      7,
      { ...good, height: 0 },
      { ...good, iscrowd: 1 },
    ]).replace('s3://b/', ''),
    [
      'N027 warning in.manifest:2:137 width of a box is -1',
      'N027 warning in.manifest:2:152 left of a box is missing',
      'N027 warning in.manifest:2:225 top of a box is "7"',
      'N027 warning in.manifest:2:263 a class id is 1.5',
      'N021 warning in.manifest:2:318 the class 9 has no name in class-map; the number is the label',
      'N027 warning in.manifest:2:359 a box is 7, not an object',
      'N028 warning in.manifest:2:361 a box has no area',
      'N029 warning in.manifest:2:476 a box has the member "iscrowd"',
    ],
    'kept',
  ],
  [
    'confidences for other boxes',
    boxes([good], { objects: [] }).replace('s3://b/', ''),
    ['N029 warning in.manifest:2:188 objects has 0 entries for 1 objects'],
    'kept',
  ],
  [
    'entities with faults',
    '{"source":"Ada","a":{"annotations":{"entities":[{"label":"p","startOffset":0,"endOffset":4},{"label":"p","startOffset":2,"endOffset":2},{"startOffset":0,"endOffset":1},5]}},"a-metadata":{}}',
    [
      'N027 warning in.manifest:2:49 an entity goes from 0 to 4',
      'N027 warning in.manifest:2:93 an entity goes from 2 to 2',
      'N027 warning in.manifest:2:137 the label of an entity is missing',
      'N027 warning in.manifest:2:169 an entity is 5, not an object',
    ],
    'kept',
  ],
  [
    'colours with faults',
    '{"source-ref":"1.jpg","a-ref":"m","a-ref-metadata":{"internal-color-map":{"0":{"class-name":"x","hex-color":"red"},"1":3,"2":{"hex-color":"#010203"}}}}',
    [
      'N027 warning in.manifest:2:109 the class 0 of a mask has the colour "red"',
      'N027 warning in.manifest:2:120 the class 1 of a mask is 3',
      'N021 warning in.manifest:2:126 the class 2 has no name in class-name; the number is the label',
    ],
    'kept',
  ],
];

describe('a bad line, and the run goes on', () => {
  test.each(broken)('%s', async (_, given, expected, kept) => {
    const text = Buffer.from(given as string);
    const bytes = Buffer.concat([Buffer.from(`${first}\n`), text, Buffer.from(`\n${first}\n`)]);
    const { records, faults, diagnostics } = await read(bytes);
    expect(brief([...faults.flatMap((fault) => fault.diagnostics), ...diagnostics])).toEqual(expected);
    expect(records.map((record) => record.line)).toEqual(kept === undefined ? [1, 3] : [1, 2, 3]);
    expect(faults.map(({ raw }) => Buffer.from(raw!))).toEqual(kept === undefined ? [text] : []);
    for (const { offset } of faults.flatMap((fault) => fault.diagnostics)) expect(offset).toBe(23);
  });

  test('strict: a faulty box makes the line faulty', async () => {
    const { records, faults } = await read(boxes([good, { ...good, width: -1 }]), { mode: 'strict' });
    expect(records).toEqual([]);
    expect(brief(faults[0]!.diagnostics)).toContain('N027 error in.manifest:1:144 width of a box is -1');
  });
});
