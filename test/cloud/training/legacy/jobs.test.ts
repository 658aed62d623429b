import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  failedCreation,
  JobVersion,
  LegacyEstimator,
  LegacyTrainingJob,
  legacyJobStatus,
  legacyStatusCode,
  legacyStatusOf,
  TrainingJobConfig,
} from '../../../../src/cloud/training/legacy/index.js';
import { fakeSession, lost, refused } from '../../datasets/fake-session.js';
import { answering, changes, onFramework } from './settings.js';

const data = { inputs: '/bucket/data/', jobName: 'j' };
const list = <T>(items: readonly T[]) => {
  const left = [...items];
  return () => (left.length > 1 ? left.shift() : left[0]) as T;
};

describe('states', () => {
  test('all 23 have names', () => {
    expect([...legacyJobStatus.keys()]).toEqual(Array.from({ length: 23 }, (_, code) => code));
    expect([...legacyJobStatus.values()].filter(({ name }) => !name.startsWith('JOBSTAT_'))).toEqual([
      { code: 22, name: 'MOUNT_FAILED', isEnd: true, isSuccess: false },
    ]);
  });

  test('which are ends, and which good ones', () => {
    const codes = (is: (code: number) => boolean) => [...legacyJobStatus.keys()].filter(is);
    expect(codes((code) => legacyStatusOf(code).isEnd)).toEqual([
      3, 5, 6, 10, 11, 12, 13, 14, 16, 17, 20, 21, 22,
    ]);
    expect(codes((code) => legacyStatusOf(code).isSuccess)).toEqual([10, 20]);
    expect(failedCreation.every((code) => legacyStatusOf(code).isEnd)).toBe(true);
  });

  test('a number of later days is kept, and is no end', () => {
    expect(legacyStatusOf(99)).toEqual({ code: 99, name: '99', isEnd: false, isSuccess: false });
    expect(legacyStatusOf(undefined)).toMatchObject({ name: '', isEnd: false });
  });

  test.each([
    ['JOBSTAT_RUNNING', 8],
    ['running', 8],
    ['mount-failed', 22],
    ['13', 13],
    ['99', 99],
    ['paused', undefined],
  ])('%s is %s', (text, code) => {
    expect(legacyStatusCode(text)).toBe(code);
  });
});

