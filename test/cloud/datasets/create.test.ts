import { describe, expect, test } from 'vitest';
import {
  type CreateDatasetOptions,
  createDatasetBody,
  Dataset,
  type Notice,
} from '../../../src/cloud/datasets/index.js';
import { OptionError } from '../../../src/model/index.js';
import { fakeSession, lost, refused } from './fake-session.js';

const pets: CreateDatasetOptions = {
  datasetName: 'pets',
  datasetType: 1,
  dataSources: { path: 'obs://demo/in/' },
  workPath: { path: 'obs://demo/out' },
};
const table: CreateDatasetOptions = {
  datasetName: 'iris',
  dataType: 'TABLE',
  dataSources: { type: '0', path: '/demo/iris/', withColumnHeader: true },
  workPath: { path: '/demo/work/' },
  schema: [
    { schemaId: 1, name: 'length', type: 'DOUBLE' },
    { schemaId: 2, name: 'class', type: 'STRING' },
  ],
};
const triplets: CreateDatasetOptions = {
  datasetName: 'triplets',
  datasetType: 102,
  dataSources: { path: '/demo/texts/' },
  workPath: { path: '/demo/work/' },
  labels: [
    { name: 'person', type: 101 },
    { name: 'place', type: 101 },
    {
      name: 'lives in',
      type: 102,
      property: { '@modelarts:from_type': 'person', '@modelarts:to_type': 'place' },
    },
  ],
};
const voc = { scene: 'object_detection', formatName: 'ModelArts PASCAL VOC 1.0' } as const;

describe('what is sent', () => {
  test('a data set by what it is labelled for', () => {
    expect(
      createDatasetBody({
        ...pets,
        labels: [{ name: 'cat', type: 1, property: { '@modelarts:color': '#3399ff' } }],
      }),
    ).toEqual({
      dataset_name: 'pets',
      dataset_type: 1,
      data_sources: [{ data_type: 0, data_path: '/demo/in/' }],
      work_path: '/demo/out/',
      work_path_type: 0,
      import_annotations: false,
      labels: [{ name: 'cat', type: 1, property: { '@modelarts:color': '#3399ff' } }],
    });
  });

  test('a data set by the kind of its data, with annotations', () => {
    const { datasetType: _, ...rest } = pets;
    expect(
      createDatasetBody({
        ...rest,
        dataType: 'IMAGE',
        dataSources: [{ path: '/demo/in/', annotationConfig: voc }],
        description: 'of the street',
      }),
    ).toEqual({
      dataset_name: 'pets',
      data_type: 'IMAGE',
      data_sources: [
        {
          data_type: 0,
          data_path: '/demo/in/',
          annotation_config: { scene: 'object_detection', format_name: 'ModelArts PASCAL VOC 1.0' },
        },
      ],
      work_path: '/demo/out/',
      work_path_type: 0,
      import_annotations: true,
      description: 'of the street',
    });
  });

  test.each([{ dataType: 'TABLE' }, { dataType: undefined, datasetType: 400 }])('a table: %j', (kind) => {
    const body = createDatasetBody({ ...table, ...kind });
    expect(body).toMatchObject({
      data_sources: [{ data_type: 0, data_path: '/demo/iris/', with_column_header: true }],
      schema: [
        { schema_id: 1, name: 'length', type: 'DOUBLE' },
        { schema_id: 2, name: 'class', type: 'STRING' },
      ],
    });
  });

  test('triplets keep the names in their properties', () => {
    expect(createDatasetBody(triplets)['labels']).toEqual(triplets.labels);
  });

  test('an asset of AI Gallery', () => {
    const body = createDatasetBody({
      ...pets,
      dataSources: { type: 5, path: '/demo/in/', contentInfo: { contentId: 'c', versionId: 'v' } },
    });
    expect(body['data_sources']).toEqual([
      { data_type: 5, data_path: '/demo/in/', content_info: { content_id: 'c', version_id: 'v' } },
    ]);
  });

  test.each([
    ['ModelArts text classification 1.0', '0'],
    ['ModelArts text classfication combine 1.0', '1'],
  ])('how texts and labels are told apart: %s', (formatName, labelType) => {
    const body = createDatasetBody({
      ...pets,
      datasetType: 100,
      dataSources: {
        path: '/demo/in/',
        annotationConfig: {
          scene: 'text_classification',
          formatName,
          parameters: { sampleLabelSeparator: '\\t', labelSeparator: ';' },
        },
      },
    });
    expect(body).toMatchObject({
      import_annotations: true,
      label_format: { label_type: labelType, text_sample_separator: '\t', text_label_separator: ';' },
      data_sources: [{ annotation_config: { format_name: formatName.replace('classfi', 'classifi') } }],
    });
  });
});

