import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/vertex/code.js';
import { vertex } from '../../../src/formats/vertex/format.js';
import type { Annotation, ImageObject, Sample } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/vertex', name), 'utf8');
const sizes = Object.fromEntries(
  ['3', '4', '5'].map((name) => [`gs://b/${name}.jpg`, { width: 200, height: 100 }]),
);

const read = (text: string | Uint8Array, init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource({ a: text }, { path: 'a', isFile: true, sizes, ...init }));

const classes = (medium: string, names: string[], property?: object): Annotation[] =>
  names.map((name) => ({
    type: `modelarts/${medium}_classification`,
    task: `${medium}_classification` as 'image_classification',
    name,
    ...(property === undefined ? {} : { property: property as Record<string, string> }),
  }));
const object = (name: string, rest: Partial<ImageObject>): ImageObject => ({
  name,
  properties: new Map(),
  parts: [],
  ...rest,
});
const drawn = (task: 'object_detection' | 'image_segmentation', image: Annotation['image']): Annotation => ({
  type: `modelarts/${task}`,
  task,
  image: image!,
});
const size = { width: 200, height: 100 };
const box = (xmin: number, ymin: number, xmax: number, ymax: number) =>
  ({ kind: 'bndbox', xmin, ymin, xmax, ymax }) as const;

test('items of every task', async () => {
  const { records, faults, diagnostics } = await read(fixture('items.jsonl'));
  expect([faults, diagnostics]).toEqual([[], []]);
  const span = (start: number, end: number): Annotation => ({
    type: 'modelarts/text_entity',
    task: 'text_entity',
    name: 'person',
    property: { '@modelarts:start_index': start, '@modelarts:end_index': end },
  });
  const expected: Sample[] = [
    {
      source: 'gs://b/1.jpg',
      usage: 'TRAIN',
      property: { site: 'north' },
      annotations: classes('image', ['daisy'], { by: 'ann' }),
    },
    { source: 'gs://b/2.jpg', usage: 'EVAL', annotations: classes('image', ['daisy', '猫']) },
    {
      source: 'gs://b/3.jpg',
      usage: 'TEST',
      annotations: [
        drawn('object_detection', {
          ...size,
          objects: [
            object('car', { properties: new Map([['colour', 'red']]), shape: box(50, 50, 150, 100) }),
            object('bus', { shape: box(0, 50, 150, 75) }),
          ],
        }),
      ],
    },
    {
      source: 'gs://b/4.jpg',
      annotations: [
        drawn('image_segmentation', {
          ...size,
          maskSource: 'gs://b/4-mask.png',
          objects: [object('road', { maskColor: '255,128,0' })],
        }),
      ],
    },
    {
      source: 'gs://b/5.jpg',
      annotations: [
        drawn('image_segmentation', {
          ...size,
          objects: [
            object('roof', { shape: { kind: 'polygon', points: [100, 0, 200, 50, 100, 100] } }),
            object('wire', { shape: { kind: 'polyline', points: [0, 0, 200, 100] } }),
          ],
        }),
      ],
    },
    { source: 'content://Ada met Bo', annotations: [span(0, 3), span(8, 10)] },
    { source: 'content://fine', annotations: classes('text', ['2'], { sentimentMax: 4 }) },
    { source: 'gs://b/t.txt', annotations: classes('text', ['note']) },
    { source: 'gs://b/6.jpg', annotations: [drawn('object_detection', { objects: [] })] },
    { source: 'gs://b/7.jpg', annotations: [] },
  ];
  expect(records.map(({ sample }) => sample)).toEqual(expected);
  expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 11]);
});

test('rows of a CSV', async () => {
  const { records, faults, diagnostics } = await read(fixture('items.csv'));
  expect([faults, diagnostics]).toEqual([[], []]);
  const expected: Sample[] = [
    { source: 'gs://b/1.jpg', usage: 'TRAIN', annotations: classes('image', ['daisy', 'rose']) },
    { source: 'gs://b/2.jpg', annotations: classes('image', ['daisy']) },
    { source: 'gs://b/3.jpg', annotations: [] },
    {
      source: 'gs://b/4.jpg',
      usage: 'TEST',
      annotations: [
        drawn('object_detection', {
          ...size,
          objects: [
            object('car', { shape: box(50, 50, 150, 100) }),
            object('bus', { shape: box(0, 0, 100, 50) }),
          ],
        }),
      ],
    },
    { source: 'gs://b/5.jpg', annotations: [drawn('object_detection', { ...size, objects: [] })] },
    {
      source: 'content://a text, with "quotes"\nand two lines',
      usage: 'EVAL',
      annotations: classes('text', ['good']),
    },
    { source: 'gs://b/t.txt', annotations: classes('text', ['note']) },
  ];
  expect(records.map(({ sample }) => sample)).toEqual(expected);
  expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4, 6, 7, 9]);
});

