import { writeFile } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { LabelkitError, OptionError } from '../../model/index.js';
import { ioError } from '../storage/index.js';
import { findProgram, type ProgramOptions, runProgram } from './program.js';

/** What an environment is made of: channels, and packages by name and version. */
export interface CondaPackages {
  /** Where conda looks, first to last: `conda-forge`. Default: as conda is set up. */
  readonly channels?: readonly string[] | undefined;
  /** As in a requirements file: `torch==2.3.0`. */
  readonly pipPackages?: readonly string[] | undefined;
  /** As conda has it: `python=3.10`. Python is added when it is not among them. */
  readonly condaPackages?: readonly string[] | undefined;
}

/** What is installed in an {@link Environment}. */
export class CondaDependencies {
  readonly packages: CondaPackages;

  private constructor(packages: CondaPackages) {
    this.packages = packages;
  }

  /** @throws OptionError for what is no list of texts of one line */
  static create(packages: CondaPackages = {}): CondaDependencies {
    for (const name of ['channels', 'pipPackages', 'condaPackages'] as const) {
      const list: unknown = packages[name] ?? [];
      const isText = (one: unknown) => typeof one === 'string' && /^\S(?:.*\S)?$/.test(one);
      if (!Array.isArray(list) || !list.every(isText))
        throw new OptionError(`${name} is ${JSON.stringify(list)}`, {
          hint: 'Say a list of texts of one line.',
        });
    }
    return new CondaDependencies(packages);
  }
}

/** A conda environment that a run on this machine works in. */
export class Environment {
  readonly name: string;
  conda: CondaDependencies;

  /** @throws OptionError for a name that is not letters, digits, `_`, `.` and `-`, or is `base` */
  constructor(name: string, conda: CondaDependencies = CondaDependencies.create()) {
    if (!/^\w[\w.-]*$/.test(name) || name === 'base') {
      throw new OptionError(`the environment is called ${JSON.stringify(name)}`, {
        hint: 'Say letters, digits, _, . and -, and not base, which is that of conda itself.',
      });
    }
    this.name = name;
    this.conda = conda;
  }

  /** What `conda env create --file` takes: YAML. */
  toSpec(): string {
    const { channels, pipPackages = [], condaPackages = [] } = this.conda.packages;
    const has = (name: string) => condaPackages.some((one) => one.replace(/[\s=<>!~[].*$/, '') === name);
    const dependencies = [
      ...(has('python') ? [] : ['python']),
      ...condaPackages,
      ...(pipPackages.length === 0 ? [] : [...(has('pip') ? [] : ['pip']), { pip: pipPackages }]),
    ];
    return stringify({ name: this.name, channels, dependencies }, { lineWidth: 0 });
  }
}

/** What has to be made before a program can run in an environment. */
export interface CondaStep {
  readonly environment: Environment;
  /** Where its description is written. */
  readonly file: string;
  /** Where conda is; undefined: nowhere. */
  readonly program: string | undefined;
}

export function noConda(name: string, file?: string): LabelkitError {
  const written = file === undefined ? '' : `; what it would be made of is in ${file}`;
  return new LabelkitError(
    'Unsupported',
    `there is no conda to make the environment ${name} with${written}`,
    {
      hint: 'Put conda in PATH, or make it elsewhere and name its interpreter: scriptInterpreter: <environment>/bin/python.',
    },
  );
}

export async function writeSpec({ environment, file }: CondaStep): Promise<void> {
  try {
    await writeFile(file, environment.toSpec());
  } catch (error) {
    throw ioError(error, 'write', file);
  }
}

/**
 * Has conda make the environment, or bring one of that name up to date.
 *
 * @param interpreter  a program in it or elsewhere. Default: its Python
 * @returns the interpreter, and the variables of a program in the environment
 * @throws LabelkitError `TaskFailed` when conda fails, `NotFound` without the interpreter; AbortedError
 */
export async function makeEnvironment(
  conda: string,
  { environment: { name }, file }: CondaStep,
  interpreter: string | undefined,
  options: ProgramOptions,
): Promise<{ program: string; environment: ProgramOptions['environment'] }> {
  const found = await prefixOf(conda, name, options);
  await run(
    conda,
    ['env', found === undefined ? 'create' : 'update', '--name', name, '--file', file],
    options,
  );
  const prefix = found ?? (await prefixOf(conda, name, options));
  if (prefix === undefined)
    throw new LabelkitError('TaskFailed', `conda does not list the environment ${name} that it made`, {
      hint: 'See conda env list.',
    });
  const programs = process.platform === 'win32' ? prefix : join(prefix, 'bin');
  const environment = {
    ...options.environment,
    PATH: [programs, options.environment['PATH']].filter(Boolean).join(delimiter),
    CONDA_PREFIX: prefix,
    CONDA_DEFAULT_ENV: name,
  };
  const wanted = interpreter ?? join(programs, 'python');
  const program = await findProgram(wanted, environment);
  if (program === undefined) {
    throw new LabelkitError('NotFound', `there is no program ${wanted} in the environment ${name}`, {
      hint: 'Name another scriptInterpreter, or the package that has it.',
    });
  }
  return { program, environment };
}

async function prefixOf(conda: string, name: string, options: ProgramOptions): Promise<string | undefined> {
  const args = ['env', 'list', '--json'];
  const texts: string[] = [];
  const onLines: ProgramOptions['onLines'] = async (lines, stream) => {
    if (stream === 'stdout') texts.push(...lines);
  };
  await run(conda, args, { ...options, onLines });
  let envs: unknown;
  try {
    ({ envs } = JSON.parse(texts.join('\n')) as { envs?: unknown });
  } catch (error) {
    throw condaFailed(args, 'what it says is no JSON', error);
  }
  if (!Array.isArray(envs)) throw condaFailed(args, 'it says no list of environments');
  return envs.find(
    (path): path is string => typeof path === 'string' && basename(path) === name && dirname(path) !== path,
  );
}

async function run(conda: string, args: readonly string[], options: ProgramOptions): Promise<void> {
  const { exitCode, signal } = await runProgram(conda, args, options);
  if (exitCode !== 0)
    throw condaFailed(args, exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`);
}

function condaFailed(args: readonly string[], says: string, cause?: unknown): LabelkitError {
  return new LabelkitError('TaskFailed', `conda ${args.join(' ')}: ${says}`, {
    hint: 'See the log of the run; nothing was run in the environment.',
    cause,
  });
}
