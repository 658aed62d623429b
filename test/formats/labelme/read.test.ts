import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/labelme/code.js';
import { labelme } from '../../../src/formats/labelme/format.js';
import { type ImageObject, StorageError } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const fixtures = join(import.meta.dirname, '../../fixtures/labelme/set');
const fixture = (name: string) => readFileSync(join(fixtures, name));

const read = (files: ConstructorParameters<typeof MemorySource>[0], init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource(files, init));

const fileOf = (members: object) =>
  JSON.stringify({ shapes: [], imagePath: 'a.jpg', imageHeight: 10, imageWidth: 20, ...members });
const shape = (members: object) => ({
  label: 'x',
  points: [
    [1, 2],
    [3, 4],
  ],
  shape_type: 'rectangle',
  ...members,
});

test('every kind of shape, flags, sizes, and images without a file', async () => {
  const { records, faults, diagnostics, batches } = await read({
    'street.json': fixture('street.json'),
    'street.jpg': 'x',
    'sub/1.json': fixture('sub/1.json'),
    'img/1.JPG': 'x',
    'img/2.png': 'x',
    '.hidden.json': '{',
    'notes.txt': 'x',
  });
  expect(faults).toEqual([]);
  const object = (name: string, rest: Partial<ImageObject>) => ({
    name,
    properties: new Map(),
    parts: [],
    ...rest,
  });
  expect(records).toEqual([
    {
      file: 'in/street.json',
      key: 'street',
      sample: {
        source: 'in/street.jpg',
        annotations: [
          { type: 'modelarts/image_classification', task: 'image_classification', name: 'day' },
          {
            type: 'modelarts/object_detection',
            task: 'object_detection',
            image: {
              width: 200,
              height: 100,
              objects: [
                object('car', {
                  properties: new Map([
                    ['group_id', '3'],
                    ['description', 'parked'],
                    ['red', 'true'],
                  ]),
                  difficult: '1',
                  shape: { kind: 'bndbox', xmin: 10, ymin: 20, xmax: 110.5, ymax: 80 },
                }),
                object('road', { shape: { kind: 'polygon', points: [0, 90, 200, 90, 200, 100] } }),
                object('wheel', { shape: { kind: 'circle', cx: 10, cy: 10, r: 5 } }),
                object('kerb', { shape: { kind: 'line', x1: 0, y1: 1, x2: 2, y2: 3 } }),
                object('kerb', { shape: { kind: 'polyline', points: [0, 1, 2, 3, 4, 5] } }),
                object('lamp', { shape: { kind: 'point', x: 7, y: 8 } }),
                object('bolts', {
                  properties: new Map([['group_id', '1']]),
                  shape: { kind: 'point', x: 1, y: 2 },
                }),
                object('bolts', {
                  properties: new Map([['group_id', '1']]),
                  shape: { kind: 'point', x: 3, y: 4 },
                }),
                object('cloud', { shape: { kind: 'bndbox', xmin: 30, ymin: 5, xmax: 50, ymax: 15 } }),
              ],
            },
          },
        ],
      },
    },
    {
      file: 'in/sub/1.json',
      key: 'sub/1',
      sample: {
        source: 'in/img/1.JPG',
        annotations: [
          {
            type: 'modelarts/object_detection',
            task: 'object_detection',
            image: { width: 60, height: 50, objects: [] },
          },
        ],
      },
    },
    { file: 'in/img/2.png', key: 'img/2', sample: { source: 'in/img/2.png', annotations: [] } },
  ]);
  expect(brief(diagnostics)).toEqual([
    'N046 warning in/street.json:23:5 the mask "cloud" is read as its box',
    'N048 info in/street.json:26:16 the image inside the file is not read',
  ]);
  expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(
    fixture('street.json').length + fixture('sub/1.json').length,
  );
});

