import { describe } from 'vitest';
import { vocXml } from '../../support/voc-xml.js';
import { folder, testBroken } from '../broken.js';
import { madePng } from '../images.js';

const image = madePng(100, 80);
const good = vocXml('a.png');
const bad = (from: string, to: string) => ({ 'a.xml': good.replace(from, to) });
const whole = (text: string | Uint8Array) => ({ 'a.xml': text });

describe('broken folders of images with Pascal VOC files beside them', () => {
  testBroken({
    format: 'voc',
    to: 'manifest',
    isJudgedByValidate: true,
    files: { 'a.png': image, 'a.xml': good, 'z.png': image, 'z.xml': vocXml('z.png') },
    cases: [
      {
        name: 'cut in the middle',
        files: whole(good.slice(0, 200)),
        findings: ['V001 error in/a.xml:8:5 the document ends inside markup'],
        read: 2,
        faults: 1,
      },
      {
        name: 'no bytes',
        files: whole(''),
        findings: ['V001 error in/a.xml:1:1 the document has no root element'],
        read: 2,
        faults: 1,
      },
      {
        name: 'another element at the root',
        files: whole('<html></html>'),
        findings: ['V007 error in/a.xml:1:1 /html is not annotation, so this is no annotation file'],
        read: 2,
        faults: 1,
      },
      {
        name: 'no XML',
        files: whole('{"a":1}'),
        findings: ['V001 error in/a.xml:1:1 text outside the root element'],
        read: 2,
        faults: 1,
      },
      {
        name: 'two documents',
        files: whole(good + good),
        findings: ['V001 error in/a.xml:28:1 the XML declaration is not at the start of the document'],
        read: 2,
        faults: 1,
      },
      {
        name: 'an ampersand',
        files: bad('a.png', 'a&b.png'),
        findings: ['V001 error in/a.xml:4:16 a bare & (write &amp;)'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a DOCTYPE',
        files: whole(`<!DOCTYPE a [<!ENTITY x "y">]>${good}`),
        findings: ['V002 error in/a.xml:1:1 a document type declaration (DOCTYPE) is not allowed'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a decimal comma',
        files: bad('<xmin>10<', '<xmin>1,5<'),
        findings: ['V072 error in/a.xml:21:13 /annotation/object[1]/bndbox/xmin is not a number: "1,5"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'NaN',
        files: bad('<xmin>10<', '<xmin>NaN<'),
        findings: ['V072 error in/a.xml:21:13 /annotation/object[1]/bndbox/xmin is not a number: "NaN"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'no edges',
        files: bad('<xmin>10</xmin>', ''),
        findings: ['V071 error in/a.xml:20:9 /annotation/object[1]/bndbox/xmin is missing'],
        read: 2,
        faults: 1,
      },
      {
        name: 'edges exchanged',
        files: bad('<xmin>10<', '<xmin>9999<'),
        findings: [
          'V075 warning in/a.xml:21:13 min is above max in x: 9999,10,40,40',
          'V077 warning in/a.xml:20:9 the box 9999,10,40,40 is partly outside the image, which is 100×80',
        ],
        read: 2,
      },
      {
        name: 'a negative width of the image',
        files: bad('<width>', '<width>-'),
        findings: ['V023 error in/a.xml:9:9 /annotation/size/width is not a whole number from 1: "-100"'],
        read: 2,
        faults: 1,
      },
      {
        name: 'a polygon with two points',
        files: whole(
          good.replace(
            /<bndbox>.*?<\/bndbox>/s,
            '<polygon><x1>1</x1><y1>1</y1><x2>2</x2><y2>2</y2></polygon>',
          ),
        ),
        findings: ['V078 warning in/a.xml:20:9 the polygon has 2 distinct points'],
        read: 2,
      },
      {
        name: 'no objects',
        files: whole(good.replace(/<object>.*<\/object>/s, '')),
        findings: ['V030 info in/a.xml:2:1 the file has no object'],
        read: 2,
      },
      {
        name: 'a name that leads out',
        files: bad('a.png', '../../a.png'),
        findings: ['V026 warning in/a.xml:4:5 filename "../../a.png" has a folder in it'],
        read: 2,
      },
      {
        name: 'no image',
        files: { 'a.png': undefined },
        findings: ['D014 warning in/a.xml there is no image for a.xml'],
        read: 2,
      },
      { name: 'no annotation file', files: { 'a.xml': undefined }, findings: [], read: 2 },
      {
        name: 'two images of one annotation file',
        files: { 'a.PNG': image },
        findings: ['D012 error in/a.xml a.PNG and a.png are all images of a.xml'],
        read: 2,
      },
      {
        name: 'letter case that differs',
        files: { 'a.xml': undefined, 'A.xml': good },
        findings: [
          'D011 warning in/A.xml a.png and A.xml differ in letter case',
          'V027 warning in/A.xml:4:5 filename is "a.png", but the annotation file is "A.xml"',
        ],
        read: 2,
      },
      {
        name: 'an image in upper case',
        files: { 'a.png': undefined, 'a.PNG': image },
        findings: [],
        read: 2,
      },
      {
        name: 'an image without bytes',
        files: { 'a.png': '' },
        findings: ['D015 warning in/a.png the image a.png has no bytes'],
        read: 2,
      },
      {
        name: 'UTF-16',
        files: whole(Buffer.from(`\ufeff${good}`, 'utf16le')),
        findings: ['V005 info in/a.xml:1:1 the file begins with a byte order mark'],
        read: 2,
      },
      {
        name: 'GBK that calls itself UTF-8',
        files: whole(
          Buffer.concat([
            Buffer.from('<annotation><filename>'),
            Buffer.from('b9b7', 'hex'),
            Buffer.from(good.slice(good.indexOf('.png'))),
          ]),
        ),
        findings: [
          'V004 warning in/a.xml:1:1 no encoding is declared, and the bytes are not valid UTF-8; read as GB18030',
          'V020 warning in/a.xml:1:1 folder is missing',
          'V027 warning in/a.xml:1:13 filename is "狗.png", but the annotation file is "a.xml"',
        ],
        read: 2,
      },
      {
        name: 'zero bytes',
        files: whole(`${good}\0`),
        findings: ['V001 error in/a.xml:28:1 disallowed character'],
        read: 2,
        faults: 1,
      },
      {
        name: 'CR LF and a byte order mark',
        files: whole(`\ufeff${good.replaceAll('\n', '\r\n')}`),
        findings: ['V005 info in/a.xml:1:1 the file begins with a byte order mark'],
        read: 2,
      },
      {
        name: 'a folder where an annotation file is expected',
        files: { 'a.xml': folder },
        findings: [],
        read: 2,
      },
      {
        name: 'a link out of the folder',
        files: { 'a.xml': { linkTo: '/etc/hostname' } },
        findings: ['D055 warning in/a.xml a.xml is a link or a pipe, and not read'],
        read: 2,
      },
      {
        name: 'an image that is a link out of the folder',
        files: { 'a.png': { linkTo: '/etc/hostname' } },
        findings: [
          'D014 warning in/a.xml there is no image for a.xml',
          'D055 warning in/a.png a.png is a link or a pipe, and not read',
        ],
        read: 2,
      },
      {
        name: 'an image whose name is decomposed',
        files: {
          'a.png': undefined,
          'a.xml': undefined,
          'caf\u00e9.xml': good.replaceAll('a.png', 'caf\u00e9.png'),
          'cafe\u0301.png': image,
        },
        findings: [
          'D017 info in/caf\u00e9.xml cafe\u0301.png and caf\u00e9.xml differ in Unicode normal form',
        ],
        read: 2,
      },
    ],
  });
});
