import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../../src/cloud/datasets/index.js';
import { OptionError } from '../../../src/model/index.js';
import { recorder } from './recorder.js';

type Call = (dataset: Dataset) => Promise<unknown>;
// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
const any = (value: unknown) => value as any;
const first = async (items: AsyncIterable<unknown>) => {
  for await (const item of items) return item;
};

const size = { '@modelarts:size': [100, 100, 3] };
const box = (...feature: unknown[]) => [
  { name: 'cat', type: 1, property: any({ '@modelarts:shape': 'bndbox', '@modelarts:feature': feature }) },
];

/** What is refused whatever the data set holds. */
const refused: readonly (readonly [string, string, Call])[] = [
  ['D001', 'limit 0 of samples', (d) => d.listSamples({ limit: 0 })],
  ['D001', 'limit 101 of samples', (d) => first(d.samples({ limit: 101 }))],
  ['D001', 'limit 1.5 of import tasks', (d) => d.listImportTasks({ limit: 1.5 })],
  ['D001', 'limit as text of export tasks', (d) => d.listExportTasks({ limit: any('5') })],
  ['D001', 'limit 0 of all import tasks', (d) => first(d.importTasks({ limit: 0 }))],
  ['D001', 'limit 0 of all export tasks', (d) => first(d.exportTasks({ limit: 0 }))],
  ['D002', 'offset -1 of samples', (d) => d.listSamples({ offset: -1 })],
  ['D002', 'offset 0.5 of import tasks', (d) => d.listImportTasks({ offset: 0.5 })],
  ['D002', 'offset NaN of export tasks', (d) => d.listExportTasks({ offset: Number.NaN })],
  ['D037', 'no sample id', (d) => d.getSampleInfo('')],
  ['D037', 'a sample id with a slash', (d) => d.getSampleInfo('a/b')],
  ['D037', 'no task id of an import', (d) => d.getImportTaskInfo(any(undefined))],
  ['D037', 'no task id of a waiter', (d) => d.waitForImport(' ')],
  ['D037', 'no task id of an export', (d) => d.getExportTaskInfo('')],
  ['D037', 'no task id of a waiter for an export', (d) => d.waitForExport('')],
  ['D037', 'no task id of a label task', (d) => d.getLabelTaskInfo('')],
  ['D037', 'an update without a sample', (d) => d.updateSamples([{ sampleId: '' }])],
  ['D037', 'no updates', (d) => d.updateSamples([])],
  ['D038', 'no samples to delete', (d) => d.deleteSamples([])],
  ['D038', 'samples that are no texts', (d) => d.deleteSamples(any([1]))],
  ['D038', 'samples that are one text', (d) => d.deleteSamples(any('s1'))],
  ['D038', 'an empty id among samples', (d) => d.deleteSamples(['s1', ''])],
  ['D039', 'no path to import', (d) => d.importData(any({}))],
  ['D039', 'an empty path to import', (d) => d.importData({ path: '' })],
  ...['\n', '\r', '\t'].map(
    (one) =>
      [
        'D039',
        `${JSON.stringify(one)} in a path to import`,
        (d: Dataset) => d.importData({ path: `/b/a${one}/` }),
      ] as const,
  ),
  ['D040', 'a folder as manifest', (d) => d.importData({ path: '/b/dir/', importType: 'manifest' })],
  ['D040', 'an unknown type of import', (d) => d.importData({ path: '/b/dir/', importType: any('file') })],
  [
    'D044',
    'annotationConfig {} for a folder',
    (d) => d.importData({ path: '/b/dir/', annotationConfig: {} }),
  ],
  [
    'D024',
    'a config without scene',
    (d) => d.importData({ path: '/b/d/', annotationConfig: { formatName: 'YOLO' } }),
  ],
  [
    'D024',
    'a config without format',
    (d) => d.importData({ path: '/b/d/', annotationConfig: { scene: 'object_detection' } }),
  ],
  [
    'D025',
    'a format of another scene',
    (d) =>
      d.importData({
        path: '/b/d/',
        annotationConfig: { scene: 'image_classification', formatName: 'YOLO' },
      }),
  ],
  [
    'D027',
    'a separator of two characters',
    (d) =>
      d.importData({
        path: '/b/d/',
        annotationConfig: {
          scene: 'text_classification',
          formatName: 'ModelArts text classification combine 1.0',
          parameters: { labelSeparator: ', ' },
        },
      }),
  ],
  ['D047', 'no path to export to', (d) => d.exportData(any({}))],
  ['D047', 'a bare bucket to export to', (d) => d.exportData({ path: '/bucket/' })],
  ['D047', 'a bare bucket with a scheme', (d) => d.exportData({ path: 'obs://bucket/' })],
  ['D047', 'slashes after a bucket', (d) => d.exportData({ path: '/bucket//' })],
  ['D047', 'a file to export to', (d) => d.exportData({ path: '/bucket/dir' })],
  ['D047', 'no slash at the beginning', (d) => d.exportData({ path: 'bucket/dir/' })],
  ['D047', 'a tab in a path to export to', (d) => d.exportData({ path: '/bucket/a\t/' })],
  ['D049', 'no name of a label task', (d) => d.createLabelTask(any({ taskType: 0 }))],
  ['D049', 'a blank name of a label task', (d) => d.createLabelTask({ taskName: ' ', taskType: 0 })],
  ['D049', 'no type of a label task', (d) => d.createLabelTask(any({ taskName: 't' }))],
  ['D049', 'an unknown type of a label task', (d) => d.createLabelTask({ taskName: 't', taskType: 2 })],
  ['D050', 'another key to sort by', (d) => d.getLabelTasks({ sortKey: any('name') })],
  ['D050', 'another direction', (d) => d.getLabelTasks({ sortDir: any('up') })],
  ['D051', 'an unknown policy', (d) => d.deleteLabels(['cat'], { deletePolicy: any(3), confirm: true })],
  ['D051', 'samples without confirmation', (d) => d.deleteLabels(['cat'], { deletePolicy: 1 })],
  ['D051', 'files without confirmation', (d) => d.deleteLabels(['cat'], { deletePolicy: 2, confirm: false })],
  ['D052', 'no labels to delete', (d) => d.deleteLabels([])],
  ['D052', 'a label without name to delete', (d) => d.deleteLabels([any({ type: 0 })])],
  ['D052', 'an unknown type to delete', (d) => d.deleteLabels([{ name: 'cat', type: 2 }])],
  ['D052', 'an unknown type of one to delete', (d) => d.deleteLabel('cat', { labelType: 999 })],
  ['D052', 'an unknown type of one to update', (d) => d.updateLabel('cat', {}, { labelType: 4 })],
  ['D052', 'no name of one to delete', (d) => d.deleteLabel('')],
  ['D052', 'a name that is another path', (d) => d.deleteLabel('..')],
  ['D021', 'no labels to make', (d) => d.createLabels([])],
  ['D021', 'a label without name', (d) => d.createLabels([any({ type: 0 })])],
  ['D021', 'a label without type', (d) => d.createLabels([{ name: 'cat' }])],
  ['D021', 'a label of an unknown type', (d) => d.updateLabels([{ name: 'cat', type: 2 }])],
  [
    'D021',
    'a label twice',
    (d) =>
      d.createLabels([
        { name: 'cat', type: 0 },
        { name: 'cat', type: 0 },
      ]),
  ],
  ['D020', 'a relation from nowhere', (d) => d.createLabels([{ name: 'owns', type: 102 }])],
  ['D061', 'objects and no size', (d) => d.addSamples([{ name: 'a.jpg', labels: box([1, 1], [2, 2]) }])],
  [
    'D061',
    'a size of one',
    (d) =>
      d.addSamples([{ name: 'a.jpg', labels: box([1, 1], [2, 2]), metadata: { '@modelarts:size': [100] } }]),
  ],
  [
    'D061',
    'a box whose corners are swapped',
    (d) => d.addSamples([{ name: 'a.jpg', labels: box([5, 1], [2, 2]), metadata: size }]),
  ],
  [
    'D061',
    'a box without height',
    (d) => d.updateSamples([{ sampleId: 's1', labels: box([1, 2], [3, 2]), metadata: size }]),
  ],
  [
    'D061',
    'a box of three points',
    (d) => d.addSamples([{ name: 'a.jpg', labels: box([1, 1], [2, 2], [3, 3]), metadata: size }]),
  ],
  [
    'D061',
    'a negative coordinate',
    (d) => d.updateSamples([{ sampleId: 's1', labels: box([-1, 1], [2, 2]), metadata: size }]),
  ],
  [
    'D061',
    'coordinates that are texts',
    (d) => d.addSamples([{ name: 'a.jpg', labels: box(['1', '1'], ['2', '2']), metadata: size }]),
  ],
  ['D062', 'no samples to add', (d) => d.addSamples([])],
  ['D062', 'a sample without name', (d) => d.addSamples([any({})])],
  ['D062', 'a name too long', (d) => d.addSamples([{ name: 'a'.repeat(1_025) }])],
  ...[...'!<>=&"\''].map(
    (one) => ['D062', `${one} in a name`, (d: Dataset) => d.addSamples([{ name: `a${one}.jpg` }])] as const,
  ),
];

