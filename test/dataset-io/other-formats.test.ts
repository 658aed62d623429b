import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadRules } from '../../src/dataset-io/all-rules.js';
import { Channel } from '../../src/dataset-io/channel.js';
import { parseClasses } from '../../src/dataset-io/class-names.js';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { detectFormat } from '../../src/dataset-io/detect.js';
import { filterDataset } from '../../src/dataset-io/filter.js';
import { formatValues } from '../../src/dataset-io/format-options.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { relabel } from '../../src/dataset-io/relabel.js';
import { stats } from '../../src/dataset-io/stats.js';
import { LocalStorage, MemoryStorage, Spool } from '../../src/dataset-io/storage/index.js';
import { validate } from '../../src/dataset-io/validate.js';
import type { FormatInfo } from '../../src/formats/index.js';
import { LabelkitError } from '../../src/model/index.js';
import { madePng } from '../formats/images.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { all } from './folder.js';

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/** A PNG of which only the header is there: 320 by 240. */
const png = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000140000000f00802000000fdd5b9b60000000049454e44ae426082',
  'hex',
);

const labelmeFile = (members: object) =>
  JSON.stringify({
    shapes: [
      {
        label: 'car',
        points: [
          [10, 20],
          [110, 80],
        ],
        shape_type: 'rectangle',
      },
    ],
    imagePath: 'a.png',
    ...members,
  });

const line = (source: string, ...names: string[]) =>
  `${JSON.stringify({
    source,
    annotation: names.map((name) => ({ type: 'modelarts/image_classification', name })),
  })}\n`;

describe('from a format with objects', () => {
  test('to a manifest: annotation files beside it, sizes from the image where the data has none', async () => {
    const dir = scratch({ 'in/a.json': labelmeFile({}), 'in/a.png': png });
    const output = join(dir, 'out.manifest');
    const result = await convert(join(dir, 'in'), output, { to: 'manifest' });
    expect(result).toMatchObject({ read: 1, written: 1, skipped: 0, losses: {} });
    expect(result.outputs).toEqual([
      { path: output, samples: 1 },
      { path: join(dir, 'out-annotations'), samples: 1 },
    ]);
    expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual({
      source: 'in/a.png',
      annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': 'out-annotations/a.xml' }],
    });
    const xml = readFileSync(join(dir, 'out-annotations/a.xml'), 'utf8');
    expect(xml).toContain('<width>320</width>');
    expect(xml).toContain('<filename>a.png</filename>');
    const dataset = await openDataset(output, { join: true });
    const [[row]] = await all(dataset.batches());
    expect(row?.images.get(0)?.objects[0]).toMatchObject({
      name: 'car',
      shape: { kind: 'bndbox', xmin: 10, ymin: 20, xmax: 110, ymax: 80 },
    });
  });

  test('to VOC', async () => {
    const dir = scratch({ 'in/sub/a.json': labelmeFile({}), 'in/sub/a.png': png });
    await convert(join(dir, 'in'), join(dir, 'out'), { to: 'voc', images: 'copy' });
    expect(Object.keys(filesIn(join(dir, 'out')))).toEqual([
      'Annotations/sub/a.xml',
      'ImageSets/Main/default.txt',
      'JPEGImages/sub/a.png',
    ]);
  });

  test.each(['manifest', 'voc'])('to %s, without a size there is no annotation file', async (to) => {
    const dir = scratch({
      'in/a.json': labelmeFile({}),
      'in/b.json': labelmeFile({ imagePath: 'b.png', imageWidth: 20, imageHeight: 10 }),
      'in/b.png': png,
    });
    const result = await convert(join(dir, 'in'), join(dir, 'out'), { to, onError: 'skip' });
    expect(result).toMatchObject({ read: 2, written: 1, skipped: 1 });
    expect(result.diagnostics.map(({ rule }) => rule)).toContain('C011');
  });

  test.each(['manifest', 'voc'])('to %s, a name that no file can have is a fault of its row', async (to) => {
    const names = ['a.png', 'CON.png'];
    const coco = {
      images: names.map((file_name, id) => ({ id, file_name, width: 20, height: 10 })),
      annotations: names.map((_, id) => ({ id, image_id: id, category_id: 1, bbox: [1, 2, 3, 4] })),
      categories: [{ id: 1, name: 'car' }],
    };
    const dir = scratch({ 'in/coco.json': JSON.stringify(coco) });
    const result = await convert(join(dir, 'in/coco.json'), join(dir, 'out'), { to, onError: 'skip' });
    expect(result).toMatchObject({ read: 2, written: 1, skipped: 1 });
    expect(result.diagnostics.map(({ rule }) => rule)).toContain('C003');
    expect(Object.keys(filesIn(dir)).filter((name) => name.endsWith('CON.xml'))).toEqual([]);
  });

  test('stages see and change the objects', async () => {
    const dir = scratch({ 'in/a.json': labelmeFile({ imageWidth: 320, imageHeight: 240 }), 'in/a.png': png });
    await relabel(join(dir, 'in'), join(dir, 'out'), { map: [['car', 'vehicle']], images: 'copy' });
    const [, content] = Object.entries(filesIn(join(dir, 'out'))).find(([name]) => name.endsWith('.json'))!;
    expect(JSON.parse(String(content)).shapes[0].label).toBe('vehicle');
    const kept = await filterDataset(join(dir, 'in'), join(dir, 'none'), { to: 'manifest', labels: ['bus'] });
    expect(kept).toMatchObject({ read: 1, written: 0, dropped: 1 });
  });
});

