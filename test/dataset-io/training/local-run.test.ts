import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type LegacyLocalRunSettings,
  type LocalRunOptions,
  type LocalRunSettings,
  planTrainHere,
  trainHere,
} from '../../../src/dataset-io/cloud.js';
import { tar, zip } from '../../support/archives.js';
import { filesIn, scratch } from '../../support/scratch.js';
import { serve } from '../storage/obs/server-harness.js';

const secret = 'hunter2-do-not-show';

/** Writes its arguments and what it read to `--out`, and speaks on both streams. */
const script = `
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
const given = Object.fromEntries(process.argv.slice(2).map((text) => text.slice(2).split('=')));
const { data_url, out, train_url, fail } = given;
if (data_url) console.log(readdirSync(data_url).map((name) => readFileSync(data_url + '/' + name, 'utf8')).join());
console.error('token of ' + process.env.TOKEN.length);
if (out ?? train_url) writeFileSync((out ?? train_url) + '/model.txt', JSON.stringify(Object.keys(given)));
process.exitCode = Number(fail ?? 0);
`;

async function bucket(objects: Readonly<Record<string, string>> = {}) {
  const { server, storage } = await serve({ buckets: ['b'] });
  onTestFinished(async () => {
    server.assertClean();
    await storage.close();
    await server.close();
  });
  for (const [key, content] of Object.entries(objects)) server.put('b', key, content);
  const texts = () =>
    Object.fromEntries(server.keys('b').map((key) => [key, server.get('b', key)!.toString('utf8')]));
  return { server, session: { storage }, texts };
}

function setUp(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const dir = scratch({ 'code/train.mjs': script, 'data/a.txt': 'A', ...files });
  const settings: LocalRunSettings = {
    trainingFiles: { codeDir: join(dir, 'code'), bootFile: 'train.mjs' },
    scriptInterpreter: process.execPath,
    envVariables: { TOKEN: secret },
    jobName: 'first',
  };
  const lines: string[] = [];
  const options: LocalRunOptions = {
    workDir: join(dir, 'work'),
    onOutput: (line, stream) => lines.push(`${stream}: ${line}`),
  };
  return { dir, settings, options, lines };
}

test('without object storage no session is needed, and folders are used where they are', async () => {
  const { dir, settings, options, lines } = setUp();
  const result = await trainHere(
    undefined,
    {
      ...settings,
      inputs: [{ name: 'data_url', localPath: join(dir, 'data') }],
      outputs: [{ name: 'out' }],
      parameters: [{ name: 'epochs', value: 2 }, { name: 'dist' }],
    },
    options,
  );
  const logFile = join(dir, 'work/first.log');
  expect(result).toEqual({
    name: 'first',
    state: 'Completed',
    exitCode: 0,
    signal: undefined,
    outputs: [{ name: 'out', localPath: join(dir, 'work/outputs/out') }],
    uploads: [],
    logFile,
    logUrl: undefined,
  });
  expect([...lines].sort()).toEqual(['stderr: token of 19', 'stdout: A']);
  expect(readFileSync(logFile, 'utf8').split('\n').sort()).toEqual(['', 'A', 'token of 19']);
  expect(filesIn(join(dir, 'work/outputs'))).toEqual({
    'out/model.txt': '["data_url","out","epochs","dist"]',
  });
});

