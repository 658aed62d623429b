import { describe, expect, test } from 'vitest';
import {
  configDocument,
  LegacyEstimator,
  type LegacyEstimatorOptions,
  type LegacyFitData,
  readLegacyDocument,
  TrainingJobConfig,
} from '../../../../src/cloud/training/legacy/index.js';
import type { JsonObject } from '../../../../src/model/index.js';
import { fakeSession } from '../../datasets/fake-session.js';
import { answering, changes, onAlgorithm, onFramework, onImage } from './settings.js';

const parameter = [
  { label: 'classes', value: '10' },
  { label: 'lr', value: '0.001' },
];
const framework = {
  worker_server_num: 1,
  app_url: '/bucket/src/',
  boot_file_url: '/bucket/src/pytorch_sentiment.py',
  parameter,
  spec_id: 2,
  engine_id: 27,
  train_url: '/bucket/output/',
  log_url: '/bucket/log/',
};
const image = {
  worker_server_num: 1,
  parameter,
  spec_id: 2,
  train_url: '/bucket/output/',
  log_url: '/bucket/log/',
  user_image_url: onImage.userImageUrl,
  user_command: onImage.userCommand,
};
const data = { inputs: '/bucket/data/train/' };
const version = { datasetId: '4AZNvFkN7KYr5EdhFkH', datasetVersionId: 'UOF9BIeSGArwVt0oI6T' };
const versionOnWire = { dataset_id: '4AZNvFkN7KYr5EdhFkH', dataset_version_id: 'UOF9BIeSGArwVt0oI6T' };

describe('jobs, as the examples of the Python SDK create them', () => {
  const jobs: readonly (readonly [string, LegacyEstimatorOptions, LegacyFitData, object])[] = [
    ['from a path', onFramework, data, { ...framework, data_url: '/bucket/data/train/' }],
    ['from a version of a data set', onFramework, version, { ...framework, ...versionOnWire }],
    ['on an image', onImage, data, { ...image, data_url: '/bucket/data/train/' }],
    [
      'with a built-in algorithm',
      onAlgorithm,
      data,
      {
        worker_server_num: 1,
        model_id: 7,
        parameter,
        spec_id: 2,
        train_url: '/bucket/output/',
        log_url: '/bucket/log/',
        data_url: '/bucket/data/train/',
      },
    ],
    [
      'in a pool',
      { ...onFramework, trainInstanceType: undefined, poolId: 'pool9928813f' },
      data,
      (({ spec_id: _, ...rest }) => ({ ...rest, pool_id: 'pool9928813f', data_url: '/bucket/data/train/' }))(
        framework,
      ),
    ],
    [
      'from several paths',
      onFramework,
      {
        dataSource: [
          { type: 'obs', dataUrl: 'obs://bucket/a/' },
          { type: 'obs', dataUrl: '/bucket/b/' },
        ],
      },
      {
        ...framework,
        data_source: [
          { type: 'obs', data_url: '/bucket/a/' },
          { type: 'obs', data_url: '/bucket/b/' },
        ],
      },
    ],
    [
      'from several versions',
      onFramework,
      { dataSource: [{ type: 'dataset', datasetId: 'd1', datasetVersion: 'v1' }] },
      { ...framework, data_source: [{ type: 'dataset', dataset_id: 'd1', dataset_version: 'v1' }] },
    ],
    [
      'with storage of their own',
      {
        ...onFramework,
        volumes: [
          { nfs: { id: 'n1', srcPath: '192.168.8.150:/', destPath: '/home/work/nas', readOnly: false } },
          { hostPath: { srcPath: '/root/work', destPath: '/home/mind' } },
        ],
      },
      data,
      {
        ...framework,
        data_url: '/bucket/data/train/',
        volumes: [
          { nfs: { id: 'n1', src_path: '192.168.8.150:/', dest_path: '/home/work/nas', read_only: false } },
          { host_path: { src_path: '/root/work', dest_path: '/home/mind' } },
        ],
      },
    ],
    [
      'with ids instead of names',
      {
        ...onFramework,
        trainInstanceType: undefined,
        frameworkType: undefined,
        frameworkVersion: undefined,
        specId: 5,
        engineId: 6,
        bootFile: 'pytorch_sentiment.py',
      },
      data,
      { ...framework, spec_id: 5, engine_id: 6, data_url: '/bucket/data/train/' },
    ],
  ];
  test.each(jobs)('%s', async (_, options, of, config) => {
    const { session, asked } = fakeSession(
      answering(() => ({
        is_success: true,
        job_id: '10',
        job_name: 'my_training_job',
        status: '1',
        create_time: '1524189990635',
        version_id: '10',
        version_name: 'V0001',
        resource_id: 'jobafd08896',
      })),
    );
    const estimator = new LegacyEstimator(session, { ...options, jobDescription: 'pytorch-sentiment' });
    const shown = await estimator.request({ ...of, jobName: 'my_training_job' });
    expect(changes(asked)).toEqual([]);
    const job = await estimator.fit({ ...of, jobName: 'my_training_job' });
    const [sent, ...more] = changes(asked);
    expect(more).toEqual([]);
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/{project_id}/training-jobs' });
    expect(sent!.body).toEqual({ job_name: 'my_training_job', job_desc: 'pytorch-sentiment', config });
    expect(shown.body).toEqual(sent!.body);
    expect(job).toMatchObject({ jobId: '10', versionId: '10' });
    expect(job.info).toMatchObject({ jobId: '10', versionId: '10', status: 1, createTime: 1524189990635 });
  });

  test('a name is made of the time', async () => {
    const { session, timing } = fakeSession(answering(() => ({})));
    const { body } = await new LegacyEstimator(session, onFramework).request(data);
    const digits = new Date(timing.now()).toISOString().slice(0, 19).replaceAll(/\D/g, '');
    expect(body['job_name']).toBe(`job-${digits}`);
  });

  test('lists that names are looked up in are asked for once in ten minutes', async () => {
    const { session, asked, timing } = fakeSession(answering(() => ({})));
    const estimator = new LegacyEstimator(session, onFramework);
    await estimator.request(data);
    await estimator.request(data);
    expect(asked.map(({ path }) => path.split('/').at(-1))).toEqual(['resource-specs', 'ai-engines']);
    await timing.sleep(600_001, undefined);
    await estimator.request(data);
    expect(asked).toHaveLength(4);
  });
});

