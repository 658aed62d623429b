import { describe, expect, test } from 'vitest';
import {
  JobVersion,
  LegacyEstimator,
  type LegacyEstimatorOptions,
  type LegacyFitOptions,
  LegacyTrainingJob,
  legacyTrainingRules,
  TrainingJobConfig,
} from '../../../../src/cloud/training/legacy/index.js';
import { OptionError } from '../../../../src/model/index.js';
import { fakeSession } from '../../datasets/fake-session.js';
import { answering, changes, common, onAlgorithm, onFramework, onImage } from './settings.js';

type Session = ReturnType<typeof fakeSession>['session'];
// biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may pass
const any = (value: unknown) => value as any;

const data = { inputs: '/bucket/data/' };
const submit =
  (options: LegacyEstimatorOptions, of: LegacyFitOptions = data) =>
  (session: Session) =>
    new LegacyEstimator(session, options).fit(of);
const config = (configName: string | undefined) => (session: Session) =>
  new LegacyEstimator(session, onFramework).createJobConfigs({ configName, ...data });
const without = (options: LegacyEstimatorOptions, ...names: string[]) =>
  any(Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))));
const obs = { type: 'obs', dataUrl: '/bucket/data/' } as const;
const version = { type: 'dataset', datasetId: 'd1', datasetVersion: 'v1' } as const;
const long = 'x'.repeat(257);

