import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../src/dataset-io/convert.js';
import { validate } from '../../../src/dataset-io/validate.js';
import type { ImageSize } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/openimages/code.js';
import type { ImageObject, Sample, Shape } from '../../../src/model/index.js';
import { filesIn, scratch } from '../../support/scratch.js';
import { imageOf, objectAnnotation, plainObject, shapeOf } from '../arbitrary.js';
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

const header =
  'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n';

const box = (xmin: number, ymin: number, xmax: number, ymax: number): Shape => ({
  kind: 'bndbox',
  xmin,
  ymin,
  xmax,
  ymax,
});

const object = (name: string, shape: Shape, more: Partial<ImageObject> = {}): ImageObject => ({
  name,
  shape,
  properties: new Map(),
  parts: [],
  ...more,
});

const sample = (source: string, objects: readonly ImageObject[], more: Partial<Sample> = {}): Sample => ({
  source,
  annotations: [
    {
      type: 'modelarts/object_detection',
      task: 'object_detection',
      image: { width: 100, height: 200, objects },
    },
  ],
  ...more,
});

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const rows = samples.map((one) => writeRow({ sample: one, file: 'in.manifest' }));
  return { sink, results: await writeAll(formatCode, sink, rows) };
}

test('a file of boxes for each usage, and the names of the classes', async () => {
  const cat = object('Cat', box(10, 40, 30, 80), {
    confidence: 0.5,
    truncated: '1',
    occluded: '0',
    properties: new Map([
      ['is_group_of', '1'],
      ['source', 'xclick'],
    ]),
  });
  const { sink, results } = await write([
    sample('x/a.jpg', [cat, object('Dog, wild', box(0, 0, 100, 200))], { usage: 'TRAIN' }),
    sample('x/b.png', [object('Dog, wild', box(1, 0, 2, 200))], { usage: 'eval' }),
    sample('x/c.jpg', [object('Cat', box(50, 50, 60, 60))]),
    sample('x/d.jpg', [], { usage: 'TEST' }),
  ]);
  expect(results).toEqual(['written', 'written', 'written', 'written']);
  expect(sink.files).toEqual({
    'annotations-bbox.csv': `${header}c,,/c/1,,0.5,0.6,0.25,0.3,-1,-1,0,0,0\n`,
    'class-descriptions-boxable.csv': '/c/1,Cat\n/c/2,"Dog, wild"\n',
    'train-annotations-bbox.csv': `${header}a,xclick,/c/1,0.5,0.1,0.3,0.2,0.4,0,1,1,0,0\na,,/c/2,,0,1,0,1,-1,-1,0,0,0\n`,
    'validation-annotations-bbox.csv': `${header}b,,/c/2,,0.01,0.02,0,1,-1,-1,0,0,0\n`,
  });
  expect(Object.fromEntries(sink.placed)).toEqual({
    'train/a.jpg': 'x/a.jpg',
    'validation/b.png': 'x/b.png',
    'images/c.jpg': 'x/c.jpg',
    'test/d.jpg': 'x/d.jpg',
  });
  expect(sink.lossCounts).toEqual({});
});

describe('what has no place', () => {
  test.each<[string, ImageObject, Record<string, number>]>([
    [
      'a property',
      object('a', box(1, 1, 2, 2), { properties: new Map([['color', 'red']]) }),
      { 'object-property': 1 },
    ],
    [
      'a flag that is not 1',
      object('a', box(1, 1, 2, 2), { properties: new Map([['is_inside', 'yes']]) }),
      { 'object-property': 1 },
    ],
    [
      'difficult and pose',
      object('a', box(1, 1, 2, 2), { difficult: '1', pose: 'Left' }),
      { 'object-difficult': 1, 'object-pose': 1 },
    ],
    ['no label', object('', box(1, 1, 2, 2)), { 'object-without-label': 1 }],
    ['a box without an area', object('a', box(1, 1, 1, 2)), { 'shape-bndbox': 1 }],
    ['a box outside', object('a', box(150, 1, 180, 2)), { 'shape-bndbox': 1 }],
  ])('%s is counted', async (_, one, losses) => {
    const { sink, results } = await write([sample('a.jpg', [one])]);
    expect(results).toEqual(['written']);
    expect(sink.lossCounts).toEqual(losses);
  });

  test('other usages, texts, and images that nothing would name', async () => {
    const { sink, results } = await write(
      [
        sample('a.jpg', [object('a', box(1, 1, 2, 2))], { usage: 'INFERENCE' }),
        { source: 'content://x', annotations: [] },
        sample('b.jpg', []),
      ],
      { images: 'reference' },
    );
    expect(results).toEqual(['written', 'skipped', 'skipped']);
    expect(sink.lossCounts).toEqual({ usage: 1, 'text-sample': 1, 'unlabelled-image': 1 });
    expect(sink.reported.map(({ rule }) => rule)).toEqual(['N132']);
  });

  test('boxes are cut off at the border, and other shapes only on request', async () => {
    const cut = await write([sample('a.jpg', [object('a', box(-10, 20, 100.5, 60))])]);
    expect(cut.sink.files['annotations-bbox.csv']).toContain('a,,/c/1,,0,1,0.1,0.3,');
    expect(brief(cut.sink.reported)).toEqual([
      'N139 warning in.manifest the box -10,20,100.5,60 is cut off at the border of the image',
    ]);
    const circle = sample('a.jpg', [object('a', { kind: 'circle', cx: 50, cy: 50, r: 10 })]);
    expect(brief((await write([circle])).results[0] as never)).toEqual([
      'N138 error in.manifest a circle cannot be written as a box',
    ]);
    const asBox = await write([circle], { options: { shapes: 'bbox' } });
    expect(asBox.sink.files['annotations-bbox.csv']).toContain('a,,/c/1,,0.4,0.6,0.2,0.3,');
    expect(asBox.sink.lossCounts).toEqual({ 'shape-circle': 1 });
  });
});