test.each(['items.jsonl', 'items.csv'])('%s: chunks may end anywhere, and bytes add up', async (name) => {
  const text = fixture(name);
  const whole = await read(text);
  const small = await read(text, { chunkBytes: 5 });
  expect(small.records).toEqual(whole.records);
  const bytes = small.batches.reduce((sum, batch) => sum + batch.bytes, 0);
  expect(bytes).toBe(Buffer.byteLength(text) - (name.endsWith('.csv') ? 0 : 1));
  expect((await read(`\ufeff${text.replaceAll('\n', '\r\n')}`)).records).toHaveLength(whole.records.length);
});

test('an empty file has no samples', async () => {
  expect((await read('')).records).toEqual([]);
  const { faults } = await read('\n \n');
  expect(faults.map(({ diagnostics }) => brief(diagnostics))).toEqual([
    ['N033 error a:2:1 the row names no image and no text'],
  ]);
});

describe('options', () => {
  const line =
    '{"imageGcsUri":"gs://b/x/9.jpg","boundingBoxAnnotations":[{"displayName":"a","xMin":0,"yMin":0,"xMax":1,"yMax":1}]}';

  test('images: sizes come from copies in a folder', async () => {
    const input = new MemorySource(
      { a: line },
      { path: 'a', isFile: true, options: { images: './copies/' }, sizes: { 'copies/9.jpg': size } },
    );
    const { records } = await readAllRecords(formatCode, input);
    expect(records[0]!.sample.source).toBe('gs://b/x/9.jpg');
    expect(records[0]!.sample.annotations[0]!.image!.objects[0]!.shape).toEqual(box(0, 0, 200, 100));
  });

  test('spanEnd', async () => {
    const text =
      '{"textContent":"Ada met","textSegmentAnnotations":[{"startOffset":0,"endOffset":2,"displayName":"p"}]}';
    const { records } = await read(text, { options: { spanEnd: 'inclusive' } });
    expect(records[0]!.sample.annotations[0]!.property!['@modelarts:end_index']).toBe(3);
  });

  test('relative addresses are paths from the file', async () => {
    const { records } = await readAllRecords(
      formatCode,
      new MemorySource({ a: '{"imageGcsUri":"img/1.jpg"}' }, { path: 'set/a', isFile: true }),
    );
    expect(records[0]!.sample.source).toBe('set/img/1.jpg');
  });
});

const image = (members: object) => JSON.stringify({ imageGcsUri: 'gs://b/3.jpg', ...members });
const text = (members: object) => JSON.stringify({ textContent: 'Ada met Bo', ...members });
const good = { displayName: 'a', xMin: 0, yMin: 0, xMax: 0.5, yMax: 0.5 };
const boxes = (...list: unknown[]) => image({ boundingBoxAnnotations: list });
const polygon = (vertexes: unknown) => image({ polygonAnnotations: [{ displayName: 'a', vertexes }] });

type Broken = [
  title: string,
  text: string | Uint8Array,
  at: string | undefined,
  expected: string,
  kept?: 'kept',
];

