import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCode as dota } from '../../../src/formats/dota/code.js';
import { formatCode as imageClassification } from '../../../src/formats/image-classification/code.js';
import { formatCode as imageSegmentation } from '../../../src/formats/image-segmentation/code.js';
import { formatCode as kitti } from '../../../src/formats/kitti/code.js';
import { formatCode as yolo } from '../../../src/formats/yolo/code.js';
import { NearNames } from '../../../src/model/index.js';
import { seed } from '../../support/random.js';
import { vocXml } from '../../support/voc-xml.js';
import { brief, MemorySource, readAllRecords } from '../harness.js';

const composed = 'caf\u00e9';
const decomposed = 'cafe\u0301';

test('the nearest name is found: another normal form before another letter case', () => {
  const near = new NearNames(['A', 'a\u0301', '\u00c1', 'B', 'b']);
  expect(near.find('\u00e1')).toEqual({ name: 'a\u0301', difference: 'form' });
  expect(near.find('a')).toEqual({ name: 'A', difference: 'case' });
  expect(near.find('A\u0301')).toEqual({ name: '\u00c1', difference: 'form' });
  expect(near.find('c')).toBeUndefined();
});

const box = 'Car 0 0 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n';
const formats = [
  [
    'kitti',
    kitti,
    (image: string, label: string) => ({ [`image_2/${image}.png`]: 'x', [`label_2/${label}.txt`]: box }),
  ],
  [
    'dota',
    dota,
    (image: string, label: string) => ({
      [`images/${image}.png`]: 'x',
      [`labelTxt/${label}.txt`]: '1 2 3 2 3 4 1 4 a 0\n',
    }),
  ],
  [
    'yolo',
    yolo,
    (image: string, label: string) => ({
      'data.yaml': 'train: images\nnames: [a]\n',
      [`images/${image}.png`]: 'x',
      [`labels/${label}.txt`]: '0 0.5 0.5 0.1 0.1\n',
    }),
  ],
  [
    'image-classification',
    imageClassification,
    (image: string, label: string) => ({ [`${image}.png`]: 'x', [`${label}.txt`]: 'a\n' }),
  ],
  [
    'image-segmentation',
    imageSegmentation,
    (image: string, label: string) => ({ [`${image}.png`]: 'x', [`${label}.xml`]: vocXml(`${label}.png`) }),
  ],
] as const;

describe.each(formats)('%s', (_, code, files) => {
  const read = async (image: string, label: string) => {
    const size = { width: 100, height: 80 };
    const sizes = Object.fromEntries(Object.keys(files(image, label)).map((name) => [name, size]));
    return await readAllRecords(code, new MemorySource(files(image, label), { sizes }));
  };

  test.each([
    ['Abc', 'aBC', 'D011 warning'],
    [composed, decomposed, 'D017 info'],
    [decomposed, composed, 'D017 info'],
    [`${composed}.V2`, `${decomposed}.v2`, 'D011 warning'],
    ['same', 'same', undefined],
  ])('%s and %s are one sample', async (image, label, expected) => {
    const { records, faults, diagnostics } = await read(image, label);
    expect(faults).toEqual([]);
    expect(records).toHaveLength(1);
    expect(records[0]!.sample.annotations).toHaveLength(1);
    const said = brief(diagnostics).filter((text) => /^D01[17] .*differ/.test(text));
    expect(said.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(
      expected === undefined ? [] : [expected],
    );
  });

  test('a name that is another image’s own is not taken', async () => {
    const both = { ...files('a', 'a'), ...files('A', 'a') };
    const sizes = Object.fromEntries(Object.keys(both).map((name) => [name, { width: 100, height: 80 }]));
    const { records } = await readAllRecords(code, new MemorySource(both, { sizes }));
    const labelled = records.filter(({ sample }) => sample.annotations.length > 0);
    expect(labelled.map(({ sample }) => sample.source.split('/').at(-1))).toEqual(['a.png']);
    expect(records).toHaveLength(2);
  });
});

describe('folders of a data set that are called as those of the layout', () => {
  const part = fc.constantFrom('images', 'labels', 'image_2', 'label_2', 'labelTxt', 'data', 'a', 'b');
  const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}/x`);
  test.each([
    ['kitti', kitti, 'training/image_2', 'training/label_2', box],
    ['dota', dota, 'train/images', 'train/labelTxt', '1 2 3 2 3 4 1 4 a 0\n'],
  ] as const)('%s', async (_, code, images, labels, label) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), async (names) => {
        const files = Object.fromEntries(
          names.flatMap((one) => [
            [`${images}/${one}.png`, 'x'],
            [`${labels}/${one}.txt`, label],
          ]),
        );
        const { records, faults, diagnostics } = await readAllRecords(code, new MemorySource(files));
        expect(faults).toEqual([]);
        expect(brief(diagnostics)).toEqual([]);
        expect(records.map(({ sample, file, key }) => [key, sample.source, file]).sort()).toEqual(
          names.map((one) => [one, `in/${images}/${one}.png`, `in/${labels}/${one}.txt`]).sort(),
        );
      }),
      { seed, numRuns: 300 },
    );
  });
});
