import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const bad = (texts: string | Uint8Array, labels: string | Uint8Array) => ({
  'a.txt': texts,
  'a_result.txt': labels,
});
const gbk = (before: string, after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from('b9b7', 'hex'), Buffer.from(after)]);
const latin = (before: string, after: string) =>
  Buffer.concat([Buffer.from(before), Buffer.from('ff', 'hex'), Buffer.from(after)]);

describe('broken texts with labels in another file', () => {
  testBroken({
    format: 'text-classification',
    to: 'manifest',
    files: {
      'a.txt': 'one\ntwo\n',
      'a_result.txt': 'pos\nneg\n',
      'z.txt': 'last\n',
      'z_result.txt': 'pos\n',
    },
    cases: [
      {
        name: 'too few labels',
        files: bad('one\ntwo\n', 'pos\n'),
        findings: ['D030 error in/a_result.txt:2 a_result.txt has 1 lines, and a.txt has 2'],
        read: 2,
        faults: 1,
      },
      {
        name: 'too many labels',
        files: bad('one\n', 'pos\nneg\n'),
        findings: ['D030 error in/a_result.txt:2 a_result.txt has 2 lines, and a.txt has 1'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a result file cut in the middle',
        files: bad('one\ntwo\nthree\n', 'pos\nne'),
        findings: ['D030 error in/a_result.txt:3 a_result.txt has 2 lines, and a.txt has 3'],
        read: 2,
        faults: 1,
      },
      {
        name: 'an empty result file',
        files: bad('one\ntwo\n', ''),
        findings: [
          'D015 warning in/a_result.txt a_result.txt has no bytes',
          'D030 error in/a_result.txt:1 a_result.txt has 0 lines, and a.txt has 2',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'no result file',
        files: { 'a_result.txt': undefined },
        findings: ['D013 info in 1 text file has no result file'],
        read: 3,
      },
      {
        name: 'no file with texts',
        files: { 'a.txt': undefined },
        findings: ['D014 warning in/a_result.txt there is no a.txt for a_result.txt'],
        read: 1,
      },
      {
        name: 'a blank text',
        files: bad('one\n \n', 'pos\nneg\n'),
        findings: ['D031 warning in/a.txt:2 the line has no text'],
        read: 2,
      },
      { name: 'a blank label', files: bad('one\ntwo\n', 'pos\n\n'), findings: [], read: 3 },
      {
        name: 'a label twice',
        files: bad('one\ntwo\n', 'pos,pos\nneg\n'),
        findings: ['D024 warning in/a_result.txt:1 the label "pos" is there already'],
        read: 3,
      },
      {
        name: 'blanks around labels',
        files: bad('one\ntwo\n', 'pos \nneg\n'),
        findings: ['D032 info in/a_result.txt:1 the label "pos " has blanks around it'],
        read: 3,
      },
      {
        name: 'UTF-16',
        files: bad(Buffer.from('\ufeffone\ntwo\n', 'utf16le'), 'pos\nneg\n'),
        findings: ['D036 error in/a.txt:1 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'UTF-16 without a mark',
        files: bad(Buffer.from('one\ntwo\n', 'utf16le'), 'pos\nneg\n'),
        findings: ['D036 error in/a.txt:1 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      { name: 'GBK', files: bad(gbk('one\n', '\n'), 'pos\nneg\n'), findings: [], read: 3 },
      {
        name: 'texts in no encoding',
        files: bad(latin('one\n', '\n'), 'pos\nneg\n'),
        findings: ['D036 error in/a.txt:2 a.txt is neither UTF-8 nor GB18030'],
        read: 2,
        faults: 1,
      },
      {
        name: 'labels in no encoding',
        files: bad('one\ntwo\n', latin('pos\n', '\n')),
        findings: ['D036 error in/a_result.txt:2 a_result.txt is neither UTF-8 nor GB18030'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a zero byte',
        files: bad('one\nt\0o\n', 'pos\nneg\n'),
        findings: ['D036 error in/a.txt:2 a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      { name: 'CR LF against LF', files: bad('\ufeffone\r\ntwo\r\n', 'pos\nneg\n'), findings: [], read: 3 },
      {
        name: 'CR alone',
        files: bad('one\rtwo\r', 'pos\rneg\r'),
        findings: [
          'D038 warning in/a.txt:1 the line has a carriage return inside',
          'D038 warning in/a_result.txt:1 the line has a carriage return inside',
        ],
        read: 2,
      },
      {
        name: 'a long text',
        files: bad(`${'x'.repeat(200_000)}\ntwo\n`, 'pos\nneg\n'),
        findings: ['D037 warning in/a.txt:1 the line has 200000 bytes, more than 100 KB'],
        read: 3,
      },
      {
        name: 'a long text, under the profile of the import',
        files: bad(`${'x'.repeat(200_000)}\ntwo\n`, 'pos\nneg\n'),
        options: { profile: 'modelarts-import' },
        findings: ['D037 error in/a.txt:1 the line has 200000 bytes, more than 100 KB'],
        read: 3,
        faults: 1,
      },
      {
        name: 'an absurdly long text',
        files: bad(`${'x'.repeat(3_000_000)}\ntwo\n`, 'pos\nneg\n'),
        findings: ['D037 error in/a.txt:1 the line has 3000000 bytes, more than 100 KB'],
        read: 3,
        faults: 1,
      },
      {
        name: 'files of other kinds',
        files: { 'a.json': '{}', '.a.txt': 'x' },
        findings: ['D010 warning in/a.json a.json is no text file'],
        read: 3,
      },
      {
        name: 'a separator that is part of words',
        files: {},
        options: { fromOptions: { labelSeparator: 'e' } },
        findings: ['D006 warning in the separator "e" is part of words'],
        read: 3,
      },
      {
        name: 'a separator that the platform does not take',
        files: {},
        options: { fromOptions: { labelSeparator: '-' } },
        findings: ['D004 warning in the platform takes no separator "-"'],
        read: 3,
      },
      {
        name: 'a folder where a result file is expected',
        files: { 'a_result.txt': folder },
        findings: ['D013 info in 1 text file has no result file'],
        read: 3,
      },
      {
        name: 'a link out of the folder',
        files: { 'a_result.txt': { linkTo: '/etc/hostname' } },
        findings: [
          'D013 info in 1 text file has no result file',
          'D055 warning in/a_result.txt a_result.txt is a link or a pipe, and not read',
        ],
        read: 3,
      },
    ],
  });
});
