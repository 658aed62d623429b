import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/dota/code.js';
import { dota } from '../../../src/formats/dota/format.js';
import { type ImageObject, noProperties, type Sample, type Shape } from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
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

const plane = '10.5 20 30 20 30 40 10 40 plane 0\n';

const read = (label: string, init: SourceInit = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'train/images/P1.png': 'x', 'train/labelTxt/P1.txt': label }, init),
  );

describe('reading', () => {
  test('a header and lines', async () => {
    const { records, diagnostics } = await read(
      `imagesource:GoogleEarth\ngsd:0.146\n${plane}1 2 3 4 5 6 7 9 large-vehicle 1\r\n1 2 3 4 5 6 7 9 ship\n`,
    );
    expect(diagnostics).toEqual([]);
    expect(records[0]).toMatchObject({
      key: 'P1',
      sample: { source: 'in/train/images/P1.png', usage: 'TRAIN', property: { gsd: '0.146' } },
    });
    expect(records[0]?.sample.annotations[0]?.image).toEqual({
      fileName: 'P1.png',
      sourceImage: 'GoogleEarth',
      objects: [
        ['plane', '0', [10.5, 20, 30, 20, 30, 40, 10, 40]],
        ['large-vehicle', '1', [1, 2, 3, 4, 5, 6, 7, 9]],
        ['ship', undefined, [1, 2, 3, 4, 5, 6, 7, 9]],
      ].map(([name, difficult, points]) => ({
        name,
        ...(difficult === undefined ? {} : { difficult }),
        properties: noProperties,
        shape: { kind: 'polygon', points },
        parts: [],
      })),
    });
  });

  const at = 'in/train/labelTxt/P1.txt';
  test.each<[string, string, string, number]>([
    ['too few fields', '1 2 3 4 5 6 7 8\n', `N110 error ${at}:1:15 the line has 8 fields, not 9 or 10`, 0],
    ['too many', `${plane.trim()} 1\n`, `N110 error ${at}:1:35 the line has 11 fields, not 9 or 10`, 0],
    [
      'an outline of five points',
      '1 2 3 4 5 6 7 8 9 10 ship 0\n',
      `N110 error ${at}:1:22 the line has 12 fields, not 9 or 10`,
      0,
    ],
    ['a YOLO line', '0 0.5 0.5 1 1\n', `N110 error ${at}:1:13 the line has 5 fields, not 9 or 10`, 0],
    [
      'the label first',
      'plane 1 2 3 4 5 6 7 8 0\n',
      `N111 error ${at}:1:1 the coordinate "plane" is not a number`,
      0,
    ],
    [
      'a label with a blank',
      '1 2 3 4 5 6 7 9 large vehicle\n',
      `N111 error ${at}:1:23 difficult is "vehicle", not 0 or 1`,
      0,
    ],
    [
      'a decimal comma',
      plane.replace('10.5', '10,5'),
      `N111 error ${at}:1:1 the coordinate "10,5" is not a number`,
      0,
    ],
    ['NaN', plane.replace('20', 'NaN'), `N111 error ${at}:1:6 the coordinate "NaN" is not a number`, 0],
    [
      'infinity',
      plane.replace('20', '1e400'),
      `N111 error ${at}:1:6 the coordinate "1e400" is not a number`,
      0,
    ],
    [
      'a difficult of words',
      plane.replace(' 0\n', ' no\n'),
      `N111 error ${at}:1:33 difficult is "no", not 0 or 1`,
      0,
    ],
    ['commas', '1,2,3,4,5,6,7,8,ship,0\n', `N110 error ${at}:1:1 the line has 1 fields, not 9 or 10`, 0],
    ['an unknown key', 'source:GF2\n', `N112 info ${at}:1:1 source is kept as a property`, 0],
    [
      'a header after objects',
      `${plane}gsd:1\n`,
      `N110 error ${at}:2:1 the line has 1 fields, not 9 or 10`,
      1,
    ],
    [
      'half a line at the end',
      `${plane}1 2 3\n`,
      `N110 error ${at}:2:5 the line has 3 fields, not 9 or 10`,
      1,
    ],
  ])('%s: the finding, and the run goes on', async (_, line, expected, objects) => {
    const { records, diagnostics } = await read(line + plane);
    expect(brief(diagnostics)).toEqual([expected]);
    expect(records[0]?.sample.annotations[0]?.image?.objects).toHaveLength(objects + 1);
    const strict = await read(line + plane, { mode: 'strict' });
    expect(strict.faults).toHaveLength(expected.includes('error') ? 1 : 0);
  });
});

