import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { BatchError, type Dataset } from '../../../src/cloud/datasets/index.js';
import type { ServiceRequest } from '../../../src/cloud/service/client.js';
import { ServiceError } from '../../../src/cloud/service/service-error.js';
import { recorder, shown } from './recorder.js';

const config = { scene: 'object_detection', formatName: 'ModelArts PASCAL VOC 1.0' } as const;
const samplesPath = '/data-annotations/samples';
const labelsPath = '/data-annotations/labels';

/** What each call sends, word for word. */
const sent: readonly (readonly [string, (dataset: Dataset) => Promise<unknown>, object])[] = [
  ['a page of samples', (d) => d.listSamples(), { request: `GET ${samplesPath}` }],
  [
    'samples by all there is to say',
    (d) =>
      d.listSamples({
        versionId: 'v1',
        offset: 2,
        limit: 50,
        sampleState: '__ALL__',
        sampleType: 0,
        labelName: 'cat',
        labelType: 1,
        lowScore: 0.25,
        highScore: 0.5,
        order: 'asc',
        preview: true,
        searchConditions: [
          {
            sampleName: 'a',
            labelList: { op: 'AND', labels: [{ name: 'cat', property: { '@modelarts:hard': ['1'] } }] },
          },
        ],
        email: 'a@example.com',
        locale: 'en-us',
        processParameter: 'image/resize,m_lfit,h_200',
      }),
    {
      request: `GET ${samplesPath}`,
      query: {
        version_id: 'v1',
        offset: 2,
        limit: 50,
        sample_state: '__ALL__',
        sample_type: 0,
        label_name: 'cat',
        label_type: 1,
        low_score: 0.25,
        high_score: 0.5,
        order: 'asc',
        preview: true,
        search_conditions:
          '[{"sample_name":"a","label_list":{"op":"AND","labels":[{"name":"cat","property":{"@modelarts:hard":["1"]}}]}}]',
        email: 'a@example.com',
        locale: 'en-us',
        process_parameter: 'image/resize,m_lfit,h_200',
      },
    },
  ],
  ['one sample', (d) => d.getSampleInfo('s1'), { request: `GET ${samplesPath}/{sample_id}` }],
  [
    'search conditions',
    (d) => d.getSearchConditions(),
    { request: 'GET /data-annotations/search-condition' },
  ],
  [
    'samples to delete, each once',
    (d) => d.deleteSamples(['s1', 's2', 's1']),
    { request: `POST ${samplesPath}/delete`, body: { samples: ['s1', 's2'], delete_source: false } },
  ],
  [
    'samples to delete with their files',
    (d) => d.deleteSamples(['s1'], { deleteSource: true }),
    { request: `POST ${samplesPath}/delete`, body: { samples: ['s1'], delete_source: true } },
  ],
  [
    'samples to add',
    (d) =>
      d.addSamples(
        [
          {
            name: 'a.jpg',
            data: Uint8Array.of(1, 2, 3),
            encoding: 'UTF-8',
            sampleType: 0,
            metadata: { '@modelarts:size': [100, 50, 3] },
            labels: [
              {
                name: 'cat',
                type: 1,
                annotatedBy: 'human',
                property: { '@modelarts:shape': 'circle', '@modelarts:feature': [[5, 5], [2]] },
              },
            ],
            dataSource: { dataPath: 'obs://b/a.jpg', dataType: 0 },
          },
        ],
        { finalAnnotation: true, labelFormat: { labelType: '1', textSampleSeparator: '\t' } },
      ),
    {
      request: `POST ${samplesPath}`,
      body: {
        samples: [
          {
            name: 'a.jpg',
            data: 'AQID',
            encoding: 'UTF-8',
            sample_type: 0,
            metadata: { '@modelarts:size': [100, 50, 3] },
            labels: [
              {
                name: 'cat',
                type: 1,
                annotated_by: 'human',
                property: { '@modelarts:shape': 'circle', '@modelarts:feature': [[5, 5], [2]] },
              },
            ],
            data_source: { data_path: 'obs://b/a.jpg', data_type: 0 },
          },
        ],
        final_annotation: true,
        label_format: { label_type: '1', text_sample_separator: '\t' },
      },
    },
  ],
  [
    'labels to be taken away',
    (d) => d.updateSamples([{ sampleId: 's1', labels: [], sampleUsage: 'EVAL' }], { email: 'a@example.com' }),
    {
      request: `PUT ${samplesPath}`,
      body: { samples: [{ sample_id: 's1', labels: [], sample_usage: 'EVAL' }], email: 'a@example.com' },
    },
  ],
  [
    'labels of a version',
    (d) => d.listLabels({ versionId: 'v1' }),
    { request: `GET ${labelsPath}`, query: { version_id: 'v1' } },
  ],
  [
    'labels to make',
    (d) =>
      d.createLabels([
        {
          name: 'cat',
          type: 1,
          property: { '@modelarts:color': '#3399ff', '@modelarts:default_shape': 'bndbox' },
          attributes: [
            { id: '1', name: 'size', type: 'select', defaultValue: 's', values: [{ value: 's' }] },
          ],
        },
        {
          name: 'owns',
          type: 102,
          property: { '@modelarts:from_type': 'person', '@modelarts:to_type': 'thing' },
        },
      ]),
    {
      request: `POST ${labelsPath}`,
      body: {
        labels: [
          {
            name: 'cat',
            type: 1,
            property: { '@modelarts:color': '#3399ff', '@modelarts:default_shape': 'bndbox' },
            attributes: [
              { id: '1', name: 'size', type: 'select', default_value: 's', values: [{ value: 's' }] },
            ],
          },
          {
            name: 'owns',
            type: 102,
            property: { '@modelarts:from_type': 'person', '@modelarts:to_type': 'thing' },
          },
        ],
      },
    },
  ],
  [
    'a label with another name',
    (d) => d.updateLabels([{ name: 'cat', type: 1, property: { '@modelarts:rename_to': 'kitten' } }]),
    {
      request: `PUT ${labelsPath}`,
      body: { labels: [{ name: 'cat', type: 1, property: { '@modelarts:rename_to': 'kitten' } }] },
    },
  ],
  [
    'labels to delete',
    (d) => d.deleteLabels(['cat', { name: 'dog', type: 1 }]),
    {
      request: `POST ${labelsPath}/delete`,
      query: { delete_policy: 0 },
      body: { labels: [{ name: 'cat' }, { name: 'dog', type: 1 }] },
    },
  ],
  [
    'labels to delete with samples and files',
    (d) => d.deleteLabels(['cat'], { deletePolicy: 2, confirm: true }),
    {
      request: `POST ${labelsPath}/delete`,
      query: { delete_policy: 2 },
      body: { labels: [{ name: 'cat' }] },
    },
  ],
  [
    'properties of a label',
    (d) => d.updateLabel('猫 1', { '@modelarts:shortcut': 'K' }, { labelType: 1 }),
    {
      request: `PUT ${labelsPath}/{label_name}`,
      query: { label_type: 1 },
      body: { '@modelarts:shortcut': 'K' },
    },
  ],
  [
    'a label to delete',
    (d) => d.deleteLabel('猫 1', { labelType: 1, deleteSource: true }),
    { request: `DELETE ${labelsPath}/{label_name}`, query: { label_type: 1, delete_source: true } },
  ],
  [
    'a page of import tasks',
    (d) => d.listImportTasks({ offset: 1, limit: 20 }),
    { request: 'GET /import-tasks', query: { offset: 1, limit: 20 } },
  ],
  [
    'a manifest with its annotations',
    (d) => d.importData({ path: 'obs://demo/out/V001.manifest', annotationConfig: {}, difficultOnly: false }),
    {
      request: 'POST /import-tasks',
      body: {
        import_type: 'manifest',
        import_path: 'obs://demo/out/V001.manifest',
        import_annotations: true,
        difficult_only: false,
      },
    },
  ],
  [
    'a manifest of another name',
    (d) => d.importData({ path: '/demo/out/list.txt', importType: 'manifest' }),
    {
      request: 'POST /import-tasks',
      body: { import_type: 'manifest', import_path: '/demo/out/list.txt', import_annotations: false },
    },
  ],
  [
    'a folder without annotations',
    (d) => d.importData({ path: 's3://demo/in/', annotationConfig: null }),
    {
      request: 'POST /import-tasks',
      body: { import_type: 'dir', import_path: 's3://demo/in/', import_annotations: false },
    },
  ],
  [
    'a folder of Pascal VOC',
    (d) =>
      d.importData({
        path: '/demo/in/',
        annotationConfig: {
          ...config,
          parameters: { includedLabels: [{ name: 'cat', type: 1 }], difficultOnly: true },
        },
      }),
    {
      request: 'POST /import-tasks',
      body: {
        import_type: 'dir',
        import_path: '/demo/in/',
        import_annotations: true,
        annotation_format: 'VOC',
        included_labels: [{ name: 'cat', type: 1 }],
        difficult_only: true,
      },
    },
  ],
  [
    'a folder of YOLO',
    (d) => d.importData({ path: '/demo/in/', annotationConfig: { ...config, formatName: 'YOLO' } }),
    {
      request: 'POST /import-tasks',
      body: {
        import_type: 'dir',
        import_path: '/demo/in/',
        import_annotations: true,
        annotation_config: { scene: 'object_detection', format_name: 'YOLO' },
      },
    },
  ],
  ...(['classification', 'classification combine'] as const).map(
    (format, index) =>
      [
        `texts of the format ${format}`,
        (d: Dataset) =>
          d.importData({
            path: '/demo/in/',
            annotationConfig: {
              scene: 'text_classification',
              formatName: `ModelArts text ${format} 1.0`,
              parameters: { sampleLabelSeparator: '\\t', labelSeparator: ';' },
            },
          }),
        {
          request: 'POST /import-tasks',
          body: {
            import_type: 'dir',
            import_path: '/demo/in/',
            import_annotations: true,
            annotation_config: {
              scene: 'text_classification',
              format_name: `ModelArts text ${format} 1.0`,
              parameters: { sample_label_separator: '\t', label_separator: ';' },
            },
            label_format: {
              label_type: String(index),
              text_sample_separator: '\t',
              text_label_separator: ';',
            },
          },
        },
      ] as const,
  ),
  [
    'a table, and all there is to say else',
    (d) =>
      d.importData({
        path: '/demo/in/',
        withColumnHeader: true,
        excludedLabels: [{ name: 'dog', type: 1 }],
        importFolder: 'in',
        importSamples: false,
        finalAnnotation: false,
        importOrigin: 'dws',
        dataSource: { clusterId: 'c' },
      }),
    {
      request: 'POST /import-tasks',
      body: {
        import_type: 'dir',
        import_path: '/demo/in/',
        import_annotations: false,
        excluded_labels: [{ name: 'dog', type: 1 }],
        with_column_header: true,
        import_folder: 'in',
        import_samples: false,
        final_annotation: false,
        import_origin: 'dws',
        data_source: { cluster_id: 'c' },
      },
    },
  ],
  [
    'export tasks of a type',
    (d) => d.listExportTasks({ exportType: 3, limit: 5 }),
    { request: 'GET /export-tasks', query: { export_type: 3, limit: 5 } },
  ],
  [
    'an export as the original asks for it',
    (d) => d.exportData({ path: '/demo/export/' }),
    {
      request: 'POST /export-tasks',
      body: {
        path: '/demo/export/',
        export_type: 2,
        export_params: { sample_state: '', export_dest: 'DIR' },
      },
    },
  ],
  [
    'an export with all there is to say',
    (d) =>
      d.exportData({
        path: 'obs://demo/export/',
        exportType: 3,
        versionId: 'v1',
        versionFormat: 'Default',
        annotationFormat: 'VOC',
        exportFormat: 2,
        sampleState: '__ALL__',
        sourceTypeHeader: 's3://',
        withColumnHeader: true,
        exportParams: {
          sampleState: '__ALL__',
          exportDest: 'NEW_DATASET',
          exportNewDatasetName: 'copy',
          exportNewDatasetWorkPath: '/demo/copy/',
          ratioSampleUsage: true,
          trainSampleRatio: '0.8',
          samples: ['s1'],
          searchConditions: [{ sampleName: 'a' }],
          clearHardProperty: true,
        },
      }),
    {
      request: 'POST /export-tasks',
      body: {
        path: '/demo/export/',
        version_id: 'v1',
        version_format: 'Default',
        annotation_format: 'VOC',
        export_format: 2,
        sample_state: '__ALL__',
        source_type_header: 's3://',
        with_column_header: true,
        export_type: 3,
        export_params: {
          sample_state: '__ALL__',
          export_dest: 'NEW_DATASET',
          export_new_dataset_name: 'copy',
          export_new_dataset_work_path: '/demo/copy/',
          ratio_sample_usage: true,
          train_sample_ratio: '0.8',
          samples: ['s1'],
          search_conditions: [{ sample_name: 'a' }],
          clear_hard_property: true,
        },
      },
    },
  ],
  [
    'a label task',
    (d) => d.createLabelTask({ taskName: 'boxes', taskType: 1, description: 'all of them' }),
    {
      request: 'POST /label-tasks',
      body: { task_name: 'boxes', task_type: 1, description: 'all of them' },
    },
  ],
  [
    'label tasks in order',
    (d) => d.getLabelTasks({ sortKey: 'task_name', sortDir: 'asc' }),
    {
      request: 'GET /label-tasks',
      query: { is_workforce_task: false, sort_key: 'task_name', sort_dir: 'asc' },
    },
  ],
  [
    'label tasks for teams',
    (d) => d.getLabelTasks({ isWorkforceTask: true }),
    { request: 'GET /workforce-tasks' },
  ],
  ['one label task', (d) => d.getLabelTaskInfo('t1'), { request: 'GET /label-tasks/{task_id}' }],
];