describe('jobs', () => {
  test('listed by page, newest first', async () => {
    const { session, asked } = fakeSession({
      is_success: true,
      job_total_count: 2,
      job_count_limit: 5,
      quotas: 10,
      jobs: [{ job_id: 10, job_name: 'j', version_id: 11, status: 8, version_count: 1 }],
    });
    const page = await LegacyEstimator.getJobList(session, {
      status: [3, 5],
      perPage: 1,
      page: 2,
      sortBy: 'create_time',
    });
    expect(asked).toMatchObject([
      {
        method: 'GET',
        path: '/v1/{project_id}/training-jobs',
        query: { status: '3|5', per_page: 1, page: 2, sortBy: 'create_time', order: 'desc' },
      },
    ]);
    expect(page).toMatchObject({ total: 2, limit: 5, quotas: 10 });
    expect(page.jobs[0]).toMatchObject({ jobId: '10', versionId: '11' });
    expect(page.jobs[0]!.info).toMatchObject({ jobId: '10', versionId: '11', versionCount: 1 });
  });

  test('all of them, page by page from 1', async () => {
    const { session, asked } = fakeSession(({ query }) => ({
      job_total_count: 3,
      jobs: query!['page'] === 1 ? [{ job_id: 1 }, { job_id: 2 }] : [{ job_id: 3 }],
    }));
    const found: string[] = [];
    for await (const { jobId } of LegacyEstimator.jobs(session, { perPage: 2 })) found.push(jobId);
    expect(found).toEqual(['1', '2', '3']);
    expect(asked).toHaveLength(2);
  });

  test('what is told of one: ids as texts, metrics as numbers', async () => {
    const { session, asked } = fakeSession({
      is_success: true,
      job_id: '1551252759254000002',
      version_id: 10,
      pre_version_id: null,
      status: '10',
      duration: 532003,
      parameter: [{ label: 'learning_rate', value: 0.01 }],
      model_metric_list:
        '{"metric":[{"metric_values":{"recall":0.005833},"metric_meta":{"class_name":0}}],"total_metric":{"total_metric_values":{"f1_score":1}}}',
      system_metric_list: { cpuUsage: ['0', '3.10'], interval: 1 },
    });
    const info = await new LegacyTrainingJob(session, 10, {
      info: { jobId: '10', versionId: '10' },
    }).getJobInfo();
    expect(asked[0]).toMatchObject({
      path: '/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}',
      params: { job_id: '10', version_id: '10' },
      exactIntegers: true,
    });
    expect(info).toMatchObject({
      jobId: '1551252759254000002',
      versionId: '10',
      status: 10,
      modelMetricList: {
        metric: [{ metricValues: { recall: 0.005833 } }],
        totalMetric: { totalMetricValues: { f1Score: 1 } },
      },
      systemMetricList: { cpuUsage: [0, 3.1], interval: 1 },
    });
    expect('preVersionId' in info).toBe(false);
  });

  test('metrics that are no JSON stay texts', async () => {
    const { session } = fakeSession({ model_metric_list: '{"metric":', system_metric_list: '' });
    const info = await new JobVersion(session, 1, 2).getJobInfo();
    expect(info).toMatchObject({
      jobId: '1',
      versionId: '2',
      modelMetricList: '{"metric":',
      systemMetricList: '',
    });
  });

  test('without a version it is the newest', async () => {
    const { session, asked } = fakeSession(
      {
        job_id: 1,
        job_name: 'j',
        version_count: 2,
        versions: [
          { version_id: 11, create_time: 5 },
          { version_id: 12, create_time: 7 },
        ],
      },
      { status: 8 },
    );
    const job = new LegacyTrainingJob(session, '1');
    expect(await job.getJobInfo()).toMatchObject({ versionId: '12', status: 8 });
    expect(asked[1]!.params).toMatchObject({ version_id: '12' });
    expect(job.versionId).toBe('12');
  });

  test('one without versions has no state', async () => {
    const { session } = fakeSession({ job_id: 1, versions: [] });
    await expect(new LegacyTrainingJob(session, '1').getJobInfo()).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  test('described, stopped and deleted', async () => {
    const { session, asked } = fakeSession({ is_success: true });
    await new LegacyTrainingJob(session, '1').updateJobDescription('');
    await new JobVersion(session, '1', '2').stopJobVersion();
    await new JobVersion(session, '1', '2').deleteJobVersion();
    await LegacyEstimator.deleteJobById(session, 1);
    const version = '/v1/{project_id}/training-jobs/{job_id}/versions/{version_id}';
    expect(asked.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PUT', '/v1/{project_id}/training-jobs/{job_id}', { job_desc: '' }],
      ['POST', `${version}/stop`, undefined],
      ['DELETE', version, undefined],
      ['DELETE', '/v1/{project_id}/training-jobs/{job_id}', undefined],
    ]);
  });

  test('deleting can be waited for', async () => {
    const { session, asked, slept } = fakeSession(
      { is_success: true },
      { job_id: 1, versions: [] },
      refused('NotFound'),
    );
    await new LegacyTrainingJob(session, '1').deleteJob({ wait: true });
    expect(asked).toHaveLength(3);
    expect(slept).toHaveLength(1);
  });

  test('stopping can be waited for: killed is as good as any end', async () => {
    const { session, slept } = fakeSession({ is_success: true }, { status: 9 }, { status: 12 });
    await new JobVersion(session, '1', '2').stopJobVersion({ wait: true });
    expect(slept).toHaveLength(1);
  });
});

describe('waiting', () => {
  const version = (...replies: Parameters<typeof fakeSession>) => {
    const fake = fakeSession(...replies);
    return { ...fake, version: new JobVersion(fake.session, '1', '2') };
  };

  test('ends with the job', async () => {
    const { version: one, slept } = version({ status: 1 }, { status: 8 }, { status: 10 });
    const seen: unknown[] = [];
    expect(await one.wait({ onProgress: ({ status }) => seen.push(status) })).toMatchObject({ status: 10 });
    expect(seen).toEqual([1, 8, 10]);
    expect(slept.map(Math.round)).toEqual([10_000, 15_000]);
  });

  test.each([11, 12, 13, 14, 22])('%i is a failure', async (status) => {
    const { version: one } = version({ status });
    const { name } = legacyStatusOf(status);
    await expect(one.wait()).rejects.toMatchObject({
      code: 'TaskFailed',
      message: `version 2 of training job 1 has failed: it is ${name}`,
    });
  });

  test('a state of later days is waited through', async () => {
    const { version: one } = version({ status: 99 }, {}, { status: 20 });
    expect(await one.wait()).toMatchObject({ status: 20 });
  });

  test('a job that is deleted meanwhile', async () => {
    const { version: one } = version({ status: 8 }, refused('NotFound'));
    await expect(one.wait()).rejects.toMatchObject({ code: 'NotFound' });
  });

  test('answers that are lost, and too many questions, are passed over', async () => {
    const { version: one } = version({ status: 8 }, lost(), refused('Throttled'), { status: 10 });
    expect(await one.wait()).toMatchObject({ status: 10 });
  });

  test('not longer than it is said', async () => {
    const { version: one } = version({ status: 8 });
    await expect(one.wait({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'Timeout' });
  });

  test('fit waits on request', async () => {
    const states = list([8, 10]);
    const { session } = fakeSession(
      answering(({ method }) => (method === 'POST' ? { job_id: 1, version_id: 2 } : { status: states() })),
    );
    const job = await new LegacyEstimator(session, onFramework).fit({ ...data, wait: true });
    expect(job.info).toMatchObject({ status: 10 });
  });
});

describe('a lost answer', () => {
  const born = (timing: { now: () => number }, before = 0) => ({
    job_id: 7,
    job_name: 'j',
    version_id: 8,
    create_time: timing.now() - before,
  });

  test('to a creation: the job is found, and not created again', async () => {
    const fake: ReturnType<typeof fakeSession> = fakeSession(
      answering(({ method }) =>
        method === 'POST' ? lost() : { jobs: [born(fake.timing, 60_000), born(fake.timing)] },
      ),
    );
    const job = await new LegacyEstimator(fake.session, onFramework).fit(data);
    expect(job).toMatchObject({ jobId: '7', versionId: '8' });
    expect(changes(fake.asked)).toHaveLength(1);
    expect(fake.asked.at(-1)!.query).toMatchObject({
      search_content: 'j',
      sortBy: 'create_time',
      order: 'desc',
    });
  });

  test('and nothing is found: it says that it is not known', async () => {
    const fake: ReturnType<typeof fakeSession> = fakeSession(
      answering(({ method }) => (method === 'POST' ? lost() : { jobs: [born(fake.timing, 60_000)] })),
    );
    const error = await new LegacyEstimator(fake.session, onFramework)
      .fit(data)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'ServiceError',
      code: 'Unreachable',
      mayHaveApplied: true,
      message: 'the connection ended; it is not known whether the job j was created',
      hint: 'Look for it, and ask again only if there is none.',
    });
    expect(changes(fake.asked)).toHaveLength(1);
    expect(fake.slept).toEqual([2_000, 5_000]);
  });

  test('a refusal is a refusal', async () => {
    const { session, asked } = fakeSession(answering(() => refused('AlreadyExists', 'ModelArts.0103')));
    await expect(new LegacyEstimator(session, onFramework).fit(data)).rejects.toMatchObject({
      code: 'AlreadyExists',
    });
    expect(asked.at(-1)!.method).toBe('POST');
  });

  test('to a new version: one that came since, after the same version', async () => {
    const fake: ReturnType<typeof fakeSession> = fakeSession(
      answering(({ method }) =>
        method === 'POST'
          ? lost()
          : {
              job_id: 1,
              versions: [
                { version_id: 2, pre_version_id: 0, create_time: fake.timing.now() },
                { version_id: 3, pre_version_id: 2, create_time: fake.timing.now() },
              ],
            },
      ),
    );
    const made = await new LegacyEstimator(fake.session, onFramework).createJobVersion({
      inputs: '/bucket/data/',
      jobId: 1,
      preVersionId: '2',
    });
    expect(made.versionId).toBe('3');
    expect(changes(fake.asked)).toHaveLength(1);
  });

  test('to a configuration that was created', async () => {
    const { session, asked } = fakeSession(
      answering(({ method }) => (method === 'POST' ? lost() : { config_name: 'c' })),
    );
    const { inputs } = data;
    const made = await new LegacyEstimator(session, onFramework).createJobConfigs({
      inputs,
      configName: 'c',
    });
    expect(made.info).toMatchObject({ configName: 'c' });
    expect(changes(asked)).toHaveLength(1);
  });

  test('to one that was not: it is asked for once more', async () => {
    const posts = list([lost(), { is_success: true }]);
    const { session, asked } = fakeSession(
      answering(({ method }) => (method === 'POST' ? posts() : refused('NotFound'))),
    );
    const { inputs } = data;
    await new LegacyEstimator(session, onFramework).createJobConfigs({ inputs, configName: 'c' });
    expect(changes(asked)).toHaveLength(2);
  });
});

