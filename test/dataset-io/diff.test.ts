import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { SampleIndex } from '../../src/dataset-io/sample-index.js';
import { MemoryStorage } from '../../src/dataset-io/storage/index.js';
import { AbortedError, DataError, OptionError } from '../../src/model/index.js';
import { randomFor } from '../support/random.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const none = { equal: 0, changed: 0, removed: 0, added: 0 };

/** A manifest of these lines. */
const manifest = (...lines: (object | string)[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

const label = (name: string, more: object = {}) => ({
  type: 'modelarts/image_classification',
  name,
  ...more,
});

async function* chunksOf(text: string) {
  yield Buffer.from(text);
}

async function diffOf(first: string, second: string, options = {}) {
  const dir = scratch({ 'a.manifest': first, 'b.manifest': second });
  return await diffDatasets(join(dir, 'a.manifest'), join(dir, 'b.manifest'), {
    from: 'manifest',
    secondFrom: 'manifest',
    ...options,
  });
}

describe('two manifests', () => {
  const before = manifest(
    { source: 'a.jpg', usage: 'TRAIN', annotation: [label('cat')] },
    { source: 'b.jpg', annotation: [label('dog'), label('cat', { confidence: 0.5 })] },
    { source: 'c.jpg', annotation: [] },
  );

  test('equal whatever the order of samples, members and annotations', async () => {
    const after = manifest(
      { source: 'c.jpg', annotation: [] },
      {
        annotation: [
          label('cat', { confidence: 0.5 }),
          { name: 'dog', type: 'modelarts/image_classification' },
        ],
        source: 'b.jpg',
      },
      '{ "usage":"TRAIN", "source": "a.jpg", "annotation":[{"type":"modelarts/image_classification","name":"cat"}]}',
    );
    expect(await diffOf(before, after)).toMatchObject({
      key: 'source',
      equal: true,
      samples: { ...none, equal: 3 },
      annotations: { ...none, equal: 3 },
      fields: {},
      differences: [],
      truncated: false,
    });
  });

  test('what is added, removed and changed, in order', async () => {
    const after = manifest(
      { source: 'd.jpg', annotation: [label('new')] },
      {
        source: 'b.jpg',
        annotation: [label('dog'), label('cat', { confidence: 0.75 }), label('cow')],
        extra: { x: 1 },
      },
      { source: 'a.jpg', usage: 'EVAL', annotation: [] },
    );
    const found = await diffOf(before, after);
    expect(found).toMatchObject({
      equal: false,
      first: { samples: 3, format: 'manifest' },
      second: { samples: 3 },
      samples: { equal: 0, changed: 2, removed: 1, added: 1 },
      annotations: { equal: 1, changed: 1, removed: 1, added: 1 },
      fields: { confidence: 1, extra: 1, usage: 1 },
    });
    expect(found.differences.map(({ kind, source }) => [kind, source])).toEqual([
      ['changed', 'a.jpg'],
      ['changed', 'b.jpg'],
      ['removed', 'c.jpg'],
      ['added', 'd.jpg'],
    ]);
    expect(found.differences[0]).toMatchObject({
      fields: [{ field: 'usage', from: 'TRAIN', to: 'EVAL' }],
      annotations: { removed: [{ label: 'cat' }], added: [], changed: [] },
    });
    expect(found.differences[1]).toMatchObject({
      fields: [{ field: 'extra', to: { x: 1 } }],
      annotations: {
        added: [{ label: 'cow' }],
        changed: [{ from: { label: 'cat' }, fields: [{ field: 'confidence', from: 0.5, to: 0.75 }] }],
      },
    });
  });

  test('backwards it is the opposite', async () => {
    const after = manifest({ source: 'b.jpg', annotation: [] }, { source: 'e.jpg', annotation: [] });
    const there = await diffOf(before, after);
    const back = await diffOf(after, before);
    expect(back.samples).toEqual({
      ...there.samples,
      removed: there.samples.added,
      added: there.samples.removed,
    });
    expect(back.annotations).toMatchObject({ removed: 0, added: there.annotations.removed });
  });

  test.each([
    ['id', { id: '1', source: 'x/a.jpg' }, { id: '1', source: 'y/b.jpg' }, 'id', { changed: 1 }],
    [
      'id, the file name being the same',
      { id: '1', source: 'x/a.jpg' },
      { id: '1', source: 'y/a.jpg' },
      'id',
      { equal: 1 },
    ],
    ['source', { source: 'x/a.jpg' }, { source: 'y/a.jpg' }, 'source', { removed: 1, added: 1 }],
    ['name', { source: 'x/a.jpg' }, { source: 'y/a.png' }, 'name', { changed: 1 }],
    [
      'name of a text',
      { source: 'content://x/a.b' },
      { source: 'content://y/a.c' },
      'name',
      { removed: 1, added: 1 },
    ],
    ['id, of which one has none', { source: 'a.jpg' }, { source: 'a.jpg' }, 'id', { equal: 1 }],
  ] as const)('matched by %s', async (_, one, two, key, counts) => {
    const options = key === 'id' && !('id' in one) ? { key } : key === 'name' ? { key } : {};
    const found = await diffOf(
      manifest({ ...one, annotation: [] }),
      manifest({ ...two, annotation: [] }),
      options,
    );
    expect(found).toMatchObject({ key, samples: { ...none, ...counts } });
  });

  test('of several samples of one key, the first belongs to the first', async () => {
    const line = (name: string) => ({ source: 'a.jpg', annotation: [label(name)] });
    const found = await diffOf(manifest(line('x'), line('y'), line('z')), manifest(line('x'), line('z')));
    expect(found.samples).toEqual({ equal: 1, changed: 1, removed: 1, added: 0 });
  });

  test('empty ones are equal', async () => {
    expect(await diffOf('', '')).toMatchObject({ equal: true, samples: none });
    expect(await diffOf('', before)).toMatchObject({ equal: false, samples: { ...none, added: 3 } });
    expect(await diffOf(before, '')).toMatchObject({ equal: false, samples: { ...none, removed: 3 } });
  });

  test('in any order, and far apart', async () => {
    const random = randomFor(3);
    const lines = Array.from({ length: 30_000 }, (_, at) => ({
      source: `${at}.jpg`,
      annotation: [label(`l${at % 7}`)],
    }));
    const far = [...lines.slice(25_000), ...lines.slice(0, 25_000)];
    for (let at = 0; at < 50; at++) {
      const [one, two] = [random.below(far.length), random.below(far.length)];
      [far[one], far[two]] = [far[two]!, far[one]!];
    }
    const found = await diffOf(manifest(...lines), manifest(...far));
    expect(found).toMatchObject({ equal: true, samples: { ...none, equal: 30_000 } });
  });

  test('names of the language are names like any other', async () => {
    const one = '{"source":"a.jpg","annotation":[],"__proto__":1,"constructor":2}';
    const two = '{"source":"a.jpg","annotation":[],"__proto__":3,"constructor":2}';
    expect((await diffOf(manifest(one), manifest(two))).fields).toEqual({ ['__proto__']: 1 });
    expect((await diffOf(manifest(one), manifest(one))).equal).toBe(true);
  });

  test('encodings that are said', async () => {
    const dir = scratch();
    const text = manifest(
      { source: '图.jpg', annotation: [label('猫')] },
      { source: 'b.jpg', annotation: [] },
    );
    const turned = text.trim().split('\n').reverse().join('\n');
    writeFileSync(join(dir, 'a.manifest'), Buffer.from(text, 'utf16le'));
    writeFileSync(join(dir, 'b.manifest'), Buffer.from(turned, 'utf16le'));
    const found = await diffDatasets(join(dir, 'a.manifest'), join(dir, 'b.manifest'), {
      encoding: 'utf-16le',
      from: 'manifest',
      secondFrom: 'manifest',
    });
    expect(found).toMatchObject({ equal: true, samples: { equal: 2 } });
  });
});

describe('faults', () => {
  const good = manifest({ source: 'a.jpg', annotation: [] }, { source: 'b.jpg', annotation: [] });
  const faulty = good.replace('\n', '\n{"source":\n');

  test.each([
    [faulty, good],
    [good, faulty],
  ])('a line in the middle that is none, on either side', async (first, second) => {
    await expect(diffOf(first, second)).rejects.toThrow(DataError);
    const found = await diffOf(first, second, { onError: 'skip' });
    expect(found).toMatchObject({ equal: false, skipped: 1, samples: { ...none, equal: 2 } });
    expect(found.diagnostics).toHaveLength(1);
  });

  test('an annotation file that is not there takes its sample out of the comparison', async () => {
    const dir = scratch({ 'V/a.xml': vocXml('a.jpg') });
    const line = (loc: string) =>
      manifest({
        source: 'a.jpg',
        annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': loc }],
      });
    writeFileSync(join(dir, 'a.manifest'), line('V/a.xml'));
    writeFileSync(join(dir, 'b.manifest'), line('V/b.xml'));
    const paths = [join(dir, 'a.manifest'), join(dir, 'b.manifest')] as const;
    await expect(diffDatasets(...paths)).rejects.toThrow(DataError);
    expect(await diffDatasets(...paths, { onError: 'skip' })).toMatchObject({
      equal: false,
      skipped: 1,
      samples: none,
    });
  });

  test.each([
    [{ tolerance: -1 }, 'tolerance is -1'],
    [{ tolerance: Number.NaN }, 'tolerance is NaN'],
    [{ iou: 0 }, 'least overlap is 0'],
    [{ iou: 1.5 }, 'least overlap is 1.5'],
    [{ key: 'colour' as 'id' }, 'by "colour"'],
  ])('%o', async (options, message) => {
    await expect(diffOf(good, good, options)).rejects.toThrow(OptionError);
    await expect(diffOf(good, good, options)).rejects.toThrow(message);
  });

  test('the second is read more than once, so it is no stream', async () => {
    const dir = scratch({ 'a.manifest': good });
    await expect(diffDatasets(join(dir, 'a.manifest'), '-', { secondFrom: 'manifest' })).rejects.toThrow(
      'cannot be standard input',
    );
  });

  test('a signal ends it', async () => {
    await expect(diffOf(good, good, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
  });
});

describe('annotation files', () => {
  const tree = () =>
    scratch({
      'in/Annotations/a.xml': vocXml('a.jpg', [{ name: 'cat' }, { name: 'dog', box: [1, 1, 9, 9] }]),
      'in/Annotations/b.xml': vocXml('b.jpg'),
      'in/JPEGImages/a.jpg': '',
      'in/JPEGImages/b.jpg': '',
      'in/JPEGImages/c.jpg': '',
      'in/ImageSets/Main/train.txt': 'a\n',
      'in/ImageSets/Main/test.txt': 'b\nc\n',
    });

  test('a data set is equal to what it was converted to, there and back', async () => {
    const dir = tree();
    await convert(join(dir, 'in'), join(dir, 'm.manifest'), { to: 'manifest' });
    await convert(join(dir, 'm.manifest'), join(dir, 'back'), { to: 'voc', images: 'copy' });
    for (const [first, second] of [
      ['in', 'm.manifest'],
      ['m.manifest', 'in'],
      ['in', 'back'],
      ['m.manifest', 'back'],
      ['m.manifest', 'm.manifest'],
    ] as const) {
      const found = await diffDatasets(join(dir, first), join(dir, second));
      expect(found, `${first} ${second}`).toMatchObject({
        equal: true,
        samples: { ...none, equal: 3 },
      });
    }
  });

  test('a manifest in another order than the folder', async () => {
    const dir = tree();
    await convert(join(dir, 'in'), join(dir, 'm.manifest'), { to: 'manifest' });
    const turned = readFileSync(join(dir, 'm.manifest'), 'utf8').trim().split('\n').reverse();
    writeFileSync(join(dir, 'm.manifest'), `${turned.join('\n')}\n`);
    const found = await diffDatasets(join(dir, 'm.manifest'), join(dir, 'in'));
    expect(found).toMatchObject({ key: 'name', equal: true, annotations: { equal: 3 } });
  });

  test('samples of a folder that are fetched one by one', async () => {
    const names = Array.from({ length: 20_600 }, (_, at) => `${100_000 + at}`);
    const storage = new MemoryStorage();
    const set = (path: string, text: string) => storage.writeAtomic(path, chunksOf(text), { mode: 'create' });
    for (const name of names)
      await set(`mem://v/${name}.xml`, `<annotation><filename>${name}.jpg</filename></annotation>`);
    const line = (name: string) => ({
      source: `${name}.jpg`,
      annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': `v/${name}.xml` }],
    });
    // The last comes first, and then those at the beginning.
    await set('mem://m.manifest', manifest(line(names.at(-1)!), ...names.slice(0, 20).map(line)));
    const found = await diffDatasets('mem://m.manifest', 'mem://v', { storage });
    expect(found).toMatchObject({ samples: { equal: 21, changed: 0, removed: 0, added: names.length - 21 } });
  });

  test('what differs in a file', async () => {
    const dir = tree();
    const path = join(dir, 'out/Annotations/a.xml');
    await convert(join(dir, 'in'), join(dir, 'out'), { to: 'voc', images: 'copy' });
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text
        .replace('<width>100<', '<width>200<')
        .replace('<xmin>10<', '<xmin>11<')
        .replace('<difficult>0<', '<difficult>1<'),
    );
    const found = await diffDatasets(join(dir, 'in'), join(dir, 'out'));
    expect(found.fields).toEqual({ difficult: 1, 'image.width': 1, shape: 1 });
    expect(found.samples).toEqual({ ...none, equal: 2, changed: 1 });
    const near = await diffDatasets(join(dir, 'in'), join(dir, 'out'), { tolerance: 1 });
    expect(near.fields).toEqual({ difficult: 1, 'image.width': 1 });
    writeFileSync(path, text.replaceAll('\n', '\r\n'));
    expect((await diffDatasets(join(dir, 'in'), join(dir, 'out'))).equal).toBe(true);
  });

  test('usage of a list and of a line are one', async () => {
    const dir = tree();
    await convert(join(dir, 'in'), join(dir, 'm.manifest'), { to: 'manifest' });
    const text = readFileSync(join(dir, 'm.manifest'), 'utf8');
    writeFileSync(join(dir, 'm.manifest'), text.replace('"TRAIN"', '"train"'));
    expect((await diffDatasets(join(dir, 'in'), join(dir, 'm.manifest'))).equal).toBe(true);
    writeFileSync(join(dir, 'm.manifest'), text.replace('"TRAIN"', '"EVAL"'));
    expect((await diffDatasets(join(dir, 'in'), join(dir, 'm.manifest'))).fields).toEqual({ usage: 1 });
  });

  test('nothing is listed beyond the limit, and all is counted', async () => {
    const dir = tree();
    mkdirSync(join(dir, 'none'));
    writeFileSync(join(dir, 'none/x.xml'), vocXml('x.jpg'));
    const found = await diffDatasets(join(dir, 'in'), join(dir, 'none'), { maxDifferences: 2 });
    expect(found).toMatchObject({ samples: { ...none, removed: 3, added: 1 }, truncated: true });
    expect(found.differences).toHaveLength(2);
  });
});

describe('the index of samples', () => {
  test('gives each sample of a key once, in order', () => {
    const index = new SampleIndex();
    const keys = Array.from({ length: 5000 }, (_, at) => `k${at % 1700}`);
    for (const [at, key] of keys.entries()) index.add(key, at * 10);
    index.finish();
    for (const [at, key] of keys.entries()) {
      const [first] = index.candidates(key);
      expect(first).toBe(at);
      expect(index.place(first!)).toBe(at * 10);
      index.take(first!);
    }
    for (const key of [...keys, 'other']) expect([...index.candidates(key)]).toEqual([]);
  });

  test('of nothing', () => {
    const index = new SampleIndex();
    index.finish();
    expect([...index.candidates('a')]).toEqual([]);
  });
});
