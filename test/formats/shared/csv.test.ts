import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CsvOptions,
  type CsvRow,
  csvCell,
  csvRows,
  placeOfCell,
} from '../../../src/formats/shared/csv.js';
import { seed } from '../../support/random.js';

async function* chunked(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer, size = 1 << 20, options: CsvOptions = {}): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const batch of csvRows(chunked(Buffer.from(text), size), options)) rows.push(...batch);
  return rows;
}

describe.each([1, 2, 3, 1 << 20])('chunks of %i bytes', (size) => {
  test.each<[string, string, string[][]]>([
    ['nothing', '', []],
    [
      'plain rows',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'no line break at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'CR LF and a byte order mark',
      '\ufeffa,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'empty cells',
      ',,\na,,b\n',
      [
        ['', '', ''],
        ['a', '', 'b'],
      ],
    ],
    ['blank lines', 'a\n\n\r\nb\n', [['a'], ['b']]],
    ['quotes', '"a,b","c ""d"""\n', [['a,b', 'c "d"']]],
    [
      'line breaks in quotes',
      '"a\nb","c\r\nd"\ne,f\n',
      [
        ['a\nb', 'c\r\nd'],
        ['e', 'f'],
      ],
    ],
    ['an empty quoted cell alone', '""\n', [['']]],
    ['a quote inside a cell', 'a"b,c\n', [['a"b', 'c']]],
    ['text after a closing quote', '"a"b,c\n', [['ab', 'c']]],
    ['a carriage return inside', 'a\rb,c\n', [['a\rb', 'c']]],
    ['CJK', '猫,"狗,\n"\n', [['猫', '狗,\n']]],
  ])('%s', async (_, text, expected) => {
    expect((await read(text, size)).map(({ cells }) => cells)).toEqual(expected);
  });
});

test('lines and offsets', async () => {
  const rows = await read('\ufeff猫,"a\nb"\n\nc,d\n', 4);
  expect(rows.map(({ line, offset, raw }) => [line, offset, raw])).toEqual([
    [1, 3, '猫,"a\nb"'],
    [4, 14, 'c,d'],
  ]);
});

test.each([1, 2, 5, 1 << 20])('offsets behind a row that is not UTF-8, chunks of %i bytes', async (size) => {
  const content = Buffer.concat([
    Buffer.from('\ufeffa,b\n'),
    Buffer.from('\xff,\xe7\n"\xff\xe7\n"', 'latin1'),
    Buffer.from(',x\r\n\nc,d\n'),
  ]);
  const rows = await read(content, size);
  expect(rows.map(({ line, offset }) => [line, offset])).toEqual([
    [1, 3],
    [2, 7],
    [3, 11],
    [6, content.indexOf('c,d')],
  ]);
});

test('places of cells', async () => {
  const [row] = await read('ab,"c,""\n",d;e\n');
  expect([0, 1, 2, 3].map((cell) => placeOfCell(row!, cell))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 4 },
    { line: 2, column: 3 },
    { line: 2, column: 6 },
  ]);
});

test.each([1, 1 << 20])('a quote that is not closed, chunks of %i bytes', async (size) => {
  const rows = await read('a,b\nc,"d\ne,f\ng,h\n', size);
  expect(rows.map(({ cells, problem }) => [cells, problem])).toEqual([
    [['a', 'b'], undefined],
    [[], { kind: 'unclosed-quote', line: 2, column: 3 }],
  ]);
});

test('a quote that is not closed does not take a large file into memory', async () => {
  let bytes = 0;
  async function* endless() {
    for (;;) {
      bytes += 1 << 20;
      yield Buffer.alloc(1 << 20, 'x\n');
    }
  }
  async function* all() {
    yield Buffer.from('a,"b');
    yield* endless();
  }
  const rows: CsvRow[] = [];
  for await (const batch of csvRows(all())) rows.push(...batch);
  expect(rows.map(({ problem }) => problem?.column)).toEqual([3]);
  expect(bytes).toBeLessThan(8 << 20);
});

test('another separator', async () => {
  expect((await read('a;b,c\n', 2, { separator: ';' })).map(({ cells }) => cells)).toEqual([['a', 'b,c']]);
});

test('what is written is what is read', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '猫') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async (table, size) => {
        const text = table.map((row) => `${row.map((value) => csvCell(value)).join(',')}\n`).join('');
        expect((await read(text, size)).map(({ cells }) => cells)).toEqual(table);
      },
    ),
    { seed, numRuns: 300 },
  );
});
