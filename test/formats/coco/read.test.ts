import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/coco/code.js';
import type { FormatRecord } from '../../../src/formats/contract.js';
import { AbortedError, type ImageObject } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/coco', name), 'utf8');
const instances = fixture('instances.json');

const read = (text: string | Uint8Array, init: SourceInit = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'in.json': text }, { path: 'data/in.json', isFile: true, ...init }),
  );

const objectsOf = (record: FormatRecord | undefined): readonly ImageObject[] =>
  record?.sample.annotations.flatMap(({ image }) => image?.objects ?? []) ?? [];

/** A file of one image of 100 × 80 and these annotations. */
const file = (...annotations: unknown[]) =>
  JSON.stringify({
    images: [{ id: 1, file_name: 'a.jpg', width: 100, height: 80 }],
    annotations: annotations.map((one, at) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? { id: at + 1, image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], ...one }
        : one,
    ),
    categories: [{ id: 1, name: 'cat' }],
  });

describe('what is read', () => {
  test('boxes, polygons, run lengths and attributes', async () => {
    const { records, faults, diagnostics } = await read(instances);
    expect(faults).toEqual([]);
    expect(brief(diagnostics)).toEqual([
      'N018 info data/in.json:2:3 the member "info" has no place in samples',
      'N011 info data/in.json:3:14 "sub/b b.PNG" has no annotations',
      'N018 info data/in.json:17:18 "supercategory" of 1 category has no place in samples',
      'N009 info data/in.json:19:5 no annotation is of category "unused"',
    ]);
    const detection = { type: 'modelarts/object_detection', task: 'object_detection' };
    expect(records).toEqual([
      {
        file: 'data/in.json',
        sample: {
          source: 'data/a.jpg',
          property: { license: 3 },
          annotations: [
            {
              ...detection,
              image: {
                fileName: 'a.jpg',
                width: 100,
                height: 80,
                objects: [
                  {
                    name: 'cat',
                    properties: new Map(),
                    parts: [],
                    shape: { kind: 'bndbox', xmin: 10, ymin: 20.5, xmax: 40, ymax: 60.5 },
                  },
                  {
                    name: '猫 ["x"]',
                    difficult: '1',
                    occluded: '0',
                    pose: 'Left',
                    properties: new Map([['color', 'red']]),
                    parts: [],
                    shape: { kind: 'polygon', points: [0, 0, 10, 0, 10, 10, 0, 10] },
                  },
                ],
              },
            },
          ],
        },
      },
      {
        file: 'data/in.json',
        sample: {
          source: 'data/sub/b b.PNG',
          annotations: [{ ...detection, image: { fileName: 'b b.PNG', width: 50, height: 60, objects: [] } }],
        },
      },
      {
        file: 'data/in.json',
        sample: {
          source: 'obs://bucket/c.jpg',
          annotations: [
            {
              ...detection,
              image: {
                fileName: 'c.jpg',
                width: 20,
                height: 10,
                objects: [
                  ...[
                    [0, 0, 5, 0, 5, 10],
                    [15, 0, 20, 0, 20, 10],
                  ].map((points) => ({
                    name: 'cat',
                    confidence: 0.5,
                    properties: new Map([['coco_id', '3']]),
                    parts: [],
                    shape: { kind: 'polygon', points },
                  })),
                  {
                    name: '猫 ["x"]',
                    properties: new Map([
                      ['iscrowd', '1'],
                      ['rle', '{"size":[10,20],"counts":[0,2,8,1,189]}'],
                    ]),
                    parts: [],
                    shape: { kind: 'bndbox', xmin: 0, ymin: 0, xmax: 2, ymax: 2 },
                  },
                ],
              },
            },
          ],
        },
      },
    ]);
  });

  test('keypoints as parts; members in any order, ids that are texts, a Windows path', async () => {
    const { records, faults } = await read(fixture('keypoints.json'));
    expect(faults).toEqual([]);
    expect(records[0]?.sample.source).toBe('data/dir/p.jpg');
    expect(objectsOf(records[0])[0]?.parts).toEqual([
      {
        name: 'nose',
        properties: new Map([['visible', '2']]),
        parts: [],
        shape: { kind: 'point', x: 1, y: 2 },
      },
      {
        name: 'ear',
        properties: new Map([['visible', '1']]),
        parts: [],
        shape: { kind: 'point', x: 3.5, y: 4 },
      },
    ]);
  });

  test('panoptic segments', async () => {
    const { records, faults } = await read(fixture('panoptic.json'));
    expect(faults).toEqual([]);
    expect(records[0]?.sample.annotations).toMatchObject([
      {
        task: 'image_segmentation',
        image: {
          segmented: '1',
          maskSource: 'p.png',
          objects: [
            { name: 'sky', properties: new Map([['segment_id', '7']]) },
            {
              name: 'sky',
              properties: new Map([
                ['segment_id', '8'],
                ['iscrowd', '1'],
              ]),
            },
          ],
        },
      },
    ]);
  });

  test('captions and labels of whole images', async () => {
    const images = [
      { id: 1, file_name: 'a.jpg' },
      { id: 2, file_name: 'b.jpg' },
    ];
    const captions = await read(
      JSON.stringify({ images, annotations: [{ id: 1, image_id: 1, caption: 'a cat' }] }),
    );
    expect(captions.records.map(({ sample }) => sample)).toEqual([
      { source: 'data/a.jpg', annotations: [], property: { captions: ['a cat'] } },
      { source: 'data/b.jpg', annotations: [] },
    ]);
    const categories = [{ id: 0, name: 'cat' }];
    const labels = await read(
      JSON.stringify({ images, annotations: [{ id: 1, image_id: 2, category_id: 0 }], categories }),
    );
    expect(labels.records.map(({ sample }) => sample.annotations)).toEqual([
      [],
      [{ type: 'modelarts/image_classification', task: 'image_classification', name: 'cat' }],
    ]);
  });

  test('images that nobody labelled', async () => {
    const { records, diagnostics } = await read(
      '{"images":[{"id":1,"file_name":"a.jpg","width":1,"height":1}]}',
    );
    expect(records[0]?.sample).toEqual({ source: 'data/a.jpg', annotations: [] });
    expect(brief(diagnostics)).toEqual(['N011 info data/in.json:1:12 "a.jpg" has no annotations']);
  });

  test('other members of annotations become properties', async () => {
    const { records } = await read(
      file({ track: 5, note: 'x', nothing: null, list: [1, 'a'], score: 7, ignore: false }),
    );
    expect([...(objectsOf(records[0])[0]?.properties ?? [])]).toEqual([
      ['track', '5'],
      ['note', 'x'],
      ['list', '[1,"a"]'],
      ['ignore', 'false'],
      ['score', '7'],
    ]);
  });

  test('keys that objects inherit are keys like others', async () => {
    const text = file({ attributes: { a: 1 } }).replace(
      '"attributes":{"a":1}',
      '"attributes":{"__proto__":"p","constructor":"c"},"__proto__":{"bbox":[9,9,9,9]}',
    );
    const { records, faults } = await read(text.replace('"width"', '"__proto__":{"id":5},"width"'));
    expect(faults).toEqual([]);
    expect([...(objectsOf(records[0])[0]?.properties ?? [])]).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    expect(Object.getPrototypeOf(records[0]?.sample.property)).toBe(Object.prototype);
    expect(Object.entries(records[0]?.sample.property ?? {})).toEqual([['__proto__', { id: 5 }]]);
  });

  test('a byte order mark and UTF-8', async () => {
    const text = instances.replace('a.jpg', '图 1.jpg');
    const { records, faults } = await read(`\ufeff${text}`, { chunkBytes: 7 });
    expect(faults).toEqual([]);
    expect(records.map(({ sample }) => sample.source)).toEqual([
      'data/图 1.jpg',
      'data/sub/b b.PNG',
      'obs://bucket/c.jpg',
    ]);
  });
});

