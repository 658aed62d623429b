import { describe, expect, test } from 'vitest';
import type { Json } from './json.js';
import type { Ask } from './raw-client.js';
import { importInto, make, plain, setUp, voc } from './support.js';

const samplesOf = (body: Json) => body['samples'] as Json[];

/** A data set of three images: a cat, a dog, and one without labels. */
async function animals() {
  const all = await setUp();
  for (const name of ['cat', 'dog']) {
    all.obs.put('data', `in/${name}.jpg`, name);
    all.obs.put('data', `in/${name}.xml`, voc(name));
  }
  all.obs.put('data', 'in/sub/none.png', 'none');
  const id = await make(all.ask, plain('animals'));
  await importInto(all.ask, id, { import_path: '/data/in/', annotation_format: 'VOC' });
  const path = `/datasets/${id}`;
  const listed = await all.ask('GET', `${path}/data-annotations/samples`);
  return { ...all, id, path, listed: listed.body };
}

/** Publishes, and gives the lines of the manifest. */
async function manifestOf(
  ask: Ask,
  path: string,
  read: (path: string) => Buffer | undefined,
): Promise<Json[]> {
  const { body } = await ask('POST', `${path}/versions`, {});
  const info = await ask('GET', `${path}/versions/${body['version_id']}`);
  const text = String(read(String(info.body['manifest_path']).replace('/data/', '')));
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Json);
}

describe('samples', () => {
  test('are listed, with links that object storage takes', async () => {
    const { listed, ask, path } = await animals();
    expect(listed['sample_count']).toBe(3);
    const [cat] = samplesOf(listed);
    expect(cat).toMatchObject({
      sample_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      sample_type: 0,
      sample_name: 'cat.jpg',
      sample_dir: 'obs://data/in/',
      sample_size: 3,
      sample_status: 'MANUAL_ANNOTATION',
      metadata: { '@modelarts:size': [64, 48, 3] },
      labels: [
        {
          name: 'cat',
          type: 1,
          property: {
            '@modelarts:shape': 'bndbox',
            '@modelarts:feature': [
              [1, 2],
              [30, 40],
            ],
          },
        },
      ],
    });
    const response = await fetch(String(cat?.['source']));
    expect([response.status, await response.text()]).toEqual([200, 'cat']);
    const one = await ask('GET', `${path}/data-annotations/samples/${cat?.['sample_id']}`);
    expect(one.body).toMatchObject({ sample_name: 'cat.jpg' });
    const none = await ask('GET', `${path}/data-annotations/samples/0`);
    expect(none.body['error_code']).toBe('ModelArts.4420');
  });

  test.each([
    ['sample_state=__NONE__', ['none.png']],
    ['sample_state=__ALL__', ['cat.jpg', 'dog.jpg']],
    ['sample_state=__REVIEWED__', []],
    ['label_name=dog', ['dog.jpg']],
    ['label_name=dog&label_type=0', []],
    [
      `search_conditions=${encodeURIComponent('[{"sample_name":"at"},{"sample_dir":"sub"}]')}`,
      ['cat.jpg', 'none.png'],
    ],
    ['low_score=0.9', ['cat.jpg', 'dog.jpg']],
    ['offset=1&limit=2', ['none.png']],
  ])('%s', async (query, names) => {
    const { ask, path } = await animals();
    const { body } = await ask('GET', `${path}/data-annotations/samples?${query}`);
    expect(samplesOf(body).map((one) => one['sample_name'])).toEqual(names);
  });

  test('are deleted one by one: those that are not there are told', async () => {
    const { ask, path, listed, obs } = await animals();
    const [cat, dog] = samplesOf(listed).map((one) => one['sample_id']);
    const remove = (body: Json) => ask('POST', `${path}/data-annotations/samples/delete`, body);
    expect(await remove({ samples: [cat, 'x'] })).toMatchObject({
      status: 200,
      body: {
        success: false,
        error_code: 'ModelArts.4420',
        results: [{ success: true }, { success: false, error_code: 'ModelArts.4420' }],
      },
    });
    expect(obs.get('data', 'in/cat.jpg')).toBeDefined();
    expect((await remove({ samples: [dog], delete_source: true })).body).toMatchObject({ success: true });
    expect(obs.get('data', 'in/dog.jpg')).toBeUndefined();
    expect((await remove({ samples: [] })).status).toBe(400);
    expect((await ask('GET', path)).body).toMatchObject({ total_sample_count: 1, deleted_sample_count: 2 });
  });

  test('are added with their bytes, and get other labels; a version says so', async () => {
    const { ask, path, listed, obs } = await animals();
    const box = (points: number[][]) => ({
      name: 'bird',
      type: 1,
      property: { '@modelarts:shape': 'bndbox', '@modelarts:feature': points },
    });
    const right = [
      [0, 0],
      [5, 6],
    ];
    const add = (item: Json) =>
      ask('POST', `${path}/data-annotations/samples`, { samples: [{ data: 'YmlyZA==', ...item }] });
    const metadata = { '@modelarts:size': [10, 20, 3] };
    const added = await add({ name: 'bird.jpg', labels: [box(right)], metadata });
    expect(added.body).toMatchObject({
      success: true,
      results: [{ name: 'bird.jpg', info: expect.any(String) }],
    });
    expect(String(obs.get('data', 'in/bird.jpg'))).toBe('bird');
    for (const wrong of [
      { name: 'a.jpg', labels: [box(right)] },
      { name: 'a.jpg', labels: [box([...right].reverse())], metadata },
      { name: 'a<.jpg' },
      { name: 'a.jpg', data: null },
    ]) {
      expect((await add(wrong)).body).toMatchObject({ success: false, results: [{ success: false }] });
    }
    const [cat] = samplesOf(listed);
    const change = { sample_id: cat?.['sample_id'], labels: [], sample_usage: 'TRAIN' };
    const put = await ask('PUT', `${path}/data-annotations/samples`, { samples: [change] });
    expect(put.body['success']).toBe(true);
    const lines = await manifestOf(ask, path, (key) => obs.get('data', key));
    expect(lines.map(({ annotation }) => (annotation as Json[]).length)).toEqual([0, 1, 0, 1]);
    const [made] = (lines[3] as Json)['annotation'] as Json[];
    expect(String(obs.get('data', String(made?.['annotation-loc']).replace('obs://data/', '')))).toContain(
      '<width>10</width><height>20</height><depth>3</depth>',
    );
  });
});

