import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Look } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/image-classification/code.js';
import { imageClassification } from '../../../src/formats/image-classification/format.js';
import { type Sample, StorageError } from '../../../src/model/index.js';
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

type Files = ConstructorParameters<typeof MemorySource>[0];

const read = (files: Files, init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource(files, init));
const namesOf = ({ annotations }: Sample) => annotations.map(({ name }) => name);

const labelled = (source: string, ...names: string[]): Sample => ({
  source,
  annotations: names.map((name) => ({
    type: 'modelarts/image_classification',
    task: 'image_classification',
    name,
  })),
});

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const rows = samples.map((sample) => writeRow({ sample, file: 'in.manifest' }));
  return { sink, results: await writeAll(formatCode, sink, rows) };
}

test('one label on each line of the file beside an image', async () => {
  const { records, faults, diagnostics } = await read({
    '1.jpg': 'x',
    '1.txt': '\ufeffCat\r\nDog,big\r\n\r\n  \r\n',
    'sub/a.b.PNG': 'x',
    'sub/a.b.txt': '向日葵',
    'empty.jpg': 'x',
    'empty.txt': '',
    'none.jpg': 'x',
    'gbk.jpg': 'x',
    'gbk.txt': Buffer.from([0xcf, 0xf2, 0xc8, 0xd5, 0xbf, 0xfb]),
  });
  expect(faults).toEqual([]);
  expect(records.map(({ sample, file, key }) => [sample.source, namesOf(sample), file, key])).toEqual([
    ['in/1.jpg', ['Cat', 'Dog,big'], 'in/1.txt', '1'],
    ['in/empty.jpg', [], 'in/empty.txt', 'empty'],
    ['in/gbk.jpg', ['向日葵'], 'in/gbk.txt', 'gbk'],
    ['in/none.jpg', [], 'in/none.jpg', 'none'],
    ['in/sub/a.b.PNG', ['向日葵'], 'in/sub/a.b.txt', 'sub/a.b'],
  ]);
  expect(brief(diagnostics)).toEqual(['D013 info in 1 image has no label file']);
});

test('folders are labels of images without a file when that is said', async () => {
  const { records } = await read(
    { 'Cat/1.jpg': 'x', 'Cat/2.jpg': 'x', 'Cat/2.txt': 'Dog', '3.jpg': 'x' },
    { options: { fallbackToDir: true } },
  );
  expect(records.map(({ sample }) => namesOf(sample))).toEqual([[], ['Cat'], ['Dog']]);
});

describe('what is wrong is said with its place, and the run goes on', () => {
  const good = { 'good.jpg': 'x', 'good.txt': 'Cat' };
  const broken = new StorageError('AccessDenied', 'cannot read 1.txt');
  test.each<[string, Files, SourceInit, string[], string[]]>([
    [
      'a repeated label',
      { '1.jpg': 'x', '1.txt': 'Cat\nDog\nCat\n' },
      {},
      ['D024 warning in/1.txt:3 the label "Cat" is there already'],
      [],
    ],
    [
      'other letter case',
      { 'A.jpg': 'x', 'a.txt': 'Cat' },
      {},
      ['D011 warning in/A.jpg A.jpg and a.txt differ in letter case'],
      [],
    ],
    [
      'two images of a file',
      { '1.jpg': 'x', '1.png': 'x', '1.txt': 'Cat' },
      {},
      [],
      [
        'D012 error in/1.jpg 1.txt may be of 1.jpg or of 1.png',
        'D012 error in/1.png 1.txt may be of 1.png or of 1.jpg',
      ],
    ],
    ['no image', { '1.txt': 'Cat' }, {}, ['D014 warning in/1.txt there is no image for 1.txt'], []],
    [
      'no image, strictly',
      { 'classes.txt': 'Cat' },
      { mode: 'strict' },
      ['D014 error in/classes.txt there is no image for classes.txt'],
      [],
    ],
    [
      'a name with both extensions',
      { '1.jpg': 'x', '1.jpg.txt': 'Cat' },
      {},
      ['D014 warning in/1.jpg.txt there is no image for 1.jpg.txt', 'D013 info in 1 image has no label file'],
      [],
    ],
    [
      'no text',
      { '1.jpg': 'x', '1.txt': Buffer.from([0xff, 0xfe, 0xff]) },
      {},
      [],
      ['D025 error in/1.txt 1.txt is neither UTF-8 nor GB18030'],
    ],
    [
      'UTF-16',
      { '1.jpg': 'x', '1.txt': Buffer.from('\ufeffCat', 'utf16le') },
      {},
      [],
      ['D025 error in/1.txt 1.txt has zero bytes, as UTF-16 has'],
    ],
    [
      'a file that cannot be read',
      { '1.jpg': 'x', '1.txt': broken },
      {},
      [],
      ['D053 error in/1.txt cannot read 1.txt'],
    ],
    ['an empty image', { '1.jpg': '', '1.txt': 'Cat' }, {}, ['D015 warning in/1.jpg 1.jpg has no bytes'], []],
    [
      'an empty image, strictly',
      { '1.jpg': '', '1.txt': 'Cat' },
      { mode: 'strict' },
      [],
      ['D015 error in/1.jpg 1.jpg has no bytes'],
    ],
    ['another file', { '1.xml': '<x/>' }, {}, ['D010 warning in/1.xml 1.xml is no image'], []],
    [
      'hidden files',
      { '.1.jpg': 'x', '.1.txt': 'x' },
      {},
      ['D010 info in 2 hidden or system files are passed over'],
      [],
    ],
    [
      'a Tab in a name',
      { '1\t.jpg': 'x' },
      {},
      [],
      ['D020 error in/1\t.jpg the name "1\\t.jpg" has a line break or a Tab'],
    ],
    [
      'a decomposed name',
      { 'e\u0301.jpg': 'x', 'e\u0301.txt': 'Cat' },
      {},
      ['D017 info in/e\u0301.jpg the name e\u0301.jpg is not in normal form C'],
      [],
    ],
  ])('%s', async (_, files, init, findings, faults) => {
    const found = await read({ ...good, ...files }, init);
    expect(brief(found.diagnostics)).toEqual(findings);
    expect(brief(found.faults.flatMap(({ diagnostics }) => diagnostics))).toEqual(faults);
    expect(found.records.map(({ key }) => key)).toContain('good');
  });
});

