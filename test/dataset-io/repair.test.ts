import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repairDataset } from '../../src/dataset-io/repair.js';
import { DataError, OptionError } from '../../src/model/index.js';
import { type FixName, fixes } from '../../src/transforms/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

/** The header of a PNG of a size: all that is looked at. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes[24] = 8;
  bytes[25] = 2;
  return bytes;
}

const boxes = (...list: [number, number, number, number][]) =>
  vocXml(
    'a.png',
    list.map((box) => ({ box })),
  );
const good = boxes([10, 10, 40, 40]);

/** What each fix makes of an annotation file. Undefined: the sample is left out. */
const cases: readonly (readonly [
  fixes: FixName | 'metavalidation',
  before: string,
  after: string | undefined,
  count: number,
])[] = [
  ['swap-corners', boxes([50, 10, 40, 20]), boxes([40, 10, 50, 20]), 1],
  ['clip', boxes([-5, 10, 40, 90], [1, 1, 9, 9]), boxes([0, 10, 40, 80], [1, 1, 9, 9]), 1],
  ['drop-small', boxes([1, 1, 2, 9], [1, 1, 9, 9]), boxes([1, 1, 9, 9]), 1],
  ['drop-swapped', boxes([9, 1, 2, 9], [1, 1, 9, 9]), boxes([1, 1, 9, 9]), 1],
  ['drop-outside', boxes([1, 1, 9, 9], [90, 1, 150, 9]), boxes([1, 1, 9, 9]), 1],
  ['drop-degenerate', boxes([1, 1, 1, 9], [1, 1, 9, 9]), boxes([1, 1, 9, 9]), 1],
  [
    'drop-boxless',
    boxes([1, 1, 9, 9], [5, 5, 9, 9]).replace(
      /<bndbox>\s*<xmin>5[\s\S]*?<\/bndbox>/,
      '<point><x>1</x><y>2</y></point>',
    ),
    boxes([1, 1, 9, 9]),
    1,
  ],
  ['fill-size', good.replace(/ *<size>[\s\S]*<\/size>\n/, ''), good.replace(/ *<depth>3<\/depth>\n/, ''), 1],
  ['fill-size', good.replace('<width>100</width>', '<width>0</width>'), good, 1],
  ['filename', good.replace('a.png', 'C:\\photos\\b.png'), good, 1],
  ['filename', good.replace(/ *<filename>a.png<\/filename>\n/, ''), good, 1],
  ['filename', good.replace('a.png', 'a'), good, 1],
  ['extension', good.replace('a.png', 'a.jpg'), good, 1],
  ['path', good.replace('</filename>', '</filename>\n    <path>C:\\x\\a.png</path>'), good, 1],
  ['bom', `\ufeff${good}`, good, 1],
  ['crlf', good.replaceAll('\n', '\r\n'), good, 1],
  ['drop-unlabelled', vocXml('a.png', []), undefined, 1],
  ['drop-emptied', good, good, 0],
  [
    'drop-unboxed',
    good.replace(/<bndbox>[\s\S]*<\/bndbox>/, '<point><x>1</x><y>2</y></point>'),
    undefined,
    1,
  ],
  ['drop-unboxed', good, good, 0],
  // The image is 100 by 80 pixels.
  [
    'rescale',
    vocXml('a.png', [{ box: [11, 20, 41, 60] }], [200, 161]),
    vocXml('a.png', [{ box: [6, 10, 21, 30] }], [100, 80]),
    1,
  ],
  [
    'rescale',
    vocXml('a.png', [{ box: [1, 2, 3, 4] }], [80, 80]),
    vocXml('a.png', [{ box: [1, 2, 3, 4] }], [80, 80]),
    0,
  ],
  ['correct-size', vocXml('a.png', [{ box: [1, 2, 3, 4] }], [80, 80]), boxes([1, 2, 3, 4]), 1],
  [
    'difficult-type',
    good.replace('<difficult>0</difficult>', '<difficult>True</difficult>'),
    good.replace('<difficult>0</difficult>', '<difficult>1</difficult>'),
    1,
  ],
  ['difficult-type', good, good, 0],
  ['metavalidation', boxes([50, 10, 40, 20], [1, 1, 2, 2]), undefined, 1],
];

