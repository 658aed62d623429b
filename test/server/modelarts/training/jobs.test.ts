import { describe, expect, test } from 'vitest';
import type { Json } from '../json.js';
import type { Ask } from '../raw-client.js';
import { importInto, make, plain, setUp, voc } from '../support.js';

const body = (changes: { algorithm?: Json; spec?: Json; name?: string } = {}): Json => ({
  kind: 'job',
  metadata: { name: changes.name ?? 'job-1', description: 'first', workspace_id: '0' },
  algorithm: {
    code_dir: '/data/code/',
    boot_file: '/data/code/train.py',
    engine: { engine_name: 'PyTorch', engine_version: 'PyTorch-1.4.0-python3.6' },
    parameters: [{ name: 'epoch_num', value: '2' }],
    inputs: [{ name: 'data_url', remote: { obs: { obs_url: '/data/in/' } } }],
    outputs: [{ name: 'output_dir', remote: { obs: { obs_url: '/data/out/' } } }],
    ...changes.algorithm,
  },
  spec: {
    resource: { flavor_id: 'modelarts.p3.large.public', node_count: 1 },
    log_export_path: { obs_url: '/data/log/' },
    ...changes.spec,
  },
});

const created = async (ask: Ask, changes: Parameters<typeof body>[0] = {}) => {
  const answer = await ask('POST', '/training-jobs', body(changes));
  expect(answer.status).toBe(201);
  return `/training-jobs/${(answer.body['metadata'] as Json)['id']}`;
};

const phaseOf = ({ body: info }: { body: Json }) => (info['status'] as Json)['phase'];

/** Polls to the end. */
async function phases(ask: Ask, path: string) {
  const seen: unknown[] = [];
  for (let n = 0; n < 20; n += 1) {
    const phase = phaseOf(await ask('GET', path));
    if (seen.at(-1) !== phase) seen.push(phase);
    if (['Completed', 'Failed', 'Terminated'].includes(String(phase))) break;
  }
  return seen;
}