test('code and data come from object storage, outputs and log go there', async () => {
  const { dir, settings, options } = setUp();
  const { session, texts } = await bucket({ 'code/train.mjs': script, 'in/b.txt': 'B' });
  const run: LocalRunSettings = {
    ...settings,
    trainingFiles: { codeDir: 'obs://b/code/', bootFile: 'obs://b/code/train.mjs' },
    inputs: [{ name: 'data_url', obsPath: 'obs://b/in/' }],
    outputs: [{ name: 'out', obsPath: 'obs://b/out/' }],
    parameters: [{ name: 'fail', value: 0 }],
    logUrl: '/b/log/',
  };
  const before = texts();
  const plan = await planTrainHere(session, run, options);
  const work = options.workDir!;
  expect(plan).toEqual({
    name: 'first',
    downloads: [
      { from: 'obs://b/code/', to: `${work}/code` },
      { from: 'obs://b/in/', to: `${work}/inputs/data_url` },
    ],
    unpacks: [],
    environment: undefined,
    command: [
      process.execPath,
      'train.mjs',
      `--data_url=${work}/inputs/data_url`,
      `--out=${work}/outputs/out`,
      '--fail=0',
    ],
    workingDir: `${work}/code`,
    variables: ['TOKEN'],
    outputs: [{ name: 'out', localPath: `${work}/outputs/out` }],
    uploads: [{ from: `${work}/outputs/out`, to: 'obs://b/out/' }],
    logFile: `${work}/first.log`,
    logUrl: 'obs://b/log/first.log',
  });
  expect(texts()).toEqual(before);
  expect(existsSync(work)).toBe(false);

  expect(await trainHere(session, run, options)).toMatchObject({ state: 'Completed' });
  expect(texts()).toMatchObject({
    ...before,
    'out/model.txt': '["data_url","out","fail"]',
    'log/first.log': readFileSync(join(dir, 'work/first.log'), 'utf8'),
  });
});

test('archives are unpacked into the work folder', async () => {
  const { dir, settings, options, lines } = setUp({
    'here.tgz': gzipSync(tar([{ name: './h.txt', content: 'here' }])),
    'named.zip/n.txt': 'folder',
    'code/train.mjs': `
import { readdirSync, readFileSync } from 'node:fs';
for (const argument of process.argv.slice(2)) {
  const folder = argument.replace(/.*=/, '');
  for (const name of readdirSync(folder)) console.log(name + ': ' + readFileSync(folder + '/' + name, 'utf8'));
}`,
  });
  const { server, session } = await bucket();
  server.put('b', 'in/there.zip', zip([{ name: 't.txt', content: 'there' }]));
  const run: LocalRunSettings = {
    ...settings,
    inputs: [
      { name: 'one', obsPath: 'obs://b/in/there.zip' },
      { name: 'two', localPath: join(dir, 'here.tgz') },
      { name: 'three', localPath: join(dir, 'named.zip') },
      { name: 'four', obsPath: 'obs://b/in/there.zip', localPath: join(dir, 'mine') },
    ],
  };
  const work = options.workDir!;
  expect(await planTrainHere(session, run, options)).toMatchObject({
    downloads: [
      { from: 'obs://b/in/there.zip', to: `${work}/archives/one` },
      { from: 'obs://b/in/there.zip', to: `${work}/archives/four` },
    ],
    unpacks: [
      { from: `${work}/archives/one/there.zip`, to: `${work}/inputs/one` },
      { from: `${dir}/here.tgz`, to: `${work}/inputs/two` },
      { from: `${work}/archives/four/there.zip`, to: `${dir}/mine` },
    ],
  });
  expect(await trainHere(session, run, options)).toMatchObject({ state: 'Completed' });
  expect(lines).toEqual(
    ['t.txt: there', 'h.txt: here', 'n.txt: folder', 't.txt: there'].map((line) => `stdout: ${line}`),
  );
  await expect(trainHere(session, run, { ...options, archiveLimits: { maxBytes: 4 } })).rejects.toMatchObject(
    { code: 'NoSpace' },
  );
});

test('a program that fails: its exit code, and what it wrote is kept and uploaded', async () => {
  const { settings, options } = setUp();
  const { session, texts } = await bucket();
  const result = await trainHere(
    session,
    {
      ...settings,
      outputs: [{ name: 'out', obsPath: 'obs://b/out/' }],
      parameters: [{ name: 'fail', value: 7 }],
      logUrl: 'obs://b/log/',
    },
    options,
  );
  expect(result).toMatchObject({ state: 'Failed', exitCode: 7, signal: undefined });
  expect(texts()).toEqual({ 'log/first.log': 'token of 19\n', 'out/model.txt': '["out","fail"]' });
});