const withSource = (source: object) => ({ ...pets, dataSources: { path: '/demo/in/', ...source } });
const withConfig = (config: object) => withSource({ annotationConfig: config });
const withWork = (path: string) => ({ ...pets, workPath: { path } });
const separators = (value: string) =>
  withConfig({
    scene: 'text_classification',
    formatName: 'ModelArts text classification 1.0',
    parameters: { labelSeparator: value },
  });

const wrong: [string, object][] = [
  ['D003', { ...pets, datasetType: 2 }],
  ['D004', { ...pets, datasetName: '' }],
  ['D004', { ...pets, datasetName: ' ' }],
  ['D004', { ...pets, datasetName: undefined }],
  ['D006', { ...pets, dataType: 'IMAGE' }],
  ['D006', { ...pets, datasetType: undefined }],
  ['D007', { ...pets, datasetType: undefined, dataType: 'PICTURE' }],
  ['D008', { ...pets, dataSources: undefined }],
  ['D008', { ...pets, dataSources: [] }],
  ['D008', { ...pets, dataSources: [{ path: '/a/b/' }, { path: '/a/c/' }] }],
  ['D008', withSource({ type: 1 })],
  ['D008', withSource({ path: '' })],
  ['D009', withSource({ path: '/demo/a\nb/' })],
  ['D009', withSource({ path: '/demo/a\tb/' })],
  ['D010', withSource({ type: 5 })],
  ['D010', withSource({ type: 5, contentInfo: { contentId: 'c' } })],
  ['D011', { ...pets, workPath: undefined }],
  ['D011', { ...pets, workPath: { type: 0 } }],
  ['D011', { ...pets, workPath: { type: 1, path: '/demo/out/' } }],
  ['D012', withWork('/demo/')],
  ['D012', withWork('obs://demo')],
  ['D012', withWork('demo/out/')],
  ['D012', withWork('/demo//')],
  ['D013', withWork(`/demo/${'x'.repeat(694)}/`)],
  ['D014', withWork('/demo/o\rt/')],
  ['D015', withWork('/demo/in')],
  ['D015', withWork('obs://demo/in/work/')],
  ['D016', { ...table, dataSources: { path: '/demo/iris/' } }],
  ['D016', { ...table, dataType: undefined, datasetType: 400, dataSources: { path: '/demo/iris/' } }],
  ['D017', { ...table, schema: undefined }],
  ['D017', { ...table, schema: [] }],
  ['D017', { ...table, schema: [...table.schema!, table.schema![0]] }],
  ['D018', { ...table, schema: [{ schemaId: 1, name: 'a', type: 'string' }] }],
  ['D019', { ...triplets, labels: undefined }],
  ['D019', { ...triplets, labels: [] }],
  ['D020', { ...triplets, labels: [{ name: 'lives in', type: 102 }] }],
  ['D020', { ...triplets, labels: [...triplets.labels!.slice(1)] }],
  ['D021', { ...pets, labels: [{ name: '', type: 1 }] }],
  ['D021', { ...pets, labels: [{ name: 'cat' }] }],
  ['D021', { ...pets, labels: [{ name: 'cat', type: 2 }] }],
  [
    'D021',
    {
      ...pets,
      labels: [
        { name: 'cat', type: 1 },
        { name: 'cat', type: 1 },
      ],
    },
  ],
  ['D023', { ...pets, description: 'x'.repeat(257) }],
  ['D023', { ...pets, description: 'a < b' }],
  ['D023', { ...pets, description: "it's" }],
  ['D024', withConfig({})],
  ['D024', withConfig({ scene: 'dogs', formatName: 'YOLO' })],
  ['D024', withConfig({ scene: 'object_detection' })],
  ['D025', withConfig({ scene: 'object_detection', formatName: 'ModelArts imageNet 1.0' })],
  ['D027', separators('ab')],
  ['D027', separators('')],
];

