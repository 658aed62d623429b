import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Dataset, type Notice } from '../../../src/cloud/datasets/index.js';
import { fakeSession, lost, refused } from './fake-session.js';

const root = '/v2/{project_id}/datasets';

test('a data set is bound without asking', () => {
  const { session, asked } = fakeSession();
  expect(new Dataset(session, 'd1').datasetId).toBe('d1');
  expect(asked).toEqual([]);
});

describe('what is refused before any request', () => {
  const d1 = (session: ReturnType<typeof fakeSession>['session']) => new Dataset(session, 'd1');
  const calls: [string, (session: ReturnType<typeof fakeSession>['session']) => unknown][] = [
    ...[0, 101, 1.5, -1, Number.NaN].map((limit): (typeof calls)[number] => [
      'D001',
      (session) => Dataset.listDatasets(session, { limit }),
    ]),
    ...[-1, 0.5].map((offset): (typeof calls)[number] => [
      'D002',
      (session) => Dataset.listDatasets(session, { offset }),
    ]),
    ['D001', (session) => Dataset.datasets(session, { limit: 101 }).next()],
    ['D003', (session) => Dataset.listDatasets(session, { datasetType: 4 })],
    ['D029', (session) => d1(session).updateDataset({})],
    ['D029', (session) => d1(session).updateDataset({ datasetName: '' })],
    ['D029', (session) => d1(session).updateDataset({ description: 'x'.repeat(257) })],
    ['D029', (session) => d1(session).updateDataset({ description: 'a&b' })],
    ['D030', (session) => new Dataset(session, '').getDatasetInfo()],
    ['D030', (session) => new Dataset(session, 'a/b').getDatasetInfo()],
    ['D030', (session) => Dataset.deleteDataset(session, ' ')],
    ['D031', (session) => d1(session).createVersion({ name: '' })],
    ['D031', (session) => d1(session).createVersion({ name: 'x'.repeat(33) })],
    ['D031', (session) => d1(session).createVersion({ name: 'V 1' })],
    ['D033', (session) => d1(session).createVersion({ description: 'x'.repeat(257) })],
    ['D033', (session) => d1(session).createVersion({ description: 'a "b"' })],
    ['D034', (session) => d1(session).createVersion({ labelTaskType: 5 })],
    ['D037', (session) => d1(session).createVersion({ labelTaskId: '' })],
    ['D037', (session) => d1(session).getVersionInfo('')],
    ['D037', (session) => d1(session).deleteVersion('../x')],
    ['D037', (session) => d1(session).waitForVersion('')],
  ];

  test.each(calls)('%s %s', async (rule, call) => {
    const { session, asked } = fakeSession();
    await expect(async () => await call(session)).rejects.toMatchObject({
      code: 'BadOption',
      hint: expect.stringContaining(`(rule ${rule})`),
    });
    expect(asked).toEqual([]);
  });
});

describe('lists', () => {
  test('a page has data sets that can be asked', async () => {
    const { session, asked } = fakeSession(
      {
        total_number: 51,
        datasets: [{ dataset_id: 'd1', dataset_name: 'pets', new_member: { deep_one: 1 } }],
      },
      { dataset_id: 'd1', status: 1 },
    );
    const { total, datasets } = await Dataset.listDatasets(session, {
      datasetType: 1,
      datasetName: 'pe',
      offset: 1,
      limit: 50,
    });
    expect(total).toBe(51);
    expect(datasets[0]?.info).toEqual({ datasetId: 'd1', datasetName: 'pets', newMember: { deepOne: 1 } });
    expect((await datasets[0]?.getDatasetInfo())?.status).toBe(1);
    expect(asked[0]).toMatchObject({
      method: 'GET',
      path: root,
      query: { dataset_type: 1, search_content: 'pe', offset: 1, limit: 50 },
    });
    expect(asked[1]).toMatchObject({
      path: `${root}/{dataset_id}`,
      params: { dataset_id: 'd1', project_id: 'p0' },
    });
  });

  test('all of them come page by page', async () => {
    const { session, asked } = fakeSession(({ query = {} }) => {
      const [offset, limit] = [Number(query['offset']), Number(query['limit'])];
      const ids = Array.from({ length: 250 }, (_, i) => ({ dataset_id: `d${i}` }));
      return { total_number: 250, datasets: ids.slice(offset * limit, (offset + 1) * limit) };
    });
    const seen = new Set<string>();
    for await (const { datasetId } of Dataset.datasets(session)) seen.add(datasetId);
    expect(seen.size).toBe(250);
    expect(asked.map(({ query }) => query?.['offset'])).toEqual([0, 1, 2]);
  });
});

