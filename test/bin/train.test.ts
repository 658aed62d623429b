import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';

const street = join(import.meta.dirname, '../../examples/street');
const framework = [
  ...['--framework', 'PyTorch', '--framework-version', 'PyTorch-1.4.0-python3.6'],
  ...['--code', 'obs://data/code/', '--boot', 'train.py'],
];
const secret = 'hunter2-do-not-show';

async function setUp(ms = 0) {
  const standIns = await startStandIns({ pace: { ms } });
  onTestFinished(() => standIns.close());
  standIns.obs.put('data', 'code/train.py', 'print(1)');
  standIns.obs.put('data', 'in/a.txt', 'a');
  const { environment } = standIns;
  const run = async (...argv: string[]) =>
    await commandLine(['train', ...argv], { ...environment, TOKEN: secret });
  const { flavors } = JSON.parse((await run('flavors', '--json')).stdout) as {
    flavors: { flavorId: string }[];
  };
  const flavor = flavors[0]!.flavorId;
  const job = [...framework, '--flavor', flavor];
  const submit = async (...argv: string[]) => await run('submit', ...job, ...argv);
  return { ...standIns, run, job, submit, flavor };
}

const idIn = (text: string) => /\(([\w-]+)\)/.exec(text)?.[1] ?? '';

test('flavors and engines are listed', async () => {
  const { run } = await setUp();
  const { stdout } = await run('flavors', '--type', 'GPU');
  expect(stdout).toBe(`id                         type  accelerator    memory  cores  nodes up to
modelarts.p3.large.public  GPU   1 NVIDIA-V100  64 GB       8            4
`);
  const { engines } = JSON.parse((await run('engines', '--json')).stdout);
  expect(engines).toContainEqual(
    expect.objectContaining({ engineName: 'PyTorch', engineVersion: 'PyTorch-1.4.0-python3.6' }),
  );
});

test('a job from submit to delete', async () => {
  const { run, submit, service } = await setUp();
  const options = ['--name', 'first', '--data', 'obs://data/in/', '--output', 'out=obs://data/out/'];
  const submitted = await submit(
    ...options,
    '--param',
    'epochs=2',
    '--env',
    'TOKEN',
    '--log-url',
    'obs://data/log/',
  );
  expect(submitted).toMatchObject({ code: 0, stderr: '' });
  expect(submitted.stdout).toMatch(/^submitted the job first \([\w-]+\)\n$/);
  const id = idIn(submitted.stdout);

  const followed = await run('logs', 'first', '--follow');
  expect(followed).toMatchObject({ code: 0, stderr: `job ${id}: Completed\n` });
  expect(followed.stdout).toMatch(
    /^\[worker-0\] training on .*\n\[worker-0\] epoch 1\/2.*\n\[worker-0\] epoch 2\/2.*\n$/,
  );
  expect((await run('logs', id)).stdout).toBe(followed.stdout);

  const jobs = await run('jobs', '--name', 'fir', '--phase', 'Completed', '--phase', 'Failed');
  expect(jobs.stdout).toMatch(new RegExp(`^id .*\\n${id} +first +Completed `));
  expect(jobs.stderr).toBe('1 of 1 jobs\n');

  const shown = await run('show', 'first');
  expect(shown.stdout).toMatch(/\nphase +Completed\n/);
  expect(shown.stdout).toMatch(/\nparameters +epochs=2\nvariables +TOKEN\ninputs +data_url=\/data\/in\/\n/);
  const info = JSON.parse((await run('show', 'first', '--json')).stdout);
  expect(info.algorithm.environments).toEqual({ TOKEN: '[redacted]' });
  for (const { stdout } of [shown, await run('jobs', '--json', '--all')])
    expect(stdout).not.toContain(secret);

  const metrics = await run('metrics', 'first');
  expect(metrics.stdout).toMatch(
    /^metric +values +least +mean +most +latest\ncpuUsage +2 +21 +21\.5 +22 +22\n/,
  );
  expect(JSON.parse((await run('metrics', id, '--json')).stdout).metrics[0].value).toEqual([null, 21, 22]);

  expect((await run('describe', 'first', 'good')).stdout).toBe(`described the job ${id}\n`);
  expect((await run('show', id)).stdout).toMatch(/\ndescription +good\n/);
  const stopped = await run('stop', 'first');
  expect(stopped.code).toBe(3);
  expect((await run('delete', 'first')).code).toBe(2);
  expect((await run('delete', 'first', '--yes')).stdout).toBe(`deleted the job ${id}\n`);
  const gone = await run('show', 'first');
  expect([gone.code, gone.stderr]).toEqual([
    3,
    expect.stringMatching(/there is no job with the id or name "first"\n {2}hint: /),
  ]);
  const created = service.recorded.filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/training-jobs'),
  );
  expect(created).toHaveLength(1);
});

