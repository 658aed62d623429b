import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const header = 'id,name,born\n';
const good = `${header}1,Ann,2001-02-03\n`;
const bad = (text: string | Uint8Array) => ({ 'a.csv': text });
const schema = { fromOptions: { schema: 'id=SHORT,name=STRING,born=DATE' } };

describe('broken tables', () => {
  testBroken({
    format: 'table-csv',
    to: 'manifest',
    files: { 'a.csv': good, 'z.csv': good },
    cases: [
      {
        name: 'a row with a cell too many',
        files: bad(`${good}2,Bob,2001-02-03,x\n`),
        findings: ['T002 warning in/a.csv:3:18 the row has 4 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'a row with a cell too few',
        files: bad(`${good}2,Bob\n`),
        findings: ['T002 warning in/a.csv:3:6 the row has 2 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad(`${good}2,5,Bob,2001-02-03\n`),
        findings: ['T002 warning in/a.csv:3:9 the row has 4 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'a file cut in the middle',
        files: bad(`${good}2,Bo`),
        findings: ['T002 warning in/a.csv:3:5 the row has 2 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'a quote that is not closed',
        files: bad(`${good}2,"Bob,2001-02-03\n`),
        findings: [
          'T004 error in/a.csv:3:3 a quote is opened here and never closed; nothing after it is read',
        ],
        read: 2,
        faults: 1,
      },
      { name: 'a cell of two lines', files: bad(`${good}2,"Bob\nBub",2001-02-03\n`), findings: [], read: 2 },
      {
        name: 'another number of columns',
        files: { 'z.csv': 'id,name\n1,Ann\n' },
        findings: ['T005 error in/z.csv:1:1 the file has 2 columns, and a.csv has 3'],
        read: 2,
        faults: 1,
      },
      {
        name: 'another header',
        files: { 'z.csv': good.replace('name', 'label') },
        findings: ['T005 error in/z.csv:1:4 column 2 is "label", and in a.csv "name"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'two header lines',
        files: bad(header + good),
        options: schema,
        findings: [
          'T003 warning in/a.csv:2:1 id is "id", not a SHORT',
          'T003 warning in/a.csv:2:9 born is "born", not a DATE',
        ],
        read: 2,
      },
      {
        name: 'no header',
        files: bad('1,Ann,2001-02-03\n'),
        findings: ['T005 error in/z.csv:1:1 column 1 is "id", and in a.csv "1"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a column twice',
        files: bad('id,name,id\n1,Ann,2\n'),
        findings: ['T007 error in/a.csv:1:9 two columns are called "id"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'columns in another order than the schema',
        files: bad('name,id,born\nAnn,1,2001-02-03\n'),
        options: schema,
        findings: [
          'T001 warning in/a.csv:1:1 column 1 is "name", and in the schema "id"',
          'T003 warning in/a.csv:2:1 id is "Ann", not a SHORT',
          'T005 error in/z.csv:1:1 column 1 is "id", and in a.csv "name"',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'a number that does not fit its type',
        files: bad(`${good}40000,Bob,2001-02-03\n`),
        options: schema,
        findings: ['T003 warning in/a.csv:3:1 id is "40000", not a SHORT'],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad(`${good}NaN,Bob,2001-02-03\n`),
        options: schema,
        findings: ['T003 warning in/a.csv:3:1 id is "NaN", not a SHORT'],
        read: 2,
      },
      {
        name: 'a day that there is not',
        files: bad(`${good}2,Bob,2024-02-30\n`),
        options: schema,
        findings: ['T003 warning in/a.csv:3:7 born is "2024-02-30", not a DATE'],
        read: 2,
      },
      {
        name: 'an unknown type',
        files: {},
        options: { fromOptions: { schema: 'id=UUID,name=STRING,born=DATE' } },
        findings: ['T006 warning in the type of "id" is "UUID", and STRING is taken'],
        read: 2,
      },
      { name: 'no bytes', files: bad(''), findings: ['D015 warning in/a.csv a.csv has no bytes'], read: 2 },
      { name: 'a header and no rows', files: bad(header), findings: [], read: 2 },
      {
        name: 'UTF-16',
        files: bad(Buffer.from(`\ufeff${good}`, 'utf16le')),
        findings: [
          'T008 error in/a.csv:1:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'GBK',
        files: bad(
          Buffer.concat([Buffer.from(`${good}2,`), Buffer.from('b9b7', 'hex'), Buffer.from(',2001-02-03\n')]),
        ),
        findings: [
          'T008 error in/a.csv:3:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: bad(`${good}2,B\0b,2001-02-03\n`),
        findings: ['T008 error in/a.csv:3:1 the row has a NUL byte: the file is UTF-16, or damaged'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: bad(`\ufeff${`${good}2\n`.replaceAll('\n', '\r\n')}`),
        findings: ['T002 warning in/a.csv:3:2 the row has 1 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: bad(good.replaceAll('\n', '\r')),
        findings: [
          'T008 error in/a.csv:1:1 the header has a carriage return: lines end with a line feed, or with both',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'an absurdly long line',
        files: bad(`${good}${'x,'.repeat(500_000)}\n`),
        findings: ['T002 warning in/a.csv:3:7 the row has 500001 columns, not 3, and is ignored'],
        read: 2,
      },
      {
        name: 'files of other kinds',
        files: { 'a.txt': 'x', '.hidden': 'x' },
        findings: ['D010 warning in/a.txt a.txt is no CSV file'],
        read: 2,
      },
      { name: 'a folder where a file is expected', files: { 'a.csv': folder }, findings: [], read: 1 },
      {
        name: 'a link out of the folder',
        files: { 'a.csv': { linkTo: '/etc/hostname' } },
        findings: ['D055 warning in/a.csv a.csv is a link or a pipe, and not read'],
        read: 1,
      },
    ],
  });
});
