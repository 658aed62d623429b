import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormatCode, FormatValues, Look } from '../../../src/formats/contract.js';
import { formatCode as separate } from '../../../src/formats/text-classification/code.js';
import { textClassification } from '../../../src/formats/text-classification/format.js';
import { formatCode as combine } from '../../../src/formats/text-classification-combine/code.js';
import { textClassificationCombine } from '../../../src/formats/text-classification-combine/format.js';
import type { Sample } from '../../../src/model/index.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SourceInit,
  writeAll,
  writeRow,
} from '../harness.js';

type Files = ConstructorParameters<typeof MemorySource>[0];

const read = (code: FormatCode, files: Files, init: SourceInit = {}) =>
  readAllRecords(code, new MemorySource(files, init));
const shown = ({ source, annotations }: Sample) =>
  [source.slice('content://'.length), ...annotations.map(({ name }) => name)].join(' | ');

const labelled = (text: string, ...names: string[]): Sample => ({
  source: `content://${text}`,
  annotations: names.map((name) => ({
    type: 'modelarts/text_classification',
    task: 'text_classification',
    name,
  })),
});

async function write(code: FormatCode, samples: readonly Sample[], options: FormatValues = {}) {
  const sink = new MemorySink({ options });
  const rows = samples.map((sample) => writeRow({ sample, file: 'in.manifest' }));
  return { sink, results: await writeAll(code, sink, rows) };
}

describe('text and labels on one line', () => {
  test('a Tab and commas, in files of any folder', async () => {
    const { records, faults, diagnostics } = await read(combine, {
      'a.txt': '\ufeffgood, cheap\tpos,fast\r\nbad\tneg\r\n',
      'sub/b.csv': '"quoted, as it is"\tpos',
    });
    expect(faults).toEqual([]);
    expect(diagnostics).toEqual([]);
    expect(records.map(({ sample, file, line }) => [file, line, shown(sample)])).toEqual([
      ['in/a.txt', 1, 'good, cheap | pos | fast'],
      ['in/a.txt', 2, 'bad | neg'],
      ['in/sub/b.csv', 1, '"quoted, as it is" | pos'],
    ]);
    expect(records[1]?.sample).toEqual(labelled('bad', 'neg'));
  });

  test.each(['|', '\\|'])('the separator %j', async (separator) => {
    const { records } = await read(
      combine,
      { 'a.txt': 'x|a;b\n' },
      { options: { sampleLabelSeparator: separator, labelSeparator: ';' } },
    );
    expect(records.map(({ sample }) => shown(sample))).toEqual(['x | a | b']);
  });

  test.each<[FormatValues, RegExp]>([
    [{ sampleLabelSeparator: ',' }, /both separators/],
    [{ labelSeparator: '::' }, /one character, not "::"/],
    [{ labelSeparator: '' }, /one character, not ""/],
    [{ sampleLabelSeparator: '\n' }, /one character/],
  ])('refused: %j', async (options, message) => {
    await expect(read(combine, {}, { options })).rejects.toThrow(message);
    await expect(write(combine, [], options)).rejects.toThrow(message);
  });
});

