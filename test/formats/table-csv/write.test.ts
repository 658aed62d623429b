import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../src/dataset-io/convert.js';
import { csvCell } from '../../../src/formats/shared/csv.js';
import { formatCode } from '../../../src/formats/table-csv/code.js';
import type { Sample } from '../../../src/model/index.js';
import { filesIn, scratch } from '../../support/scratch.js';
import {
  brief,
  MemorySink,
  MemorySource,
  readAllRecords,
  type SinkInit,
  writeAll,
  writeRow,
} from '../harness.js';

const fixture = join(import.meta.dirname, '../../fixtures/table-csv');

const table = (source: string, schema: Record<string, string> = { a: 'STRING', b: 'INT' }): Sample => ({
  source,
  sourceType: 'csv',
  sampleType: 4,
  property: { '@modelarts:schema': schema },
  annotations: [],
});

async function write(samples: readonly Sample[], init: SinkInit = {}) {
  const sink = new MemorySink({ images: 'copy', ...init });
  const rows = samples.map((sample) => writeRow({ sample, file: 'in.manifest' }));
  return { sink, results: await writeAll(formatCode, sink, rows) };
}

async function rewritten(text: string, options: NonNullable<SinkInit['options']>) {
  const { sink, results } = await write([table('a.csv')], { contents: { 'a.csv': text }, options });
  expect(results).toEqual(['written']);
  return { text: sink.files['a.csv'], findings: brief(sink.reported) };
}

describe('cells written anew', () => {
  test.each<[string, string, NonNullable<SinkInit['options']>, string, string[]]>([
    ['quotes where needed', '"a","b"\r\n"x, y",1\n', { csvQuoting: 'minimal' }, 'a,b\n"x, y",1\n', []],
    ['quotes everywhere', 'a,b\nx,1\n,\n', { csvQuoting: 'all' }, '"a","b"\n"x","1"\n"",\n', []],
    ['empty texts and no values', 'a,b\n,\n', { csvQuoting: 'minimal' }, 'a,b\n"",\n', []],
    ['empty as null', 'a,b\n"",""\n', { emptyAsNull: true }, 'a,b\n,\n', []],
    [
      'EC-223: guarded, negative numbers too; what looks guarded stays and is reported',
      'a,b\n=1+1,-5\n\t=1,@x\n',
      { formulaGuard: true },
      'a,b\n"\t=1+1","\t-5"\n"\t=1","\t@x"\n',
      ['T009 warning a.csv:3:1 the cell "\\t=1" looks guarded already, and stays as it is'],
    ],
    [
      'EC-223: the guard undone',
      'a,b\n"\t=1+1",\t-5\n\tx,\t\t=\n',
      { undoFormulaGuard: true },
      'a,b\n=1+1,-5\n"\tx","\t\t="\n',
      [],
    ],
    ['headers are no cells', '=a,-b\n=c,1\n', { formulaGuard: true }, '=a,-b\n"\t=c",1\n', []],
    ['without a header', '=a,1\n', { formulaGuard: true, noHeader: true }, '"\t=a",1\n', []],
    ['cells of two lines', 'a,b\n"x\ny",1\n', { csvQuoting: 'minimal' }, 'a,b\n"x\ny",1\n', []],
    ['no rows', '', { csvQuoting: 'all' }, '', []],
  ])('%s', async (_, text, options, expected, findings) => {
    expect(await rewritten(text, options)).toEqual({ text: expected, findings });
  });

  test('and guarded: undone they are what they were', async () => {
    const cell = fc.oneof(
      fc.constantFrom('=1', '-5', '@', '+', 'x', '', '"', 'a,b', ' y', 'z\n'),
      fc.string(),
    );
    const plain = cell.filter((text) => !/^\t[=+\-@]/.test(text) && !/[\0\r\ufeff\ufffd]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(plain, plain), { maxLength: 5 }), async (rows) => {
        const text = `a,b\n${rows.map((row) => `${row.map((one) => csvCell(one)).join(',')}\n`).join('')}`;
        const guarded = await rewritten(text, { formulaGuard: true });
        const again = await rewritten(guarded.text!, { undoFormulaGuard: true });
        const same = await rewritten(text, { csvQuoting: 'minimal' });
        expect(again.text).toBe(same.text);
      }),
    );
  });
});

