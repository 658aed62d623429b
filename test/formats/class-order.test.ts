import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseClasses } from '../../src/dataset-io/class-names.js';
import { convert } from '../../src/dataset-io/convert.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { madePng } from './images.js';

const image = madePng(100, 80);
const labels = ['mouse', 'cat', '犬', 'ant'];
const data = {
  'classes.txt': '\ufeff犬\r\n\r\n ant \ncat\nmouse\n',
  ...Object.fromEntries(
    labels.flatMap((name, at) => [
      [`in/${at}.xml`, vocXml(`${at}.png`, [{ name }])],
      [`in/${at}.png`, image],
    ]),
  ),
};

type Ids = Record<string, number>;

const json = (dir: string, name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8'));
const lines = (dir: string, name: string) => readFileSync(join(dir, name), 'utf8').trim().split('\n');

/** The numbers that a format gives its classes, from 0. */
const writers: [string, (dir: string) => Ids][] = [
  [
    'coco',
    (dir) =>
      Object.fromEntries(
        json(dir, 'out').categories.map(({ id, name }: { id: number; name: string }) => [name, id - 1]),
      ),
  ],
  [
    'groundtruth',
    (dir) =>
      Object.fromEntries(
        lines(dir, 'out').map((line) => {
          const { label, 'label-metadata': metadata } = JSON.parse(line);
          const id: number = label.annotations[0].class_id;
          return [metadata['class-map'][id], id];
        }),
      ),
  ],
  ['yolo', (dir) => Object.fromEntries(lines(dir, 'out/obj.names').map((name, at) => [name, at]))],
  [
    'image-segmentation',
    (dir) =>
      Object.fromEntries(
        labels.map((name, at) => {
          const xml = readFileSync(join(dir, `out/${at}.xml`), 'utf8');
          const [, color] = /<mask_color>([^<]+)</.exec(xml)!;
          return [name, ['128,0,0', '0,128,0', '128,128,0', '0,0,128'].indexOf(color!)];
        }),
      ),
  ],
  [
    'openimages',
    (dir) =>
      Object.fromEntries(
        lines(dir, 'out/class-descriptions-boxable.csv').map((line, at) => [line.split(',').at(-1)!, at]),
      ),
  ],
  [
    'cvat',
    (dir) =>
      Object.fromEntries(
        [...readFileSync(join(dir, 'out'), 'utf8').matchAll(/<label>\s*<name>([^<]+)</g)].map(
          ([, name], at) => [name!, at],
        ),
      ),
  ],
];

const orders: [string, string | undefined, readonly string[]][] = [
  ['the order of a file', '@classes.txt', ['犬', 'ant', 'cat', 'mouse']],
  ['a sorted list', 'ant,cat,mouse,犬', ['ant', 'cat', 'mouse', '犬']],
  ['first appearance in the order of the files', undefined, labels],
];

describe.each(writers)('%s', (to, idsOf) => {
  test.each(orders)('%s', async (_, given, expected) => {
    const dir = scratch(data);
    const text = given?.replace('@', `@${dir}/`);
    const classes = text === undefined ? undefined : await parseClasses(text);
    await convert(join(dir, 'in'), join(dir, 'out'), {
      to,
      classes,
      images: to === 'openimages' ? 'copy' : 'reference',
    });
    expect(idsOf(dir)).toEqual(Object.fromEntries(expected.map((name, at) => [name, at])));
  });

  test('a label that is none of the classes is a fault that names the map', async () => {
    const dir = scratch(data);
    const options = { to, classes: ['ant', 'cat', 'mouse'], onError: 'skip' } as const;
    const result = await convert(join(dir, 'in'), join(dir, 'out'), options);
    expect(result).toMatchObject({ read: 4, written: 3, skipped: 1 });
    const [finding] = result.diagnostics.filter(({ rule }) => rule === 'C010');
    expect(finding?.hint).toContain("labelkit relabel --map '犬=ant'");
  });
});
