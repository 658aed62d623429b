import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Notice } from '../../../src/cloud/service/session.js';
import {
  Estimator,
  type EstimatorOptions,
  type FitOptions,
  TrainingJob,
  trainingRules,
} from '../../../src/cloud/training/index.js';
import { fakeSession } from '../datasets/fake-session.js';

// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
const any = (value: unknown) => value as any;

/** A job that nothing is wrong with. */
const framework: EstimatorOptions = {
  trainInstanceType: 'modelarts.vm.cpu.2u',
  trainInstanceCount: 1,
  frameworkType: 'PyTorch',
  frameworkVersion: 'PyTorch-1.4.0-python3.6',
  trainingFiles: { codeDir: 'obs://bucket/code/', bootFile: 'train.py' },
};
const image: EstimatorOptions = {
  trainInstanceType: 'modelarts.vm.cpu.2u',
  trainInstanceCount: 1,
  userImageUrl: 'org/image:1',
  userCommand: 'python train.py',
};
const local: EstimatorOptions = {
  trainInstanceType: 'local',
  trainInstanceCount: 1,
  trainingFiles: { codeDir: './code', bootFile: 'train.py' },
};
const secret = 'hunter2-do-not-show';
const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`V${n}`, secret]));

type Session = ReturnType<typeof fakeSession>['session'];
type Case = readonly [rule: string, what: string, call: (session: Session) => unknown];

const options = (rule: string, what: string, base: EstimatorOptions, more: object): Case => [
  rule,
  what,
  (session) => new Estimator(session, { ...base, ...more }).fit(),
];
const fitting = (rule: string, what: string, more: FitOptions | object, base = framework): Case => [
  rule,
  what,
  (session) => new Estimator(session, base).fit(more),
];
const search = (what: string, more: object): Case => [
  'T017',
  what,
  (session) => Estimator.getJobList(session, more),
];
const data = { name: 'data_url', obsPath: 'obs://bucket/in/' };

