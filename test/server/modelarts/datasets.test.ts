import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StandIns } from './index.js';
import type { Json } from './json.js';
import type { Ask } from './raw-client.js';
import { importInto, make, plain, setUp, voc } from './support.js';

const street = join(import.meta.dirname, '../../../examples/street');

describe('data sets', () => {
  test('are created, found, changed and deleted', async () => {
    const { ask } = await setUp();
    const { body } = await ask('POST', '/datasets', plain('pets'));
    const id = String(body['dataset_id']);
    expect(id).toMatch(/^[0-9A-Za-z]{19}$/);
    expect(body['import_task_id']).toBeUndefined();
    const list = await ask('GET', '/datasets');
    expect(list.body).toMatchObject({ total_number: 1, datasets: [{ dataset_id: id, status: 0 }] });
    const info = await ask('GET', `/datasets/${id}`);
    expect(info.body).toMatchObject({
      dataset_name: 'pets',
      status: 1,
      work_path: '/data/out/',
      inner_work_path: `/data/out/pets-${id}/`,
      data_sources: [{ data_type: 0, data_path: '/data/in/' }],
    });
    const update = await ask('PUT', `/datasets/${id}`, {
      dataset_name: 'animals',
      description: 'all of them',
    });
    expect(update).toMatchObject({ status: 200, body: { dataset_id: id } });
    expect((await ask('GET', `/datasets/${id}`)).body).toMatchObject({
      dataset_name: 'animals',
      description: 'all of them',
    });
    expect((await ask('DELETE', `/datasets/${id}`)).status).toBe(204);
    expect(await ask('GET', `/datasets/${id}`)).toMatchObject({
      status: 400,
      body: { error_code: 'ModelArts.4352' },
    });
  });

  test('are listed in pages that are counted, by name, type and part of the name', async () => {
    const { ask, service } = await setUp();
    let time = Date.now();
    service.now = () => (time += 1000);
    for (let n = 0; n < 12; n += 1) await make(ask, plain(`set-${String(n).padStart(2, '0')}`, n % 2));
    const names = async (query: string) => {
      const { body } = await ask('GET', `/datasets?${query}`);
      return [body['total_number'], (body['datasets'] as Json[]).map((one) => one['dataset_name'])];
    };
    expect(await names('offset=1&limit=5&order=asc')).toEqual([
      12,
      ['set-05', 'set-06', 'set-07', 'set-08', 'set-09'],
    ]);
    expect(await names('offset=3&limit=5')).toEqual([12, []]);
    expect(await names('search_content=1&dataset_type=1&sort_by=dataset_name&order=desc')).toEqual([
      2,
      ['set-11', 'set-01'],
    ]);
    for (const query of ['limit=0', 'limit=101', 'offset=-1', 'limit=x', 'order=up', 'dataset_type=7'])
      expect((await ask('GET', `/datasets?${query}`)).status, query).toBe(400);
  });

  test.each<[string, Json, string]>([
    ['no name', { dataset_name: undefined }, '0104'],
    ['a name with a blank', { dataset_name: 'a b' }, '0104'],
    ['a name that is taken', { dataset_name: 'there' }, '4351'],
    ['neither type nor kind', { dataset_type: undefined }, '0104'],
    ['both', { data_type: 'IMAGE' }, '0104'],
    ['an unknown type', { dataset_type: 2 }, '0104'],
    ['two sources', { data_sources: [{ data_path: '/data/a/' }, { data_path: '/data/b/' }] }, '0104'],
    ['a bucket as work path', { work_path: '/data' }, '4205'],
    ['a long work path', { work_path: `/data/${'x'.repeat(700)}` }, '4350'],
    ['a work path in the source', { work_path: '/data/in/out/' }, '0104'],
    ['an unknown bucket', { work_path: '/nowhere/out/' }, '0104'],
    ['a description with <', { description: 'a<b' }, '0104'],
    [
      'a label twice',
      {
        labels: [
          { name: 'a', type: 1 },
          { name: 'a', type: 1 },
        ],
      },
      '4411',
    ],
    [
      'a relation between nothing',
      {
        labels: [
          { name: 'r', type: 102, property: { '@modelarts:from_type': 'x', '@modelarts:to_type': 'y' } },
        ],
      },
      '4414',
    ],
    ['a table without a schema', { dataset_type: 400 }, '0104'],
    [
      'an asset without its version',
      { data_sources: [{ data_type: 5, content_info: { content_id: 'c' } }] },
      '0104',
    ],
  ])('%s is refused', async (_, change, code) => {
    const { ask } = await setUp();
    await make(ask, plain('there'));
    expect(await ask('POST', '/datasets', { ...plain('new'), ...change })).toMatchObject({
      status: 400,
      body: { error_code: `ModelArts.${code}`, error_msg: expect.any(String) },
    });
    expect((await ask('GET', '/datasets')).body['total_number']).toBe(1);
  });

  test('with their labels at once, and with their files at least', async () => {
    const { ask, obs } = await setUp();
    for (const name of ['Cat/1.jpg', 'Cat/2.jpg', 'Dog/1.jpg', 'loose.png', 'notes.md'])
      obs.put('data', `in/${name}`, 'pixels');
    const files = await make(ask, plain('files', 0));
    expect((await ask('GET', `/datasets/${files}`)).body).toMatchObject({
      total_sample_count: 4,
      annotated_sample_count: 0,
      labels: [],
    });
    const { body } = await ask('POST', '/datasets', {
      ...plain('labelled', 0),
      dataset_type: undefined,
      data_type: 'IMAGE',
      import_annotations: true,
      data_sources: [
        {
          data_type: 0,
          data_path: '/data/in/',
          annotation_config: { scene: 'image_classification', format_name: 'ModelArts imageNet 1.0' },
        },
      ],
    });
    const path = `/datasets/${body['dataset_id']}`;
    const statuses: unknown[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await ask('GET', path)).body['status']);
    expect(statuses).toEqual([8, 8, 1, 1]);
    expect((await ask('GET', path)).body).toMatchObject({
      data_type: 'IMAGE',
      dataset_type: 0,
      total_sample_count: 4,
      annotated_sample_count: 3,
      labels: [{ name: 'Cat' }, { name: 'Dog' }],
      import_task_id: body['import_task_id'],
    });
    expect((await ask('GET', `${path}/import-tasks/${body['import_task_id']}`)).body).toMatchObject({
      status: 'COMPLETED',
      import_type: 0,
      total_sample_count: 4,
      imported_sample_count: 4,
      annotated_sample_count: 3,
    });
  });

  test('a table has rows', async () => {
    const { ask, obs } = await setUp();
    obs.put('data', 'in/a.csv', 'id,name\r\n1,"a, b"\r\n2,c\r\n3\r\n');
    obs.put('data', 'in/b.csv', 'id,name\n-4,"two\nlines"\n');
    const schema = [
      { schema_id: 1, name: 'id', type: 'INT' },
      { schema_id: 2, name: 'name', type: 'STRING' },
    ];
    const id = await make(ask, {
      ...plain('table', 400),
      schema,
      data_sources: [{ data_type: 0, data_path: '/data/in/', with_column_header: true }],
    });
    expect((await ask('GET', `/datasets/${id}`)).body).toMatchObject({
      total_sample_count: 3,
      dataset_format: 1,
    });
    const { body } = await ask('POST', `/datasets/${id}/versions`, {});
    const version = await ask('GET', `/datasets/${id}/versions/${body['version_id']}`);
    expect(version.body).toMatchObject({ status: 1, total_sample_count: 3 });
    const folder = `out/table-${id}/annotation/V001`;
    expect(obs.get('data', `${folder}/data/part-00000.csv`)?.toString()).toBe(
      'id,name\n1,"a, b"\n2,c\n\t-4,"two\nlines"\n',
    );
    expect(JSON.parse(obs.get('data', `${folder}/V001.manifest`)?.toString() ?? '')).toEqual({
      source: `obs://data/${folder}/data/part-00000.csv`,
      'source-type': 'csv',
      property: { '@modelarts:schema': { id: 'INT', name: 'STRING' } },
    });
    const wrong = { import_path: '/data/in/', import_type: 'dir' };
    expect((await ask('POST', `/datasets/${id}/import-tasks`, wrong)).status).toBe(400);
    const more = await importInto(ask, id, { ...wrong, with_column_header: true });
    expect(more).toMatchObject({ total_sample_count: 4, imported_sample_count: 3 });
  });

  test('synchronising finds what came and what went', async () => {
    const { ask, obs } = await setUp();
    for (const name of ['a.jpg', 'b.jpg']) obs.put('data', `in/${name}`, 'x');
    const id = await make(ask, plain('s'));
    obs.delete('data', 'in/a.jpg');
    for (const name of ['c.jpg', 'd.jpg']) obs.put('data', `in/${name}`, 'x');
    expect((await ask('POST', `/datasets/${id}/sync-data`)).status).toBe(200);
    expect((await ask('POST', `/datasets/${id}/sync-data`)).body['error_code']).toBe('ModelArts.4355');
    for (let n = 0; n < 2; n += 1) await ask('GET', `/datasets/${id}/sync-data/status`);
    expect((await ask('GET', `/datasets/${id}/sync-data/status`)).body).toMatchObject({
      status: 'COMPLETED',
      add_sample_count: 2,
      deleted_sample_count: 1,
      total_sample_count: 3,
    });
  });
});

