import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/kitti/code.js';
import { kitti } from '../../../src/formats/kitti/format.js';
import { type ImageObject, noProperties, type Shape, StorageError } from '../../../src/model/index.js';
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

const car = 'Car 0.00 0 -1.57 599.41 156.40 629.75 189.25 2.85 2.63 12.34 0.47 1.49 69.44 -1.56\n';
const plain = 'Van -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n';

const read = (label: string, init: SourceInit = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource({ 'training/image_2/1.png': 'x', 'training/label_2/1.txt': label }, init),
  );

describe('reading', () => {
  test('a line of KITTI', async () => {
    const { records, diagnostics } = await read(
      `${car}Pedestrian 0.33 2 -10 1.5 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10 0.9\r\n${plain}`,
    );
    expect(diagnostics).toEqual([]);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      key: '1',
      file: 'in/training/label_2/1.txt',
      sample: { source: 'in/training/image_2/1.png', usage: 'TRAIN' },
    });
    expect(records[0]?.sample.annotations[0]?.image?.objects).toEqual([
      {
        name: 'Car',
        truncated: '0',
        occluded: '0',
        shape: { kind: 'bndbox', xmin: 599.41, ymin: 156.4, xmax: 629.75, ymax: 189.25 },
        properties: new Map([
          ['kitti_alpha', '-1.57'],
          ['kitti_dimensions', '2.85 2.63 12.34'],
          ['kitti_location', '0.47 1.49 69.44'],
          ['kitti_rotation_y', '-1.56'],
        ]),
        parts: [],
      },
      {
        name: 'Pedestrian',
        truncated: '1',
        occluded: '1',
        confidence: 0.9,
        shape: { kind: 'bndbox', xmin: 1.5, ymin: 2, xmax: 3, ymax: 4 },
        properties: new Map([
          ['kitti_truncated', '0.33'],
          ['kitti_occluded', '2'],
        ]),
        parts: [],
      },
      {
        name: 'Van',
        shape: { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3, ymax: 4 },
        properties: noProperties,
        parts: [],
      },
    ]);
  });

  test('folders, names and usage', async () => {
    const { records, diagnostics, faults } = await readAllRecords(
      formatCode,
      new MemorySource({
        'README.txt': 'x',
        'training/image_2/1.png': 'x',
        'training/label_2/1.txt': car,
        'training/label_2/sub/3.txt': car,
        'testing/image_2/1.png': 'x',
        'val/images/4.v2.JPG': '',
        'val/labels/4.v2.txt': '',
        'val/images/5.jpg': 'x',
        'val/images/5.png': 'x',
      }),
    );
    expect(records.map(({ key, sample }) => [key, sample.source, sample.usage])).toEqual([
      ['testing/1', 'in/testing/image_2/1.png', 'TEST'],
      ['training/1', 'in/training/image_2/1.png', 'TRAIN'],
      ['4.v2', 'in/val/images/4.v2.JPG', 'EVAL'],
      ['5', 'in/val/images/5.jpg', 'EVAL'],
      ['sub/3', 'in/training/image_2/sub/3.png', 'TRAIN'],
    ]);
    expect(brief(diagnostics)).toEqual([
      'D015 warning in/val/images/4.v2.JPG val/images/4.v2.JPG has no bytes',
      'D014 warning in/README.txt there is no image for README.txt, which is ignored',
      'D014 warning in/training/label_2/sub/3.txt there is no image for training/label_2/sub/3.txt',
      'D013 info in 2 images have no label file, and so no objects',
    ]);
    expect(faults.flatMap((fault) => brief(fault.diagnostics))).toEqual([
      'D012 error in/val/images/5.png val/images/5.png and val/images/5.jpg are images of one label file',
    ]);
  });

  const at = 'in/training/label_2/1.txt';
  test.each<[string, string, string, number]>([
    ['too few fields', 'Car 0 0 0 1 2 3\n', `N100 error ${at}:1:15 the line has 7 fields, not 15`, 0],
    ['too many', `${car.trim()} 1 2\n`, `N100 error ${at}:1:86 the line has 17 fields, not 15`, 0],
    ['a label with a blank', `Big ${car}`, `N101 error ${at}:1:5 truncated is "Car", not a number`, 0],
    [
      'a decimal comma',
      car.replace('599.41', '599,41'),
      `N101 error ${at}:1:18 left is "599,41", not a number`,
      0,
    ],
    ['NaN', car.replace('-1.57', 'nan'), `N101 error ${at}:1:12 alpha is "nan", not a number`, 0],
    [
      'a hexadecimal number',
      car.replace('12.34', '0x10'),
      `N101 error ${at}:1:56 length is "0x10", not a number`,
      0,
    ],
    ['an empty score', `${car.trim()} -\n`, `N101 error ${at}:1:84 score is "-", not a number`, 0],
    ['infinity', car.replace('69.44', '1e999'), `N101 error ${at}:1:72 z is "1e999", not a number`, 0],
    [
      'ends exchanged',
      car.replace('629.75', '29.75'),
      `N102 warning ${at}:1:18 the box 599.41, 156.40, 29.75, 189.25 has no area`,
      1,
    ],
    [
      'no height',
      car.replace('189.25', '156.40'),
      `N102 warning ${at}:1:18 the box 599.41, 156.40, 629.75, 156.40 has no area`,
      1,
    ],
    ['a header', 'type truncated occluded\n', `N100 error ${at}:1:16 the line has 3 fields, not 15`, 0],
    ['CSV', 'Car,0,0,0,1,2,3,4\n', `N100 error ${at}:1:1 the line has 1 fields, not 15`, 0],
    ['a blank line before', `\n\ufeffx\n`, `N100 error ${at}:2:2 the line has 1 fields, not 15`, 0],
  ])('%s: the finding, and the run goes on', async (_, line, expected, objects) => {
    const { records, diagnostics } = await read(line + plain);
    expect(brief(diagnostics)).toEqual([expected]);
    expect(records[0]?.sample.annotations[0]?.image?.objects).toHaveLength(objects + 1);
    const strict = await read(line + plain, { mode: 'strict' });
    expect(strict.faults).toHaveLength(expected.includes('error') ? 1 : 0);
  });

  test('a label file that cannot be read is a fault', async () => {
    const { faults, records } = await readAllRecords(
      formatCode,
      new MemorySource({
        'image_2/1.png': 'x',
        'label_2/1.txt': new StorageError('AccessDenied', 'no entry'),
        'label_2/2.txt': plain,
      }),
    );
    expect(faults.flatMap((fault) => brief(fault.diagnostics))).toEqual([
      'D053 error in/label_2/1.txt no entry',
    ]);
    expect(records.map(({ key }) => key)).toEqual(['2']);
  });
});

