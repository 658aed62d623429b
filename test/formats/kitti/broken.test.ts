import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const good = 'Van -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n';
const car = 'Car 0.00 0 -1.57 599.41 156.40 629.75 189.25 2.85 2.63 12.34 0.47 1.49 69.44 -1.56\n';
const label = 'training/label_2/a.txt';
const bad = (line: string) => ({ [label]: `${good}${line}${good}` });

describe('broken KITTI trees', () => {
  testBroken({
    format: 'kitti',
    to: 'csv-boxes',
    files: {
      'training/image_2/a.png': 'x',
      [label]: good,
      'training/image_2/z.png': 'x',
      'training/label_2/z.txt': good,
    },
    cases: [
      {
        name: 'too few fields',
        files: bad('Car 0 0 0 1 2 3\n'),
        findings: ['N100 error in/training/label_2/a.txt:2:15 the line has 7 fields, not 15'],
        read: 2,
      },
      {
        name: 'too many fields',
        files: bad(`${car.trim()} 1 2\n`),
        findings: ['N100 error in/training/label_2/a.txt:2:86 the line has 17 fields, not 15'],
        read: 2,
      },
      {
        name: 'a label with a blank',
        files: bad(`Big ${car}`),
        findings: ['N101 error in/training/label_2/a.txt:2:5 truncated is "Car", not a number'],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad(car.replace('599.41', '599,41')),
        findings: ['N101 error in/training/label_2/a.txt:2:18 left is "599,41", not a number'],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad(car.replace('-1.57', 'NaN')),
        findings: ['N101 error in/training/label_2/a.txt:2:12 alpha is "NaN", not a number'],
        read: 2,
      },
      {
        name: 'infinity',
        files: bad(car.replace('-1.57', '-inf')),
        findings: ['N101 error in/training/label_2/a.txt:2:12 alpha is "-inf", not a number'],
        read: 2,
      },
      {
        name: 'a negative width',
        files: bad(car.replace('629.75', '29.75')),
        findings: [
          'N102 warning in/training/label_2/a.txt:2:18 the box 599.41, 156.40, 29.75, 189.25 has no area',
        ],
        read: 2,
      },
      {
        name: 'two header lines',
        files: bad('type truncated\noccluded alpha\n'),
        findings: [
          'N100 error in/training/label_2/a.txt:2:6 the line has 2 fields, not 15',
          'N100 error in/training/label_2/a.txt:3:10 the line has 2 fields, not 15',
        ],
        read: 2,
      },
      { name: 'an empty label file', files: { [label]: '' }, findings: [], read: 2 },
      {
        name: 'a label file cut in the middle',
        files: { [label]: `${good}Car 0.00 0 -1.5` },
        findings: ['N100 error in/training/label_2/a.txt:2:12 the line has 4 fields, not 15'],
        read: 2,
      },
      {
        name: 'UTF-16',
        files: { [label]: Buffer.from(`\ufeff${good}`, 'utf16le') },
        findings: [
          'D025 error in/training/label_2/a.txt training/label_2/a.txt has zero bytes, as UTF-16 has',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: { [label]: `${good}\0\0\n` },
        findings: [
          'D025 error in/training/label_2/a.txt training/label_2/a.txt has zero bytes, as UTF-16 has',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'GBK',
        files: { [label]: Buffer.concat([Buffer.from('b9b7', 'hex'), Buffer.from(good.slice(3))]) },
        findings: [],
        read: 2,
      },
      {
        name: 'bytes of no encoding',
        files: { [label]: Buffer.concat([Buffer.from('ff', 'hex'), Buffer.from(good)]) },
        findings: [
          'D025 error in/training/label_2/a.txt training/label_2/a.txt is neither UTF-8 nor GB18030',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: { [label]: `\ufeff${good.trim()}\r\nCar 0\r\n` },
        findings: ['N100 error in/training/label_2/a.txt:2:5 the line has 2 fields, not 15'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: { [label]: `${good.trim()}\r${good.trim()}\r` },
        findings: ['N100 error in/training/label_2/a.txt:1:58 the line has 30 fields, not 15'],
        read: 2,
      },
      {
        name: 'an absurdly long line',
        files: bad(`${'1 '.repeat(500_000)}\n`),
        findings: ['N100 error in/training/label_2/a.txt:2:33 the line has 500000 fields, not 15'],
        read: 2,
      },
      {
        name: 'no image for a label file',
        files: { 'training/image_2/a.png': undefined },
        findings: ['D014 warning in/training/label_2/a.txt there is no image for training/label_2/a.txt'],
        read: 2,
      },
      {
        name: 'a label file in no folder of labels',
        files: { 'notes.txt': good },
        findings: ['D014 warning in/notes.txt there is no image for notes.txt, which is ignored'],
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
        files: { 'training/image_2/a.png': '' },
        findings: ['D015 warning in/training/image_2/a.png training/image_2/a.png has no bytes'],
        read: 2,
      },
      {
        name: 'two images of one label file',
        files: { 'training/image_2/a.JPG': 'x' },
        findings: [
          'D012 error in/training/image_2/a.png training/image_2/a.png and training/image_2/a.JPG are images of one label file',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'two label files of one image',
        files: { 'training/label_3/a.txt': good },
        findings: [
          'D012 error in/training/label_3/a.txt training/label_3/a.txt and training/label_2/a.txt are label files of one image',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'upper-case extensions',
        files: { 'training/image_2/B.PNG': 'x', 'training/label_2/B.TXT': good },
        findings: [],
        read: 3,
      },
      {
        name: 'files of other kinds',
        files: { 'training/velodyne/a.bin': 'x', 'training/velodyne/b.bin': 'x', 'training/.a.txt': '' },
        findings: [
          'D010 warning in/training/velodyne/a.bin training/velodyne/a.bin and 1 more of its kind are neither image nor label file',
        ],
        read: 2,
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
          'D055 warning in/training/label_2/a.txt training/label_2/a.txt is a link or a pipe, and not read',
        ],
        read: 2,
      },
    ],
  });
});
