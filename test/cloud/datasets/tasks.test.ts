import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../../src/cloud/datasets/index.js';
import { ServiceError } from '../../../src/cloud/service/service-error.js';
import { recorder, shown } from './recorder.js';

const lost = new ServiceError('Unreachable', 'POST …: the connection ended', {
  service: 'modelarts',
  method: 'POST',
  path: '/',
  retryable: true,
  mayHaveApplied: true,
});
const refused = new ServiceError('Busy', 'POST …: importing [ModelArts.4356]', {
  service: 'modelarts',
  method: 'POST',
  path: '/',
  status: 400,
});

interface Started {
  readonly what: string;
  readonly start: (dataset: Dataset) => Promise<string>;
  readonly list: string;
  /** A task as it stands in the list. */
  readonly ours: object;
  readonly other: object;
}

const kinds: readonly Started[] = [
  {
    what: 'an import',
    start: (d) => d.importData({ path: 'obs://demo/in/' }),
    list: 'import_tasks',
    ours: { import_path: 's3://demo/in/' },
    other: { import_path: 's3://demo/other/' },
  },
  {
    what: 'an export',
    start: (d) => d.exportData({ path: 'obs://demo/out/' }),
    list: 'export_tasks',
    ours: { path: '/demo/out/' },
    other: { path: '/demo/other/' },
  },
  {
    what: 'a label task',
    start: (d) => d.createLabelTask({ taskName: 'boxes', taskType: 1 }),
    list: 'tasks',
    ours: { task_name: 'boxes' },
    other: { task_name: 'boxes 2' },
  },
];

describe.each(kinds)('$what whose answer is lost', ({ start, list, ours, other }) => {
  const posts = (asked: readonly { method: string }[]) =>
    asked.filter(({ method }) => method === 'POST').length;

  test('is looked for, and not started again', async () => {
    const { dataset, asked, now } = recorder(lost, () => ({
      [list]: [
        { ...other, task_id: 'other', create_time: now() },
        { ...ours, task_id: 'before', create_time: now() - 60_000 },
        { ...ours, task_id: 'this', create_time: now() },
      ],
    }));
    expect(await start(dataset)).toBe('this');
    expect(posts(asked)).toBe(1);
  });

  test('is waited for while the service has not listed it', async () => {
    const { dataset, asked, now, slept } = recorder(lost, { [list]: [] }, () => ({
      [list]: [{ ...ours, task_id: 'this', create_time: now() }],
    }));
    expect(await start(dataset)).toBe('this');
    expect(slept).toEqual([2_000]);
    expect(posts(asked)).toBe(1);
  });

  test('is an error when it is not there', async () => {
    const { dataset, asked } = recorder(lost, { [list]: [{ ...ours, task_id: 'before', create_time: 0 }] });
    await expect(start(dataset)).rejects.toBe(lost);
    expect(posts(asked)).toBe(1);
  });

  test('a refusal is passed on', async () => {
    const { dataset, asked } = recorder(refused);
    await expect(start(dataset)).rejects.toBe(refused);
    expect(asked).toHaveLength(1);
  });
});

test('labels whose answer is lost: those that are there count, the others are asked for once more', async () => {
  const labels = ['cat', 'dog', 'cow'].map((name) => ({ name, type: 0 }));
  const { dataset, asked } = recorder(
    lost,
    {
      labels: [
        { name: 'cat', type: 0 },
        { name: 'dog', type: 1 },
      ],
    },
    { success: false, results: [{ success: true }, { success: false, error_msg: 'no' }] },
  );
  expect(await dataset.createLabels(labels)).toEqual({
    success: false,
    results: [
      { item: 'cat', success: true },
      { item: 'dog', success: true },
      { item: 'cow', success: false, errorMsg: 'no' },
    ],
  });
  expect(asked.map(shown).map(({ request }) => request)).toEqual([
    'POST /data-annotations/labels',
    'GET /data-annotations/labels',
    'POST /data-annotations/labels',
  ]);
});

describe('waiting for an import', () => {
  const state = (status: string, imported = 0) => ({
    task_id: 't1',
    status,
    total_sample_count: 10,
    imported_sample_count: imported,
  });

  test('until it has ended, told of each answer', async () => {
    const { dataset, slept } = recorder(
      state('QUEUING'),
      state('STARTING'),
      state('RUNNING', 4),
      state('SOMETHING_NEW', 6),
      state('COMPLETED', 9),
    );
    const heard: unknown[] = [];
    const task = await dataset.waitForImport('t1', {
      onProgress: ({ status, importedSampleCount }) => heard.push([status, importedSampleCount]),
    });
    expect(task).toEqual({ taskId: 't1', status: 'COMPLETED', totalSampleCount: 10, importedSampleCount: 9 });
    expect(heard).toEqual([
      ['QUEUING', 0],
      ['STARTING', 0],
      ['RUNNING', 4],
      ['SOMETHING_NEW', 6],
      ['COMPLETED', 9],
    ]);
    expect(slept).toEqual([2_000, 3_000, 4_500, 6_750]);
  });

  test.each(['FAILED', 'PARTIALLY_FAILED'])(
    '%s says what the service says, and how far it came',
    async (status) => {
      const { dataset } = recorder({
        ...state(status, 3),
        error_code: 'ModelArts.4370',
        error_msg: 'cannot read https://b.example.com/a?Signature=SECRET',
      });
      await expect(dataset.waitForImport('t1')).rejects.toMatchObject({
        code: 'TaskFailed',
        errorCode: 'ModelArts.4370',
        message:
          'import task t1 has failed: cannot read https://b.example.com/a (imported 3 of 10 samples) [ModelArts.4370]',
      });
    },
  );

  test('one that is not there: for ten seconds it may be on its way', async () => {
    const { dataset, slept } = recorder(state('NOT_EXIST'));
    await expect(dataset.waitForImport('t1')).rejects.toMatchObject({ code: 'NotFound' });
    expect(slept).toEqual([2_000, 3_000, 4_500, 6_750]);
    const { dataset: late } = recorder(state('NOT_EXIST'), state('COMPLETED'));
    expect(await late.waitForImport('t1')).toMatchObject({ status: 'COMPLETED' });
  });

  test('not for ever, and not after an abort', async () => {
    const { dataset } = recorder(state('RUNNING'));
    await expect(dataset.waitForImport('t1', { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'Timeout',
      message: expect.stringContaining('import task t1'),
    });
    const signal = AbortSignal.abort();
    await expect(dataset.waitForImport('t1', { signal })).rejects.toMatchObject({ code: 'Aborted' });
  });
});

describe('waiting for an export', () => {
  test.each(['SUCCESSED', 'SUCCEEDED'])('%s is its end', async (status) => {
    const { dataset } = recorder({ task_id: 't1', status: 'INIT' }, { task_id: 't1', status });
    expect(await dataset.waitForExport('t1')).toEqual({ taskId: 't1', status });
  });

  test('FAILED says why', async () => {
    const { dataset } = recorder({ task_id: 't1', status: 'FAILED', finished_sample_count: 2 });
    await expect(dataset.waitForExport('t1')).rejects.toMatchObject({
      code: 'TaskFailed',
      message: 'export task t1 has failed: the service does not say why (exported 2 samples)',
    });
  });
});
