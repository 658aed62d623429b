import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';

const settings = [
  ...['--framework', 'PyTorch', '--framework-version', 'PyTorch-1.0.0-python3.6'],
  ...['--code', 'obs://data/src/', '--boot', 'train.py', '--flavor', 'modelarts.vm.gpu.p100'],
  ...['--output-path', 'obs://data/out/', '--log-url', 'obs://data/log/'],
];

async function setUp(ms = 0) {
  const standIns = await startStandIns({ pace: { ms } });
  onTestFinished(() => standIns.close());
  standIns.obs.put('data', 'src/train.py', 'print(1)');
  standIns.obs.put('data', 'in/a.txt', 'a');
  const run = async (...argv: string[]) => await commandLine(['train', ...argv], standIns.environment);
  const submit = async (...argv: string[]) =>
    await run('submit', '--legacy', ...settings, '--data', 'obs://data/in/', ...argv);
  const changed = () =>
    standIns.service.recorded.filter(({ method, path }) => method !== 'GET' && path.includes('/v1/'));
  return { ...standIns, run, submit, changed };
}

test('instance types, engines and algorithms are listed', async () => {
  const { run } = await setUp();
  expect((await run('flavors', '--legacy')).stdout).toMatch(/^code .*\nmodelarts\.vm\.cpu\.2u /);
  expect((await run('engines', '--legacy')).stdout).toMatch(/\nPyTorch +PyTorch-1\.0\.0-python3\.6 +27\n/);
  expect((await run('algorithms', '--search', 'ResNet_v1_50', '--limit', '1')).stdout).toMatch(
    /\nResNet_v1_50 +classification .* 1\n$/,
  );
  const { algorithms } = JSON.parse((await run('algorithms', '--all', '--json')).stdout);
  expect(algorithms).toHaveLength(4);
});

test('a job from submit to delete', async () => {
  const { run, submit, changed } = await setUp();
  const made = await submit('--name', 'first', '--param', 'epochs=2', '--description', 'good');
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toMatch(/^submitted the job first \(\d+\), version \d+\n$/);
  const [id = '', version = ''] = made.stdout.match(/\d+/g) ?? [];

  const followed = await run('logs', 'first', '--legacy', '--follow');
  expect(followed).toMatchObject({ code: 0, stderr: `job ${id}: JOBSTAT_COMPLETED\n` });
  expect(followed.stdout).toMatch(
    /^\[worker-0\] training on .*\n\[worker-0\] epoch 1\/2.*\n\[worker-0\] epoch 2\/2.*\n$/,
  );
  expect((await run('logs', id, '--legacy')).stdout).toBe(followed.stdout);
  const log = JSON.parse((await run('logs', id, '--legacy', '--json')).stdout);
  expect(BigInt(log.startLine)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));

  const jobs = await run('jobs', '--legacy', '--name', 'fir', '--phase', 'completed', '--phase', '11');
  expect(jobs.stdout).toMatch(new RegExp(`^id .*\\n${id} +first +JOBSTAT_COMPLETED `));
  expect((await run('jobs', '--legacy', '--phase', 'running')).stderr).toBe('no jobs\n');

  const shown = (await run('show', 'first', '--legacy')).stdout;
  for (const line of [
    /^id +\d+\n/,
    /\nversion +V0001 /,
    /\nparameters +epochs=2\n/,
    /\ndata +\/data\/in\/\n/,
    /\nruns on +modelarts\.vm\.gpu\.p100\n/,
  ])
    expect(shown).toMatch(line);
  expect((await run('metrics', 'first', '--legacy')).stdout).toMatch(/\ncpuUsage +2 +20 +20\.5 +21 +21\n/);

  const next = await submit('--new-version-of', 'first', '--param', 'epochs=1', '--wait', '--quiet');
  expect(next).toMatchObject({ code: 0, stdout: `job ${id}: JOBSTAT_COMPLETED\n`, stderr: '' });
  expect((await run('show', 'first', '--legacy')).stdout).toMatch(/\nversion +V0002 /);
  expect((await run('show', 'first', '--legacy', '--version', 'V0001')).stdout).toContain(`(${version})`);
  expect((await run('show', 'first', '--legacy', '--version', 'V7')).code).toBe(3);
  expect((await run('delete', 'first', '--legacy', '--version', 'V0002', '--yes')).stdout).toMatch(
    /^deleted version \d+ of the job \d+\n$/,
  );

  expect((await run('describe', 'first', 'better', '--legacy')).stdout).toBe(`described the job ${id}\n`);
  expect((await run('delete', 'first', '--legacy')).code).toBe(2);
  expect((await run('delete', 'first', '--legacy', '--yes')).stdout).toBe(`deleted the job ${id}\n`);
  expect(
    changed().filter(({ method, path }) => method === 'POST' && path.endsWith('/training-jobs')),
  ).toHaveLength(1);
  const gone = await run('show', 'second', '--legacy');
  expect([gone.code, gone.stderr]).toEqual([
    3,
    expect.stringMatching(/there is no job with the id or name "second"\n {2}hint: /),
  ]);
});

