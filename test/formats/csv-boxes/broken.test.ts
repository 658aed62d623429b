import { describe } from 'vitest';
import { testBroken } from '../broken.js';
import { madePng } from '../images.js';

const header = 'image,width,height,label,xmin,ymin,xmax,ymax,confidence\n';
const good = 'z.jpg,100,80,cat,1,2,3,4,0.5\n';
const last = 'last.jpg,100,80,dog,1,2,3,4,\n';
const bad = (from: string, to: string) => ({ 'boxes.csv': `${header}${good.replace(from, to)}${last}` });
const whole = (content: string | Uint8Array) => ({ 'boxes.csv': content });

describe('broken CSV files of boxes', () => {
  testBroken({
    format: 'csv-boxes',
    to: 'csv-boxes',
    input: 'boxes.csv',
    files: { 'boxes.csv': header + good + last },
    cases: [
      {
        name: 'no bytes',
        files: whole(''),
        findings: ['N140 error in/boxes.csv:1:1 the file has no rows, not even a header'],
        read: 0,
      },
      {
        name: 'no header',
        files: whole(good + last),
        findings: ['N140 error in/boxes.csv:1:1 no column is image, xmin, ymin'],
        read: 1,
        faults: 1,
      },
      {
        name: 'a column missing',
        files: whole(`image,xmin,ymin,xmax\n${good}`),
        findings: ['N140 error in/boxes.csv:1:1 no column is ymax or height'],
        read: 1,
        faults: 1,
      },
      {
        name: 'two header lines',
        files: whole(header + header + good),
        findings: [
          'N141 error in/boxes.csv:2:7 imageWidth is "width", not a number above 0',
          'N141 error in/boxes.csv:2:13 imageHeight is "height", not a number above 0',
          'N141 error in/boxes.csv:2:26 xmin is "xmin", not a number',
        ],
        read: 2,
      },
      {
        name: 'a title before the header',
        files: whole(`Boxes of 2024\n${header}${good}`),
        findings: ['N140 error in/boxes.csv:1:1 no column is image, xmin, ymin'],
        read: 1,
        faults: 1,
      },
      {
        name: 'semicolons',
        files: whole((header + good).replaceAll(',', ';')),
        findings: ['N140 error in/boxes.csv:1:1 no column is image, xmin, ymin'],
        read: 1,
        faults: 1,
      },
      {
        name: 'a word for an edge',
        files: bad('cat,1', 'cat,x'),
        findings: ['N141 error in/boxes.csv:2:18 xmin is "x", not a number'],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad('cat,1', 'cat,NaN'),
        findings: ['N141 error in/boxes.csv:2:18 xmin is "NaN", not a number'],
        read: 2,
      },
      {
        name: 'infinity',
        files: bad('cat,1', 'cat,1e999'),
        findings: ['N141 error in/boxes.csv:2:18 xmin is "1e999", not a number'],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad('cat,1', 'cat,1,5'),
        findings: ['T002 warning in/boxes.csv:2:28 the row has 10 columns, not 9, and is ignored'],
        read: 1,
      },
      {
        name: 'a decimal comma in quotes',
        files: bad('cat,1', 'cat,"1,5"'),
        findings: ['N141 error in/boxes.csv:2:18 xmin is "1,5", not a number'],
        read: 2,
      },
      {
        name: 'an empty edge',
        files: bad('2,3', '2,'),
        findings: ['N141 error in/boxes.csv:2:22 xmax is "", not a number'],
        read: 2,
      },
      {
        name: 'edges exchanged',
        files: bad('1,2,3,4', '3,2,1,4'),
        findings: ['N142 warning in/boxes.csv:2:18 the box 3, 2, 1, 4 has no area'],
        read: 2,
      },
      {
        name: 'a confidence that is a word',
        files: bad('0.5', 'high'),
        findings: ['N141 error in/boxes.csv:2:26 confidence is "high", not a number'],
        read: 2,
      },
      {
        name: 'a width that is a word',
        files: bad('100', 'wide'),
        findings: ['N141 error in/boxes.csv:2:7 imageWidth is "wide", not a number above 0'],
        read: 2,
      },
      {
        name: 'a negative width of the image',
        files: bad('100', '-100'),
        findings: ['N141 error in/boxes.csv:2:7 imageWidth is "-100", not a number above 0'],
        read: 2,
      },
      {
        name: 'no image named',
        files: bad('z.jpg', ''),
        findings: ['N145 error in/boxes.csv:2:1 the row does not name an image'],
        read: 2,
        faults: 1,
      },
      { name: 'a cell of two lines', files: bad('cat', '"big\ncat"'), findings: [], read: 2 },
      {
        name: 'an edge of two lines',
        files: bad('1,2,3', '"1\n0",2,3'),
        findings: ['N141 error in/boxes.csv:2:18 xmin is "1\\n0", not a number'],
        read: 2,
      },
      {
        name: 'a quote that is not closed',
        files: bad('cat', '"cat'),
        findings: [
          'T004 error in/boxes.csv:2:14 a quote is opened here and never closed; nothing after it is read',
        ],
        read: 1,
        faults: 1,
      },
      {
        name: 'cut in the middle',
        files: whole(`${header}${good}last.jpg,100,80,do`),
        findings: ['T002 warning in/boxes.csv:3:19 the row has 4 columns, not 9, and is ignored'],
        read: 1,
      },
      {
        name: 'UTF-16',
        files: whole(Buffer.from(`\ufeff${header}${good}`, 'utf16le')),
        findings: [
          'T008 error in/boxes.csv:1:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 1,
        faults: 1,
      },
      {
        name: 'UTF-16 without a mark',
        files: whole(Buffer.from(header + good, 'utf16le')),
        findings: ['T008 error in/boxes.csv:1:1 the row has a NUL byte: the file is UTF-16, or damaged'],
        read: 1,
        faults: 1,
      },
      {
        name: 'GBK',
        files: whole(
          Buffer.concat([
            Buffer.from(header + good.slice(0, 13)),
            Buffer.from('b9b72c312c322c332c342c0a', 'hex'),
            Buffer.from(last),
          ]),
        ),
        findings: [
          'T008 error in/boxes.csv:2:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: bad('cat', 'c\0t'),
        findings: ['T008 error in/boxes.csv:2:1 the row has a NUL byte: the file is UTF-16, or damaged'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: whole(`\ufeff${(header + good + last.replace('1,2', 'x,2')).replaceAll('\n', '\r\n')}`),
        findings: ['N141 error in/boxes.csv:3:21 xmin is "x", not a number'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: whole((header + good + last).replaceAll('\n', '\r')),
        findings: [
          'T008 error in/boxes.csv:1:1 the header has a carriage return: lines end with a line feed, or with both',
        ],
        read: 1,
        faults: 1,
      },
      {
        name: 'an absurdly long line',
        files: bad('cat', 'x,'.repeat(500_000)),
        findings: ['T002 warning in/boxes.csv:2:26 the row has 500009 columns, not 9, and is ignored'],
        read: 1,
      },
      {
        name: 'rows of one image apart',
        files: whole(header + good + last + good),
        findings: ['N143 warning in/boxes.csv:4:1 rows of z.jpg stand further up as well'],
        read: 3,
      },
      {
        name: 'shares of an image that is missing',
        files: bad('100,80,', ',,'),
        options: { fromOptions: { normalised: true } },
        findings: [
          'N144 error in/boxes.csv:2:1 the size of z.jpg is not known: cannot read in/z.jpg: it does not exist',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'shares of an image that is none',
        files: { ...bad('100,80,', ',,'), 'z.jpg': 'no image' },
        options: { fromOptions: { normalised: true } },
        findings: [
          'N144 error in/boxes.csv:2:1 the size of z.jpg is not known: in/z.jpg does not begin as an image does',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'shares of an image',
        files: { ...bad('100,80,', ',,'), 'z.jpg': madePng(10, 10) },
        options: { fromOptions: { normalised: true } },
        findings: [],
        read: 2,
      },
      {
        name: 'an image that leads out',
        files: { ...bad('z.jpg,100,80,', '../../../etc/x.jpg,,,') },
        options: { fromOptions: { normalised: true } },
        findings: [
          'N144 error in/boxes.csv:2:1 the size of ../../../etc/x.jpg is not known: cannot read in/../../../etc/x.jpg: it does not exist',
        ],
        read: 2,
        faults: 1,
      },
    ],
  });
});
