import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { type ReportOptions, report } from '../../src/index.js';
import { scratch } from '../support/scratch.js';
import { dataSets, hostileNames } from './data-sets.js';

async function pageOf(name: keyof typeof dataSets, options: ReportOptions = {}) {
  const folder = scratch();
  const input = await dataSets[name](join(folder, 'input'));
  const output = join(folder, 'page.html');
  const result = await report(input, output, options);
  const html = readFileSync(output, 'utf8');
  const { document } = parseHTML(html);
  const textOf = (selector: string) =>
    document.querySelector(selector)?.textContent.replaceAll(/\s+/g, ' ') ?? '';
  return { folder, input, output, result, html, document, textOf };
}

describe.each(Object.keys(dataSets) as (keyof typeof dataSets)[])('the page of %s', (name) => {
  test('stands by itself and allows nothing but its own style and pictures', async () => {
    const { html, document, result } = await pageOf(name);
    const policy = document
      .querySelector('meta[http-equiv="Content-Security-Policy"]')!
      .getAttribute('content')!;
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(document.querySelectorAll('script, link, iframe, object, embed, form, base').length).toBe(0);
    expect(document.querySelectorAll('style').length).toBe(1);
    for (const element of document.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$/);
        if (name === 'src') expect(value).toMatch(/^data:image\/webp;base64,/);
        if (name === 'href') expect(value).toMatch(/^#/);
      }
    }
    expect(result.bytes).toBe(Buffer.byteLength(html));
  });

  test('is the same each time', async () => {
    const [one, other] = [await pageOf(name), await pageOf(name)];
    const plain = ({ html, folder }: typeof one) => html.replaceAll(folder, '');
    expect(plain(one)).toBe(plain(other));
  });

  test('has a table behind each plot, and headings in order', async () => {
    const { document } = await pageOf(name);
    for (const plot of document.querySelectorAll('figure.card')) {
      expect(plot.querySelector('svg[role="img"]')?.getAttribute('aria-label')).toMatch(/\w/);
      expect(plot.querySelectorAll('details table').length).toBe(1);
    }
    const levels = [...document.querySelectorAll('h1, h2, h3')].map(({ localName }) => Number(localName[1]));
    expect(levels[0]).toBe(1);
    for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1);
  });
});

test('a data set without samples has a page that says so', async () => {
  const { textOf, result } = await pageOf('empty');
  expect(textOf('#overview')).toContain('There are no samples in this data set.');
  expect(result).toMatchObject({ samples: 0, errors: 0, pictures: { shown: 0, failed: 0, leftOut: 0 } });
});

test('hostile names are text wherever they stand', async () => {
  const { document, textOf } = await pageOf('hostile');
  const labels = [...document.querySelectorAll('#labels tbody th')].map(({ textContent }) => textContent);
  for (const name of hostileNames.slice(0, 6)) expect(labels).toContain(name);
  expect(labels).toContain('nul\ufffd and half \ufffd');
  expect(labels.find((label) => label.startsWith('xxx'))).toBe(`${'x'.repeat(199)}…`);
  expect(textOf('#labels')).toContain('1 use is of labels that are not told apart');
  // What turns the direction around is no part of a plot, and isolated elsewhere.
  expect(textOf('#labels svg')).not.toMatch(/[\u202a-\u202e]/);
  for (const cell of document.querySelectorAll('#labels tbody th'))
    expect(cell.firstElementChild?.localName).toBe('bdi');
});

test('of ten thousand labels some are listed, and all are counted', async () => {
  const { result, textOf, document } = await pageOf('manyLabels', { top: 20 });
  expect(result.bytes).toBeLessThan(400_000);
  expect(textOf('#labels')).toContain(
    '10,000 labels, the most frequent first. 9,980 more labels with 9,980 uses',
  );
  expect(document.querySelectorAll('#labels tbody tr').length).toBe(20);
});