test('a job is stopped while it runs', async () => {
  const { run, submit } = await setUp(20);
  await submit('--name', 'long', '--param', 'epochs=1000');
  const { code, stdout } = await run('stop', 'long', '--legacy', '--wait', '--quiet');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^job \d+: JOBSTAT_KILLED\n$/)]);
});

test('a job that fails: exit status 3, and it says how', async () => {
  const { submit } = await setUp();
  const { code, stderr } = await submit('--param', 'fail_at=1', '--wait');
  expect([code, stderr]).toEqual([3, expect.stringContaining('has failed: it is JOBSTAT_FAILED')]);
});

test('a built-in algorithm, an image, and several places of data', async () => {
  const { run } = await setUp();
  const body = async (...argv: string[]) =>
    JSON.parse((await run('submit', '--legacy', '--dry-run', '--json', ...argv)).stdout).body.config;
  const where = ['--flavor', 'modelarts.vm.gpu.p100', '--output-path', '/data/out/'];
  expect(await body(...where, '--algorithm', 'ResNet_v1_50', '--data', 'obs://data/in/')).toEqual({
    worker_server_num: 1,
    model_id: 1,
    spec_id: 2,
    data_url: '/data/in/',
    train_url: '/data/out/',
  });
  const image = ['--image', 'me/mine:1', '--command', 'bash run.sh', '--param', 'KEY=hidden value'];
  expect(
    await body(...where, ...image, '--data-source', 'obs://data/a/', '--data-source', '/data/b/'),
  ).toMatchObject({
    user_image_url: 'me/mine:1',
    parameter: [{ label: 'KEY', value: '[redacted]' }],
    data_source: [
      { type: 'obs', data_url: '/data/a/' },
      { type: 'obs', data_url: '/data/b/' },
    ],
  });
});