describe('to another format', () => {
  const flowers = () =>
    scratch({
      'm.manifest': line('img/1.jpg', 'rose') + line('img/2.jpg', 'tulip', 'rose'),
      'img/1.jpg': 'one',
      'img/2.jpg': 'two',
    });

  test('images are taken from where the manifest is', async () => {
    const dir = flowers();
    const options: ConvertOptions = {
      to: 'imagenet',
      images: 'copy',
      toOptions: { 'on-multi-label': 'copy' },
    };
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), options);
    expect(result).toMatchObject({ read: 2, written: 2, losses: {} });
    expect(filesIn(join(dir, 'out'))).toEqual({
      'rose/1.jpg': 'one',
      'rose/2.jpg': 'two',
      'tulip/2.jpg': 'two',
    });
  });

  test('a row that cannot be written is refused, and put aside with its line', async () => {
    const dir = flowers();
    const fault = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'imagenet', images: 'copy' }),
    );
    expect(fault).toMatchObject({ code: 'InvalidData', diagnostic: { rule: 'D022', line: 2 } });
    expect(readdirSync(dir)).toEqual(['img', 'm.manifest']);
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), {
      to: 'imagenet',
      images: 'copy',
      onError: 'quarantine',
      quarantine: join(dir, 'aside'),
    });
    expect(result).toMatchObject({ read: 2, written: 1, skipped: 1 });
    expect(readFileSync(join(dir, 'aside'), 'utf8')).toBe(line('img/2.jpg', 'tulip', 'rose'));
  });

  test('an image that is missing is a fault of its row', async () => {
    const dir = scratch({ 'm.manifest': line('img/1.jpg', 'rose') });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), {
      to: 'imagenet',
      images: 'copy',
      onError: 'skip',
    });
    expect(result).toMatchObject({ written: 0, skipped: 1 });
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(['D053']);
  });

  test('what only a manifest line has is counted', async () => {
    const dir = scratch({
      'm.manifest':
        '{"source":"content://a","x-team":1,"usage":"TRAIN","annotation":[{"type":"modelarts/text_classification","name":"x","y":2}]}\n',
    });
    const result = await convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'text-classification' });
    expect(result.losses).toEqual({ usage: 1, 'unknown-member': 2 });
  });

  test('modes', async () => {
    const dir = scratch({ 'm.manifest': '{"source":"content://a"}\n{"source":"content://b"}\n' });
    const run = (options: Partial<ConvertOptions>) =>
      convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'text-classification-combine', ...options });
    await run({});
    expect(await failure(run({}))).toMatchObject({ code: 'AlreadyExists' });
    await run({ mode: 'append' });
    expect(filesIn(join(dir, 'out'))).toEqual({ 'texts.txt': 'a\nb\na\nb\n' });
    await run({ mode: 'overwrite', to: 'text-classification' }).then(({ diagnostics }) =>
      expect(diagnostics).toEqual([]),
    );
    expect(filesIn(join(dir, 'out'))).toEqual({ 'texts.txt': 'a\nb\n', 'texts_result.txt': '\n\n' });
    const { diagnostics } = await run({ mode: 'overwrite' });
    expect(diagnostics).toMatchObject([{ rule: 'C006', file: join(dir, 'out/texts_result.txt') }]);
  });

  test('lines are appended, under class ids that stay', async () => {
    const line = (text: string, label: string) =>
      `{"source":"content://${text}","annotation":[{"type":"modelarts/text_classification","name":"${label}"}]}\n`;
    const dir = scratch({
      'a.manifest': line('a', 'cat'),
      'b.manifest': line('b', 'dog'),
      'bad.manifest': `${line('c', 'dog')}{\n`,
    });
    const run = (name: string, { to = 'vertex', ...options }: Partial<ConvertOptions>) =>
      convert(join(dir, name), join(dir, `out.${to}`), { mode: 'append', to, ...options });
    await run('a.manifest', {});
    await run('b.manifest', {});
    const before = readFileSync(join(dir, 'out.vertex'), 'utf8');
    expect(before.split('\n').map((text) => text.slice(0, 18))).toEqual([
      '{"textContent":"a"',
      '{"textContent":"b"',
      '',
    ]);
    expect(await failure(run('bad.manifest', {}))).toMatchObject({ code: 'InvalidData' });
    expect(readFileSync(join(dir, 'out.vertex'), 'utf8')).toBe(before);
    expect(await failure(run('b.manifest', { to: 'groundtruth' }))).toMatchObject({
      code: 'BadOption',
      hint: expect.stringContaining('--classes'),
    });
    expect(await failure(run('b.manifest', { to: 'groundtruth', classes: 'sorted' }))).toMatchObject({
      code: 'BadOption',
      message: expect.stringContaining('sorted'),
    });
    const classes = ['cat', 'dog'];
    await run('a.manifest', { to: 'groundtruth', classes });
    await run('b.manifest', { to: 'groundtruth', classes });
    const ids = readFileSync(join(dir, 'out.groundtruth'), 'utf8').match(/"label":\d/g);
    expect(ids).toEqual(['"label":0', '"label":1']);
  });

  test.each<[Partial<ConvertOptions>, string, RegExp]>([
    [{ to: 'nothing' }, 'UnknownFormat', /no format "nothing"/],
    [{ to: 'imagenet', toOptions: { nothing: '1' } }, 'BadOption', /no option "nothing"/],
    [{ to: 'manifest', toOptions: { nothing: '1' } }, 'BadOption', /manifest has no option "nothing"/],
    [{ to: 'voc', fromOptions: { nothing: '1' } }, 'BadOption', /manifest has no option "nothing"/],
    [{ to: 'coco', mode: 'append' }, 'BadOption', /one document/],
    [{ to: 'yolo', classes: ['a', 'b', 'a'] }, 'BadOption', /"a" is given twice/],
    [{ to: 'imagenet' }, 'BadOption', /nothing but its files/],
  ])('refused: %j', async (options, code, message) => {
    const dir = flowers();
    const error = await failure(
      convert(join(dir, 'm.manifest'), join(dir, 'out'), { to: 'manifest', ...options }),
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(existsSync(join(dir, 'out'))).toBe(false);
  });
});

