import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Estimator, importDataset, LegacyEstimator, Session } from '../../src/dataset-io/cloud.js';
import { startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';
import { commands } from '../support/training-page.js';

const bccd = join(resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data'), 'bccd');
const log =
  '[worker-0] training on 364 samples of version V001 of street\n' +
  [1, 2, 3].map((epoch) => `[worker-0] epoch ${epoch}/3: loss ${(1 / epoch).toFixed(4)}\n`).join('');

async function setUp() {
  const standIns = await startStandIns({ buckets: ['bucket'], pace: { ms: 0 } });
  onTestFinished(() => standIns.close());
  return standIns;
}

test('364 images become a version, a training job and a configuration, by the commands of docs/training.md', async () => {
  const { environment, service } = await setUp();
  const env = { ...environment, LABELKIT_CONFIG: join(scratch(), 'config.json') };
  for (const words of commands) {
    const argv = words.map((word) => (word === 'examples/street' ? bccd : word));
    if (argv[0] === 'import') argv.push('--no-state');
    const { code, stdout, stderr } = await commandLine(argv, env);
    expect([argv.join(' '), code, code === 0 ? '' : stderr]).toEqual([argv.join(' '), 0, '']);
    if (argv[1] === 'submit') expect(stdout).toBe(log);
    if (argv[1] === 'metrics') expect(stdout).toContain('gpuUtil');
  }
  expect(
    service.recorded.filter(({ path }) => path.includes('training-job-configs/')).map(({ method }) => method),
  ).toEqual(['PUT', 'DELETE']);
});

test('and by the library', async () => {
  const { environment } = await setUp();
  const session = new Session({ environment });
  onTestFinished(() => session.close());
  const { datasetId, version } = await importDataset(bccd, {
    session,
    name: 'street',
    workPath: 'obs://bucket/work/',
    publish: 'V001',
    // Two boxes have no height.
    onError: 'skip',
  });
  const data = { datasetId, datasetVersionId: version!.versionId };
  const estimator = new Estimator(session, {
    frameworkType: 'PyTorch',
    frameworkVersion: 'PyTorch-1.4.0-python3.6',
    trainingFiles: { codeDir: 'obs://bucket/code/', bootFile: 'train.py' },
    trainInstanceType: 'modelarts.p3.large.public',
    trainInstanceCount: 1,
  });
  const job = await estimator.fit(data);
  let text = '';
  for await (const piece of job.followLog()) text += piece;
  expect(text).toBe(log);
  const metrics = await job.getJobMetrics();
  expect(metrics.find(({ metric }) => metric === 'cpuUsage')?.value).toEqual([null, 21, 22, 23]);

  const legacy = new LegacyEstimator(session, {
    frameworkType: 'PyTorch',
    frameworkVersion: 'PyTorch-1.3.0-python3.6',
    codeDir: 'obs://bucket/code/',
    bootFile: 'train.py',
    outputPath: 'obs://bucket/out/',
    trainInstanceType: 'modelarts.vm.gpu.v100',
    trainInstanceCount: 1,
  });
  const config = await legacy.createJobConfigs({ ...data, configName: 'bccd', configDesc: 'first' });
  await legacy.updateJobConfigs({ ...data, configName: 'bccd' });
  expect(await config.getJobConfigsInfo()).toMatchObject({ configDesc: '', datasetId });
  expect((await LegacyEstimator.getJobConfigsList(session)).total).toBe(1);
  await config.deleteJobConfigs();
  expect((await LegacyEstimator.getJobConfigsList(session)).total).toBe(0);
});