const refused: readonly (readonly [string, string, (session: Session) => unknown])[] = [
  ['T101', 'no data', submit(onFramework, {})],
  ['T101', 'an empty path of data', submit(onFramework, { inputs: '' })],
  ['T101', 'a path and a version', submit(onFramework, { ...data, datasetId: 'd', datasetVersionId: 'v' })],
  ['T101', 'a path and sources', submit(onFramework, { ...data, dataSource: [obs] })],
  [
    'T101',
    'a version and sources',
    submit(onFramework, { datasetId: 'd', datasetVersionId: 'v', dataSource: [obs] }),
  ],
  ['T101', 'no data of a configuration', (s) => new LegacyEstimator(s, onFramework).createJobConfigs({})],
  [
    'T101',
    'no data of a version',
    (s) => new LegacyEstimator(s, onFramework).createJobVersion({ jobId: '1', preVersionId: '2' }),
  ],
  ['T102', 'a data set without version', submit(onFramework, { datasetId: 'd' })],
  ['T102', 'a version without data set', submit(onFramework, { datasetVersionId: 'v' })],
  ['T102', 'half a version beside a path', submit(onFramework, { ...data, datasetId: 'd' })],
  ['T103', 'no sources', submit(onFramework, { dataSource: [] })],
  ['T103', 'sources that are no list', submit(onFramework, { dataSource: any('obs') })],
  ['T103', 'a source that is none', submit(onFramework, { dataSource: any([null]) })],
  ['T103', 'a source of no type', submit(onFramework, { dataSource: any([{ dataUrl: '/b/d/' }]) })],
  ['T103', 'sources of two types', submit(onFramework, { dataSource: [obs, version] })],
  ['T103', 'a path without its path', submit(onFramework, { dataSource: any([{ type: 'obs' }]) })],
  ['T103', 'a path with a data set', submit(onFramework, { dataSource: any([{ ...obs, datasetId: 'd' }]) })],
  [
    'T103',
    'a data set with a path',
    submit(onFramework, { dataSource: any([{ ...version, dataUrl: '/b/d/' }]) }),
  ],
  [
    'T103',
    'a data set without version',
    submit(onFramework, { dataSource: any([{ type: 'dataset', datasetId: 'd' }]) }),
  ],
  ['T104', 'code without boot file', submit(without(onFramework, 'bootFile'))],
  ['T104', 'a boot file without code', submit(without(onFramework, 'codeDir'))],
  ['T104', 'a boot file elsewhere', submit({ ...onFramework, bootFile: '/bucket/other/a.py' })],
  ['T104', 'a boot file that climbs out', submit({ ...onFramework, bootFile: '../a.py' })],
  ['T104', 'a folder as boot file', submit({ ...onFramework, bootFile: '/bucket/src/' })],
  [
    'T104',
    'a boot file with an image and without code',
    submit({ ...onImage, bootFile: '/bucket/src/a.py' }),
  ],
  [
    'T105',
    'an algorithm and code',
    submit({ ...onFramework, modelName: 'm', frameworkType: undefined, frameworkVersion: undefined }),
  ],
  [
    'T105',
    'an algorithm and a framework',
    submit({ ...onAlgorithm, frameworkType: 'a', frameworkVersion: 'b' }),
  ],
  ['T105', 'an algorithm and the id of an engine', submit({ ...onAlgorithm, engineId: 1 })],
  ['T105', 'an algorithm by name and by id', submit({ ...onAlgorithm, modelId: 1 })],
  ['T106', 'a framework without version', submit(without(onFramework, 'frameworkVersion'))],
  ['T106', 'a version without framework', submit(without(onFramework, 'frameworkType'))],
  ['T106', 'an engine by name and by id', submit({ ...onFramework, engineId: 1 })],
  ['T107', 'an image without command', submit(without(onImage, 'userCommand'))],
  ['T107', 'a command without image', submit(without(onImage, 'userImageUrl'))],
  ['T107', 'an image and an algorithm', submit({ ...onImage, modelName: 'm' })],
  ['T107', 'an image and a framework', submit({ ...onImage, ...onFramework })],
  ['T107', 'an image and the id of an engine', submit({ ...onImage, engineId: 1 })],
  ['T108', 'nothing that runs', submit(common)],
  ['T108', 'a framework without code', submit(without(onFramework, 'codeDir', 'bootFile'))],
  ['T108', 'code without framework', submit(without(onFramework, 'frameworkType', 'frameworkVersion'))],
  ['T109', 'no place for results', submit(without(onFramework, 'outputPath'))],
  [
    'T109',
    'no place for results of a version',
    (s) =>
      new LegacyEstimator(s, without(onFramework, 'outputPath')).createJobVersion({
        jobId: '1',
        preVersionId: '2',
        ...data,
      }),
  ],
  ['T110', 'no nodes', submit({ ...onFramework, trainInstanceCount: 0 })],
  ['T110', 'half a node', submit({ ...onFramework, trainInstanceCount: 0.5 })],
  ['T110', 'nodes as a text', submit({ ...onFramework, trainInstanceCount: any('1') })],
  ['T110', 'no number of nodes', submit(without(onFramework, 'trainInstanceCount'))],
  ['T110', 'no instance type', submit(without(onFramework, 'trainInstanceType'))],
  ['T110', 'an instance type by name and by id', submit({ ...onFramework, specId: 1 })],
  ['T111', 'an empty name', submit(onFramework, { ...data, jobName: '' })],
  ['T111', 'a name with a blank', submit(onFramework, { ...data, jobName: 'my job' })],
  ['T111', 'a name of 65 characters', submit(onFramework, { ...data, jobName: 'x'.repeat(65) })],
  ['T112', 'an empty name of a configuration', config('')],
  ['T112', 'a name of 65 characters of a configuration', config('x'.repeat(65))],
  ['T112', 'a name with a dot of a configuration', config('a.b')],
  ['T112', 'no name of one that is asked for', (s) => new TrainingJobConfig(s, any(undefined))],
  ['T113', 'a description of 257 characters', submit({ ...onFramework, jobDescription: long })],
  [
    'T113',
    'one of a configuration',
    (s) => new LegacyEstimator(s, onFramework).createJobConfigs({ ...data, configDesc: long }),
  ],
  [
    'T113',
    'one of a version',
    (s) =>
      new LegacyEstimator(s, onFramework).createJobVersion({
        ...data,
        jobId: '1',
        preVersionId: '2',
        jobDesc: long,
      }),
  ],
  ['T113', 'one that replaces another', (s) => new LegacyTrainingJob(s, '1').updateJobDescription(long)],
  ['T113', 'no description', (s) => new LegacyTrainingJob(s, '1').updateJobDescription(any(undefined))],
  ['T114', 'parameters that are no list', submit({ ...onFramework, hyperparameters: any({ lr: 1 }) })],
  ['T114', 'a parameter without label', submit({ ...onFramework, hyperparameters: any([{ value: '1' }]) })],
  ['T114', 'an empty label', submit({ ...onFramework, hyperparameters: [{ label: '', value: '1' }] })],
  ['T114', 'a parameter without value', submit({ ...onFramework, hyperparameters: any([{ label: 'lr' }]) })],
  [
    'T114',
    'a value that is an object',
    submit({ ...onFramework, hyperparameters: any([{ label: 'lr', value: {} }]) }),
  ],
  [
    'T114',
    'a label and another key',
    submit({ ...onFramework, hyperparameters: any([{ label: 'a', key: 'b', value: '1' }]) }),
  ],
  ['T115', 'perPage 0', (s) => LegacyEstimator.getJobList(s, { perPage: 0 })],
  ['T115', 'perPage 1001', (s) => LegacyEstimator.getJobConfigsList(s, { perPage: 1001 })],
  ['T115', 'perPage 101 of algorithms', (s) => LegacyEstimator.getBuiltinAlgorithms(s, { perPage: 101 })],
  ['T115', 'page 0', (s) => LegacyEstimator.getJobConfigsList(s, { page: 0 })],
  ['T115', 'page 65536', (s) => LegacyEstimator.getJobList(s, { page: 65_536 })],
  ['T115', 'page 1.5 of versions', (s) => new LegacyTrainingJob(s, '1').getJobVersionInfo({ page: 1.5 })],
  [
    'T116',
    'a search of 101 characters',
    (s) => LegacyEstimator.getJobList(s, { searchContent: 'x'.repeat(101) }),
  ],
  ['T117', 'another direction', (s) => LegacyEstimator.getJobList(s, { order: any('up') })],
  ['T117', 'another column', (s) => LegacyEstimator.getJobList(s, { sortBy: any('config_name') })],
  [
    'T117',
    'another column of configurations',
    (s) => LegacyEstimator.getJobConfigsList(s, { sortBy: any('job_name') }),
  ],
  [
    'T117',
    'another column of algorithms',
    (s) => LegacyEstimator.getBuiltinAlgorithms(s, { sortBy: any('size') }),
  ],
  ['T118', 'lines below 0', (s) => new JobVersion(s, '1', '2').getJobLog('a.log', { lines: -1 })],
  ['T118', '501 lines', (s) => new JobVersion(s, '1', '2').getJobLog('a.log', { lines: 501 })],
  ['T118', 'a byte below -1', (s) => new JobVersion(s, '1', '2').getJobLogBytes('a.log', { startByte: -2 })],
  [
    'T118',
    '2049 bytes',
    (s) => new JobVersion(s, '1', '2').getJobLogBytes('a.log', { startByte: 0, offset: 2049 }),
  ],
  [
    'T118',
    '2049 bytes before',
    (s) => new JobVersion(s, '1', '2').getJobLogBytes('a.log', { startByte: -1, offset: -2049 }),
  ],
  ['T119', 'no id of a job', (s) => new LegacyTrainingJob(s, '')],
  ['T119', 'an id that is another path', (s) => new JobVersion(s, '1', '2/3')],
  ['T119', 'no id of a job to delete', (s) => LegacyEstimator.deleteJobById(s, any(undefined))],
  [
    'T119',
    'no version to come after',
    (s) =>
      new LegacyEstimator(s, onFramework).createJobVersion({ ...data, jobId: '1', preVersionId: any(null) }),
  ],
  ...(
    [
      ['a bare bucket', '/bucket/'],
      ['a bare bucket with a scheme', 'obs://bucket/'],
      ['no slash at the beginning', 'bucket/data/'],
      ['no slash at the end', '/bucket/data'],
      ['an empty part', '/bucket//data/'],
      ['a blank', '/bucket/my data/'],
      ['an apostrophe', "/bucket/it's/"],
      ['braces', '/bucket/{a}/'],
      ['brackets', '/bucket/[a]/'],
      ['a number', any(1)],
    ] as const
  ).flatMap(
    ([what, path]) =>
      [
        ['T120', `${what} in inputs`, submit(onFramework, { inputs: path })],
        ['T120', `${what} in outputPath`, submit({ ...onFramework, outputPath: path })],
        ['T120', `${what} in logUrl`, submit({ ...onFramework, logUrl: path })],
        ['T120', `${what} in codeDir`, submit({ ...onFramework, codeDir: path })],
        [
          'T120',
          `${what} in a source`,
          submit(onFramework, { dataSource: [{ type: 'obs', dataUrl: path }] }),
        ],
      ] as const,
  ),
  ['T120', 'a blank in the boot file', submit({ ...onFramework, bootFile: 'my train.py' })],
  ['T122', 'an update without name', (s) => new LegacyEstimator(s, onFramework).updateJobConfigs(data)],
];