describe('losses as errors', () => {
  const data = () =>
    scratch({
      'in/Annotations/a.xml': vocXml('a.jpg', [{ name: 'cat' }]),
      'in/JPEGImages/a.jpg': 'A',
      'in/ImageSets/Main/train.txt': 'a\n',
    });

  const run = (dir: string, to: string, strictLoss: boolean) =>
    convert(join(dir, 'in'), join(dir, 'out'), { to, images: 'copy', strictLoss });

  test.each(['imagenet', 'labelme', 'groundtruth'])(
    'nothing is written when something would be lost: %s',
    async (to) => {
      const dir = data();
      const before = filesIn(dir);
      const error = await failure(run(dir, to, true));
      expect(filesIn(dir)).toEqual(before);
      const { losses } = await run(dir, to, false);
      const listed = Object.entries(losses).map(([name, count]) => `${name} ${count}`);
      expect(error.code).toBe('InvalidData');
      expect(error.message).toContain(`this would be lost: ${listed.join(', ')}`);
    },
  );

  test.each(['manifest', 'voc'])('what loses nothing is written as ever: %s', async (to) => {
    const dir = data();
    await run(dir, to, true);
    const strict = filesIn(dir);
    const plain = data();
    await run(plain, to, false);
    expect(strict).toEqual(filesIn(plain));
  });

  test('some may be accepted by name', async () => {
    const dir = data();
    const { losses } = await convert(join(dir, 'in'), join(dir, 'one'), { to: 'labelme', images: 'copy' });
    const names = Object.keys(losses);
    const options = { to: 'labelme', images: 'copy', strictLoss: true } as const;
    await convert(join(dir, 'in'), join(dir, 'two'), { ...options, allowLoss: names });
    expect(filesIn(join(dir, 'two'))).toEqual(filesIn(join(dir, 'one')));
    const error = await failure(
      convert(join(dir, 'in'), join(dir, 'three'), { ...options, allowLoss: names.slice(1) }),
    );
    expect(error.message).toContain(`this would be lost: ${names[0]} ${losses[names[0]!]} [`);
  });

  test('samples that do not fit are lost as well, and told as such (C004)', async () => {
    const text = '{"source":"content://a cat"}\n';
    const dir = scratch({ 'in.manifest': `{"source":"a.jpg"}\n${text}${text}`, 'a.jpg': madePng(4, 4) });
    const to = (name: string, strictLoss: boolean) =>
      convert(join(dir, 'in.manifest'), join(dir, name), { to: 'labelme', images: 'copy', strictLoss });
    const { diagnostics, losses } = await to('plain', false);
    expect(diagnostics.map(({ rule, line }) => [rule, line])).toEqual([['C004', 2]]);
    expect(losses).toEqual({ 'text-sample': 2 });
    expect((await failure(to('strict', true))).message).toContain('this would be lost: text-sample 2 [C004]');
  });

  test('standard input cannot be read twice', async () => {
    const error = await failure(convert('-', 'out', { from: 'manifest', to: 'labelme', strictLoss: true }));
    expect(error.message).toMatch(/cannot be read twice/);
  });
});