const refused: readonly Case[] = [
  ['T001', 'no session', () => new Estimator(any(undefined), framework).fit()],
  ['T001', 'null as session', () => new Estimator(any(null), framework).fit()],
  options('T001', 'no flavor', framework, { trainInstanceType: undefined }),
  options('T001', 'an empty flavor', framework, { trainInstanceType: '' }),
  options('T001', 'an empty flavor with a pool', framework, { trainInstanceType: '', poolId: 'pool1' }),
  ...[undefined, 0, -1, 1.5, '2', Number.NaN].map((count) =>
    options('T001', `count ${String(count)}`, framework, { trainInstanceCount: count }),
  ),
  options('T002', 'a type without version', framework, { frameworkVersion: undefined }),
  options('T002', 'a version without type', framework, { frameworkType: undefined }),
  options('T002', 'a blank version', framework, { frameworkVersion: ' ' }),
  options('T002', 'a version without type, locally', local, { frameworkVersion: '1' }),
  options('T003', 'an image without command', image, { userCommand: undefined }),
  options('T003', 'a command without image', image, { userImageUrl: '' }),
  options('T003', 'a command beside a framework', framework, { userCommand: 'x' }),
  options('T004', 'both pairs', framework, image),
  options('T005', 'no pair', framework, { frameworkType: undefined, frameworkVersion: undefined }),
  ...[
    undefined,
    '',
    'code/',
    '/bucket/code/',
    'obs://bucket/code',
    'obs://bucket',
    'obs:///code/',
    'obs://bucket/a\n/',
    's3://bucket/code/',
  ].map((codeDir) =>
    options('T006', `codeDir ${JSON.stringify(codeDir)}`, framework, {
      trainingFiles: { codeDir, bootFile: 'train.py' },
    }),
  ),
  options('T006', 'a framework without files', framework, { trainingFiles: undefined }),
  options('T006', 'a local run without files', local, { trainingFiles: undefined }),
  options('T006', 'a local run of code in a bucket without folder', local, {
    trainingFiles: { codeDir: 'obs://bucket', bootFile: 'train.py' },
  }),
  ...[
    undefined,
    '',
    '../train.py',
    'a/../../train.py',
    '/train.py',
    'train/',
    'a\\b.py',
    'obs://bucket/code/',
    'obs://bucket/other/train.py',
    'obs://bucket/code/../train.py',
  ].map((bootFile) =>
    options('T007', `bootFile ${JSON.stringify(bootFile)}`, framework, {
      trainingFiles: { codeDir: 'obs://bucket/code/', bootFile },
    }),
  ),
  options('T007', 'an image with a boot file elsewhere', image, {
    trainingFiles: { codeDir: 'obs://bucket/code/', bootFile: '../x.sh' },
  }),
  fitting('T008', 'inputs and a data set', { inputs: [data], datasetId: 'd', datasetVersionId: 'v' }),
  fitting('T008', 'no inputs and a data set', { inputs: [], datasetId: 'd' }),
  fitting('T008', 'inputs and a version', { inputs: [data], datasetVersionId: 'v' }),
  fitting('T009', 'a data set without version', { datasetId: 'd' }),
  fitting('T009', 'a version without data set', { datasetVersionId: 'v' }),
  fitting('T009', 'an empty data set', { datasetId: '', datasetVersionId: 'v' }),
  fitting('T009', 'a version that is no text', { datasetId: 'd', datasetVersionId: 1 }),
  fitting('T010', 'an input without name', { inputs: [{ obsPath: 'obs://bucket/in/' }] }),
  fitting('T010', 'an input without path', { inputs: [{ name: 'data_url' }] }),
  fitting('T010', 'an input with an empty path', { inputs: [{ name: 'data_url', obsPath: '' }] }),
  fitting('T010', 'an input elsewhere', { inputs: [{ name: 'data_url', obsPath: './in' }] }),
  fitting('T010', 'one name for two inputs', { inputs: [data, data] }),
  fitting('T010', 'a local input without place', { inputs: [{ name: 'data_url' }] }, local),
  fitting('T010', 'an input here without place', { inputs: [{ ...data, isLocalSource: true }] }, local),
  options('T010', 'an output without name', framework, { outputs: [{ name: '', obsPath: '/bucket/out/' }] }),
  options('T010', 'an output without path', framework, { outputs: [{ name: 'out' }] }),
  options('T010', 'one name for two outputs', framework, { outputs: [data, data] }),
  options('T010', 'a local output with an empty place', local, { outputs: [{ ...data, localPath: '' }] }),
  ...['', 'a b', 'x'.repeat(65), 'job.1', '作业'].map((jobName) =>
    fitting('T011', `jobName ${JSON.stringify(jobName).slice(0, 12)}`, { jobName }),
  ),
  options('T012', 'a long description', framework, { jobDescription: 'x'.repeat(257) }),
  [
    'T012',
    'a long new one',
    (s) => new TrainingJob(s, 'j').updateJobConfigs({ description: '文'.repeat(257) }),
  ],
  ['T012', 'no new one', (s) => new TrainingJob(s, 'j').updateJobConfigs(any({}))],
  ...['/root/code', 'home/x', '/homes/x'].map((localCodeDir) =>
    options('T013', `localCodeDir ${localCodeDir}`, framework, { localCodeDir }),
  ),
  ...['', 'log/', '/bucket/log', 'obs://bucket/log', 'obs://bucket', 's3://bucket/log/'].map((logUrl) =>
    options('T014', `logUrl ${JSON.stringify(logUrl)}`, framework, { logUrl }),
  ),
  options('T015', 'a parameter without name', framework, { parameters: [{ value: secret }] }),
  ...[null, {}, [secret], 10n, Number.NaN].map((value) =>
    options('T015', `a value ${typeof value}`, framework, { parameters: [{ name: 'lr', value }] }),
  ),
  ...['1A', 'A-B', '', 'A B', 'Ä'].map((name) =>
    options('T016', `the variable ${JSON.stringify(name)}`, framework, { envVariables: { [name]: secret } }),
  ),
  options('T016', 'a variable that is no text', framework, { envVariables: { A: 1 } }),
  options('T016', 'a long variable', framework, { envVariables: { A: secret.repeat(400) } }),
  options('T016', 'a variable with $', framework, { envVariables: { A: `${secret}$HOME` } }),
  options('T016', 'too many variables', framework, { envVariables: many }),
  ...[0, 51, 1.5, '10', Number.NaN].map((limit) => search(`limit ${JSON.stringify(limit)}`, { limit })),
  ...[-1, 0.5].map((offset) => search(`offset ${offset}`, { offset })),
  search('order up', { order: 'up' }),
  search('an operator', { filters: [{ key: 'name', operator: 'is', value: ['x'] }] }),
  search('a filter without key', { filters: [{ value: ['x'] }] }),
  search('a filter without value', { filters: [{ key: 'name' }] }),
  search('a filter with no values', { filters: [{ key: 'name', value: [] }] }),
  ['T017', 'limit of all jobs', (session) => Estimator.jobs(session, { limit: 51 }).next()],
  ...['algorithmId', 'subscriptionId', 'itemVersionId'].map((name) =>
    options('T021', name, framework, { [name]: 'x' }),
  ),
  ...[{}, { nfs: {} }, { nfs: { nfsServerPath: '1.2.3.4:/x' } }, { nfs: { localPath: '/mnt' } }].map(
    (volume) => options('T022', JSON.stringify(volume), framework, { volumes: [volume] }),
  ),
];