describe('what is refused', () => {
  test.each(refused)('%s: %s', async (rule, _, act) => {
    const { session, asked } = fakeSession();
    const error = await (async () => await act(session))().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(OptionError);
    const { message, hint } = error as OptionError;
    const { fields, says } = legacyTrainingRules.find(({ id }) => id === rule)!;
    expect(hint).toContain(`(rule ${rule})`);
    // Ids and columns have hints of their own.
    if (rule !== 'T117' && rule !== 'T119') expect(hint).toContain(says);
    // The message names what it is about.
    const named = [...fields, 'description', 'jobDesc', 'nothing that runs'];
    expect(named.some((field) => message.includes(field))).toBe(true);
    expect(asked).toEqual([]);
  });

  test('every rule that refuses has a case', () => {
    const hard = legacyTrainingRules.filter(({ kind }) => kind === 'hard').map(({ id }) => id);
    expect(hard.filter((id) => !refused.some(([rule]) => rule === id))).toEqual([]);
  });

  test('T110: more nodes than the type allows; types are asked for, and no job', async () => {
    const { session, asked } = fakeSession(answering(() => new Error('nothing is asked here')));
    await expect(submit({ ...onFramework, trainInstanceCount: 3 })(session)).rejects.toMatchObject({
      name: 'OptionError',
      message: 'trainInstanceCount is 3, and modelarts.vm.gpu.p100 allows 2',
      hint: expect.stringContaining('(rule T110)'),
    });
    expect(changes(asked)).toEqual([]);
  });

  test('a run on this machine is refused, and it is said what to do', async () => {
    const { session, asked } = fakeSession();
    const local = { ...onFramework, trainInstanceType: 'local' };
    expect(() => new LegacyEstimator(session, local)).toThrow(
      expect.objectContaining({
        code: 'Unsupported',
        hint: expect.stringContaining('trainHere(session, settings)'),
      }),
    );
    expect(asked).toEqual([]);
  });

  test('names that the service does not have: the nearest ones are said', async () => {
    const { session, asked } = fakeSession(answering(() => new Error('nothing is asked here')));
    const run = async (options: LegacyEstimatorOptions) =>
      await submit(options)(session).catch((error: unknown) => error);
    expect(await run({ ...onFramework, trainInstanceType: 'modelarts.vm.gpu.P100x' })).toMatchObject({
      message: 'the service has no trainInstanceType "modelarts.vm.gpu.P100x"',
      hint: 'Nearest are modelarts.vm.gpu.p100, modelarts.vm.cpu.2u.',
    });
    expect(await run({ ...onFramework, frameworkType: 'Pytorch' })).toMatchObject({
      hint: 'Nearest are PyTorch, TensorFlow.',
    });
    expect(await run({ ...onFramework, frameworkVersion: 'TF-1.8.0-python2.7' })).toMatchObject({
      hint: 'Nearest are PyTorch-1.0.0-python3.6, PyTorch-1.3.0-python3.6.',
    });
    expect(await run({ ...onAlgorithm, modelName: 'resnet' })).toMatchObject({
      hint: 'Nearest are ResNet_v1_50.',
    });
    expect(changes(asked)).toEqual([]);
  });
});

