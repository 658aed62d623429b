import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { formatInfo, formats } from '../../src/dataset-io/formats.js';
import { openDataset } from '../../src/dataset-io/open.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { type Specimen, seeds, specimens } from './every.js';
import { madePng } from './images.js';

/** Texts have no names; tables are files that only their own format has. */
const hasNames = (seed: Specimen['seed']) => seed !== undefined && seed !== 'texts' && seed !== 'tables';

const writers = formats
  .filter(({ id, writes }) => writes && hasNames(specimens[id]?.seed))
  .map(({ id }) => [id, specimens[id]!] as const);

const outputOf = (id: string) => (formatInfo(id).layout === 'file' ? `data.${id}` : 'tree');

function optionsFor(id: string, { toOptions }: Specimen, more: Partial<ConvertOptions> = {}): ConvertOptions {
  return { to: id, images: 'copy', ...(toOptions === undefined ? {} : { toOptions }), ...more };
}

/** Names as data have them, with `#` for the extension: the first two have one base name. */
const names = [
  'one/a#',
  'two/a#',
  'x.v2#',
  'a b#',
  '猫#',
  'win\\c#',
  "it's (1) & more, 100%#",
  '-dash#',
] as const;

/** A data set with files of these names, in a format that the writer has a place for. */
function named({ seed }: Specimen): { readonly dir: string; readonly input: string } {
  const extension = seed === 'sounds' ? '.wav' : '.PNG';
  const sources = names.map((name) => name.replace('#', extension));
  const dir = scratch();
  for (const source of sources) {
    const path = join(dir, 'in', source.replaceAll('\\', '/'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, madePng(100, 80));
  }
  if (seed === 'boxes' || seed === 'outlines') {
    const rows = sources.map((source) => `"${source}",100,80,cat,1,2,30,40`);
    writeFileSync(
      join(dir, 'in/boxes.csv'),
      `image,width,height,label,xmin,ymin,xmax,ymax\n${rows.join('\n')}\n`,
    );
    return { dir, input: join(dir, 'in/boxes.csv') };
  }
  const type = `modelarts/${seed === 'sounds' ? 'audio' : 'image'}_classification`;
  const lines = sources.map((source) =>
    JSON.stringify({ source: source.replaceAll('\\', '/'), annotation: [{ type, name: 'cat' }] }),
  );
  writeFileSync(join(dir, 'in/m.manifest'), `${lines.join('\n')}\n`);
  return { dir, input: join(dir, 'in/m.manifest') };
}

describe.each(writers)('%s', (id, specimen) => {
  test('names that clash are refused, or stay apart by their folders', async () => {
    const { dir, input } = named(specimen);
    mkdirSync(join(dir, 'out'));
    const output = join(dir, 'out', outputOf(id));
    const result = await convert(input, output, optionsFor(id, specimen, { onError: 'skip' }));
    expect(result.written + result.skipped).toBe(names.length);
    const refused = result.diagnostics.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
    expect(refused).toEqual(Array.from({ length: result.skipped }, () => 'C002'));
    expect(result.skipped).toBeLessThan(2);
  });

  test('every sample comes back with its file, whatever its name is', async () => {
    const { dir, input } = named(specimen);
    mkdirSync(join(dir, 'out'));
    const output = join(dir, 'out', outputOf(id));
    const result = await convert(input, output, optionsFor(id, specimen, { renameClashes: true }));
    expect(result).toMatchObject({ read: names.length, written: names.length, skipped: 0 });
    const sources: string[] = [];
    const dataset = await openDataset(output, { from: id });
    for await (const { source } of dataset.samples()) sources.push(source);
    expect(new Set(sources).size).toBe(names.length);
    for (const source of sources) {
      const path = isAbsolute(source) ? source : join(dir, 'out', source);
      expect(existsSync(path) || existsSync(source), source).toBe(true);
    }
  });

  test('what is written does not depend on the order in which a folder has its files', async () => {
    const labels = ['zebra', 'ape', 'cat', 'bee', 'dog', 'eel'];
    const files = Object.fromEntries(
      labels.flatMap((name, at) => [
        [`f${at}.png`, madePng(100, 80)],
        [
          `f${at}.xml`,
          specimen.seed === 'outlines' ? outline(`f${at}.png`, name) : vocXml(`f${at}.png`, [{ name }]),
        ],
      ]),
    );
    const outputs = [Object.keys(files), Object.keys(files).reverse(), Object.keys(files).sort(shuffled)].map(
      async (order) => {
        const dir = scratch();
        for (const folder of ['in', 'out']) mkdirSync(join(dir, folder));
        for (const name of order) writeFileSync(join(dir, 'in', name), files[name]!);
        const { losses } = await convert(
          join(dir, 'in'),
          join(dir, 'out', outputOf(id)),
          optionsFor(id, specimen),
        );
        return [filesIn(join(dir, 'out')), losses];
      },
    );
    const [first, ...others] = await Promise.all(outputs);
    for (const other of others) expect(other).toEqual(first);
  });
});

const shuffled = (a: string, b: string) => ((a.charCodeAt(1) * 7) % 5) - ((b.charCodeAt(1) * 7) % 5);

const outline = (fileName: string, name: string) =>
  vocXml(fileName, [{ name }]).replace(
    /<bndbox>.*?<\/bndbox>/s,
    '<polygon><x1>10</x1><y1>10</y1><x2>60</x2><y2>12</y2><x3>40</x3><y3>50</y3></polygon>',
  );

describe('classes', () => {
  const numbered = writers.filter(([, { seed }]) => seed === 'boxes').map(([id]) => id);
  test.each(numbered)('%s: a label that is none of the classes', async (id) => {
    const dir = scratch();
    for (const folder of ['in', 'out']) mkdirSync(join(dir, folder));
    for (const [name, content] of Object.entries(seeds.boxes.files))
      writeFileSync(join(dir, 'in', name), content);
    const result = await convert(
      join(dir, 'in'),
      join(dir, 'out', outputOf(id)),
      optionsFor(id, specimens[id]!, { classes: ['dog'], onError: 'skip' }),
    );
    const refused = result.diagnostics.filter(({ rule }) => rule === 'C010');
    // Pascal VOC has names and no numbers.
    expect([result.skipped, refused.length]).toEqual(id === 'voc' ? [0, 0] : [2, 2]);
    for (const { message, hint, file } of refused) {
      expect(message).toBe('the label "cat" is none of the 1 classes (dog)');
      expect(hint).toContain("labelkit relabel --map 'cat=dog'");
      expect(file).toContain(join(dir, 'in'));
    }
  });
});
