import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  formatBatches,
  formatSamples,
  getSampleList,
  getSources,
  manifestBatches,
  manifestSamples,
} from '../../src/manifest/index.js';
import type { Diagnostic } from '../../src/model/index.js';

const root = join(process.env['LABELKIT_CORPUS'] ?? '../shared/data', 'modelarts-sdk');

function find(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.manifest'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const manifests = find(root);

/** The one manifest in the top folder whose name starts so. */
function named(start: string): string {
  const found = manifests.filter(
    (path) => basename(path).startsWith(start) && path === join(root, basename(path)),
  );
  if (found.length !== 1) throw new Error(`${found.length} manifests in ${root} start with ${start}`);
  return found[0]!;
}

/** Samples, label type, number of labels. */
async function counts(path: string, task: string, usage: string, exactlyMatchType = false) {
  const samples = manifestSamples(createReadStream(path), { file: path });
  const result = await getSampleList(samples, task, { usage, exactlyMatchType });
  return [
    result.samples.length,
    result.labelType,
    result.samples.reduce((sum, [, labels]) => sum + labels.length, 0),
  ];
}

type Count = [number, 'single' | 'multi', number];
const none: Count = [0, 'single', 0];

describe('sample lists of the SDK resources', () => {
  it.each<[string, string, Count, Count, Count]>([
    ['classification-xy', 'image_classification', [19, 'single', 19], [19, 'single', 19], none],
    ['classification-multi-xy', 'image_classification', [19, 'multi', 20], [19, 'multi', 20], none],
    [
      'classification-detection-multi-xy',
      'image_classification',
      [2, 'multi', 2],
      [2, 'multi', 2],
      [3, 'single', 0],
    ],
    [
      'classification-detection-multi-xy',
      'object_detection',
      [2, 'multi', 2],
      [2, 'multi', 2],
      [3, 'single', 0],
    ],
    ['V002.', 'image_classification', [10, 'single', 10], [10, 'single', 10], none],
    ['V010.', 'image_classification', [1779, 'multi', 1785], [1779, 'multi', 1785], none],
    ['detect-test-xy', 'object_detection', [8, 'single', 8], [8, 'single', 8], none],
    ['detect-multi-xy', 'object_detection', [8, 'multi', 9], [8, 'multi', 9], none],
    ['detect-multi-local-voc.', 'object_detection', [8, 'multi', 9], [8, 'multi', 9], none],
    ['detect-multi-local-voc-filter', 'object_detection', [8, 'multi', 9], [8, 'multi', 9], none],
    ['text_classification.', 'text_classification', [6, 'single', 6], [6, 'single', 6], none],
    [
      'text_classification_multiple_label',
      'text_classification',
      [5, 'multi', 6],
      [5, 'multi', 6],
      [1, 'single', 0],
    ],
    ['text_entity.', 'text_entity', [6, 'single', 6], [6, 'single', 6], none],
    ['text_entity_duplicate_label', 'text_entity', [8, 'multi', 18], [7, 'multi', 16], [1, 'multi', 2]],
    ['audio_classification.', 'audio_classification', [7, 'single', 7], [7, 'single', 7], none],
    ['audio_classification.', 'sound_classification', [7, 'single', 7], [7, 'single', 7], none],
    [
      'audio_classification_mutiple_label',
      'audio_classification',
      [7, 'multi', 8],
      [6, 'multi', 7],
      [1, 'single', 1],
    ],
    ['audio_content.', 'audio_content', [4, 'single', 4], [4, 'single', 4], none],
    ['audio_content_inference', 'audio_content', [3, 'single', 3], [2, 'single', 2], [1, 'single', 1]],
  ])('%s as %s', async (start, task, all, train, inference) => {
    const path = named(start);
    expect(await counts(path, task, 'all')).toEqual(all);
    expect(await counts(path, task, 'train')).toEqual(train);
    expect(await counts(path, task, 'inference')).toEqual(inference);
  });

  it('V010 has labels in Chinese', async () => {
    const { samples } = await getSampleList(
      manifestSamples(createReadStream(named('V010.'))),
      'image_classification',
    );
    expect(samples[0]![1]).toEqual(['sunflowers', '向日葵']);
  });
});

describe('sources of the SDK resources', () => {
  it.each(['obsbinary', 'binary'])('%s', async (start) => {
    const sources = await getSources(manifestSamples(createReadStream(named(start))), 'carbondata');
    expect(sources.length).toBe(3);
    for (const source of sources) expect(source.endsWith('.carbondata')).toBe(true);
  });
});

describe('EC-100: writing what was read', () => {
  it('has manifests to read', () => {
    expect(manifests.length).toBeGreaterThanOrEqual(20);
  });

  it.each(manifests.map((path) => [path.slice(root.length + 1), path]))('%s', async (_, path) => {
    const stored = readFileSync(path, 'utf8');
    const expected = stored.endsWith('\n') ? stored : `${stored}\n`;
    const found: Diagnostic[] = [];
    const options = { onDiagnostic: (diagnostic: Diagnostic) => found.push(diagnostic) };
    const written = async (chunks: AsyncIterable<Uint8Array>) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      return Buffer.concat(parts).toString('utf8');
    };
    expect(await written(formatSamples(manifestSamples(createReadStream(path), options)))).toBe(expected);
    expect(await written(formatBatches(manifestBatches(createReadStream(path), options)))).toBe(expected);
    expect(await written(formatBatches(manifestBatches(createReadStream(path), { lazy: true })))).toBe(
      expected,
    );
    expect(found).toEqual([]);

    const canonical = await written(
      formatSamples(manifestSamples(createReadStream(path)), { canonical: true }),
    );
    const again = manifestSamples([Buffer.from(canonical)]);
    const rewritten = await written(formatSamples(again, { canonical: true }));
    expect(rewritten).toBe(canonical);
  });
});
