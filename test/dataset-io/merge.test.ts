import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type MergeOptions, merge } from '../../src/dataset-io/merge.js';
import { LocalStorage } from '../../src/dataset-io/storage/index.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof LabelkitError) return error;
  throw error ?? new Error('it succeeded');
}

const label = (name: string) => `{"type":"modelarts/image_classification","name":"${name}"}`;
const line = (source: string, more = '', ...labels: string[]) =>
  `{"source":"${source}"${more},"annotation":[${labels.map(label).join(',')}]}`;

/** Merges manifests that are given as lines. */
async function merged(inputs: readonly (readonly string[])[], options: MergeOptions = {}) {
  const dir = scratch(
    Object.fromEntries(
      inputs.map((lines, at) => [`${at}.manifest`, lines.map((one) => `${one}\n`).join('')]),
    ),
  );
  const paths = inputs.map((_, at) => join(dir, `${at}.manifest`));
  const result = await merge(paths, join(dir, 'out.manifest'), { from: 'manifest', ...options });
  const lines = readFileSync(join(dir, 'out.manifest'), 'utf8').split('\n').slice(0, -1);
  return { result, lines };
}

describe('manifests', () => {
  test('without a common sample are put one after the other, byte for byte', async () => {
    const a = '{ "source":"obs://b/1.jpg", "n": 1.50, "annotation":[]}';
    const b = '{"source":"obs://b/2.jpg","x-y":[1e2]}';
    const { result, lines } = await merged([[a], [b], []]);
    expect(lines).toEqual([a, b]);
    expect(result).toMatchObject({
      read: 2,
      written: 2,
      dropped: 0,
      losses: {},
      diagnostics: [],
      merged: { identical: 0, conflicts: 0, boxes: 0 },
    });
  });

  test('nothing and nothing is nothing', async () => {
    expect(await merged([[], []])).toMatchObject({ lines: [], result: { read: 0, written: 0 } });
  });

  const one = line('obs://b/1.jpg', ',"id":"1"', 'cat');
  const other = line('obs://b/1.jpg', ',"id":"2","x":1.0', 'dog', 'cat');
  const third = line('s3://b/1.jpg', ',"usage":"TEST"', 'cow');

  test.each<[string, string[][], MergeOptions, string[], object]>([
    [
      'identical ones are one',
      [[one], [one, one]],
      {},
      [one],
      { dropped: 2, merged: { identical: 2, conflicts: 0 } },
    ],
    [
      'the first',
      [[one], [other], [third]],
      { onConflict: 'first' },
      [one],
      { dropped: 2, merged: { conflicts: 2 } },
    ],
    [
      'the last',
      [[one], [other], [third]],
      { onConflict: 'last' },
      [third],
      { dropped: 2, merged: { conflicts: 2 } },
    ],
    [
      'the last one is the first once more',
      [[one, other], [one]],
      { onConflict: 'last' },
      [one],
      { dropped: 2 },
    ],
    ['by id they differ', [[one], [other]], { key: 'id' }, [one, other], { dropped: 0 }],
    ['without an id nothing is the same', [[third], [third]], { key: 'id' }, [third, third], { dropped: 0 }],
    [
      'by line',
      [
        [one, other],
        [other, third],
      ],
      { key: 'line' },
      [one, other, third],
      { dropped: 1 },
    ],
    [
      'by name',
      [[one], [line('obs://c/1.png')]],
      { key: 'name', onConflict: 'first' },
      [one],
      { dropped: 1 },
    ],
  ])('%s', async (_, inputs, options, expected, counts) => {
    const { result, lines } = await merged(inputs, options);
    expect(lines).toEqual(expected);
    expect(result).toMatchObject(counts);
    expect(result.read).toBe(result.written + result.skipped + (result.dropped ?? 0));
  });

  test('a union has the annotations and members of all', async () => {
    const { result, lines } = await merged([[one], [other], [third]], { onConflict: 'union' });
    expect(lines.map((text) => JSON.parse(text))).toEqual([
      {
        source: 'obs://b/1.jpg',
        id: '1',
        x: 1,
        usage: 'TEST',
        annotation: ['cat', 'dog', 'cow'].map((name) => JSON.parse(label(name))),
      },
    ]);
    expect(lines[0]).toMatch(/^\{"source":"obs:\/\/b\/1\.jpg","id":"1",/);
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(['D072', 'D070', 'D070']);
    expect(result).toMatchObject({ dropped: 2, merged: { identical: 0, conflicts: 2 } });
  });

  test('usages that differ are reported; letter case is no difference', async () => {
    const usage = (text: string) => line('obs://b/1.jpg', `,"usage":"${text}"`);
    const { result, lines } = await merged([[usage('TRAIN')], [usage('train')], [usage('TEST')]], {
      onConflict: 'union',
    });
    expect(lines).toEqual([usage('TRAIN')]);
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(['D071', 'D070', 'D070']);
  });

  test('annotations with one id that differ are not united', async () => {
    const entity = (name: string) =>
      `{"source":"content://x","annotation":[{"type":"modelarts/text_entity","name":"${name}","id":"E1"}]}`;
    const inputs = [[entity('a')], [entity('b')], [line('content://x', ',"y":1')]];
    expect(await failure(merged(inputs, { onConflict: 'union' }))).toMatchObject({
      code: 'InvalidData',
      message: expect.stringContaining('[D073]'),
    });
    const { result, lines } = await merged(inputs, { onConflict: 'union', onError: 'skip' });
    expect(lines.map((text) => JSON.parse(text))).toEqual([{ ...JSON.parse(entity('a')), y: 1 }]);
    expect(result).toMatchObject({ read: 3, written: 1, dropped: 1, skipped: 1 });
  });

  describe('renumber', () => {
    const entity = (id: string, name: string, at: number) => ({
      type: 'modelarts/text_entity',
      name,
      id,
      property: { '@modelarts:start_index': at, '@modelarts:end_index': at + 1 },
    });
    const relation = (id: string, from: string, to: string, more = {}) => ({
      type: 'modelarts/text_triplet',
      name: 'r',
      id,
      property: { '@modelarts:from': from, '@modelarts:to': to },
      ...more,
    });
    const sample = (...annotation: object[]) => JSON.stringify({ source: 'content://abcdef', annotation });
    const options = { onConflict: 'union', renumber: true } as const;

    test('clashing ids become new ones, relations follow, and nothing is lost or told twice', async () => {
      const first = sample(entity('E1', 'a', 0), entity('E2', 'b', 1), relation('R1', 'E1', 'E2'));
      const second = sample(
        relation('R1', 'E2', 'E1'),
        relation('R2', 'E1', 'E4', { odd: [1] }),
        // E2 of the first.
        entity('E1', 'b', 1),
        entity('E2', 'c', 2),
        entity('E4', 'd', 3),
        relation('R3', 'E7', 'E1'),
      );
      const { result, lines } = await merged([[first], [second]], options);
      expect(lines.map((text) => JSON.parse(text).annotation)).toEqual([
        [
          entity('E1', 'a', 0),
          entity('E2', 'b', 1),
          relation('R1', 'E1', 'E2'),
          relation('R4', 'E3', 'E2'),
          relation('R2', 'E2', 'E4', { odd: [1] }),
          entity('E3', 'c', 2),
          entity('E4', 'd', 3),
          relation('R3', 'E7', 'E2'),
        ],
      ]);
      expect(result).toMatchObject({ written: 1, dropped: 1, merged: { conflicts: 1, renumbered: 2 } });
      expect(result.diagnostics).toMatchObject([
        {
          rule: 'D073',
          severity: 'warning',
          message: expect.stringContaining('"E2", and they differ; that of the other sample becomes "E3"'),
        },
        { rule: 'D073', severity: 'warning', message: expect.stringContaining('becomes "R4"') },
        { rule: 'D070', severity: 'warning' },
      ]);
    });

    test('three samples, ids of any form', async () => {
      const of = (name: string) => sample({ type: 'x/y', name, id: 'ab' }, { type: 'x/y', name, id: '7' });
      const { result, lines } = await merged([[of('a')], [of('b')], [of('c'), of('b')]], options);
      expect(
        JSON.parse(lines[0]!).annotation.map(({ name, id }: Record<string, string>) => `${name} ${id}`),
      ).toEqual(['a ab', 'a 7', 'b ab-2', 'b 8', 'c ab-3', 'c 9']);
      expect(result).toMatchObject({ merged: { identical: 1, conflicts: 2, renumbered: 4 } });
    });

    test('is for unions only', async () => {
      expect(await failure(merged([[one]], { renumber: true }))).toMatchObject({ code: 'BadOption' });
    });
  });

  test('by default a conflict is a fault', async () => {
    const error = await failure(merged([[one], [other]]));
    expect(error).toMatchObject({ code: 'InvalidData', diagnostic: { rule: 'D070', line: 1 } });
    const { result, lines } = await merged([[one], [other]], { onError: 'skip' });
    expect(lines).toEqual([one]);
    expect(result).toMatchObject({
      read: 2,
      written: 1,
      skipped: 1,
      diagnostics: [{ rule: 'D070', severity: 'error' }],
    });
  });

  test('faulty lines count for nothing', async () => {
    const inputs = [
      [one, '{"source":'],
      ['nothing', one],
    ];
    expect(await failure(merged(inputs))).toMatchObject({ code: 'InvalidData' });
    const { result, lines } = await merged(inputs, { onError: 'skip' });
    expect(lines).toEqual([one]);
    expect(result).toMatchObject({ read: 4, written: 1, skipped: 2, dropped: 1 });
  });

  test('references lead where they led', async () => {
    const detection = (source: string, loc: string) =>
      `{"source":"${source}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"${loc}"}]}\n`;
    const dir = scratch({
      'a/in.manifest': detection('img/1.jpg', '../xml/1.xml') + detection('/abs/2.jpg', 'obs://b/2.xml'),
      'b/in.manifest': detection('../a/img/1.jpg', './1.xml') + detection('content://text', '<annotation/>'),
    });
    mkdirSync(join(dir, 'out'));
    const inputs = [join(dir, 'a/in.manifest'), join(dir, 'b/in.manifest')];
    const result = await merge(inputs, join(dir, 'out/all.manifest'), { onConflict: 'union' });
    const lines = readFileSync(join(dir, 'out/all.manifest'), 'utf8').split('\n').slice(0, -1);
    expect(lines.map((text) => JSON.parse(text))).toMatchObject([
      {
        source: '../a/img/1.jpg',
        annotation: [{ 'annotation-loc': '../xml/1.xml' }, { 'annotation-loc': '../b/1.xml' }],
      },
      { source: '/abs/2.jpg', annotation: [{ 'annotation-loc': 'obs://b/2.xml' }] },
      { source: 'content://text', annotation: [{ 'annotation-loc': '<annotation/>' }] },
    ]);
    expect(result).toMatchObject({ read: 4, written: 3, dropped: 1 });
  });

  test('from a pipe and a file to a pipe', async () => {
    const dir = scratch({ 'in.manifest': `${one}\n${third}\n` });
    const parts: Buffer[] = [];
    const stdout = new Writable({
      write(chunk: Buffer, _, done) {
        parts.push(Buffer.from(chunk));
        done();
      },
    });
    const storage = new LocalStorage({
      stdin: Readable.from([Buffer.from(`${one}\n${line('obs://b/9.jpg')}\n`)]),
      stdout,
    });
    await merge([join(dir, 'in.manifest'), '-'], '-', { storage, key: 'line' });
    expect(Buffer.concat(parts).toString()).toBe(`${one}\n${third}\n${line('obs://b/9.jpg')}\n`);
  });

  test('many samples, a few of them twice', async () => {
    const lines = Array.from({ length: 50_000 }, (_, at) => line(`obs://b/${at}.jpg`));
    const changed = lines.map((text, at) => (at % 1000 === 0 ? line(`obs://b/${at}.jpg`, '', 'x') : text));
    const { result, lines: out } = await merged([lines.slice(0, 30_000), changed.slice(20_000)], {
      onConflict: 'last',
    });
    expect(out).toHaveLength(50_000);
    expect(new Set(out)).toEqual(new Set([...lines.slice(0, 20_000), ...changed.slice(20_000)]));
    expect(result.merged).toEqual({ identical: 9_990, conflicts: 10, renumbered: 0, boxes: 0 });
  });

  test.each<[string, string[], MergeOptions, RegExp]>([
    ['no input', [], {}, /nothing to merge/],
    ['a pipe twice', ['-', '-'], {}, /standard input can be merged only once/],
    ['an overlap of 0', ['a'], { dedupeBoxes: 0 }, /not 0/],
  ])('%s is refused', async (_, inputs, options, message) => {
    expect(await failure(merge(inputs, 'out.manifest', options))).toMatchObject({
      code: 'BadOption',
      message: expect.stringMatching(message),
    });
  });
});

describe('VOC trees', () => {
  const trees = (): string =>
    scratch({
      'a/Annotations/1.xml': vocXml('1.jpg', [{ name: 'cat', box: [10, 10, 40, 40] }]),
      'a/Annotations/2.xml': vocXml('2.jpg', [{ name: 'dog' }]),
      'a/JPEGImages/1.jpg': 'A1',
      'a/JPEGImages/2.jpg': 'A2',
      'a/ImageSets/Main/train.txt': '1\n2\n',
      'b/Annotations/1.xml': vocXml('1.jpg', [
        { name: 'cat', box: [10, 10, 40, 41] },
        { name: 'cow', box: [1, 1, 9, 9] },
      ]),
      'b/Annotations/3.xml': vocXml('3.jpg'),
      'b/JPEGImages/1.jpg': 'B1',
      'b/JPEGImages/3.jpg': 'B3',
      'b/ImageSets/Main/val.txt': '1\n3\n',
    });

  test('with images of one name: a clash, as images of two folders are two', async () => {
    const dir = trees();
    const error = await failure(merge([join(dir, 'a'), join(dir, 'b')], join(dir, 'out')));
    expect(error).toMatchObject({ code: 'InvalidData', diagnostic: { rule: 'C002' } });
  });

  test('by name, united, without duplicate boxes', async () => {
    const dir = trees();
    const before = filesIn(dir);
    const result = await merge([join(dir, 'a'), join(dir, 'b')], join(dir, 'out'), {
      key: 'name',
      onConflict: 'union',
      dedupeBoxes: 0.9,
    });
    const files = filesIn(join(dir, 'out'));
    expect(Object.keys(files)).toEqual([
      'Annotations/1.xml',
      'Annotations/2.xml',
      'Annotations/3.xml',
      'ImageSets/Main/train.txt',
      'ImageSets/Main/trainval.txt',
      'ImageSets/Main/val.txt',
    ]);
    expect(files['Annotations/1.xml']!.match(/<name>.*?<\/name>/g)).toEqual([
      '<name>cat</name>',
      '<name>cow</name>',
    ]);
    expect(files['Annotations/2.xml']).toBe(before['a/Annotations/2.xml']);
    expect(files['ImageSets/Main/train.txt']).toBe('1\n2\n');
    expect(result).toMatchObject({ read: 4, written: 3, dropped: 1, merged: { conflicts: 1, boxes: 1 } });
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(['D071', 'D070']);
  });

  test('together with a manifest, to a manifest: the same image by source', async () => {
    const dir = trees();
    writeFileSync(
      join(dir, 'b/more.manifest'),
      `${line('../a/JPEGImages/2.jpg', ',"id":"two"', 'good')}\n${line('JPEGImages/3.jpg', '', 'fine')}\n`,
    );
    const inputs = [join(dir, 'a'), join(dir, 'b/more.manifest')];
    expect(await failure(merge(inputs, join(dir, 'x')))).toMatchObject({
      code: 'BadOption',
      message: 'the inputs are of different formats: voc and manifest',
    });
    const result = await merge(inputs, join(dir, 'out.manifest'), { to: 'manifest', onConflict: 'union' });
    const lines = readFileSync(join(dir, 'out.manifest'), 'utf8').split('\n').slice(0, -1);
    expect(lines.map((text) => JSON.parse(text))).toEqual([
      {
        source: 'a/JPEGImages/1.jpg',
        usage: 'TRAIN',
        annotation: [{ 'annotation-loc': 'a/Annotations/1.xml', type: 'modelarts/object_detection' }],
      },
      {
        source: 'a/JPEGImages/2.jpg',
        usage: 'TRAIN',
        id: 'two',
        annotation: [
          { 'annotation-loc': 'a/Annotations/2.xml', type: 'modelarts/object_detection' },
          JSON.parse(label('good')),
        ],
      },
      { source: 'b/JPEGImages/3.jpg', annotation: [JSON.parse(label('fine'))] },
    ]);
    expect(result).toMatchObject({ read: 4, written: 3, dropped: 1 });
  });

  test('duplicate boxes of one file, beside a manifest', async () => {
    const xml = vocXml('1.jpg', [
      { name: 'cat' },
      { name: 'cat', box: [10, 10, 40, 39] },
      { name: 'cat', box: [60, 60, 70, 70] },
    ]);
    const dir = scratch({
      '1.xml': xml,
      'in.manifest':
        '{"source":"1.jpg","annotation":[{"type":"modelarts/object_detection","annotation-loc":"1.xml"}]}\n',
    });
    const result = await merge([join(dir, 'in.manifest')], join(dir, 'out.manifest'), { dedupeBoxes: 0.8 });
    expect(result).toMatchObject({ written: 1, merged: { boxes: 1 } });
    expect(readFileSync(join(dir, 'out-annotations/1.xml'), 'utf8').match(/<name>/g)).toHaveLength(2);
    expect(readFileSync(join(dir, '1.xml'), 'utf8')).toBe(xml);
  });
});
