import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../../src/dataset-io/convert.js';
import { inspect } from '../../../src/dataset-io/inspect.js';
import { merge } from '../../../src/dataset-io/merge.js';
import { openDataset } from '../../../src/dataset-io/open.js';
import { validate } from '../../../src/dataset-io/validate.js';
import { formatCode } from '../../../src/formats/published/code.js';
import { published } from '../../../src/formats/published/format.js';
import { versionsOf } from '../../../src/formats/published/types.js';
import { filesIn, scratch } from '../../support/scratch.js';
import { brief, MemorySource, readAllRecords } from '../harness.js';

const fixture = join(import.meta.dirname, '../../fixtures/published');

function tree(): string {
  const dir = scratch();
  cpSync(fixture, join(dir, 'pets-8a1b'), { recursive: true });
  return dir;
}

describe('versions', () => {
  test.each<[string, string[], string, string[]]>([
    [
      'in order of their numbers',
      ['V010', 'V009', 'V1'].map((v) => `annotation/${v}/${v}.manifest`),
      '',
      ['V1', 'V009', 'V010'],
    ],
    [
      'with names',
      ['b', 'a-2', 'a-10'].map((v) => `annotation/${v}/${v}.manifest`),
      '',
      ['a-2', 'a-10', 'b'],
    ],
    ['named after the data set', ['annotation/V001/pets-V001.manifest'], '', ['V001']],
    [
      'in the folder of versions',
      ['V001/V001.manifest', 'V002/V002.manifest'],
      'annotation',
      ['V001', 'V002'],
    ],
    ['in their own folder', ['V003.manifest'], 'V003', ['V003']],
    ['none of another name', ['annotation/V001/V002.manifest', 'annotation/V001/x.manifest'], '', []],
    ['none elsewhere', ['data/V001/V001.manifest', 'annotation/V001/more/more.manifest'], '', []],
  ])('%s', (_, names, own, expected) => {
    expect(versionsOf(names, own).map(({ name }) => name)).toEqual(expected);
  });

  test('numbers of any length', () => {
    const names = ['V100000000000000000001', 'V99999999999999999999'];
    const found = versionsOf(
      names.map((name) => `annotation/${name}/${name}.manifest`),
      '',
    );
    expect(found.map(({ name }) => name)).toEqual(['V99999999999999999999', 'V100000000000000000001']);
  });
});

describe('recognised', () => {
  const look = (name: string, ...names: string[]) =>
    published.recognise({ isFolder: true, name, head: '', names, headOf: () => undefined });

  test.each<[string, string[], string | undefined]>([
    ['x', ['annotation/V001/V001.manifest'], 'sure'],
    ['annotation', ['V001/V001.manifest'], 'sure'],
    ['V001', ['V001.manifest'], 'sure'],
    ['mine', ['annotations/a.xml', 'mine.manifest'], 'sure'],
    ['pets', ['pets.manifest'], undefined],
    ['pets', ['annotation/a.xml', 'images.manifest'], undefined],
    ['out', ['pets-8a1b/annotation/V001/V001.manifest'], 'near'],
    ['out', ['a.jpg'], undefined],
  ])('%s with %j: %s', (name, names, certainty) => {
    expect(look(name, ...names)?.certainty).toBe(certainty);
  });

  test('inspect says which versions there are, and which is read', async () => {
    const dir = tree();
    const found = await inspect(join(dir, 'pets-8a1b'));
    expect(found).toMatchObject({
      format: 'published',
      reason: 'published versions V001 and V002, of which the last is read: annotation/V002/V002.manifest',
      samples: 3,
      usages: { TRAIN: 2, EVAL: 1 },
    });
    expect(await inspect(join(dir, 'pets-8a1b/annotation'))).toMatchObject({ samples: 3 });
    expect(await inspect(join(dir, 'pets-8a1b/annotation/V001'))).toMatchObject({
      format: 'published',
      reason: 'V001.manifest is the manifest of the published version V001',
      samples: 1,
    });
    await expect(inspect(dir)).rejects.toMatchObject({
      code: 'UnknownFormat',
      hint: expect.stringContaining('pets-8a1b in it has published versions'),
    });
  });
});

