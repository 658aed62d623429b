import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convert, stats } from '../../src/index.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');
const datumaro = resolve(corpus, 'datumaro/yolo_dataset');

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'labelkit-yolo-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('layouts of Datumaro', () => {
  test.each<[string, number, number]>([
    ['strict', 1, 2],
    ['labels', 2, 4],
    ['annotations', 1, 2],
  ])('%s: every image and every box', async (name, samples, objects) => {
    const found = await stats(join(datumaro, name));
    expect([found.samples, found.objects, found.unreadable]).toEqual([samples, objects, 0]);
    expect(found.labels.listed.map(({ label }) => label).sort()).toEqual(['label_2', 'label_4']);
  });
});

test.each([
  ['yolo', {}],
  ['yolo', { layout: 'ultralytics' }],
  ['kitti', {}],
  ['csv-boxes', {}],
])(
  'BCCD by way of %s %j: every image and box arrives, but for those that it cannot hold',
  async (format, toOptions) => {
    const middle = join(scratch, `${format}-${Object.values(toOptions).join()}`);
    const options = { images: format === 'csv-boxes' ? 'reference' : 'link', onError: 'skip' } as const;
    const first = await convert(resolve(corpus, 'bccd'), middle, { to: format, toOptions, ...options });
    // Two images of the set have a box without area, which YOLO cannot hold; Darknet trees have no test data.
    const isDarknet = format === 'yolo' && !('layout' in toOptions);
    expect(first.read).toBe(364);
    expect(first.written).toBe(isDarknet ? 290 : format === 'yolo' ? 362 : 364);
    const found = await stats(middle);
    expect(found.samples).toBe(first.written);
    if (format !== 'yolo') expect(found.objects).toBe(4888);
  },
);
