import { describe, expect, test } from 'vitest';
import type { StartSmartTaskOptions } from '../../../src/cloud/datasets/index.js';
import { lost, refused } from './fake-session.js';
import { recorder, shown } from './recorder.js';

/** What each kind of task sends, word for word. */
const sent: readonly (readonly [string, StartSmartTaskOptions, object])[] = [
  [
    'learning from labels',
    { taskType: 'auto-label', collectKeySample: true, algorithmType: 'fast' },
    { task_type: 'auto-label', collect_key_sample: true, config: { algorithm_type: 'fast' } },
  ],
  [
    'labelling by a model',
    {
      taskType: 'pre-label',
      modelId: 'c4989033-7584-44ee-a180-1c476b810e46',
      infConfigList: [
        { specification: 'modelarts.vm.cpu.2u', instanceCount: 1, envs: { USE_gpu: 'a', maxBatch: '4' } },
      ],
      confidenceScope: '0.5-1',
    },
    {
      task_type: 'pre-label',
      model_id: 'c4989033-7584-44ee-a180-1c476b810e46',
      config: {
        inf_config_list: [
          { specification: 'modelarts.vm.cpu.2u', instance_count: 1, envs: { USE_gpu: 'a', maxBatch: '4' } },
        ],
        confidence_scope: '0.5-1',
      },
    },
  ],
  [
    'grouping, with a number as a text',
    {
      taskType: 'auto-grouping',
      nClusters: '2',
      ambiguity: false,
      imageBrightness: false,
      imageColorfulness: false,
      property: 'size',
      resultType: 1,
    },
    {
      task_type: 'auto-grouping',
      config: {
        n_clusters: '2',
        ambiguity: false,
        image_brightness: false,
        image_colorfulness: false,
        property: 'size',
        result_type: 1,
      },
    },
  ],
  [
    'grouping, with members of its own',
    { taskType: 'auto-grouping', nClusters: 5, config: { someThing: { newKey: 1 } } },
    { task_type: 'auto-grouping', config: { n_clusters: 5, someThing: { newKey: 1 } } },
  ],
];

test.each(sent)('%s', async (_, options, body) => {
  const { dataset, asked } = recorder({ task_id: 't1' });
  expect(await dataset.smartTasks.start(options)).toBe('t1');
  expect(asked.map(shown)).toEqual([{ request: 'POST /tasks', body }]);
});

test.each([
  ['a type that is none', { taskType: 'auto-deploy' }],
  ['no type', {}],
  [
    'a model without an id',
    { taskType: 'pre-label', infConfigList: [{ specification: 'a', instanceCount: 1 }] },
  ],
  ['a model without a place', { taskType: 'pre-label', modelId: 'm1', infConfigList: [] }],
])('D056: %s; nothing is asked', async (_, options) => {
  const { dataset, asked } = recorder();
  await expect(dataset.smartTasks.start(options as StartSmartTaskOptions)).rejects.toMatchObject({
    code: 'BadOption',
    hint: expect.stringContaining('D056'),
  });
  expect(asked).toEqual([]);
});

test('are listed, told of, and stopped; times without a zone are read as UTC', async () => {
  const task = { task_id: 't1', create_time: '2020-11-06 11:21:45', config: { n_clusters: '2' } };
  const { dataset, asked } = recorder(
    { total_count: 1, tasks: [task] },
    { ...task, result: { total_sample_count: 3 } },
    {},
  );
  const createTime = Date.parse('2020-11-06T11:21:45Z');
  expect(await dataset.smartTasks.list({ type: 'auto-label', limit: 5 })).toEqual({
    total: 1,
    tasks: [{ taskId: 't1', createTime, config: { n_clusters: '2' } }],
  });
  expect(await dataset.smartTasks.info('t1')).toMatchObject({ createTime, result: { totalSampleCount: 3 } });
  await dataset.smartTasks.stop('t1');
  expect(asked.map(shown)).toEqual([
    { request: 'GET /tasks', query: { type: 'auto-label', limit: 5 } },
    { request: 'GET /tasks/{task_id}' },
    { request: 'POST /tasks/{task_id}/stop' },
  ]);
  await expect(dataset.smartTasks.info('')).rejects.toMatchObject({ hint: expect.stringContaining('D037') });
});

test('all of them, page by page', async () => {
  const { dataset, asked } = recorder(
    { total_count: 3, tasks: [{ task_id: 'a' }, { task_id: 'b' }] },
    { total_count: 3, tasks: [{ task_id: 'c' }] },
  );
  const ids: string[] = [];
  for await (const { taskId } of dataset.smartTasks.all({ limit: 2 })) ids.push(taskId);
  expect([ids, asked.length]).toEqual([['a', 'b', 'c'], 2]);
});

describe('waiting', () => {
  test('until it is done', async () => {
    const { dataset, asked } = recorder(
      { status: 0 },
      { status: 1, progress: 50 },
      { status: 2, progress: 100 },
    );
    expect(await dataset.smartTasks.wait('t1')).toMatchObject({ taskId: 't1', progress: 100 });
    expect(asked).toHaveLength(3);
  });

  test.each([
    [
      { status: 3, message: 'no model', code: 'ModelArts.4405' },
      'smart task t1 has failed: no model [ModelArts.4405]',
    ],
    [{ status: 4 }, 'smart task t1 has failed: it was stopped'],
  ])('a failure is an error: %o', async (answer, message) => {
    const { dataset } = recorder(answer);
    await expect(dataset.smartTasks.wait('t1')).rejects.toMatchObject({ code: 'TaskFailed', message });
  });
});

describe('an answer that is lost', () => {
  const start: StartSmartTaskOptions = { taskType: 'auto-label' };

  test('the task that runs is ours', async () => {
    const { dataset, asked } = recorder(lost(), {
      tasks: [
        { task_id: 'other', task_type: 'pre-label', status: 1 },
        { task_id: 'before', task_type: 'auto-label', status: 2 },
        { task_id: 'this', task_type: 'auto-label', status: 0 },
      ],
    });
    expect(await dataset.smartTasks.start(start)).toBe('this');
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('when none runs, that is an error, and none is started', async () => {
    const { dataset, asked } = recorder(lost(), { tasks: [] });
    await expect(dataset.smartTasks.start(start)).rejects.toMatchObject({ code: 'Unreachable' });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('a refusal is passed on', async () => {
    const { dataset, asked } = recorder(refused('AccessDenied'));
    await expect(dataset.smartTasks.start(start)).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(asked).toHaveLength(1);
  });
});
