import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { stats } from '../../src/dataset-io/stats.js';
import { validate } from '../../src/dataset-io/validate.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const object = (name: string, difficult = 0) =>
  `<object><name>${name}</name><difficult>${difficult}</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object>`;

const xml = (...objects: string[]) =>
  `<annotation><filename>x.jpg</filename><size><width>100</width><height>80</height><depth>3</depth></size>${objects.join('')}</annotation>`;

/** cat; cat and difficult dog; bird; no object; no file. */
const pets = {
  'in/Annotations/a.xml': xml(object('cat')),
  'in/Annotations/b.xml': xml(object('cat'), object('dog', 1)),
  'in/Annotations/c.xml': xml(object('bird')),
  'in/Annotations/d.xml': xml(),
  'in/JPEGImages/e.jpg': 'x',
  'in/ImageSets/Main/train.txt': 'a\nb\nc\nd\ne\n',
};

const texts = {
  'in/t.txt': 'one\ntwo\nthree\nfour\n',
  'in/t_result.txt': 'a\nb,a\nc\n\n',
};

async function run(files: Record<string, string>, from: string, fromOptions: Record<string, unknown>) {
  const dir = scratch(files);
  const output = join(dir, 'out.manifest');
  const result = await convert(join(dir, 'in'), output, { from, to: 'manifest', fromOptions });
  const sources = readFileSync(output, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { source: string; annotation: { name?: string }[] });
  return { result, sources };
}

describe('which samples are read', () => {
  test.each<[string, Record<string, unknown>, string[], string | undefined]>([
    ['all', {}, ['a', 'b', 'c', 'd', 'e'], undefined],
    ['no labels', { includedLabels: [] }, ['a', 'b', 'c', 'd', 'e'], undefined],
    [
      'included',
      { includedLabels: 'cat' },
      ['a', 'b'],
      '3 samples are left out: 1 have no label that was asked for, 2 have no label',
    ],
    [
      'two included',
      { includedLabels: ['dog', 'bird'] },
      ['b', 'c'],
      '3 samples are left out: 1 have no label that was asked for, 2 have no label',
    ],
    [
      'excluded',
      { excludedLabels: 'dog' },
      ['a', 'c', 'd', 'e'],
      '1 sample is left out: 1 have an excluded label',
    ],
    [
      'excluded after included',
      { 'included-labels': 'cat', 'excluded-labels': 'dog' },
      ['a'],
      '4 samples are left out: 1 have no label that was asked for, 2 have no label, 1 have an excluded label',
    ],
    [
      'difficult',
      { difficultOnly: true },
      ['b'],
      '4 samples are left out: 2 have no label that was asked for, 2 have no label',
    ],
    [
      'difficult and a label: one and the same',
      { difficultOnly: true, includedLabels: 'cat' },
      [],
      '5 samples are left out: 3 have no label that was asked for, 2 have no label',
    ],
  ])('%s', async (_, options, kept, finding) => {
    const { result, sources } = await run(pets, 'voc', options);
    expect(sources.map(({ source }) => /(\w)\.jpg$/.exec(source)?.[1] ?? 'x')).toEqual(
      kept.map((name) => (name === 'e' ? 'e' : 'x')),
    );
    expect(result).toMatchObject({ read: 5, written: kept.length, skipped: 0 });
    expect(result.dropped ?? 0).toBe(5 - kept.length);
    expect(result.diagnostics.filter(({ rule }) => rule === 'D009').map(({ message }) => message)).toEqual(
      finding === undefined ? [] : [finding],
    );
  });

  test.each<[Record<string, unknown>, string[][]]>([
    [{ includedLabels: 'a' }, [['a'], ['b', 'a']]],
    [{ includedLabels: 'a', prune: true }, [['a'], ['a']]],
    [{ excludedLabels: 'a' }, [['c'], []]],
    [{ includedLabels: 'A' }, []],
  ])('texts with %j', async (options, labels) => {
    const { result, sources } = await run(texts, 'text-classification', options);
    expect(sources.map(({ annotation }) => annotation.map(({ name }) => name))).toEqual(labels);
    expect(result.read).toBe(result.written + (result.dropped ?? 0));
  });

  test('a label that nothing has', async () => {
    const { result } = await run(texts, 'text-classification', {
      includedLabels: 'a,A',
      excludedLabels: 'z',
    });
    expect(result.diagnostics.filter(({ rule }) => rule === 'D007').map(({ message }) => message)).toEqual([
      'nothing has the label "A"',
      'nothing has the label "z"',
    ]);
  });

  test('pruned labels are counted', async () => {
    const { result } = await run(texts, 'text-classification', { includedLabels: 'a', prune: true });
    expect(result.diagnostics.find(({ rule }) => rule === 'D009')?.message).toBe(
      '2 samples are left out: 1 have no label that was asked for, 1 have no label; 1 label of others too',
    );
  });

  test('objects are pruned from annotation files beside masks', async () => {
    const two = xml(object('cat'), object('dog')).replace(
      '</size>',
      '</size><mask_source>a.mask.png</mask_source>',
    );
    const dir = scratch({ 'in/a.xml': two, 'in/a.jpg': 'x' });
    const fromOptions = { polygons: 'keep', includedLabels: 'cat', prune: true };
    const options = { from: 'image-segmentation', to: 'voc', fromOptions } as const;
    const result = await convert(join(dir, 'in'), join(dir, 'out'), options);
    expect(result).toMatchObject({ read: 1, written: 1, losses: {} });
    const written = readFileSync(join(dir, 'out/Annotations/a.xml'), 'utf8');
    expect(written).toContain('<name>cat</name>');
    expect(written).not.toContain('dog');
  });

  test.each(['manifest', 'voc'])('objects are pruned from VOC files, to %s', async (to) => {
    const kept = object('cat').replace('</object>', '<own>1</own></object>');
    const two = xml(kept, object('dog')).replace(
      '</size>',
      '</size><mask_source>masks/a.png</mask_source><unknown>2</unknown>',
    );
    const dir = scratch({
      'in/a.xml': two,
      'in/a.jpg': 'x',
      'in/b.xml': xml(object('cat')),
      'in/b.jpg': 'x',
    });
    const fromOptions = { includedLabels: 'cat', prune: true };
    const output = join(dir, to === 'voc' ? 'out' : 'out.manifest');
    const result = await convert(join(dir, 'in'), output, { from: 'voc', to, fromOptions });
    expect(result).toMatchObject({ read: 2, written: 2, losses: {} });
    const [file, mask] =
      to === 'voc' ? ['out/Annotations/a.xml', '../../in'] : ['out-annotations/a.xml', '../in'];
    const written = readFileSync(join(dir, file), 'utf8');
    expect(written.replaceAll(/\s+</g, '<')).toContain(kept);
    expect(written).toContain('<unknown>2</unknown>');
    expect(written).toContain(`<mask_source>${mask}/masks/a.png</mask_source>`);
    expect(written).not.toContain('dog');
    expect(readFileSync(join(dir, 'in/a.xml'), 'utf8')).toBe(two);
    if (to === 'manifest') expect(readFileSync(output, 'utf8')).toContain('"in/b.xml"');
  });

  test.each<[Record<string, unknown>, string[], string[]]>([
    [{ includedLabels: 'cat@object_detection' }, ['a', 'b'], []],
    [{ includedLabels: 'cat@image_classification,bird' }, ['c'], ['cat@image_classification']],
    [
      {
        includedLabels: 'cat@object_detection,dog@image_segmentation',
        excludedLabels: 'dog@object_detection',
      },
      ['a'],
      ['dog@image_segmentation'],
    ],
    [{ includedLabels: 'cat@home' }, [], ['cat@home']],
  ])('labels of one task: %j', async (fromOptions, kept, missing) => {
    const { result, sources } = await run(pets, 'voc', fromOptions);
    const names = sources.map(({ annotation }) => JSON.stringify(annotation).match(/(\w)\.xml/)?.[1]);
    expect(names).toEqual(kept);
    expect(result.diagnostics.filter(({ rule }) => rule === 'D007').map(({ message }) => message)).toEqual(
      missing.map((label) => `nothing has the label "${label}"`),
    );
  });

  test('lists of a VOC tree name what is there', async () => {
    const dir = scratch(pets);
    const fromOptions = { includedLabels: 'bird' };
    await convert(join(dir, 'in'), join(dir, 'out'), { to: 'voc', fromOptions });
    expect(readFileSync(join(dir, 'out/ImageSets/Main/train.txt'), 'utf8')).toBe('c\n');
    expect(readFileSync(join(dir, 'out/Annotations/c.xml'), 'utf8')).toBe(pets['in/Annotations/c.xml']);
  });
});

