import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/cvat/code.js';
import { cvat } from '../../../src/formats/cvat/format.js';
import type { ImageObject } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/cvat', name), 'utf8');

const read = (text: string | Uint8Array, init: SourceInit = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'a.xml': text }, { path: 'set/a.xml', isFile: true, ...init }),
  );

const object = (name: string, rest: Partial<ImageObject>): ImageObject => ({
  name,
  properties: new Map(),
  parts: [],
  ...rest,
});
const detection = { type: 'modelarts/object_detection', task: 'object_detection' } as const;

const found = [
  'N052 warning set/a.xml:29:5 a box is turned by 90 degrees, which is dropped',
  'N057 warning set/a.xml:32:5 the 2 points of "car" are read as an object each',
  'N057 warning set/a.xml:34:5 the ellipse "car" is read as a polygon',
  'N057 warning set/a.xml:35:5 the mask "car" is read as its box',
  'N056 warning set/a.xml:42:5 the cuboid "car" is left out',
];

test('every kind of shape, tags, subsets', async () => {
  const { records, faults, diagnostics } = await read(fixture('images.xml'));
  expect(faults).toEqual([]);
  expect(brief(diagnostics)).toEqual(found);
  const [first, second, third] = records;
  expect(records.map(({ key, file, sample }) => [key, file, sample.source, sample.usage])).toEqual([
    ['cam 1/001', 'set/a.xml', 'set/cam 1/001.jpg', 'TRAIN'],
    ['002', 'set/a.xml', 'set/002.jpg', undefined],
    ['003', 'set/a.xml', 'set/003.jpg', 'EVAL'],
  ]);
  const [tag, objects] = first!.sample.annotations;
  expect(tag).toEqual({
    type: 'modelarts/image_classification',
    task: 'image_classification',
    name: 'day',
    property: { hour: '12' },
  });
  expect(objects!.image).toMatchObject({ width: 200, height: 100 });
  const turned = objects!.image!.objects[7]!.shape as { kind: 'polygon'; points: number[] };
  expect(turned.points.length).toBe(64);
  expect(turned.points.slice(0, 2)).toEqual([5, 10]);
  expect(Math.min(...turned.points.filter((_, at) => at % 2 === 0))).toBeCloseTo(3);
  expect(objects!.image!.objects.filter((_, at) => at !== 7)).toEqual([
    object('car', {
      occluded: '1',
      difficult: '1',
      properties: new Map([['colour', 'red & blue']]),
      shape: { kind: 'bndbox', xmin: 10.5, ymin: 20, xmax: 110, ymax: 80 },
    }),
    object('car', {
      properties: new Map([
        ['group_id', '4'],
        ['z_order', '2'],
        ['source', 'auto'],
      ]),
      shape: { kind: 'bndbox', xmin: 10, ymin: 20, xmax: 20, ymax: 40 },
    }),
    object('car', { shape: { kind: 'polygon', points: [0, 90, 200, 90, 200, 100.25] } }),
    object('car', { shape: { kind: 'polyline', points: [0, 1, 2, 3] } }),
    object('car', { shape: { kind: 'point', x: 7, y: 8 } }),
    object('car', { shape: { kind: 'point', x: 9, y: 10 } }),
    object('car', { shape: { kind: 'circle', cx: 5, cy: 6, r: 4 } }),
    object('car', { shape: { kind: 'bndbox', xmin: 191, ymin: 50, xmax: 193, ymax: 52 } }),
    object('person', {
      properties: new Map([['age', '30']]),
      shape: { kind: 'bndbox', xmin: 50, ymin: 40, xmax: 60, ymax: 70 },
      parts: [
        object('nose', { properties: new Map([['visible', '2']]), shape: { kind: 'point', x: 50, y: 40 } }),
        object('hand', { properties: new Map([['visible', '1']]), shape: { kind: 'point', x: 60, y: 70 } }),
        object('foot', { properties: new Map([['visible', '0']]), shape: { kind: 'point', x: 0, y: 0 } }),
      ],
    }),
  ]);
  expect(second!.sample.annotations).toEqual([
    { ...detection, image: { width: 60, height: 50, objects: [] } },
  ]);
  expect(third!.sample.annotations.map(({ name }) => name)).toEqual(['day']);
});

test('chunks may end anywhere, and bytes add up', async () => {
  const text = fixture('images.xml');
  const whole = await read(text);
  for (const chunkBytes of [1, 13, 500]) {
    const { records, diagnostics, batches } = await read(text, { chunkBytes });
    expect(records).toEqual(whole.records);
    expect(diagnostics).toEqual(whole.diagnostics);
    expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(Buffer.byteLength(text));
  }
});