describe('what is wrong is said with its place, and the run goes on', () => {
  const long = 'x'.repeat(100 * 1024 + 1);
  test.each<[string, FormatCode, Files, SourceInit, string[], string[], string[]]>([
    [
      'two separators',
      combine,
      { 'a.txt': 'a\tb\tc\n' },
      {},
      ['a\tb | c'],
      ['D033 warning in/a.txt:1 the line has several separators, and is cut at the last'],
      [],
    ],
    [
      'no separator',
      combine,
      { 'a.txt': 'a\n' },
      {},
      ['a'],
      ['D034 info in/a.txt:1 the line has no label'],
      [],
    ],
    [
      'nothing behind it',
      combine,
      { 'a.txt': 'a\t\n' },
      {},
      ['a'],
      ['D034 info in/a.txt:1 the line has no label'],
      [],
    ],
    [
      'no text',
      combine,
      { 'a.txt': '\tb\n \n\nx\ty\n' },
      {},
      ['x | y'],
      [
        'D031 warning in/a.txt:1 the line has no text',
        'D031 warning in/a.txt:2 the line has no text',
        'D031 warning in/a.txt:3 the line has no text',
      ],
      [],
    ],
    [
      'blanks around a label',
      combine,
      { 'a.txt': 'a\tb , c\n' },
      {},
      ['a | b | c'],
      [
        'D032 info in/a.txt:1 the label "b " has blanks around it',
        'D032 info in/a.txt:1 the label " c" has blanks around it',
      ],
      [],
    ],
    [
      'a label twice',
      combine,
      { 'a.txt': 'a\tb,b\n' },
      {},
      ['a | b'],
      ['D024 warning in/a.txt:1 the label "b" is there already'],
      [],
    ],
    [
      'another file',
      combine,
      { 'a.json': '{}', 'a.txt': 'a\tb' },
      {},
      ['a | b'],
      ['D010 warning in/a.json a.json is no text file'],
      [],
    ],
    ['a hidden file', combine, { '.a.txt': 'x\ty' }, {}, [], [], []],
    [
      'neither encoding',
      combine,
      { 'a.txt': Buffer.from('ok\tx\n\xff\xff\n', 'latin1'), 'b.txt': 'a\tb' },
      {},
      ['a | b'],
      [],
      ['D036 error in/a.txt:2 a.txt is neither UTF-8 nor GB18030'],
    ],
    [
      'a long line',
      combine,
      { 'a.txt': `${long}\tx` },
      {},
      [`${long} | x`],
      ['D037 warning in/a.txt:1 the line has 102403 bytes, more than 100 KB'],
      [],
    ],
    [
      'a long line, for an import',
      combine,
      { 'a.txt': `${long}\tx\na\tb` },
      { profile: 'modelarts-import' },
      ['a | b'],
      [],
      ['D037 error in/a.txt:1 the line has 102403 bytes, more than 100 KB'],
    ],
    [
      'an endless line',
      combine,
      { 'a.txt': `${'x'.repeat(3_000_000)}\na\tb` },
      {},
      ['a | b'],
      [],
      ['D037 error in/a.txt:1 the line has 3000000 bytes, more than 100 KB'],
    ],
    [
      'an unusual separator',
      combine,
      { 'a.txt': 'x-a' },
      { options: { sampleLabelSeparator: '-' } },
      ['x | a'],
      ['D004 warning in the platform takes no separator "-"'],
      [],
    ],
    [
      'an unusual separator, for an import',
      combine,
      { 'a.txt': 'x-a' },
      { options: { sampleLabelSeparator: '-' }, profile: 'modelarts-import' },
      ['x | a'],
      ['D004 error in the platform takes no separator "-"'],
      [],
    ],
    [
      'a letter between labels',
      combine,
      { 'a.txt': 'x\tax1' },
      { options: { labelSeparator: 'x' } },
      ['x | a | 1'],
      ['D006 warning in the separator "x" is part of words'],
      [],
    ],
    [
      'other line counts',
      separate,
      { 'a.txt': '1\n2\n3\n', 'a_result.txt': 'x\ny\n', 'b.txt': 'b' },
      {},
      ['b'],
      ['D013 info in 1 text file has no result file'],
      ['D030 error in/a_result.txt:3 a_result.txt has 2 lines, and a.txt has 3'],
    ],
    [
      'no text file',
      separate,
      { 'a_result.txt': 'x\n' },
      {},
      [],
      ['D014 warning in/a_result.txt there is no a.txt for a_result.txt'],
      [],
    ],
    [
      'no text file, strictly',
      separate,
      { 'a_result.txt': 'x\n' },
      { mode: 'strict' },
      [],
      ['D014 error in/a_result.txt there is no a.txt for a_result.txt'],
      [],
    ],
    [
      'an undecodable result',
      separate,
      { 'a.txt': 'a\n', 'a_result.txt': Buffer.from([0xff, 0x0a]), 'b.txt': 'b' },
      {},
      ['b'],
      ['D013 info in 1 text file has no result file'],
      ['D036 error in/a_result.txt:1 a_result.txt is neither UTF-8 nor GB18030'],
    ],
    [
      'no text on a labelled line',
      separate,
      { 'a.txt': 'a\n\nb\n', 'a_result.txt': 'x\ny\nz\n' },
      {},
      ['a | x', 'b | z'],
      ['D031 warning in/a.txt:2 the line has no text'],
      [],
    ],
    [
      'another extension',
      separate,
      { 'a.txt': 'a\n', 'a_result.csv': 'x\n' },
      {},
      ['a'],
      [
        'D014 warning in/a_result.csv there is no a.csv for a_result.csv',
        'D013 info in 1 text file has no result file',
      ],
      [],
    ],
  ])('%s', async (_, code, files, init, records, findings, faults) => {
    const found = await read(code, files, { chunkBytes: 64 * 1024, ...init });
    expect(found.records.map(({ sample }) => shown(sample))).toEqual(records);
    expect(brief(found.diagnostics)).toEqual(findings);
    expect(brief(found.faults.flatMap(({ diagnostics }) => diagnostics))).toEqual(faults);
  });
});

describe('labels in a file of their own', () => {
  test('belong to the text of the same line', async () => {
    const { records, faults, diagnostics } = await read(separate, {
      'a.txt': 'one\ttext\ntwo\nthree\n',
      'a_result.txt': 'x,y\n\nz',
      'b_result.txt': 'a text itself\n',
      'b_result_result.txt': 'w\n',
    });
    expect(faults).toEqual([]);
    expect(diagnostics).toEqual([]);
    expect(records.map(({ sample }) => shown(sample))).toEqual([
      'one\ttext | x | y',
      'two',
      'three | z',
      'a text itself | w',
    ]);
  });

  test('each file has its own encoding', async () => {
    const gbk = Buffer.from([0xcf, 0xf2, 0xc8, 0xd5, 0xbf, 0xfb, 0x0a]);
    const { records } = await read(separate, { 'a.txt': gbk, 'a_result.txt': '花\n' }, { chunkBytes: 1 });
    expect(records.map(({ sample }) => shown(sample))).toEqual(['向日葵 | 花']);
  });
});

