import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/coco/code.js';
import { coco } from '../../../src/formats/coco/format.js';
import type { ImageObject, Sample, Shape } from '../../../src/model/index.js';
import { OptionError } from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
import { anySample, imageOf, label, objectAnnotation, sampleOf, shapeOf } from '../arbitrary.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  type SourceInit,
  writeAll,
  writeRow,
} from '../harness.js';
import { meaningOf } from '../meaning.js';

const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 11, ymax: 22 };
const object = (shape: Shape | undefined, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'cat',
  properties: new Map(),
  parts: [],
  ...(shape === undefined ? {} : { shape }),
  ...more,
});
const detection = (objects: readonly ImageObject[], source = 'a.jpg'): Sample => ({
  source,
  annotations: [
    {
      type: 'modelarts/object_detection',
      task: 'object_detection',
      image: { width: 100, height: 80, objects },
    },
  ],
});

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink(init);
  const rows = samples.map((sample) => writeRow({ sample, file: 'in' }));
  const written = await writeAll(formatCode, sink, rows);
  return { sink, written };
}

const read = (text: string, options: SourceInit['options'] = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'in.json': text }, { path: 'in.json', isFile: true, options }),
  );

/** The annotations that are written for some objects, without their ids. */
async function annotations(objects: readonly ImageObject[], options: SinkInit['options'] = {}) {
  const { sink } = await write([detection(objects)], { options });
  const file = JSON.parse(sink.text) as { annotations: Record<string, unknown>[] };
  return {
    elements: file.annotations.map(({ id, image_id, ...rest }) => rest),
    losses: sink.lossCounts,
    text: sink.text,
  };
}

