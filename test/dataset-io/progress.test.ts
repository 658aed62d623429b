import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert, diffDatasets, type Progress, validate } from '../../src/index.js';
import { scratch } from '../support/scratch.js';

const root = resolve(import.meta.dirname, '../..');
const street = join(root, 'examples/street');

/** What `onProgress` heard. */
function listener() {
  const heard: Progress[] = [];
  return { heard, onProgress: (progress: Progress) => void heard.push(progress) };
}

/** Lines of which every third has a fault. */
function faultyManifest(lines: number): string {
  const path = join(scratch(), 'faulty.manifest');
  const line = (n: number) =>
    n % 3 === 0 ? '{"source":"obs://b/x.jpg","usage":"NO"}' : `{"source":"obs://b/${n}.jpg"}`;
  writeFileSync(path, Array.from({ length: lines }, (_, n) => `${line(n)}\n`).join(''));
  return path;
}

describe('the last that is heard of a check is what it found', () => {
  test.each([
    ['a manifest', () => faultyManifest(30)],
    ['a VOC tree', () => street],
    ['a folder of another format', () => join(root, 'test/fixtures/labelme/set')],
  ])('%s', async (_, input) => {
    const { heard, onProgress } = listener();
    const { errors, warnings, samples } = await validate(input(), { onProgress });
    expect(samples).toBeGreaterThan(0);
    const last = heard.at(-1)!;
    // What is said of the whole comes after the last batch.
    expect(last.items).toBe(samples);
    expect(last.findings).toBeGreaterThan(0);
    expect(last.findings).toBeLessThanOrEqual(errors + warnings);
    expect(last.bytes).toBeGreaterThan(0);
  });
});

test('counts never go back, and never beyond the totals', async () => {
  const { heard, onProgress } = listener();
  await validate(faultyManifest(200_000), { crossSample: false, onProgress });
  expect(heard.length).toBeGreaterThan(3);
  heard.forEach(({ items, bytes, findings = -1, totalBytes = 0 }, at) => {
    const before = heard[at - 1] ?? { items: 0, bytes: 0, findings: 0 };
    expect(items).toBeGreaterThanOrEqual(before.items);
    expect(bytes).toBeGreaterThanOrEqual(before.bytes);
    expect(bytes).toBeLessThanOrEqual(totalBytes);
    expect(findings).toBeGreaterThanOrEqual(before.findings ?? 0);
  });
});

test('a run that writes tells findings, and the writing of files as a phase', async () => {
  const { heard, onProgress } = listener();
  const input = join(scratch(), 'street');
  cpSync(street, input, { recursive: true });
  const output = join(scratch(), 'out');
  const { diagnostics } = await convert(input, output, { to: 'cvat', onProgress });
  const visible = diagnostics.filter(({ severity }) => severity !== 'info').length;
  expect(heard.at(-1)).toMatchObject({ items: 6, findings: visible });
});

test('a first pass is told apart from the work', async () => {
  const { heard, onProgress } = listener();
  await diffDatasets(street, street, { onProgress });
  const phases = heard.map(({ phase }) => phase);
  expect(new Set(phases)).toEqual(new Set(['first-pass', undefined]));
  expect(phases.indexOf(undefined)).toBeGreaterThan(phases.lastIndexOf('first-pass'));
});
