import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { login, type StandIns, startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const open: StandIns[] = [];
afterEach(async () => {
  for (const standIns of open.splice(0)) await standIns.close();
});

/** Services at which work is done as soon as it is asked for, and a way to say command lines. */
async function setUp() {
  const standIns = await startStandIns({ pace: { ms: 0 } });
  open.push(standIns);
  const { service, obs } = standIns;
  service.versionEveryMs = 0;
  const env: Record<string, string> = {
    ...standIns.environment,
    LABELKIT_CONFIG: join(scratch(), 'config.json'),
  };
  const run = async (...argv: string[]) => {
    const outcome = await commandLine(['dataset', ...argv], env);
    expect(outcome.stdout + outcome.stderr).not.toContain(env['HUAWEICLOUD_SDK_SK']);
    return outcome;
  };
  /** What a command prints as JSON. */
  const json = async (...argv: string[]) => {
    const { code, stdout, stderr } = await run(...argv, '--json', '--quiet');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  return { service, obs, env, run, json };
}

/** A data set `pets` of a cat, a dog and an image without labels, imported from Pascal VOC. */
async function pets() {
  const all = await setUp();
  for (const name of ['cat', 'dog']) {
    all.obs.put('data', `in/${name}.jpg`, name);
    all.obs.put('data', `in/${name}.xml`, vocXml(`${name}.jpg`, [{ name }]));
  }
  all.obs.put('data', 'in/none.jpg', 'none');
  const made = await all.run(
    ...[
      'create',
      'pets',
      '--data',
      'obs://data/none/',
      '--work-path',
      'obs://data/work/',
      '--data-type',
      'IMAGE',
    ],
  );
  expect(made.code).toBe(0);
  const imported = await all.run('import', 'pets', 'obs://data/in/', '--format', 'voc', '--wait');
  return { ...all, made, imported };
}

test('from nothing to a version, in words', async () => {
  const { run, made, imported } = await pets();
  expect(made.stdout).toMatch(/^created the data set pets: \S+\n$/);
  expect(imported.code).toBe(0);
  expect(imported.stdout).toMatch(/^import task \S+: COMPLETED, 3 of 3 samples\n$/);
  expect(imported.stderr).toMatch(/^import task \S+: COMPLETED, 3 of 3 samples\n$/);

  const list = await run('list');
  expect(list.stdout).toMatch(
    /^id +name +type +status +created +samples +labelled\n\S+ +pets +object detection +normal +\S+Z +3 +2\n$/,
  );
  expect(list.stderr).toBe('1 of 1 data sets\n');

  const published = await run('publish', 'pets', '--name', 'V001', '--wait');
  expect(published.stdout).toMatch(/^published version \S+, obs:\/\/data\/\S+V001\.manifest\n$/);
  const versions = await run('versions', 'pets');
  expect(versions.stdout).toMatch(/V001 {2}published {2}yes/);
  const version = await run('version', 'pets', 'V001');
  expect(version.stdout).toMatch(/^manifest {5}obs:\/\/data\/\S+V001\.manifest$/m);
  const shown = await run('show', 'pets');
  expect(shown.stdout).toMatch(/^labels {11}cat, dog$/m);
  expect(shown.stdout).toMatch(/^current version {2}V001 \(\S+\)$/m);

  const samples = await run('samples', 'pets', '--of', 'V001');
  expect(samples.stdout.split('\n').map((line) => line.split(/ {2,}/).slice(1))).toEqual([
    ['name', 'status', 'labels'],
    ['cat.jpg', expect.any(String), 'cat'],
    ['dog.jpg', expect.any(String), 'dog'],
    expect.arrayContaining(['none.jpg']),
    [],
  ]);
  const imports = await run('imports', 'pets');
  expect(imports.stdout).toMatch(/COMPLETED.* {2}3 {9}3\n$/);

  const gone = await run('version', 'pets', 'V001', '--delete', '--yes');
  expect(gone.stdout).toMatch(/^deleted the version \S+\n$/);
  expect((await run('versions', 'pets')).stderr).toBe('no versions\n');
  expect((await run('delete', 'pets', '--yes')).stdout).toMatch(/^deleted the data set pets: \S+\n$/);
  expect((await run('list')).stderr).toBe('no data sets\n');
});

test('the same as JSON, one document each', async () => {
  const { json } = await pets();
  const { datasets, total } = await json('list');
  expect([total, datasets[0]]).toEqual([1, expect.objectContaining({ datasetName: 'pets', status: 1 })]);
  const id: string = datasets[0].datasetId;
  expect(await json('show', id)).toMatchObject({ datasetId: id, totalSampleCount: 3 });
  expect(await json('update', id, '--name', 'animals', '--description', 'cats and dogs')).toEqual({
    datasetId: id,
    datasetName: 'animals',
    description: 'cats and dogs',
  });
  expect(await json('show', 'animals')).toMatchObject({ datasetId: id, description: 'cats and dogs' });
  const { versionId } = await json('publish', id, '--train-ratio', '0.50', '--wait');
  expect((await json('versions', id)).versions).toMatchObject([{ versionId, status: 1 }]);
  expect(await json('version', id, versionId)).toMatchObject({ manifestPath: expect.any(String) });
  const { importTasks } = await json('imports', id);
  expect(importTasks).toMatchObject([{ status: 'COMPLETED', importedSampleCount: 3 }]);
  expect(await json('imports', id, '--task', importTasks[0].taskId, '--wait')).toMatchObject({
    datasetId: id,
  });
  expect(await json('delete', id, '--yes')).toEqual({ datasetId: id, datasetName: 'animals', deleted: true });
  expect(await json('list')).toEqual({ datasets: [], total: 0 });
});

describe('lists', () => {
  async function many() {
    const all = await setUp();
    for (let n = 0; n < 7; n++) all.obs.put('data', `many/${n}.jpg`, String(n));
    await all.run(
      ...[
        'create',
        'many',
        '--data',
        'obs://data/none/',
        '--work-path',
        'obs://data/work/',
        '--data-type',
        'IMAGE',
      ],
    );
    await all.run('import', 'many', 'obs://data/many/', '--wait');
    return all;
  }
  const names = (stdout: string) => [...stdout.matchAll(/\d\.jpg/g)].map(([name]) => name);

  test('a page, the next, and how to see more', async () => {
    const { run } = await many();
    const first = await run('samples', 'many', '--limit', '3');
    expect([names(first.stdout), first.stderr]).toEqual([
      ['0.jpg', '1.jpg', '2.jpg'],
      '3 of 7 samples; --page 2 shows more, --all everything\n',
    ]);
    const last = await run('samples', 'many', '--limit', '3', '--page', '3');
    expect([names(last.stdout), last.stderr]).toEqual([['6.jpg'], '1 of 7 samples\n']);
    const none = await run('samples', 'many', '--limit', '3', '--page', '4');
    expect([none.stdout, none.stderr]).toEqual(['', 'no samples\n']);
  });

  test('all pages are printed as they come, below one head', async () => {
    const { run, service, json } = await many();
    const asked = () => service.seen.filter(({ target }) => target.includes('/samples?')).length;
    const before = asked();
    const all = await run('samples', 'many', '--limit', '3', '--all');
    expect(asked() - before).toBe(3);
    expect(all.pieces).toHaveLength(3);
    expect(all.stdout.match(/^id /gm)).toHaveLength(1);
    expect(names(all.stdout)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `${n}.jpg`));
    const { samples, total } = await json('samples', 'many', '--limit', '3', '--all');
    expect([samples.length, total]).toEqual([7, 7]);
  });

  test('addresses are shown without what signs them', async () => {
    const { run, json } = await many();
    const { samples } = await json('samples', 'many', '--all');
    expect(samples[0].source).toMatch(/^http:\/\/[^?]+\/many\/0\.jpg$/);
    const one = await run('samples', 'many', '--sample', samples[0].sampleId);
    expect(one.stdout).toMatch(/^source {4}http:\/\/[^?]+\/0\.jpg$/m);
  });
});

test('labels are made, renamed and deleted', async () => {
  const { run, json } = await pets();
  const made = await run('labels', 'pets', '--add', 'cow', '--add', 'cat', '--type', 'object-detection');
  expect(made.code).toBe(1);
  expect(made.stdout).toMatch(/^cat: .+\[ModelArts\.4411\]\nmade 1 of 2 labels\n$/);
  expect((await run('labels', 'pets', '--rename', 'cow=ox', '--type', '1')).stdout).toBe(
    'renamed 1 of 1 labels\n',
  );
  expect((await json('labels', 'pets')).labels.map(({ name }: { name: string }) => name).sort()).toEqual([
    'cat',
    'dog',
    'ox',
  ]);
  const gone = await run('labels', 'pets', '--delete', 'ox', '--type', '1', '--yes');
  expect([gone.code, gone.stdout]).toEqual([0, 'deleted 1 of 1 labels\n']);
  expect((await run('labels', 'pets')).stdout).toMatch(/^cat {3}object detection/m);
});

test('samples are deleted; what could not be is told', async () => {
  const { run, json } = await pets();
  const { samples } = await json('samples', 'pets');
  const id: string = samples[0].sampleId;
  const some = await run('delete-samples', 'pets', id, 'nowhere', '--yes');
  expect(some.code).toBe(1);
  expect(some.stdout).toMatch(/^nowhere: .+\[ModelArts\.4420\]\ndeleted 1 of 2 samples\n$/);
  expect(await json('delete-samples', 'pets', samples[1].sampleId, '--yes')).toEqual({
    success: true,
    results: [{ item: samples[1].sampleId, success: true }],
  });
  expect((await json('samples', 'pets')).total).toBe(1);
});

test('exports and label tasks', async () => {
  const { run, json, obs } = await pets();
  const exported = await run('export', 'pets', 'obs://data/out/', '--what', 'labelled', '--wait');
  expect(exported.code).toBe(0);
  expect(exported.stdout).toMatch(/^export task \S+: SUCCESSED, 2 of 2 samples\n$/);
  expect(obs.keys('data').filter((key) => key.startsWith('out/')).length).toBeGreaterThan(0);
  const { exportTasks } = await json('exports', 'pets');
  expect(await json('exports', 'pets', '--task', exportTasks[0].taskId)).toMatchObject({
    status: 'SUCCESSED',
  });

  for (const name of ['b', 'a'])
    await run('label-tasks', 'pets', '--create', name, '--type', 'object-detection');
  const { tasks } = await json('label-tasks', 'pets', '--sort-by', 'task_name', '--order', 'asc');
  expect(tasks.map(({ taskName }: { taskName: string }) => taskName)).toEqual(['a', 'b']);
  expect(await json('label-tasks', 'pets', '--task', tasks[0].taskId)).toMatchObject({
    taskName: 'a',
    taskType: 1,
  });
  expect((await run('label-tasks', 'pets')).stdout).toContain('object detection');
});

describe('what is refused before anything is asked', () => {
  test.each<[string, string[]]>([
    ['--yes', ['delete', 'pets']],
    ['--yes', ['version', 'pets', 'V001', '--delete']],
    ['--yes', ['delete-samples', 'pets', 's1']],
    ['--yes', ['labels', 'pets', '--delete', 'cat']],
    ['D001', ['list', '--limit', '101']],
    ['D001', ['samples', 'pets', '--limit', '101']],
    ['whole number', ['list', '--limit', '0']],
    ['whole number', ['imports', 'pets', '--page', '0']],
    ['D003', ['list', '--type', '2']],
    ['Known are', ['list', '--type', 'pictures']],
    ['D006', ['create', 'pets', '--data', 'obs://b/a/', '--work-path', 'obs://b/w/']],
    ['D012', ['create', 'pets', '--data', 'obs://b/a/', '--work-path', 'obs://b/', '--data-type', 'IMAGE']],
    ['--work-path', ['create', 'pets', '--data', 'obs://b/a/']],
    ['--data', ['create', 'pets']],
    ['--schema', ['create', 'p', '--data', 'obs://b/a/', '--work-path', 'obs://b/w/', '--schema', '{']],
    ['--labels', ['create', 'p', '--data', 'obs://b/a/', '--work-path', 'obs://b/w/', '--labels', '{}']],
    ['@', ['create', 'p', '--data', 'obs://b/a/', '--work-path', 'obs://b/w/', '--labels', '@nowhere.json']],
    ['--name or --description', ['update', 'pets']],
    ['D030', ['show', 'a/b']],
    ['D031', ['publish', 'pets', '--name', 'not a name']],
    ['D039', ['import', 'pets', 'obs://b/a\t/']],
    ['D040', ['import', 'pets', 'obs://b/a/', '--manifest']],
    ['D025', ['import', 'pets', 'obs://b/a/', '--format', 'voc', '--scene', 'image_classification']],
    ['D024', ['import', 'pets', 'obs://b/a/', '--format', 'unheard-of']],
    ['--format', ['import', 'pets', 'obs://b/a/', '--only-label', 'cat']],
    ['--task', ['imports', 'pets', '--wait']],
    ['--task', ['exports', 'pets', '--wait']],
    ['D047', ['export', 'pets', 'obs://b/']],
    ['D037', ['samples', 'pets', '--sample', 'a/b']],
    ['--search', ['samples', 'pets', '--search', '3']],
    ['D049', ['label-tasks', 'pets', '--create', ' ', '--type', '1']],
    ['--type', ['label-tasks', 'pets', '--create', 'boxes']],
    ['Say --type', ['labels', 'pets', '--add', 'cat']],
    ['Say --type', ['labels', 'pets', '--rename', 'cat=kit']],
    ['--rename', ['labels', 'pets', '--rename', 'cat', '--type', '1']],
    ['only one', ['labels', 'pets', '--add', 'cat', '--rename', 'a=b']],
  ])('%s: %j', async (said, argv) => {
    const { run, service } = await setUp();
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
    expect(service.seen).toEqual([]);
  });

  test('a table has no samples, once it is known to be one', async () => {
    const { run } = await setUp();
    await run(
      ...[
        'create',
        'rows',
        '--data',
        'obs://data/csv/',
        '--work-path',
        'obs://data/work/',
        '--data-type',
        'TABLE',
      ],
      ...['--header', '--schema', '[{"schemaId": 1, "name": "price", "type": "DOUBLE"}]'],
    );
    const { code, stderr } = await run('samples', 'rows');
    expect([code, stderr]).toEqual([2, expect.stringContaining('(rule D036)')]);
  });
});

const secrets = {
  signed: 'https://b.obs.example.com/a.jpg?AccessKeyId=AKSIGNED&Signature=SIGSIGNED',
  email: 'bob@team.example.com',
};
/** A message with everything in it that must not be shown. */
const planted = (own: string) => `see ${secrets.signed} and ask ${secrets.email}, ${own}`;
const notShown = ['AKSIGNED', 'SIGSIGNED', 'bob@'];

describe('what may go wrong: one sentence, what to do, exit status 3', () => {
  const list = '/v2/{project_id}/datasets';
  const status = (code: number, errorCode: string, message = 'no') =>
    ({ kind: 'status', status: code, code: errorCode, message }) as const;

  test.each([
    ['a key that is not taken', status(401, 'APIGW.0301'), 'secret key'],
    ['a right that is missing', status(403, 'ModelArts.4310'), 'rights'],
    ['the wrong project', status(403, 'ModelArts.0210'), 'projectId'],
    ['something that is not there', status(404, 'ModelArts.4352'), 'id, the project and the region'],
    ['something under way', status(400, 'ModelArts.4356'), 'Wait until the work'],
    ['something that is there', status(409, 'ModelArts.4351'), '[ModelArts.4351]'],
    ['a fault of the service', status(500, 'ModelArts.9999'), 'request id'],
    ['a value that is not taken', status(400, 'ModelArts.0104'), '[ModelArts.0104]'],
  ] as const)('%s', async (_, action, said) => {
    const { run, service, env } = await setUp();
    const message = planted(env['HUAWEICLOUD_SDK_SK']!);
    service.fault({ method: 'GET', path: list, do: { ...action, message } });
    const { code, stdout, stderr } = await run('list', '--json');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(
      /^labelkit: GET \/v2\/\{project_id\}\/datasets: see https:\/\/b\.obs\.example\.com\/a\.jpg /,
    );
    expect(stderr).toContain(said);
    for (const secret of notShown) expect(stderr).not.toContain(secret);
  });

  test('too many requests: waited for as long as the service says', async () => {
    const { json, service } = await setUp();
    const fault = service.fault({
      method: 'GET',
      path: list,
      times: 1,
      do: { kind: 'status', status: 429, code: 'ModelArts.6101', retryAfter: 1 },
    });
    expect(await json('list')).toEqual({ datasets: [], total: 0 });
    expect(fault.hits).toBe(1);
  });

  test('a token that ends in the middle is asked for anew', async () => {
    const { service, env } = await pets();
    const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...places } = env;
    const password = {
      HUAWEICLOUD_SDK_ACCOUNT: login.account,
      HUAWEICLOUD_SDK_USERNAME: login.username,
      HUAWEICLOUD_SDK_PASSWORD: login.password,
    };
    const fault = service.fault({ path: /samples$/, times: 1, do: { kind: 'token-expiry' } });
    const { code, stdout } = await commandLine(['dataset', 'samples', 'pets'], { ...places, ...password });
    expect([code, fault.hits]).toEqual([0, 1]);
    expect(stdout).toContain('cat.jpg');
  });

  test('a clock that is far off', async () => {
    const { run, service } = await setUp();
    service.fault({ path: list, do: { kind: 'clock', offsetMs: 3_600_000 } });
    const { code, stderr } = await run('list');
    expect([code, stderr]).toEqual([3, expect.stringContaining('the clock here says')]);
    expect(stderr).toContain('hint: Set the clock.');
  });

  test('an answer that is lost after the data set was made: there is one, and it is found', async () => {
    const { run, json, service } = await setUp();
    service.fault({ method: 'POST', path: list, times: 1, do: { kind: 'reset', applied: true } });
    const { code, stdout } = await run(
      ...[
        'create',
        'pets',
        '--data',
        'obs://data/in/',
        '--work-path',
        'obs://data/work/',
        '--data-type',
        'IMAGE',
      ],
    );
    const { datasets } = await json('list');
    expect(datasets).toHaveLength(1);
    expect([code, stdout]).toEqual([0, `created the data set pets: ${datasets[0].datasetId}\n`]);
  });

  test('an answer that is lost after the import was started: there is one, and it is found', async () => {
    const { run, json, service } = await pets();
    service.fault({ method: 'POST', path: /import-tasks$/, times: 1, do: { kind: 'reset', applied: true } });
    const { code } = await run('import', 'pets', 'obs://data/in/', '--wait');
    expect(code).toBe(0);
    expect((await json('imports', 'pets')).total).toBe(2);
  });

  const state = (more: object) => ({
    kind: 'status' as const,
    status: 200,
    body: { task_id: 't1', total_sample_count: 10, imported_sample_count: 4, ...more },
  });

  test.each(['FAILED', 'PARTIALLY_FAILED'])('an import that ends as %s', async (failed) => {
    const { run, service, env } = await pets();
    const message = planted(env['HUAWEICLOUD_SDK_REGION']!);
    service.fault({
      method: 'GET',
      path: /import-tasks\/t1$/,
      do: state({ status: failed, error_code: 'ModelArts.4379', error_msg: message }),
    });
    const { code, stdout, stderr } = await run('imports', 'pets', '--task', 't1', '--wait', '--json');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('labelkit: import task t1 has failed: see https://b.obs.example.com/a.jpg');
    expect(stderr).toContain('(imported 4 of 10 samples) [ModelArts.4379]');
    expect(stderr).toContain('hint: ');
    for (const secret of notShown) expect(stderr).not.toContain(secret);
  });

  test('an import that left samples out: exit status 1', async () => {
    const { run, service } = await pets();
    service.fault({ method: 'GET', path: /import-tasks\/t1$/, do: state({ status: 'COMPLETED' }) });
    const { code, stderr } = await run('imports', 'pets', '--task', 't1', '--wait');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('warning: 6 of 10 samples were not imported\n'),
    ]);
  });

  test('polls that are refused for being too many are no end of waiting', async () => {
    const { run, json, service } = await pets();
    const { importTasks } = await json('imports', 'pets');
    const fault = service.fault({
      method: 'GET',
      path: /import-tasks\/[^/]+$/,
      times: 1,
      do: { kind: 'status', status: 429, code: 'ModelArts.6101', retryAfter: 0 },
    });
    const { code } = await run('imports', 'pets', '--task', importTasks[0].taskId, '--wait');
    expect([code, fault.hits]).toEqual([0, 1]);
  });

  test('a wait that takes too long', async () => {
    const { run, service } = await pets();
    service.fault({ method: 'GET', path: /import-tasks\/t1$/, do: state({ status: 'RUNNING' }) });
    const { code, stderr } = await run('imports', 'pets', '--task', 't1', '--wait', '--timeout', '1s');
    expect(code).toBe(3);
    expect(stderr).toContain('labelkit: import task t1: not done after 1 s\n  hint: ');
  });

  test('no data set of that id or name', async () => {
    const { run } = await setUp();
    const { code, stderr } = await run('show', 'nothing');
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^labelkit: there is no data set with the id or name "nothing"\n {2}hint: labelkit dataset list/,
    );
  });

  test('an interrupt while waiting', async () => {
    const { env, service } = await pets();
    service.fault({ method: 'GET', path: /import-tasks\/t1$/, do: state({ status: 'RUNNING' }) });
    const interrupt = new AbortController();
    const end = commandLine(['dataset', 'imports', 'pets', '--task', 't1', '--wait'], env, interrupt.signal);
    while (!service.seen.some(({ target }) => target.endsWith('/t1')))
      await new Promise((done) => setTimeout(done, 10));
    interrupt.abort();
    expect((await end).code).toBe(130);
  });
});

