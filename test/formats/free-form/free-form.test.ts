import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../src/dataset-io/convert.js';
import { detectFormat } from '../../../src/dataset-io/detect.js';
import { LocalStorage } from '../../../src/dataset-io/storage/index.js';
import { validate } from '../../../src/dataset-io/validate.js';
import { formatCode } from '../../../src/formats/free-form/code.js';
import type { Sample } from '../../../src/model/index.js';
import { filesIn, scratch } from '../../support/scratch.js';
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

const fixture = join(import.meta.dirname, '../../fixtures/free-form');

const read = (files: Record<string, string>, init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource(files, init));

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const rows = samples.map((sample) => writeRow({ sample, file: 'in.manifest' }));
  return { sink, results: await writeAll(formatCode, sink, rows) };
}

const file = (source: string): Sample => ({ source, annotations: [] });

describe('read', () => {
  test('a sample for each file', async () => {
    const { records, faults, diagnostics } = await read({
      'a.bin': 'x',
      'b/c.tar.gz': 'x',
      'b/.d': 'x',
      e: 'x',
    });
    expect(faults).toEqual([]);
    expect(brief(diagnostics)).toEqual(['D010 info in 1 hidden or system file is passed over']);
    expect(records).toEqual(
      [
        ['a.bin', 'a'],
        ['b/c.tar.gz', 'b/c.tar'],
        ['e', 'e'],
      ].map(([name, key]) => ({
        sample: { source: `in/${name}`, sampleType: 9, annotations: [] },
        file: `in/${name}`,
        key,
      })),
    );
  });

  test.each<[string, string, 'strict' | 'lenient', string[], number]>([
    ['empty.bin', '', 'strict', ['D015 error in/empty.bin empty.bin has no bytes'], 0],
    ['empty.bin', '', 'lenient', ['D015 warning in/empty.bin empty.bin has no bytes'], 1],
    ['a\tb', 'x', 'lenient', ['D020 error in/a\tb the name "a\\tb" has a line break or a Tab'], 0],
    ['a\nb', 'x', 'lenient', ['D020 error in/a\nb the name "a\\nb" has a line break or a Tab'], 0],
    [
      'e\u0301.bin',
      'x',
      'lenient',
      ['D017 info in/e\u0301.bin the name e\u0301.bin is not in normal form C'],
      1,
    ],
    ['Thumbs.db', 'x', 'lenient', ['D010 info in 1 hidden or system file is passed over'], 0],
    ['__MACOSX/a', 'x', 'lenient', ['D010 info in 1 hidden or system file is passed over'], 0],
  ])('%j with %j, %s', async (name, content, mode, expected, count) => {
    const { records, faults, diagnostics } = await read({ [name]: content, z: 'x' }, { mode });
    expect(brief([...diagnostics, ...faults.flatMap((fault) => fault.diagnostics)])).toEqual(expected);
    expect(records).toHaveLength(count + 1);
  });

  test('is never guessed', async () => {
    await expect(detectFormat(new LocalStorage(), fixture)).rejects.toMatchObject({ code: 'UnknownFormat' });
  });
});

describe('written', () => {
  test('under their own names', async () => {
    const { sink, results } = await write([file('obs://b/x/a.bin'), file('y/a.txt'), file('z/c')]);
    expect(results).toEqual(['written', 'written', 'written']);
    expect(Object.fromEntries(sink.placed)).toEqual({
      'a.bin': 'obs://b/x/a.bin',
      'a.txt': 'y/a.txt',
      c: 'z/c',
    });
  });

  test('two of one name', async () => {
    const samples = [file('x/a.bin'), file('y/a.bin')];
    expect((await write(samples)).results[1]).toMatchObject([{ rule: 'C002' }]);
    const renamed = await write(samples, { renameClashes: true });
    expect([...renamed.sink.placed.keys()]).toEqual(['a.bin', 'a-2.bin']);
    const flat = await write(samples, { options: { layout: 'flat' } });
    expect([...flat.sink.placed.keys()]).toEqual(['a.bin', 'a-2.bin']);
  });

  test('what is no file, and labels', async () => {
    const { sink, results } = await write([
      { source: 'content://a text', annotations: [] },
      {
        source: 'a.jpg',
        usage: 'TRAIN',
        annotations: [{ type: 'modelarts/image_classification', task: 'image_classification', name: 'cat' }],
      },
    ]);
    expect(results).toEqual(['skipped', 'written']);
    expect(sink.lossCounts).toEqual({ 'text-sample': 1, usage: 1, image_classification: 1 });
  });

  test('not without the files', async () => {
    await expect(write([], { images: 'reference' })).rejects.toThrow('they are to stay where they are');
  });

  test('names that lead elsewhere', async () => {
    const sink = new MemorySink({ images: 'copy' });
    const rows = [writeRow({ sample: file('a'), file: 'x', key: '../a' })];
    expect(await writeAll(formatCode, sink, rows)).toMatchObject([[{ rule: 'C003' }]]);
  });

  test('and read again: the same files', async () => {
    const name = fc.stringMatching(/^[a-z猫]{1,3}(\/[a-z.]{0,2}[a-z])?(\.[a-z+]{1,9})?$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 6 }), async (names) => {
        const before = await read(Object.fromEntries(names.map((one) => [one, 'x'])));
        const sink = new MemorySink({ images: 'copy' });
        await writeAll(
          formatCode,
          sink,
          before.records.map((record) => writeRow(record)),
        );
        const after = await read(Object.fromEntries([...sink.placed.keys()].map((one) => [one, 'x'])));
        expect(after.records).toEqual(before.records);
      }),
    );
  });
});

describe('as a data set', () => {
  test('to a manifest and back', async () => {
    const dir = scratch();
    const manifest = join(dir, 'files.manifest');
    await convert(fixture, manifest, { from: 'free-form', to: 'manifest' });
    const lines = readFileSync(manifest, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['sample-type'])).toEqual([
      9, 9, 9,
    ]);
    await convert(manifest, join(dir, 'out'), { to: 'free-form', images: 'copy' });
    expect(filesIn(join(dir, 'out'))).toEqual({
      'a.bin': 'hello\n',
      'a.csv': '1,2\n',
      'notes.txt': 'notes\n',
    });
  });

  test('other formats count what is no image', async () => {
    const dir = scratch();
    const result = await convert(fixture, join(dir, 'out'), { from: 'free-form', to: 'voc' });
    expect(result).toMatchObject({ read: 3, written: 0, skipped: 3 });
    expect(result.losses).toEqual({ 'file-sample': 1, 'text-sample': 1, 'table-sample': 1 });
    const coco = await convert(fixture, join(dir, 'out.json'), { from: 'free-form', to: 'coco' });
    expect(coco.losses).toEqual(result.losses);
  });

  test('files are not taken for images', async () => {
    expect(await validate(fixture, { from: 'free-form', checkFiles: true })).toMatchObject({
      samples: 3,
      rules: {},
    });
  });
});
