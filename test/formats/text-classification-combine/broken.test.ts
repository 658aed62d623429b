import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const combined = (text: string | Uint8Array) => ({ 'a.txt': text });
const gbk = (before: string, after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from('b9b7', 'hex'), Buffer.from(after)]);
const latin = (before: string, after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from('ff', 'hex'), Buffer.from(after)]);

describe('broken texts with labels on their lines', () => {
  testBroken({
    format: 'text-classification-combine',
    to: 'manifest',
    files: { 'a.txt': 'one\tpos\n', 'z.txt': 'last\tpos\n' },
    cases: [
      {
        name: 'no separator',
        files: combined('one\n'),
        findings: ['D034 info in/a.txt:1 the line has no label'],
        read: 2,
      },
      {
        name: 'nothing behind the separator',
        files: combined('one\t\n'),
        findings: ['D034 info in/a.txt:1 the line has no label'],
        read: 2,
      },
      {
        name: 'blanks behind the separator',
        files: combined('one\t , \n'),
        findings: ['D034 info in/a.txt:1 the line has no label'],
        read: 2,
      },
      {
        name: 'several separators',
        files: combined('one\ttwo\tpos\n'),
        findings: ['D033 warning in/a.txt:1 the line has several separators, and is cut at the last'],
        read: 2,
      },
      {
        name: 'no text',
        files: combined('\tpos\none\tpos\n'),
        findings: ['D031 warning in/a.txt:1 the line has no text'],
        read: 2,
      },
      {
        name: 'blank lines',
        files: combined('\n \none\tpos\n'),
        findings: [
          'D031 warning in/a.txt:1 the line has no text',
          'D031 warning in/a.txt:2 the line has no text',
        ],
        read: 2,
      },
      {
        name: 'a label twice',
        files: combined('one\tpos,pos\n'),
        findings: ['D024 warning in/a.txt:1 the label "pos" is there already'],
        read: 2,
      },
      {
        name: 'blanks around labels',
        files: combined('one\tpos, neg\n'),
        findings: ['D032 info in/a.txt:1 the label " neg" has blanks around it'],
        read: 2,
      },
      {
        name: 'a line cut in the middle',
        files: combined('one\tpos\ntw'),
        findings: ['D034 info in/a.txt:2 the line has no label'],
        read: 3,
      },
      {
        name: 'a file without bytes',
        files: combined(''),
        findings: ['D015 warning in/a.txt a.txt has no bytes'],
        read: 1,
      },
      {
        name: 'UTF-16',
        files: combined(Buffer.from('\ufeffone\tpos\n', 'utf16le')),
        findings: ['D036 error in/a.txt:1 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'UTF-16 without a mark',
        files: combined(Buffer.from('one\tpos\n', 'utf16le')),
        findings: ['D036 error in/a.txt:1 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      { name: 'GBK', files: combined(gbk('one\t', '\n')), findings: [], read: 2 },
      {
        name: 'bytes of no encoding',
        files: combined(latin('one\t', '\n')),
        findings: ['D036 error in/a.txt:1 a.txt is neither UTF-8 nor GB18030'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a zero byte',
        files: combined('o\0e\tpos\n'),
        findings: ['D036 error in/a.txt:1 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: combined('\ufeffone\tpos\r\ntwo\r\n'),
        findings: ['D034 info in/a.txt:2 the line has no label'],
        read: 3,
      },
      {
        name: 'CR alone',
        files: combined('one\tpos\rtwo\tneg\r'),
        findings: [
          'D038 warning in/a.txt:1 the line has a carriage return inside',
          'D033 warning in/a.txt:1 the line has several separators, and is cut at the last',
        ],
        read: 2,
      },
      {
        name: 'quotes over two lines',
        files: combined('"one\ntwo"\tpos\n'),
        findings: ['D034 info in/a.txt:1 the line has no label'],
        read: 3,
      },
      {
        name: 'a long text',
        files: combined(`${'x'.repeat(200_000)}\tpos\n`),
        findings: ['D037 warning in/a.txt:1 the line has 200004 bytes, more than 100 KB'],
        read: 2,
      },
      {
        name: 'an absurdly long line',
        files: combined(`${'x'.repeat(3_000_000)}\tpos\n`),
        findings: ['D037 error in/a.txt:1 the line has 3000004 bytes, more than 100 KB'],
        read: 2,
        faults: 1,
      },
      {
        name: 'files of other kinds',
        files: { 'a.json': '{}' },
        findings: ['D010 warning in/a.json a.json is no text file'],
        read: 2,
      },
      { name: 'a folder where a file is expected', files: { 'a.txt': folder }, findings: [], read: 1 },
      {
        name: 'a link out of the folder',
        files: { 'a.txt': { linkTo: '/etc/hostname' } },
        findings: ['D055 warning in/a.txt a.txt is a link or a pipe, and not read'],
        read: 1,
      },
    ],
  });
});
