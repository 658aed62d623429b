import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
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

interface Coco {
  readonly images: readonly { id: number; file_name: string; width: number; height: number }[];
  readonly categories: readonly { id: number; name: string }[];
  readonly annotations: readonly { image_id: number; category_id: number; bbox: readonly number[] }[];
}

const readCoco = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Coco;

/** Class and box of each object, by the base name of its image, in the order of the file. */
function boxesOf({ images, categories, annotations }: Coco): Map<string, [string, readonly number[]][]> {
  const names = new Map(images.map(({ id, file_name }) => [id, basename(file_name)]));
  const classes = new Map(categories.map(({ id, name }) => [id, name]));
  const boxes = new Map([...names.values()].map((name) => [name, [] as [string, readonly number[]][]]));
  for (const { image_id, category_id, bbox } of annotations)
    boxes.get(names.get(image_id)!)!.push([classes.get(category_id)!, bbox]);
  return boxes;
}

/** As much of a PNG as says its size. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(33);
  header.write('89504e470d0a1a0a0000000d49484452', 'hex');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  header[24] = 8;
  return header;
}

test('VisDrone from COCO by way of VOC, manifest and YOLO back to COCO: boxes within a hundredth of a pixel', async () => {
  const coco = readCoco(resolve(corpus, 'sahi-coco/visdrone2019-det-train-first50image.json'));
  const at = (name: string) => join(scratch, 'chain', name);
  for (const { file_name, width, height } of coco.images) {
    mkdirSync(dirname(at(`coco/${file_name}`)), { recursive: true });
    writeFileSync(at(`coco/${file_name}`), pngHeader(width, height));
  }
  writeFileSync(at('coco/instances.json'), JSON.stringify(coco));
  await convert(at('coco/instances.json'), at('voc'), { to: 'voc', images: 'copy' });
  await convert(at('voc'), at('a.manifest'), { to: 'manifest' });
  await convert(at('a.manifest'), at('yolo'), { to: 'yolo', images: 'copy' });
  await convert(at('yolo'), at('back.json'), { to: 'coco' });
  const before = boxesOf(coco);
  const after = boxesOf(readCoco(at('back.json')));
  expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
  let boxes = 0;
  for (const [image, objects] of before) {
    const found = after.get(image)!;
    expect(found.map(([label]) => label)).toEqual(objects.map(([label]) => label));
    for (const [index, [, box]] of objects.entries()) {
      boxes++;
      for (const [edge, value] of box.entries())
        expect(Math.abs(found[index]![1][edge]! - value)).toBeLessThanOrEqual(0.01);
    }
  }
  expect(boxes).toBe(3326);
});