test('a data set is waited for until it is made', async () => {
  const { session, slept } = fakeSession({ status: 0 }, { status: 8 }, { status: 99 }, { status: 1 });
  const heard: unknown[] = [];
  const info = await new Dataset(session, 'd1').waitUntilNormal({
    onProgress: ({ status }) => heard.push(status),
  });
  expect([info.status, heard, slept]).toEqual([1, [0, 8, 99, 1], [2_000, 3_000, 4_500]]);
});

test.each([
  [4, 'TaskFailed'],
  [2, 'NotFound'],
  [3, 'NotFound'],
])('a data set of status %d is not waited for', async (status, code) => {
  const { session } = fakeSession({ status });
  await expect(new Dataset(session, 'd1').waitUntilNormal()).rejects.toMatchObject({ code });
});

test('it is changed, synchronised, counted and deleted', async () => {
  const { session, asked } = fakeSession(
    { dataset_id: 'd1' },
    {},
    { status: 'NOT_EXIST' },
    { status: 'RUNNING' },
    { status: 'COMPLETED', add_sample_count: 3 },
    { label_stats: [{ name: 'cat', count: 2 }], sample_stats: { un_annotation: 1, total: 3 } },
    { metrics: { some_metric: { 1700000000000: 4 } } },
    {},
  );
  const dataset = new Dataset(session, 'd1');
  await dataset.updateDataset({ datasetName: 'cats', description: 'of the house' });
  await dataset.sync();
  expect(await dataset.waitForSync()).toEqual({ status: 'COMPLETED', addSampleCount: 3 });
  expect(await dataset.statistics()).toEqual({
    labelStats: [{ name: 'cat', count: 2 }],
    sampleStats: { unAnnotation: 1, total: 3 },
  });
  expect(await dataset.metrics()).toEqual({ some_metric: { 1700000000000: 4 } });
  await dataset.deleteDataset();
  expect(asked.map(({ method, path, body }) => [method, path.slice(root.length), body])).toEqual([
    ['PUT', '/{dataset_id}', { dataset_name: 'cats', description: 'of the house' }],
    ['POST', '/{dataset_id}/sync-data', undefined],
    ['GET', '/{dataset_id}/sync-data/status', undefined],
    ['GET', '/{dataset_id}/sync-data/status', undefined],
    ['GET', '/{dataset_id}/sync-data/status', undefined],
    ['GET', '/{dataset_id}/data-annotations/stats', undefined],
    ['GET', '/{dataset_id}/metrics', undefined],
    ['DELETE', '/{dataset_id}', undefined],
  ]);
});

test('a synchronisation that fails says why', async () => {
  const { session } = fakeSession({
    status: 'FAILED',
    error_code: 'ModelArts.4999',
    error_msg: 'cannot read https://h/a?Signature=SECRET',
  });
  const error = await new Dataset(session, 'd1').waitForSync().catch((error: unknown) => error);
  expect(error).toMatchObject({
    code: 'TaskFailed',
    errorCode: 'ModelArts.4999',
    message: 'synchronisation of data set d1 has failed: cannot read https://h/a [ModelArts.4999]',
  });
});

