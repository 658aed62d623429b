import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { detectCoordinates } from '../../src/dataset-io/coords.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { repairDataset } from '../../src/dataset-io/repair.js';
import { scratch } from '../support/scratch.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');
const bccd = join(corpus, 'bccd');

test('BCCD is equal to its own round trip', async () => {
  const dir = scratch();
  const [manifest, back] = [join(dir, 'bccd.manifest'), join(dir, 'back')];
  await convert(bccd, manifest, { to: 'manifest' });
  await convert(manifest, back, { to: 'voc' });
  for (const [first, second] of [
    [bccd, back],
    [bccd, manifest],
    [manifest, back],
  ] as const) {
    expect(await diffDatasets(first, second)).toMatchObject({
      equal: true,
      samples: { equal: 364, changed: 0, removed: 0, added: 0 },
      annotations: { equal: 4888, changed: 0, removed: 0, added: 0 },
    });
  }
});

test('V010 is equal to its canonical form', async () => {
  const dir = scratch();
  const manifest = join(corpus, 'modelarts-sdk/V010.manifest');
  const canonical = join(dir, 'V010.manifest');
  await convert(manifest, canonical, { to: 'manifest', canonical: true });
  expect(await diffDatasets(manifest, canonical)).toMatchObject({ equal: true });
});

test('BCCD counts pixels from 1, and there and back it is the same', async () => {
  const dir = scratch();
  const [zero, back] = [join(dir, 'zero'), join(dir, 'back')];
  expect(await detectCoordinates(bccd)).toMatchObject({ convention: 'voc1', confidence: 0.999 });
  await convert(bccd, zero, { to: 'voc', coords: { from: 'voc1', to: 'zeroBased' } });
  // Two boxes are single points, which overlap with nothing.
  expect(await diffDatasets(bccd, zero)).toMatchObject({
    annotations: { equal: 0, changed: 4886, removed: 2, added: 2 },
    fields: { shape: 4886 },
  });
  expect(await diffDatasets(bccd, zero, { tolerance: 1 })).toMatchObject({ equal: true });
  expect(await detectCoordinates(zero)).toMatchObject({ convention: 'zeroBased', confidence: 0.999 });
  await convert(zero, back, { to: 'voc', coords: { from: 'zeroBased', to: 'voc1' } });
  expect(await diffDatasets(bccd, back)).toMatchObject({ equal: true });
});

test('diff finds what repair did to BCCD', async () => {
  const dir = scratch();
  const { fixes } = await repairDataset(bccd, join(dir, 'out'), { fix: ['metavalidation'] });
  const removed = ['drop-boxless', 'drop-small', 'drop-swapped', 'drop-outside'] as const;
  const gone = removed.reduce((sum, name) => sum + (fixes[name]?.before ?? 0), 0);
  expect(gone).toBeGreaterThan(0);
  const found = await diffDatasets(bccd, join(dir, 'out'));
  expect(found.annotations.removed).toBe(gone);
  expect(found.annotations.changed).toBe(fixes.clip?.before);
});