describe('what is written', () => {
  test('one element on each line, ids from 1', async () => {
    const polygon: Shape = { kind: 'polygon', points: [0, 0, 10, 0, 10, 5.5] };
    const { sink, written } = await write([
      { ...detection([object(box), object(polygon, { name: '猫' })]), property: { license: 3 } },
      detection([], 'b.jpg'),
      detection([object(box, { name: '猫' })], 'c.jpg'),
    ]);
    expect(written).toEqual(['written', 'written', 'written']);
    expect(sink.text).toBe(`{"info":{},"licenses":[],"images":[
{"id":1,"file_name":"a.jpg","width":100,"height":80,"license":3},
{"id":2,"file_name":"b.jpg","width":100,"height":80},
{"id":3,"file_name":"c.jpg","width":100,"height":80}
],"annotations":[
{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,10,20],"area":200,"iscrowd":0,"segmentation":[]},
{"id":2,"image_id":1,"category_id":2,"bbox":[0,0,10,5.5],"area":27.5,"iscrowd":0,"segmentation":[[0,0,10,0,10,5.5]]},
{"id":3,"image_id":3,"category_id":2,"bbox":[1,2,10,20],"area":200,"iscrowd":0,"segmentation":[]}
],"categories":[
{"id":1,"name":"cat","supercategory":""},
{"id":2,"name":"猫","supercategory":""}
]}
`);
  });

  test('nothing', async () => {
    const { sink } = await write([]);
    expect(JSON.parse(sink.text)).toEqual({
      info: {},
      licenses: [],
      images: [],
      annotations: [],
      categories: [],
    });
  });

  test('flags and properties are attributes', async () => {
    const { elements, losses } = await annotations([
      object(box, {
        difficult: '1',
        truncated: '0',
        occluded: 'True',
        pose: 'Left',
        properties: new Map([
          ['color', 'red'],
          ['iscrowd', '1'],
          ['__proto__', 'p'],
        ]),
        attributes: new Map([['color', 'blue']]),
      }),
    ]);
    expect(losses).toEqual({});
    expect(elements[0]).toMatchObject({ iscrowd: 1 });
    expect(JSON.stringify(elements[0]?.['attributes'])).toBe(
      '{"difficult":1,"occluded":1,"pose":"Left","color":"red","__proto__":"p"}',
    );
  });

  test('polygons of one object are one annotation', async () => {
    const part = (x: number, id: string): ImageObject =>
      object(
        { kind: 'polygon', points: [x, 0, x + 4, 0, x + 4, 4] },
        { properties: new Map([['coco_id', id]]) },
      );
    const { elements } = await annotations([part(0, '7'), part(10, '7'), part(20, '8')]);
    expect(elements).toMatchObject([
      {
        bbox: [0, 0, 14, 4],
        area: 16,
        segmentation: [
          [0, 0, 4, 0, 4, 4],
          [10, 0, 14, 0, 14, 4],
        ],
      },
      { bbox: [20, 0, 4, 4], area: 8, segmentation: [[20, 0, 24, 0, 24, 4]] },
    ]);
  });

  test('masks that were kept', async () => {
    const rle = '{"size":[80,100],"counts":[0,3,7997]}';
    const kept = await annotations([object(box, { properties: new Map([['rle', rle]]) })]);
    expect(kept.elements[0]).toMatchObject({ area: 3, segmentation: JSON.parse(rle) });
    for (const text of ['x', '{', '{"size":[1,1],"counts":[5]}', '{"size":1}', '[]']) {
      const { elements } = await annotations([object(box, { properties: new Map([['rle', text]]) })]);
      expect(elements[0]).toMatchObject({ area: 200, segmentation: [], attributes: { rle: text } });
    }
  });

  test('circles, keypoints, labels and scores on request', async () => {
    const circle: Shape = { kind: 'circle', cx: 50, cy: 40, r: 10 };
    const round = await annotations([object(circle)], { circles: 'polygon' });
    expect(round.losses).toEqual({});
    expect(round.elements[0]).toMatchObject({ bbox: [40, 30, 20, 20] });
    expect(round.elements[0]?.['area']).toBeCloseTo(32 * 100 * Math.sin(Math.PI / 32), 3);

    const point = (name: string, properties = new Map<string, string>()): ImageObject =>
      object({ kind: 'point', x: 3, y: 4 }, { name, properties });
    const parts = [point('ear', new Map([['visible', '1']])), point('tail')];
    const posed = await annotations([object(box, { parts })], { keypoints: ['nose', 'ear'] });
    expect(posed.elements[0]).toMatchObject({ keypoints: [0, 0, 0, 3, 4, 1], num_keypoints: 1 });
    expect(posed.losses).toEqual({ parts: 1 });
    expect(posed.text).toContain('"name":"cat","supercategory":"","keypoints":["nose","ear"],"skeleton":[]');

    const scored = await annotations([object(box, { confidence: 0.5 })], { scores: true });
    expect(scored.elements[0]).toMatchObject({ score: 0.5 });
    expect(scored.losses).toEqual({});

    const labelled: Sample = {
      source: 'a.jpg',
      annotations: [{ type: 'modelarts/image_classification', task: 'image_classification', name: 'cat' }],
    };
    const { sink } = await write([labelled], { options: { labels: true } });
    expect(sink.text).toContain('{"id":1,"image_id":1,"category_id":1}');
    expect(sink.lossCounts).toEqual({});
  });

  test('differences without the noise of their arithmetic', async () => {
    const { elements } = await annotations([
      object({ kind: 'bndbox', xmin: 138.8, ymin: 0.1, xmax: 582.6, ymax: 0.3 }),
    ]);
    expect(elements[0]?.['bbox']).toEqual([138.8, 0.1, 443.8, 0.2]);
  });

  test('sizes from the images themselves, or none', async () => {
    const samples = ['a.jpg', 'b.jpg'].map((source): Sample => ({ source, annotations: [] }));
    const { sink } = await write(samples, { sizes: { 'a.jpg': { width: 5, height: 6 } } });
    expect(sink.text).toContain('{"id":1,"file_name":"a.jpg","width":5,"height":6}');
    expect(sink.text).toContain('{"id":2,"file_name":"b.jpg"}');
    expect(brief(sink.reported)).toEqual([
      'N017 warning in b.jpg is written without width and height: there is nothing at b.jpg',
    ]);
  });

  test('images that are copied beside it', async () => {
    const { sink, written } = await write(
      [detection([], 'x/a.jpg'), detection([], 'y/a.jpg'), detection([], 'y/b.PNG')],
      { images: 'copy' },
    );
    expect(written).toMatchObject(['written', [{ rule: 'C002' }], 'written']);
    expect([...sink.placed]).toEqual([
      ['a.jpg', 'x/a.jpg'],
      ['b.PNG', 'y/b.PNG'],
    ]);
    expect(sink.text).toContain('"file_name":"b.PNG"');
  });

  test('classes in a given order; a label that is none of them is a fault', async () => {
    const { sink, written } = await write(
      [detection([object(box)]), detection([object(box, { name: 'bird' })], 'b.jpg')],
      { classes: ['dog', 'cat'] },
    );
    expect(written).toMatchObject(['written', [{ rule: 'C010' }]]);
    expect(sink.text).toContain('"category_id":2');
    expect(sink.text).toContain('{"id":1,"name":"dog","supercategory":""}');
    expect(sink.text).not.toContain('b.jpg');
  });

  test('a number that JSON cannot say', async () => {
    const { written } = await write([detection([object({ ...box, xmax: Number.NaN })])]);
    expect(written).toMatchObject([[{ rule: 'N013', pointer: '/annotation/0/image/objects/0' }]]);
  });

  test('appending is refused', async () => {
    await expect(write([], { mode: 'append' })).rejects.toThrow(OptionError);
  });
});