const object = (
  name: string | undefined,
  shape: Shape | undefined,
  more: Partial<ImageObject> = {},
): ImageObject => ({
  ...(name === undefined ? {} : { name }),
  ...(shape === undefined ? {} : { shape }),
  properties: noProperties,
  parts: [],
  ...more,
});
const box: Shape = { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 3.5, ymax: 4 };

async function write(objects: readonly ImageObject[] | undefined, init: SinkInit = {}, usage?: string) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const results = await writeAll(formatCode, sink, [
    writeRow({
      file: 'x.xml',
      sample: {
        source: 'p/a.JPG',
        ...(usage === undefined ? {} : { usage }),
        annotations:
          objects === undefined
            ? []
            : [{ type: 'modelarts/object_detection', task: 'object_detection', image: { objects } }],
      },
    }),
  ]);
  return { sink, result: results[0]! };
}

describe('writing', () => {
  test('labels, images and folders', async () => {
    const { sink } = await write(
      [object('Car', box, { truncated: '1', occluded: '0', confidence: 0.5 }), object('Van', box)],
      {},
      'EVAL',
    );
    expect(sink.files).toEqual({
      'validation/label_2/a.txt':
        'Car 1 0 -10 1 2 3.5 4 -1 -1 -1 -1000 -1000 -1000 -10 0.5\nVan -1 -1 -10 1 2 3.5 4 -1 -1 -1 -1000 -1000 -1000 -10\n',
    });
    expect([...sink.placed.keys()]).toEqual(['validation/image_2/a.JPG']);
    expect(sink.losses).toEqual([]);
  });

  test('losses', async () => {
    const { sink, result } = await write(
      [
        object('Car', { kind: 'polygon', points: [0, 0, 4, 0, 4, 4] }, { difficult: '1', pose: 'Left' }),
        object('Car', { kind: 'point', x: 1, y: 1 }),
        object(undefined, box),
        object('Car', box, { properties: new Map([['colour', 'red']]), truncated: 'half' }),
      ],
      { options: { shapes: 'bbox' } },
    );
    expect(result).toBe('written');
    expect(sink.lossCounts).toEqual({
      'object-difficult': 1,
      'object-pose': 1,
      'object-property': 1,
      'object-truncated': 1,
      'object-without-label': 1,
      'shape-point': 1,
      'shape-polygon': 1,
    });
    expect(sink.files['training/label_2/a.txt']?.split('\n')).toHaveLength(3);
  });

  test.each<[string, ImageObject[] | undefined, SinkInit, string | undefined, unknown]>([
    [
      'a polygon',
      [object('Car', { kind: 'polygon', points: [0, 0, 4, 0, 4, 4] })],
      {},
      undefined,
      [{ rule: 'N103' }],
    ],
    ['a label with blanks', [object('big car', box)], {}, undefined, [{ rule: 'N103' }]],
    ['another usage', [], {}, 'INFERENCE', 'skipped'],
    ['nothing that could be written', undefined, { images: 'reference' }, undefined, 'skipped'],
    ['an image without labels', undefined, {}, undefined, 'written'],
  ])('%s', async (_, objects, init, usage, expected) => {
    const { result } = await write(objects, init, usage);
    if (typeof expected === 'string') expect(result).toBe(expected);
    else expect(result).toMatchObject(expected as object[]);
  });

  test('appending is refused', async () => {
    await expect(write([], { mode: 'append' })).rejects.toMatchObject({ code: 'Unsupported' });
  });
});