describe('classes', () => {
  const data = () =>
    scratch({
      'in/Annotations/1.xml': vocXml('1.jpg', [{ name: 'zebra' }]),
      'in/Annotations/2.xml': vocXml('2.jpg', [{ name: 'ant' }, { name: '狗' }]),
      'in/JPEGImages/1.jpg': 'A',
      'in/JPEGImages/2.jpg': 'B',
    });
  const namesOf = async (dir: string, classes: ConvertOptions['classes']) => {
    await convert(join(dir, 'in'), join(dir, 'out.json'), { to: 'coco', classes });
    const { categories } = JSON.parse(readFileSync(join(dir, 'out.json'), 'utf8'));
    return categories.map(({ name }: { name: string }) => name);
  };

  test.each<[ConvertOptions['classes'], string[]]>([
    [undefined, ['zebra', 'ant', '狗']],
    ['sorted', ['ant', 'zebra', '狗']],
    [
      ['狗', 'unused', 'zebra', 'ant'],
      ['狗', 'unused', 'zebra', 'ant'],
    ],
  ])('%j', async (classes, names) => {
    expect(await namesOf(data(), classes)).toEqual(names);
  });

  test('a label that is none of them is a fault that says what to map', async () => {
    const dir = data();
    const error = await failure(namesOf(dir, ['ant']));
    expect(error).toMatchObject({ diagnostic: { rule: 'C010' } });
    expect(error.hint).toContain("labelkit relabel --map 'zebra=ant'");
    expect(existsSync(join(dir, 'out.json'))).toBe(false);
  });

  test('standard input cannot be sorted', async () => {
    const error = await failure(convert('-', 'out', { from: 'manifest', to: 'coco', classes: 'sorted' }));
    expect(error.message).toMatch(/cannot be read twice/);
  });

  test('names on a command line', async () => {
    const dir = scratch({ classes: '\ufeffcat\r\n\r\n big dog \n', empty: '\n' });
    expect(await parseClasses(' a,b ,,c')).toEqual(['a', 'b', 'c']);
    expect(await parseClasses(`@${join(dir, 'classes')}`)).toEqual(['cat', 'big dog']);
    expect((await failure(parseClasses(','))).message).toMatch(/names no class/);
    expect((await failure(parseClasses(`@${join(dir, 'empty')}`))).message).toMatch(/names no class/);
    expect((await failure(parseClasses('@/nowhere'))).code).toBe('NotFound');
  });
});

