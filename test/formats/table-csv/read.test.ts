import { describe, expect, test } from 'vitest';
import { formatCode } from '../../../src/formats/table-csv/code.js';
import { tableCsv } from '../../../src/formats/table-csv/format.js';
import { type ColumnType, fits, TypeGuess } from '../../../src/formats/table-csv/types.js';
import { LabelkitError } from '../../../src/model/index.js';
import { brief, MemorySource, readAllRecords, type SourceInit } from '../harness.js';

const read = (files: Record<string, string>, init: SourceInit = {}) =>
  readAllRecords(formatCode, new MemorySource(files, init));

async function schemaOf(files: Record<string, string>, init: SourceInit = {}): Promise<unknown> {
  const { records } = await read(files, init);
  return records[0]?.sample.property?.['@modelarts:schema'];
}

describe('values of types', () => {
  test.each<[ColumnType, string[], string[]]>([
    ['STRING', ['', 'a', '1'], []],
    ['BYTE', ['', '-128', '127', '+1'], ['128', '-129', '1.0', 'x', ' 1']],
    ['SHORT', ['-32768', '32767'], ['32768', '40000', '0x10']],
    ['INT', ['-2147483648', '2147483647'], ['2147483648']],
    ['LONG', ['9223372036854775807', '-9223372036854775808'], ['9223372036854775808', '1e3']],
    ['FLOAT', ['1.5', '-1e30', '.5'], ['1e39', 'NaN', 'Infinity', '1,5', ' 1']],
    ['DOUBLE', ['1.5', '1e300'], ['1e400', 'NaN', '0x1']],
    [
      'DATE',
      ['2024-02-29', '1999-12-31'],
      ['2024-02-30', '2023-02-29', '2024-13-01', '2024-00-10', '2024-1-1', '20240101'],
    ],
    [
      'TIMESTAMP',
      ['2024-02-29 23:59:59'],
      ['2024-02-29', '2024-02-29 24:00:00', '2024-02-29T23:59:59', '2024-02-30 00:00:00'],
    ],
    ['BOOLEAN', ['TRUE', 'false', 'True'], ['yes', '1']],
  ])('%s', (type, good, bad) => {
    expect(good.filter((cell) => !fits(cell, type))).toEqual([]);
    expect(bad.filter((cell) => fits(cell, type))).toEqual([]);
  });
});

test.each<[string[], ColumnType]>([
  [['1', '', '-2'], 'INT'],
  [['1', '3000000000'], 'LONG'],
  [['1', '9223372036854775808'], 'DOUBLE'],
  [['1', '2.5'], 'DOUBLE'],
  [['007', '8'], 'STRING'],
  [['0', '0.5'], 'DOUBLE'],
  [['true', 'FALSE'], 'BOOLEAN'],
  [['true', '1'], 'STRING'],
  [['2024-01-31'], 'DATE'],
  [['0024-01-31'], 'DATE'],
  [['2024-01-31 10:00:00'], 'TIMESTAMP'],
  [['2024-01-31', '2024-01-31 10:00:00'], 'STRING'],
  [['', ''], 'STRING'],
  [[], 'STRING'],
])('%j is %s', (cells, type) => {
  const guess = new TypeGuess();
  for (const cell of cells) guess.add(cell);
  expect(guess.type).toBe(type);
});