describe('elsewhere', () => {
  const fromOptions = { includedLabels: 'cat' };

  test('data sets that are opened, counted and looked at', async () => {
    const dir = scratch({ ...pets, 'b/cat/1.jpg': 'x', 'b/dog/2.jpg': 'x' });
    const seen: string[] = [];
    const dataset = await openDataset(join(dir, 'in'), { fromOptions });
    for await (const { source } of dataset.samples()) seen.push(source);
    expect(seen).toHaveLength(2);
    expect((await stats(join(dir, 'in'), { fromOptions })).samples).toBe(2);
    expect((await inspect(join(dir, 'b'), { fromOptions })).samples).toBe(1);
    const { rules } = await validate(join(dir, 'b'), { fromOptions });
    expect(rules).toEqual({ D009: 1 });
  });

  test('what looks at a whole VOC tree refuses them', async () => {
    const dir = scratch(pets);
    await expect(validate(join(dir, 'in'), { fromOptions })).rejects.toMatchObject({ code: 'Unsupported' });
  });

  test('formats without difficulty have no option for it', async () => {
    const dir = scratch({ 'b/cat/1.jpg': 'x' });
    const options = { from: 'imagenet', fromOptions: { difficultOnly: true } };
    await expect(inspect(join(dir, 'b'), options)).rejects.toMatchObject({ code: 'BadOption' });
  });
});

test('images of another type than their extension says (D026)', async () => {
  const png = Buffer.from(
    '89504e470d0a1a0a0000000d4948445200000140000000f00802000000fdd5b9b60000000049454e44ae426082',
    'hex',
  );
  const dir = scratch({
    'b/cat/1.jpg': png,
    'b/cat/2.png': png,
    'v/Annotations/a.xml': vocXml('a.jpg'),
    'v/JPEGImages/a.jpg': png,
  });
  const folders = await validate(join(dir, 'b'), { checkFiles: true });
  expect(folders.diagnostics.map(({ rule, message }) => `${rule} ${message.replace(/^.*\//, '')}`)).toEqual([
    'D026 1.jpg is an image of type png, which its extension does not say',
  ]);
  const tree = await validate(join(dir, 'v'), { checkFiles: true });
  expect(tree.rules).toHaveProperty('D026', 1);
});