describe('the image of a file', () => {
  test.each<[string, object, Record<string, string>, string, string[]]>([
    ['beside it', { imagePath: 'a.jpg' }, { 's/a.jpg': '' }, 'in/s/a.jpg', []],
    ['above it', { imagePath: '../i/./a.jpg' }, { 'i/a.jpg': '' }, 'in/i/a.jpg', []],
    ['a Windows path', { imagePath: '..\\i\\a.jpg' }, { 'i/a.jpg': '' }, 'in/i/a.jpg', []],
    ['above the folder that was named', { imagePath: '../../i/a.jpg' }, {}, 'in/../i/a.jpg', []],
    ['an address', { imagePath: 's3://b/a.jpg' }, {}, 's3://b/a.jpg', []],
    [
      'an absolute path of another machine',
      { imagePath: 'C:\\me\\a.jpg' },
      { 's/a.jpg': '' },
      'in/s/a.jpg',
      [
        'N042 warning in/s/1.json:1:26 C:\\me\\a.jpg is not there; s/a.jpg is taken, which is beside the file',
      ],
    ],
    [
      'an absolute path that is nowhere',
      { imagePath: '/me/a.jpg' },
      {},
      '/me/a.jpg',
      ['N042 warning in/s/1.json:1:26 /me/a.jpg is not there'],
    ],
    [
      'missing',
      { imagePath: 'a.jpg' },
      {},
      'in/s/a.jpg',
      ['N042 warning in/s/1.json:1:26 a.jpg is not there'],
    ],
    [
      'named by the file alone',
      { imagePath: '' },
      { 's/1.PNG': '' },
      'in/s/1.PNG',
      ['N042 warning in/s/1.json:1:26 imagePath is ""; s/1.PNG is taken, which has the name of the file'],
    ],
  ])('%s', async (_, members, images, source, expected) => {
    const { records, diagnostics } = await read({ 's/1.json': fileOf(members), ...images });
    expect(records.map(({ sample }) => sample.source)).toEqual([source]);
    expect(brief(diagnostics)).toEqual(expected);
  });
});

test('a size that the file does not say comes from the image', async () => {
  const { records, diagnostics } = await read(
    { '1.json': fileOf({ imageHeight: null, imageWidth: undefined }), 'a.jpg': '' },
    { sizes: { 'in/a.jpg': { width: 7, height: 8 } } },
  );
  expect(records[0]!.sample.annotations[0]!.image).toEqual({ width: 7, height: 8, objects: [] });
  expect(diagnostics).toEqual([]);
});

test('a rectangle with four corners is a box when it stands upright', async () => {
  const points = [
    [1, 2],
    [5, 2],
    [5, 9],
    [1, 9],
  ];
  const { records, diagnostics } = await read({
    '1.json': fileOf({ shapes: [shape({ points })] }),
    'a.jpg': '',
  });
  expect(records[0]!.sample.annotations[0]!.image!.objects[0]!.shape).toEqual({
    kind: 'bndbox',
    xmin: 1,
    ymin: 2,
    xmax: 5,
    ymax: 9,
  });
  expect(diagnostics).toEqual([]);
});

