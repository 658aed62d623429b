import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  CondaDependencies,
  type CondaPackages,
  Environment,
  type LocalRunSettings,
  planTrainHere,
  trainHere,
} from '../../../src/dataset-io/cloud.js';
import { scratch } from '../../support/scratch.js';

/** Does what is used of conda: environments are folders with a `bin/python`, which is this Node. */
const conda = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } = require('node:fs');
const args = process.argv.slice(2);
const home = __dirname;
appendFileSync(home + '/calls', args.join(' ') + '\\n');
if (args[1] === 'list') {
  const names = existsSync(home + '/envs') ? readdirSync(home + '/envs') : [];
  console.log(existsSync(home + '/odd') ? 'odd' : JSON.stringify({ envs: [home, ...names.map((name) => home + '/envs/' + name)] }, null, 2));
} else {
  console.log('solving');
  if (existsSync(home + '/fail')) process.exit(1);
  if (args[1] === 'create' && !existsSync(home + '/lost')) {
    mkdirSync(home + '/envs/' + args[3] + '/bin', { recursive: true });
    symlinkSync(process.execPath, home + '/envs/' + args[3] + '/bin/python');
  }
}
`;

function setUp(files: Readonly<Record<string, string>> = {}) {
  const dir = scratch({
    'code/train.cjs': 'console.log(process.env.CONDA_PREFIX, process.env.PATH.split(":")[0])',
    'conda/conda': conda,
    ...files,
  });
  chmodSync(join(dir, 'conda/conda'), 0o755);
  const settings: LocalRunSettings = {
    trainingFiles: { codeDir: join(dir, 'code'), bootFile: 'train.cjs' },
    environment: new Environment('pets', CondaDependencies.create({ condaPackages: ['python=3.10'] })),
    jobName: 'first',
  };
  const lines: string[] = [];
  const options = {
    workDir: join(dir, 'work'),
    condaProgram: join(dir, 'conda/conda'),
    onOutput: (line: string) => lines.push(line),
  };
  return { dir, settings, options, lines, spec: join(dir, 'work/environment.yml') };
}

const specs: readonly (readonly [packages: CondaPackages, dependencies: unknown])[] = [
  [{}, ['python']],
  [{ condaPackages: ['numpy', 'python>=3.9'] }, ['numpy', 'python>=3.9']],
  [{ condaPackages: ['python-dateutil'] }, ['python', 'python-dateutil']],
  [{ pipPackages: ['torch==2.3.0'] }, ['python', 'pip', { pip: ['torch==2.3.0'] }]],
  [{ condaPackages: ['pip=24'], pipPackages: ['a: b #c'] }, ['python', 'pip=24', { pip: ['a: b #c'] }]],
];

test.each(specs)('the description of %j', (packages, dependencies) => {
  const channels = ['conda-forge', 'nodefaults'];
  const spec = new Environment('x', CondaDependencies.create({ ...packages, channels })).toSpec();
  expect(parse(spec)).toEqual({ name: 'x', channels, dependencies });
  expect(parse(new Environment('x', CondaDependencies.create(packages)).toSpec())).toEqual({
    name: 'x',
    dependencies,
  });
});

test.each(['', 'base', '../x', '-n', 'a b', 'a\nb'])('no environment is called %j', (name) => {
  expect(() => new Environment(name)).toThrow(
    expect.objectContaining({ code: 'BadOption', hint: expect.any(String) }),
  );
});

test.each([
  { channels: [''] },
  { pipPackages: ['a\nb'] },
  { condaPackages: 'numpy' },
  { condaPackages: [1] },
])('no packages: %j', (packages) => {
  expect(() => CondaDependencies.create(packages as CondaPackages)).toThrow(
    expect.objectContaining({
      code: 'BadOption',
      message: expect.stringContaining(Object.keys(packages)[0]!),
    }),
  );
});

test('an environment is made, then brought up to date, and the program runs in it', async () => {
  const { dir, settings, options, lines, spec } = setUp();
  expect(await planTrainHere(undefined, settings, options)).toMatchObject({
    environment: { name: 'pets', file: spec },
    command: ['python', 'train.cjs'],
  });
  expect(existsSync(options.workDir)).toBe(false);
  for (const _ of ['create', 'update'])
    expect(await trainHere(undefined, settings, options)).toMatchObject({ state: 'Completed' });
  const prefix = join(dir, 'conda/envs/pets');
  const once = ['solving', `${prefix} ${prefix}/bin`];
  expect(lines).toEqual([...once, ...once]);
  expect(readFileSync(join(dir, 'work/first.log'), 'utf8')).toBe(`${once.join('\n')}\n`);
  expect(readFileSync(join(dir, 'conda/calls'), 'utf8').trim().split('\n')).toEqual([
    'env list --json',
    `env create --name pets --file ${spec}`,
    'env list --json',
    'env list --json',
    `env update --name pets --file ${spec}`,
  ]);
  expect(parse(readFileSync(spec, 'utf8'))).toEqual({ name: 'pets', dependencies: ['python=3.10'] });
});

test('without conda: refused, and the description is there', async () => {
  const { settings, options, spec } = setUp();
  const without = { ...options, condaProgram: 'no-such-conda' };
  const expected = { code: 'Unsupported', hint: expect.stringContaining('scriptInterpreter') };
  await expect(planTrainHere(undefined, settings, without)).rejects.toMatchObject(expected);
  expect(existsSync(spec)).toBe(false);
  await expect(trainHere(undefined, settings, without)).rejects.toMatchObject({
    ...expected,
    message: expect.stringContaining(spec),
  });
  expect(parse(readFileSync(spec, 'utf8'))).toMatchObject({ name: 'pets' });
});

test.each([
  ['fail', 'TaskFailed', 'exit code 1'],
  ['odd', 'TaskFailed', 'no JSON'],
  ['lost', 'TaskFailed', 'does not list'],
])('conda goes wrong: %s', async (file, code, says) => {
  const { dir, settings, options } = setUp();
  writeFileSync(join(dir, 'conda', file), '');
  await expect(trainHere(undefined, settings, options)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(says),
  });
});

test('an interpreter that is not there', async () => {
  const { settings, options } = setUp();
  await expect(
    trainHere(undefined, { ...settings, scriptInterpreter: 'no-such-program' }, options),
  ).rejects.toMatchObject({ code: 'NotFound', message: expect.stringContaining('environment pets') });
});
