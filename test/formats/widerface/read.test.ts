import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/widerface/code.js';
import { widerface } from '../../../src/formats/widerface/format.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const list = 'wider_face_split/wider_face_train_bbx_gt.txt';
const at = `in/${list}`;
const good = '0--Parade/b.jpg\n1\n1 2 3 4 0 0 0 0 0 0 \n';

const read = (text: string, init: SourceInit = {}, more: Record<string, string> = {}) =>
  readAllRecords(
    formatCode,
    new MemorySource(
      {
        [list]: text,
        'WIDER_train/images/0--Parade/a.jpg': 'x',
        'WIDER_train/images/0--Parade/b.jpg': 'x',
        ...more,
      },
      init,
    ),
  );

test('lists, faces and attributes', async () => {
  const { records, diagnostics, faults } = await read(
    `0--Parade/a.jpg\r\n2\r\n449 330 122 149 2 1 0 0 1 0 \r\n1 2 3 4\r\n${good}`,
    {},
    {
      'wider_face_split/wider_face_val_bbx_gt.txt': 'none.jpg\n0\n0 0 0 0 0 0 0 0 0 0 \n',
      'WIDER_val/images/none.jpg': 'x',
      'wider_face_split/wider_face_test_filelist.txt': '../t.jpg\n',
      'wider_face_split/readme.txt': 'x',
    },
  );
  expect(faults).toEqual([]);
  expect(brief(diagnostics)).toEqual([
    'N121 warning in/wider_face_split/wider_face_test_filelist.txt:1:1 there is no image "../t.jpg"',
  ]);
  expect(
    records.map(({ sample, key, line }) => [
      key,
      line,
      sample.usage,
      sample.source,
      sample.annotations.length,
    ]),
  ).toEqual([
    ['t', 1, 'TEST', 'in/WIDER_test/images/t.jpg', 0],
    ['0--Parade/a', 1, 'TRAIN', 'in/WIDER_train/images/0--Parade/a.jpg', 1],
    ['0--Parade/b', 5, 'TRAIN', 'in/WIDER_train/images/0--Parade/b.jpg', 1],
    ['none', 1, 'EVAL', 'in/WIDER_val/images/none.jpg', 1],
  ]);
  expect(records[1]?.sample.annotations[0]?.image?.objects).toEqual([
    {
      name: 'face',
      occluded: '1',
      properties: new Map([
        ['blur', '2'],
        ['expression', '1'],
        ['occlusion', '1'],
      ]),
      shape: { kind: 'bndbox', xmin: 449, ymin: 330, xmax: 571, ymax: 479 },
      parts: [],
    },
    {
      name: 'face',
      properties: new Map(),
      shape: { kind: 'bndbox', xmin: 1, ymin: 2, xmax: 4, ymax: 6 },
      parts: [],
    },
  ]);
  expect(records[3]?.sample.annotations[0]?.image?.objects).toEqual([]);
});

describe('bad lists: the finding, and the list goes on', () => {
  const head = '0--Parade/a.jpg\n';
  test.each<[string, string, string[]]>([
    ['no name', '1\n1 2 3 4\n', [`N120 error ${at}:1:1 "1" is not the name of an image`]],
    [
      'no number',
      `${head}1 2 3 4\n`,
      [`N120 error ${at}:2:1 "1 2 3 4" is not the number of faces of 0--Parade/a.jpg`],
    ],
    [
      'a negative number',
      `${head}-1\n1 2 3 4\n`,
      [`N120 error ${at}:2:1 "-1" is not the number of faces of 0--Parade/a.jpg`],
    ],
    [
      'a number of words',
      `${head}one\n`,
      [`N120 error ${at}:2:1 "one" is not the number of faces of 0--Parade/a.jpg`],
    ],
    [
      'nothing after the name',
      head,
      [`N120 error ${at}:1:1 the next image comes before the number of faces of 0--Parade/a.jpg`],
    ],
    [
      'too few faces',
      `${head}3\n1 2 3 4\n`,
      [`N120 error ${at}:1:1 the next image comes before 2 of the faces of 0--Parade/a.jpg`],
    ],
    [
      'too many faces',
      `${head}1\n1 2 3 4\n5 6 7 8\n9 9 9 9\n`,
      [`N120 error ${at}:4:1 "5 6 7 8" is not the name of an image`],
    ],
    ['too few numbers', `${head}1\n1 2 3\n`, [`N122 error ${at}:3:5 the line has 3 numbers, not 4 to 10`]],
    [
      'too many numbers',
      `${head}1\n1 2 3 4 0 0 0 0 0 0 0\n`,
      [`N122 error ${at}:3:21 the line has 11 numbers, not 4 to 10`],
    ],
    ['decimals', `${head}1\n1 2.5 3 4\n`, [`N122 error ${at}:3:3 "2.5" is not a whole number`]],
    ['NaN', `${head}1\nNaN 2 3 4\n`, [`N122 error ${at}:3:1 "NaN" is not a whole number`]],
    ['commas', `${head}1\n1,2,3,4\n`, [`N122 error ${at}:3:1 the line has 1 numbers, not 4 to 10`]],
    ['no width', `${head}1\n1 2 0 4\n`, [`N123 warning ${at}:3:5 the face is 0 wide and 4 high`]],
    ['a negative height', `${head}1\n1 2 3 -4\n`, [`N123 warning ${at}:3:5 the face is 3 wide and -4 high`]],
    [
      'an image that is not there',
      '0--Parade/z.jpg\n1\n1 2 3 4\n',
      [`N121 warning ${at}:1:1 there is no image "0--Parade/z.jpg"`],
    ],
    ['no line for no faces', `${head}0\n`, []],
  ])('%s', async (_, text, expected) => {
    const { records, faults, ...found } = await read(text + good, { chunkBytes: 7 });
    const diagnostics = found.diagnostics.filter(({ rule }) => rule !== 'N124');
    expect(brief([...faults.flatMap((fault) => fault.diagnostics), ...diagnostics])).toEqual(expected);
    expect(records.at(-1)?.key).toBe('0--Parade/b');
  });

  test('the end of the file', async () => {
    const { faults } = await read(`${good}${head}2\n1 2 3 4\n`);
    expect(faults.flatMap((fault) => brief(fault.diagnostics))).toEqual([
      `N120 error ${at}:4:1 the end of the list comes before 1 of the faces of 0--Parade/a.jpg`,
    ]);
    expect(Buffer.from(faults[0]!.raw!).toString()).toBe(`${head}2\n1 2 3 4`);
  });

  test('strict mode refuses the image', async () => {
    const { records, faults } = await read(`${head}1\n1 2 3\n${good}`, { mode: 'strict' });
    expect([records.length, faults.length]).toEqual([1, 1]);
  });
});

test.each([
  [true, 'x', [list], 'sure'],
  [true, 'x', ['a.txt'], undefined],
  [false, 'wider_face_val_bbx_gt.txt', [], 'near'],
])('recognised', (isFolder, name, names, expected) => {
  const look = { isFolder, name, head: '', names, headOf: () => undefined };
  expect(widerface.recognise(look)?.certainty).toBe(expected);
});
