import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { RowSpool } from '../../src/dataset-io/row-spool.js';
import type { Row } from '../../src/dataset-io/rows.js';
import { OptionError } from '../../src/model/index.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const none = { equal: 0, changed: 0, removed: 0, added: 0 };

/** A PNG of which only the header is there: 100 by 80. */
const png = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000640000005008020000000000000000000049454e44ae426082',
  'hex',
);

let dir: string;
const at = (name: string) => join(dir, name);

/** One data set in several formats, whose images are in the VOC tree. */
beforeEach(async () => {
  dir = scratch({
    'voc/Annotations/a.xml': vocXml(
      'a.png',
      [{ name: 'cat' }, { name: 'dog', box: [1, 1, 9, 9] }],
      [100, 80],
    ),
    'voc/Annotations/b.xml': vocXml('b.png', [{ name: 'cat', box: [3, 4, 50, 60] }], [100, 80]),
    'voc/ImageSets/Main/train.txt': 'a\n',
    'voc/ImageSets/Main/test.txt': 'b\n',
  });
  for (const name of ['a', 'b']) {
    mkdirSync(at('voc/JPEGImages'), { recursive: true });
    writeFileSync(at(`voc/JPEGImages/${name}.png`), png);
  }
  await convert(at('voc'), at('m.manifest'), { to: 'manifest' });
  await convert(at('voc'), at('c.json'), { to: 'coco' });
  await convert(at('voc'), at('yolo'), {
    to: 'yolo',
    images: 'copy',
    toOptions: { layout: 'ultralytics' },
  });
  await convert(at('voc'), at('labelme'), { to: 'labelme', images: 'copy' });
  await convert(at('voc'), at('v.jsonl'), { to: 'vertex' });
});

describe('one data set in several formats', () => {
  const places = ['voc', 'm.manifest', 'c.json', 'yolo', 'labelme', 'v.jsonl'];

  test.each(places)('%s is equal to each of them in all that both can say', async (one) => {
    for (const two of places) {
      const found = await diffDatasets(at(one), at(two), { ignore: ['uncarried'], tolerance: 1e-6 });
      expect(found.differences, two).toEqual([]);
      expect(found, two).toMatchObject({ equal: true, samples: { ...none, equal: 2 } });
    }
  });

  test('what one side has no place for counts unless it is left out by name', async () => {
    const found = await diffDatasets(at('m.manifest'), at('c.json'));
    expect(found).toMatchObject({ key: 'name', equal: false, fields: { usage: 2 } });
    const without = await diffDatasets(at('m.manifest'), at('c.json'), { ignore: ['usage'] });
    expect(without).toMatchObject({ equal: true, fields: {} });
    expect(without.ignored).toContain('usage');
  });

  test('by source: the files that relative and absolute ones lead to', async () => {
    const found = await diffDatasets(at('m.manifest'), at('c.json'), { key: 'source', ignore: ['usage'] });
    expect(found).toMatchObject({ key: 'source', equal: true, samples: { equal: 2 } });
    // These have copies of the images.
    const apart = await diffDatasets(at('m.manifest'), at('yolo'), { key: 'source' });
    expect(apart.samples).toEqual({ ...none, removed: 2, added: 2 });
  });

  test('what differs is said as between manifests', async () => {
    const text = readFileSync(at('c.json'), 'utf8');
    const changed = text.replace('"bbox":[3,4,47,56]', '"bbox":[3.5,4,47,56]');
    expect(changed).not.toBe(text);
    writeFileSync(at('changed.json'), changed);
    const found = await diffDatasets(at('yolo'), at('changed.json'), {
      ignore: ['uncarried'],
      tolerance: 1e-6,
    });
    expect(found).toMatchObject({ fields: { shape: 1 }, samples: { equal: 1, changed: 1 } });
    const near = await diffDatasets(at('yolo'), at('changed.json'), {
      ignore: ['uncarried'],
      tolerance: 0.5,
    });
    expect(near.equal).toBe(true);
    const twin = await diffDatasets(at('c.json'), at('changed.json'));
    expect(twin).toMatchObject({ key: 'name', fields: { shape: 1 }, annotations: { equal: 2, changed: 1 } });
    expect((await diffDatasets(at('c.json'), at('changed.json'), { ignore: ['shape'] })).equal).toBe(true);
  });

  test('labels that do not count', async () => {
    writeFileSync(at('other.json'), readFileSync(at('c.json'), 'utf8').replace('"dog"', '"wolf"'));
    expect(await diffDatasets(at('c.json'), at('other.json'))).toMatchObject({ fields: { label: 1 } });
    expect((await diffDatasets(at('c.json'), at('other.json'), { ignore: ['label'] })).equal).toBe(true);
  });

  test('all that is said counts with all', async () => {
    const lines = readFileSync(at('m.manifest'), 'utf8').trim().split('\n');
    const [first, ...rest] = lines.map((text) => JSON.parse(text));
    first.id = 'x';
    first.annotation[0].confidence = 0.5;
    writeFileSync(at('said.manifest'), [first, ...rest].map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect((await diffDatasets(at('said.manifest'), at('voc'))).equal).toBe(true);
    const found = await diffDatasets(at('said.manifest'), at('voc'), { all: true });
    expect(found).toMatchObject({ equal: false, fields: { id: 1 }, annotations: { removed: 1 } });
    const ignore = ['sample-id', 'annotation-confidence'];
    expect((await diffDatasets(at('said.manifest'), at('voc'), { all: true, ignore })).equal).toBe(true);
  });

  test('a name that stands for nothing', async () => {
    const error = await diffDatasets(at('voc'), at('c.json'), { ignore: ['colour'] }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).message).toContain('"colour"');
  });
});