describe('what is refused', () => {
  const sized = sample('a.jpg', [object('a', box(1, 1, 2, 2))]);
  test.each<[string, readonly Sample[], SinkInit, string]>([
    ['two of one name', [sized, { ...sized, source: 'b/a.png' }], {}, 'C002'],
    ['a label that is none of the classes', [sized], { classes: ['b'] }, 'C010'],
    [
      'a size that is not known',
      [
        {
          ...sized,
          annotations: [{ ...sized.annotations[0]!, image: { objects: [object('a', box(1, 1, 2, 2))] } }],
        },
      ],
      {},
      'N132',
    ],
  ])('%s', async (_, samples, init, rule) => {
    const { results } = await write(samples, init);
    expect(results.at(-1)).toMatchObject([{ rule, severity: 'error' }]);
  });

  test('appending', async () => {
    await expect(write([], { mode: 'append' })).rejects.toMatchObject({ code: 'Unsupported' });
  });

  test('class ids follow the classes that are given', async () => {
    const { sink } = await write([sized], { classes: ['b', 'a'] });
    expect(sink.files['class-descriptions-boxable.csv']).toBe('/c/1,b\n/c/2,a\n');
    expect(sink.files['annotations-bbox.csv']).toContain('a,,/c/2,');
  });
});

test('read again, boxes are what they were', async () => {
  const inside = plainObject(shapeOf('bndbox'));
  const samples = fc.array(objectAnnotation(imageOf(inside)), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(samples, async (annotations) => {
      const written = annotations.map(
        (annotation, at): Sample => ({
          source: `in/images/${at}.jpg`,
          annotations: [
            {
              ...annotation,
              image: { ...annotation.image!, width: 1500, height: 1500, fileName: `${at}.jpg` },
            },
          ],
        }),
      );
      const { sink } = await write(written);
      const names = [...sink.placed.keys()];
      const sizes: Record<string, ImageSize> = {};
      for (const name of names) sizes[name] = { width: 1500, height: 1500 };
      const files = { ...sink.files, ...Object.fromEntries(names.map((name) => [name, 'x'])) };
      const { records, faults } = await readAllRecords(formatCode, new MemorySource(files, { sizes }));
      expect(faults).toEqual([]);
      const expected = written.map((one) => {
        const { image, ...rest } = one.annotations[0]!;
        const { depth: _, ...others } = image!;
        return { ...one, annotations: others.objects.length === 0 ? [] : [{ ...rest, image: others }] };
      });
      const read = records.map(({ sample: one }) => one).sort((a, b) => (a.source < b.source ? -1 : 1));
      expect(read.map((one) => meaningOf(one))).toEqual(expected.map((one) => meaningOf(one)));
    }),
  );
});

test('through the command: from the fixture to a tree that reads the same', async () => {
  const fixture = join(import.meta.dirname, '../../fixtures/openimages');
  expect(existsSync(join(fixture, 'train/a.jpg'))).toBe(true);
  const dir = scratch();
  const result = await convert(fixture, join(dir, 'out'), { to: 'openimages', images: 'copy' });
  expect(result).toMatchObject({ read: 1, written: 1, losses: {} });
  const files = filesIn(join(dir, 'out'));
  expect(Object.keys(files)).toEqual([
    'class-descriptions-boxable.csv',
    'train/a.jpg',
    'train-annotations-bbox.csv',
  ]);
  expect(files['train-annotations-bbox.csv']).toBe(
    `${header}a,xclick,/c/1,1,0.125,0.5,0.25,0.75,0,1,0,0,0\na,xclick,/c/2,1,0.5,0.75,0,0.5,-1,-1,1,0,0\n`,
  );
  expect(await validate(join(dir, 'out'), { checkFiles: true })).toMatchObject({ errors: 0, annotations: 2 });
});