describe('read', () => {
  test('the last version, or the one that is named', async () => {
    const dir = join(tree(), 'pets-8a1b');
    const objects = async (options: object) => {
      const names: (string | undefined)[] = [];
      const dataset = await openDataset(dir, { join: true, ...options });
      for await (const rows of dataset.batches())
        for (const { images } of rows)
          for (const image of images.values()) names.push(...image.objects.map(({ name }) => name));
      return names;
    };
    expect(await objects({})).toEqual(['cat', 'dog', 'dog']);
    expect(await objects({ fromOptions: { version: 'V001' } })).toEqual(['cat']);
    await expect(objects({ fromOptions: { version: 'V003' } })).rejects.toMatchObject({
      message: expect.stringContaining('has no version "V003"'),
      hint: 'Versions: V001, V002.',
    });
  });

  test('findings say what was read', async () => {
    const dir = join(tree(), 'pets-8a1b');
    const { diagnostics } = await validate(dir, { minSeverity: 'info' });
    expect(brief(diagnostics).map((text) => text.replaceAll(dir, 'in'))).toEqual([
      'D041 info in/annotation/V002/V002.manifest version V002 is read, of V001, V002',
      'D042 info in/annotation/V002/V002.manifest 2 annotation files are read from the tree',
    ]);
  });

  test('a tree without versions is none', async () => {
    const source = new MemorySource({ 'a.txt': 'x' });
    await expect(readAllRecords(formatCode, source)).rejects.toThrow('in has no published version');
  });

  test.each(['', '\n\n'])('a version without lines is said (D043): %j', async (text) => {
    const source = new MemorySource({ 'annotation/V001/V001.manifest': text });
    const { records, faults, diagnostics } = await readAllRecords(formatCode, source);
    expect([records, faults]).toEqual([[], []]);
    expect(brief(diagnostics).filter((finding) => !finding.startsWith('M005'))).toEqual([
      'D043 warning in/annotation/V001/V001.manifest version V001 has no samples: its manifest is empty',
    ]);
  });

  test('broken lines are faults, and the others are read', async () => {
    const good = '{"source":"obs://b/a.jpg","annotation":[]}';
    const lines = [good, '{"source":', '[]', '{"annotation":[]}', `${good.slice(0, -1)},}`, '', good];
    const source = new MemorySource({ 'annotation/V001/V001.manifest': lines.join('\n') });
    const { records, faults } = await readAllRecords(formatCode, source);
    expect(records.map(({ line }) => line)).toEqual([1, 7]);
    expect(faults.map(({ diagnostics }) => diagnostics[0]?.line)).toEqual([2, 3, 4, 5]);
  });
});

describe('written', () => {
  test('to VOC, with the files of the tree', async () => {
    const dir = tree();
    const result = await convert(join(dir, 'pets-8a1b'), join(dir, 'out'), { to: 'voc' });
    expect(result).toMatchObject({ read: 3, written: 3 });
    expect(Object.keys(filesIn(join(dir, 'out')))).toEqual([
      'Annotations/a1.xml',
      'Annotations/a2.xml',
      'ImageSets/Main/train.txt',
      'ImageSets/Main/trainval.txt',
      'ImageSets/Main/val.txt',
    ]);
    expect(result.losses).toEqual({
      'sample-id': 2,
      'creation-time': 2,
      'annotated-by': 2,
      'unknown-member': 1,
    });
    expect(readFileSync(join(dir, 'out/Annotations/a1.xml'), 'utf8')).toBe(
      readFileSync(join(fixture, 'annotation/V002/annotations/a1.xml'), 'utf8'),
    );
  });

  test('to a manifest: all members, and references to the files of the tree', async () => {
    const dir = tree();
    await convert(join(dir, 'pets-8a1b'), join(dir, 'out.manifest'), { to: 'manifest' });
    const stored = readFileSync(join(fixture, 'annotation/V002/V002.manifest'), 'utf8');
    const expected = stored.replaceAll('obs://pets/out/pets-8a1b/', 'pets-8a1b/');
    expect(readFileSync(join(dir, 'out.manifest'), 'utf8')).toBe(expected);
  });

  test('references of local trees lead to where they led', async () => {
    const line = { source: '../../images/a.jpg', annotation: [] };
    const dir = scratch({
      't/annotation/V001/V001.manifest': `${JSON.stringify(line)}\n`,
      't/images/a.jpg': 'x',
      'm/n.manifest': `${JSON.stringify({ source: 'b.jpg', annotation: [] })}\n`,
    });
    const sources = (name: string) =>
      readFileSync(join(dir, name), 'utf8')
        .trim()
        .split('\n')
        .map((text) => (JSON.parse(text) as { source: string }).source);
    await convert(join(dir, 't'), join(dir, 'm/out.manifest'), { to: 'manifest' });
    expect(sources('m/out.manifest')).toEqual(['../t/images/a.jpg']);
    await merge([join(dir, 't'), join(dir, 'm/n.manifest')], join(dir, 'all.manifest'), { to: 'manifest' });
    expect(sources('all.manifest')).toEqual(['t/images/a.jpg', 'm/b.jpg']);
  });
});
