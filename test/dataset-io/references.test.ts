import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert, type TransformOptions, transform } from '../../src/dataset-io/convert.js';
import { dedupe } from '../../src/dataset-io/dedupe.js';
import { filterDataset } from '../../src/dataset-io/filter.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { relabel } from '../../src/dataset-io/relabel.js';
import { repairDataset } from '../../src/dataset-io/repair.js';
import type { RunResult } from '../../src/dataset-io/run.js';
import { sample } from '../../src/dataset-io/sample.js';
import { validate } from '../../src/dataset-io/validate.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const line = (source: string, loc: string, more = '') =>
  `{"source":"${source}","annotation":[{"type":"modelarts/object_detection","annotation-loc":"${loc}"}]${more}}\n`;

/** A manifest with relative references in a folder of its own, and another folder beside it. */
function folders(text = line('img/1.jpg', './xml/1.xml') + line('img/2.jpg', 'xml/2.xml')): string {
  const dir = scratch({
    'in/all.manifest': text,
    'in/xml/1.xml': vocXml('1.jpg', [{ name: 'cat' }]),
    'in/xml/2.xml': vocXml('2.jpg', [{ name: 'dog' }, { name: 'cat' }]),
    'in/img/1.jpg': 'one',
    'in/img/2.jpg': 'two',
  });
  mkdirSync(join(dir, 'out'));
  return dir;
}

const linesOf = (path: string) => readFileSync(path, 'utf8');
const rulesOf = ({ diagnostics }: RunResult) => diagnostics.map(({ rule }) => rule);

/** Every annotation file that a reader who starts from `baseDir` finds. */
async function objectsOf(path: string, baseDir?: string): Promise<string[]> {
  const names: string[] = [];
  const { batches } = await openDataset(path, { join: true, mode: 'strict', baseDir });
  for await (const rows of batches())
    for (const { images } of rows)
      for (const { objects } of images.values()) names.push(...objects.map(({ name }) => name ?? ''));
  return names;
}

type Work = (input: string, output: string, options: TransformOptions) => Promise<RunResult>;
const works: [string, Work][] = [
  ['convert', (input, output, options) => convert(input, output, { ...options, to: 'manifest' })],
  ['filter', (input, output, options) => filterDataset(input, output, { ...options, labels: ['cat'] })],
  ['sample', (input, output, options) => sample(input, output, { ...options, head: 9 })],
  ['dedupe', (input, output, options) => dedupe(input, output, { ...options })],
  [
    'relabel',
    (input, output, options) => relabel(input, output, { ...options, map: new Map([['bird', 'x']]) }),
  ],
  ['repair', (input, output, options) => repairDataset(input, output, { ...options, fix: ['usage-case'] })],
];

describe.each(works)('%s', (_, work) => {
  test('into another folder: the lines stay, and it is said where their references start', async () => {
    const dir = folders();
    const input = join(dir, 'in/all.manifest');
    const output = join(dir, 'out/all.manifest');
    const result = await work(input, output, {});
    expect(linesOf(output)).toBe(linesOf(input));
    expect(result.diagnostics).toMatchObject([
      {
        rule: 'D074',
        severity: 'warning',
        file: output,
        hint: expect.stringContaining(`--base-dir ${join(dir, 'in')}`),
      },
    ]);
    expect(await objectsOf(output, join(dir, 'in'))).toEqual(['cat', 'dog', 'cat']);
  });

  test.each([
    ['beside the input', 'in/other.manifest', {}],
    ['where relative references start', 'in/xml/other.manifest', { baseDir: 'in/xml' }],
  ])('%s nothing has to be said', async (_name, output, { baseDir }: { baseDir?: string }) => {
    const dir = folders(line('../img/1.jpg', '1.xml') + line('../img/2.jpg', '2.xml'));
    const options = baseDir === undefined ? {} : { baseDir: join(dir, baseDir) };
    if (baseDir === undefined) {
      const plain = folders();
      expect(rulesOf(await work(join(plain, 'in/all.manifest'), join(plain, output), {}))).toEqual([]);
      return;
    }
    expect(rulesOf(await work(join(dir, 'in/all.manifest'), join(dir, output), options))).toEqual([]);
  });
});