test('a configuration from the arguments of a job: create, update as the service writes it, list, delete', async () => {
  const { run, changed } = await setUp();
  const create = ['config', 'create', 'pets', ...settings, '--data', 'obs://data/in/'];
  const dry = await run(...create, '--dry-run');
  expect(dry.stdout).toMatch(
    /^POST \/v1\/\{project_id\}\/training-job-configs\n\{\n {2}"config_name": "pets"/,
  );
  expect(changed()).toEqual([]);
  expect(await run(...create, '--param', 'lr=0.001')).toMatchObject({
    code: 0,
    stdout: 'created the configuration pets\n',
    stderr: '',
  });
  expect((await run(...create)).code).toBe(3);
  const shown = await run('config', 'show', 'pets');
  expect(shown.stdout).toMatch(/^name +pets\n/);
  expect(shown.stdout).toMatch(/\nengine +PyTorch PyTorch-1\.0\.0-python3\.6\n/);

  const file = join(scratch(), 'pets.json');
  writeFileSync(file, (await run('config', 'show', 'pets', '--body')).stdout);
  const update = ['config', 'update', 'pets', '--from-file', file];
  expect((await run(...update, '--param', 'lr=0.01', '--description', 'update')).stdout).toBe(
    'replaced the configuration pets\n',
  );
  const { configDesc, parameter } = JSON.parse((await run('config', 'show', 'pets', '--json')).stdout);
  expect({ configDesc, parameter }).toEqual({
    configDesc: 'update',
    parameter: [{ label: 'lr', value: '0.01' }],
  });

  // Numbers beside texts and `key` beside `label`, as in the sample of the service's own page.
  writeFileSync(
    file,
    `worker_server_num: 1
app_url: /data/src/
boot_file_url: /data/src/train.py
parameter:
  - {label: learning_rate, value: 0.01}
  - {key: batch_size, value: 32}
spec_id: 1
data_url: /data/in/
engine_id: 27
train_url: /data/out/
`,
  );
  const replaced = await run(...update);
  expect(replaced).toMatchObject({ code: 0, stdout: 'replaced the configuration pets\n' });
  expect(replaced.stderr).toBe(
    'note: hyperparameters: "key" is taken for "label" (batch_size) [T114]\n' +
      'note: hyperparameters: values that are no texts are sent as texts (learning_rate, batch_size) [T114]\n',
  );
  const now = JSON.parse((await run('config', 'show', 'pets', '--json')).stdout);
  expect(now).toMatchObject({
    configDesc: '',
    parameter: [
      { label: 'learning_rate', value: '0.01' },
      { label: 'batch_size', value: '32' },
    ],
  });
  expect('logUrl' in now).toBe(false);

  expect((await run('config', 'list')).stdout).toMatch(/^name .*\npets +PyTorch PyTorch-1\.0\.0-python3\.6 /);
  expect((await run('config', 'list', '--samples')).stderr).toBe('no configurations\n');
  expect((await run('config', 'delete', 'pets')).code).toBe(2);
  expect((await run('config', 'delete', 'pets', '--yes')).stdout).toBe('deleted the configuration pets\n');
  expect((await run('config', 'show', 'pets')).code).toBe(3);
});

test('what is wrong is said before anything is asked', async () => {
  const { run, submit, service } = await setUp();
  const file = join(scratch(), 'job.yaml');
  writeFileSync(file, 'job_name: j\nconfig:\n  app_uri: /data/src/\n');
  const cases: readonly (readonly [string, Promise<{ code: number; stderr: string }>])[] = [
    ['"app_uri" is nothing that a job', run('submit', '--legacy', '--from-file', file)],
    [`${file}:3:3: `, run('submit', '--legacy', '--from-file', file)],
    ['(rule T101)', run('submit', '--legacy', ...settings)],
    ['(rule T101)', submit('--data-source', '/data/a/')],
    ['(rule T105)', submit('--algorithm', 'ResNet_v1_50')],
    ['(rule T111)', submit('--name', 'my job')],
    ['(rule T120)', run('config', 'create', ...settings, '--data', 'obs://data/')],
    ['(rule T112)', run('config', 'create', 'a.b', ...settings, '--data', 'obs://data/in/')],
    ['(rule T114)', submit('--param', 'flag')],
    ['--env cannot be said here', submit('--env', 'A=b')],
    ['--output-path cannot be said here', run('submit', '--output-path', 'obs://data/out/')],
    ['takes no name', submit('--new-version-of', 'j', '--name', 'k')],
    ['there is no state "paused"', run('jobs', '--legacy', '--phase', 'paused')],
    ['(rule T117)', run('jobs', '--legacy', '--sort-by', 'size')],
    [
      'has no trainInstanceType',
      run('config', 'create', ...settings, '--flavor', 'modelarts.p100', '--data', 'obs://data/in/'),
    ],
  ];
  for (const [words, outcome] of cases) {
    const { code, stderr } = await outcome;
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    expect(stderr).toContain('hint: ');
  }
  expect(service.recorded.filter(({ method }) => method !== 'GET')).toEqual([]);
});