test('a job is stopped while it runs', async () => {
  const { run, submit } = await setUp(20);
  await submit('--name', 'long', '--param', 'epochs=1000');
  const { code, stdout, stderr } = await run('stop', 'long', '--wait', '--quiet');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^job [\w-]+: Terminated\n$/);
});

test('a job that fails ends submit --follow with 3', async () => {
  const { submit } = await setUp();
  const { code, stdout, stderr } = await submit('--param', 'fail_at=2', '--param', 'exit_code=7', '--follow');
  expect(code).toBe(3);
  expect(stdout).toMatch(/exit code 7\n$/);
  expect(stderr).toMatch(/labelkit: training job [\w-]+ has failed: it is Failed; worker-0 exit code 7/);
});

test('--wait --json prints one document when the job has ended', async () => {
  const { submit } = await setUp();
  const { code, stdout } = await submit('--wait', '--json', '--quiet', '--env', 'A=b');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    status: { phase: 'Completed' },
    algorithm: { environments: { A: '[redacted]' } },
  });
});

describe('data', () => {
  test('a local folder is imported and published first, then named by its names', async () => {
    const { submit, run, service } = await setUp();
    const data = ['--data', street, '--dataset', 'street', '--version', 'V1'];
    const first = await submit(
      ...data,
      '--work-path',
      'obs://data/work/',
      '--on-error',
      'skip',
      '--state',
      join(scratch(), 'state.json'),
      '--name',
      'a',
    );
    expect(first.stderr).toContain('imported 6 of 6 samples; from now on: --dataset street --version V1\n');
    expect(first.code).toBe(0);
    const again = await submit('--dataset', 'street', '--version', 'V1', '--name', 'b');
    expect(again.code).toBe(0);
    const of = async (name: string) =>
      JSON.parse((await run('show', name, '--json')).stdout).algorithm.inputs;
    expect(await of('a')).toEqual(await of('b'));
    expect(await of('a')).toEqual([
      { name: 'data_url', remote: { dataset: { id: expect.any(String), versionId: expect.any(String) } } },
    ]);
    expect((await run('show', 'a')).stdout).toMatch(/\ninputs +data_url=version \w+ of \w+\n/);
    expect(
      service.recorded.filter(({ method, path }) => method === 'POST' && /datasets$/.test(path)),
    ).toHaveLength(1);
  });

  test.each([
    [['--data', './x'], 'it is not said which data set'],
    [['--data', './x', '--dataset', 'd', '--input', 'a=obs://data/in/'], 'rule T008'],
    [['--data', 'obs://data/in/', '--dataset', 'd', '--version', 'v'], 'rule T008'],
    [['--dataset', 'd'], 'rule T009'],
    [['--version', 'v'], 'rule T009'],
    [['--work-path', 'obs://data/w/'], 'no local folder'],
    [['--input', 'a=obs://data/in/', '--input', 'a=obs://data/in/'], 'rule T010'],
    [['--input', 'a'], 'name=obs://'],
    [['--name', 'a b'], 'rule T011'],
    [['--env', 'NOT_SET_HERE'], 'there is no such variable'],
    [['--env', `A=${secret}$`], 'rule T016'],
    [['--code', 'obs://data/other'], 'rule T006'],
    [['--image', 'a/b:1'], 'rule T003'],
    [['--volume', 'x'], 'server:/path=/dir'],
  ])('%j is refused with 2, and nothing is asked', async (argv, why) => {
    const { submit, service } = await setUp();
    const before = service.seen.length;
    const { code, stdout, stderr } = await submit(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain(secret);
    expect(service.seen).toHaveLength(before);
  });

  test('a version that is not there', async () => {
    const { submit } = await setUp();
    const { code, stderr } = await submit('--dataset', 'none', '--version', 'V1');
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('there is no data set with the id or name "none"'),
    ]);
  });
});

