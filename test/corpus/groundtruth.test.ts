import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatCode } from '../../src/formats/groundtruth/code.js';
import { groundtruth } from '../../src/formats/groundtruth/format.js';
import type { JsonObject } from '../../src/model/index.js';
import { brief, MemorySink, MemorySource, readAllRecords, writeAll, writeRow } from '../formats/harness.js';

const root = join(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'groundtruth');
const names = ['bounding-box.manifest', 'class.manifest'] as const;
const textOf = (name: string) => readFileSync(join(root, name), 'utf8');
const read = (name: string, text: string, attributes?: string[]) =>
  readAllRecords(
    formatCode,
    new MemorySource(
      { [name]: text },
      { path: name, isFile: true, options: attributes === undefined ? {} : { attributes } },
    ),
  );

test.each(names)('%s: every line reads, and all that is found is where the objects are', async (name) => {
  const text = textOf(name);
  const { records, faults, diagnostics } = await read(name, text);
  expect(faults).toEqual([]);
  expect(records).toHaveLength(text.trim().split('\n').length);
  expect(diagnostics.filter(({ rule }) => rule !== 'N028').map(({ rule }) => rule)).toEqual(['N020']);
});

test('boxes have the names of the class map, the numbers of the file and its confidences', async () => {
  const text = textOf('bounding-box.manifest');
  const { records } = await read('x', text);
  let boxes = 0;
  for (const [index, line] of text.trim().split('\n').entries()) {
    const { category, 'category-metadata': metadata } = JSON.parse(line);
    const [annotation] = records[index]!.sample.annotations;
    expect(annotation!.image!.objects).toMatchObject(
      category.annotations.map((box: Record<string, number>, at: number) => ({
        name: metadata['class-map'][String(box['class_id'])],
        confidence: metadata.objects[at].confidence,
        shape: { xmin: box['left'], ymin: box['top'] },
      })),
    );
    boxes += category.annotations.length;
  }
  expect(boxes).toBeGreaterThan(100);
});

test('classes have the names that stand beside them', async () => {
  const { records } = await read('x', textOf('class.manifest'));
  expect(records.map(({ sample }) => sample.annotations.map(({ name, task }) => [name, task]))).toEqual([
    [['dog', 'image_classification']],
    [['positive', 'text_classification']],
  ]);
});

test.each(names)('%s: written again it is the same to the last member', async (name) => {
  const text = textOf(name);
  const { records } = await read(name, text);
  const attribute = name === 'class.manifest' ? 'species' : 'category';
  const sink = new MemorySink({ options: { attribute } });
  const written = await writeAll(
    formatCode,
    sink,
    records.map((record) => writeRow(record)),
  );
  expect(written).toEqual(records.map(() => 'written'));
  expect(sink.lossCounts).toEqual({});
  if (name === 'class.manifest') return;
  // The time is to the second in between, and widths are without the noise of their arithmetic.
  const plain = (line: string) =>
    line
      .replace(/(T\d\d:\d\d:\d\d)\.\d+"/, '$1"')
      .replace(/\d+\.\d{10,}/g, (number) => String(Math.round(Number(number) * 1e9) / 1e9));
  const lines = sink.text.trim().split('\n');
  for (const [index, line] of text.trim().split('\n').entries())
    expect(JSON.parse(plain(lines[index]!))).toEqual(JSON.parse(plain(line)) as JsonObject);
});

test('the files are recognised', () => {
  for (const name of names) {
    const look = {
      isFolder: false,
      name,
      head: textOf(name).slice(0, 65_536),
      names: [],
      headOf: () => undefined,
    };
    expect(groundtruth.recognise(look)?.certainty).toBe('sure');
  }
});

test('a box that leaves its image is named with its place', async () => {
  const { diagnostics } = await read('bounding-box.manifest', textOf('bounding-box.manifest'));
  for (const finding of brief(diagnostics.filter(({ rule }) => rule === 'N028')))
    expect(finding).toMatch(
      /^N028 warning bounding-box\.manifest:\d+:\d+ a box (?:leaves its image|has no area)$/,
    );
});