describe('labels', () => {
  test('are made, renamed and deleted, by list and by name', async () => {
    const { ask, path, obs } = await animals();
    const labels = `${path}/data-annotations/labels`;
    const names = async () => ((await ask('GET', labels)).body['labels'] as Json[]).map((one) => one['name']);
    const made = await ask('POST', labels, {
      labels: [
        { name: '草莓', type: 1 },
        { name: 'cat', type: 1 },
        { name: 'x', type: 7 },
      ],
    });
    expect(made.body['results']).toMatchObject([
      { success: true },
      { success: false, error_code: 'ModelArts.4411' },
      { success: false },
    ]);
    expect(await names()).toEqual(['cat', 'dog', '草莓']);
    const one = `${labels}/${encodeURIComponent('草莓')}?label_type=1`;
    expect((await ask('PUT', one, { '@modelarts:color': '#010203' })).status).toBe(204);
    expect((await ask('DELETE', one)).status).toBe(204);
    expect((await ask('DELETE', one)).status).toBe(400);
    const renaming = { labels: [{ name: 'cat', type: 1, property: { '@modelarts:rename_to': 'tiger' } }] };
    expect((await ask('PUT', labels, renaming)).body['success']).toBe(true);
    const lines = await manifestOf(ask, path, (key) => obs.get('data', key));
    const [annotation] = (lines[0] as Json)['annotation'] as Json[];
    expect(
      String(obs.get('data', String(annotation?.['annotation-loc']).replace('obs://data/', ''))),
    ).toContain('<name>tiger</name>');
    const remove = (policy: number) =>
      ask('POST', `${labels}/delete?delete_policy=${policy}`, {
        labels: [{ name: 'dog' }, { name: 'gone' }],
      });
    expect((await remove(3)).status).toBe(400);
    expect((await remove(2)).body['results']).toMatchObject([{ success: true }, { success: false }]);
    expect(obs.get('data', 'in/dog.jpg')).toBeUndefined();
    expect((await ask('GET', path)).body).toMatchObject({
      total_sample_count: 2,
      labels: [{ name: 'tiger' }],
    });
  });
});

