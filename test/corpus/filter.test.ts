import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type FilterOptions, filterDataset } from '../../src/dataset-io/filter.js';
import { scratch } from '../support/scratch.js';

const root = join(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'modelarts-sdk');
const classification = 'classification-multi-xy-V201902220937263726.manifest';
const files = 'detect-multi-local-voc-filter.manifest';
const texts = 'text_classification_multiple_label.manifest';
const entities = 'text_entity_duplicate_label.manifest';
const sounds = 'audio_classification_mutiple_label.manifest';
const speech = 'audio_content.manifest';
const spoken = ['Hello world', 'Hello manifest', 'music, di da di da'];

async function counted(name: string, options: FilterOptions): Promise<number> {
  const output = join(scratch(), 'out.manifest');
  const result = await filterDataset(join(root, name), output, options);
  expect(result.read).toBe(result.written + (result.dropped ?? 0));
  return result.written;
}

test.each<[string, FilterOptions, number]>([
  [classification, { hard: true }, 8],
  [classification, { hard: true, labels: ['Dog'] }, 4],
  [classification, { labels: ['Dog'] }, 12],
  [classification, { hard: false, labels: ['Dog'] }, 8],
  [classification, { hard: true, labels: ['dog'] }, 0],
  [files, { hard: true }, 3],
  [files, { hard: false, compat: 'upstream' }, 7],
  [files, { hard: false }, 5],
  [files, { hard: true, labels: ['person'] }, 2],
  [files, { hard: true, labels: ['person', 'greenLight'] }, 3],
  [files, { labels: ['person'] }, 7],
  [texts, { labels: ['label1'] }, 4],
  [texts, { labels: ['label1'], hard: true }, 2],
  [texts, { labels: ['label1'], hard: false }, 2],
  [entities, { labels: ['name'], hard: true }, 4],
  [entities, { labels: ['name'], hard: false }, 4],
  [sounds, { labels: ['speech'] }, 4],
  [sounds, { labels: ['speech'], hard: true }, 2],
  [sounds, { labels: ['speech'], hard: false }, 2],
  [sounds, { labels: ['speech', 'program'], hard: true }, 3],
  [speech, { labels: spoken }, 3],
  [speech, { labels: spoken, hard: true }, 1],
  [speech, { labels: spoken, hard: false }, 2],
])('%s by %j: %i samples, whole or without their other annotations', async (name, options, expected) => {
  expect(await counted(name, options)).toBe(expected);
  expect(await counted(name, { ...options, by: 'annotation' })).toBe(expected);
});

test('V010 by usage, label and expression', async () => {
  const name = 'V010.manifest';
  const all = await counted(name, {});
  expect(all).toBe(1779);
  expect(await counted(name, { usages: ['train'] })).toBe(1779);
  expect(await counted(name, { usages: ['eval'] })).toBe(0);
  expect(await counted(name, { where: 'count(annotation) > 1' })).toBe(6);
  expect(await counted(name, { where: 'any(task == "image_classification")' })).toBe(1779);
});