describe('configurations', () => {
  test('listed, asked for and deleted', async () => {
    const { session, asked } = fakeSession(
      { config_total_count: 1, configs: [{ config_name: 'c', engine_type: 1, engine_id: 1 }] },
      { config_name: 'c', worker_server_num: 1 },
      { is_success: true },
    );
    const { total, configs } = await LegacyEstimator.getJobConfigsList(session, {
      perPage: 5,
      searchContent: 'c',
    });
    expect(total).toBe(1);
    expect(configs[0]!.info).toEqual({ configName: 'c', engineType: 1, engineId: 1 });
    expect(await configs[0]!.getJobConfigsInfo({ configType: 'custom' })).toEqual({
      configName: 'c',
      workerServerNum: 1,
    });
    await configs[0]!.deleteJobConfigs();
    expect(asked.map(({ method, path, query }) => [method, path, query])).toEqual([
      [
        'GET',
        '/v1/{project_id}/training-job-configs',
        {
          per_page: 5,
          page: undefined,
          sortBy: undefined,
          order: 'asc',
          search_content: 'c',
          config_type: undefined,
        },
      ],
      ['GET', '/v1/{project_id}/training-job-configs/{config_name}', { config_type: 'custom' }],
      ['DELETE', '/v1/{project_id}/training-job-configs/{config_name}', undefined],
    ]);
  });

  test('all of them', async () => {
    const { session } = fakeSession(({ query }) => ({
      config_total_count: 2,
      configs: [{ config_name: `c${query!['page']}` }],
    }));
    const names: string[] = [];
    for await (const { configName } of LegacyEstimator.jobConfigs(session, { perPage: 1 }))
      names.push(configName);
    expect(names).toEqual(['c1', 'c2']);
  });
});

