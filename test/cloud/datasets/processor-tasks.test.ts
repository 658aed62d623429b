import { describe, expect, test } from 'vitest';
import {
  type CreateProcessorTaskOptions,
  type Notice,
  ProcessorTask,
  processorTemplates,
} from '../../../src/cloud/datasets/index.js';
import { lost } from './fake-session.js';
import { recorder } from './recorder.js';

const inputs = [
  { type: 'DATASET', source: 'PYc9H2HGv5BJNwBGXyK', versionId: 'Osc8SZ7TZStiRV4vYkZ' },
] as const;
const workPath = { type: 'DATASET', path: 'PYc9H2HGv5BJNwBGXyK', versionName: 'V0010' } as const;
const wireInputs = [{ type: 'DATASET', source: 'PYc9H2HGv5BJNwBGXyK', version_id: 'Osc8SZ7TZStiRV4vYkZ' }];
const wireWorkPath = { type: 'DATASET', path: 'PYc9H2HGv5BJNwBGXyK', version_name: 'V0010' };

const processing = (
  id: string,
  operator: string,
  params: Record<string, string>,
): [CreateProcessorTaskOptions, object] => [
  {
    name: `PRE-${operator}`,
    template: { id, operatorParams: [{ id: operator, advancedParamsSwitch: false, params }] },
    inputs,
    workPath,
    description: '',
    createVersion: true,
  },
  {
    name: `PRE-${operator}`,
    template: { id, operator_params: [{ id: operator, advanced_params_switch: false, params }] },
    inputs: wireInputs,
    work_path: wireWorkPath,
    description: '',
    create_version: true,
  },
];

/** What each kind of task sends, word for word; the service's spelling of parameters is kept. */
const sent: readonly (readonly [string, CreateProcessorTaskOptions, object])[] = [
  [
    'analysis',
    {
      name: 'PRO-1',
      template: {
        id: processorTemplates.analysis,
        operatorParams: [{ name: 'analysis', advancedParamsSwitch: true, params: { op_list: [] } }],
      },
      dataSource: { type: 'OBS', source: 'obs://demo/in/', name: 'in' },
      workPath: { type: 'OBS', path: 'obs://demo/out', name: 'out' },
      workspaceId: '0',
    },
    {
      name: 'PRO-1',
      template: {
        id: 'sys_data_analyse',
        operator_params: [{ name: 'analysis', advanced_params_switch: true, params: { op_list: [] } }],
      },
      data_source: { type: 'OBS', source: '/demo/in/', name: 'in' },
      work_path: { type: 'OBS', path: '/demo/out/', name: 'out' },
      workspace_id: '0',
    },
  ],
  [
    'validation',
    ...processing(processorTemplates.validation, 'MetaValidation', {
      task_type: 'object_detection',
      dataset_type: 'manifest',
      source_service: 'select',
      filter_func: 'data_validation_select',
      image_max_width: '1920',
      image_max_height: '1920',
      total_status: '[0,1,2]',
    }),
  ],
  [
    'cleaning',
    ...processing(processorTemplates.cleaning, 'PCC', {
      prototype_sample_path: 'obs://demo/good/',
      criticism_sample_path: 'obs://demo/bad/',
      n_clusters: '0',
      simlarity_threshold: '0.9',
      embedding_distance: '0.2',
      checkpoint_path: '/home/work/user-job-dir/data/resnet_v1_50',
    }),
  ],
  [
    'selection',
    ...processing(processorTemplates.selection, 'SimDeduplication', { simlarity_threshold: '0.9' }),
  ],
  [
    'augmentation',
    ...processing(processorTemplates.augmentation, 'AddNoise', {
      AddNoise: '1',
      noise_type: 'Gauss',
      loc: '0',
      scale: '0',
      lam: '2',
      p: '0.01',
    }),
  ],
];

const shownOf = (asked: ReturnType<typeof recorder>['asked']) =>
  asked.map(({ method, path, params, query, body }) => [
    `${method} ${path.replace('/v2/{project_id}/processor-tasks', '')}`,
    { ...params, ...JSON.parse(JSON.stringify(query ?? {})), ...body, project_id: undefined },
  ]);

test.each(sent)('%s', async (_, options, body) => {
  const { session, asked } = recorder({ task_id: 't1' });
  expect((await ProcessorTask.create(session, options)).taskId).toBe('t1');
  expect(asked.map((request) => request.body)).toEqual([body]);
  expect(asked[0]).toMatchObject({ method: 'POST', path: '/v2/{project_id}/processor-tasks' });
});

const good = sent[2]![1];
const both = { inputs, dataSource: inputs[0] };