describe('what a path holds', () => {
  const storage = new LocalStorage();

  test.each<[string, Record<string, string>, string]>([
    ['folders of images', { 'x/cat/1.jpg': '', 'x/dog/2.jpg': '' }, 'imagenet'],
    ['folders of sounds', { 'x/bark/1.wav': '' }, 'audio-classification'],
    ['labels beside images', { 'x/1.jpg': '', 'x/1.txt': 'rose\n' }, 'image-classification'],
    ['texts and results', { 'x/a.txt': 'a\n', 'x/a_result.txt': 'b\n' }, 'text-classification'],
    ['texts with labels', { 'x/a.txt': 'a\tb\n' }, 'text-classification-combine'],
    ['files of LabelMe', { 'x/a.json': labelmeFile({}), 'x/a.png': '' }, 'labelme'],
    ['a devkit', { 'x/Annotations/a.xml': vocXml('a.jpg'), 'x/JPEGImages/a.jpg': '' }, 'voc'],
  ])('%s', async (_, files, format) => {
    const dir = scratch(files);
    expect((await detectFormat(storage, join(dir, 'x'))).format).toBe(format);
    expect((await inspect(join(dir, 'x'))).reason).toEqual(expect.any(String));
  });

  test('two formats are named with their reasons', async () => {
    const dir = scratch({
      'x/a.json': labelmeFile({}),
      'x/a.png': '',
      'x/b.txt': 'b\n',
      'x/b_result.txt': 'c\n',
    });
    const error = await failure(detectFormat(storage, join(dir, 'x')));
    expect(error).toMatchObject({ code: 'AmbiguousFormat' });
    expect(error.message).toMatch(/text-classification \(b_result.txt has .*labelme \(a.json has /);
  });

  test('what is nearly a format is said', async () => {
    const dir = scratch({ 'a.json': labelmeFile({}) });
    const error = await failure(detectFormat(storage, join(dir, 'a.json')));
    expect(error.code).toBe('UnknownFormat');
    expect(error.hint).toContain('Nearly: labelme (');
  });
});

describe('checks and counts', () => {
  const data = () =>
    scratch({
      'in/rose/1.png': png,
      'in/rose/2.jpg': '',
      'in/tulip/3.jpg': 'no image',
      'in/4.png': png,
      'in/notes.doc': 'x',
    });

  test('validate', async () => {
    const found = await validate(join(data(), 'in'), { from: 'imagenet' });
    expect(found).toMatchObject({ format: 'imagenet', samples: 3, annotations: 2, errors: 1, warnings: 2 });
    expect(found.rules).toEqual({ D010: 1, D015: 1, D021: 1 });
    const closely = await validate(join(data(), 'in'), {
      from: 'imagenet',
      mode: 'lenient',
      checkFiles: true,
    });
    expect(closely.rules).toEqual({ D010: 1, D015: 2, D021: 1, D054: 1 });
    const few = await validate(join(data(), 'in'), {
      from: 'imagenet',
      maxDiagnostics: 1,
      minSeverity: 'error',
    });
    expect(few.diagnostics.map(({ rule }) => rule)).toEqual(['D015']);
  });

  test('images that are not there', async () => {
    const dir = scratch({
      'a.jsonl':
        '{"source-ref":"gone.png","x":1,"x-metadata":{"class-name":"a","type":"groundtruth/image-classification"}}\n',
    });
    const found = await validate(join(dir, 'a.jsonl'), { from: 'groundtruth', checkFiles: true });
    expect(found.rules).toMatchObject({ D053: 1 });
  });

  test('inspect and stats', async () => {
    const dir = data();
    expect(await inspect(join(dir, 'in'), { from: 'imagenet' })).toMatchObject({
      format: 'imagenet',
      samples: 4,
      tasks: { image_classification: 3 },
      labels: { rose: 2, tulip: 1 },
    });
    expect(await stats(join(dir, 'in'), { from: 'imagenet' })).toMatchObject({
      format: 'imagenet',
      samples: 4,
    });
  });

  test('rules of every format are there once', async () => {
    const rules = await loadRules();
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['M001', 'V001', 'C010', 'D022', 'Y009', 'N040']),
    );
    expect((await loadRules(['manifest'])).some(({ id }) => id === 'D022')).toBe(false);
  });
});