describe('what there is', () => {
  const { session } = fakeSession(answering(() => new Error('nothing is asked here')));
  test('instance types, engines and algorithms', async () => {
    expect(await LegacyEstimator.getTrainInstanceTypes(session)).toEqual([
      'modelarts.vm.cpu.2u',
      'modelarts.vm.gpu.p100',
    ]);
    expect(await LegacyEstimator.getSpecList(session)).toContainEqual({
      specId: 1,
      specCode: 'modelarts.vm.cpu.2u',
      maxNum: 2,
    });
    expect(await LegacyEstimator.getFrameworkList(session)).toContainEqual({
      frameworkType: 'PyTorch',
      frameworkVersion: 'PyTorch-1.0.0-python3.6',
    });
    expect(await LegacyEstimator.getBuiltinAlgorithms(session)).toEqual({
      total: 1,
      algorithms: [
        {
          modelId: 7,
          modelName: 'ResNet_v1_50',
          modelUsage: 1,
          parameter: [{ label: 'batch_size', value: '4', required: true }],
        },
      ],
    });
  });
});

test('values of hyperparameters are in no error and no notice', async () => {
  const secret = 'swordfish-42';
  const told: unknown[] = [];
  const hyperparameters = [
    { label: 'token', value: secret },
    { key: 'other', value: secret },
  ] as unknown as { label: string; value: string }[];
  const options = { ...onFramework, hyperparameters, onNotice: (notice: unknown) => told.push(notice) };
  const requests: unknown[] = [];
  const { session } = fakeSession(
    answering((request) => {
      requests.push(request.secrets);
      return refused('AccessDenied');
    }),
  );
  const estimator = new LegacyEstimator(session, options);
  const acts = [
    () => estimator.fit({ ...data }),
    () => estimator.createJobVersion({ inputs: data.inputs, jobId: 1, preVersionId: 2 }),
    () => estimator.createJobConfigs({ inputs: data.inputs }),
    () => estimator.updateJobConfigs({ inputs: data.inputs, configName: 'c' }),
    () => estimator.fit({}),
    async () => new LegacyEstimator(session, { ...options, hyperparameters: [{ label: '', value: secret }] }),
    async () => new LegacyEstimator(session, { ...options, hyperparameters: secret as never }),
    () => new TrainingJobConfig(session, 'c').updateJobConfigs({ ...options, inputs: '' }),
  ];
  for (const act of acts) told.push(await act().catch((error: unknown) => error));
  // The client leaves them out of what the service says: test/cloud/service/client.test.ts.
  expect(requests).toEqual(Array.from({ length: 4 }, () => [secret, secret]));
  expect(told.length).toBeGreaterThan(acts.length);
  expect(inspect([told, estimator], { depth: 20, showHidden: true })).not.toContain(secret);
});
