import { describe } from 'vitest';
import { folder, testBroken } from '../broken.js';
import { madePng } from '../images.js';

const header = 'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated\n';
const good = 'z,xclick,/m/01,1,0.1,0.3,0.2,0.4,0,1\n';
const first = good.replace('z,', 'a,');
const file = 'train-annotations-bbox.csv';
const bad = (from: string, to: string) => ({ [file]: header + first.replace(from, to) + good });
const whole = (content: string | Uint8Array) => ({ [file]: content });

describe('broken Open Images folders', () => {
  testBroken({
    format: 'openimages',
    to: 'csv-boxes',
    files: {
      'class-descriptions-boxable.csv': '/m/01,Cat\n',
      [file]: header + first + good,
      'train/a.jpg': madePng(100, 200),
      'train/z.jpg': madePng(10, 10),
    },
    cases: [
      {
        name: 'no header',
        files: whole(first + good),
        findings: [
          'N130 error in/train-annotations-bbox.csv:1:1 the header has no ImageID, LabelName, XMin, XMax, YMin, YMax',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'no bytes',
        files: whole(''),
        findings: ['N130 error in/train-annotations-bbox.csv:1:1 the file has no rows, not even a header'],
        read: 2,
      },
      {
        name: 'a column missing',
        files: whole('ImageID,LabelName,XMin,XMax,YMin\n'),
        findings: ['N130 error in/train-annotations-bbox.csv:1:1 the header has no YMax'],
        read: 3,
        faults: 1,
      },
      {
        name: 'two header lines',
        files: whole(header + header + first + good),
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: there is no image "ImageID"',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a word for an edge',
        files: bad('0.3', 'x'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "x", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'NaN',
        files: bad('0.3', 'NaN'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "NaN", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'infinity',
        files: bad('0.3', 'inf'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "inf", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'pixels',
        files: bad('0.3', '30'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "30", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'a negative edge',
        files: bad('0.3', '-0.3'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "-0.3", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'a decimal comma',
        files: bad('0.3', '0,3'),
        findings: [
          'T002 warning in/train-annotations-bbox.csv:2:36 the row has 11 columns, not 10, and is ignored',
        ],
        read: 2,
      },
      {
        name: 'a decimal comma in quotes',
        files: bad('0.3', '"0,3"'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "0,3", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'edges exchanged',
        files: bad('0.1,0.3', '0.3,0.1'),
        findings: ['N135 warning in/train-annotations-bbox.csv:2:18 the box 0.3, 0.2, 0.1, 0.4 has no area'],
        read: 2,
      },
      {
        name: 'a confidence that is a word',
        files: bad(',1,0.1', ',sure,0.1'),
        findings: ['N131 error in/train-annotations-bbox.csv:2:16 Confidence is "sure", not a number'],
        read: 2,
      },
      {
        name: 'no class',
        files: bad('/m/01', ''),
        findings: ['N136 error in/train-annotations-bbox.csv:2:10 the box has no class'],
        read: 2,
      },
      {
        name: 'a class without a name',
        files: bad('/m/01', '/m/09'),
        findings: ['N133 warning in/train-annotations-bbox.csv:2:10 the class /m/09 has no name'],
        read: 2,
      },
      {
        name: 'no class descriptions',
        files: { 'class-descriptions-boxable.csv': undefined },
        findings: ['N133 warning in/train-annotations-bbox.csv:2:10 the class /m/01 has no name'],
        read: 2,
      },
      {
        name: 'a quote in the class descriptions that is not closed',
        files: { 'class-descriptions-boxable.csv': '"/m/01,Cat\n' },
        findings: [
          'T004 error in/class-descriptions-boxable.csv:1:1 a quote is opened here and never closed; nothing after it is read',
          'N133 warning in/train-annotations-bbox.csv:2:10 the class /m/01 has no name',
        ],
        read: 2,
      },
      {
        name: 'class descriptions that are not UTF-8',
        files: { 'class-descriptions-boxable.csv': Buffer.from('2f6d2f30312cb9b70a', 'hex') },
        findings: [
          'T008 error in/class-descriptions-boxable.csv:1:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
          'N133 warning in/train-annotations-bbox.csv:2:10 the class /m/01 has no name',
        ],
        read: 2,
      },
      {
        name: 'no ImageID',
        files: bad('a,', ','),
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: there is no image ""',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a missing image',
        files: { 'train/a.jpg': undefined },
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: there is no image "a"',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'an image that is none',
        files: { 'train/a.jpg': 'no image' },
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: train/a.jpg does not begin as an image does',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'an image without bytes',
        files: { 'train/a.jpg': '' },
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: train/a.jpg is empty',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'a folder where an image is expected',
        files: { 'train/a.jpg': folder },
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: there is no image "a"',
        ],
        read: 2,
        faults: 1,
      },
      {
        name: 'two images of one ImageID',
        files: { 'validation/a.jpg': madePng(1, 1) },
        findings: [
          'N137 error in/validation/a.jpg validation/a.jpg and train/a.jpg are images of one ImageID',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'an image in upper case',
        files: { 'train/a.jpg': undefined, 'train/a.JPG': madePng(4, 4) },
        findings: [],
        read: 2,
      },
      {
        name: 'rows of one image apart',
        files: whole(header + first + good + first),
        findings: ['N134 warning in/train-annotations-bbox.csv:4:1 rows of "a" stand further up as well'],
        read: 3,
      },
      {
        name: 'a row cut in the middle',
        files: whole(`${header}${first}z,xclick,/m/01,1,0.`),
        findings: [
          'T002 warning in/train-annotations-bbox.csv:3:20 the row has 5 columns, not 10, and is ignored',
        ],
        read: 2,
      },
      {
        name: 'a quote that is not closed',
        files: whole(`${header}${first}"z,xclick\n${good}`),
        findings: [
          'T004 error in/train-annotations-bbox.csv:3:1 a quote is opened here and never closed; nothing after it is read',
        ],
        read: 3,
        faults: 1,
      },
      { name: 'a cell of two lines', files: bad('xclick', '"x\nclick"'), findings: [], read: 2 },
      {
        name: 'UTF-16',
        files: whole(Buffer.from(`\ufeff${header}${good}`, 'utf16le')),
        findings: [
          'T008 error in/train-annotations-bbox.csv:1:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'bytes of no encoding',
        files: whole(
          Buffer.concat([Buffer.from(header), Buffer.from('ff', 'hex'), Buffer.from(first + good)]),
        ),
        findings: [
          'T008 error in/train-annotations-bbox.csv:2:1 the row is not UTF-8, or has U+FFFD in place of a lost character',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'zero bytes',
        files: bad('xclick', 'x\0click'),
        findings: [
          'T008 error in/train-annotations-bbox.csv:2:1 the row has a NUL byte: the file is UTF-16, or damaged',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a byte order mark and CR LF',
        files: whole(`\ufeff${(header + first.replace('0.3', '3') + good).replaceAll('\n', '\r\n')}`),
        findings: ['N131 error in/train-annotations-bbox.csv:2:22 XMax is "3", not a number from 0 to 1'],
        read: 2,
      },
      {
        name: 'CR alone',
        files: whole((header + first + good).replaceAll('\n', '\r')),
        findings: [
          'T008 error in/train-annotations-bbox.csv:1:1 the header has a carriage return: lines end with a line feed, or with both',
        ],
        read: 3,
        faults: 1,
      },
      {
        name: 'a link out of the folder',
        files: { 'train/a.jpg': { linkTo: '/etc/hostname' } },
        findings: [
          'N132 error in/train-annotations-bbox.csv:2:1 the size of the image is not known: there is no image "a"',
          'D055 warning in/train/a.jpg train/a.jpg is a link or a pipe, and not read',
        ],
        read: 2,
        faults: 1,
      },
    ],
  });
});