describe('options', () => {
  test.each<[string, SourceInit['options'], unknown[]]>([
    ['defaults', {}, ['bndbox', 'polygon', 'polygon', 'polygon', 'bndbox']],
    ['shapes box', { shapes: 'box' }, ['bndbox', 'bndbox', 'bndbox', 'bndbox']],
    ['multi box', { multi: 'box' }, ['bndbox', 'polygon', 'bndbox', 'bndbox']],
    ['rle polygon', { rle: 'polygon' }, ['bndbox', 'polygon', 'polygon', 'polygon', 'polygon']],
  ])('%s', async (_, options, kinds) => {
    const { records } = await read(instances, { options });
    expect(records.flatMap(objectsOf).map(({ shape }) => shape?.kind)).toEqual(kinds);
  });

  test('what is simplified is told', async () => {
    const { diagnostics } = await read(instances, { options: { shapes: 'box', rle: 'box' } });
    expect(brief(diagnostics.filter(({ rule }) => rule === 'N019'))).toEqual([
      'N019 warning data/in.json:11:23 a polygon became one box',
      'N019 warning data/in.json:13:23 2 polygons became one box',
      'N019 warning data/in.json:15:23 a mask became its box',
    ]);
  });

  test.each([
    [{ images: '../images/' }, 'data/../images/a.jpg'],
    [{ images: './' }, 'data/a.jpg'],
    [{ images: 'obs://b/images' }, 'obs://b/images/a.jpg'],
  ])('%o', async (options, source) => {
    const { records } = await read(instances, { options });
    expect(records[0]?.sample.source).toBe(source);
    expect(records[2]?.sample.source).toBe('obs://bucket/c.jpg');
  });

  test('usage', async () => {
    const { records } = await read(instances, { options: { usage: 'EVAL' } });
    expect(records.map(({ sample }) => sample.usage)).toEqual(['EVAL', 'EVAL', 'EVAL']);
  });
});