/** What is said where a soft rule is broken, and the request that goes out all the same. */
const noted: readonly (readonly [
  string,
  string,
  (session: Session, onNotice: (notice: Notice) => void) => Promise<unknown>,
])[] = [
  [
    'T018',
    'a task of another kind',
    (session, onNotice) => new TrainingJob(session, 'j', { onNotice }).getJobMetrics({ taskId: 'Worker' }),
  ],
  [
    'T018',
    'a log of another kind',
    (session, onNotice) => new TrainingJob(session, 'j', { onNotice }).getJobLog({ taskId: 'worker0' }),
  ],
  [
    'T019',
    'a job that has ended',
    (session, onNotice) =>
      new TrainingJob(session, 'j', {
        onNotice,
        info: { metadata: { id: 'j' }, status: { phase: 'Completed' } },
      }).controlJob(),
  ],
  [
    'T020',
    'a public flavor in a pool',
    (session, onNotice) => new Estimator(session, { ...framework, poolId: 'pool1', onNotice }).fit(),
  ],
];

describe('what breaks a hard rule leaves no request, and the error names rule and field', () => {
  test.each(refused)('%s %s', async (rule, _, call) => {
    const { session, asked } = fakeSession();
    const error = await (async () => await call(session))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'BadOption', hint: expect.stringContaining(`(rule ${rule})`) });
    expect(asked).toEqual([]);
    const { message, hint } = error as { message: string; hint: string };
    const { fields } = trainingRules.find(({ id }) => id === rule)!;
    const names = fields.flatMap((field) => [field, ...field.split('.')]);
    expect(
      names.filter((name) => `${message} ${hint}`.includes(name)),
      message,
    ).not.toEqual([]);
    expect(inspect(error)).not.toContain(secret);
  });
});

test.each(noted)('%s %s', async (rule, _, call) => {
  const { session, asked } = fakeSession({ metadata: { id: 'j' } });
  const notices: Notice[] = [];
  await call(session, (notice) => notices.push(notice));
  expect(notices.map((notice) => notice.rule)).toEqual([rule]);
  expect(asked).toHaveLength(1);
});

test('every rule has a case of its kind', () => {
  const of = (kind: string) => trainingRules.filter((rule) => rule.kind === kind).map(({ id }) => id);
  expect([...new Set(refused.map(([rule]) => rule))]).toEqual(of('hard'));
  expect([...new Set(noted.map(([rule]) => rule))]).toEqual(of('soft'));
});

describe('what looks alike and is allowed', () => {
  const allowed: readonly (readonly [string, EstimatorOptions, FitOptions])[] = [
    ['a pool without flavor', { ...framework, trainInstanceType: undefined, poolId: 'pool1' }, {}],
    [
      'a boot file by its full path',
      { ...framework, trainingFiles: { codeDir: 'obs://b/c/', bootFile: 'obs://b/c/d/x.py' } },
      {},
    ],
    [
      'a framework on an image',
      { ...framework, userImageUrl: 'org/i:1', frameworkVersion: undefined, frameworkOnImage: true },
      {},
    ],
    ['an image with code and no boot file', { ...image, trainingFiles: { codeDir: 'obs://b/c/' } }, {}],
    ['logs by the path of the service', { ...framework, logUrl: '/bucket/log/' }, {}],
    [
      'a hundred variables of 4096 characters',
      {
        ...framework,
        envVariables: Object.fromEntries(
          Object.keys(many)
            .slice(1)
            .map((name) => [name, '文'.repeat(4_096)]),
        ),
      },
      {},
    ],
    ['a description of 256 characters', { ...framework, jobDescription: '🙂'.repeat(256) }, {}],
    ['a name of 64 characters', framework, { jobName: 'x'.repeat(64) }],
    ['one name for an input and an output', { ...framework, outputs: [data] }, { inputs: [data] }],
  ];
  test.each(allowed)('%s', async (_, given, more) => {
    const { session, asked } = fakeSession({ metadata: { id: 'j1' } });
    expect((await new Estimator(session, given).fit(more)).jobId).toBe('j1');
    expect(asked).toHaveLength(1);
  });
});

test('more nodes than the flavor allows are refused before a job is made', async () => {
  const flavors = {
    flavors: [
      { flavor_id: 'other', max_num: 1 },
      { flavor_id: framework.trainInstanceType, max_num: 4 },
    ],
  };
  const { session, asked } = fakeSession(flavors, { metadata: { id: 'j' } });
  await expect(new Estimator(session, { ...framework, trainInstanceCount: 5 }).fit()).rejects.toMatchObject({
    code: 'BadOption',
    message: 'trainInstanceCount is 5',
    hint: 'A job on modelarts.vm.cpu.2u may have 4. (rule T001)',
  });
  expect(asked.map(({ method }) => method)).toEqual(['GET']);
  await new Estimator(fakeSession(flavors, { metadata: { id: 'j' } }).session, {
    ...framework,
    trainInstanceCount: 4,
  }).fit();
});

test.each([
  [1, 'that is no job of the service'],
  [2, 'needs a second notebook'],
])('a run on %i local machines is refused, and it is said why', async (trainInstanceCount, why) => {
  const { session, asked } = fakeSession();
  const estimator = new Estimator(session, { ...local, trainInstanceCount });
  expect(() => estimator.request()).toThrow(why);
  await expect(estimator.fit()).rejects.toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining(why),
  });
  expect(asked).toEqual([]);
});