describe('options of the second', () => {
  test('hold for both where the format is one, unless they are given', async () => {
    const sets = scratch({
      'one.csv': 'image;name;xmin;ymin;xmax;ymax\na.png;cat;1;2;3;4\n',
      'two.csv': 'image,name,xmin,ymin,xmax,ymax\na.png,cat,1,2,3,4\n',
    });
    const columns = 'image=image,label=name,xmin=xmin,ymin=ymin,xmax=xmax,ymax=ymax';
    const path = (name: string) => join(sets, name);
    const both = { from: 'csv-boxes', secondFrom: 'csv-boxes', fromOptions: { columns } };
    const found = await diffDatasets(path('one.csv'), path('two.csv'), {
      ...both,
      fromOptions: { columns, separator: ';' },
      secondFromOptions: { columns },
    });
    expect(found.equal).toBe(true);
    expect((await diffDatasets(path('two.csv'), path('two.csv'), both)).equal).toBe(true);
  });
});

test('of equal names the one with the most like path is taken', async () => {
  const sets = scratch();
  const shape = (label: string, x: number) => ({
    imagePath: '1.png',
    imageWidth: 100,
    imageHeight: 80,
    shapes: [
      {
        label,
        points: [
          [x, 1],
          [x + 9, 9],
        ],
        shape_type: 'rectangle',
      },
    ],
  });
  for (const [name, label] of [
    ['p/1', 'cat'],
    ['q/1', 'dog'],
  ] as const) {
    const path = join(sets, 'set', `${name}.json`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(shape(label, 5)));
  }
  await convert(join(sets, 'set'), join(sets, 'm.manifest'), { to: 'manifest' });
  const lines = readFileSync(join(sets, 'm.manifest'), 'utf8').trim().split('\n').reverse();
  writeFileSync(join(sets, 'm.manifest'), `${lines.join('\n')}\n`);
  for (const [one, two] of [
    ['set', 'm.manifest'],
    ['m.manifest', 'set'],
  ] as const) {
    const found = await diffDatasets(join(sets, one), join(sets, two));
    expect(found).toMatchObject({ equal: true, samples: { ...none, equal: 2 } });
  }
});

describe('shapes that do not count', () => {
  const polygon = [
    [10, 10],
    [30, 10],
    [10, 40],
  ];
  const set = (shapes: object[]) =>
    JSON.stringify({ imagePath: 'a.png', imageWidth: 100, imageHeight: 80, shapes });

  test('are as good as the boxes around them, or may be missing', async () => {
    const sets = scratch({
      'one/a.json': set([
        { label: 'cat', points: polygon, shape_type: 'polygon' },
        { label: 'dog', points: [[1, 1]], shape_type: 'point' },
      ]),
      'two/a.json': set([
        {
          label: 'cat',
          points: [
            [10, 10],
            [30, 40],
          ],
          shape_type: 'rectangle',
        },
      ]),
    });
    const [one, two] = [join(sets, 'one'), join(sets, 'two')];
    expect((await diffDatasets(one, two)).equal).toBe(false);
    const found = await diffDatasets(one, two, { ignore: ['shape-polygon', 'shape-point'] });
    expect(found).toMatchObject({ equal: true, annotations: { ...none, equal: 1 } });
    expect((await diffDatasets(one, two, { ignore: ['shape-polygon'] })).annotations.removed).toBe(1);
  });
});

test('rows put aside come back as they were, from memory and from the disk', () => {
  const spool = new RowSpool();
  try {
    const row = (at: number): Row => ({
      sample: {
        source: `${at}.png`,
        annotations: [
          {
            image: {
              objects: [{ name: 'x'.repeat(3000), properties: new Map([['a', `${at}`]]), parts: [] }],
            },
          },
        ],
      },
      file: 'f',
      base: '.',
    });
    const places = Array.from({ length: 2000 }, (_, at) => spool.add(row(at)));
    for (const at of [0, 7, 1999, 1000, 1]) expect(spool.read(places[at]!)).toEqual(row(at));
  } finally {
    spool.close();
  }
});