describe('what is taken', () => {
  const taken: readonly (readonly [string, LegacyEstimatorOptions, LegacyFitOptions])[] = [
    ['a name of one character', onFramework, { ...data, jobName: 'j' }],
    ['a name of 64 characters', onFramework, { ...data, jobName: 'x'.repeat(64) }],
    ['256 characters of description', { ...onFramework, jobDescription: '字'.repeat(256) }, data],
    ['as many nodes as the type allows', { ...onFramework, trainInstanceCount: 2 }, data],
    [
      'addresses with a scheme',
      { ...onFramework, codeDir: 'obs://bucket/src/', bootFile: 'obs://bucket/src/a.py' },
      data,
    ],
    ['a boot file below', { ...onFramework, bootFile: 'lib/train.py' }, data],
    ['an image with a folder of code', { ...onImage, codeDir: '/bucket/src/' }, data],
    ['a pool without instance type', { ...without(onFramework, 'trainInstanceType'), poolId: 'pool1' }, data],
    ['null where nothing is meant', { ...onFramework, modelName: any(null) }, data],
    ['several versions of data sets', onFramework, { dataSource: [version, version] }],
  ];
  test.each(taken)('%s', async (_, options, of) => {
    const { session, asked } = fakeSession(
      answering(() => ({ is_success: true, job_id: 10, version_id: 11 })),
    );
    const notices: unknown[] = [];
    await submit({ ...options, onNotice: (notice) => notices.push(notice) }, of)(session);
    expect(changes(asked)).toHaveLength(1);
    expect(notices).toEqual([]);
  });
});

describe('what is noted', () => {
  const rules: string[] = [];
  const onNotice = ({ rule }: { rule: string }) => rules.push(rule);
  const { session } = fakeSession(answering(() => ({ is_success: true })));
  test.each([
    ['T112', () => new TrainingJobConfig(session, 'x'.repeat(21), { onNotice })],
    ['T116', () => LegacyEstimator.getJobList(session, { searchContent: 'x'.repeat(65), onNotice })],
    ['T119', () => new LegacyTrainingJob(session, 'abc', { onNotice })],
  ])('%s', async (rule, act) => {
    rules.length = 0;
    await act();
    expect(rules).toEqual([rule]);
  });
});
