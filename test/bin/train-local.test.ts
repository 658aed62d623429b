import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startStandIns } from '../server/modelarts/index.js';
import { tar } from '../support/archives.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';

const secret = 'hunter2-do-not-show';
const script = `
import { writeFileSync } from 'node:fs';
const given = Object.fromEntries(process.argv.slice(2).map((text) => text.slice(2).split('=')));
console.log(Object.keys(given).join(' '), process.env.TOKEN?.length);
if (given.train_url) writeFileSync(given.train_url + '/model', 'm');
process.exitCode = Number(given.fail ?? 0);
`;

function setUp(environment: Readonly<Record<string, string | undefined>> = {}) {
  const dir = scratch({ 'code/train.mjs': script, 'data/a.txt': 'a' });
  const env = { ...environment, TOKEN: secret, LABELKIT_CONFIG: join(dir, 'none.json') };
  const here = ['--instance-type', 'local', '--name', 'try', '--work-dir', join(dir, 'work')];
  const code = ['--code', join(dir, 'code'), '--boot', 'train.mjs', '--interpreter', process.execPath];
  const bare = async (...argv: string[]) => await commandLine(['train', 'submit', ...argv], env);
  const submit = async (...argv: string[]) => await bare(...here, ...code, ...argv);
  return { dir, submit, bare, code, here };
}

async function withObs() {
  const standIns = await startStandIns({});
  onTestFinished(() => standIns.close());
  standIns.obs.put('data', 'in/a.txt', 'a');
  return { ...standIns, ...setUp(standIns.environment) };
}

test('a script on this machine needs no keys', async () => {
  const { dir, submit } = setUp();
  const log = join(dir, 'work/try.log');
  expect(await submit('--data', join(dir, 'data'), '--env', 'TOKEN', '--param', 'dist')).toMatchObject({
    code: 0,
    stdout: `try: Completed; its log is ${log}\n`,
    stderr: 'data_url dist 19\n',
  });
  expect(readFileSync(log, 'utf8')).toBe('data_url dist 19\n');
});

test('from and to object storage; the dry run says so and copies nothing', async () => {
  const { dir, submit, obs } = await withObs();
  const work = join(dir, 'work');
  const argv = ['--data', 'obs://data/in/', '--output', 'train_url=obs://data/out/', '--env', 'TOKEN'];
  const rest = ['--log-url', 'obs://data/log/', '--param', 'epochs=2'];
  const keys = obs.keys('data');
  const planned = await submit(...argv, ...rest, '--dry-run');
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toBe(`download  obs://data/in/ to ${work}/inputs/data_url
make      ${work}/outputs/train_url
run       ${JSON.stringify([
    process.execPath,
    'train.mjs',
    `--data_url=${work}/inputs/data_url`,
    `--train_url=${work}/outputs/train_url`,
    '--epochs=2',
  ])}
in        ${join(dir, 'code')}
with      TOKEN
log       ${work}/try.log
upload    ${work}/outputs/train_url to obs://data/out/
upload    ${work}/try.log to obs://data/log/try.log
`);
  const { stdout } = await submit(...argv, ...rest, '--dry-run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'try', variables: ['TOKEN'] });
  expect(planned.stdout + stdout).not.toContain(secret);
  expect(obs.keys('data')).toEqual(keys);

  expect(await submit(...argv, ...rest)).toMatchObject({
    code: 0,
    stdout: 'try: Completed; its log is obs://data/log/try.log\n',
    stderr: `data_url train_url epochs 19\nuploaded ${work}/outputs/train_url to obs://data/out/\n`,
  });
  expect(obs.keys('data')).toEqual([...keys, 'log/try.log', 'out/model'].sort());
});

test('a script that fails', async () => {
  const { dir, submit } = setUp();
  const failed = await submit('--param', 'fail=5', '--env', 'TOKEN', '--quiet');
  expect(failed).toMatchObject({
    code: 3,
    stdout: '',
    stderr: `labelkit: try: the program ended with exit code 5\n  hint: What it wrote is in ${join(dir, 'work/try.log')}.\n`,
  });
  const { code, stdout } = await submit('--param', 'fail=5', '--env', 'TOKEN', '--json');
  expect({ code, result: JSON.parse(stdout) }).toMatchObject({
    code: 3,
    result: { state: 'Failed', exitCode: 5 },
  });
  expect(stdout).not.toContain(secret);
});

test('an archive', async () => {
  const { dir, submit } = setUp();
  const file = join(dir, 'in.tar');
  const argv = ['--data', file, '--env', 'TOKEN'];
  const to = join(dir, 'work/inputs/data_url');
  writeFileSync(file, tar([{ name: '../a', content: 'A' }]));
  expect(await submit(...argv)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(`the entry "../a" of ${file} cannot be unpacked`),
  });
  writeFileSync(file, tar([{ name: 'a', content: 'A' }]));
  const { stdout } = await submit(...argv, '--dry-run');
  expect(stdout).toContain(`unpack    ${file} to ${to}\n`);
  expect(await submit(...argv)).toMatchObject({ code: 0 });
  expect(readFileSync(join(to, 'a'), 'utf8')).toBe('A');
});

test('a job file, and the old training', async () => {
  const { dir, bare, code, here } = setUp();
  const file = join(dir, 'job.yaml');
  writeFileSync(
    file,
    JSON.stringify({
      job_name: 'filed',
      train_instance_type: 'local',
      script_interpreter: process.execPath,
      training_files: { code_dir: join(dir, 'code'), boot_file: 'train.mjs' },
      inputs: [{ name: 'data_url', local_path: join(dir, 'data') }],
      outputs: [{ name: 'train_url', local_path: join(dir, 'out') }],
    }),
  );
  expect(await bare('--from-file', file, '--work-dir', join(dir, 'w'))).toMatchObject({
    code: 0,
    stdout: `filed: Completed; its log is ${join(dir, 'w/filed.log')}\n`,
  });
  expect(readFileSync(join(dir, 'out/model'), 'utf8')).toBe('m');
  const old = ['--data', join(dir, 'data'), '--output-path', join(dir, 'out'), '--param', 'lr=0.1'];
  expect(await bare('--legacy', ...here, ...code, ...old)).toMatchObject({
    code: 0,
    stderr: 'data_url train_url lr 19\n',
  });
});

test.each([
  [['--nodes', '2'], 'needs a second notebook'],
  [['--dataset', 'd', '--version', 'v'], '--dataset cannot be said here'],
  [['--timeout', '3m'], '--timeout cannot be said here'],
  [['--flavor', 'f'], 'cannot be used with'],
  [['--image', 'a/b:1', '--command', 'x'], 'images are not run on this machine'],
])('%j is refused', async (argv, message) => {
  const { submit } = setUp();
  const { code, stderr } = await submit(...argv);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

test('what is for runs on this machine is refused elsewhere', async () => {
  const { bare } = setUp();
  for (const argv of [
    ['--interpreter', 'node'],
    ['--work-dir', 'x'],
  ])
    for (const legacy of [[], ['--legacy']])
      expect(await bare(...legacy, '--flavor', 'f', ...argv)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('say --instance-type local too'),
      });
});