test('data in memory is read and written as that on a disk', async () => {
  const storage = new MemoryStorage();
  const put = (path: string, content: string | Buffer) => storage.writeAtomic(path, Buffer.from(content));
  await put('mem://in/a.json', labelmeFile({}));
  await put('mem://in/a.png', png);
  await convert('mem://in', 'mem://out', { to: 'labelme', images: 'copy', storage });
  await convert('mem://out', 'mem://out.manifest', { to: 'manifest', storage });
  const names = [];
  for await (const { name } of storage.list('mem://out', { recursive: true })) names.push(name);
  expect(names).toEqual(['a.json', 'a.png']);
  const [sample] = await all((await openDataset('mem://out.manifest', { storage })).samples());
  expect(sample).toMatchObject({ source: 'out/a.png', annotations: [{ loc: 'out-annotations/a.xml' }] });
});

test('texts cut out of files are put aside together', async () => {
  const dir = scratch({ 'in/a.txt': `${'x'.repeat(2_000_000)}\nb\tc\n` });
  const result = await convert(join(dir, 'in'), join(dir, 'out.manifest'), {
    from: 'text-classification-combine',
    to: 'manifest',
    onError: 'quarantine',
    quarantine: join(dir, 'aside'),
  });
  expect(result).toMatchObject({ read: 2, written: 1, skipped: 1 });
  expect(Object.keys(filesIn(join(dir, 'aside')))).toEqual(['findings.jsonl', 'records.txt']);
});

describe('options of a format', () => {
  const info = {
    id: 'x',
    options: [
      { name: 'someFlag', for: 'both', type: 'flag', summary: 'A flag.' },
      { name: 'count', for: 'read', type: 'number', summary: 'A number.' },
      { name: 'names', for: 'write', type: 'list', summary: 'A list.' },
      { name: 'way', for: 'both', type: 'text', values: ['a', 'b'], summary: 'A way.' },
    ],
  } as unknown as FormatInfo;

  test('names and values as a command line or a program has them', () => {
    expect(formatValues(info, { 'some-flag': 'true', count: '1.5', way: 'a' }, 'read')).toEqual({
      someFlag: true,
      count: 1.5,
      way: 'a',
    });
    expect(formatValues(info, { someFlag: false, names: 'a,b', way: undefined }, 'write')).toEqual({
      someFlag: false,
      names: ['a', 'b'],
    });
    expect(formatValues(info, undefined, 'read')).toEqual({});
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ names: 'a' }, /no option "names" when it is read/],
    [{ 'some-flag': 'maybe' }, /must be true or false, not "maybe"/],
    [{ count: '1,5' }, /must be a number/],
    [{ count: Number.NaN }, /must be a number/],
    [{ way: 'c' }, /one of a, b/],
    [{ way: 1 }, /must be a text/],
  ])('refused: %j', (values, message) => {
    expect(() => formatValues(info, values, 'read')).toThrow(message);
  });
});

describe('between one who pushes and one who pulls', () => {
  const bytes = (text: string) => Buffer.from(text);

  test('chunks come in order, and are taken before the next is asked for', async () => {
    const channel = new Channel();
    const taken: string[] = [];
    const consumer = (async () => {
      for await (const chunk of channel) taken.push(Buffer.from(chunk).toString());
    })();
    for (const text of ['a', 'b', 'c']) {
      await channel.push(bytes(text));
      expect(taken.at(-1)).toBe(text);
    }
    channel.close();
    await consumer;
    expect(taken).toEqual(['a', 'b', 'c']);
  });

  test('either side can end it with an error', async () => {
    const lost = new Error('lost');
    const one = new Channel();
    const pushed = one.push(bytes('a'));
    one.fail(lost);
    await expect(pushed).rejects.toBe(lost);
    await expect(one.push(bytes('b'))).rejects.toBe(lost);
    const other = new Channel();
    const consumer = all(other);
    other.abort(lost);
    await expect(consumer).rejects.toBe(lost);
  });
});

test('a spool gives all of it, in memory and on the disk', () => {
  const spool = new Spool();
  const part = Buffer.alloc(1_500_000);
  for (let at = 0; at < 7; at++) spool.add(part.fill(at));
  const parts: Buffer[] = [];
  for (const chunk of spool.chunks()) parts.push(Buffer.from(chunk));
  const whole = Buffer.concat(parts);
  spool.close();
  expect(whole.length).toBe(7 * part.length);
  for (let at = 0; at < 7; at++) expect(whole[at * part.length + 700_000]).toBe(at);
});
