import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/openimages/code.js';
import { openimages } from '../../../src/formats/openimages/format.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const header =
  'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n';
const good = 'z,xclick,/m/01,1,0.1,0.3,0.2,0.4,0,1,0,0,0\n';
const file = 'in/train-annotations-bbox.csv';

const read = (rows: string, init: SourceInit = {}, more: Record<string, string> = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource(
      {
        'class-descriptions-boxable.csv': '/m/01,Cat\n/m/02,"Dog, wild"\n',
        'train-annotations-bbox.csv': rows,
        'train/a.jpg': 'x',
        'train/z.jpg': 'x',
        ...more,
      },
      {
        sizes: { 'train/a.jpg': { width: 100, height: 200 }, 'train/z.jpg': { width: 10, height: 10 } },
        ...init,
      },
    ),
  );

test('boxes, flags, names, usage, and images without boxes', async () => {
  const { records, diagnostics, faults } = await read(
    `${header}a,xclick,/m/01,1,0.1,0.3,0.2,0.4,0,1,0,0,0\na,,/m/02,0.5,0,1,0,1,-1,-1,1,0,1\n`,
    { chunkBytes: 9 },
    { 'validation/v.jpg': 'x' },
  );
  expect([diagnostics, faults]).toEqual([[], []]);
  expect(
    records.map(({ key, sample }) => [key, sample.source, sample.usage, sample.annotations.length]),
  ).toEqual([
    ['a', 'in/train/a.jpg', 'TRAIN', 1],
    ['z', 'in/train/z.jpg', 'TRAIN', 0],
    ['v', 'in/validation/v.jpg', 'EVAL', 0],
  ]);
  expect(records[0]?.sample.annotations[0]?.image).toEqual({
    fileName: 'a.jpg',
    width: 100,
    height: 200,
    objects: [
      {
        name: 'Cat',
        confidence: 1,
        occluded: '0',
        truncated: '1',
        properties: new Map([['source', 'xclick']]),
        shape: { kind: 'bndbox', xmin: 10, ymin: 40, xmax: 30, ymax: 80 },
        parts: [],
      },
      {
        name: 'Dog, wild',
        confidence: 0.5,
        properties: new Map([
          ['is_group_of', '1'],
          ['is_inside', '1'],
        ]),
        shape: { kind: 'bndbox', xmin: 0, ymin: 0, xmax: 100, ymax: 200 },
        parts: [],
      },
    ],
  });
});

describe('bad files: the finding, and the run goes on', () => {
  const bad = (from: string, to: string) => header + good.replace('z,', 'a,').replace(from, to) + good;
  test.each<[string, string, string[]]>([
    [
      'no header',
      good,
      [`N130 error ${file}:1:1 the header has no ImageID, LabelName, XMin, XMax, YMin, YMax`],
    ],
    [
      'a column missing',
      'ImageID,LabelName,XMin,XMax,YMin\n',
      [`N130 error ${file}:1:1 the header has no YMax`],
    ],
    ['a word', bad('0.3', 'x'), [`N131 error ${file}:2:22 XMax is "x", not a number from 0 to 1`]],
    ['pixels', bad('0.3', '30'), [`N131 error ${file}:2:22 XMax is "30", not a number from 0 to 1`]],
    [
      'a negative edge',
      bad('0.1', '-0.1'),
      [`N131 error ${file}:2:18 XMin is "-0.1", not a number from 0 to 1`],
    ],
    ['NaN', bad('0.1', 'NaN'), [`N131 error ${file}:2:18 XMin is "NaN", not a number from 0 to 1`]],
    ['infinity', bad('0.1', '1e999'), [`N131 error ${file}:2:18 XMin is "1e999", not a number from 0 to 1`]],
    ['an empty edge', bad('0.1', ''), [`N131 error ${file}:2:18 XMin is "", not a number from 0 to 1`]],
    [
      'a decimal comma in quotes',
      bad('0.1', '"0,1"'),
      [`N131 error ${file}:2:18 XMin is "0,1", not a number from 0 to 1`],
    ],
    [
      'a decimal comma',
      bad('0.1', '0,1'),
      [`T002 warning ${file}:2:42 the row has 14 columns, not 13, and is ignored`],
    ],
    [
      'a row cut short',
      bad(',0,1,0,0,0', ''),
      [`T002 warning ${file}:2:33 the row has 8 columns, not 13, and is ignored`],
    ],
    [
      'a confidence of words',
      bad(',1,0.1', ',high,0.1'),
      [`N131 error ${file}:2:16 Confidence is "high", not a number`],
    ],
    [
      'a class without a name',
      bad('/m/01', '/m/09'),
      [`N133 warning ${file}:2:10 the class /m/09 has no name`],
    ],
    [
      'an image that is not there',
      bad('a,', 'q,'),
      [`N132 error ${file}:2:1 the size of the image is not known: there is no image "q"`],
    ],
    [
      'rows apart',
      header + good + good.replace('z,', 'a,') + good,
      [`N134 warning ${file}:4:1 rows of "z" stand further up as well`],
    ],
    [
      'a quote that is not closed',
      `${header}${good}a,"x\n`,
      [`T004 error ${file}:3:3 a quote is opened here and never closed; nothing after it is read`],
    ],
  ])('%s', async (_, text, expected) => {
    const { records, diagnostics, faults } = await read(text);
    expect(brief([...faults.flatMap((fault) => fault.diagnostics), ...diagnostics])).toEqual(expected);
    expect(records.some(({ key }) => key === 'z')).toBe(true);
  });

  test('strict mode refuses the image', async () => {
    const { faults } = await read(bad('0.3', 'x'), { mode: 'strict' });
    expect(faults.map(({ raw }) => Buffer.from(raw!).toString())).toEqual([
      good.replace('z,', 'a,').replace('0.3', 'x').trim(),
    ]);
  });
});

test.each([
  [true, ['train-annotations-bbox.csv'], '', 'sure'],
  [true, ['a.csv'], '', undefined],
  [false, [], header, 'near'],
])('recognised', (isFolder, names, head, expected) => {
  const look = { isFolder, name: 'x.csv', head, names, headOf: () => undefined };
  expect(openimages.recognise(look)?.certainty).toBe(expected);
});