test.each<[string, string, Partial<Record<keyof CreateProcessorTaskOptions, unknown>>]>([
  ['D053', 'no name', { name: '' }],
  ['D053', 'a template that is none', { template: { id: 'sys_other' } }],
  ['D053', 'inputs and a source', both],
  ['D053', 'neither inputs nor a source', { inputs: undefined }],
  ['D053', 'no inputs', { inputs: [] }],
  ['D053', 'a description with a sign', { description: 'a<b' }],
  ['D053', 'a description that is too long', { description: 'x'.repeat(257) }],
  ['D054', 'a version name that is too long', { workPath: { ...workPath, versionName: 'x'.repeat(33) } }],
  ['D054', 'a version name with a blank', { workPath: { ...workPath, versionName: 'a b' } }],
])('%s: %s; nothing is asked', async (rule, _, changes) => {
  const { session, asked } = recorder();
  const options = { ...good, ...changes } as CreateProcessorTaskOptions;
  await expect(ProcessorTask.create(session, options)).rejects.toMatchObject({
    code: 'BadOption',
    hint: expect.stringContaining(rule),
  });
  expect(asked).toEqual([]);
});

test('D055: a version of an analysis is noted', async () => {
  const { session } = recorder({ task_id: 't1' });
  const notices: Notice[] = [];
  const onNotice = (notice: Notice) => notices.push(notice);
  await ProcessorTask.create(session, { ...sent[0]![1], createVersion: true, onNotice });
  expect(notices).toMatchObject([{ rule: 'D055' }]);
});

test('a task, its versions and what they did', async () => {
  const { session, asked } = recorder({});
  const task = new ProcessorTask(session, 't1');
  await task.getInfo();
  await task.update('new');
  await task.versions({ limit: 5 });
  await task.versionInfo('v1');
  await task.results('v1', { resultProperty: 2, limit: 7 });
  await task.stopVersion('v1');
  await task.deleteVersion('v1');
  await task.delete();
  await ProcessorTask.templates(session);
  await ProcessorTask.list(session, {
    sourceType: 'DATASET',
    versionId: ['a', 'b'],
    sortBy: 'name',
    order: 'asc',
  });
  const one = { task_id: 't1' };
  const version = { ...one, version_id: 'v1' };
  expect(shownOf(asked)).toEqual([
    ['GET /{task_id}', one],
    ['PUT /{task_id}', { ...one, description: 'new' }],
    ['GET /{task_id}/versions', { ...one, limit: 5 }],
    ['GET /{task_id}/versions/{version_id}', version],
    ['GET /{task_id}/versions/{version_id}/results', { ...version, result_property: 2, limit: 7 }],
    ['POST /{task_id}/versions/{version_id}/stop', version],
    ['DELETE /{task_id}/versions/{version_id}', version],
    ['DELETE /{task_id}', one],
    ['GET /items', {}],
    ['GET ', { source_type: 'DATASET', version_id: 'a,b', sort_by: 'name', order: 'asc' }],
  ]);
  await expect(task.versionInfo('')).rejects.toMatchObject({ hint: expect.stringContaining('D037') });
  expect(() => new ProcessorTask(session, '')).toThrow(/taskId/);
});

test('listed tasks are tasks', async () => {
  const { session } = recorder(
    { count: 1, tasks: [{ task_id: 't1', name: 'a', version_count: 2 }] },
    { count: 1, tasks: [] },
  );
  const all: unknown[] = [];
  for await (const task of ProcessorTask.all(session)) all.push(task.toJSON());
  expect(all).toEqual([{ taskId: 't1', name: 'a', versionCount: 2 }]);
});

describe('waiting', () => {
  test('for a task and for a version, until it is done', async () => {
    const { session } = recorder(
      { status: 0 },
      { status: 2 },
      { status: 1 },
      { status: 2, add_sample_count: 3 },
    );
    const task = new ProcessorTask(session, 't1');
    expect(await task.wait()).toMatchObject({ status: 2 });
    expect(await task.waitForVersion('v1')).toMatchObject({ addSampleCount: 3 });
  });

  test('a failure is an error', async () => {
    const failed = { status: 3, error_code: 'ModelArts.4622', error_msg: 'too many' };
    const task = new ProcessorTask(recorder(failed).session, 't1');
    await expect(task.wait()).rejects.toMatchObject({
      code: 'TaskFailed',
      message: 'processor task t1 has failed: too many [ModelArts.4622]',
    });
    const stopped = new ProcessorTask(recorder({ status: 4 }).session, 't1');
    await expect(stopped.waitForVersion('v1')).rejects.toMatchObject({
      message: 'version v1 of t1 has failed: it was stopped',
    });
  });
});

describe('an answer that is lost', () => {
  test('a task is looked for by its name among those made since', async () => {
    const { session, asked, now } = recorder(lost(), () => ({
      tasks: [
        { task_id: 'before', name: good.name, create_time: now() - 60_000 },
        { task_id: 'other', name: `${good.name}-2`, create_time: now() },
        { task_id: 'this', name: good.name, create_time: now() },
      ],
    }));
    expect((await ProcessorTask.create(session, good)).taskId).toBe('this');
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('a version is looked for among those made since', async () => {
    const { session, asked, now } = recorder(lost(), () => ({
      versions: [
        { task_version_id: 'before', create_time: now() - 60_000 },
        { task_version_id: 'this', create_time: now() },
      ],
    }));
    expect(await new ProcessorTask(session, 't1').createVersion(good)).toBe('this');
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('what is not found is an error, and is not made again', async () => {
    const { session, asked } = recorder(lost(), { tasks: [] });
    await expect(ProcessorTask.create(session, good)).rejects.toMatchObject({ code: 'Unreachable' });
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