/** What stands between two good lines, where the finding points, and the finding; `kept` when it is read all the same. */
const brokenLines: Broken[] = [
  ['cut short', '{"imageGcsUri":"gs:', '"gs:', 'N032 error the line is not JSON: a string is never closed'],
  ['an array', '["a"]', '[', 'N032 error the line is not a JSON object'],
  ['NaN', '{"a":NaN}', 'NaN', 'N032 error the line is not JSON: NaN is not JSON'],
  ['not UTF-8', Uint8Array.of(0x7b, 0xff), undefined, 'N032 error byte 2 of the line is not UTF-8'],
  ['no item', '{"a":1}', '{', 'N033 error the item has none of imageGcsUri, textContent, textGcsUri'],
  [
    'two items',
    image({ textContent: 'x' }),
    '{',
    'N033 error the item has several of imageGcsUri, textContent, textGcsUri',
  ],
  ['a video', '{"videoGcsUri":"gs://b/v.mp4"}', '"gs', 'N033 error the item is a video'],
  ['a number for an item', image({ imageGcsUri: 7 }), '7', 'N033 error imageGcsUri is 7'],
  [
    'a class without a name',
    image({ classificationAnnotation: {} }),
    '{}',
    'N034 error a class has no displayName',
  ],
  [
    'a class that is a text',
    image({ classificationAnnotation: 'x' }),
    '"x"',
    'N034 error a class is "x", not an object',
  ],
  [
    'a class whose name is a number',
    image({ classificationAnnotations: [{ displayName: 7 }] }),
    '7',
    'N034 error the displayName of a class is 7',
  ],
  [
    'boxes that are no list',
    image({ boundingBoxAnnotations: {} }),
    '{}',
    'N034 error boundingBoxAnnotations is {}, not a list',
  ],
  [
    'a mask without address',
    image({ segmentationAnnotation: {} }),
    '{}',
    'N034 error segmentationAnnotation has no address of a mask and no vertexes',
  ],
  [
    'colours that are no list',
    image({ segmentationAnnotation: { maskGcsUri: 'm', annotationSpecColors: 1 } }),
    '1}',
    'N034 error annotationSpecColors is 1, not a list',
  ],
  [
    'a sentiment beyond its maximum',
    text({ sentimentAnnotation: { sentiment: 5, sentimentMax: 4 } }),
    '{"sentiment"',
    'N034 error sentimentAnnotation is {"sentiment":5,"sentimentMax":4}',
  ],
  [
    'a size that is not known',
    image({ imageGcsUri: 'gs://b/9.jpg', boundingBoxAnnotations: [good] }),
    undefined,
    'N031 error the size of gs://b/9.jpg is not known: there is nothing at gs://b/9.jpg',
  ],
  [
    'a box without a label',
    boxes(good, { ...good, displayName: undefined }),
    '{"xMin"',
    'N035 warning a box has no displayName',
    'kept',
  ],
  ['a box that is a number', boxes(good, 7), '7]', 'N035 warning a box is 7, not an object', 'kept'],
  [
    'a coordinate that is a text',
    boxes({ ...good, yMax: '0,5' }),
    '"0,5"',
    'N035 warning yMax of a box is "0,5"',
    'kept',
  ],
  [
    'two coordinates missing',
    boxes({ ...good, xMin: undefined, yMin: undefined }),
    '{"displayName"',
    'N035 warning xMin of a box is missing',
    'kept',
  ],
  [
    'corners that are swapped',
    boxes({ ...good, xMin: 0.75 }),
    '{"displayName"',
    'N035 warning the corners of a box are swapped',
    'kept',
  ],
  [
    'a box that leaves its image',
    boxes({ ...good, xMax: 1.5 }),
    '{"displayName"',
    'N038 warning a box leaves its image',
    'kept',
  ],
  [
    'a box without area',
    boxes({ ...good, xMax: 0 }),
    '{"displayName"',
    'N038 warning a box has no area',
    'kept',
  ],
  [
    'a polygon of two points',
    polygon([
      { x: 0, y: 0 },
      { x: 1, y: 1 },
    ]),
    '{"displayName"',
    'N035 warning a polygon has 2 vertexes, not 3 or more',
    'kept',
  ],
  [
    'a polygon without points',
    polygon(undefined),
    '{"displayName"',
    'N035 warning a polygon has no list of vertexes, not 3 or more',
    'kept',
  ],
  [
    'a vertex that is a list',
    polygon([
      [0, 0],
      [1, 1],
      [0, 1],
    ]),
    '[0,0]',
    'N035 warning a vertex is [0,0]',
    'kept',
  ],
  [
    'a colour beyond 1',
    image({
      segmentationAnnotation: {
        maskGcsUri: 'm',
        annotationSpecColors: [{ displayName: 'a', color: { red: 255 } }],
      },
    }),
    '{"displayName"',
    'N035 warning the colour of "a" is {"red":255}',
    'kept',
  ],
  [
    'a span beyond the text',
    text({ textSegmentAnnotations: [{ displayName: 'p', startOffset: 8, endOffset: 11 }] }),
    '{"displayName"',
    'N035 warning a span goes from 8 to 11',
    'kept',
  ],
  [
    'a span that ends with a blank',
    text({ textSegmentAnnotations: [{ displayName: 'p', startOffset: 0, endOffset: 4 }] }),
    '{"displayName"',
    'N030 warning the span "Ada " ends with a blank',
    'kept',
  ],
  [
    'another word for the use',
    image({ dataItemResourceLabels: { 'aiplatform.googleapis.com/ml_use': 'dev' } }),
    '"dev"',
    'N036 warning ml_use is "dev"',
    'kept',
  ],
  [
    'labels that are no object',
    image({ dataItemResourceLabels: 'x' }),
    '"x"',
    'N037 warning dataItemResourceLabels is "x"',
    'kept',
  ],
  [
    'a resource label that is a number',
    boxes({ ...good, annotationResourceLabels: { a: 7 } }),
    '7',
    'N037 warning a resource label is 7',
    'kept',
  ],
  [
    'another member',
    image({ timeSegmentAnnotations: [] }),
    '[]',
    'N037 warning the item has the member "timeSegmentAnnotations"',
    'kept',
  ],
];

