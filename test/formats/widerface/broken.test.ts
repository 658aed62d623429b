import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const face = '1 2 30 40 0 0 0 0 0 0';
const list = 'wider_face_split/wider_face_train_bbx_gt.txt';
const good = `0--P/z.jpg\n1\n${face}\n`;
const bad = (text: string | Uint8Array) => ({ [list]: text });

describe('broken WIDER FACE lists', () => {
  testBroken({
    format: 'widerface',
    to: 'csv-boxes',
    files: {
      'WIDER_train/images/0--P/a.jpg': 'x',
      'WIDER_train/images/0--P/z.jpg': 'x',
      [list]: `0--P/a.jpg\n1\n${face}\n${good}`,
    },
    cases: [
      {
        name: 'a line before the first image',
        files: bad(`faces\n0--P/a.jpg\n1\n${face}\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 "faces" is not the name of an image',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a word for the number of faces',
        files: bad(`0--P/a.jpg\nmany\n${face}\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:2:1 "many" is not the number of faces of 0--P/a.jpg',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'a negative number of faces',
        files: bad(`0--P/a.jpg\n-1\n${face}\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:2:1 "-1" is not the number of faces of 0--P/a.jpg',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'no number of faces',
        files: bad(`0--P/a.jpg\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 the next image comes before the number of faces of 0--P/a.jpg',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'fewer faces than said',
        files: bad(`0--P/a.jpg\n3\n${face}\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 the next image comes before 2 of the faces of 0--P/a.jpg',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'more faces than said',
        files: bad(`0--P/a.jpg\n1\n${face}\n${face}\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:4:1 "1 2 30 40 0 0 0 0 0 0" is not the name of an image',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'the list cut in the middle',
        files: bad(`${good}0--P/a.jpg\n2\n1 2`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:4:1 the end of the list comes before 1 of the faces of 0--P/a.jpg',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'too few numbers',
        files: bad(`0--P/a.jpg\n1\n1 2 30\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:5 the line has 3 numbers, not 4 to 10',
        ],
        read: 2,
      },
      {
        name: 'too many numbers',
        files: bad(`0--P/a.jpg\n1\n${face} 1 2\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:23 the line has 12 numbers, not 4 to 10',
        ],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad(`0--P/a.jpg\n1\n1 2,5 30 40\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:3 "2,5" is not a whole number',
        ],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad(`0--P/a.jpg\n1\nNaN 2 30 40\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:1 "NaN" is not a whole number',
        ],
        read: 2,
      },
      {
        name: 'infinity',
        files: bad(`0--P/a.jpg\n1\n1 2 inf 40\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:5 "inf" is not a whole number',
        ],
        read: 2,
      },
      {
        name: 'a negative width',
        files: bad(`0--P/a.jpg\n1\n1 2 -30 40\n${good}`),
        findings: [
          'N123 warning in/wider_face_split/wider_face_train_bbx_gt.txt:3:5 the face is -30 wide and 40 high',
        ],
        read: 2,
      },
      {
        name: 'no height',
        files: bad(`0--P/a.jpg\n1\n1 2 30 0\n${good}`),
        findings: [
          'N123 warning in/wider_face_split/wider_face_train_bbx_gt.txt:3:5 the face is 30 wide and 0 high',
        ],
        read: 2,
      },
      {
        name: 'a missing image',
        files: { 'WIDER_train/images/0--P/a.jpg': undefined },
        findings: [
          'N121 warning in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 there is no image "0--P/a.jpg"',
        ],
        read: 2,
      },
      {
        name: 'a folder where an image is expected',
        files: { 'WIDER_train/images/0--P/a.jpg': folder },
        findings: [
          'N121 warning in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 there is no image "0--P/a.jpg"',
        ],
        read: 2,
      },
      {
        name: 'an image that leads out',
        files: bad(`../../etc/a.jpg\n1\n${face}\n${good}`),
        findings: [
          'N121 warning in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 there is no image "../../etc/a.jpg"',
          'N124 warning in 1 image is in no list, such as WIDER_train/images/0--P/a.jpg',
        ],
        read: 2,
      },
      {
        name: 'an image with a drive letter',
        files: bad(`C:\\a.jpg\n1\n${face}\n${good}`),
        findings: [
          'N121 warning in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 there is no image "C:\\\\a.jpg"',
          'N124 warning in 1 image is in no list, such as WIDER_train/images/0--P/a.jpg',
        ],
        read: 2,
      },
      {
        name: 'an image in no list',
        files: { 'WIDER_train/images/b.jpg': 'x' },
        findings: ['N124 warning in 1 image is in no list, such as WIDER_train/images/b.jpg'],
        read: 2,
      },
      {
        name: 'an image twice',
        files: bad(`0--P/a.jpg\n1\n${face}\n${good}${good}`),
        findings: [
          'N125 warning in/wider_face_split/wider_face_train_bbx_gt.txt:7:1 the image "0--P/z.jpg" is listed before',
        ],
        read: 3,
      },
      {
        name: 'an empty list',
        files: bad(''),
        findings: ['N124 warning in 2 images are in no list, such as WIDER_train/images/0--P/a.jpg'],
        read: 0,
      },
      {
        name: 'UTF-16',
        files: bad(Buffer.from(`\ufeff${good}`, 'utf16le')),
        findings: [
          'N124 warning in 2 images are in no list, such as WIDER_train/images/0--P/a.jpg',
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 the line is no text: the file begins with a byte order mark of utf-16le',
        ],
        read: 1,
        faults: 1,
      },
      {
        name: 'bytes of no encoding',
        files: bad(
          Buffer.concat([
            Buffer.from('0--P/'),
            Buffer.from('ff', 'hex'),
            Buffer.from(`.jpg\n1\n${face}\n${good}`),
          ]),
        ),
        findings: [
          'N124 warning in 1 image is in no list, such as WIDER_train/images/0--P/a.jpg',
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 the line is no text: byte 6 of the line is not UTF-8',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: bad(`0--P/a.jpg\n1\n1 2 \0 4\n${good}`),
        findings: [
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:1 the line is no text: byte 5 of the line is NUL',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: bad(`\ufeff${`0--P/a.jpg\n1\n1 2\n${good}`.replaceAll('\n', '\r\n')}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:3 the line has 2 numbers, not 4 to 10',
        ],
        read: 2,
      },
      {
        name: 'CR alone',
        files: bad(`0--P/a.jpg\n1\n${face}\n${good}`.replaceAll('\n', '\r')),
        findings: [
          'N124 warning in 2 images are in no list, such as WIDER_train/images/0--P/a.jpg',
          'N120 error in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 "0--P/a.jpg\\r1\\r1 2 30 40 0 0 0 0 0 0\\r0--P/z.jpg\\r1\\r1 2… is not the name of an image',
        ],
        read: 1,
        faults: 1,
      },
      {
        name: 'an absurdly long line',
        files: bad(`0--P/a.jpg\n1\n${'1 '.repeat(500_000)}\n${good}`),
        findings: [
          'N122 error in/wider_face_split/wider_face_train_bbx_gt.txt:3:21 the line has 500000 numbers, not 4 to 10',
        ],
        read: 2,
      },
      {
        name: 'a link out of the folder',
        files: { 'WIDER_train/images/0--P/a.jpg': { linkTo: '/etc/hostname' } },
        findings: [
          'N121 warning in/wider_face_split/wider_face_train_bbx_gt.txt:1:1 there is no image "0--P/a.jpg"',
          'D055 warning in/WIDER_train/images/0--P/a.jpg WIDER_train/images/0--P/a.jpg is a link or a pipe, and not read',
        ],
        read: 2,
      },
    ],
  });
});
