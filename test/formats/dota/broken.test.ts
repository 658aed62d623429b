import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const good = '1 1 9 1 9 9 1 9 ship 0\n';
const label = 'train/labelTxt/a.txt';
const bad = (line: string) => ({ [label]: `${good}${line}${good}` });

describe('broken DOTA trees', () => {
  testBroken({
    format: 'dota',
    to: 'csv-boxes',
    options: { toOptions: { shapes: 'bbox' } },
    files: {
      'train/images/a.png': 'x',
      [label]: good,
      'train/images/z.png': 'x',
      'train/labelTxt/z.txt': good,
    },
    cases: [
      {
        name: 'too few fields',
        files: bad('1 1 9 1 9 9 ship 0\n'),
        findings: ['N110 error in/train/labelTxt/a.txt:2:18 the line has 8 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'a polygon with two points',
        files: bad('1 1 9 9 ship 0\n'),
        findings: ['N110 error in/train/labelTxt/a.txt:2:14 the line has 6 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'a label with a blank',
        files: bad('1 1 9 1 9 9 1 9 big ship 0\n'),
        findings: ['N110 error in/train/labelTxt/a.txt:2:26 the line has 11 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'a word for a coordinate',
        files: bad('1 1 x 1 9 9 1 9 ship 0\n'),
        findings: ['N111 error in/train/labelTxt/a.txt:2:5 the coordinate "x" is not a number'],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad('1 1 9 1 9 9 1 9,5 ship 0\n'),
        findings: ['N111 error in/train/labelTxt/a.txt:2:15 the coordinate "9,5" is not a number'],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad('nan 1 9 1 9 9 1 9 ship 0\n'),
        findings: ['N111 error in/train/labelTxt/a.txt:2:1 the coordinate "nan" is not a number'],
        read: 2,
      },
      {
        name: 'infinity',
        files: bad('1 1 9 1 9 inf 1 9 ship 0\n'),
        findings: ['N111 error in/train/labelTxt/a.txt:2:11 the coordinate "inf" is not a number'],
        read: 2,
      },
      {
        name: 'difficult is a word',
        files: bad('1 1 9 1 9 9 1 9 ship yes\n'),
        findings: ['N111 error in/train/labelTxt/a.txt:2:22 difficult is "yes", not 0 or 1'],
        read: 2,
      },
      {
        name: 'two header lines',
        files: { [label]: `imagesource:GoogleEarth\ngsd:0.1\nshot:2019\n${good}` },
        findings: ['N112 info in/train/labelTxt/a.txt:3:1 shot is kept as a property'],
        read: 2,
      },
      {
        name: 'a header behind objects',
        files: bad('gsd:0.1\n'),
        findings: ['N110 error in/train/labelTxt/a.txt:2:1 the line has 1 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'a line of CSV',
        files: bad('1,1,9,1,9,9,1,9,ship,0\n'),
        findings: ['N110 error in/train/labelTxt/a.txt:2:1 the line has 1 fields, not 9 or 10'],
        read: 2,
      },
      { name: 'an empty label file', files: { [label]: '' }, findings: [], read: 2 },
      {
        name: 'a label file cut in the middle',
        files: { [label]: `${good}1 1 9 1` },
        findings: ['N110 error in/train/labelTxt/a.txt:2:7 the line has 4 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'UTF-16',
        files: { [label]: Buffer.from(`\ufeff${good}`, 'utf16le') },
        findings: ['D025 error in/train/labelTxt/a.txt train/labelTxt/a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: { [label]: `${good}\0\0\n` },
        findings: ['D025 error in/train/labelTxt/a.txt train/labelTxt/a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'bytes of no encoding',
        files: { [label]: Buffer.concat([Buffer.from('ff', 'hex'), Buffer.from(good)]) },
        findings: ['D025 error in/train/labelTxt/a.txt train/labelTxt/a.txt is neither UTF-8 nor GB18030'],
        read: 2,
        faults: 1,
      },
      {
        name: 'CR LF and a byte order mark',
        files: { [label]: `\ufeff${good.trim()}\r\n1 1\r\n` },
        findings: ['N110 error in/train/labelTxt/a.txt:2:3 the line has 2 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: { [label]: `${good.trim()}\r${good.trim()}\r` },
        findings: ['N110 error in/train/labelTxt/a.txt:1:24 the line has 20 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'an absurdly long line',
        files: bad(`${'1 '.repeat(500_000)}\n`),
        findings: ['N110 error in/train/labelTxt/a.txt:2:21 the line has 500000 fields, not 9 or 10'],
        read: 2,
      },
      {
        name: 'four corners in one place',
        files: bad('1 1 1 1 1 1 1 1 ship 0\n'),
        findings: ['N114 warning in/train/labelTxt/a.txt:2:1 the four corners have no area between them'],
        read: 2,
      },
      {
        name: 'no image for a label file',
        files: { 'train/images/a.png': undefined },
        findings: ['D014 warning in/train/labelTxt/a.txt there is no image for train/labelTxt/a.txt'],
        read: 2,
      },
      {
        name: 'no label file',
        files: { [label]: undefined },
        findings: ['D013 info in 1 image has no label file, and so no objects'],
        read: 2,
      },
      {
        name: 'an image without bytes',
        files: { 'train/images/a.png': '' },
        findings: ['D015 warning in/train/images/a.png train/images/a.png has no bytes'],
        read: 2,
      },
      {
        name: 'two images of one label file',
        files: { 'train/images/a.jpg': 'x' },
        findings: [
          'D012 error in/train/images/a.png train/images/a.png and train/images/a.jpg are images of one label file',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a folder where a label file is expected',
        files: { [label]: folder },
        findings: ['D013 info in 1 image has no label file, and so no objects'],
        read: 2,
      },
      {
        name: 'a link out of the tree',
        files: { [label]: { linkTo: '/etc/hostname' } },
        findings: [
          'D013 info in 1 image has no label file, and so no objects',
          'D055 warning in/train/labelTxt/a.txt train/labelTxt/a.txt is a link or a pipe, and not read',
        ],
        read: 2,
      },
      {
        name: 'files of other kinds',
        files: { 'train/a.json': '{}' },
        findings: ['D010 warning in/train/a.json train/a.json is neither image nor label file'],
        read: 2,
      },
    ],
  });
});