describe('what is refused', () => {
  test.each(wrong)('%s %j: no request leaves', async (rule, options) => {
    const { session, asked } = fakeSession();
    const creating = Dataset.createDataset(session, options as CreateDatasetOptions);
    await expect(creating).rejects.toThrow(OptionError);
    await expect(creating).rejects.toMatchObject({ hint: expect.stringContaining(`(rule ${rule})`) });
    expect(asked).toEqual([]);
  });

  test.each<[string, object]>([
    ['D012', withWork('/demo/o')],
    ['D013', withWork(`/demo/${'x'.repeat(693)}/`)],
    ['D015', withWork('/demo/in2/')],
    ['D015', { ...withSource({ path: '/demo/in/deep/' }), workPath: { path: '/demo/in/' } }],
    ['D016', table],
    ['D020', triplets],
    [
      'D021',
      {
        ...pets,
        labels: [
          { name: 'cat', type: 1 },
          { name: 'cat', type: 0 },
        ],
      },
    ],
    ['D023', { ...pets, description: 'x'.repeat(256) }],
    ['D025', withConfig(voc)],
    ['D027', separators(';')],
  ])('%s: what just keeps it is sent: %j', async (_, options) => {
    const { session, asked } = fakeSession({ dataset_id: 'd1' });
    await Dataset.createDataset(session, options as CreateDatasetOptions);
    expect(asked).toHaveLength(1);
  });
});

test.each<[string, object]>([
  ['D005', { ...pets, datasetName: 'my pets!' }],
  ['D005', { ...pets, datasetName: 'x'.repeat(101) }],
  ['D006', pets],
  ['D017', { ...pets, schema: table.schema }],
  ['D022', { ...pets, labels: [{ name: 'cat', type: 1, property: { '@modelarts:color': '#33999ff' } }] }],
  ['D026', { ...withConfig(voc), datasetType: 0 }],
  ['D026', { ...withConfig(voc), datasetType: undefined, dataType: 'TEXT' }],
  ['D027', { ...separators('~'), datasetType: 100 }],
])('%s is told and done all the same', (rule, options) => {
  const notices: Notice[] = [];
  createDatasetBody({ ...(options as CreateDatasetOptions), onNotice: (notice) => notices.push(notice) });
  expect(notices.filter((notice) => notice.rule === rule)).toHaveLength(1);
});

describe('an answer that is lost', () => {
  const listed = (createTime: number, changes = {}) => ({
    total_number: 3,
    datasets: [
      { dataset_id: 'other', dataset_name: 'pets2', create_time: createTime, work_path: '/demo/out/' },
      {
        dataset_id: 'd1',
        dataset_name: 'pets',
        create_time: createTime,
        work_path: '/demo/out/',
        import_task_id: 't1',
        ...changes,
      },
    ],
  });

  test('what was made all the same is found by its name; nothing is made twice', async () => {
    const { session, asked } = fakeSession(lost(), () => listed(Date.now() + 1_000));
    const dataset = await Dataset.createDataset(session, pets);
    expect([dataset.datasetId, dataset.importTaskId]).toEqual(['d1', 't1']);
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(asked[1]?.query).toMatchObject({ search_content: 'pets', sort_by: 'create_time', order: 'desc' });
  });

  test('an answer without an id counts as lost', async () => {
    const { session } = fakeSession({}, () => listed(Date.now() + 1_000));
    expect((await Dataset.createDataset(session, pets)).datasetId).toBe('d1');
  });

  test.each([
    ['was there before', 0, {}],
    ['works elsewhere', 1_000, { work_path: '/demo/elsewhere/' }],
    ['is only called alike', 1_000, { dataset_name: 'pets3' }],
  ])('one that %s is not taken for it: it is asked for again, once', async (_, age, changes) => {
    const old = () => listed(age === 0 ? Date.now() - 3_600_000 : Date.now() + 600_000, changes);
    const none = { datasets: [], total_number: 0 };
    const { session, asked, slept } = fakeSession(
      lost(),
      ...[1, 2, 3].flatMap(() => (age === 0 ? [old] : [old, none])),
      { dataset_id: 'd9' },
    );
    expect((await Dataset.createDataset(session, pets)).datasetId).toBe('d9');
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(slept).toEqual([2_000, 5_000]);
  });

  test('what the first request made late is found when the second is told that it exists', async () => {
    const none = { datasets: [], total_number: 0 };
    const { session } = fakeSession(lost(), none, none, none, refused('AlreadyExists'), () =>
      listed(Date.now() + 10_000),
    );
    expect((await Dataset.createDataset(session, pets)).datasetId).toBe('d1');
  });

  test('a refusal is final', async () => {
    const { session, asked } = fakeSession(refused('AlreadyExists'));
    await expect(Dataset.createDataset(session, pets)).rejects.toMatchObject({ code: 'AlreadyExists' });
    expect(asked).toHaveLength(1);
  });
});