test('labels in their order, images beside them', async () => {
  const { sink, results } = await write([
    labelled('a/1.jpg', 'Dog', 'Cat', 'Dog'),
    { ...labelled('a/2.JPG'), usage: 'TEST' },
  ]);
  expect(results).toEqual(['written', 'written']);
  expect(sink.files).toEqual({ '1.txt': 'Dog\nCat\n' });
  expect([...sink.placed]).toEqual([
    ['1.jpg', 'a/1.jpg'],
    ['2.JPG', 'a/2.JPG'],
  ]);
  expect(sink.lossCounts).toEqual({ usage: 1 });
});

test('without the images unlabelled ones cannot be named', async () => {
  const { sink, results } = await write([labelled('1.jpg', 'Cat'), labelled('2.jpg')], {
    images: 'reference',
  });
  expect(results).toEqual(['written', 'skipped']);
  expect(sink.lossCounts).toEqual({ 'unlabelled-image': 1 });
  expect(brief(sink.reported)).toEqual([
    'D014 warning out the label files are written without the images that they belong to',
  ]);
});

test('equal names are refused, or numbered', async () => {
  const both = [labelled('a/1.jpg', 'Cat'), labelled('b/1.png', 'Dog')];
  expect((await write(both)).results).toEqual(['written', [expect.objectContaining({ rule: 'C002' })]]);
  expect((await write(both, { renameClashes: true })).sink.files).toEqual({
    '1.txt': 'Cat\n',
    '1-2.txt': 'Dog\n',
  });
});

test.each(['a\nb', 'a\r', '', '  '])('the label %j cannot stand on a line', async (label) => {
  const { results, sink } = await write([labelled('1.jpg', label)]);
  expect(results).toEqual([[expect.objectContaining({ rule: 'D035', pointer: '/annotation/0/name' })]]);
  expect(sink.files).toEqual({});
});

test('what is written is read as it was', async () => {
  const label = fc.constantFrom('Cat', 'Dog,big', '猫', ' a ', '0 0.5', '\ufeff');
  const samples = fc.array(fc.uniqueArray(label, { maxLength: 3 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(samples, async (list) => {
      const given = list.map((names, index) =>
        labelled(`in/${index}.jpg`, ...names.filter((name) => name.trim() !== '')),
      );
      const { sink } = await write(given);
      expect(sink.losses).toEqual([]);
      const images = Object.fromEntries([...sink.placed.keys()].map((name) => [name, 'x']));
      const { records, faults } = await read({ ...images, ...sink.files });
      expect(faults).toEqual([]);
      expect(records.map(({ sample }) => sample)).toEqual(given);
    }),
  );
});

describe('is recognised', () => {
  const look = (files: Record<string, string>): Look => ({
    isFolder: true,
    name: 'x',
    head: '',
    names: Object.keys(files),
    headOf: (name) => files[name],
  });
  test.each<[string, Record<string, string>, boolean]>([
    ['labels beside images', { '1.jpg': '', '1.txt': 'Cat\n' }, true],
    ['boxes beside images', { '1.jpg': '', '1.txt': '0 0.5 0.5 1 1\n' }, false],
    ['no label of an image', { '1.jpg': '', 'notes.txt': 'Cat\n' }, false],
    ['images alone', { '1.jpg': '' }, false],
  ])('%s', (_, files, is) => {
    expect(imageClassification.recognise(look(files)) !== undefined).toBe(is);
  });
});
