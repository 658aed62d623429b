import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';

const bad = (text: string | Uint8Array) => ({ 'a.txt': text });

describe('broken folders of images with labels beside them', () => {
  testBroken({
    format: 'image-classification',
    to: 'manifest',
    files: { 'a.jpg': 'x', 'a.txt': 'Cat\n', 'z.jpg': 'x', 'z.txt': 'Dog\n' },
    cases: [
      {
        name: 'no label file',
        files: { 'a.txt': undefined },
        findings: ['D013 info in 1 image has no label file'],
        read: 2,
      },
      { name: 'an empty label file', files: bad(''), findings: [], read: 2 },
      { name: 'blank lines alone', files: bad('\n \n\n'), findings: [], read: 2 },
      {
        name: 'a label twice',
        files: bad('Cat\nDog\nCat\n'),
        findings: ['D024 warning in/a.txt:3 the label "Cat" is there already'],
        read: 2,
      },
      {
        name: 'no image for a label file',
        files: { 'a.jpg': undefined },
        findings: ['D014 warning in/a.txt there is no image for a.txt'],
        read: 1,
      },
      {
        name: 'a label file named after the whole name',
        files: { 'a.txt': undefined, 'a.jpg.txt': 'Cat' },
        findings: [
          'D014 warning in/a.jpg.txt there is no image for a.jpg.txt',
          'D013 info in 1 image has no label file',
        ],
        read: 2,
      },
      {
        name: 'a list of classes',
        files: { 'classes.txt': 'Cat\nDog\n' },
        findings: ['D014 warning in/classes.txt there is no image for classes.txt'],
        read: 2,
      },
      {
        name: 'two images of one label file',
        files: { 'a.png': 'x' },
        findings: [
          'D012 error in/a.jpg a.txt may be of a.jpg or of a.png',
          'D012 error in/a.png a.txt may be of a.png or of a.jpg',
        ],
        read: 3,
        faults: 2,
      },
      {
        name: 'letter case that differs',
        files: { 'a.txt': undefined, 'A.txt': 'Cat\n' },
        findings: ['D011 warning in/a.jpg a.jpg and A.txt differ in letter case'],
        read: 2,
      },
      {
        name: 'letter case that two images share',
        files: { 'A.jpg': 'x' },
        findings: ['D013 info in 1 image has no label file'],
        read: 3,
      },
      {
        name: 'an image without bytes',
        files: { 'a.jpg': '' },
        findings: ['D015 warning in/a.jpg a.jpg has no bytes'],
        read: 2,
      },
      {
        name: 'UTF-16',
        files: bad(Buffer.from('\ufeffCat\n', 'utf16le')),
        findings: ['D025 error in/a.txt a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'UTF-16 without a mark',
        files: bad(Buffer.from('Cat\n', 'utf16le')),
        findings: ['D025 error in/a.txt a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      { name: 'GBK', files: bad(Buffer.from('b9b70a', 'hex')), findings: [], read: 2 },
      {
        name: 'Latin-1',
        files: bad(Buffer.from('ff0a', 'hex')),
        findings: ['D025 error in/a.txt a.txt is neither UTF-8 nor GB18030'],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: bad('C\0t\n'),
        findings: ['D025 error in/a.txt a.txt has zero bytes, as UTF-16 has'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: bad('\ufeffCat\r\nCat\r\n'),
        findings: ['D024 warning in/a.txt:2 the label "Cat" is there already'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: bad('Cat\rDog\r'),
        findings: ['D038 warning in/a.txt:1 the line has a carriage return inside'],
        read: 2,
      },
      { name: 'an absurdly long line', files: bad(`${'x'.repeat(1_000_000)}\n`), findings: [], read: 2 },
      { name: 'an upper-case extension', files: { 'B.JPG': 'x', 'B.TXT': 'Cat\n' }, findings: [], read: 3 },
      {
        name: 'a name with a line break',
        files: { 'b\n.jpg': 'x' },
        findings: ['D020 error in/b\n.jpg the name "b\\n.jpg" has a line break or a Tab'],
        read: 3,
        faults: 1,
      },
      {
        name: 'files of other kinds',
        files: { 'a.xml': 'x', '.a.txt': 'x' },
        findings: [
          'D010 warning in/a.xml a.xml is no image',
          'D010 info in 1 hidden or system file is passed over',
        ],
        read: 2,
      },
      {
        name: 'a folder where a label file is expected',
        files: { 'a.txt': folder },
        findings: ['D013 info in 1 image has no label file'],
        read: 2,
      },
      {
        name: 'a link out of the folder',
        files: { 'a.txt': { linkTo: '/etc/hostname' } },
        findings: [
          'D013 info in 1 image has no label file',
          'D055 warning in/a.txt a.txt is a link or a pipe, and not read',
        ],
        read: 2,
      },
    ],
  });
});