describe.each(['voc', 'manifest'] as const)('one fault at a time, in a data set that is a %s', (format) => {
  const line =
    '{ "source":"in/JPEGImages/a.png" ,"x":1.0,"annotation":[{"type":"modelarts/object_detection","annotation-loc":"in/Annotations/a.xml"}]}';
  const set = (xml: string | Uint8Array) =>
    scratch({
      'in/Annotations/a.xml': xml,
      'in/JPEGImages/a.png': png(100, 80),
      'V1.manifest': `${line}\n`,
    });
  const paths = (dir: string) =>
    format === 'voc'
      ? [join(dir, 'in'), join(dir, 'out')]
      : [join(dir, 'V1.manifest'), join(dir, 'V2.manifest')];
  const written = (dir: string) =>
    filesIn(dir)[format === 'voc' ? 'out/Annotations/a.xml' : 'V2-annotations/a.xml'];

  test.each(cases)('%s', async (fix, before, after, count) => {
    const dir = set(before);
    const [input, output] = paths(dir) as [string, string];
    const original = filesIn(dir);
    const plan = await repairDataset(input, output, { fix: [fix], dryRun: true });
    expect(filesIn(dir)).toEqual(original);
    const result = await repairDataset(input, output, { fix: [fix] });
    expect(result.fixes).toEqual(plan.fixes);
    expect(result.changes).toEqual(plan.changes);
    expect(result).toMatchObject({ read: 1, written: after === undefined ? 0 : 1, skipped: 0 });
    expect(result.read).toBe(result.written + result.skipped + result.dropped!);
    const files = filesIn(dir);
    for (const name of Object.keys(original)) expect(files[name], name).toBe(original[name]);
    if (after === undefined) expect(written(dir)).toBeUndefined();
    else if (format === 'voc' || before !== after) expect(written(dir)).toBe(after);
    else expect(written(dir)).toBeUndefined();
    if (fix === 'metavalidation') return;
    expect(result.fixes).toEqual({ [fix]: { before: count, after: 0 } });
    expect(result.changeCount).toBe(count);
  });

  test('a number that is not changed keeps its spelling, and foreign markup stays', async () => {
    const before = boxes([-5, 10, 40, 50])
      .replace('<ymin>10<', '<ymin> 10.50 <')
      .replace('<folder>', '<!-- kept --><folder  a="1" >');
    const dir = set(before);
    const [input, output] = paths(dir) as [string, string];
    await repairDataset(input, output, { fix: ['clip', 'swap-corners', 'drop-degenerate'] });
    expect(written(dir)).toBe(before.replace('<xmin>-5<', '<xmin>0<'));
  });

  test('what no fix is for is written as it was', async () => {
    const dir = set(good);
    const [input, output] = paths(dir) as [string, string];
    const names = fixes.map(({ name }) => name).filter((name) => name !== 'mark-checked');
    const result = await repairDataset(input, output, { fix: names });
    expect(result.changeCount).toBe(0);
    if (format === 'voc') expect(written(dir)).toBe(good);
    else expect(readFileSync(output, 'utf8')).toBe(`${line}\n`);
  });

  test('a file that cannot be mended is left out or put aside, as it is said', async () => {
    const xml = good.replace('<xmin>10</xmin>', '<xmin>ten</xmin>');
    const dir = set(xml);
    const [input, output] = paths(dir) as [string, string];
    await expect(repairDataset(input, output, { fix: ['clip'] })).rejects.toThrow(DataError);
    const skipped = await repairDataset(input, output, { fix: ['clip'], onError: 'skip' });
    expect(skipped).toMatchObject({ read: 1, written: 0, skipped: 1, dropped: 0, changeCount: 0 });
    const quarantine = join(dir, 'aside');
    const put = await repairDataset(input, output, {
      fix: ['clip'],
      onError: 'quarantine',
      quarantine,
      mode: 'overwrite',
    });
    expect(put.skipped).toBe(1);
    if (format === 'voc') expect(filesIn(quarantine)).toMatchObject({ 'a.xml': xml });
    else expect(readFileSync(quarantine, 'utf8')).toBe(`${line}\n`);
    const dropped = await repairDataset(input, output, { fix: ['drop-unparsable'], mode: 'overwrite' });
    expect(dropped).toMatchObject({
      read: 1,
      written: 0,
      skipped: 0,
      dropped: 1,
      fixes: { 'drop-unparsable': { before: 1, after: 0 } },
    });
  });

  test('the image that would tell is not there', async () => {
    const dir = scratch({
      'in/Annotations/a.xml': good.replace(/ *<size>[\s\S]*<\/size>\n/, ''),
      'V1.manifest': `${line}\n`,
    });
    const [input, output] = paths(dir) as [string, string];
    const result = await repairDataset(input, output, { fix: ['fill-size', 'extension'] });
    expect(result.fixes).toEqual({
      'fill-size': { before: 1, after: 1 },
      extension: { before: 0, after: 0 },
    });
  });

  test('coordinates in another convention', async () => {
    const dir = set(boxes([1, 1, 100, 80]));
    const [input, output] = paths(dir) as [string, string];
    const result = await repairDataset(input, output, { fix: [], coords: { from: 'voc1', to: 'zeroBased' } });
    expect(written(dir)).toBe(boxes([0, 0, 100, 80]));
    expect(result.changes).toMatchObject([{ fix: 'coords', from: 'voc1', to: 'zeroBased' }]);
  });

  test('the declared convention says where the image ends', async () => {
    const dir = set(boxes([0, 10, 101, 80]));
    const [input, output] = paths(dir) as [string, string];
    await repairDataset(input, output, { fix: ['clip'], coords: { from: 'voc1' } });
    expect(written(dir)).toBe(boxes([1, 10, 100, 80]));
  });
});