test('findings are grouped by rule, the worst first, with place and fix', async () => {
  const { document, textOf, result } = await pageOf('faulty');
  const cards = [...document.querySelectorAll('#findings .rule')];
  const kinds = cards.map((card) => card.querySelector('.pill')!.textContent);
  expect(kinds).toEqual([...kinds].sort((a, b) => (a === b ? 0 : a === 'error' ? -1 : 1)));
  expect(cards.filter((card) => card.hasAttribute('open'))).toEqual([cards[0]]);
  const repeated = cards.find((card) => card.textContent.includes('M143'))!;
  expect(repeated.textContent).toContain('Give every line of a source the same usage.');
  expect(repeated.textContent).toContain('faulty.manifest:2');
  expect(textOf('#splits')).toContain('1 sample has a source that is also in another usage');
  expect(result.errors).toBeGreaterThan(0);
  expect(result.unreadable).toBeGreaterThan(0);
});

test('entities are marked where they stand, relations named', async () => {
  const { document, textOf } = await pageOf('texts');
  const marks = [...document.querySelectorAll('#texts mark')].map(({ textContent }) => textContent);
  expect(marks.sort()).toEqual(['Adaperson', 'Londonplace', 'شكراthanks']);
  expect(textOf('#texts')).toContain('lives in Londonplace & Paris');
  expect(textOf('#texts')).toContain('person – lives in → place');
});

test('recordings have their transcripts with times, tables their columns', async () => {
  const { textOf } = await pageOf('audio');
  expect(textOf('#audio .transcript')).toBe(
    '00:00:01.000 – 00:00:02.500Ann: good morning00:00:02.600 – 00:00:04.000Ben: 早上好 <b>',
  );
  expect(textOf('#audio')).toContain('siren');
  const tables = await pageOf('tables');
  expect(tables.textOf('#tables')).toContain('1 file, 2 columns');
  expect(tables.textOf('#tables tbody')).toContain('ageINT');
});

test('pictures with findings come first, and those that cannot be made say why', async () => {
  const { document, result } = await pageOf('pictures');
  const captions = [...document.querySelectorAll('.picture')].map((picture) => picture.textContent);
  expect(captions[0]).toContain('flat.jpg');
  expect(document.querySelector('.picture')!.getAttribute('class')).toBe('picture flagged bad');
  expect(captions.find((text) => text.includes('missing.jpg'))).toContain(
    'No picture: the file is not there.',
  );
  expect(captions.find((text) => text.includes('cut.jpg'))).toContain('No picture: the file is damaged.');
  expect(document.querySelectorAll('.picture img').length).toBe(2);
  expect(result.pictures).toEqual({ shown: 2, failed: 2, leftOut: 0 });
});

test('pictures are left out where the page would become too large', async () => {
  const { document, result, textOf } = await pageOf('pictures', { maxSize: 0 });
  expect(document.querySelectorAll('.picture img').length).toBe(0);
  expect(result.pictures).toEqual({ shown: 0, failed: 0, leftOut: 4 });
  expect(textOf('#pictures')).toContain('4 more are left out to keep the page small.');
});

test('no more samples are shown than asked for', async () => {
  const { document } = await pageOf('pictures', { samples: 1 });
  expect(document.querySelectorAll('.picture').length).toBe(1);
  expect((await pageOf('pictures', { samples: 0 })).document.querySelector('#pictures')).toBeNull();
});

test('a page that is there is replaced only when that is said', async () => {
  const { input, output } = await pageOf('empty');
  await expect(report(input, output)).rejects.toMatchObject({ code: 'AlreadyExists', path: output });
  await report(input, output, { outputMode: 'overwrite', title: 'Another <title>' });
  expect(readFileSync(output, 'utf8')).toContain('<title>Another &lt;title&gt; – dataset report</title>');
});

test.each([
  [{ samples: -1 }, 'samples must be a whole number from 0, not -1'],
  [{ maxSize: 0.5 }, 'maxSize must be a whole number from 0, not 0.5'],
  [{ seed: -1 }, 'a seed must be a whole number'],
  [{ outputMode: 'append' as 'create' }, 'outputMode is "append"'],
])('%j is refused', async (options, message) => {
  await expect(pageOf('empty', options)).rejects.toMatchObject({
    code: 'BadOption',
    message: expect.stringContaining(message),
  });
});
