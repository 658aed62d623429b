import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { split } from '../../src/dataset-io/split.js';
import { checkSplit } from '../../src/dataset-io/split-check.js';
import type { SplitOptions } from '../../src/dataset-io/split-options.js';
import { DataError, type LabelkitError } from '../../src/model/index.js';
import { equalParts, parseParts } from '../../src/transforms/index.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { all } from './folder.js';

const ratios = parseParts('train=0.6,val=0.4', 'ratio');

/** A PNG of which only the header is there: 100 by 80. */
const png = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000640000005008020000000000000000000049454e44ae426082',
  'hex',
);

/** A folder with a VOC tree of ten images. */
function data(): { dir: string; at: (name: string) => string } {
  const dir = scratch();
  const at = (name: string) => join(dir, name);
  for (let i = 0; i < 10; i++) {
    const put = (name: string, bytes: string | Uint8Array) => {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), bytes);
    };
    // The label that comes first is another one in every part.
    put(
      `voc/Annotations/${i}.xml`,
      vocXml(`${i}.png`, [{ name: `l${9 - i}` }, { name: 'cat', box: [1, 2, 30, 40] }]),
    );
    put(`voc/JPEGImages/${i}.png`, png);
  }
  return { dir, at };
}

const sourcesOf = async (path: string) =>
  (await all((await openDataset(path)).samples())).map(({ source }) => source.replace(/^.*\//, '')).sort();

async function splitAt(
  { at }: ReturnType<typeof data>,
  input: string,
  options: Partial<SplitOptions> = {},
): Promise<Awaited<ReturnType<typeof split>>> {
  return await split(at(input), at('parts'), { parts: ratios, ...options });
}

describe.each(['random', 'stratified', 'hash'] as const)('a data set for each part, %s', (by) => {
  test.each([
    ['coco', 'in.json', ['train.json', 'val.json']],
    ['vertex', 'in.jsonl', ['train.jsonl', 'val.jsonl']],
    ['csv-boxes', 'in.csv', ['train.csv', 'val.csv']],
    ['labelme', 'in', ['train', 'val']],
    ['yolo', 'in', ['train', 'val']],
    ['voc', 'in', ['train', 'val']],
  ])('%s', async (format, input, names) => {
    const set = data();
    await convert(set.at('voc'), set.at(input), { to: format, images: 'copy' });
    const result = await splitAt(set, input, {
      by,
      as: 'files',
      from: format,
      images: 'copy',
      reassign: true,
    });
    expect(result).toMatchObject({ read: 10, written: 10, skipped: 0, dropped: 0, losses: {} });
    expect(result.split.parts.map(({ samples }) => samples).reduce((a, b) => a + b)).toBe(10);
    if (by !== 'hash') expect(result.split.parts.map(({ samples }) => samples)).toEqual([6, 4]);
    const paths = names.map((name) => set.at(`parts/${name}`));
    const sources: string[] = [];
    for (const path of paths) sources.push(...(await sourcesOf(path)));
    expect(sources.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}.png`));
    for (const path of paths) {
      // Nothing of a sample has changed.
      const found = await diffDatasets(set.at(input), path, {
        from: format,
        secondFrom: format,
        tolerance: 1e-6,
      });
      expect(found.samples).toMatchObject({ changed: 0, added: 0 });
    }
    const check = await checkSplit(paths, { from: format, of: set.at(input), key: 'name' });
    expect(check).toMatchObject({ clean: true });
  });
});

test('class ids mean the same in all parts', async () => {
  const set = data();
  await convert(set.at('voc'), set.at('in.json'), { to: 'coco' });
  await splitAt(set, 'in.json', { to: 'coco' });
  const categories = ['train', 'val'].map(
    (name) => JSON.parse(readFileSync(set.at(`parts/${name}.json`), 'utf8')).categories,
  );
  expect(categories[0]).toEqual(categories[1]);
  expect(categories[0]).toHaveLength(11);
});

test.each([
  ['voc', 'coco', ['train.json', 'val.json']],
  ['m.manifest', 'coco', ['train.json', 'val.json']],
  ['m.manifest', 'voc', ['train', 'val']],
  ['m.manifest', 'cvat', ['train.xml', 'val.xml']],
])('%s, converted to %s on the way', async (input, to, names) => {
  const set = data();
  await convert(set.at('voc'), set.at('m.manifest'), { to: 'manifest' });
  const result = await splitAt(set, input, { as: 'files', to, seed: 3 });
  expect(result).toMatchObject({ read: 10, written: 10 });
  expect(readdirSync(set.at('parts')).sort()).toEqual(names);
  const again = await split(set.at(input), set.at('again'), { parts: ratios, as: 'files', seed: 3 });
  expect(again.split.parts.map(({ samples }) => samples)).toEqual([6, 4]);
  const [part] = again.outputs;
  expect(await sourcesOf(set.at(`parts/${names[0]}`))).toEqual(await sourcesOf(part!.path));
});

test('the same parts for the same seed, whatever format holds the samples, and existing usage respected', async () => {
  const set = data();
  mkdirSync(set.at('voc/ImageSets/Main'), { recursive: true });
  writeFileSync(set.at('voc/ImageSets/Main/val.txt'), '0\n1\n');
  await convert(set.at('voc'), set.at('in.xml'), { to: 'cvat' });
  await splitAt(set, 'in.xml');
  expect(await sourcesOf(set.at('parts/val.xml'))).toEqual(expect.arrayContaining(['0.png', '1.png']));
  const reassigned = await split(set.at('in.xml'), set.at('anew'), {
    parts: ratios,
    reassign: true,
    seed: 11,
  });
  expect(reassigned.split.parts.map(({ samples }) => samples)).toEqual([6, 4]);
});

test('usage of a format that has a place for it, and checked', async () => {
  const set = data();
  await convert(set.at('voc'), set.at('in.xml'), { to: 'cvat' });
  const result = await split(set.at('in.xml'), set.at('out.xml'), { parts: ratios, as: 'usage' });
  expect(result).toMatchObject({ read: 10, written: 10, losses: {} });
  const check = await checkSplit([set.at('out.xml')]);
  expect(check).toMatchObject({ clean: true });
  expect(check.parts).toHaveLength(2);
  expect(check.parts).toEqual(
    expect.arrayContaining([
      { name: 'train', samples: 6 },
      { name: 'eval', samples: 4 },
    ]),
  );
  // Nothing has a usage before.
  expect((await checkSplit([set.at('in.xml')])).counts.unlisted).toBe(10);
});

test('a format that is only read names --to', async () => {
  const set = scratch({
    'WIDER_train/images/0--Parade/a.jpg': png,
    'wider_face_train_bbx_gt.txt': '0--Parade/a.jpg\n1\n449 330 122 149 0 0 0 0 0 0\n',
  });
  const path = join(set, 'wider_face_train_bbx_gt.txt');
  const failure = await split(path, join(set, 'parts'), {
    from: 'widerface',
    parts: equalParts('part', 1),
  }).catch((error: unknown) => error as LabelkitError);
  expect(failure).toMatchObject({ code: 'Unsupported', hint: expect.stringContaining('--to') });
  const written = await split(path, join(set, 'parts'), {
    from: 'widerface',
    to: 'manifest',
    parts: equalParts('part', 1),
  });
  expect(written).toMatchObject({ read: 1, written: 1 });
  expect(readdirSync(join(set, 'parts')).sort()).toEqual(['part-1-annotations', 'part-1.manifest']);
});

describe('bad input', () => {
  const faulty = (set: ReturnType<typeof data>) => {
    writeFileSync(set.at('voc/Annotations/3.xml'), '<annotation>');
    return set;
  };

  test('stops the run, which leaves nothing', async () => {
    const set = faulty(data());
    await expect(splitAt(set, 'voc', { as: 'files' })).rejects.toThrow(DataError);
    expect(existsSync(set.at('parts'))).toBe(false);
  });

  test('is left out, and counted', async () => {
    const set = faulty(data());
    const result = await splitAt(set, 'voc', { as: 'files', to: 'coco', onError: 'skip' });
    expect(result).toMatchObject({ read: 10, written: 9, skipped: 1 });
  });

  test('a sample that no part can hold stops the run in the middle of the others', async () => {
    const set = data();
    await convert(set.at('voc'), set.at('m.manifest'), { to: 'manifest' });
    const text = readFileSync(set.at('m.manifest'), 'utf8').replace(
      'Annotations/7.xml',
      'Annotations/none.xml',
    );
    writeFileSync(set.at('m.manifest'), text);
    await expect(splitAt(set, 'm.manifest', { to: 'coco', join: false })).rejects.toThrow(DataError);
    expect(existsSync(set.at('parts'))).toBe(false);
    const skipped = await splitAt(set, 'm.manifest', { to: 'coco', join: false, onError: 'skip' });
    expect(skipped).toMatchObject({ read: 10, written: 9, skipped: 1, dropped: 0 });
  });

  test('parts that are there stay as they are', async () => {
    const set = data();
    await splitAt(set, 'voc', { as: 'files', to: 'coco' });
    await expect(splitAt(set, 'voc', { as: 'files', to: 'coco' })).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
    await splitAt(set, 'voc', { as: 'files', to: 'coco', mode: 'overwrite' });
  });
});

describe('relative references of lines that go to another folder', () => {
  test.each(['random', 'hash', 'lines'] as const)('by %s: D074 says so', async (by) => {
    const set = data();
    await convert(set.at('voc'), set.at('m.manifest'), { to: 'manifest' });
    const result = await splitAt(set, 'm.manifest', { by });
    const [finding] = result.diagnostics.filter(({ rule }) => rule === 'D074');
    expect(finding).toMatchObject({
      file: set.at('parts'),
      hint: expect.stringContaining(`--base-dir ${set.dir}`),
    });
    // Beside the input they lead where they led, and absolute ones do anywhere.
    const text = readFileSync(set.at('m.manifest'), 'utf8');
    writeFileSync(set.at('abs.manifest'), text.replaceAll('voc/', `${set.at('voc')}/`));
    const absolute = await split(set.at('abs.manifest'), set.at('abs'), { parts: ratios, by });
    expect(absolute.diagnostics).toEqual([]);
  });

  test('with copies of the images they start from the parts', async () => {
    const set = data();
    await convert(set.at('voc'), set.at('m.manifest'), { to: 'manifest' });
    const result = await splitAt(set, 'm.manifest', { images: 'copy' });
    expect(result.diagnostics).toEqual([]);
    for (const name of ['train', 'val']) {
      const found = await diffDatasets(set.at(`parts/${name}.manifest`), set.at('m.manifest'), {
        key: 'name',
      });
      expect(found.samples).toMatchObject({ changed: 0, removed: 0 });
    }
  });
});

describe('checking', () => {
  test('a folder of parts in any format stands for its parts', async () => {
    const set = data();
    await splitAt(set, 'voc', { as: 'files', to: 'coco' });
    const check = await checkSplit([set.at('parts')], { of: set.at('voc') });
    expect(check).toMatchObject({
      clean: true,
      parts: [
        { name: 'train', samples: 6 },
        { name: 'val', samples: 4 },
      ],
    });
  });

  test('overlap between formats, missing and unlisted', async () => {
    const set = data();
    await splitAt(set, 'voc', { as: 'files', to: 'coco' });
    await convert(set.at('parts/train.json'), set.at('other.manifest'), { to: 'manifest' });
    const check = await checkSplit([set.at('parts/train.json'), set.at('other.manifest')], {
      of: set.at('voc'),
    });
    expect(check.counts).toMatchObject({ overlap: 6, repeats: 0, unlisted: 4, missing: 0 });
  });

  test('a folder of nothing', async () => {
    const set = scratch({ 'x/a.bin': '' });
    await expect(checkSplit([join(set, 'x')])).rejects.toMatchObject({ code: 'UnknownFormat' });
  });
});