describe('imports', () => {
  test('go through their states, and keep others out meanwhile', async () => {
    const { ask, obs } = await setUp();
    obs.put('data', 'in/a.jpg', 'pixels');
    obs.put('data', 'in/a.xml', voc('cat'));
    const id = await make(ask, plain('pets'));
    const body = { import_path: 'obs://data/in/', import_type: 'dir', annotation_format: 'VOC' };
    const started = await ask('POST', `/datasets/${id}/import-tasks`, body);
    for (const path of ['import-tasks', 'versions', 'sync-data'])
      expect((await ask('POST', `/datasets/${id}/${path}`, body)).body['error_code']).toBe('ModelArts.4356');
    const path = `/datasets/${id}/import-tasks`;
    const task = await ask('GET', `${path}/${started.body['task_id']}`);
    expect(task.body).toMatchObject({ status: 'STARTING', import_path: 'obs://data/in/', import_type: 0 });
    expect((await ask('GET', path)).body).toMatchObject({
      total_count: 1,
      import_tasks: [{ status: 'RUNNING' }],
    });
    expect((await ask('GET', `${path}/${started.body['task_id']}`)).body).toMatchObject({
      status: 'COMPLETED',
      total_sample_count: 1,
      imported_sample_count: 1,
    });
    expect((await ask('GET', `${path}/none`)).body['error_code']).toBe('ModelArts.4612');
    // The file was there already: it is labelled, and not there twice.
    expect((await ask('GET', `/datasets/${id}`)).body).toMatchObject({
      total_sample_count: 1,
      annotated_sample_count: 1,
    });
  });

  test('a real VOC folder: every object counts', async () => {
    const { ask, obs } = await setUp();
    const names = readdirSync(street, { recursive: true, encoding: 'utf8' });
    let objects = 0;
    let images = 0;
    for (const name of names.filter((one) => /\.(jpg|png|xml)$/.test(one))) {
      const bytes = readFileSync(join(street, name));
      // Side by side, as the service wants them.
      obs.put('data', `in/${name.slice(name.lastIndexOf('/') + 1)}`, bytes);
      if (name.endsWith('.xml')) objects += bytes.toString().split('<object>').length - 1;
      else images += 1;
    }
    const id = await make(ask, plain('street'));
    const task = await importInto(ask, id, {
      import_path: '/data/in',
      import_type: 'dir',
      annotation_format: 'VOC',
    });
    expect(task).toMatchObject({
      status: 'COMPLETED',
      total_sample_count: images,
      imported_sample_count: images,
    });
    const { body } = await ask('GET', `/datasets/${id}/data-annotations/stats`);
    const counted = (body['label_stats'] as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
    expect([counted, objects > 0]).toEqual([objects, true]);
  });

  const read: [string, number, Record<string, string>, Json, Record<string, number>, number][] = [
    [
      'labels beside images',
      0,
      { 'in/a.jpg': 'x', 'in/a.txt': 'cat\nold\ncat\n', 'in/sub/b.png': 'x' },
      config('image_classification', 'ModelArts image classification 1.0'),
      { cat: 1, old: 1 },
      2,
    ],
    [
      'folders of images',
      0,
      { 'in/Cat/a.jpg': 'x', 'in/x/Dog/b.JPG': 'x', 'in/c.bmp': 'x', 'in/.hidden/d.jpg': 'x' },
      config('image_classification', 'ModelArts imageNet 1.0'),
      { Cat: 1, Dog: 1 },
      3,
    ],
    [
      'lines of text with their labels',
      100,
      { 'in/a.txt': 'good phone\tpos\nbad\tneg,price\nno label\n\n' },
      config('text_classification', 'ModelArts text classification combine 1.0'),
      { pos: 1, neg: 1, price: 1 },
      3,
    ],
    [
      'the same with other separators',
      100,
      { 'in/a.txt': 'a|b;c\n' },
      config('text_classification', 'ModelArts text classification combine 1.0', {
        sample_label_separator: '\\|',
        label_separator: ';',
      }),
      { b: 1, c: 1 },
      1,
    ],
    [
      'texts and labels in two files',
      100,
      { 'in/a.txt': 'good\nbad\n', 'in/a_result.txt': 'pos\nneg, price\n', 'in/orphan_result.txt': 'x\n' },
      config('text_classification', 'ModelArts text classfication 1.0'),
      { pos: 1, neg: 1, price: 1 },
      2,
    ],
    [
      'folders of sounds',
      200,
      { 'in/bark/1.wav': 'x', 'in/meow/2.wav': 'x', 'in/meow/2.mp3': 'x' },
      config('audio_classification', 'ModelArts audio classification dir 1.0'),
      { bark: 1, meow: 1 },
      2,
    ],
    [
      'some labels only',
      1,
      { 'in/a.jpg': 'x', 'in/a.xml': voc('cat'), 'in/b.jpg': 'x', 'in/b.xml': voc('dog'), 'in/c.jpg': 'x' },
      { annotation_format: 'VOC', included_labels: [{ name: 'cat' }] },
      { cat: 1 },
      1,
    ],
    [
      'difficult ones only',
      1,
      { 'in/a.jpg': 'x', 'in/a.xml': voc('cat', [1, 1, 2, 2], 1), 'in/b.jpg': 'x', 'in/b.xml': voc('dog') },
      { annotation_format: 'VOC', difficult_only: true },
      { cat: 1 },
      1,
    ],
  ];

  test.each(read)('%s', async (_, type, objects, body, labels, samples) => {
    const { ask, obs } = await setUp();
    const id = await make(ask, { ...plain('set', type), data_sources: [{ data_path: '/data/empty/' }] });
    for (const [key, text] of Object.entries(objects)) obs.put('data', key, text);
    const task = await importInto(ask, id, { import_path: 'obs://data/in/', import_type: 'dir', ...body });
    expect(task).toMatchObject({ status: 'COMPLETED', imported_sample_count: samples });
    const { body: stats } = await ask('GET', `/datasets/${id}/data-annotations/stats`);
    const counted = (stats['label_stats'] as { name: string; count: number }[]).map(({ name, count }) => [
      name,
      count,
    ]);
    expect(Object.fromEntries(counted)).toEqual(labels);
    expect(stats['sample_stats']).toMatchObject({ total: samples });
  });

  test('a Darknet tree: boxes in pixels of the real image, and what each list says', async () => {
    const { ask, obs } = await setUp();
    const bmp = Buffer.alloc(54);
    bmp.write('BM');
    bmp.writeInt32LE(200, 18);
    bmp.writeInt32LE(100, 22);
    const files: Record<string, string | Buffer> = {
      'obj.names': 'cat\ndog\n',
      'obj.data': 'classes = 2\ntrain = data/train.txt\nvalid=valid.txt\nnames = data/obj.names\n',
      'train.txt': 'data/obj_train_data/a.bmp\n',
      'valid.txt': 'obj_valid_data/b.bmp\nobj_valid_data/gone.bmp\n',
      'obj_train_data/a.bmp': bmp,
      'obj_train_data/a.txt': '1 0.5 0.5 0.2 0.4\n',
      'obj_valid_data/b.bmp': bmp,
    };
    for (const [key, bytes] of Object.entries(files)) obs.put('data', `yolo/${key}`, bytes);
    const id = await make(ask, plain('yolo'));
    const task = await importInto(ask, id, {
      import_path: '/data/yolo/',
      ...config('object_detection', 'YOLO'),
    });
    expect(task).toMatchObject({
      status: 'COMPLETED',
      total_sample_count: 3,
      imported_sample_count: 2,
      error_msg: expect.stringContaining('gone.bmp'),
    });
    const { body } = await ask('POST', `/datasets/${id}/versions`, { remove_sample_usage: false });
    await ask('GET', `/datasets/${id}/versions/${body['version_id']}`);
    const manifest = obs.get('data', `out/yolo-${id}/annotation/V001/V001.manifest`)?.toString() ?? '';
    const lines = manifest
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([{ usage: 'TRAIN' }, { usage: 'EVAL', annotation: [] }]);
    const xml = obs.get('data', `out/yolo-${id}/annotation/V001/annotations/a.xml`)?.toString();
    expect(xml).toContain(
      '<name>dog</name><bndbox><xmin>80</xmin><ymin>30</ymin><xmax>120</xmax><ymax>70</ymax></bndbox>',
    );
  });

  test('a manifest: what cannot be read is not imported, and said', async () => {
    const { ask, obs } = await setUp();
    obs.put('data', 'in/a.jpg', 'x');
    obs.put('data', 'in/b.jpg', 'x');
    obs.put('data', 'in/a.xml', voc('cat'));
    obs.put('data', 'in/broken.xml', '<annotation><object>');
    const at = (name: string, loc: string) =>
      JSON.stringify({
        source: `obs://data/in/${name}`,
        annotation: [{ type: 'modelarts/object_detection', 'annotation-loc': loc }],
      });
    obs.put(
      'data',
      'm/set.manifest',
      `${at('a.jpg', '../in/a.xml')}\n\nnonsense\n${at('gone.jpg', 's3://data/in/a.xml')}\n${at('b.jpg', 'obs://data/in/broken.xml')}\n`,
    );
    const id = await make(ask, { ...plain('m'), data_sources: [{ data_path: '/data/none/' }] });
    const body = {
      import_type: 'manifest',
      import_path: 'obs://data/m/set.manifest',
      import_annotations: true,
    };
    expect(await importInto(ask, id, body)).toMatchObject({
      seen: ['STARTING', 'RUNNING', 'COMPLETED'],
      import_type: 1,
      total_sample_count: 4,
      imported_sample_count: 1,
      annotated_sample_count: 1,
      error_msg: expect.stringMatching(/^3 of 4 could not be read: line 3: /),
    });
    expect(await importInto(ask, id, { ...body, import_path: '/data/m/none.manifest' })).toMatchObject({
      seen: ['STARTING', 'FAILED'],
      error_code: expect.stringMatching(/^ModelArts/),
      error_msg: 'There is no object obs://data/m/none.manifest.',
    });
    obs.put('data', 'm/bad.manifest', 'nonsense\n');
    expect(await importInto(ask, id, { ...body, import_path: '/data/m/bad.manifest' })).toMatchObject({
      status: 'FAILED',
      error_msg: expect.stringContaining('line 1'),
    });
    expect((await ask('GET', `/datasets/${id}`)).body).toMatchObject({ status: 1, total_sample_count: 1 });
  });
});

describe('versions', () => {
  async function published(standIns: StandIns & { ask: Ask }, lines: readonly Json[], body: Json = {}) {
    const { obs, ask } = standIns;
    obs.put('data', 'm/set.manifest', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const type = JSON.stringify(lines).includes('text_') ? 102 : 1;
    const id = await make(ask, { ...plain('v', type), labels: [{ name: 'x', type: 101 }] });
    await importInto(ask, id, { import_type: 'manifest', import_path: '/data/m/set.manifest' });
    const { body: answer } = await ask('POST', `/datasets/${id}/versions`, body);
    const path = `/datasets/${id}/versions/${answer['version_id']}`;
    return { id, path, info: (await ask('GET', path)).body };
  }

  test('write a manifest below the work path, with the annotation files beside it', async () => {
    const standIns = await setUp();
    const { obs, ask } = standIns;
    for (const name of ['in/x/a.jpg', 'in/y/a.jpg', 'in/c.jpg']) obs.put('data', name, 'pixels');
    obs.put('data', 'in/1.xml', voc('cat'));
    obs.put('data', 'in/2.xml', voc('dog'));
    const line = (name: string, xml: string, more: Json = {}) => ({
      source: `obs://data/in/${name}`,
      ...more,
      annotation: [
        { type: 'modelarts/object_detection', 'annotation-loc': `obs://data/in/${xml}`, hard: true },
      ],
    });
    const { id, path, info } = await published(standIns, [
      line('x/a.jpg', '1.xml', { usage: 'TRAIN', hard: 'true' }),
      line('y/a.jpg', '2.xml', { extra: { kept: 1 } }),
    ]);
    const folder = `out/v-${id}/annotation/V001`;
    expect(info).toMatchObject({
      version_name: 'V001',
      status: 1,
      is_current: true,
      manifest_path: `/data/${folder}/V001.manifest`,
      total_sample_count: 3,
      annotated_sample_count: 2,
      label_stats: [
        { name: 'cat', type: 1, count: 1, sample_count: 1 },
        { name: 'dog', type: 1, count: 1, sample_count: 1 },
      ],
    });
    const lines = String(obs.get('data', `${folder}/V001.manifest`))
      .trim()
      .split('\n');
    expect(lines.map((text) => JSON.parse(text))).toEqual([
      { source: 'obs://data/in/c.jpg', id: expect.any(String), 'sample-type': 0, annotation: [] },
      {
        source: 'obs://data/in/x/a.jpg',
        id: expect.any(String),
        'sample-type': 0,
        annotation: [
          { type: 'modelarts/object_detection', 'annotation-loc': `obs://data/${folder}/annotations/a.xml` },
        ],
      },
      {
        source: 'obs://data/in/y/a.jpg',
        extra: { kept: 1 },
        id: expect.any(String),
        'sample-type': 0,
        annotation: [
          {
            type: 'modelarts/object_detection',
            'annotation-loc': `obs://data/${folder}/annotations/a-1.xml`,
          },
        ],
      },
    ]);
    expect(String(obs.get('data', `${folder}/annotations/a-1.xml`))).toBe(voc('dog'));
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('DELETE', path)).body['error_code']).toBe('ModelArts.4353');
  });

  test('keep entities and relations as they came, and usage where it is not to be removed', async () => {
    const standIns = await setUp();
    const sent = {
      source: 'content://Ada leads Lab9',
      usage: 'EVAL',
      annotation: [
        {
          type: 'modelarts/text_entity',
          name: 'person',
          id: 'E1',
          property: { '@modelarts:start_index': 0, '@modelarts:end_index': 3 },
        },
        {
          type: 'modelarts/text_entity',
          name: 'org',
          id: 'E2',
          property: { '@modelarts:start_index': 10, '@modelarts:end_index': 14 },
        },
        {
          type: 'modelarts/text_triplet',
          name: 'head_of',
          id: 'R1',
          property: { '@modelarts:from': 'E1', '@modelarts:to': 'E2' },
        },
      ],
    };
    const { id, info } = await published(standIns, [sent], {
      remove_sample_usage: false,
      version_name: 'first',
    });
    expect(info).toMatchObject({ version_name: 'first', label_type: 'multi' });
    const line = standIns.obs.get('data', `out/v-${id}/annotation/first/first.manifest`);
    expect(JSON.parse(String(line))).toEqual({ ...sent, id: expect.any(String), 'sample-type': 1 });
  });

  test('at most one in a minute, one at a time, each name once', async () => {
    let now = Date.now();
    const standIns = await setUp({ now: () => now });
    const { ask } = standIns;
    const id = await make(ask, plain('v'));
    const create = (body: Json = {}) => ask('POST', `/datasets/${id}/versions`, body);
    expect((await create({ version_name: 'x'.repeat(33) })).body['error_code']).toBe('ModelArts.0104');
    expect((await create({ version_format: 'CSV' })).status).toBe(400);
    const { body: first } = await create({ version_name: 'V001' });
    expect((await create()).body['error_code']).toBe('ModelArts.4343');
    await ask('GET', `/datasets/${id}/versions/${first['version_id']}`);
    expect((await create()).body['error_code']).toBe('ModelArts.4370');
    expect((await create({ version_name: 'V001' })).body['error_code']).toBe('ModelArts.4371');
    now += 60_000;
    expect((await create()).status).toBe(201);
    const { body } = await ask('GET', `/datasets/${id}/versions`);
    expect(body).toMatchObject({
      total_number: 2,
      versions: [
        { version_name: 'V001', status: 1, is_current: false },
        { version_name: 'V002', status: 1, is_current: true, previous_version_id: first['version_id'] },
      ],
    });
    expect(await ask('PUT', `/datasets/${id}`, { current_version_id: first['version_id'] })).toMatchObject({
      status: 200,
    });
    now += 60_000;
    expect((await create()).body['error_code']).toBe('ModelArts.4349');
    expect((await ask('GET', `/datasets/${id}`)).body).toMatchObject({
      current_version_id: first['version_id'],
    });
  });

  test('the clock can end work instead of polls', async () => {
    let now = Date.now();
    const { ask } = await setUp({ now: () => now, pace: { ms: 500 } });
    const { body } = await ask('POST', '/datasets', plain('slow'));
    const status = async () => (await ask('GET', `/datasets/${body['dataset_id']}`)).body['status'];
    expect([await status(), await status()]).toEqual([0, 0]);
    now += 500;
    expect(await status()).toBe(1);
  });
});

function config(scene: string, format: string, parameters?: Json): Json {
  return { annotation_config: { scene, format_name: format, ...(parameters && { parameters }) } };
}