describe('losses', () => {
  test.each<[string, Sample, Record<string, number>]>([
    ['a text', { source: 'content://x', annotations: [] }, { 'text-sample': 1 }],
    [
      'usage and id',
      { source: 'a.jpg', annotations: [], usage: 'TRAIN', id: '1' },
      { usage: 1, 'sample-id': 1 },
    ],
    ['a property that is a member', { ...detection([]), property: { width: 5 } }, { 'sample-property': 1 }],
    ['a point', detection([object({ kind: 'point', x: 1, y: 1 })]), { 'shape-point': 1 }],
    ['a circle', detection([object({ kind: 'circle', cx: 5, cy: 5, r: 2 })]), { 'shape-circle': 1 }],
    ['a polyline', detection([object({ kind: 'polyline', points: [0, 0, 1, 1] })]), { 'shape-polyline': 1 }],
    [
      'a polygon of two points',
      detection([object({ kind: 'polygon', points: [0, 0, 1, 1] })]),
      { 'shape-polygon': 1 },
    ],
    ['no shape', detection([object(undefined)]), { 'object-without-shape': 1 }],
    ['no label', detection([object(box, { name: '' })]), { 'object-without-label': 1 }],
    ['a confidence', detection([object(box, { confidence: 0.5 })]), { 'object-confidence': 1 }],
    ['parts', detection([object(box, { parts: [object(box)] })]), { parts: 1 }],
    [
      'labels of the image',
      { source: 'a.jpg', annotations: [{ task: 'image_classification', name: 'cat' }] },
      { image_classification: 1 },
    ],
  ])('%s', async (_, sample, losses) => {
    const { sink } = await write([sample]);
    expect(sink.lossCounts).toEqual(losses);
  });

  test('are those that are declared, and what is written can be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anySample, { maxLength: 3 }), async (samples) => {
        const { sink, written } = await write(samples);
        for (const feature of Object.keys(sink.lossCounts))
          expect(coco.info.cannotCarry.includes(feature) || feature === 'sample-property').toBe(true);
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        expect(records).toHaveLength(written.filter((result) => result === 'written').length);
      }),
      { seed },
    );
  });
});

describe('there and back', () => {
  const properties = fc
    .uniqueArray(
      fc.tuple(fc.constantFrom('color', '属性', '__proto__', 'x y'), fc.constantFrom('', 'red', '0')),
      {
        selector: ([key]) => key,
        maxLength: 2,
      },
    )
    .map((entries) => new Map(entries));
  const flag = fc.constantFrom('0', '1');
  const anyCarried = fc
    .tuple(
      fc.record({ name: label, shape: shapeOf('bndbox', 'polygon'), properties }),
      fc.record(
        { difficult: flag, truncated: flag, occluded: flag, pose: fc.constantFrom('Left', 'Unspecified') },
        { requiredKeys: [] },
      ),
    )
    .map(([named, flags]): ImageObject => ({ ...named, ...flags, parts: [] }));
  const sample = fc
    .tuple(
      sampleOf('a.jpg', objectAnnotation(imageOf(anyCarried)), fc.constant({}), 1),
      fc.constantFrom({}, { property: { weather: 'rain', origin: { camera: 7 } } }),
    )
    .map(([one, more]): Sample => ({ ...one, ...more }));

  test('what is carried comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 1, maxLength: 3 }), async (samples) => {
        const { sink } = await write(samples, { sizes: { 'a.jpg': { width: 9, height: 9 } } });
        expect(sink.losses).toEqual([]);
        const { records, faults } = await read(sink.text);
        expect(faults).toEqual([]);
        const hasObjects = samples.some(({ annotations: [one] }) => (one?.image?.objects.length ?? 0) > 0);
        // In a file with objects an image without any shows nothing, else nobody has labelled it.
        const expected = samples.map((one) => {
          const objects = one.annotations[0]?.image?.objects ?? [];
          if (!hasObjects) return { ...one, annotations: [] };
          const [type, task] = ['modelarts/object_detection', 'object_detection'] as const;
          return { ...one, annotations: [{ type, task, image: { fileName: 'a.jpg', objects } }] };
        });
        expect(records.map((record) => meaningOf(record.sample, { size: true }))).toEqual(
          expected.map((one) => meaningOf(one, { size: true })),
        );
      }),
      { seed },
    );
  });

  test.each(['instances.json', 'keypoints.json', 'panoptic.json'])(
    '%s written, read and written',
    async (name) => {
      const text = readFileSync(join(import.meta.dirname, '../../fixtures/coco', name), 'utf8');
      const options = { scores: true, keypoints: ['nose', 'eye', 'ear'] };
      const once = await write(
        (await read(text)).records.map(({ sample: one }) => one),
        { options },
      );
      const again = await write(
        (await read(once.sink.text)).records.map(({ sample: one }) => one),
        { options },
      );
      expect(again.sink.text).toBe(once.sink.text);
      expect(once.sink.lossCounts).toEqual(name === 'panoptic.json' ? { mask: 2 } : {});
    },
  );
});