describe('turned boxes', () => {
  test('a quarter turn of 10 by 20 as a polygon has the area 200', async () => {
    const { records, diagnostics } = await read(fixture('images.xml'), { options: { rotated: 'polygon' } });
    const [, { image }] = records[0]!.sample.annotations as [unknown, { image: { objects: ImageObject[] } }];
    expect(image.objects[1]!.shape).toEqual({ kind: 'polygon', points: [25, 25, 25, 35, 5, 35, 5, 25] });
    expect(brief(diagnostics)).toEqual(found.slice(1));
  });

  test('as a property', async () => {
    const { records } = await read(fixture('images.xml'), { options: { rotated: 'property' } });
    const { properties, shape } = records[0]!.sample.annotations[1]!.image!.objects[1]!;
    expect(properties.get('@modelarts:clockwise_angle')).toBe('90');
    expect(shape!.kind).toBe('bndbox');
  });
});

test('the frames of tracks, without those in which they are outside', async () => {
  const { records, faults, diagnostics } = await read(fixture('video.xml'));
  expect([faults, diagnostics]).toEqual([[], []]);
  const track = (id: string) => new Map([['track_id', id]]);
  expect(records.map(({ key, sample }) => [key, sample.source, sample.annotations[0]!.image])).toEqual([
    [
      'frame_000000',
      'set/frame_000000.PNG',
      {
        width: 200,
        height: 100,
        objects: [
          object('car', {
            occluded: '1',
            properties: track('3'),
            shape: { kind: 'bndbox', xmin: 5, ymin: 6, xmax: 7, ymax: 8 },
          }),
          object('car', { properties: track('4'), shape: { kind: 'polygon', points: [0, 0, 1, 0, 1, 1] } }),
        ],
      },
    ],
    [
      'frame_000002',
      'set/frame_000002.PNG',
      {
        width: 200,
        height: 100,
        objects: [
          object('car', {
            properties: track('3'),
            shape: { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 },
          }),
        ],
      },
    ],
  ]);
});

describe('where images are', () => {
  const files = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '']));
  test.each<[string, Record<string, string>, object, string]>([
    ['beside the file', files('cam 1/001.jpg', 'images/cam 1/001.jpg'), {}, 'set/cam 1/001.jpg'],
    ['in images', files('images/cam 1/001.jpg'), {}, 'set/images/cam 1/001.jpg'],
    [
      'in a folder for each subset',
      files('images/Train/cam 1/001.jpg'),
      {},
      'set/images/Train/cam 1/001.jpg',
    ],
    ['nowhere', {}, {}, 'set/cam 1/001.jpg'],
    ['in the folder that is named', {}, { images: '../pictures/' }, 'set/../pictures/cam 1/001.jpg'],
  ])('%s', async (_, images, options, source) => {
    const input = new MemorySource(
      { 'a.xml': fixture('images.xml'), ...images },
      { path: 'set/a.xml', isFile: true, options: options as Record<string, string> },
    );
    const { records } = await readAllRecords(formatCode, input);
    expect(records[0]!.sample.source).toBe(source);
  });

  test('an address stays as it is', async () => {
    const { records } = await read('<annotations><image name="s3://b/1.jpg"/></annotations>');
    expect(records[0]).toMatchObject({ sample: { source: 's3://b/1.jpg' } });
    expect(records[0]).not.toHaveProperty('key');
  });
});

const image = (inner: string, attributes = 'name="b.jpg" width="9" height="9"') =>
  `<image ${attributes}>${inner}</image>`;