/** What is refused once it is known what the data set holds. */
const refusedOf: readonly (readonly [string, object, string, Call])[] = [
  ['D036', { dataset_type: 400 }, 'samples of a table', (d) => d.listSamples()],
  ['D036', { data_type: 'TABLE' }, 'samples of a table by its data', (d) => first(d.samples())],
  ['D036', { dataset_type: 400 }, 'conditions for a table', (d) => d.getSearchConditions()],
  ...[101, 102, 201, 202, 600].map(
    (type) =>
      [
        'D041',
        { dataset_type: type },
        `a folder into type ${type}`,
        (d: Dataset) => d.importData({ path: '/b/d/' }),
      ] as const,
  ),
  ['D041', { data_type: 'VIDEO' }, 'a folder of videos', (d) => d.importData({ path: '/b/d/' })],
  ['D042', { dataset_type: 400 }, 'a manifest into a table', (d) => d.importData({ path: '/b/V1.manifest' })],
  [
    'D043',
    { dataset_type: 400 },
    'a table without a word on its header',
    (d) => d.importData({ path: '/b/d/' }),
  ],
  ...[100, 101, 102, 200, 201, 202, 400, 600].map(
    (type) =>
      [
        'D048',
        { dataset_type: type },
        `an export of type ${type}`,
        (d: Dataset) => d.exportData({ path: '/b/d/' }),
      ] as const,
  ),
];