describe('versions', () => {
  test.each([
    ['from a path', onFramework, data, { ...framework, data_url: '/bucket/data/train/' }],
    ['from a version of a data set', onFramework, version, { ...framework, ...versionOnWire }],
    ['on an image', onImage, data, { ...image, data_url: '/bucket/data/train/' }],
  ])('%s', async (_, options, of, config) => {
    const { session, asked } = fakeSession(
      answering(() => ({ is_success: true, job_id: 182626, version_id: 278814, version_name: 'V0002' })),
    );
    const made = await new LegacyEstimator(session, options).createJobVersion({
      ...of,
      jobId: '182626',
      preVersionId: 278813,
      jobDesc: 'create a job version',
    });
    expect(changes(asked)).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/v1/{project_id}/training-jobs/{job_id}/versions',
        params: { job_id: '182626', project_id: 'p0' },
        body: { job_desc: 'create a job version', config: { ...config, pre_version_id: 278813 } },
      }),
    ]);
    expect(made).toMatchObject({ jobId: '182626', versionId: '278814' });
  });
});

describe('configurations', () => {
  const body = { ...framework, config_desc: 'update' };
  test.each([
    ['a path', { inputs: '/bucket/dataset/' }, { data_url: '/bucket/dataset/' }],
    ['a version of a data set', version, versionOnWire],
  ])('created from %s', async (_, of, onWire) => {
    const { session, asked } = fakeSession(answering(() => ({ is_success: true })));
    const estimator = new LegacyEstimator(session, onFramework);
    const made = await estimator.createJobConfigs({
      configName: 'my_job_config',
      configDesc: 'update',
      ...of,
    });
    expect(made.configName).toBe('my_job_config');
    expect(changes(asked)).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/v1/{project_id}/training-job-configs',
        body: { config_name: 'my_job_config', ...body, ...onWire },
      }),
    ]);
  });

  test.each([
    ['a path', { inputs: '/bucket/dataset/' }, { data_url: '/bucket/dataset/' }],
    ['a version of a data set', version, versionOnWire],
    [
      'sources',
      { dataSource: [{ type: 'obs', dataUrl: '/bucket/a/' }] },
      { data_source: [{ type: 'obs', data_url: '/bucket/a/' }] },
    ],
  ] as const)('replaced by one from %s', async (_, of, onWire) => {
    const { session, asked } = fakeSession(answering(() => ({ is_success: true })));
    const estimator = new LegacyEstimator(session, onFramework);
    await estimator.updateJobConfigs({ configName: 'my_job_config', configDesc: 'update', ...of });
    expect(changes(asked)).toEqual([
      expect.objectContaining({
        method: 'PUT',
        path: '/v1/{project_id}/training-job-configs/{config_name}',
        params: { config_name: 'my_job_config', project_id: 'p0' },
        body: { ...body, ...onWire },
      }),
    ]);
  });

  test('a name is made of the time, and short', async () => {
    const { session, asked } = fakeSession(answering(() => ({ is_success: true })));
    const notices: unknown[] = [];
    const options = { ...onFramework, onNotice: (notice: unknown) => notices.push(notice) };
    const { configName } = await new LegacyEstimator(session, options).createJobConfigs(data);
    expect(configName).toMatch(/^cfg-\d{14}$/);
    expect(changes(asked)[0]!.body!['config_name']).toBe(configName);
    expect(notices).toEqual([]);
  });

  /** The request of the page about changing a configuration: `key` beside `label`, numbers beside texts. */
  const sample: JsonObject = {
    config_desc: 'This is config',
    worker_server_num: 1,
    app_url: '/usr/app/',
    boot_file_url: '/usr/app/boot.py',
    parameter: [
      { label: 'learning_rate', value: 0.01 },
      { key: 'batch_size', value: 32 },
    ],
    spec_id: 1,
    dataset_id: '38277e62-9e59-48f4-8d89-c8cf41622c24',
    dataset_version_id: '2ff0d6ba-c480-45ae-be41-09a8369bfc90',
    engine_id: 1,
    train_url: '/usr/train/',
    log_url: '/usr/log/',
  };

  test('the sample request of the service is taken, made consistent, and told', async () => {
    const { session, asked } = fakeSession(() => ({ is_success: true }));
    const notices: unknown[] = [];
    const config = new TrainingJobConfig(session, 'config', { onNotice: (notice) => notices.push(notice) });
    const { trainInstanceCount = 0, ...settings } = readLegacyDocument(sample);
    await config.updateJobConfigs({ trainInstanceCount, ...settings });
    expect(asked).toEqual([
      expect.objectContaining({
        method: 'PUT',
        params: { config_name: 'config', project_id: 'p0' },
        body: {
          ...sample,
          parameter: [
            { label: 'learning_rate', value: '0.01' },
            { label: 'batch_size', value: '32' },
          ],
        },
      }),
    ]);
    expect(notices).toEqual([
      { rule: 'T114', message: 'hyperparameters: "key" is taken for "label" (batch_size)' },
      {
        rule: 'T114',
        message: 'hyperparameters: values that are no texts are sent as texts (learning_rate, batch_size)',
      },
    ]);
  });

  test('what is told of a configuration becomes a body that replaces it', async () => {
    const { session } = fakeSession({
      is_success: true,
      config_name: 'config',
      ...sample,
      create_time: 1559045426000,
      model_id: null,
      data_url: '',
      data_source: [],
      engine_type: 1,
      engine_name: 'TensorFlow',
      spec_code: 'modelarts.vm.cpu.2u',
      cpu: '64',
      volumes: [],
    });
    const info = await new TrainingJobConfig(session, 'config').getJobConfigsInfo();
    expect(configDocument(info)).toEqual({ config_name: 'config', ...sample });
  });
});