test('chunks may end anywhere', async () => {
  const files = { 'a.txt': '\ufeff向日葵\t花\r\n\r\nb\tc' };
  const whole = await read(combine, files);
  for (let chunkBytes = 1; chunkBytes < 24; chunkBytes++)
    expect((await read(combine, files, { chunkBytes })).records).toEqual(whole.records);
});

describe('what is written', () => {
  const samples = [labelled('one', 'x', 'y'), labelled('two'), { ...labelled('three', 'x'), usage: 'TRAIN' }];

  test('on one line', async () => {
    const { sink, results } = await write(combine, samples);
    expect(results).toEqual(['written', 'written', 'written']);
    expect(sink.files).toEqual({ 'texts.txt': 'one\tx,y\ntwo\nthree\tx\n' });
    expect(sink.lossCounts).toEqual({ usage: 1 });
  });

  test('in two files', async () => {
    const { sink } = await write(separate, samples, { labelSeparator: '|' });
    expect(sink.files).toEqual({ 'texts.txt': 'one\ntwo\nthree\n', 'texts_result.txt': 'x|y\n\nx\n' });
  });

  test.each<[FormatCode, Sample]>([
    [combine, labelled('a\tb', 'x')],
    [combine, labelled('a', 'x,y')],
    [combine, labelled('a', 'x\ty')],
    [combine, labelled('a\nb', 'x')],
    [separate, labelled('a\r\nb', 'x')],
    [separate, labelled('a', 'x,y')],
    [separate, labelled('a', ' x')],
    [separate, labelled('a', '')],
    [separate, labelled(' ', 'x')],
    [combine, labelled('', 'x')],
  ])('not what would be read as something else', async (code, sample) => {
    const { results, sink } = await write(code, [sample, labelled('good', 'x')]);
    expect(results[0]).toEqual([expect.objectContaining({ rule: 'D035', severity: 'error' })]);
    expect(results[1]).toBe('written');
    expect(sink.losses).toEqual([]);
  });

  test('a replacement stands for separators and line breaks', async () => {
    const { sink } = await write(combine, [labelled('a\tb\r\nc', 'x,y')], { replaceWith: ' ' });
    expect(sink.files).toEqual({ 'texts.txt': 'a b c\tx y\n' });
    await expect(write(combine, [], { replaceWith: ',' })).rejects.toThrow(/cannot stand for/);
  });

  test('other samples are counted', async () => {
    const { results, sink } = await write(combine, [
      { source: '1.jpg', annotations: [] },
      { ...labelled('a'), annotations: [{ task: 'text_entity', name: 'PER' }] },
    ]);
    expect(results).toEqual(['skipped', 'written']);
    expect(sink.lossCounts).toEqual({ 'image-sample': 1, text_entity: 1 });
  });

  const text = fc.constantFrom('a', 'b, c', '向日葵', '  blanks ', '"', '0', "it's");
  const label = fc.constantFrom('x', 'y z', '猫', '1');
  const rows = fc.array(fc.tuple(text, fc.uniqueArray(label, { maxLength: 3 })), { maxLength: 10 });
  test.each<[string, FormatCode]>([
    ['combined', combine],
    ['separate', separate],
  ])('is read as it was, %s', async (_, code) => {
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        const given = list.map(([one, names]) => labelled(one, ...names));
        const { sink } = await write(code, given);
        expect(sink.losses).toEqual([]);
        const { records, faults } = await read(code, sink.files);
        expect(faults).toEqual([]);
        expect(records.map(({ sample }) => sample)).toEqual(given);
      }),
    );
  });
});

describe('is recognised', () => {
  const look = (files: Record<string, string>): Look => ({
    isFolder: true,
    name: 'x',
    head: '',
    names: Object.keys(files),
    headOf: (name) => files[name],
  });
  test.each<[string, Record<string, string>, string | undefined, string | undefined]>([
    ['two files', { 'a.txt': 'a\n', 'a_result.txt': 'x\n' }, 'sure', undefined],
    ['one file', { 'a.txt': 'a\tx\n' }, undefined, 'likely'],
    ['one file among others', { 'a.txt': 'a\tx\n', 'b.jpg': '' }, undefined, 'near'],
    ['no Tab', { 'a.txt': 'a\n' }, undefined, undefined],
    ['nothing', {}, undefined, undefined],
  ])('%s', (_, files, two, one) => {
    expect(textClassification.recognise(look(files))?.certainty).toBe(two);
    expect(textClassificationCombine.recognise(look(files))?.certainty).toBe(one);
  });
});
