import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode as audioCode } from '../../../src/formats/audio-classification/code.js';
import { audioClassification } from '../../../src/formats/audio-classification/format.js';
import type { Look } from '../../../src/formats/contract.js';
import { formatCode } from '../../../src/formats/imagenet/code.js';
import { imagenet } from '../../../src/formats/imagenet/format.js';
import type { Sample } from '../../../src/model/index.js';
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
  const results = await writeAll(
    formatCode,
    sink,
    samples.map((sample) => writeRow({ sample, file: 'in.manifest' })),
  );
  return { sink, results, placed: Object.fromEntries(sink.placed) };
}

test('the label is the last folder; files in the root have none', async () => {
  const { records, faults, diagnostics } = await read({
    'Cat/1.jpg': 'x',
    'animals/Dog/2.JPG': 'x',
    'a.b.png': 'x',
    '猫/3.webp': 'x',
  });
  expect(faults).toEqual([]);
  expect(
    records.map(({ sample, key }) => [sample.source, sample.annotations.map(({ name }) => name), key]),
  ).toEqual([
    ['in/Cat/1.jpg', ['Cat'], 'Cat/1'],
    ['in/a.b.png', [], 'a.b'],
    ['in/animals/Dog/2.JPG', ['Dog'], 'animals/Dog/2'],
    ['in/猫/3.webp', ['猫'], '猫/3'],
  ]);
  expect(records[0]?.sample).toEqual(labelled('in/Cat/1.jpg', 'Cat'));
  expect(brief(diagnostics)).toEqual(['D021 warning in/a.b.png a.b.png is in no folder of a label']);
});

test('the root is a label when it is said to be', async () => {
  const { records, diagnostics } = await read(
    { '1.jpg': 'x' },
    { path: 'pets/Cat/', options: { rootAsLabel: true } },
  );
  expect(records[0]?.sample.annotations[0]?.name).toBe('Cat');
  expect(diagnostics).toEqual([]);
});

describe('what is wrong is said, and the run goes on', () => {
  const good = { 'Good/1.jpg': 'x' };
  const big = Buffer.alloc(25 * 1024 * 1024 + 1);
  test.each<[string, Files, SourceInit, string[], string[]]>([
    ['a text', { 'Cat/notes.txt': 'x' }, {}, ['D010 warning in/Cat/notes.txt Cat/notes.txt is no image'], []],
    ['no extension', { 'Cat/1': 'x' }, {}, ['D010 warning in/Cat/1 Cat/1 is no image'], []],
    [
      'system files',
      { '.DS_Store': 'x', '__MACOSX/._1.jpg': 'x', 'Cat/Thumbs.db': 'x', 'Cat/._1.jpg': 'x' },
      {},
      ['D010 info in 4 hidden or system files are passed over'],
      [],
    ],
    ['an empty image', { 'Cat/1.jpg': '' }, {}, ['D015 warning in/Cat/1.jpg Cat/1.jpg has no bytes'], []],
    [
      'an empty image, strictly',
      { 'Cat/1.jpg': '' },
      { mode: 'strict' },
      [],
      ['D015 error in/Cat/1.jpg Cat/1.jpg has no bytes'],
    ],
    [
      'a line break in a name',
      { 'C\nt/1.jpg': 'x' },
      {},
      [],
      ['D020 error in/C\nt/1.jpg the name "C\\nt/1.jpg" has a line break or a Tab'],
    ],
    [
      'a decomposed name',
      { 'cafe\u0301/1.jpg': 'x' },
      {},
      ['D017 info in/cafe\u0301/1.jpg the name cafe\u0301/1.jpg is not in normal form C'],
      [],
    ],
    ['a large image', { 'Cat/1.jpg': big }, {}, [], []],
    [
      'a large image, for an import',
      { 'Cat/1.jpg': big },
      { profile: 'modelarts-import' },
      [],
      ['D016 error in/Cat/1.jpg Cat/1.jpg has 26214401 bytes, more than 25 MB'],
    ],
    [
      'an image that an import does not take',
      { 'Cat/1.webp': 'x' },
      { profile: 'modelarts-import' },
      ['D010 warning in/Cat/1.webp Cat/1.webp is no image'],
      [],
    ],
  ])('%s', async (_, files, init, findings, faults) => {
    const found = await read({ ...good, ...files }, init);
    expect(brief(found.diagnostics)).toEqual(findings);
    expect(brief(found.faults.flatMap(({ diagnostics }) => diagnostics))).toEqual(faults);
    expect(found.records.map(({ key }) => key)).toContain('Good/1');
  });
});

test('an empty folder has no samples', async () => {
  expect(await read({})).toMatchObject({ records: [], faults: [], diagnostics: [] });
});

test('each image comes into the folder of its label, the later of two names with a number', async () => {
  const { results, placed, sink } = await write([
    labelled('a/1.jpg', 'Cat'),
    labelled('b/1.jpg', 'Cat'),
    labelled('b/1.png', 'Dog'),
    labelled('C:\\pets\\2.JPG'),
    { ...labelled('3.jpg', 'Dog', 'Dog'), usage: 'TRAIN', id: '3' },
  ]);
  expect(results).toEqual(['written', 'written', 'written', 'written', 'written']);
  expect(placed).toEqual({
    'Cat/1.jpg': 'a/1.jpg',
    'Cat/1-2.jpg': 'b/1.jpg',
    'Dog/1.png': 'b/1.png',
    '2.JPG': 'C:\\pets\\2.JPG',
    'Dog/3.jpg': '3.jpg',
  });
  expect(sink.lossCounts).toEqual({ usage: 1, 'sample-id': 1 });
});