/** Errors and warnings, whether they cost a record or not, with what stands at their line and column. */
const problems = async (text: string | Uint8Array, init: SourceInit = {}) => {
  const { records, faults, diagnostics } = await read(text, init);
  const lines = Buffer.from(text).toString('latin1').split('\n');
  const found = [...faults.flatMap((fault) => fault.diagnostics), ...diagnostics]
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, severity, message, line, column }) => {
      const at = lines[(line ?? 0) - 1]?.slice((column ?? 0) - 1, (column ?? 0) + 9);
      return `${rule} ${severity} ${message} | ${at}`;
    });
  return { records, faults, found };
};

describe('bad input', () => {
  const broken = (from: string, to: string) => instances.replace(from, to);

  test.each<[string, string | Uint8Array, string[], number, number]>([
    ['nothing', '', [`N012 error the file is empty | `], 0, 0],
    [
      'an array',
      '[]',
      [`N014 error the file is an array, not an object with "images", "annotations" and "categories" | []`],
      0,
      0,
    ],
    [
      'detection results',
      '[{"image_id":1,"category_id":1,"bbox":[1,2,3,4],"score":0.5}]',
      [
        `N014 error the file is an array of detection results, which name images and categories by number only | [{"image_i`,
      ],
      0,
      0,
    ],
    ['no images', '{"shapes":[]}', [`N014 error the file has no array "images" | {"shapes":`], 0, 0],
    [
      'UTF-16',
      Buffer.from('\ufeff{"images":[]}', 'utf16le'),
      ['N012 error the file is not UTF-8 | \u00ff\u00fe{\0"\0i\0m\0'],
      0,
      0,
    ],
    [
      'cut off in an annotation',
      instances.slice(0, instances.indexOf('"iscrowd": 1')),
      ['N012 error the file ends inside annotations[3] | '],
      0,
      0,
    ],
    [
      'cut off behind the categories',
      broken('\n  ]\n}', ''),
      ['N012 error the file ends inside the array "categories" | '],
      3,
      5,
    ],
    [
      'NaN',
      broken('20.5', 'NaN'),
      ['N012 error an annotation is not JSON: NaN is not JSON | NaN, 30, 4'],
      3,
      4,
    ],
    [
      'a missing comma between annotations',
      broken('"segmentation": [] },', '"segmentation": [] }'),
      ['N012 error a comma or ] is due behind annotations[0], not "{" | { "id": 2,'],
      0,
      0,
    ],
    [
      'a trailing comma',
      '{"images":[{"id":1,"file_name":"a"},]}',
      [`N012 error a value is due behind images[0], not "]" | ]}`],
      1,
      0,
    ],
    [
      'something behind the end',
      `${instances}x`,
      ['N012 error nothing may follow the last } of the file, not "x" | x'],
      3,
      5,
    ],
    [
      'images twice',
      broken('\n  ]\n}', '\n  ],\n  "images": []\n}'),
      ['N015 error the member "images" is there twice | "images": '],
      3,
      5,
    ],
    [
      'categories that are no array',
      '{"categories":{},"images":[]}',
      [`N013 error "categories" is not an array | "categorie`],
      0,
      0,
    ],
    ['a wrong category', file({ category_id: 5 }), [`N001 error there is no category 5 | 5,"bbox":[`], 1, 0],
    ['a wrong image', file({ image_id: 2 }, {}), [`N001 error there is no image 2 | 2,"categor`], 1, 1],
    [
      'no image_id',
      file({ image_id: undefined }),
      [`N013 error an annotation has no image_id | {"id":1,"c`],
      1,
      0,
    ],
    ['an id twice', file({}, { id: 1 }), [`N002 error annotation id 1 is there twice | 1,"image_i`], 1, 2],
    [
      'an image id twice',
      broken('"id": 9', '"id": 7'),
      ['N002 error image id 7 is there twice | 7, "file_n'],
      2,
      5,
    ],
    [
      'a category id twice',
      broken('"id": 1, "name"', '"id": 90, "name"'),
      ['N002 error category id 90 is there twice | { "id": 90'],
      3,
      5,
    ],
    [
      'a category name twice',
      broken('unused', 'cat'),
      ['N010 warning category name "cat" is that of categories[0] too | { "id": 1,'],
      3,
      5,
    ],
    [
      'a category without a name',
      broken('"unused"', '7'),
      ['N013 error the name of category 1 is 7 | { "id": 1,'],
      3,
      5,
    ],
    [
      'an image without a name',
      broken('"a.jpg"', '""'),
      ['N013 error the file_name of an image is "" | "", "width'],
      2,
      3,
    ],
    [
      'an image without an id',
      broken('"id": 9, ', ''),
      ['N013 error the id of an image is undefined | { "file_na'],
      2,
      5,
    ],
    [
      'a negative width',
      broken('"width": 100', '"width": -1'),
      ['N013 error the width of an image is -1 | -1, "heigh'],
      3,
      5,
    ],
    [
      'elements that are no objects',
      file(5, 'x', [1], null),
      [
        `N013 error an annotation is 5, not an object | 5,"x",[1],`,
        `N013 error an annotation is "x", not an object | "x",[1],nu`,
        `N013 error an annotation is [1], not an object | [1],null],`,
        `N013 error an annotation is null, not an object | null],"cat`,
      ],
      1,
      0,
    ],
    [
      'a negative size',
      file({ bbox: [5, 5, -3, 4] }),
      [`N003 warning the size of a box is -3 × 4 | [5,5,-3,4]`],
      1,
      1,
    ],
    [
      'a box outside',
      file({ bbox: [99, 5, 3, 4] }),
      [`N004 warning the box [99,5,3,4] reaches beyond the image of 100 × 80 | [99,5,3,4]`],
      1,
      1,
    ],
    [
      'a box of texts',
      file({ bbox: ['1', 2, 3, 4] }),
      [`N013 error a number of a box is "1" | "1",2,3,4]`],
      1,
      0,
    ],
    [
      'a box of three numbers',
      file({ bbox: [1, 2, 3] }),
      [`N013 error a box is [1,2,3], not [x, y, width, height] | [1,2,3]}],`],
      1,
      0,
    ],
    [
      'a number too large',
      file({}).replace('[1,2,3,4]', '[1,2,3,1e999]'),
      [`N013 error a number of a box is Infinity | 1e999]}],"`],
      1,
      0,
    ],
    [
      'a polygon of two points',
      file({ segmentation: [[1, 2, 3, 4]] }),
      [`N006 error a polygon has 4 numbers | [1,2,3,4]]`],
      1,
      1,
    ],
    [
      'an odd polygon',
      file({ segmentation: [[1, 2, 4, 2, 4, 6, 1]] }),
      [`N006 error a polygon has 7 numbers | [1,2,4,2,4`],
      1,
      1,
    ],
    [
      'a polygon with a text',
      file({ segmentation: [[1, 2, 4, 2, 4, '6']] }),
      [`N006 error a number of a polygon is "6" | "6"]]}],"c`],
      1,
      1,
    ],
    [
      'a flat polygon',
      file({ segmentation: [1, 2, 4, 2, 4, 6] }),
      [`N006 error a polygon is 1, not an array of numbers | 1,2,4,2,4,`],
      1,
      1,
    ],
    [
      'a box that is not around',
      file({ segmentation: [[1, 2, 9, 2, 9, 6]] }),
      [`N007 warning the box differs by 5 pixels from the one around its segmentation | [1,2,3,4],`],
      1,
      1,
    ],
    [
      'runs that do not add up',
      file({ segmentation: { size: [80, 100], counts: [3] } }),
      [`N005 error the run lengths of a mask add up to 3, not 80 × 100 | [3]}}],"ca`],
      1,
      1,
    ],
    [
      'runs of another image',
      file({ segmentation: { size: [100, 80], counts: [8000] } }),
      [`N005 error a mask is 80 × 100, and its image 100 × 80 | [100,80],"`],
      1,
      1,
    ],
    [
      'runs that are none',
      file({ segmentation: { size: [80, 100], counts: '!' } }),
      [`N005 error the run lengths of a mask cannot be read | "!"}}],"ca`],
      1,
      1,
    ],
    [
      'a mask without a size',
      file({ segmentation: { counts: [] } }),
      [`N005 error the size of a mask is undefined, not [height, width] | {"id":1,"i`],
      1,
      1,
    ],
    [
      'keypoints',
      file({ keypoints: [1, 2] }),
      [`N008 error keypoints are not three numbers each | [1,2]}],"c`],
      1,
      1,
    ],
    [
      'too few keypoints',
      fixture('keypoints.json').replace(',3.5,4,1]', ']'),
      ['N008 error there are 6 numbers for the 3 keypoints of "person" | [1,2,2,0,0'],
      1,
      1,
    ],
    [
      'attributes that are none',
      file({ attributes: [1] }),
      [`N013 error attributes are [1], not an object | [1]}],"cat`],
      1,
      1,
    ],
    [
      'a caption that is none',
      file({ bbox: undefined, caption: 5 }),
      [`N013 error a caption is 5 | 5}],"categ`],
      1,
      0,
    ],
    [
      'deep nesting',
      file({ deep: 1 }).replace('"deep":1', `"deep":${'['.repeat(5000)}${']'.repeat(5000)}`),
      [`N016 error the member "deep" is nested too deep | {"id":1,"i`],
      1,
      1,
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from(file({ note: '\u00ff' }), 'latin1'),
      [`N012 error an annotation is not JSON: it is not UTF-8 | {"id":1,"i`],
      1,
      0,
    ],
  ])('%s', async (_, text, expected, records, objects) => {
    const result = await problems(text);
    expect(result.found).toEqual(expected);
    expect(result.records).toHaveLength(records);
    expect(result.records.flatMap(objectsOf)).toHaveLength(objects);
  });

  test('every border of a chunk', async () => {
    const whole = await read(instances);
    for (let chunkBytes = 1; chunkBytes < 64; chunkBytes++) {
      const { records, diagnostics, faults } = await read(instances, { chunkBytes });
      expect({ records, diagnostics, faults }).toEqual({
        records: whole.records,
        diagnostics: whole.diagnostics,
        faults: [],
      });
    }
  });

  test('every place where a file may be cut off', async () => {
    for (let length = 0; length < instances.trimEnd().length; length++) {
      const { faults } = await read(instances.slice(0, length));
      expect(faults.flatMap(({ diagnostics }) => diagnostics).map(({ rule }) => rule)).toContain('N012');
    }
  });

  test('the bytes of a fault', async () => {
    const { faults } = await read(file({ image_id: 2 }, 5));
    expect(faults.map(({ raw }) => Buffer.from(raw ?? []).toString())).toEqual([
      '{"id":1,"image_id":2,"category_id":1,"bbox":[1,2,3,4]}',
      '5',
    ]);
  });

  test('ids of another type', async () => {
    const text = file({ image_id: '1', category_id: '1' });
    expect((await problems(text)).records.flatMap(objectsOf)).toHaveLength(1);
    expect((await problems(text, { mode: 'strict' })).found).toEqual([
      `N001 error there is no image "1" | "1","categ`,
    ]);
  });

  test('strict: a wrong object costs its image', async () => {
    const { records, faults } = await read(file({}, { category_id: 5 }), { mode: 'strict' });
    expect(records).toEqual([]);
    expect(faults.map(({ diagnostics }) => brief(diagnostics))).toEqual([
      [`N001 error data/in.json:1:171 there is no category 5`],
    ]);
  });

  test('places in a file of many lines', async () => {
    const lines = '\n'.repeat(100_000);
    const text = file({}, { category_id: 5 }).replace(
      '},{"id":2',
      `},${lines}"猫".{"id":2`.replace('"猫".', ''),
    );
    expect((await problems(text)).found).toEqual(['N001 error there is no category 5 | 5,"bbox":[']);
  });
});