describe('what the platform does', () => {
  test('in its order, and the sample says so', async () => {
    const dir = scratch({
      'in/a.xml': boxes([-5, 10, 40, 40], [90, 1, 150, 9], [9, 1, 2, 9], [5, 5, 6, 9]).replace(
        /<size>[\s\S]*<\/size>/,
        '',
      ),
      'in/a.png': png(100, 80),
      'in/b.xml': '<annotation><object>',
      'in/c.xml': vocXml('c.png', []),
      'in/d.png': png(10, 10),
    });
    const result = await repairDataset(join(dir, 'in'), join(dir, 'out.manifest'), {
      fix: ['metavalidation'],
      to: 'manifest',
    });
    expect(result).toMatchObject({ read: 4, written: 1, skipped: 0, dropped: 3 });
    expect(result.fixes).toEqual({
      'drop-unparsable': { before: 1, after: 0 },
      'drop-unlabelled': { before: 2, after: 0 },
      'drop-unboxed': { before: 0, after: 0 },
      'drop-boxless': { before: 0, after: 0 },
      rescale: { before: 0, after: 0 },
      'correct-size': { before: 0, after: 0 },
      'fill-size': { before: 1, after: 0 },
      'drop-small': { before: 1, after: 0 },
      'drop-swapped': { before: 1, after: 0 },
      'drop-outside': { before: 1, after: 0 },
      clip: { before: 2, after: 0 },
      'drop-emptied': { before: 0, after: 0 },
      'mark-checked': { before: 1, after: 0 },
    });
    expect(JSON.parse(readFileSync(join(dir, 'out.manifest'), 'utf8'))).toMatchObject({
      source: 'in/a.png',
      property: { '@modelarts:data_checked': true },
      annotation: [{ 'annotation-loc': 'out-annotations/a.xml' }],
    });
    const mended = readFileSync(join(dir, 'out-annotations/a.xml'), 'utf8');
    expect(mended.match(/<object>/g)).toHaveLength(1);
    expect(mended).toContain('<xmin>0</xmin>');
    expect(mended).toContain('<width>100</width>');
  });
});