describe('folders', () => {
  test('a sample for each file, with the schema of all', async () => {
    const { records, diagnostics, faults } = await read(
      {
        'a.csv': 'id,name\n1,x\n2,"y\nz"\n',
        'sub/b.csv': '\ufeffid,name\r\n3000000000,w\r\n',
        '.c.csv': 'x',
        'd.txt': 'x',
      },
      { chunkBytes: 4 },
    );
    expect(faults).toEqual([]);
    expect(brief(diagnostics)).toEqual(['D010 warning in/d.txt d.txt is no CSV file']);
    expect(records).toEqual(
      [
        ['a.csv', 'a'],
        ['sub/b.csv', 'sub/b'],
      ].map(([name, key]) => ({
        key,
        file: `in/${name}`,
        sample: {
          source: `in/${name}`,
          sourceType: 'csv',
          sampleType: 4,
          annotations: [],
          property: { '@modelarts:schema': { id: 'LONG', name: 'STRING' } },
        },
      })),
    );
  });

  test('no header', async () => {
    expect(await schemaOf({ 'a.csv': '1,x\n2,y\n' }, { options: { noHeader: true } })).toEqual({
      column_1: 'INT',
      column_2: 'STRING',
    });
  });

  test('a schema that is given', async () => {
    const options = { schema: ['id=short', 'name=Text'] };
    const { records, diagnostics } = await read({ 'a.csv': 'id,label\n40000,x\n' }, { options });
    expect(records[0]?.sample.property).toEqual({ '@modelarts:schema': { id: 'SHORT', name: 'STRING' } });
    expect(brief(diagnostics)).toEqual([
      'T006 warning in the type of "name" is "Text", and STRING is taken',
      'T001 warning in/a.csv:1:4 column 2 is "label", and in the schema "name"',
      'T003 warning in/a.csv:2:1 id is "40000", not a SHORT',
    ]);
    const error = await read({}, { options: { schema: ['id'] } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabelkitError);
  });

  test('a column called __proto__', async () => {
    expect(JSON.stringify(await schemaOf({ 'a.csv': '__proto__,a\n1,2\n' }))).toBe(
      '{"__proto__":"INT","a":"INT"}',
    );
  });
});

describe('bad tables: the finding, and the run goes on', () => {
  const first = 'a,b\n1,2\n';
  test.each<[string, string, string, number]>([
    [
      'a cell too many',
      'a,b\n1,2,3\n',
      'T002 warning in/f2.csv:2:5 the row has 3 columns, not 2, and is ignored',
      2,
    ],
    [
      'a cell too few',
      'a,b\n1\n',
      'T002 warning in/f2.csv:2:2 the row has 1 columns, not 2, and is ignored',
      2,
    ],
    [
      'a row cut short',
      'a,b\n1,2\n3',
      'T002 warning in/f2.csv:3:2 the row has 1 columns, not 2, and is ignored',
      2,
    ],
    [
      'a decimal comma',
      'a,b\n1,5,2\n',
      'T002 warning in/f2.csv:2:5 the row has 3 columns, not 2, and is ignored',
      2,
    ],
    [
      'after a cell of two lines',
      'a,b\n"1\n1",2\n1,2,3\n',
      'T002 warning in/f2.csv:4:5 the row has 3 columns, not 2, and is ignored',
      2,
    ],
    [
      'a quote that is not closed',
      'a,b\n1,"2\n',
      'T004 error in/f2.csv:2:3 a quote is opened here and never closed; nothing after it is read',
      1,
    ],
    [
      'a quote in the header',
      '"a,b\n1,2\n',
      'T004 error in/f2.csv:1:1 a quote is opened here and never closed; nothing after it is read',
      1,
    ],
    [
      'more columns',
      'a,b,c\n1,2,3\n',
      'T005 error in/f2.csv:1:1 the file has 3 columns, and f1.csv has 2',
      1,
    ],
    ['fewer columns', 'a\n1\n', 'T005 error in/f2.csv:1:1 the file has 1 columns, and f1.csv has 2', 1],
    ['another header', 'a,c\n1,2\n', 'T005 error in/f2.csv:1:3 column 2 is "c", and in f1.csv "b"', 1],
    ['another order', 'b,a\n1,2\n', 'T005 error in/f2.csv:1:1 column 1 is "b", and in f1.csv "a"', 1],
    [
      'another separator',
      'a;b\n1;2\n',
      'T005 error in/f2.csv:1:1 the file has 1 columns, and f1.csv has 2',
      1,
    ],
    ['a name twice', 'a,a\n1,2\n', 'T007 error in/f2.csv:1:3 two columns are called "a"', 1],
    ['no header', '1,2\n', 'T005 error in/f2.csv:1:1 column 1 is "1", and in f1.csv "a"', 1],
    [
      'zeros for bytes',
      'a,b\n\0\0\n',
      'T008 error in/f2.csv:2:1 the row has a NUL byte: the file is UTF-16, or damaged',
      1,
    ],
  ])('%s', async (_, text, expected, samples) => {
    const { records, diagnostics, faults } = await read(
      { 'f1.csv': first, 'f2.csv': text },
      { chunkBytes: 3 },
    );
    expect(brief([...faults.flatMap((fault) => fault.diagnostics), ...diagnostics])).toEqual([expected]);
    expect(records).toHaveLength(samples);
  });

  test('an empty file', async () => {
    const { records, faults, diagnostics } = await read({ 'a.csv': '' });
    expect([records.length, faults]).toEqual([1, []]);
    expect(brief(diagnostics)).toEqual(['D015 warning in/a.csv a.csv has no bytes']);
  });
});

test.each([
  [true, ['a.csv', 'b.CSV', '.x'], 'likely'],
  [true, ['a.csv', 'a.jpg'], undefined],
  [true, [], undefined],
  [false, [], undefined],
])('recognised', (isFolder, names, expected) => {
  const look = { isFolder, name: 'x.csv', head: '', names, headOf: () => undefined };
  expect(tableCsv.recognise(look)?.certainty).toBe(expected);
});