describe('new training', () => {
  test('a job goes through its phases, writes its log, and leaves it and its output in object storage', async () => {
    const { ask, obs } = await setUp();
    obs.put('data', 'in/a.jpg', 'a');
    const path = await created(ask);
    const log = async () => (await ask('GET', `${path}/tasks/worker-0/logs/preview`)).body;
    expect(await log()).toEqual({ content: '', current_size: 0, full_size: 0 });
    expect(await phases(ask, path)).toEqual(['Pending', 'Running', 'Completed']);
    const text =
      '[worker-0] training on 1 file below obs://data/in/\n' +
      '[worker-0] epoch 1/2: loss 1.0000\n[worker-0] epoch 2/2: loss 0.5000\n';
    expect(await log()).toEqual({ content: text, current_size: text.length, full_size: text.length });
    expect(obs.keys('data')).toEqual([
      'in/a.jpg',
      expect.stringMatching(/^log\/.*worker-0\.log$/),
      'out/model.json',
    ]);
    const { body: link } = await ask('GET', `${path}/tasks/worker-0/logs/url`);
    expect(await (await fetch(String(link['obs_url']))).text()).toBe(text);
    const { body: answer } = await ask('GET', `${path}/metrics/worker-0`);
    expect(answer['metrics']).toEqual(
      expect.arrayContaining([
        { metric: 'cpuUsage', value: [-1, 21, 22] },
        { metric: 'npuUtil', value: [-1, -1, -1] },
      ]),
    );
  });

  test('a job reads the version of a data set that it names, which must be there', async () => {
    const { ask, obs } = await setUp();
    for (const name of ['a', 'b']) {
      obs.put('data', `in/${name}.jpg`, name);
      obs.put('data', `in/${name}.xml`, voc(name));
    }
    const id = await make(ask, plain('animals'));
    await importInto(ask, id, { import_path: '/data/in/', annotation_format: 'VOC' });
    const { body: version } = await ask('POST', `/datasets/${id}/versions`, {});
    const inputs = (versionId: unknown) => [
      { name: 'data_url', remote: { dataset: { id, version_id: versionId } } },
    ];
    const early = await ask(
      'POST',
      '/training-jobs',
      body({ algorithm: { inputs: inputs(version['version_id']) } }),
    );
    expect(early.body['error_code']).toBe('ModelArts.4343');
    await ask('GET', `/datasets/${id}/versions/${version['version_id']}`);
    const path = await created(ask, { algorithm: { inputs: inputs(version['version_id']) } });
    await phases(ask, path);
    const log = await ask('GET', `${path}/tasks/worker-0/logs/preview`);
    expect(log.body['content']).toContain('training on 2 samples of version V001 of animals\n');
    const none = await ask('POST', '/training-jobs', body({ algorithm: { inputs: inputs('other') } }));
    expect([none.status, none.body['error_code']]).toEqual([400, 'ModelArts.4353']);
  });

  test('the log shows its end only, when it is long', async () => {
    const { ask, service } = await setUp();
    const path = await created(ask);
    await phases(ask, path);
    service.logPreviewBytes = 20;
    const { body: log } = await ask('GET', `${path}/tasks/worker-0/logs/preview`);
    expect(log).toMatchObject({ content: 'ch 2/2: loss 0.5000\n', current_size: 20 });
    expect(Number(log['full_size'])).toBeGreaterThan(20);
    expect((await ask('GET', `${path}/tasks/worker-1/logs/preview`)).body['error_code']).toBe(
      'ModelArts.4612',
    );
  });

  test('a program that fails, and a job that is ended', async () => {
    const { ask } = await setUp();
    const parameters = [
      { name: 'fail_at', value: '2' },
      { name: 'exit_code', value: '7' },
    ];
    const path = await created(ask, { algorithm: { parameters } });
    expect(await phases(ask, path)).toEqual(['Pending', 'Running', 'Failed']);
    const { body: failed } = await ask('GET', path);
    expect(failed['status']).toMatchObject({ task_statuses: [{ task: 'worker-0', exit_code: 7 }] });
    const over = await ask('POST', `${path}/actions`, { action_type: 'terminate' });
    expect(over.body['error_code']).toBe('ModelArts.0104');

    const other = await created(ask);
    const ending = await ask('POST', `${other}/actions`, { action_type: 'terminate' });
    expect([ending.status, phaseOf(ending)]).toEqual([202, 'Terminating']);
    expect(phaseOf(await ask('GET', other))).toBe('Terminated');
  });

  test('a program without an end runs until the job is ended', async () => {
    const { ask } = await setUp({ pace: { ms: 0 } });
    const path = await created(ask, { algorithm: { parameters: [{ name: 'forever', value: '' }] } });
    expect(phaseOf(await ask('GET', path))).toBe('Running');
    await ask('POST', `${path}/actions`, { action_type: 'terminate' });
    expect(phaseOf(await ask('GET', path))).toBe('Terminated');
  });

  test('a description can be changed, and a job deleted', async () => {
    const { ask } = await setUp();
    const path = await created(ask);
    expect(await ask('PUT', path, { description: 'new' })).toMatchObject({ status: 200, body: null });
    expect((await ask('PUT', path, { description: 'new', name: 'other' })).status).toBe(400);
    expect((await ask('GET', path)).body['metadata']).toMatchObject({ description: 'new' });
    expect((await ask('DELETE', path)).status).toBe(202);
    expect((await ask('GET', path)).status).toBe(404);
  });

  test('jobs are searched for, so many from one on', async () => {
    let now = 1_000;
    const { ask } = await setUp({ now: () => (now += 1) });
    for (const name of ['a-1', 'a-2', 'b-1']) await created(ask, { name });
    const names = async (search: Json) => {
      const { body: answer } = await ask('POST', '/training-job-searches', search);
      const items = answer['items'] as { metadata: Json }[];
      return [answer['total'], ...items.map(({ metadata }) => metadata['name'])];
    };
    expect(await names({})).toEqual([3, 'b-1', 'a-2', 'a-1']);
    expect(await names({ limit: 2, offset: 1, sort_by: 'name', order: 'asc' })).toEqual([3, 'a-2', 'b-1']);
    const filters = [{ key: 'name', operator: 'like', value: ['a-'] }];
    expect(await names({ filters })).toEqual([2, 'a-2', 'a-1']);
    const bad = [{ limit: 51 }, { order: 'up' }, { filters: [{ key: 'colour', value: [] }] }];
    for (const one of bad) expect((await ask('POST', '/training-job-searches', one)).status).toBe(400);
  });

  test.each<[string, Parameters<typeof body>[0]]>([
    ['an engine that is none', { algorithm: { engine: { engine_name: 'PyTorch', engine_version: '9' } } }],
    ['a program elsewhere', { algorithm: { boot_file: '/data/other/train.py' } }],
    ['a parameter that is no text', { algorithm: { parameters: [{ name: 'a', value: 1 }] } }],
    ['an image without a command', { algorithm: { engine: { image_url: 'a/b:c' } } }],
    ['too many nodes', { spec: { resource: { flavor_id: 'modelarts.p3.large.public', node_count: 5 } } }],
    ['a flavor that is none', { spec: { resource: { flavor_id: 'x', node_count: 1 } } }],
    ['a log in a file', { spec: { log_export_path: { obs_url: '/data/log' } } }],
    ['a name that is none', { name: 'a b' }],
  ])('refuses %s', async (_, changes) => {
    const { ask } = await setUp();
    expect(await ask('POST', '/training-jobs', body(changes))).toMatchObject({
      status: 400,
      body: { error_code: 'ModelArts.0104' },
    });
  });

  test('flavors and engines are listed', async () => {
    const { ask } = await setUp();
    const { body: gpu } = await ask('GET', '/training-job-flavors?flavor_type=GPU');
    expect(gpu['flavors']).toMatchObject([
      { flavor_id: 'modelarts.p3.large.public', flavor_info: { max_num: 4 } },
    ]);
    const { body: answer } = await ask('GET', '/training-job-engines');
    expect(answer['items']).toHaveLength(Number(answer['total']));
  });
});