describe('extension', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
  const gif = Buffer.from('GIF89a\x05\0\x05\0\0\0\0', 'latin1');

  test.each<[string, Record<string, Buffer>, string, string | undefined, number]>([
    ['the same file under the right name', { 'i/a.png': jpeg, 'i/a.jpg': jpeg }, 'i/a.png', 'i/a.jpg', 0],
    [
      'the same file under another right name',
      { 'i/a.png': jpeg, 'i/a.jpeg': jpeg },
      'i/a.png',
      'i/a.jpeg',
      0,
    ],
    ['in capital letters', { 'a.PNG': jpeg, 'a.JPG': jpeg }, 'a.PNG', 'a.JPG', 0],
    [
      'another file under the right name',
      { 'i/a.png': jpeg, 'i/a.jpg': Buffer.concat([jpeg, jpeg]) },
      'i/a.png',
      undefined,
      1,
    ],
    ['no file under the right name', { 'i/a.png': jpeg }, 'i/a.png', undefined, 1],
    ['only a file under the right name', { 'i/a.jpg': jpeg }, './i/a.png', './i/a.jpg', 0],
    ['several of them', { 'i/a.jpg': jpeg, 'i/a.gif': gif }, 'i/a.png', undefined, 1],
    ['a file of a wrong name instead', { 'i/a.bmp': jpeg }, 'i/a.png', undefined, -1],
    ['no file at all', {}, 'i/a.png', undefined, -1],
    ['the right name', { 'i/a.jpeg': jpeg }, 'i/a.jpeg', undefined, -1],
    ['no image', { 'i/a.txt': jpeg }, 'i/a.txt', undefined, -1],
    ['an unknown kind of image', { 'i/a.png': Buffer.from('?') }, 'i/a.png', undefined, -1],
    ['a text', {}, 'content://a.png', undefined, -1],
  ])('of the source: %s', async (_, files, source, expected, after) => {
    const line = (name: string) => `{ "source":"${name}","x":1.50,"annotation":[]}\n`;
    const dir = scratch({ ...files, 'in.manifest': line(source) });
    const [input, output] = [join(dir, 'in.manifest'), join(dir, 'out.manifest')];
    const original = filesIn(dir);
    const plan = await repairDataset(input, output, { fix: ['extension'], dryRun: true });
    expect(filesIn(dir)).toEqual(original);
    const result = await repairDataset(input, output, { fix: ['extension'] });
    expect(readFileSync(output, 'utf8')).toBe(line(expected ?? source));
    const count = { before: after < 0 ? 0 : 1, after: Math.max(0, after) };
    expect([plan.fixes, result.fixes]).toEqual([{ extension: count }, { extension: count }]);
    expect(plan.changes).toEqual(result.changes);
    expect(result.changes).toMatchObject(
      expected === undefined
        ? []
        : [{ fix: 'extension', pointer: '/source', from: source, to: expected, line: 1 }],
    );
    const { 'out.manifest': _written, ...rest } = filesIn(dir);
    expect(rest).toEqual(original);
  });

  test('of the source and of what its annotation file says, together', async () => {
    const line = (name: string) =>
      `{"source":"${name}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"X.xml"}]}\n`;
    const dir = scratch({
      'a.jpg': jpeg,
      'X.xml': good,
      'in.manifest': line('a.png').replace('X', 'a'),
      'a.xml': good,
    });
    const [input, output] = [join(dir, 'in.manifest'), join(dir, 'out.manifest')];
    const { fixes: counts } = await repairDataset(input, output, { fix: ['extension'] });
    expect(counts).toEqual({ extension: { before: 2, after: 0 } });
    expect(readFileSync(output, 'utf8')).toBe(line('a.jpg').replace('X.xml', 'out-annotations/a.xml'));
    expect(readFileSync(join(dir, 'out-annotations/a.xml'), 'utf8')).toBe(good.replace('a.png', 'a.jpg'));
  });
});

test('an image that its EXIF tag turns has the size it is shown with', async () => {
  // JPEG with an EXIF orientation of 6 and a frame of 80 by 100.
  const turned = Buffer.from(
    'ffd8ffe1002245786966000049492a0008000000010012010300010000000600000000000000ffc0000b080064005001011100ffd9',
    'hex',
  );
  const dir = scratch({ 'in/a.xml': good.replace('a.png', 'a.jpg'), 'in/a.jpg': turned });
  const { fixes: counts } = await repairDataset(join(dir, 'in'), join(dir, 'out'), {
    fix: ['rescale', 'correct-size'],
  });
  expect(counts).toEqual({ rescale: { before: 0, after: 0 }, 'correct-size': { before: 0, after: 0 } });
});