describe('annotations that come in another order', () => {
  const scattered = (count: number, gap = '') => {
    const images = Array.from({ length: count }, (_, at) => ({
      id: (at * 7) % count,
      file_name: `${at}.jpg`,
    }));
    const annotations = Array.from({ length: count * 3 }, (_, at) => ({
      id: at,
      image_id: (at * 5) % count,
      category_id: 1,
      bbox: [at, 0, 1, 1],
      note: gap,
    }));
    return JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'cat' }] });
  };

  test('are grouped by image', async () => {
    const { records, faults, batches } = await read(scattered(600), { chunkBytes: 1000 });
    expect(faults).toEqual([]);
    expect(batches.length).toBeGreaterThan(2);
    expect(records.map(({ sample }) => sample.source)).toEqual(
      Array.from({ length: 600 }, (_, at) => `data/${at}.jpg`),
    );
    for (const [at, record] of records.entries()) {
      const id = (at * 7) % 600;
      const xs = objectsOf(record).map(({ shape }) => (shape?.kind === 'bndbox' ? shape.xmin : -1));
      expect(xs).toEqual(Array.from({ length: 1800 }, (_, i) => i).filter((i) => (i * 5) % 600 === id));
    }
  });

  test('give the same as sorted ones', async () => {
    const { images, annotations, categories } = JSON.parse(scattered(60)) as {
      images: { id: number }[];
      annotations: { image_id: number; id: number }[];
      categories: unknown;
    };
    const place = new Map(images.map(({ id }, at) => [id, at]));
    const sorted = annotations.toSorted(
      (a, b) => (place.get(a.image_id) ?? 0) - (place.get(b.image_id) ?? 0) || a.id - b.id,
    );
    const plain = await read(JSON.stringify({ images, annotations: sorted, categories }));
    expect((await read(JSON.stringify({ images, annotations, categories }))).records).toEqual(plain.records);
    // Annotations before the images.
    expect((await read(JSON.stringify({ annotations, categories, images }))).records).toEqual(plain.records);
    expect((await read(JSON.stringify({ annotations: sorted, categories, images }))).records).toEqual(
      plain.records,
    );
  });

  test('with faults among them', async () => {
    const text = scattered(3).replace('"image_id":2', '"image_id":77').replace('{"id":4,', '{"id":4,x');
    const { found, records } = await problems(text);
    expect(found.map((one) => one.slice(0, 4)).toSorted()).toEqual(['N001', 'N012']);
    expect(records.flatMap(objectsOf)).toHaveLength(7);
  });

  test('of no image, many of them', async () => {
    const text = scattered(3000).replace(/"image_id":(\d+)/g, (member, id) =>
      Number(id) % 2 === 0 ? member : '"image_id":99999',
    );
    const { records, faults, batches } = await read(text);
    expect(records.flatMap(objectsOf)).toHaveLength(4500);
    expect(faults).toHaveLength(4500);
    expect(Math.max(...batches.map((batch) => batch.faults.length))).toBeLessThan(4500);
  });

  test('of more bytes than are held at a time', async () => {
    const { records, faults } = await read(scattered(12, 'x'.repeat(1_000_000)));
    expect(faults).toEqual([]);
    expect(records.flatMap(objectsOf)).toHaveLength(36);
  });
});

test('bytes of all batches are those of the file', async () => {
  for (const text of [instances, fixture('keypoints.json'), file({}, 5), instances.slice(0, 900)]) {
    const { batches } = await read(text);
    expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(Buffer.byteLength(text));
  }
});

test('a run that is told to stop', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(read(instances, { signal: controller.signal })).rejects.toThrow(AbortedError);
});
