import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
// @ts-expect-error a script without types
import { fixtureOf } from '../../scripts/matrix.mjs';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { filesIn, scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';
import { madePng } from './images.js';

/*
 * What the pages of formats show is what happens: the files that a page gives are written, its commands run one after the
 * other, and what it says of their outputs is looked for in them. Inputs that a page does not spell out are here, or the
 * fixture of its format.
 */

const pages = join(import.meta.dirname, '../../docs/formats');
const image = madePng(100, 80);
const boxes = { 'voc/a.xml': vocXml('a.png'), 'voc/a.png': image };
const flower =
  '{"source":"a/1.jpg","annotation":[{"type":"modelarts/image_classification","name":"rose"}]}\n';

const inputs: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
  'audio-classification': { 'sounds/bark/1.wav': 'RIFF' },
  'choosing-samples': {
    'pets/a.xml': vocXml('a.png', [{ name: 'cat', difficult: 1 }]),
    'pets/a.png': image,
    'pets/b.xml': vocXml('b.png'),
    'pets/b.png': image,
  },
  coco: { 'a.jpg': image },
  'image-segmentation': {
    'in.manifest':
      '{"source":"1.jpg","annotation":[{"type":"modelarts/image_segmentation","annotation-loc":"1.xml"}]}\n',
    '1.jpg': madePng(4, 3),
    '1.xml': vocXml('1.jpg', [{ name: 'cat' }], [4, 3])
      .replace(
        /<bndbox>.*?<\/bndbox>/s,
        '<polygon><x1>0</x1><y1>0</y1><x2>2</x2><y2>0</y2><x3>2</x3><y3>2</y3><x4>0</x4><y4>2</y4></polygon>',
      )
      .replace(/ *<segmented>.*\n/, ''),
  },
  imagenet: { 'flowers.manifest': flower, 'a/1.jpg': image },
  kitti: boxes,
  vertex: { '1.jpg': madePng(200, 100) },
  'table-csv': { 'published/a.csv': 'a\n"\t=1"\n' },
  'text-classification': {
    'reviews/a.txt': 'good, cheap\nbroken\n',
    'reviews/a_result.txt': 'pos,fast\nneg\n',
  },
  'text-classification-combine': { 'reviews.txt': 'good, cheap\tpos,fast\nbroken\tneg\n' },
};

function place(dir: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), content);
}

/** Puts the fixture of a format where a command looks for it. */
function placeFixture(dir: string, id: string, name: string): void {
  if (id === 'published') {
    cpSync(join(import.meta.dirname, '../fixtures/published'), join(dir, name), { recursive: true });
    return;
  }
  const input = fixtureOf(id) as string;
  if (statSync(input).isDirectory()) {
    cpSync(input, join(dir, name), { recursive: true });
    return;
  }
  const isInFolder = !/^in\./.test(input.slice(dirname(input).length + 1));
  if (isInFolder) cpSync(dirname(input), join(dir, name), { recursive: true });
  else {
    cpSync(dirname(input), dir, { recursive: true });
    cpSync(input, join(dir, name));
  }
}

const values = (list: readonly string[] = []) =>
  Object.fromEntries(
    list.map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );

async function run(dir: string, id: string, command: string): Promise<string | undefined> {
  const [, verb, ...args] = command.split(' ');
  const { values: flags, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      images: { type: 'string' },
      'from-option': { type: 'string', multiple: true },
      'to-option': { type: 'string', multiple: true },
    },
  });
  const [input, output] = positionals as [string, string | undefined];
  if (!existsSync(join(dir, input))) placeFixture(dir, flags.from ?? id, input);
  if (verb === 'inspect') {
    expect((await inspect(join(dir, input))).format).toBe(id);
    return undefined;
  }
  expect(verb).toBe('convert');
  const result = await convert(join(dir, input), join(dir, output!), {
    ...(flags.from === undefined ? {} : { from: flags.from }),
    to: flags.to!,
    ...(flags.images === undefined ? {} : { images: flags.images as 'copy' }),
    fromOptions: values(flags['from-option']) as ConvertOptions['fromOptions'],
    toOptions: values(flags['to-option']) as ConvertOptions['toOptions'],
  });
  expect(result.written).toBeGreaterThan(0);
  return output;
}

const fence = /^```\w*\n([\s\S]*?)^```$/gm;

test.each(readdirSync(pages).map((name) => name.replace(/\.md$/, '')))('%s: its example', async (id) => {
  const page = readFileSync(join(pages, `${id}.md`), 'utf8');
  const dir = scratch(inputs[id] ?? {});
  let after = '';
  let ran = 0;
  let last: string | undefined;
  let end = 0;
  for (const match of page.matchAll(fence)) {
    const before = page.slice(end, match.index);
    end = match.index + match[0].length;
    const [, code] = match as unknown as [string, string];
    // `a/b.json`: or `a/b.txt`, with `a/b.jpg` of 200 × 100 pixels:
    const given = /`([^`\s]+\.\w+)`(?:, with `([^`]+)` of (\d+) × (\d+) pixels)?:\s*$/.exec(before);
    const [, name, picture, width, height] = given ?? [];
    if (code.startsWith('labelkit ')) {
      for (const command of code.trim().split('\n')) {
        const output = await run(dir, id, command);
        if (output !== undefined) last = output;
        ran++;
      }
      after = page.slice(end).split('\n## ')[0]!;
    } else if (name !== undefined) {
      place(dir, name, code);
      if (picture !== undefined) place(dir, picture, madePng(Number(width), Number(height)));
    }
  }
  expect(ran).toBeGreaterThan(0);
  const written = Object.entries(filesIn(dir));
  const texts = written.map(([, text]) => text.replaceAll(/\s+/g, ''));
  for (const [, edges] of after.matchAll(/`?\b(?:bndbox|box)`? (-?[\d.]+(?:, -?[\d.]+){3})/g)) {
    const [xmin, ymin, xmax, ymax] = edges!.split(', ');
    const tags = `<xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax>`;
    expect(
      texts.some((text) => text.includes(tags)),
      tags,
    ).toBe(true);
  }
  for (const [, block] of after.matchAll(fence)) {
    for (const line of block!.split('\n').filter((text) => /[^\s…]/.test(text)))
      expect(
        texts.some((text) => text.includes(line.replaceAll(/\s+/g, ''))),
        line,
      ).toBe(true);
  }
  for (const [, json] of after.matchAll(/gives\s+`(\{[^`]+)`/g)) {
    const start = json!.split('…')[0]!.replaceAll(/\s+/g, '');
    expect(
      texts.some((text) => text.includes(start)),
      start,
    ).toBe(true);
  }
  for (const [, path] of after.matchAll(/(?:writes|makes) `([^`\s]+)`/g))
    expect(written.map(([name]) => name)).toContain(path);
  expect(last === undefined || existsSync(join(dir, last))).toBe(true);
});
