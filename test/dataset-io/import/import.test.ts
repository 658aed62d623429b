import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { importDataset, Session } from '../../../src/dataset-io/cloud.js';
import { startStandIns } from '../../server/modelarts/index.js';
import { scratch } from '../../support/scratch.js';

const street = join(import.meta.dirname, '../../../examples/street');

async function setUp() {
  const standIns = await startStandIns();
  const session = new Session({ environment: standIns.environment });
  onTestFinished(async () => {
    await session.close();
    await standIns.close();
  });
  return { ...standIns, session, wait: { intervalMs: 1, capMs: 1 } };
}

test('a folder of Pascal VOC', async () => {
  const { session, wait } = await setUp();
  const result = await importDataset(street, {
    session,
    wait,
    name: 'street',
    workPath: 'obs://data/work/',
    publish: 'V1', onError: 'skip',
    download: join(scratch(), 'V1.manifest'),
  });
  console.log(result);
});
void [mkdirSync, readFileSync, writeFileSync, expect];