test('a program that a signal ends', async () => {
  const { settings, options } = setUp({ 'code/train.mjs': "process.kill(process.pid, 'SIGKILL')" });
  expect(await trainHere(undefined, settings, options)).toMatchObject({
    state: 'Failed',
    exitCode: undefined,
    signal: 'SIGKILL',
  });
});

test('settings of the old training', async () => {
  const { dir, settings, options, lines } = setUp();
  const { session, texts } = await bucket();
  const { envVariables: _, trainingFiles: __, ...shared } = settings;
  const run: LegacyLocalRunSettings = {
    ...(shared as LegacyLocalRunSettings),
    codeDir: join(dir, 'code'),
    bootFile: 'train.mjs',
    inputs: join(dir, 'data'),
    outputPath: 'obs://b/out/',
    hyperparameters: [{ label: 'lr', value: 0.1 }],
  };
  const environment = { ...process.env, TOKEN: '1' };
  expect(await trainHere(session, run, { ...options, environment })).toMatchObject({ state: 'Completed' });
  expect([...lines].sort()).toEqual(['stderr: token of 1', 'stdout: A']);
  expect(texts()).toEqual({ 'out/model.txt': '["data_url","train_url","lr"]' });
});

test('lines are whole, whatever they end with, and no shell sees an argument', async () => {
  const { settings, options, lines } = setUp({
    'code/train.mjs':
      "process.stdout.write('1\\r2\\r\\n\\n\u00e9'); process.stdout.write('t\u00e9\\n' + 'x'.repeat(200000) + '\\n' + process.argv[2])",
  });
  await trainHere(undefined, { ...settings, parameters: [{ name: 'a', value: '$(id); "b c' }] }, options);
  const texts = lines.map((line) => line.slice('stdout: '.length));
  expect(texts.slice(0, 4)).toEqual(['1', '2', '', '\u00e9t\u00e9']);
  expect(texts.slice(4, -1).join('')).toBe('x'.repeat(200_000));
  expect(texts.at(-1)).toBe('--a=$(id); "b c');
});

test('an abort ends the program and what it started, also one that does not listen', async () => {
  const { dir, settings, options } = setUp({
    'code/train.mjs': `
import { spawn } from 'node:child_process';
process.on('SIGTERM', () => {});
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
console.log(process.pid + ' ' + child.pid);
setInterval(() => {}, 1000);`,
  });
  const abort = new AbortController();
  let pids: number[] = [];
  const run = trainHere(undefined, settings, {
    ...options,
    graceMs: 20,
    signal: abort.signal,
    onOutput: (line) => {
      pids = line.split(' ').map(Number);
      abort.abort();
    },
  });
  await expect(run).rejects.toMatchObject({ code: 'Aborted' });
  expect(pids).toHaveLength(2);
  // The system takes a moment to clear away what was killed.
  const isThere = (pid: number) => /^State:\s+[^ZX]/m.test(status(pid));
  for (const pid of pids) await expect.poll(() => isThere(pid), { timeout: 30_000 }).toBe(false);
  expect(readFileSync(join(dir, 'work/first.log'), 'utf8')).toBe(`${pids.join(' ')}\n`);
});

