import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { secretKey, startStandIns } from '../server/modelarts/index.js';
import { commandLine } from '../support/command-line.js';
import { scratch } from '../support/scratch.js';

const street = join(import.meta.dirname, '../../examples/street');
const named = ['--name', 'street', '--work-path', 'obs://data/work/'];

const run = async (env: Readonly<Record<string, string>>, ...argv: string[]) =>
  await commandLine(['import', ...argv], env);

async function setUp() {
  const standIns = await startStandIns({ pace: { ms: 1 } });
  onTestFinished(() => standIns.close());
  return { ...standIns, state: join(scratch(), 'state.json') };
}

test('a folder is imported: text for people, and nothing is left behind', async () => {
  const { environment, state } = await setUp();
  const texts = scratch({ 'a.txt': 'fine\nwet\n', 'a_result.txt': 'good\nbad\n' });
  const { code, stdout, stderr } = await run(environment, texts, ...named, '--state', state);
  expect(stdout.replace(/\(\w+, new\) in [\d.]+ s/, '(id, new)').replace(/street-\w+\.manifest/, 'm')).toBe(
    `imported ${texts} into data set street (id, new)
  uploaded    0 files, 0 bytes; already there 0
  sent        2 samples: obs://data/work-data/street/manifest/m
  imported    2 of 2, failed 0
  data set    2 samples, 2 labels, 2 objects
`,
  );
  expect([code, stderr, existsSync(state)]).toEqual([0, '', false]);
});

test('errors of the check end it with 1, before anything is sent', async () => {
  const { environment, service, state } = await setUp();
  const { code, stdout, stderr } = await run(environment, street, ...named, '--state', state);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^labelkit: .*\[V076\]\n {2}hint: .*--on-error skip.*\n$/);
  expect(service.seen.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('a dry run needs neither keys nor a service, and is one document of JSON', async () => {
  const { code, stdout, stderr } = await run({}, street, ...named, '--publish', '--dry-run', '--json');
  const plan = JSON.parse(stdout);
  expect(plan).toMatchObject({ format: 'voc', samples: 6, files: 12, datasetType: 1, errors: 2 });
  expect(
    plan.requests.map(({ method, path }: { method: string; path: string }) => `${method} ${path}`),
  ).toEqual([
    'POST /v2/{project_id}/datasets',
    'POST /v2/{project_id}/datasets/{dataset_id}/import-tasks',
    'POST /v2/{project_id}/datasets/{dataset_id}/versions',
  ]);
  expect([code, stderr]).toEqual([1, '']);
});

test.each([
  [[street], /name is not given/],
  [[street, '--name', 'x'], /workPath is not given/],
  [[street, '--name', 'x', '--work-path', 'obs://data'], /no folder in object storage/],
  [[street, ...named, '--into', 'd1'], /are given/],
  [[street, ...named, '--type', '2'], /datasetType is 2/],
  [[street, ...named, '--publish', 'a b'], /name of the version/],
])('%j is refused with 2, and nothing is asked', async (argv, message) => {
  const { environment, service, obs } = await setUp();
  const { code, stdout, stderr } = await run(environment, ...argv, '--no-state');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\n {2}hint: /);
  expect([service.seen, obs.log]).toEqual([[], []]);
});

test('what the service refuses is one sentence and a hint, with 3; the state is kept', async () => {
  const { environment, service, state } = await setUp();
  service.fault({
    method: 'POST',
    path: '/v2/{project_id}/datasets',
    times: 1,
    do: { kind: 'status', status: 403, code: 'ModelArts.4310', message: 'no agency' },
  });
  const argv = [street, ...named, '--on-error', 'skip', '--state', state];
  const { code, stdout, stderr } = await run(environment, ...argv);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(
    /^.*state\.json keeps how far it came: .*\nlabelkit: POST .*no agency \[ModelArts\.4310\]\n {2}hint: .*\n$/,
  );
  expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ sent: { samples: 6 } });
  expect(readFileSync(state, 'utf8')).not.toContain(secretKey);
  const again = await run(environment, ...argv, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ imported: 6, datasetSamples: 6, annotations: 13 });
  expect(again.code).toBe(0);
});
