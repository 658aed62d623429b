import { join } from 'node:path';
import { expect, test } from 'vitest';
import { transform } from '../../src/dataset-io/convert.js';
import type { Stage } from '../../src/dataset-io/stage.js';
import { changeVoc } from '../../src/voc/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const lists = {
  'in/ImageSets/Main/train.txt': 'a\r\nb c',
  'in/ImageSets/Main/test.txt': '\ufeffd\n',
  'in/ImageSets/Main/cat_train.txt': 'a  1\nb c -1\n',
  'in/ImageSets/Layout/train.txt': 'a 1\nd 2\n',
};

function devkit(): string {
  return scratch({
    'in/Annotations/a.xml': vocXml('a.jpg'),
    'in/Annotations/b c.xml': vocXml('b c.jpg', [{ name: 'dog' }]),
    'in/Annotations/d.xml': vocXml('d.jpg'),
    'in/JPEGImages/a.jpg': 'A',
    'in/JPEGImages/b c.jpg': 'B',
    'in/JPEGImages/d.jpg': 'D',
    ...lists,
  });
}

const listsIn = (dir: string) =>
  Object.fromEntries(Object.entries(filesIn(dir)).filter(([name]) => name.startsWith('ImageSets')));

const drop = (source: string, more: Partial<Stage> = {}): Stage => ({
  apply(batch) {
    for (let row = 0; row < batch.rowCount; row++)
      if (batch.source(row)?.endsWith(source) === true) batch.drop(row);
  },
  ...more,
});

test('lists are carried over as they are while no sample is left out', async () => {
  const dir = devkit();
  const result = await transform(join(dir, 'in'), join(dir, 'out'), drop('none.jpg'));
  expect(result).toMatchObject({ read: 3, written: 3, dropped: 0, losses: {} });
  expect(listsIn(join(dir, 'out'))).toEqual(listsIn(join(dir, 'in')));
});

test('the lines of samples that are left out go, every other byte stays', async () => {
  const dir = devkit();
  const result = await transform(join(dir, 'in'), join(dir, 'out'), drop('a.jpg'));
  expect(result).toMatchObject({ read: 3, written: 2, dropped: 1, losses: {} });
  expect(listsIn(join(dir, 'out'))).toEqual({
    'ImageSets/Layout/train.txt': 'd 2\n',
    'ImageSets/Main/cat_train.txt': 'b c -1\n',
    'ImageSets/Main/test.txt': '\ufeffd\n',
    'ImageSets/Main/train.txt': 'b c',
  });
});

const rename: Stage = {
  async apply(batch) {
    for (let row = 0; row < batch.rowCount; row++) {
      const { files = [] } = await batch.joined(row);
      for (const { index, bytes } of files)
        batch.setDocument(row, index, changeVoc(bytes, { texts: [['/annotation/object/name', 'pet']] }));
    }
  },
};

test('class lists do not outlive a change of what they count', async () => {
  const dir = devkit();
  const result = await transform(join(dir, 'in'), join(dir, 'out'), rename);
  expect(result).toMatchObject({ written: 3, losses: { 'class-list': 1 } });
  expect(Object.keys(listsIn(join(dir, 'out')))).toEqual([
    'ImageSets/Layout/train.txt',
    'ImageSets/Main/test.txt',
    'ImageSets/Main/train.txt',
  ]);
});

test('class lists are made anew where they are asked for', async () => {
  const dir = scratch({
    'in/Annotations/a.xml': vocXml('a.jpg'),
    'in/JPEGImages/a.jpg': 'A',
    'in/ImageSets/Main/train.txt': 'a',
    'in/ImageSets/Main/cat_train.txt': 'a  1\n',
  });
  const result = await transform(join(dir, 'in'), join(dir, 'out'), rename, { classLists: true });
  expect(result).toMatchObject({ written: 1, losses: {} });
  expect(listsIn(join(dir, 'out'))).toEqual({
    'ImageSets/Main/train.txt': 'a',
    'ImageSets/Main/pet_train.txt': 'a  1\n',
    'ImageSets/Main/pet_trainval.txt': 'a  1\n',
  });
});

test('lists that follow from the usage leave the others behind, counted', async () => {
  const dir = devkit();
  const result = await transform(join(dir, 'in'), join(dir, 'out'), drop('a.jpg', { lists: 'renewed' }));
  expect(result).toMatchObject({ written: 2, losses: { 'image-set': 1 } });
  expect(listsIn(join(dir, 'out'))).toEqual({
    'ImageSets/Main/test.txt': 'd\n',
    'ImageSets/Main/train.txt': 'b c\n',
    'ImageSets/Main/trainval.txt': 'b c\n',
  });
});