const brokenRows: Broken[] = [
  ['a quote that is not closed', 'gs://b/3.jpg,"a', '"a', 'N032 error a quote is never closed'],
  [
    'not UTF-8',
    Buffer.concat([Buffer.from('gs://b/3.jpg,a'), Buffer.from([0xff])]),
    'a\ufffd',
    'N032 error a cell is not UTF-8, or has U+FFFD in place of a lost character',
  ],
  ['no item', 'test,,a', ',a', 'N033 error the row names no image and no text'],
  [
    'a box with five cells',
    'gs://b/3.jpg,a,0,0,0.5,0.5',
    'a,0',
    'N034 error a box has 4 cells after its label, not 8',
  ],
  [
    'a decimal comma',
    'gs://b/3.jpg,a,0,0,0,5,0,5',
    'a,0',
    'N034 error a box has 6 cells after its label, not 8',
  ],
  [
    'a box without a label',
    'gs://b/3.jpg,,0,0,,,0.5,0.5,,',
    ',0,0',
    'N035 warning a box has no label',
    'kept',
  ],
  [
    'a coordinate that is a text',
    'gs://b/3.jpg,a,0,0,x,0,0.5,0.5,0,0.5',
    'x,0',
    'N035 warning a coordinate of a box is "x"',
    'kept',
  ],
  [
    'corners that are swapped',
    'gs://b/3.jpg,a,0.5,0,,,0.25,0.5,,',
    '0.5,0,',
    'N035 warning the corners of a box are swapped',
    'kept',
  ],
  [
    'one column of corners',
    'gs://b/3.jpg,a,0.5,,0.5,,0.5,,0.5,',
    '0.5,,0.5,,0.5,,0.5',
    'N035 warning a box has fewer than two corners',
    'kept',
  ],
  [
    'a box that leaves its image',
    'gs://b/3.jpg,a,0,0,,,1.25,0.5,,',
    '0,0,',
    'N038 warning a box leaves its image',
    'kept',
  ],
];

async function expectBroken(around: string, [, given, at, expected, kept]: Broken): Promise<void> {
  const bytes = Buffer.from(given as string);
  const isOpen = expected.includes('never closed') && around.startsWith('gs');
  const input = Buffer.concat([
    Buffer.from(`${around}\n`),
    bytes,
    Buffer.from(isOpen ? '' : `\n${around}\n`),
  ]);
  const { records, faults, diagnostics } = await read(input);
  const [rule, severity, ...message] = expected.split(' ');
  const column = at === undefined ? '' : `:${bytes.toString().indexOf(at) + 1}`;
  const all = [...faults.flatMap((fault) => fault.diagnostics), ...diagnostics];
  expect(brief(all)).toEqual([`${rule} ${severity} a:2${column} ${message.join(' ')}`]);
  expect(all[0]!.offset).toBe(around.length + 1);
  const others = isOpen ? [1] : [1, 3];
  expect(records.map(({ line }) => line)).toEqual(kept === undefined ? others : [1, 2, 3]);
  expect(faults.map(({ raw }) => Buffer.from(raw!).toString())).toEqual(
    kept === undefined ? [bytes.toString()] : [],
  );
}

describe('a bad line, and the run goes on', () => {
  test.each(brokenLines)('%s', async (...broken) => {
    await expectBroken('{"imageGcsUri":"gs://b/1.jpg"}', broken as Broken);
  });

  test.each(brokenRows)('CSV: %s', async (...broken) => {
    await expectBroken('gs://b/1.jpg', broken as Broken);
  });

  test('a header is passed over', async () => {
    const { records, diagnostics } = await read('ml_use,gcs_uri,label\ntest,gs://b/1.jpg,a\n');
    expect(records.map(({ line }) => line)).toEqual([2]);
    expect(brief(diagnostics)).toEqual([
      'N039 warning a:1:1 the first row has names of columns: "ml_use,gcs_uri,label"',
    ]);
  });

  test('strict: a faulty box makes the item faulty', async () => {
    const { records, faults } = await read(boxes(good, 7), { mode: 'strict' });
    expect([records.length, faults.length]).toEqual([0, 1]);
  });
});

describe('recognition', () => {
  test.each([
    ['{"imageGcsUri": "gs://b/1.jpg"}', 'sure'],
    ['{"textContent":"x"}', 'sure'],
    ['{"source":"obs://b/1.jpg"}', undefined],
    ['gs://b/1.jpg,a', 'likely'],
    ['TRAIN,gs://b/1.jpg,a', 'likely'],
    [',"gs://b/1.jpg",a', 'likely'],
    ['test,img/1.jpg,a', 'likely'],
    ['a,b,c', undefined],
    ['', undefined],
  ])('%s', (head, certainty) => {
    const look = { isFolder: false, name: 'a', head, names: [], headOf: () => undefined };
    expect(vertex.recognise(look)?.certainty).toBe(certainty);
    expect(vertex.recognise({ ...look, isFolder: true })).toBeUndefined();
  });
});