/** A file's text, what stands where the finding points, and the finding; `kept` when the sample is read all the same. */
const broken: [
  title: string,
  text: string | Uint8Array,
  at: string | undefined,
  expected: string,
  kept?: 'kept',
][] = [
  ['empty', '', undefined, 'N044 error the file is empty'],
  [
    'cut short',
    '{"shapes":[{"label":"x"',
    '',
    'N044 error the file is not JSON: it ends before its JSON does',
  ],
  ['NaN', '{"shapes":[{"points":[[NaN,1]]}]}', 'NaN', 'N044 error the file is not JSON: NaN is not JSON'],
  ['a comma too many', '{"shapes":[],}', ',}', 'N044 error the file is not JSON: a trailing comma before }'],
  ['not UTF-8', Uint8Array.of(0x7b, 0xff), undefined, 'N044 error the file is not UTF-8'],
  ['an array', '[]', '[]', 'N044 error the file is not a JSON object'],
  ['of another program', '{"images":[]}', '{', 'N044 error the file has no list of shapes'],
  [
    'shapes that are no list',
    '{"shapes":{},"imagePath":"a.jpg"}',
    '{',
    'N044 error the file has no list of shapes',
  ],
  [
    'no imagePath',
    '{"shapes":[]}',
    '{',
    'N044 error imagePath is missing, and no image has the name of the file',
  ],
  [
    'a number for imagePath',
    fileOf({ imagePath: 7 }),
    '7,',
    'N044 error imagePath is 7, and no image has the name of the file',
  ],
  [
    'a shape that is no object',
    fileOf({ shapes: [7] }),
    '7',
    'N045 warning a shape is 7, not an object',
    'kept',
  ],
  [
    'no label',
    fileOf({ shapes: [shape({ label: undefined })] }),
    '{"points"',
    'N045 warning the label of a shape is missing',
    'kept',
  ],
  [
    'an empty label',
    fileOf({ shapes: [shape({ label: '' })] }),
    '""',
    'N045 warning the label of a shape is ""',
    'kept',
  ],
  [
    'no points',
    fileOf({ shapes: [shape({ points: undefined })] }),
    '{"label"',
    'N045 warning a shape has no list of points',
    'kept',
  ],
  [
    'a decimal comma',
    fileOf({
      shapes: [
        shape({
          points: [
            ['1,5', 2],
            [3, 4],
          ],
        }),
      ],
    }),
    '["1,5"',
    'N045 warning a point is ["1,5",2], not two numbers',
    'kept',
  ],
  [
    'three numbers for a point',
    fileOf({ shapes: [shape({ points: [[1, 2, 3]] })] }),
    '[1,2,3]',
    'N045 warning a point is [1,2,3], not two numbers',
    'kept',
  ],
  [
    'a rectangle of one point',
    fileOf({ shapes: [shape({ points: [[1, 2]] })] }),
    '[[1',
    'N040 warning the rectangle "x" has 1 points, not 2',
    'kept',
  ],
  [
    'a rectangle that is askew',
    fileOf({
      shapes: [
        shape({
          points: [
            [0, 0],
            [4, 1],
            [4, 5],
            [0, 4],
          ],
        }),
      ],
    }),
    '[[0',
    'N040 warning the rectangle "x" has 4 points, not 2',
    'kept',
  ],
  [
    'a polygon of two points',
    fileOf({ shapes: [shape({ shape_type: 'polygon' })] }),
    '[[1',
    'N040 warning the polygon "x" has 2 points, not 3 or more',
    'kept',
  ],
  [
    'a circle of three',
    fileOf({
      shapes: [
        shape({
          shape_type: 'circle',
          points: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        }),
      ],
    }),
    '[[1',
    'N040 warning the circle "x" has 3 points, not 2',
    'kept',
  ],
  [
    'a line of one',
    fileOf({ shapes: [shape({ shape_type: 'line', points: [[1, 2]] })] }),
    '[[1',
    'N040 warning the line "x" has 1 points, not 2',
    'kept',
  ],
  [
    'a linestrip of one',
    fileOf({ shapes: [shape({ shape_type: 'linestrip', points: [[1, 2]] })] }),
    '[[1',
    'N040 warning the linestrip "x" has 1 points, not 2 or more',
    'kept',
  ],
  [
    'a point of two',
    fileOf({ shapes: [shape({ shape_type: 'point' })] }),
    '[[1',
    'N040 warning the point "x" has 2 points, not 1',
    'kept',
  ],
  [
    'points of none',
    fileOf({ shapes: [shape({ shape_type: 'points', points: [] })] }),
    '[],',
    'N040 warning the points "x" has 0 points, not 1 or more',
    'kept',
  ],
  [
    'a mask without corners',
    fileOf({ shapes: [shape({ shape_type: 'mask', points: [] })] }),
    '[],',
    'N040 warning the mask "x" has 0 points, not 2',
    'kept',
  ],
  [
    'an unknown kind',
    fileOf({ shapes: [shape({ shape_type: 'rotation' })] }),
    '"rotation"',
    'N041 warning shape_type is "rotation"',
    'kept',
  ],
  [
    'no area',
    fileOf({
      shapes: [
        shape({
          points: [
            [1, 2],
            [1, 2],
          ],
        }),
      ],
    }),
    '[[1',
    'N043 warning the rectangle "x" has no area',
    'kept',
  ],
  [
    'a circle without area',
    fileOf({
      shapes: [
        shape({
          shape_type: 'circle',
          points: [
            [1, 2],
            [1, 2],
          ],
        }),
      ],
    }),
    '[[1',
    'N043 warning the circle "x" has no area',
    'kept',
  ],
  [
    'flags that are a list',
    fileOf({ flags: ['a'] }),
    '["a"',
    'N047 warning flags is ["a"], not an object',
    'kept',
  ],
  [
    'a flag that is no boolean',
    fileOf({ flags: { a: 'yes' } }),
    '"yes"',
    'N047 warning the flag "a" is "yes"',
    'kept',
  ],
  [
    'a member of another program',
    fileOf({ shapes: [shape({ score: 0.5, kie_linking: [] })] }),
    '0.5',
    'N047 warning a shape has the member "score"',
    'kept',
  ],
  [
    'a negative size',
    fileOf({ imageWidth: -20 }),
    '-20',
    'N049 warning imageWidth is -20, and the image does not say: there is nothing at in/a.jpg',
    'kept',
  ],
];