/** What stands between two good images, where the finding points, and the finding; `kept` when it is read all the same. */
const broken: [
  title: string,
  text: string | Uint8Array,
  at: string | undefined,
  expected: string,
  kept?: 'kept',
][] = [
  [
    'a bare &',
    image('<tag label="a & b"/>'),
    '& b',
    'N054 error the element is not well-formed: a bare & (write &amp;)',
  ],
  [
    'an entity',
    image('<tag label="&x;"/>'),
    '&x;',
    'N054 error the element is not well-formed: the entity &x; is not allowed',
  ],
  [
    'tags that cross',
    image('<box></tag>'),
    '</tag>',
    'N054 error the element is not well-formed: </tag> does not close <box>',
  ],
  [
    'not UTF-8',
    Buffer.concat([Buffer.from('<image name="'), Buffer.from([0xff]), Buffer.from('"/>')]),
    '<image',
    'N054 error the element is not UTF-8',
  ],
  ['no name', image('', 'width="9"'), '<image', 'N054 error the name of an image is missing'],
  ['an empty name', image('', 'name=""'), '<image', 'N054 error the name of an image is empty'],
  [
    'a negative size',
    image('', 'name="b" width="-9" height="9"'),
    '<image',
    'N054 error the width of an image is "-9"',
  ],
  ['a track without label', '<track id="1"/>', '<track', 'N054 error a track has no label'],
  ['a shape without label', image('<box xtl="1"/>'), '<box', 'N055 warning a box has no label', 'kept'],
  ['a tag without label', image('<tag label=""/>'), '<tag', 'N055 warning a tag has no label', 'kept'],
  [
    'a number missing',
    image('<box label="a" xtl="1" ytl="2" xbr="3"/>'),
    '<box',
    'N055 warning ybr of a box is missing',
    'kept',
  ],
  [
    'NaN',
    image('<box label="a" xtl="NaN" ytl="2" xbr="3" ybr="4"/>'),
    '<box',
    'N055 warning xtl of a box is "NaN"',
    'kept',
  ],
  [
    'a decimal comma',
    image('<box label="a" xtl="1,5" ytl="2" xbr="3" ybr="4"/>'),
    '<box',
    'N055 warning xtl of a box is "1,5"',
    'kept',
  ],
  [
    'a rotation that is none',
    image('<box label="a" xtl="1" ytl="2" xbr="3" ybr="4" rotation="x"/>'),
    '<box',
    'N055 warning rotation of a box is "x"',
    'kept',
  ],
  [
    'a negative radius',
    image('<ellipse label="a" cx="1" cy="2" rx="-3" ry="4"/>'),
    '<ellipse',
    'N055 warning a radius of an ellipse is -3',
    'kept',
  ],
  [
    'a polygon of two points',
    image('<polygon label="a" points="1,2;3,4"/>'),
    '<polygon',
    'N051 error a polygon has 2 points, not 3 or more',
    'kept',
  ],
  [
    'a point of one number',
    image('<polyline label="a" points="1,2;3"/>'),
    '<polyline',
    'N051 error a point of a polyline is "3", not two numbers',
    'kept',
  ],
  [
    'a point of three numbers',
    image('<points label="a" points="1,2,3"/>'),
    '<points',
    'N051 error a point of a points is "1,2,3", not two numbers',
    'kept',
  ],
  ['no points', image('<points label="a"/>'), '<points', 'N051 error a points has no points', 'kept'],
  [
    'runs that do not fill the mask',
    image('<mask label="a" rle="1,2" left="0" top="0" width="2" height="2"/>'),
    '<mask',
    'N051 error the runs of the mask "a" have 3 pixels for 2 times 2',
    'kept',
  ],
  [
    'runs that are no numbers',
    image('<mask label="a" rle="1,-2,x" left="0" top="0" width="2" height="2"/>'),
    '<mask',
    'N051 error the runs of the mask "a" are "1,-2,x"',
    'kept',
  ],
  [
    'a mask of nothing',
    image('<mask label="a" rle="4" left="0" top="0" width="2" height="2"/>'),
    '<mask',
    'N051 error the runs of the mask "a" cover nothing',
    'kept',
  ],
  [
    'a skeleton without points',
    image('<skeleton label="a"/>'),
    '<skeleton',
    'N051 error the skeleton "a" has no points',
    'kept',
  ],
  [
    'a point of a skeleton without label',
    image('<skeleton label="a"><points points="1,2"/><points label="b" points="1,2"/></skeleton>'),
    '<points',
    'N055 warning a point of a skeleton has no label',
    'kept',
  ],
  [
    'a box without area',
    image('<box label="a" xtl="1" ytl="2" xbr="1" ybr="4"/>'),
    '<box',
    'N059 warning a box has no area',
    'kept',
  ],
  [
    'a box that leaves its image',
    image('<box label="a" xtl="1" ytl="2" xbr="10" ybr="4"/>'),
    '<box',
    'N059 warning a box leaves its image',
    'kept',
  ],
  [
    'corners that are swapped',
    image('<box label="a" xtl="3" ytl="2" xbr="1" ybr="4"/>'),
    '<box',
    'N059 warning the corners of a box are swapped',
    'kept',
  ],
  [
    'an attribute without name',
    image('<tag label="a"><attribute>x</attribute></tag>'),
    '<attribute',
    'N056 warning an attribute has no name',
    'kept',
  ],
  [
    'an element that is none',
    image('<circle label="a"/>'),
    '<circle',
    'N056 warning an image has the element circle',
    'kept',
  ],
  [
    'an attribute that is none',
    image('<polygon label="a" points="1,2;3,4;5,6" score="1"/>'),
    '<polygon',
    'N056 warning a polygon has the attribute score',
    'kept',
  ],
  [
    'another label',
    `<meta><labels><label><name>b</name></label></labels></meta>${image('<tag label="a"/><tag label="a"/>')}`,
    '<tag',
    'N050 warning the label "a" is none of the 1 in meta',
    'kept',
  ],
];