describe('several labels', () => {
  const sample = labelled('1.jpg', 'Cat', 'Dog', 'Cow');
  test.each<[string | undefined, string[], Record<string, number>, unknown]>([
    ['first', ['Cat/1.jpg'], { image_classification: 2 }, 'written'],
    ['skip', [], { image_classification: 3 }, 'skipped'],
    ['copy', ['Cat/1.jpg', 'Dog/1.jpg', 'Cow/1.jpg'], {}, 'written'],
    [undefined, [], {}, [expect.objectContaining({ rule: 'D022', severity: 'error', source: '1.jpg' })]],
  ])('%s', async (onMultiLabel, names, losses, result) => {
    const { placed, sink, results } = await write([sample], { options: { onMultiLabel } });
    expect(Object.keys(placed)).toEqual(names);
    expect(sink.lossCounts).toEqual(losses);
    expect(results).toEqual([result]);
  });
});

describe('labels that are no names of folders', () => {
  test.each(['a/b', '..', '', '.', 'a\\b', 'a\nb', '/x', 'CON'])('%j', async (label) => {
    const { results, placed } = await write([labelled('1.jpg', label)]);
    expect(results).toEqual([[expect.objectContaining({ rule: 'D023', severity: 'error' })]]);
    expect(placed).toEqual({});
  });
});

test('other samples and tasks are counted', async () => {
  const { results, sink } = await write([
    { source: 'content://hello', annotations: [] },
    { source: 'a.wav', annotations: [] },
    { source: '1.jpg', annotations: [{ task: 'object_detection', loc: '1.xml' }] },
  ]);
  expect(results).toEqual(['skipped', 'skipped', 'written']);
  expect(sink.lossCounts).toEqual({ 'text-sample': 1, 'audio-sample': 1, object_detection: 1 });
});

test('without images there is nothing to write', async () => {
  await expect(write([], { images: 'reference' })).rejects.toThrow(/nothing but its files/);
});

test('what is written is read as it was', async () => {
  const label = fc.constantFrom('Cat', 'Dog', '猫', "it's", 'a b', 'Cat.v2');
  const samples = fc.array(fc.tuple(fc.constantFrom('1', 'a.b', '图'), fc.option(label)), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(samples, async (list) => {
      const given = list.map(([stem, name], index) =>
        labelled(`s${index}/${stem}.jpg`, ...(name === null ? [] : [name])),
      );
      const { sink, placed } = await write(given);
      expect(sink.losses).toEqual([]);
      const { records } = await read(Object.fromEntries(Object.keys(placed).map((name) => [name, 'x'])));
      const meaning = (samples: readonly Sample[], sourceOf: (sample: Sample) => string | undefined) =>
        samples
          .map((sample) => `${sourceOf(sample)} ${sample.annotations.map(({ name }) => name).join()}`)
          .sort();
      expect(
        meaning(
          records.map(({ sample }) => sample),
          ({ source }) => placed[source.slice('in/'.length)],
        ),
      ).toEqual(meaning(given, ({ source }) => source));
    }),
  );
});

test('recordings in folders are the same with sounds', async () => {
  const { records, diagnostics } = await readAllRecords(
    audioCode,
    new MemorySource({ 'bark/1.WAV': 'x', 'bark/2.jpg': 'x' }),
  );
  expect(records[0]?.sample).toEqual({
    source: 'in/bark/1.WAV',
    annotations: [{ type: 'modelarts/audio_classification', task: 'audio_classification', name: 'bark' }],
  });
  expect(brief(diagnostics)).toEqual(['D010 warning in/bark/2.jpg bark/2.jpg is no recording']);
  const sink = new MemorySink({ images: 'link' });
  const rows = [
    ...records.map((record) => writeRow(record)),
    writeRow({ sample: labelled('1.jpg', 'x'), file: 'm' }),
  ];
  expect(await writeAll(audioCode, sink, rows)).toEqual(['written', 'skipped']);
  expect([...sink.placed.keys()]).toEqual(['bark/1.WAV']);
  expect(sink.lossCounts).toEqual({ 'image-sample': 1 });
});

describe('is recognised', () => {
  const look = (...names: string[]): Look => ({
    isFolder: true,
    name: 'x',
    head: '',
    names,
    headOf: () => undefined,
  });
  test.each<[string, string[], boolean, boolean]>([
    ['folders of images', ['Cat/1.jpg', 'Dog/2.png', 'README.md', '.DS_Store'], true, false],
    ['folders of sounds', ['bark/1.wav'], false, true],
    ['label files too', ['Cat/1.jpg', 'Cat/1.txt'], false, false],
    ['images in the root', ['1.jpg'], false, false],
    ['a folder called images', ['images/1.jpg'], false, false],
    ['nothing', [], false, false],
  ])('%s', (_, names, images, sounds) => {
    expect(imagenet.recognise(look(...names)) !== undefined).toBe(images);
    expect(audioClassification.recognise(look(...names)) !== undefined).toBe(sounds);
  });
});