describe('exports', () => {
  test.each<[string, Json, string[]]>([
    ['all of it, side by side', {}, ['cat.jpg', 'cat.xml', 'dog.jpg', 'dog.xml', 'none.png']],
    ['as the tree is', { export_format: 1, export_type: 1 }, ['sub/none.png']],
    ['what has labels', { export_type: 0 }, ['cat.jpg', 'cat.xml', 'dog.jpg', 'dog.xml']],
    [
      'by conditions',
      {
        export_type: 3,
        export_params: { search_conditions: [{ label_list: { labels: [{ name: 'dog' }] } }] },
      },
      ['dog.jpg', 'dog.xml'],
    ],
  ])('%s', async (_, more, files) => {
    const { ask, path, obs } = await animals();
    const { body } = await ask('POST', `${path}/export-tasks`, { path: '/data/exported', ...more });
    const task = () => ask('GET', `${path}/export-tasks/${body['task_id']}`);
    expect((await task()).body['status']).toBe('RUNNING');
    const done = (await task()).body;
    expect(done).toMatchObject({ status: 'SUCCESSED', progress: 100 });
    expect(done['finished_sample_count']).toBe(done['total_sample_count']);
    const written = obs.keys('data').filter((key) => key.startsWith('exported/'));
    expect(written.map((key) => key.slice('exported/'.length))).toEqual(files);
    expect((await ask('GET', `${path}/export-tasks`)).body).toMatchObject({ total_count: 1 });
  });

  test('refused: a bucket, kinds that have no files; failed: a file that has gone', async () => {
    const { ask, path, obs } = await animals();
    expect((await ask('POST', `${path}/export-tasks`, { path: '/data' })).body['error_code']).toBe(
      'ModelArts.4358',
    );
    const text = await make(ask, plain('text', 100));
    expect((await ask('POST', `/datasets/${text}/export-tasks`, { path: '/data/x/' })).status).toBe(400);
    expect((await ask('GET', `${path}/export-tasks/none`)).body['error_code']).toBe('ModelArts.4359');
    obs.delete('data', 'in/cat.jpg');
    const { body } = await ask('POST', `${path}/export-tasks`, { path: '/data/x/' });
    await ask('GET', `${path}/export-tasks/${body['task_id']}`);
    expect((await ask('GET', `${path}/export-tasks/${body['task_id']}`)).body).toMatchObject({
      status: 'FAILED',
      error_msg: 'There is no object obs://data/in/cat.jpg.',
    });
  });
});

