import { expect, onTestFinished, test } from 'vitest';
import { Dataset, Session } from '../../src/dataset-io/cloud.js';
import { login, region, startStandIns } from '../server/modelarts/index.js';

const size = { '@modelarts:size': [100, 80, 3] };
const box = (name: string) => ({
  name,
  type: 1,
  property: {
    '@modelarts:shape': 'bndbox',
    '@modelarts:feature': [
      [10, 10],
      [40, 40],
    ],
  },
});

/** An empty data set at services that do work as soon as it is asked for. */
async function setUp({ by = 'keys' }: { by?: 'keys' | 'password' } = {}) {
  const standIns = await startStandIns({ pace: { ms: 0 } });
  const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...places } = standIns.environment;
  const session =
    by === 'keys'
      ? new Session({ environment: standIns.environment })
      : new Session({ environment: places, ...login, regionName: region });
  onTestFinished(async () => {
    await session.close();
    await standIns.close();
  });
  const dataset = await Dataset.createDataset(session, {
    datasetName: 'pets',
    dataType: 'IMAGE',
    dataSources: { path: 'obs://data/in/' },
    workPath: { path: 'obs://data/work/' },
  });
  await dataset.waitUntilNormal();
  return { ...standIns, dataset };
}

test.each(['keys', 'password'] as const)('samples are added, labelled, found and deleted: %s', async (by) => {
  const { dataset, obs } = await setUp({ by });
  const added = await dataset.addSamples(
    ['a.jpg', 'b.jpg'].map((name) => ({
      name,
      data: Buffer.from(name),
      sampleType: 0,
      metadata: size,
      labels: [box('cat')],
    })),
  );
  expect(added).toMatchObject({ success: true, results: [{ item: 'a.jpg' }, { item: 'b.jpg' }] });
  const [a = '', b = ''] = added.results.map(({ info }) => info);
  expect(String(obs.get('data', 'in/a.jpg'))).toBe('a.jpg');
  await dataset.updateSamples([{ sampleId: a, labels: [box('dog')], metadata: size }]);
  expect((await dataset.getSampleInfo(a)).labels).toMatchObject([{ name: 'dog', type: 1 }]);
  const cats: string[] = [];
  for await (const { sampleId } of dataset.samples({ labelName: 'cat' })) cats.push(sampleId);
  expect(cats).toEqual([b]);
  expect(Object.keys(await dataset.getSearchConditions()).length).toBeGreaterThan(0);
  await dataset.updateSamples([{ sampleId: a, labels: [] }]);
  expect((await dataset.listSamples({ sampleState: '__NONE__' })).samples).toMatchObject([{ sampleId: a }]);
  expect(await dataset.deleteSamples([a, b])).toMatchObject({ success: true });
  expect((await dataset.listSamples()).total).toBe(0);
});

test.each(['keys', 'password'] as const)(
  'labels with any name can be changed and deleted: %s',
  async (by) => {
    const { dataset } = await setUp({ by });
    const names = ['猫', "cat 1/2 + 'x' & y=z?", 'a%20b', 'é~*()'];
    await dataset.createLabels(names.map((name) => ({ name, type: 1 })));
    for (const name of names) {
      await dataset.updateLabel(name, { '@modelarts:color': '#3399ff' }, { labelType: 1 });
      expect((await dataset.listLabels()).find((label) => label.name === name)?.property).toEqual({
        '@modelarts:color': '#3399ff',
      });
      await dataset.deleteLabel(name, { labelType: 1 });
    }
    expect(await dataset.listLabels()).toEqual([]);
  },
);

test('a label that is there, and labels that go with their samples', async () => {
  const { dataset } = await setUp();
  await dataset.addSamples([
    { name: 'a.jpg', data: 'YQ==', metadata: size, labels: [box('cat')] },
    { name: 'b.jpg', data: 'Yg==', metadata: size, labels: [box('dog')] },
  ]);
  const again = await dataset.createLabels(
    ['ox', 'cat'].map((name) => ({ name, type: 1 })),
    {},
  );
  expect(again.results).toMatchObject([{ success: true }, { success: false, errorCode: 'ModelArts.4411' }]);
  await dataset.updateLabels([{ name: 'dog', type: 1, property: { '@modelarts:rename_to': 'hound' } }]);
  const gone = await dataset.deleteLabels(['cat'], { deletePolicy: 1, confirm: true });
  expect(gone.success).toBe(true);
  expect((await dataset.listSamples()).samples).toMatchObject([{ labels: [{ name: 'hound' }] }]);
  expect((await dataset.listLabels()).map(({ name }) => name).sort()).toEqual(['hound', 'ox']);
});

test('a request for labels whose answer is lost: every label is there once', async () => {
  const { dataset, service } = await setUp();
  service.fault({
    method: 'POST',
    path: /data-annotations\/labels$/,
    times: 1,
    do: { kind: 'reset', applied: true },
  });
  const labels = ['cat', 'dog'].map((name) => ({ name, type: 1 }));
  expect((await dataset.createLabels(labels)).success).toBe(true);
  expect((await dataset.listLabels()).map(({ name }) => name)).toEqual(['cat', 'dog']);
});

test('an export and a label task, the answer lost: there is one of each', async () => {
  const { dataset, service } = await setUp();
  await dataset.addSamples([{ name: 'a.jpg', data: 'YQ==', metadata: size, labels: [box('cat')] }]);
  const lose = () =>
    service.fault({
      method: 'POST',
      path: /(?:export|label)-tasks$/,
      times: 1,
      do: { kind: 'reset', applied: true },
    });
  const starts = [
    () => dataset.exportData({ path: 'obs://data/out/' }),
    () => dataset.createLabelTask({ taskName: 'boxes', taskType: 1 }),
  ];
  for (const start of starts) {
    lose();
    await start();
  }
  const { exportTasks } = await dataset.listExportTasks();
  expect(exportTasks).toHaveLength(1);
  expect((await dataset.waitForExport(exportTasks[0]!.taskId)).finishedSampleCount).toBe(1);
  expect(await dataset.getLabelTasks()).toMatchObject([{ taskName: 'boxes' }]);
});
