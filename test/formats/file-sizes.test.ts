import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validate } from '../../src/dataset-io/validate.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { madePng } from './images.js';

const mega = 1024 * 1024;
const image = madePng(100, 80);

test.each<[string, Record<string, string | Uint8Array>, string, number, string]>([
  [
    'voc',
    { 'a.xml': vocXml('a.png'), 'a.png': image },
    'a.png',
    6 * mega,
    'warning a.png has 6291456 bytes, more than 5 MB',
  ],
  [
    'image-segmentation',
    { 'a.xml': vocXml('a.png'), 'a.png': image },
    'a.png',
    26 * mega,
    'error a.png has 27262976 bytes, more than 25 MB',
  ],
  [
    'yolo',
    {
      'data.yaml': 'train: images\nnames: [cat]\n',
      'images/a.png': image,
      'labels/a.txt': '0 0.5 0.5 0.1 0.1\n',
    },
    'images/a.png',
    6 * mega,
    'warning images/a.png has 6291456 bytes, more than 5 MB',
  ],
  [
    'imagenet',
    { 'cat/a.png': image },
    'cat/a.png',
    6 * mega,
    'warning cat/a.png has 6291456 bytes, more than 5 MB',
  ],
  [
    'image-classification',
    { 'a.png': image, 'a.txt': 'cat\n' },
    'a.txt',
    101 * mega,
    'error a.txt has 105906176 bytes, more than 100 MB',
  ],
  [
    'audio-classification',
    { 'meow/a.wav': 'RIFF' },
    'meow/a.wav',
    5121 * mega,
    'error meow/a.wav has 5369757696 bytes, more than 5 GB',
  ],
  [
    'text-classification-combine',
    { 'a.txt': 'x\ty\n' },
    'a.txt',
    5121 * mega,
    'error a.txt has 5369757696 bytes, more than 5 GB',
  ],
  [
    'table-csv',
    { 'a.csv': 'a\n1\n' },
    'a.csv',
    5121 * mega,
    'error a.csv has 5369757696 bytes, more than 5 GB',
  ],
  ['free-form', { 'a.bin': 'x' }, 'a.bin', 5121 * mega, 'error a.bin has 5369757696 bytes, more than 5 GB'],
])('D016 where an import has limits: %s', async (from, files, name, size, expected) => {
  const dir = scratch(files);
  // A hole: none of it is on the disk.
  truncateSync(join(dir, name), size);
  const found = async (profile: 'generic' | 'modelarts-import') => {
    const { diagnostics } = await validate(dir, { from, profile, checkFiles: true, minSeverity: 'info' });
    return diagnostics
      .filter(({ rule }) => rule === 'D016')
      .map(({ severity, message }) => `${severity} ${message}`);
  };
  expect(await found('modelarts-import')).toEqual([expected]);
  if (size < 5000 * mega) expect(await found('generic')).toEqual([]);
});