async function write(objects: readonly ImageObject[], init: SinkInit = {}, more: Partial<Sample> = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const [result] = await writeAll(formatCode, sink, [
    writeRow({
      file: 'x.xml',
      sample: {
        source: 'p/a.png',
        annotations: [
          {
            type: 'modelarts/object_detection',
            task: 'object_detection',
            image: { objects, sourceImage: 'GF2', database: 'mine' },
          },
        ],
        ...more,
      },
    }),
  ]);
  return { sink, result: result! };
}

const object = (shape: Shape, more: Partial<ImageObject> = {}): ImageObject => ({
  name: 'ship',
  shape,
  properties: noProperties,
  parts: [],
  ...more,
});
const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3.5, ymax: 4 };
const triangle: Shape = { kind: 'polygon', points: [0, 0, 4, 0, 4, 4] };

describe('writing', () => {
  test('corners, header, folders, losses', async () => {
    const { sink } = await write(
      [
        object({ kind: 'polygon', points: [1, 2, 3, 4, 5, 6, 7, 8, 1, 2] }, { difficult: '1' }),
        object(box, { difficult: 'perhaps' }),
        object({ kind: 'point', x: 1, y: 1 }),
        object(triangle),
      ],
      { options: { shapes: 'bbox' } },
      { usage: 'test', property: { gsd: '0.5', other: 1 } },
    );
    expect(sink.files).toEqual({
      'test/labelTxt/a.txt':
        'imagesource:GF2\ngsd:0.5\n1 2 3 4 5 6 7 8 ship 1\n1 2 3.5 2 3.5 4 1 4 ship 0\n0 0 4 0 4 4 0 4 ship 0\n',
    });
    expect([...sink.placed.keys()]).toEqual(['test/images/a.png']);
    expect(sink.lossCounts).toEqual({
      'image-member': 1,
      'object-difficult': 1,
      'sample-property': 1,
      'shape-bndbox': 1,
      'shape-point': 1,
      'shape-polygon': 1,
    });
  });

  test.each<[string, ImageObject, string]>([
    ['a triangle', object(triangle), 'N113 error x.xml a polygon cannot be written as four corners'],
    [
      'a circle',
      object({ kind: 'circle', cx: 1, cy: 1, r: 1 }),
      'N113 error x.xml a circle cannot be written as four corners',
    ],
    [
      'a label with blanks',
      object(box, { name: 'a b' }),
      'N113 error x.xml the label "a b" has blanks, which separate fields',
    ],
  ])('%s', async (_, bad, expected) => {
    const { result } = await write([bad]);
    expect(typeof result === 'string' ? result : brief(result)).toEqual([expected]);
  });
});

test('what is written is what is read', async () => {
  const number = fc.integer({ min: -10_000, max: 1_000_000 }).map((value) => value / 10);
  const line = fc
    .tuple(
      fc.array(number, { minLength: 8, maxLength: 8 }),
      fc.constantFrom('ship', '船'),
      fc.constantFrom('0', '1', '2'),
    )
    .map(([points, name, difficult]) => `${points.join(' ')} ${name} ${difficult}\n`);
  const header = fc.constantFrom('', 'imagesource:GF2\n', 'gsd:null\n', 'imagesource:x\ngsd:0.1\n');
  await fc.assert(
    fc.asyncProperty(header, fc.array(line, { maxLength: 5 }), async (head, lines) => {
      const label = head + lines.join('');
      const { records } = await read(label);
      const sink = new MemorySink({ images: 'copy' });
      await writeAll(
        formatCode,
        sink,
        records.map((record) => writeRow(record)),
      );
      expect(sink.files['train/labelTxt/P1.txt']).toBe(label);
      expect(sink.losses).toEqual([]);
    }),
    { seed },
  );
});

test.each<[readonly string[], Record<string, string>, string | undefined]>([
  [['train/labelTxt/1.txt'], {}, 'sure'],
  [['labels/1.txt'], { 'labels/1.txt': plane }, 'likely'],
  [['labels/1.txt'], { 'labels/1.txt': '0 0.5 0.5 1 1\n' }, undefined],
  [['labels/1.txt'], { 'labels/1.txt': '0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n' }, undefined],
])('%j is recognised as %s', (names, heads, expected) => {
  const look = { isFolder: true, name: 'x', head: '', names, headOf: (name: string) => heads[name] };
  expect(dota.recognise(look)?.certainty).toBe(expected);
});