describe('other tasks', () => {
  test('label tasks are kept, sorted both ways, each name once', async () => {
    const { ask, service } = await setUp();
    let time = Date.now();
    service.now = () => (time += 1000);
    const path = `/datasets/${await make(ask, plain('d'))}/label-tasks`;
    for (const name of ['b', 'a']) await ask('POST', path, { task_name: name, task_type: 1 });
    const again = await ask('POST', path, { task_name: 'a', task_type: 1 });
    expect(again.body['error_code']).toBe('ModelArts.4800');
    const names = async (query: string) =>
      ((await ask('GET', `${path}?${query}`)).body['tasks'] as Json[]).map((one) => one['task_name']);
    expect(await names('')).toEqual(['a', 'b']);
    expect(await names('sort_key=create_time&sort_dir=asc')).toEqual(['b', 'a']);
    expect(await names('sort_key=task_name&sort_dir=desc')).toEqual(['b', 'a']);
    expect((await ask('GET', `${path}/none`)).body['error_code']).toBe('ModelArts.4801');
  });

  test('smart tasks have progress, and preconditions', async () => {
    const { ask, path } = await animals();
    const start = (body: Json) => ask('POST', `${path}/tasks`, body);
    expect((await start({ task_type: 'auto-label' })).body['error_code']).toBe('ModelArts.4406');
    expect((await start({ task_type: 'pre-label' })).status).toBe(400);
    const clusters = { task_type: 'auto-grouping', config: { n_clusters: '3' } };
    expect((await start(clusters)).body['error_code']).toBe('ModelArts.4622');
    const { body } = await start({ task_type: 'auto-grouping', config: { n_clusters: 2 } });
    const one = `${path}/tasks/${body['task_id']}`;
    expect((await ask('GET', one)).body).toMatchObject({ status: 1, progress: 50 });
    expect((await ask('POST', `${one}/stop`)).status).toBe(204);
    expect((await ask('GET', one)).body).toMatchObject({ status: 4 });
    expect((await ask('GET', `${path}/tasks`)).body).toMatchObject({ total_count: 1 });
  });

  test('processor tasks and their versions', async () => {
    const { ask } = await setUp();
    const body = { name: 'clean', template: { id: 'sys_data_cleaning' }, inputs: [] };
    expect((await ask('POST', '/processor-tasks', { ...body, data_source: {} })).status).toBe(400);
    const { body: task } = await ask('POST', '/processor-tasks', body);
    const path = `/processor-tasks/${task['task_id']}`;
    expect((await ask('GET', path)).body).toMatchObject({ name: 'clean', status: 1 });
    const { body: version } = await ask('POST', `${path}/versions`, body);
    expect((await ask('GET', `${path}/versions`)).body).toMatchObject({ count: 1 });
    expect((await ask('DELETE', `${path}/versions/${version['version_id']}`)).status).toBe(204);
    expect((await ask('DELETE', `${path}/versions/${version['version_id']}`)).status).toBe(400);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('GET', '/processor-tasks')).body).toMatchObject({ count: 0 });
  });

  test('teams, their members, their tasks; a data set with one is not deleted', async () => {
    const { ask } = await setUp();
    const { status, body: team } = await ask('POST', '/workforces', { workforce_name: 'readers' });
    expect(status).toBe(201);
    const path = `/workforces/${team['workforce_id']}`;
    await ask('POST', `${path}/workers`, { emails: ['a@example.com', 'b@example.com'], role: 0 });
    const { body: members } = await ask('GET', `${path}/workers`);
    expect(members['total_number']).toBe(2);
    const [first] = members['workers'] as Json[];
    const removed = await ask('POST', `${path}/workers/batch-delete`, {
      workers: [first?.['worker_id'], 'x'],
    });
    expect(removed.body['results']).toMatchObject([{ success: true }, { success: false }]);
    const id = await make(ask, plain('d'));
    const config = { workforces: [{ workforce_id: team['workforce_id'] }] };
    const { body: task } = await ask('POST', `/datasets/${id}/workforce-tasks`, {
      task_name: 't',
      workforces_config: config,
    });
    const one = `/datasets/${id}/workforce-tasks/${task['task_id']}`;
    expect((await ask('GET', `/datasets/${id}/workforce-tasks`)).body).toMatchObject({ count: 1 });
    const comment = (body: Json) => ask('POST', `${one}/acceptance/batch-comment`, { comments: [body] });
    expect((await comment({ accept: true, score: 'A' })).status).toBe(204);
    expect((await comment({ accept: 'yes' })).status).toBe(400);
    expect(await ask('DELETE', `/datasets/${id}`)).toMatchObject({
      status: 403,
      body: { error_code: 'ModelArts.4803' },
    });
    expect((await ask('DELETE', one)).status).toBe(204);
    expect((await ask('DELETE', `/datasets/${id}`)).status).toBe(204);
  });
});
