import { resolve } from 'node:path';
import { nameAt } from '../../cloud/training/legacy/index.js';
import { LabelkitError, OptionError, StorageError } from '../../model/index.js';
import { obsPath as inObs } from '../import/requests.js';
import { containedPath, joinLocation, parseLocation } from '../storage/index.js';
import { type StorageHolder, storageOf } from '../storages.js';
import { isArchiveName } from './archive.js';
import { type CondaStep, noConda } from './conda.js';
import {
  type CheckedSettings,
  checkedSettings,
  type LegacyLocalRunSettings,
  type LocalRunSettings,
} from './local-settings.js';
import { findProgram } from './program.js';

/** Where a run on this machine keeps its files, and what its program sees. */
export interface PlanLocalRunOptions {
  /** Where downloads, outputs without a place of their own and the log go. Default: `labelkit-<name>`, here. */
  readonly workDir?: string | undefined;
  /** Variables of the program, below `envVariables`. Default: those of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** What makes the `environment`. Default `conda`. */
  readonly condaProgram?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** From where to where files are copied. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** What a run on this machine does, in this order. */
export interface LocalRunPlan {
  readonly name: string;
  readonly downloads: readonly Move[];
  /** Archives, here by now, and the folders that they are unpacked into. */
  readonly unpacks: readonly Move[];
  /** The conda environment that is made or brought up to date, and where its description is written. */
  readonly environment: { readonly name: string; readonly file: string } | undefined;
  /** The program and its arguments; no shell sees them. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Where it is started: the folder of the code. */
  readonly workingDir: string;
  /** Names of the variables that it gets beyond those of this process. */
  readonly variables: readonly string[];
  /** Folders that it may write to; they are made. */
  readonly outputs: readonly { readonly name: string; readonly localPath: string }[];
  readonly uploads: readonly Move[];
  readonly logFile: string;
  /** Where the log is uploaded. */
  readonly logUrl: string | undefined;
}

/** {@link LocalRunPlan} with what is not to be shown. */
export interface ReadyRun {
  readonly plan: LocalRunPlan;
  /** Where the program is; undefined: in the environment that `conda` makes, or what `interpreter` says there. */
  readonly program: string | undefined;
  readonly interpreter: string | undefined;
  readonly conda: CondaStep | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * What {@link trainHere} would do with the same settings. Nothing is copied or started; interpreter, boot file and data
 * are looked for, those in object storage too.
 *
 * @throws as {@link trainHere} before it does anything
 */
export async function planTrainHere(
  session: StorageHolder | undefined,
  settings: LocalRunSettings | LegacyLocalRunSettings,
  options: PlanLocalRunOptions = {},
): Promise<LocalRunPlan> {
  const { plan, conda } = await readyRun(session, settings, options);
  if (conda !== undefined && conda.program === undefined) throw noConda(conda.environment.name);
  return plan;
}

export async function readyRun(
  session: StorageHolder | undefined,
  settings: LocalRunSettings | LegacyLocalRunSettings,
  { workDir, environment: own = process.env, condaProgram = 'conda', signal }: PlanLocalRunOptions,
): Promise<ReadyRun> {
  const checked = checkedSettings(settings);
  const { scriptInterpreter, envVariables = {}, jobName, parameters = [], logUrl } = checked;
  const name = jobName ?? nameAt('job', Date.now());
  const folder = workDir ?? `labelkit-${name}`;
  // Python keeps what it prints until it is much, unless it is told not to.
  const environment = { PYTHONUNBUFFERED: '1', ...own, ...envVariables };

  const code = placesOf({ obsPath: checked.trainingFiles.codeDir, at: joinLocation(folder, 'code') });
  const ofInput = (part: string, of: string) =>
    containedPath(joinLocation(folder, part), of, { single: true });
  const sources = (checked.inputs ?? []).map((input) => {
    const { obsPath, localPath, isLocalSource } = input;
    if (isLocalSource === true || obsPath === undefined)
      return { name: input.name, ...placesOf({ obsPath: localPath! }) };
    const at = localPath ?? ofInput('inputs', input.name);
    return { name: input.name, ...placesOf({ obsPath: inObs(obsPath), at }) };
  });
  const outputs = (checked.outputs ?? []).map((output) => ({
    name: output.name,
    localPath:
      output.localPath ?? containedPath(joinLocation(folder, 'outputs'), output.name, { single: true }),
    to: output.obsPath && inObs(output.obsPath),
  }));

  const conda = checked.environment && {
    environment: checked.environment,
    file: joinLocation(folder, 'environment.yml'),
    program: await findProgram(condaProgram, environment),
  };
  const interpreter = scriptInterpreter ?? (conda === undefined ? 'python3' : 'python');
  const program = conda === undefined ? await findProgram(interpreter, environment) : undefined;
  if (conda === undefined && program === undefined) {
    throw new LabelkitError('NotFound', `there is no program ${JSON.stringify(interpreter)} to run`, {
      hint: 'Say one that is in PATH, or its path (scriptInterpreter, --interpreter).',
    });
  }
  const bootFile = bootFileOf(checked);
  const see = async (path: string, kind: 'file' | 'directory' | undefined, what: string) =>
    await mustBe(path, kind, { what, session, signal });
  await see(joinLocation(code.source, bootFile), 'file', 'the boot file');
  const inputs: (Places & { readonly name: string; readonly archive?: string })[] = [];
  for (const input of sources) {
    const { name: of, source, from, localPath } = input;
    const mayBeFile = from !== undefined || isArchiveName(source);
    const kind = await see(source, mayBeFile ? undefined : 'directory', `the input ${of}`);
    if (kind === 'directory' || !isArchiveName(source)) inputs.push(input);
    else if (from === undefined)
      inputs.push({ ...input, localPath: ofInput('inputs', of), archive: localPath });
    else inputs.push({ ...input, archive: joinLocation(ofInput('archives', of), source.split('/').at(-1)!) });
  }
  const logFile = joinLocation(folder, `${name}.log`);
  return {
    program,
    interpreter: scriptInterpreter,
    conda,
    environment,
    plan: {
      name,
      environment: conda && { name: conda.environment.name, file: conda.file },
      downloads: [
        ...(code.from === undefined ? [] : [{ from: code.from, to: code.localPath }]),
        ...inputs.flatMap(({ name: of, from, localPath, archive }) =>
          from === undefined
            ? []
            : [{ from, to: archive === undefined ? localPath : ofInput('archives', of) }],
        ),
      ],
      unpacks: inputs.flatMap(({ archive, localPath }) =>
        archive === undefined ? [] : [{ from: archive, to: localPath }],
      ),
      command: [
        interpreter,
        bootFile.startsWith('-') ? `./${bootFile}` : bootFile,
        ...[...inputs, ...outputs].map((one) => `--${one.name}=${resolve(one.localPath)}`),
        ...parameters.map((one) => `--${one.name}${one.value === undefined ? '' : `=${one.value}`}`),
      ],
      workingDir: code.localPath,
      variables: Object.keys(envVariables),
      outputs: outputs.map(({ to: _, ...output }) => output),
      uploads: outputs.flatMap(({ localPath, to }) => (to ? [{ from: localPath, to }] : [])),
      logFile,
      logUrl: logUrl && joinLocation(inObs(logUrl), `${name}.log`),
    },
  };
}

/** Where something is, and where the program finds it; `from` is set where it has to be copied. */
interface Places {
  readonly source: string;
  readonly from: string | undefined;
  readonly localPath: string;
}

function placesOf({ obsPath: path, at }: { readonly obsPath: string; readonly at?: string }): Places {
  const location = parseLocation(path);
  if (location.kind === 'obs' && at !== undefined) return { source: path, from: path, localPath: at };
  if (location.kind === 'local') return { source: location.path, from: undefined, localPath: location.path };
  throw new OptionError(`${path} is no folder that can be used here`, {
    hint: 'Say a local folder, or obs://bucket/dir/.',
  });
}

/** Relative to the folder of the code. */
function bootFileOf({ trainingFiles: { codeDir, bootFile } }: CheckedSettings): string {
  return bootFile.startsWith(codeDir) && parseLocation(bootFile).kind === 'obs'
    ? bootFile.slice(codeDir.length)
    : bootFile;
}

/** @param kind undefined: a file or a folder */
async function mustBe(
  path: string,
  kind: 'file' | 'directory' | undefined,
  {
    what,
    session,
    signal,
  }: { what: string; session: StorageHolder | undefined; signal: AbortSignal | undefined },
): Promise<'file' | 'directory' | 'stream'> {
  const found = await storageOf(path, { session }).stat(path, { signal });
  if (found === null) {
    throw new StorageError('NotFound', `${what} is not there: ${path}`, {
      path,
      hint: 'Check the path; nothing was copied and nothing was run.',
    });
  }
  if (kind === undefined || found.kind === kind) return found.kind;
  throw new StorageError(
    kind === 'file' ? 'IsADirectory' : 'NotADirectory',
    `${what} is a ${found.kind === 'directory' ? 'folder' : 'file'}: ${path}`,
    { path, hint: `Name a ${kind === 'file' ? 'file' : 'folder'}.` },
  );
}