describe('what is written', () => {
  test('files as they are, each under its name', async () => {
    const { sink, results } = await write([table('x/a.csv'), table('y/a.csv'), table('y/b.CSV')], {
      renameClashes: true,
    });
    expect(results).toEqual(['written', 'written', 'written']);
    expect(Object.fromEntries(sink.placed)).toEqual({
      'a.csv': 'x/a.csv',
      'a-2.csv': 'y/a.csv',
      'b.csv': 'y/b.CSV',
    });
    expect(sink.lossCounts).toEqual({});
  });

  test('a schema that cannot be found again is lost, and counted; so is all else', async () => {
    const { sink } = await write([
      table('a.csv', { a: 'STRING', b: 'SHORT' }),
      { ...table('b.csv', { a: 'STRING', b: 'INT' }), usage: 'TRAIN' },
    ]);
    expect(sink.lossCounts).toEqual({ 'sample-property': 1, usage: 1 });
  });

  test.each<[string, Sample, string]>([
    ['an image', { source: 'a.jpg', annotations: [] }, 'image-sample'],
    ['a text', { source: 'content://a', annotations: [] }, 'text-sample'],
    ['CarbonData', { ...table('a.carbondata'), sourceType: 'carbondata' }, 'table-sample'],
  ])('%s is left out', async (_, sample, feature) => {
    const { sink, results } = await write([sample]);
    expect(results).toEqual(['skipped']);
    expect(sink.lossCounts).toEqual({ [feature]: 1 });
  });

  test.each<[string, string, RegExp]>([
    ['columns of another table', 'b.csv', /^T005 .* the columns are c, and those of a\.csv a, b$/],
    ['a name that is taken', 'x/a.csv', /^C002 /],
  ])('%s', async (_, source, expected) => {
    const second = table(source, source === 'b.csv' ? { c: 'INT' } : undefined);
    const { results } = await write([table('a.csv'), second]);
    expect(brief(results[1] as never).join()).toMatch(expected);
  });

  test.each<[string, string | undefined, RegExp]>([
    ['a quote that is not closed', 'a,b\n1,2\nx,"1\n', /^T004 error a\.csv:3:3 /],
    ['bytes that are no text', 'a,b\n\0,1\n', /^T008 error a\.csv:2:1 /],
    ['a file that is not there', undefined, /^D053 /],
  ])('%s: nothing of the file is written', async (_, text, expected) => {
    const contents: Record<string, string> = text === undefined ? {} : { 'a.csv': text };
    const { sink, results } = await write([table('a.csv')], { contents, options: { csvQuoting: 'all' } });
    expect(brief(results[0] as never).join()).toMatch(expected);
    expect(sink.files).toEqual({});
  });

  test.each<[string, SinkInit]>([
    ['files that stay', { images: 'reference' }],
    ['links to changed files', { images: 'link', options: { csvQuoting: 'all' } }],
    ['a guard and none', { options: { formulaGuard: true, undoFormulaGuard: true } }],
  ])('%s are refused', async (_, init) => {
    await expect(write([], init)).rejects.toMatchObject({ code: 'BadOption' });
  });
});

test('cells are looked at without the guard', async () => {
  const source = new MemorySource({ 'a.csv': 'a\n\t-5\n' }, { options: { undoFormulaGuard: true } });
  const { records } = await readAllRecords(formatCode, source);
  expect(records[0]?.sample.property).toEqual({ '@modelarts:schema': { a: 'INT' } });
});

test('a folder of tables, copied, guarded and back', async () => {
  const dir = scratch();
  const out = (name: string) => join(dir, name);
  const options = { from: 'table-csv', to: 'table-csv', images: 'copy' } as const;
  const copy = await convert(fixture, out('copy'), options);
  expect(copy).toMatchObject({ read: 2, written: 2, losses: {} });
  expect(filesIn(out('copy'))).toEqual(filesIn(fixture));
  await convert(fixture, out('safe'), { ...options, toOptions: { 'formula-guard': true } });
  expect(readFileSync(join(out('safe'), 'a.csv'), 'utf8')).toBe(
    'id,name,balance\n1,Ann,"\t-5"\n2,"O""Neil, B",2.5\n',
  );
  const undo = { 'undo-formula-guard': true };
  await convert(out('safe'), out('back'), {
    ...options,
    fromOptions: undo,
    toOptions: { ...undo, emptyAsNull: true },
  });
  expect(filesIn(out('back'))).toEqual(filesIn(fixture));
});