function status(pid: number): string {
  const path = `/proc/${pid}/status`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const refusals: readonly (readonly [what: string, more: object, expected: object])[] = [
  ['a flavor', { trainInstanceType: 'modelarts.p3' }, { code: 'Unsupported' }],
  [
    'several machines',
    { trainInstanceCount: 2 },
    { code: 'Unsupported', message: expect.stringContaining('needs a second notebook') },
  ],
  ['an image', { userImageUrl: 'a/b:1', userCommand: 'x' }, { code: 'Unsupported' }],
  ['an environment that is none', { environment: { name: 'x' } }, { code: 'BadOption' }],
  ['a data set', { datasetId: 'd', datasetVersionId: 'v' }, { code: 'Unsupported' }],
  ['several sources', { dataSource: [] }, { code: 'Unsupported' }],
  ['an algorithm', { modelName: 'ResNet' }, { code: 'Unsupported' }],
  ['no archive there', { inputs: [{ name: 'd', obsPath: 'obs://b/no.tar.gz' }] }, { code: 'NotFound' }],
  ['no code', { trainingFiles: undefined }, { hint: expect.stringContaining('(rule T006)') }],
  ['code elsewhere', { trainingFiles: { codeDir: 'hdfs://x/', bootFile: 'a' } }, { code: 'BadOption' }],
  ['a boot file outside', { trainingFiles: { codeDir: '.', bootFile: '../a' } }, { code: 'BadOption' }],
  [
    'a name out of the folder',
    { inputs: [{ name: '../x', obsPath: 'obs://b/in/' }] },
    { code: 'UnsafePath' },
  ],
  [
    'an interpreter by name',
    { scriptInterpreter: 'no-such-program' },
    { code: 'NotFound', hint: expect.stringContaining('--interpreter') },
  ],
  ['an interpreter by path', { scriptInterpreter: '/nowhere/python3' }, { code: 'NotFound' }],
  ['a folder as interpreter', { scriptInterpreter: '/' }, { code: 'NotFound' }],
  [
    'no boot file',
    { trainingFiles: { codeDir: 'obs://b/code/', bootFile: 'no.py' } },
    { code: 'NotFound', message: 'the boot file is not there: obs://b/code/no.py' },
  ],
  ['no data there', { inputs: [{ name: 'd', obsPath: 'obs://b/none/' }] }, { code: 'NotFound' }],
  ['no data here', { inputs: [{ name: 'd', localPath: '/nowhere' }] }, { code: 'NotFound' }],
  ['a file as data', { inputs: [{ name: 'd', localPath: process.execPath }] }, { code: 'NotADirectory' }],
  ['a null in a value', { parameters: [{ name: 'a', value: `\0${secret}` }] }, { code: 'BadOption' }],
  ['a null in a variable', { envVariables: { A: `\0${secret}` } }, { code: 'BadOption' }],
];

describe('refused before anything is copied or run', () => {
  test.each(refusals)('%s', async (_, more, expected) => {
    const { settings, options } = setUp();
    const { session } = await bucket({ 'code/train.mjs': script, 'in/a': 'a' });
    const error = await trainHere(session, { ...settings, ...more } as LocalRunSettings, options).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ hint: expect.any(String), ...expected });
    expect(inspect(error, { depth: 9 })).not.toContain(secret);
    expect(existsSync(options.workDir!)).toBe(false);
  });

  test('object storage without a session', async () => {
    const { settings, options } = setUp();
    await expect(
      trainHere(undefined, { ...settings, inputs: [{ name: 'd', obsPath: 'obs://b/in/' }] }, options),
    ).rejects.toMatchObject({ code: 'Unsupported', hint: expect.stringContaining('session') });
  });
});

test('a program that the system cannot start: no argument is told', async () => {
  const { dir, settings, options } = setUp();
  const program = join(dir, 'odd');
  writeFileSync(program, '#!/nowhere/interpreter\n', { mode: 0o755 });
  const run = { ...settings, scriptInterpreter: program, parameters: [{ name: 'key', value: secret }] };
  const error = await trainHere(undefined, run, options).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'Io', message: `${program} cannot be started: ENOENT` });
  expect(inspect(error, { depth: 9 })).not.toContain(secret);
  const long = { ...settings, parameters: [{ name: 'key', value: secret.repeat(200_000) }] };
  const tooLong = await trainHere(undefined, long, options).catch((reason: unknown) => reason);
  expect(tooLong).toMatchObject({ code: 'Io', message: expect.stringContaining('E2BIG') });
  expect(inspect(tooLong, { depth: 9 })).not.toContain(secret);
});

test('outputs that cannot be uploaded: how the program ended, and where they are', async () => {
  const { dir, settings, options } = setUp();
  const { session } = await bucket();
  const run = {
    ...settings,
    outputs: [{ name: 'out', obsPath: 'obs://nobucket/out/' }],
    logUrl: 'obs://b/log/',
  };
  await expect(trainHere(session, run, options)).rejects.toMatchObject({
    message: expect.stringContaining('the program ended with exit code 0, and not all'),
    hint: expect.stringContaining(join(dir, 'work/outputs/out')),
  });
});
