import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../src/dataset-io/convert.js';
import { formatCode } from '../../../src/formats/coco/code.js';
import type { Sample } from '../../../src/model/index.js';
import { scratch } from '../../support/scratch.js';
import { brief, MemorySink, writeAll, writeRow } from '../harness.js';

const file = {
  info: {},
  licenses: [],
  images: [
    { id: 397133, file_name: 'a.jpg', width: 100, height: 80 },
    { id: 7, file_name: 'b.jpg', width: 100, height: 80 },
    { id: 0, file_name: 'c.jpg', width: 100, height: 80 },
  ],
  annotations: [
    {
      id: 900100,
      image_id: 397133,
      category_id: 90,
      bbox: [1, 2, 3, 4],
      area: 12,
      iscrowd: 0,
      segmentation: [],
    },
    {
      id: 12,
      image_id: 397133,
      category_id: 1,
      bbox: [10, 10, 20, 20],
      area: 250,
      iscrowd: 0,
      segmentation: [
        [10, 10, 20, 10, 20, 20, 10, 20],
        [20, 20, 30, 20, 30, 30],
        [25, 10, 30, 10, 30, 30, 25, 30],
      ],
      attributes: { color: 'red' },
    },
    { id: 3, image_id: 7, category_id: 90, bbox: [0, 0, 5, 5], area: 25, iscrowd: 0, segmentation: [] },
  ],
  categories: [
    { id: 90, name: 'toothbrush', supercategory: '' },
    { id: 1, name: 'person', supercategory: '' },
  ],
};

const ids = { ids: 'keep' };

/** The ids of a file, image by image. */
function idsOf(path: string) {
  const { images, annotations, categories } = JSON.parse(readFileSync(path, 'utf8')) as typeof file;
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  return {
    images: images.map(({ id, file_name }) => [id, file_name]),
    annotations: annotations.map(({ id, image_id, category_id, bbox }) => [
      id,
      image_id,
      names.get(category_id),
      bbox,
    ]),
    categories: categories.map(({ id, name }) => [id, name]),
  };
}

describe('EC-232: ids', () => {
  test('count from 1 unless they are to be kept', async () => {
    const dir = scratch({ 'in.json': JSON.stringify(file) });
    await convert(join(dir, 'in.json'), join(dir, 'out.json'), { to: 'coco' });
    expect(idsOf(join(dir, 'out.json'))).toMatchObject({
      images: [
        [1, 'a.jpg'],
        [2, 'b.jpg'],
        [3, 'c.jpg'],
      ],
      categories: [
        [1, 'toothbrush'],
        [2, 'person'],
      ],
    });
  });

  test('are kept from COCO to COCO', async () => {
    const dir = scratch({ 'in.json': JSON.stringify(file) });
    const result = await convert(join(dir, 'in.json'), join(dir, 'out.json'), {
      to: 'coco',
      fromOptions: ids,
      toOptions: ids,
    });
    expect(result).toMatchObject({ read: 3, written: 3, losses: {} });
    expect(JSON.parse(readFileSync(join(dir, 'out.json'), 'utf8'))).toEqual(file);
  });

  test.each(['manifest', 'voc'])('are kept by way of %s, as far as it goes', async (to) => {
    const dir = scratch({ 'in.json': JSON.stringify(file) });
    const between = join(dir, to === 'voc' ? 'tree' : 'between.manifest');
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, `${name}.jpg`), 'x');
    const result = await convert(join(dir, 'in.json'), between, { to, fromOptions: ids });
    expect(result.losses).toEqual(to === 'voc' ? { 'sample-id': 3 } : {});
    const back = convert(between, join(dir, 'out.json'), { to: 'coco', toOptions: ids });
    if (to === 'voc') {
      await expect(back).rejects.toThrow('the id of the image is null, no whole number [N150]');
      return;
    }
    // A VOC file says where its image came from, as 'Unknown'.
    expect((await back).losses).toEqual({ 'image-member': 3 });
    expect(idsOf(join(dir, 'out.json'))).toEqual(idsOf(join(dir, 'in.json')));
  });
});

describe('N150: ids that cannot be kept', () => {
  const sample = (
    id: string | undefined,
    ...objects: [string, string | undefined, string | undefined][]
  ): Sample => ({
    source: `${id}.jpg`,
    ...(id === undefined ? {} : { id }),
    annotations: [
      {
        type: 'modelarts/object_detection',
        task: 'object_detection',
        image: {
          width: 10,
          height: 10,
          objects: objects.map(([name, annotation, category]) => ({
            name,
            properties: new Map(
              [
                ['coco_id', annotation],
                ['coco_category_id', category],
              ].filter((entry): entry is [string, string] => entry[1] !== undefined),
            ),
            shape: { kind: 'bndbox', xmin: 1, ymin: 1, xmax: 2, ymax: 2 },
            parts: [],
          })),
        },
      },
    ],
  });

  test.each<[string, Sample, string]>([
    ['no id of the image', sample(undefined), 'the id of the image is null, no whole number'],
    ['a name for an id', sample('x7'), 'the id of the image is "x7", no whole number'],
    ['a zero before it', sample('07'), 'the id of the image is "07", no whole number'],
    [
      'beyond exact numbers',
      sample('1234567890123456'),
      'the id of the image is "1234567890123456", no whole number',
    ],
    ['an image id twice', sample('1'), 'the image id 1 occurs twice'],
    ['no annotation id', sample('2', ['a', undefined, '1']), 'a label "a" has no whole number as coco_id'],
    [
      'no category id',
      sample('2', ['a', '9', undefined]),
      'a label "a" has no whole number as coco_category_id',
    ],
    ['an annotation id twice', sample('2', ['a', '5', '1']), 'the annotation id 5 occurs twice'],
    ['two ids of a category', sample('2', ['a', '6', '2']), 'the category a has the ids 1 and 2'],
    ['two categories of an id', sample('2', ['b', '6', '1']), 'the category id 1 is that of a and of b'],
  ])('%s', async (_, second, message) => {
    const sink = new MemorySink({ options: ids });
    const rows = [sample('1', ['a', '5', '1']), second, sample('3', ['a', '300000000', '1'])];
    const results = await writeAll(
      formatCode,
      sink,
      rows.map((one) => writeRow({ sample: one, file: 'in.manifest' })),
    );
    expect(results[0]).toBe('written');
    expect(brief(results[1] as never)).toEqual([`N150 error in.manifest ${message}`]);
    expect(results[2]).toBe('written');
    const written = JSON.parse(sink.text) as typeof file;
    expect(written.images.map(({ id }) => id)).toEqual([1, 3]);
    expect(written.annotations.map(({ id }) => id)).toEqual([5, 300000000]);
  });
});