const done = { task_id: 't1', success: true, results: [] };

test.each(sent)('%s', async (_, call, expected) => {
  const { dataset, asked } = recorder(done);
  await call(dataset);
  expect(asked.map(shown)).toEqual([expected]);
  expect(asked[0]).toMatchObject({ service: 'modelarts', params: { project_id: 'p0', dataset_id: 'd0' } });
});

test('names that stand in a path go there as they are', async () => {
  const { dataset, asked } = recorder({});
  await dataset.deleteLabel('猫/1');
  expect(asked[0]?.params).toEqual({ project_id: 'p0', dataset_id: 'd0', label_name: '猫/1' });
});

describe('answers', () => {
  const signed = 'https://data.obs.example.com/a.jpg?AccessKeyId=AK1&Signature=SECRET&Expires=1';

  test('a sample is typed, and what nobody knows of is kept', async () => {
    const { dataset } = recorder({
      sample_id: 's1',
      source: signed,
      labels: [{ name: 'cat', annotated_by: 'human', property: { '@modelarts:hard_x': 'a_b' } }],
      metadata: { '@modelarts:size': [1, 2, 3], own_key: 1 },
      hard_details: { own_key: 1 },
      new_member: { of_theirs: 1 },
    });
    expect(await dataset.getSampleInfo('s1')).toEqual({
      sampleId: 's1',
      source: signed,
      labels: [{ name: 'cat', annotatedBy: 'human', property: { '@modelarts:hard_x': 'a_b' } }],
      metadata: { '@modelarts:size': [1, 2, 3], own_key: 1 },
      hardDetails: { own_key: 1 },
      newMember: { ofTheirs: 1 },
    });
  });

  test('a signed address can be used, and is not printed', async () => {
    const { dataset } = recorder({ sample_count: 1, samples: [{ sample_id: 's1', source: signed }] });
    const page = await dataset.listSamples();
    expect(page.samples[0]?.source).toBe(signed);
    expect(inspect(page, { depth: 9 })).not.toContain('SECRET');
    expect(inspect(page, { depth: 9 })).toContain('https://data.obs.example.com/a.jpg');
  });

  test.each([
    ['samples', { sample_count: 3 }, (d: Dataset) => d.samples({ limit: 2 }), 'sampleId'],
    ['import_tasks', { total_count: 3 }, (d: Dataset) => d.importTasks({ limit: 2 }), 'taskId'],
    ['export_tasks', { total_count: 3 }, (d: Dataset) => d.exportTasks({ limit: 2 }), 'taskId'],
  ] as const)('all %s, page by page', async (list, total, all, id) => {
    const key = id === 'taskId' ? 'task_id' : 'sample_id';
    const pageOf = (...ids: string[]) => ({ ...total, [list]: ids.map((one) => ({ [key]: one })) });
    const { dataset, asked } = recorder(pageOf('1', '2'), pageOf('3'));
    const seen: unknown[] = [];
    for await (const one of all(dataset)) seen.push((one as Record<string, unknown>)[id]);
    expect(seen).toEqual(['1', '2', '3']);
    expect(asked.map(({ query }) => query)).toMatchObject([
      { offset: 0, limit: 2 },
      { offset: 1, limit: 2 },
    ]);
  });

  test('a hundred thousand samples come page by page: the next is asked for when one is used up', async () => {
    const { dataset, asked } = recorder(({ query = {} }: ServiceRequest) => {
      const first = Number(query['offset']) * 100;
      const page = Array.from({ length: 100 }, (_, n) => ({ sample_id: `s${first + n}` }));
      return { sample_count: 100_000, samples: page };
    });
    let count = 0;
    for await (const { sampleId } of dataset.samples()) {
      expect(sampleId === `s${count}` && asked.length === Math.floor(count / 100) + 1).toBe(true);
      count++;
    }
    expect([count, asked.length]).toEqual([100_000, 1_000]);
  });

  test('lists that an answer leaves out are empty', async () => {
    const { dataset } = recorder({});
    expect(await dataset.listSamples()).toEqual({ total: undefined, samples: [] });
    expect(await dataset.listImportTasks()).toEqual({ total: undefined, importTasks: [] });
    expect(await dataset.listExportTasks()).toEqual({ total: undefined, exportTasks: [] });
    expect(await dataset.listLabels()).toEqual([]);
    expect(await dataset.getLabelTasks()).toEqual([]);
  });

  test('a task without id is a fault of the service', async () => {
    const { dataset } = recorder({});
    await expect(dataset.importData({ path: '/b/d/' })).rejects.toMatchObject({
      code: 'ServiceFailed',
      message: expect.stringContaining('task_id'),
    });
  });
});