async function refusal(work: Promise<unknown>): Promise<OptionError> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return error as OptionError;
  }
  throw new Error('it was not refused');
}

describe('what is refused before any request leaves', () => {
  test.each(refused)('%s %s', async (rule, _, call) => {
    const { dataset, asked } = recorder();
    expect((await refusal(call(dataset))).hint).toContain(`(rule ${rule})`);
    expect(asked).toEqual([]);
  });

  test.each(refusedOf)('%s %o %s', async (rule, facts, _, call) => {
    const { dataset, asked } = recorder({ dataset_id: 'd0', ...facts });
    await dataset.getDatasetInfo();
    expect((await refusal(call(dataset))).hint).toContain(`(rule ${rule})`);
    expect(asked).toHaveLength(1);
  });

  test('rules about what a data set holds ask for it only where that is wanted', async () => {
    const { dataset, asked } = recorder({ dataset_id: 'd0', dataset_type: 600 });
    const error = await refusal(dataset.importData({ path: '/b/d/', validateRemote: true }));
    expect(error.hint).toContain('(rule D041)');
    await refusal(dataset.exportData({ path: '/b/d/', validateRemote: true }));
    expect(asked.map(({ method }) => method)).toEqual(['GET']);
  });

  test('what no table of the service speaks of is not refused', async () => {
    const { dataset, asked } = recorder({ dataset_id: 'd0', dataset_type: 900 }, { task_id: 't' });
    await dataset.getDatasetInfo();
    await dataset.importData({ path: '/b/V1.manifest' });
    await dataset.exportData({ path: '/b/d/' });
    expect(asked).toHaveLength(3);
    const { dataset: unknown } = recorder({ dataset_id: 'd0', dataset_type: 77 }, { task_id: 't' });
    await unknown.getDatasetInfo();
    expect(await unknown.importData({ path: '/b/d/' })).toBe('t');
  });

  test('onFailure is return or throw', async () => {
    const { dataset, asked } = recorder();
    await refusal(dataset.deleteSamples(['s1'], { onFailure: any('ignore') }));
    expect(asked).toEqual([]);
  });
});

describe('what is told and not refused', () => {
  const info = { dataset_id: 'd0', dataset_type: 0, work_path: '/b/work/' };
  test.each<[string, object, Call]>([
    ['D043', info, (d) => d.importData({ path: '/b/d/', withColumnHeader: true })],
    ['D045', info, (d) => d.importData({ path: '/b/d' })],
    ['D046', info, (d) => d.importData({ path: 'obs://b/work/in/' })],
    [
      'D026',
      info,
      (d) =>
        d.importData({ path: '/b/d/', annotationConfig: { scene: 'object_detection', formatName: 'YOLO' } }),
    ],
    [
      'D022',
      info,
      (d) => d.createLabels([{ name: 'a', type: 0, property: { '@modelarts:color': '#1234567' } }]),
    ],
  ])('%s', async (rule, facts, call) => {
    const { dataset, asked, notices } = recorder(facts, { task_id: 't', success: true, results: [] });
    await dataset.getDatasetInfo();
    await call(dataset);
    expect(notices.map((notice) => notice.rule)).toEqual([rule]);
    expect(asked).toHaveLength(2);
  });
});