test('what a service says in any member is shown without secrets', async () => {
  const { run, service } = await pets();
  const everything = {
    name: planted('me'),
    access_key: 'AKSIGNED-1',
    secret_key: 'SIGSIGNED-1',
    security_token: 'SIGSIGNED-2',
    source_info: { user_password: 'SIGSIGNED-3' },
    labelers: [{ email: secrets.email }],
    sample_data: ['SIGSIGNED-4'],
    source: secrets.signed,
    sub_sample_url: secrets.signed,
    metadata: { '@modelarts:import_origin': secrets.signed },
    labels: [{ name: 'cat', property: { '@modelarts:source': secrets.signed } }],
  };
  const answer = (body: object) => ({ kind: 'status' as const, status: 200, body });
  const faults: [string, RegExp, object, string[]][] = [
    ['samples', /samples$/, { sample_count: 1, samples: [{ sample_id: 's1', ...everything }] }, []],
    ['samples', /samples\/s1$/, { sample_id: 's1', ...everything }, ['--sample', 's1']],
    ['labels', /labels$/, { labels: [{ type: 1, ...everything }] }, []],
    ['imports', /import-tasks$/, { import_tasks: [{ task_id: 't1', ...everything }] }, []],
    [
      'imports',
      /import-tasks\/t1$/,
      { task_id: 't1', data_source: everything, error_msg: planted('x') },
      ['--task', 't1'],
    ],
    ['exports', /export-tasks$/, { export_tasks: [{ task_id: 't1', ...everything }] }, []],
    [
      'label-tasks',
      /label-tasks$/,
      { tasks: [{ task_id: 't1', task_name: planted('x'), ...everything }] },
      [],
    ],
    ['versions', /versions$/, { versions: [{ version_id: 'v1', message: planted('x'), ...everything }] }, []],
  ];
  for (const [command, path, body, more] of faults) {
    const fault = service.fault({ method: 'GET', path, do: answer(body) });
    for (const form of [[], ['--json']]) {
      const { code, stdout, stderr } = await run(command, 'pets', ...more, ...form);
      expect([command, code]).toEqual([command, 0]);
      for (const secret of notShown) expect(stdout + stderr, `${command} ${more}`).not.toContain(secret);
    }
    expect(fault.hits).toBeGreaterThan(0);
    fault.remove();
  }
});