describe('many at a time', () => {
  const countOf = ({ body }: ServiceRequest) => (body as { samples: unknown[] } | undefined)?.samples.length;
  const ids = Array.from({ length: 250 }, (_, index) => `s${index}`);

  test('a hundred with each request; each is told what became of it', async () => {
    const { dataset, asked } = recorder(
      { success: true, results: ids.slice(0, 100).map(() => ({ success: true })) },
      {
        success: false,
        results: ids.slice(100, 200).map((_, index) =>
          index === 7
            ? {
                success: false,
                error_code: 'ModelArts.4420',
                error_msg: 'gone: https://b.example.com/a?Signature=SECRET',
              }
            : { success: true },
        ),
      },
      { success: true },
    );
    const { success, results } = await dataset.deleteSamples(ids);
    expect(asked.map(countOf)).toEqual([100, 100, 50]);
    expect(asked.every(({ batch, repeatable }) => batch === true && repeatable === true)).toBe(true);
    expect(success).toBe(false);
    expect(results.map(({ item }) => item)).toEqual(ids);
    expect(results.filter((one) => !one.success)).toEqual([
      {
        item: 's107',
        success: false,
        errorCode: 'ModelArts.4420',
        errorMsg: 'gone: https://b.example.com/a',
      },
    ]);
  });

  test('what failed is an error where that is wanted', async () => {
    const answer = {
      success: false,
      results: [{ success: true }, { success: false, error_code: 'ModelArts.4411', error_msg: 'exists' }],
    };
    const labels = ['cat', 'dog'].map((name) => ({ name, type: 0 }));
    const { dataset } = recorder(answer);
    expect((await dataset.createLabels(labels)).results[1]).toEqual({
      item: 'dog',
      success: false,
      errorCode: 'ModelArts.4411',
      errorMsg: 'exists',
    });
    const error = await dataset.createLabels(labels, { onFailure: 'throw' }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({
      code: 'Incomplete',
      message: 'create labels: 1 of 2 failed, first "dog": exists [ModelArts.4411]',
      results: [
        { item: 'cat', success: true },
        { item: 'dog', success: false },
      ],
    });
  });

  test('results that tell of some only are met by their names', async () => {
    const { dataset } = recorder({
      success: false,
      results: [{ name: 'b.jpg', success: false, error_msg: 'too large' }],
    });
    const { results } = await dataset.addSamples([{ name: 'a.jpg' }, { name: 'b.jpg' }]);
    expect(results).toEqual([
      { item: 'a.jpg', success: false },
      { item: 'b.jpg', success: false, errorMsg: 'too large' },
    ]);
  });

  test('what is added says under which id', async () => {
    const { dataset } = recorder({ success: true, results: [{ success: true, name: 'a', info: 'id1' }] });
    expect(await dataset.addSamples([{ name: 'a' }])).toEqual({
      success: true,
      results: [{ item: 'a', success: true, info: 'id1' }],
    });
  });

  test('large samples go in several requests', async () => {
    const { dataset, asked } = recorder({ success: true, results: [] });
    const data = new Uint8Array(3 * 2 ** 20);
    await dataset.addSamples(['a', 'b', 'c'].map((name) => ({ name, data })));
    expect(asked.map(countOf)).toEqual([1, 1, 1]);
  });

  test('a request that fails after others tells what was done', async () => {
    const broken = new ServiceError('ServiceFailed', 'POST …: status 500', {
      service: 'modelarts',
      method: 'POST',
      path: '/',
    });
    const { dataset } = recorder({ success: true }, broken);
    const error = await dataset.deleteSamples(ids).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(BatchError);
    expect(error).toMatchObject({
      message: expect.stringContaining('ended after 100 of 250: POST …: status 500'),
      cause: broken,
    });
    expect((error as BatchError).results).toHaveLength(100);
    const { dataset: other } = recorder(broken);
    await expect(other.deleteSamples(ids)).rejects.toBe(broken);
  });
});