describe('a bad element, and the run goes on', () => {
  test.each(broken)('%s', async (_, given, at, expected, kept) => {
    const before = '<annotations>\n<image name="猫.jpg"/> ';
    const bytes = Buffer.concat([
      Buffer.from(before),
      Buffer.from(given as string),
      Buffer.from('<image name="c.jpg"/></annotations>'),
    ]);
    const { records, faults, diagnostics } = await read(bytes);
    const [rule, severity, ...message] = expected.split(' ');
    const line = bytes.toString().split('\n')[1]!;
    const column = line.indexOf(at!, at === '<image' ? 10 : 0) + 1;
    const all = [...faults.flatMap((fault) => fault.diagnostics), ...diagnostics];
    expect(brief(all)).toEqual([`${rule} ${severity} set/a.xml:2:${column} ${message.join(' ')}`]);
    expect(all[0]!.offset).toBe(bytes.indexOf(at!, before.length + 2));
    expect(records.map(({ sample }) => sample.source.slice('set/'.length))).toEqual(
      kept === undefined ? ['猫.jpg', 'c.jpg'] : ['猫.jpg', 'b.jpg', 'c.jpg'],
    );
    expect(faults.map(({ raw }) => Buffer.from(raw!))).toEqual(
      kept === undefined ? [Buffer.from(given as string)] : [],
    );
  });

  test('strict: a faulty shape makes the image faulty', async () => {
    const text = `<annotations>${image('<points label="a"/>')}</annotations>`;
    const { records, faults } = await read(text, { mode: 'strict' });
    expect([records.length, faults.length]).toEqual([0, 1]);
  });

  test('a point in an element has a way to it', async () => {
    const { diagnostics } = await read(
      `<annotations><image name="a"/>${image('<box/><tag label="a"/><box/>')}</annotations>`,
    );
    expect(diagnostics.map(({ pointer }) => pointer)).toEqual([
      '/annotations/image[2]/box[1]',
      '/annotations/image[2]/box[2]',
    ]);
  });
});

describe('a file that cannot be read to its end', () => {
  test.each<[string, string, number, string]>([
    [
      'cut short',
      '<annotations><image name="a"/><image name="b">',
      1,
      'N053 error set/a.xml:1:31 the file ends inside <image>',
    ],
    [
      'a document type',
      '<!DOCTYPE a><annotations/>',
      0,
      'N053 error set/a.xml:1:1 a document type declaration (DOCTYPE) is not allowed',
    ],
    ['VOC', '<annotation/>', 0, 'N053 error set/a.xml:1:1 the root element is annotation, not annotations'],
    ['empty', '', 0, 'N053 error set/a.xml:1:1 the file has no root element'],
  ])('%s', async (_, text, count, expected) => {
    const { records, faults } = await read(text);
    expect(brief(faults.flatMap((fault) => fault.diagnostics))).toEqual([expected]);
    expect(records).toHaveLength(count);
  });

  test('what stands between images, and another version', async () => {
    const { diagnostics } = await read('<annotations>x<version>1.0</version><extra/></annotations>');
    expect(brief(diagnostics)).toEqual([
      'N056 warning set/a.xml:1:14 text between images: "x"',
      'N058 warning set/a.xml:1:15 the version is "1.0", not 1.1',
      'N056 warning set/a.xml:1:37 the element extra is left out',
    ]);
  });
});

describe('recognition', () => {
  const look = (head: string) => ({
    isFolder: false,
    name: 'a.xml',
    head,
    names: [],
    headOf: () => undefined,
  });
  test.each([
    [fixture('images.xml'), 'sure'],
    [fixture('video.xml'), 'sure'],
    ['<annotation><image name="x"/></annotation>', undefined],
    ['<annotations/>', undefined],
    ['{"a":"<annotations><meta>"}', undefined],
  ])('%#', (head, certainty) => {
    expect(cvat.recognise(look(head))?.certainty).toBe(certainty);
  });

  test('a folder with the file in it', () => {
    const folder = { ...look(''), isFolder: true, names: ['annotations.xml', 'images/1.jpg'] };
    expect(cvat.recognise({ ...folder, headOf: () => fixture('images.xml') })?.certainty).toBe('near');
    expect(cvat.recognise(folder)).toBeUndefined();
  });
});
