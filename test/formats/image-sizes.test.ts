import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { createObsStorage } from '../../src/dataset-io/storage/obs/index.js';
import { startObsServer } from '../server/obs/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { brief } from './harness.js';
import { madePng } from './images.js';

const u16 = (value: number) => [value >> 8, value & 0xff];

/** The header of a JPEG: an EXIF orientation, something as long as a thumbnail, and the size. */
function madeJpeg(width: number, height: number, orientation: number, thumbnail = 0): Buffer {
  const exif = Buffer.concat([
    Buffer.from('Exif\0\0MM\0*\0\0\0\x08', 'latin1'),
    Buffer.from([...u16(1), ...u16(0x112), ...u16(3), 0, 0, 0, 1, ...u16(orientation), 0, 0, 0, 0, 0, 0]),
  ]);
  const segment = (marker: number, bytes: Uint8Array) =>
    Buffer.concat([Buffer.from([0xff, marker, ...u16(bytes.length + 2)]), bytes]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe1, exif),
    ...(thumbnail === 0 ? [] : [segment(0xe2, Buffer.alloc(thumbnail))]),
    segment(0xc0, Buffer.from([8, ...u16(height), ...u16(width), 1, 1, 0x11, 0])),
    Buffer.alloc(100_000),
  ]);
}

const images: Readonly<Record<string, Buffer>> = {
  'a.png': madePng(100, 50),
  'empty.png': Buffer.alloc(0),
  'none.png': Buffer.from('no image at all'),
  'turned.jpg': madeJpeg(100, 50, 6),
  'long.jpg': madeJpeg(100, 50, 1, 60_000),
};
/** Also one that is not there. */
const stems = [...Object.keys(images), 'missing.png'];

const files = Object.fromEntries([
  ['obj.data', 'names = obj.names\ntrain = train.txt\n'],
  ['obj.names', 'cat\n'],
  ['train.txt', stems.map((name) => `obj_train_data/${name}\n`).join('')],
  ...stems.map((name) => [`obj_train_data/${name.replace(/\..*/, '')}.txt`, '0 0.5 0.5 1 1\n'] as const),
  ...Object.entries(images).map(([name, bytes]) => [`obj_train_data/${name}`, bytes] as const),
]) as Record<string, string | Buffer>;

const findings = [
  'D014 in/obj_train_data/missing.txt',
  'D015 in/obj_train_data/empty.png',
  'Y007 in/train.txt',
  'Y014 in/obj_train_data/turned.jpg',
  'Y018 in/obj_train_data/empty.txt',
  'Y018 in/obj_train_data/none.txt',
];
/** Of the images whose size is known: pixels as stored, whatever the orientation says. */
const boxes = ['a.png,100,50', 'long.jpg,100,50', 'turned.jpg,100,50'];

const short = (diagnostics: Parameters<typeof brief>[0], place: string) =>
  [
    ...new Set(
      brief(diagnostics).map((text) => text.replaceAll(place, '').replace(/^(\S+) \S+ ([^: ]+).*/s, '$1 $2')),
    ),
  ]
    .filter((text) => !text.startsWith('C001'))
    .sort();

const rowsOf = (csv: string) =>
  csv
    .split('\n')
    .slice(1, -1)
    .map((line) =>
      line
        .replace(/^.*obj_train_data\//, '')
        .split(',')
        .slice(0, 3)
        .join(','),
    )
    .sort();

describe('sizes of images that a format needs', () => {
  test('on the disk', async () => {
    const dir = scratch(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [`in/${name}`, content])),
    );
    const result = await convert(join(dir, 'in'), join(dir, 'out.csv'), { to: 'csv-boxes', onError: 'skip' });
    expect(short(result.diagnostics, `${dir}/`)).toEqual(findings);
    expect(rowsOf(filesIn(dir)['out.csv']!)).toEqual(boxes);
  });

  test('in a bucket: from the first bytes alone, each image once, a few at a time', async () => {
    const server = await startObsServer({ buckets: ['data'] });
    try {
      for (const [name, content] of Object.entries(files)) server.put('data', `in/${name}`, content);
      for (let at = 0; at < 60; at++) {
        server.put(
          'data',
          `in/obj_train_data/more${at}.png`,
          Buffer.concat([madePng(9, 9), Buffer.alloc(200_000)]),
        );
        server.put('data', `in/obj_train_data/more${at}.txt`, '0 0.5 0.5 1 1\n');
      }
      const list = [...stems, ...Array.from({ length: 60 }, (_, at) => `more${at}.png`)];
      server.put('data', 'in/train.txt', list.map((name) => `obj_train_data/${name}\n`).join(''));
      const { accessKey, secretKey, endpoint } = server;
      const credentials = async () => ({ accessKey, secretKey });
      const storage = createObsStorage({ endpoint, addressing: 'path', engine: 'native', credentials });
      const dir = scratch();
      const options = { to: 'csv-boxes', onError: 'skip', session: { storage } } as const;
      const result = await convert('obs://data/in', join(dir, 'out.csv'), options);
      expect(short(result.diagnostics, 'obs://data/')).toEqual(findings);
      expect(rowsOf(filesIn(dir)['out.csv']!).filter((row) => !row.startsWith('more'))).toEqual(boxes);
      expect(result.written).toBe(63);
      const asked = server.log.filter(
        ({ operation, key }) => operation === 'GetObject' && /\.(?:png|jpg)$/.test(key!),
      );
      const times = new Map<string, number>();
      for (const { key, headers, sent } of asked) {
        times.set(key!, (times.get(key!) ?? 0) + 1);
        expect(headers['range']).toMatch(/^bytes=0-\d+$/);
        expect(sent).toBeLessThanOrEqual(256 * 1024);
      }
      // A header that does not fit into the first piece is asked for again, whole.
      for (const [key, count] of times) expect([key, count]).toEqual([key, key.endsWith('long.jpg') ? 2 : 1]);
      expect(server.peakRequests).toBeLessThanOrEqual(16);
    } finally {
      await server.close();
    }
  });
});