describe('a job file', () => {
  const file = (text: string) => {
    const path = join(scratch(), 'job.yaml');
    writeFileSync(path, text);
    return path;
  };
  const text = `job_name: from-file
train_instance_type: modelarts.vm.cpu.2u
framework_type: PyTorch
framework_version: PyTorch-1.4.0-python3.6
training_files:
  code_dir: obs://data/code/
  boot_file: train.py
data: obs://data/in/
parameters:
  - { name: epochs, value: 2 }
  - name: dist
env_variables:
  SECRET_OF_FILE: ${secret}
`;

  test('--dry-run prints the request, and options replace what the file says', async () => {
    const { run, service } = await setUp();
    const before = service.seen.length;
    const { code, stdout, stderr } = await run(
      'submit',
      '--from-file',
      file(text),
      '--param',
      'epochs=5',
      '--dry-run',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`POST /v2/{project_id}/training-jobs
${JSON.stringify(
  {
    kind: 'job',
    metadata: { name: 'from-file', description: '', workspace_id: '0' },
    algorithm: {
      code_dir: '/data/code/',
      boot_file: '/data/code/train.py',
      engine: { engine_name: 'PyTorch', engine_version: 'PyTorch-1.4.0-python3.6' },
      parameters: [{ name: 'epochs', value: '5' }],
      inputs: [{ name: 'data_url', remote: { obs: { obs_url: '/data/in/' } } }],
      environments: { SECRET_OF_FILE: '[redacted]' },
    },
    spec: { resource: { flavor_id: 'modelarts.vm.cpu.2u', node_count: 1 } },
  },
  null,
  2,
)}
`);
    expect(service.seen).toHaveLength(before);
  });

  test('is submitted', async () => {
    const { run } = await setUp();
    const { code, stdout } = await run('submit', '--from-file', file(text), '--follow', '--quiet');
    expect(code).toBe(0);
    expect(stdout).toMatch(/epoch 2\/2/);
  });

  test('a fault in it is shown by line and column', async () => {
    const { run } = await setUp();
    const path = file(text.replace('value: 2', 'value: [2]'));
    const { code, stdout, stderr } = await run('submit', '--from-file', path);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /job\.yaml:10:28: parameters\[0\]\.value is not a text, a number or a boolean\n {2}hint: /,
    );
  });
});

test.each([
  [['logs', 'x', '--follow', '--json'], 'exclude each other'],
  [['jobs', '--limit', '51'], 'rule T017'],
  [['describe', 'x', 'y'.repeat(257)], 'rule T012'],
])('%j is refused with 2', async (argv, why) => {
  const { run } = await setUp();
  const { code, stdout, stderr } = await run(...argv);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(why);
});

test('of two jobs with one name an id must be said', async () => {
  const { run, submit } = await setUp();
  const ids = [await submit('--name', 'twin'), await submit('--name', 'twin')].map(({ stdout }) =>
    idIn(stdout),
  );
  const { code, stderr } = await run('show', 'twin');
  expect(code).toBe(3);
  for (const id of ids) expect(stderr).toContain(id);
});