test.each([
  ['addresses', line('obs://b/1.jpg', 's3://b/1.xml')],
  ['absolute paths', line('/data/1.jpg', '/data/1.xml')],
  ['texts and inline documents', line('content://x', '<annotation/>')],
  ['nothing', ''],
])('%s start from nowhere', async (_, text) => {
  const dir = folders(text);
  const result = await convert(join(dir, 'in/all.manifest'), join(dir, 'out/all.manifest'), {
    to: 'manifest',
    from: 'manifest',
  });
  expect(rulesOf(result)).toEqual([]);
});

test.each([
  ['the source', line('1.jpg', 's3://b/1.xml')],
  ['an annotation file', line('obs://b/1.jpg', '1.xml')],
  ['the file of an inference', line('obs://b/1.jpg', 's3://b/1.xml', ',"inference-loc":"i.json"')],
])('%s alone is enough, and needs no change of the line', async (_, text) => {
  const dir = folders(line('obs://b/0.jpg', 's3://b/0.xml').repeat(500) + text);
  const result = await convert(join(dir, 'in/all.manifest'), join(dir, 'out/all.manifest'), {
    to: 'manifest',
  });
  expect(rulesOf(result)).toEqual(['D074']);
});

test('lines that are left out say nothing', async () => {
  const dir = folders(line('1.jpg', '1.xml') + line('obs://b/1.jpg', 's3://b/1.xml'));
  const result = await sample(join(dir, 'in/all.manifest'), join(dir, 'out/all.manifest'), { tail: 1 });
  expect(rulesOf(result)).toEqual([]);
});

test('where two manifests come into one file, merge is what helps', async () => {
  const dir = folders();
  const options = { to: 'manifest', mode: 'append' } as const;
  const { diagnostics } = await convert(join(dir, 'in/all.manifest'), join(dir, 'out/all.manifest'), options);
  expect(diagnostics).toMatchObject([{ rule: 'D074', hint: expect.stringContaining('labelkit merge') }]);
});

describe('annotation files that are written anew', () => {
  const map = new Map([['dog', 'wolf']]);

  test.each([
    ['in another folder', 'out/all.manifest', 'in', ['D074']],
    ['beside the input', 'in/new.manifest', 'in', []],
  ])('%s start from where all of the line starts', async (_, output, base, rules) => {
    const dir = folders();
    const path = join(dir, output);
    const result = await relabel(join(dir, 'in/all.manifest'), path, { map });
    expect(rulesOf(result)).toEqual(rules);
    expect(await objectsOf(path, join(dir, base))).toEqual(['cat', 'wolf', 'cat']);
    const { errors } = await validate(path, { checkFiles: true, baseDir: join(dir, base) });
    expect(errors).toBe(0);
    expect(linesOf(path)).toContain(line('img/1.jpg', './xml/1.xml'));
  });

  test('with a base of their own', async () => {
    const dir = folders(line('../img/1.jpg', '1.xml') + line('../img/2.jpg', '2.xml'));
    const baseDir = join(dir, 'in/xml');
    const path = join(dir, 'in/new.manifest');
    await relabel(join(dir, 'in/all.manifest'), path, { map, baseDir });
    expect(linesOf(path)).toContain('"../new-annotations/2.xml"');
    expect(await objectsOf(path, baseDir)).toEqual(['cat', 'wolf', 'cat']);
  });
});

test('with the images, everything comes along', async () => {
  const dir = folders(line('img/1.jpg', './xml/1.xml', ',"inference-loc":"i/1.json","x":1.50'));
  const output = join(dir, 'out/all.manifest');
  const result = await transform(
    join(dir, 'in/all.manifest'),
    output,
    { apply: (batch) => batch.setUsage(0, 'TEST') },
    { images: 'copy' },
  );
  expect(rulesOf(result)).toEqual([]);
  expect(linesOf(output)).toBe(
    line('all-images/1.jpg', '../in/xml/1.xml', ',"inference-loc":"../in/i/1.json","x":1.50').replace(
      ',"annotation"',
      ',"usage":"TEST","annotation"',
    ),
  );
  expect(await objectsOf(output)).toEqual(['cat']);
  expect(readFileSync(join(dirname(output), 'all-images/1.jpg'), 'utf8')).toBe('one');
});