test('what is written is what is read', async () => {
  const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100);
  const lines = fc.array(
    fc
      .tuple(
        fc.constantFrom('Car', 'DontCare', '猫'),
        fc.constantFrom('0', '1', '0.25', '-1'),
        fc.constantFrom('0', '1', '2', '3', '-1'),
        fc.array(number, { minLength: 12, maxLength: 12 }),
        fc.constantFrom('', ' 0.5', ' 17'),
      )
      .map(([name, truncated, occluded, numbers, score]) => {
        const [alpha, ...rest] = numbers;
        return `${name} ${truncated} ${occluded} ${alpha} ${rest.join(' ')}${score}\n`;
      }),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(lines, async (texts) => {
      const label = texts.join('');
      const { records } = await read(label);
      const sink = new MemorySink({ images: 'copy' });
      await writeAll(
        formatCode,
        sink,
        records.map((record) => writeRow(record)),
      );
      expect(sink.files['training/label_2/1.txt']).toBe(label);
      expect(sink.losses).toEqual([]);
    }),
    { seed },
  );
});

test.each<[readonly string[], Record<string, string>, string | undefined]>([
  [['training/label_2/1.txt'], {}, 'sure'],
  [['training/label_2/1.TXT'], {}, 'sure'],
  [['labels/1.txt'], { 'labels/1.txt': car }, 'likely'],
  [['labels/1.txt'], { 'labels/1.txt': '0 0.5 0.5 1 1\n' }, undefined],
])('%j is recognised as %s', (names, heads, expected) => {
  const look = { isFolder: true, name: 'x', head: '', names, headOf: (name: string) => heads[name] };
  expect(kitti.recognise(look)?.certainty).toBe(expected);
});