describe('documents', () => {
  test('the body of a job', () => {
    const document = {
      job_name: 'j',
      job_desc: 'd',
      workspace_id: '0',
      config: { ...framework, spec_id: '2' },
    };
    expect(readLegacyDocument(document)).toEqual({
      jobName: 'j',
      jobDescription: 'd',
      workspaceId: '0',
      trainInstanceCount: 1,
      codeDir: '/bucket/src/',
      bootFile: '/bucket/src/pytorch_sentiment.py',
      hyperparameters: parameter,
      specId: 2,
      engineId: 27,
      outputPath: '/bucket/output/',
      logUrl: '/bucket/log/',
    });
  });

  test('options of this package, and names within them', () => {
    const document = {
      trainInstanceType: 'modelarts.vm.cpu.2u',
      frameworkType: 'PyTorch',
      data_source: [{ type: 'dataset', dataset_id: 'd', dataset_version: 'v' }],
      volumes: [{ host_path: { src_path: '/a', dest_path: '/b' } }],
      modelName: '',
    };
    expect(readLegacyDocument(document)).toEqual({
      trainInstanceType: 'modelarts.vm.cpu.2u',
      frameworkType: 'PyTorch',
      dataSource: [{ type: 'dataset', datasetId: 'd', datasetVersion: 'v' }],
      volumes: [{ hostPath: { srcPath: '/a', destPath: '/b' } }],
    });
  });

  test.each([
    ['a member that nobody knows', { app_uri: '/a/b/' }, '"app_uri" is nothing that a job'],
    ['a member of every object', { constructor: 1 }, '"constructor" is nothing that a job'],
    ['one that cannot be sent', { config: { cpu: '64' } }, '"cpu" is nothing that a job'],
    ['one under two names', { app_url: '/a/b/', codeDir: '/a/c/' }, 'codeDir is said twice'],
    ['settings that are no object', { config: [] }, 'config is no object'],
  ])('%s', (_, document, message) => {
    expect(() => readLegacyDocument(document)).toThrow(message);
  });
});