describe('a bad file, and the run goes on', () => {
  test.each(broken)('%s', async (_, given, at, expected, kept) => {
    const bytes = Buffer.from(given as string);
    const { records, faults, diagnostics } = await read({
      '1.json': fileOf({ imagePath: 'one.jpg' }),
      '2.json': bytes,
      '3.json': fileOf({ imagePath: 'three.jpg' }),
      'one.jpg': '',
      'three.jpg': '',
      ...(kept === undefined ? {} : { 'a.jpg': '' }),
    });
    const [rule, severity, ...message] = expected.split(' ');
    const text = bytes.toString();
    const place = at === undefined ? '' : `:1:${(at === '' ? text.length : text.indexOf(at)) + 1}`;
    const found = [...faults.flatMap((fault) => fault.diagnostics), ...diagnostics];
    expect(brief(found)).toEqual([`${rule} ${severity} in/2.json${place} ${message.join(' ')}`]);
    expect(records.map(({ key }) => key)).toEqual(kept === undefined ? ['1', '3'] : ['1', '2', '3']);
    expect(faults.map(({ name, raw }) => [name, Buffer.from(raw!)])).toEqual(
      kept === undefined ? [['2.json', bytes]] : [],
    );
  });

  test('strict: a faulty shape makes the file faulty', async () => {
    const { records, faults } = await read(
      { '1.json': fileOf({ shapes: [7] }), 'a.jpg': '' },
      { mode: 'strict' },
    );
    expect(records).toEqual([]);
    expect(brief(faults[0]!.diagnostics)).toEqual(['N045 error in/1.json:1:12 a shape is 7, not an object']);
  });

  test('the image of a faulty file is no image without labels', async () => {
    const { records, faults } = await read({ '1.json': '{', '1.jpg': '' });
    expect([records.length, faults.length]).toEqual([0, 1]);
  });

  test('a file that cannot be read', async () => {
    const cause = new StorageError('AccessDenied', 'no right to read in/2.json');
    const { records, faults } = await read({ '1.json': fileOf({}), '2.json': cause, 'a.jpg': '' });
    expect(records).toHaveLength(1);
    expect(faults).toEqual([
      {
        name: '2.json',
        cause,
        diagnostics: [
          { rule: 'D053', severity: 'error', message: 'no right to read in/2.json', file: 'in/2.json' },
        ],
      },
    ]);
  });

  test('places count bytes and lines, after a byte order mark too', async () => {
    const text = `\ufeff{"imagePath":"猫.jpg",\n"shapes":[7],"imageWidth":1,"imageHeight":1}`;
    const { diagnostics } = await read({ '1.json': text, '猫.jpg': '' });
    expect(diagnostics).toMatchObject([{ line: 2, column: 11, offset: 37, pointer: '/shapes/0' }]);
  });
});

describe('recognition', () => {
  const text = fileOf({});
  test.each<[string, Parameters<typeof labelme.recognise>[0], string | undefined]>([
    [
      'a folder',
      { isFolder: true, name: 'x', head: '', names: ['a.jpg', 'a.json'], headOf: () => text },
      'sure',
    ],
    ['one file', { isFolder: false, name: 'a.json', head: text, names: [], headOf: () => undefined }, 'near'],
    [
      'another folder',
      { isFolder: true, name: 'x', head: '', names: ['a.json'], headOf: () => '{}' },
      undefined,
    ],
    [
      'another file',
      { isFolder: false, name: 'a.json', head: '{"shapes":[', names: [], headOf: () => '' },
      undefined,
    ],
  ])('%s', (_, look, certainty) => {
    expect(labelme.recognise(look)?.certainty).toBe(certainty);
  });
});
