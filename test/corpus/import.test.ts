import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { importDataset, Session } from '../../src/dataset-io/cloud.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { startStandIns } from '../server/modelarts/index.js';
import { scratch } from '../support/scratch.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

test('a folder of 364 images becomes a data set, and its version is what was sent', async () => {
  const standIns = await startStandIns();
  const session = new Session({ environment: standIns.environment });
  onTestFinished(async () => {
    await session.close();
    await standIns.close();
  });
  const download = join(scratch(), 'V001.manifest');
  const bccd = join(corpus, 'bccd');
  const result = await importDataset(bccd, {
    session,
    name: 'bccd',
    workPath: 'obs://data/work/',
    // Two boxes have no height.
    onError: 'skip',
    download,
    wait: { intervalMs: 1, capMs: 1 },
  });
  expect(result).toMatchObject({
    samples: 364,
    skipped: 0,
    uploaded: { files: 728 },
    imported: 364,
    failed: 0,
    datasetSamples: 364,
    labels: 3,
    annotations: 4888,
    version: { name: 'V001' },
  });
  expect(await diffDatasets(bccd, download, { session })).toMatchObject({ equal: true });
});
