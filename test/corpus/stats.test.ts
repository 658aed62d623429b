import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { stats } from '../../src/index.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

/** What is between a and b in a text, with how often it is. */
function countsOf(texts: readonly string[], pattern: RegExp): Record<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [, found = ''] of text.matchAll(pattern)) counts.set(found, (counts.get(found) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

const sorted = (rows: readonly (readonly [string, number])[]) => Object.fromEntries([...rows].sort());

test('V010.manifest: labels and usages are those that a search finds', async () => {
  const path = resolve(corpus, 'modelarts-sdk/V010.manifest');
  const found = await stats(path);
  const text = readFileSync(path, 'utf8');
  expect(sorted(found.labels.listed.map(({ label, annotations }) => [label, annotations]))).toEqual(
    countsOf([text], /"name":"([^"]*)"/g),
  );
  expect(found.splits.TRAIN.samples).toBe(countsOf([text], /"usage":"([^"]*)"/g)['train']);
  expect([found.samples, found.annotations, found.unreadable]).toEqual([1779, 1785, 0]);
});

test('BCCD: objects are those that a search finds', async () => {
  const folder = resolve(corpus, 'bccd/Annotations');
  const texts = readdirSync(folder).map((name) => readFileSync(resolve(folder, name), 'utf8'));
  const found = await stats(resolve(corpus, 'bccd'));
  expect(sorted(found.labels.listed.map(({ label, objects }) => [label, objects]))).toEqual(
    countsOf(texts, /<name>([^<]*)<\/name>/g),
  );
  expect([found.samples, found.objects, found.unreadable]).toEqual([texts.length, 4888, 0]);
  expect(found.splits.TRAIN.samples + found.splits.EVAL.samples + found.splits.TEST.samples).toBe(364);
});