describe('versions', () => {
  test('are published, waited for, shown, listed and deleted', async () => {
    const { session, asked, slept } = fakeSession(
      { version_id: 'v1' },
      { version_id: 'v1', status: 0 },
      { version_id: 'v1', status: 1 },
      { version_id: 'v1', status: 1, manifest_path: 'obs://demo/out/V001.manifest' },
      { total_number: 1, versions: [{ version_id: 'v1', is_current: true }] },
      {},
    );
    const dataset = new Dataset(session, 'd1');
    const id = await dataset.createVersion({ name: 'V001', labelTaskId: 't1', description: 'the first' });
    const { manifestPath } = await dataset.waitForVersion(id);
    expect([id, manifestPath, slept]).toEqual(['v1', 'obs://demo/out/V001.manifest', [2_000, 3_000]]);
    expect(await dataset.listVersions()).toEqual([{ versionId: 'v1', isCurrent: true }]);
    await dataset.deleteVersion(id);
    expect(asked[0]?.body).toEqual({
      version_name: 'V001',
      label_task_id: 't1',
      description: 'the first',
    });
    expect(asked.at(-1)).toMatchObject({
      method: 'DELETE',
      path: `${root}/{dataset_id}/versions/{version_id}`,
      params: { version_id: 'v1' },
    });
  });

  test('a version that fails says why; one that is deleted is not waited for', async () => {
    const failed = fakeSession({ status: 4, message: 'no labelled sample', code: 'ModelArts.4390' });
    await expect(new Dataset(failed.session, 'd1').waitForVersion('v1')).rejects.toMatchObject({
      code: 'TaskFailed',
      message: 'version v1 of data set d1 has failed: no labelled sample [ModelArts.4390]',
    });
    const gone = fakeSession({ status: 3 });
    await expect(new Dataset(gone.session, 'd1').waitForVersion('v1')).rejects.toMatchObject({
      code: 'NotFound',
    });
  });

  test('one a minute: the second is refused, or waits once', async () => {
    const tooSoon = refused('Throttled', 'ModelArts.4370');
    const first = fakeSession(tooSoon);
    await expect(new Dataset(first.session, 'd1').createVersion()).rejects.toBe(tooSoon);
    expect(first.asked).toHaveLength(1);
    const second = fakeSession(tooSoon, { version_id: 'v2' });
    const dataset = new Dataset(second.session, 'd1');
    expect(await dataset.createVersion({ waitForVersionSlot: true })).toBe('v2');
    expect(second.slept).toEqual([61_000]);
    const third = fakeSession(tooSoon);
    const never = new Dataset(third.session, 'd1').createVersion({ waitForVersionSlot: true });
    await expect(never).rejects.toBe(tooSoon);
    expect(third.asked).toHaveLength(2);
  });

  test('an answer that is lost: it is looked for, and only a named one is asked for again', async () => {
    const found = fakeSession(lost(), () => ({
      versions: [
        { version_id: 'v0', version_name: 'V001', create_time: 5 },
        { version_id: 'v1', version_name: 'V002', create_time: Date.now() + 1_000 },
      ],
    }));
    expect(await new Dataset(found.session, 'd1').createVersion()).toBe('v1');
    const unnamed = fakeSession(lost(), { versions: [] });
    await expect(new Dataset(unnamed.session, 'd1').createVersion()).rejects.toMatchObject({
      code: 'Unreachable',
    });
    expect(unnamed.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    const none = { versions: [] };
    const named = fakeSession(lost(), none, none, none, { version_id: 'v3' });
    expect(await new Dataset(named.session, 'd1').createVersion({ name: 'V003' })).toBe('v3');
  });

  test('what is unusual is told', async () => {
    const notices: Notice[] = [];
    const { session } = fakeSession({ version_id: 'v1' });
    const dataset = new Dataset(session, 'd1', { onNotice: (notice) => notices.push(notice) });
    await dataset.createVersion({ versionFormat: 'Parquet', labelTaskId: 't', labelTaskType: 1 });
    expect(notices.map(({ rule }) => rule)).toEqual(['D032', 'D035']);
  });
});

test('printing a data set shows what the service told of it, and nothing of the session', async () => {
  const { session } = fakeSession({ dataset_id: 'd1', dataset_name: 'pets' });
  const dataset = new Dataset(session, 'd1');
  await dataset.getDatasetInfo();
  expect(JSON.parse(JSON.stringify(dataset))).toEqual({ datasetId: 'd1', datasetName: 'pets' });
  expect(inspect(dataset)).not.toContain('services');
});