describe('lines of a manifest', () => {
  const lines = [
    '{"source":"a.jpg","usage":"train","hard":"true","annotation":[{"type":"modelarts/image_classification","name":"x","hard":0}],"z":1.50}',
    '{"source":"b.jpg","usage":"Other","hard":"perhaps","annotation":[]}',
    '{"source":"c.jpg","usage":"EVAL","hard":false,"annotation":[]}',
  ];

  test('usage and hard; nothing else of the line moves', async () => {
    const dir = scratch({ 'in.manifest': `${lines.join('\r\n')}\r\n` });
    const result = await repairDataset(join(dir, 'in.manifest'), join(dir, 'out.manifest'), {
      fix: ['usage-case', 'hard-type'],
    });
    expect(result.fixes).toEqual({
      'usage-case': { before: 1, after: 0 },
      'hard-type': { before: 3, after: 1 },
    });
    expect(readFileSync(join(dir, 'out.manifest'), 'utf8').split('\n')).toEqual([
      lines[0]!.replace('"train"', '"TRAIN"').replace('"true"', 'true').replace('"hard":0', '"hard":false'),
      lines[1],
      lines[2],
      '',
    ]);
    expect(result.changes.map(({ fix, line, pointer, from, to }) => [fix, line, pointer, from, to])).toEqual([
      ['usage-case', 1, '/usage', 'train', 'TRAIN'],
      ['hard-type', 1, '/hard', '"true"', 'true'],
      ['hard-type', 1, '/annotation/0/hard', '0', 'false'],
    ]);
  });

  test('a line in the middle that is none', async () => {
    const text = `${lines[0]}\n{"source":\n${lines[2]}\n`;
    const dir = scratch({ 'in.manifest': text, 'empty.manifest': '' });
    const [input, output] = [join(dir, 'in.manifest'), join(dir, 'out.manifest')];
    await expect(repairDataset(input, output, { fix: ['usage-case'] })).rejects.toThrow(DataError);
    expect(await repairDataset(input, output, { fix: ['usage-case'], onError: 'skip' })).toMatchObject({
      read: 3,
      written: 2,
      skipped: 1,
      dropped: 0,
    });
    const empty = await repairDataset(join(dir, 'empty.manifest'), join(dir, 'none.manifest'), {
      fix: ['metavalidation'],
      from: 'manifest',
    });
    expect(empty).toMatchObject({ read: 0, written: 0, dropped: 0, changeCount: 0 });
  });

  test('changes beyond those that are listed are counted', async () => {
    const dir = scratch({ 'in.manifest': lines.join('\n') });
    const result = await repairDataset(join(dir, 'in.manifest'), join(dir, 'out.manifest'), {
      fix: ['hard-type', 'usage-case'],
      maxChanges: 1,
    });
    expect(result.changes).toHaveLength(1);
    expect(result.changeCount).toBe(3);
  });
});

describe('bad use', () => {
  test.each([
    [{ fix: [] }, 'nothing to mend'],
    [{ fix: [], coords: { from: 'voc1' } }, 'nothing to mend'],
    [{ fix: ['clip', 'iron'] }, 'no fix "iron"'],
    [{ fix: ['clip'], outsideFraction: 2 }, 'is 2'],
    [{ fix: ['clip'], minSide: 0 }, 'is 0'],
  ] as const)('%o', async (options, message) => {
    const dir = scratch({ 'in.manifest': '{"source":"a.jpg"}\n' });
    const work = repairDataset(join(dir, 'in.manifest'), join(dir, 'out.manifest'), options);
    await expect(work).rejects.toThrow(OptionError);
    await expect(work).rejects.toThrow(message);
    expect(Object.keys(filesIn(dir))).toEqual(['in.manifest']);
  });

  test('the input is not the output, however it is spelt, unless it is to be written anew', async () => {
    const dir = scratch({ 'in.manifest': '{"source":"a.jpg","usage":"train","annotation":[]}\n' });
    const input = join(dir, 'in.manifest');
    const other = join(dir, 'x/../in.manifest');
    for (const output of [input, other, `${dir}/./in.manifest`]) {
      await expect(repairDataset(input, output, { fix: ['usage-case'] })).rejects.toThrow(
        'both input and output',
      );
    }
    await repairDataset(input, input, { fix: ['usage-case'], mode: 'overwrite' });
    expect(filesIn(dir)).toEqual({ 'in.manifest': '{"source":"a.jpg","usage":"TRAIN","annotation":[]}\n' });
  });
});
