import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AbortedError, LabelkitError } from '../../model/index.js';
import { ioError } from '../storage/index.js';
import type { StorageHolder } from '../storages.js';
import type { TransferItem } from '../transfer/transfer.js';
import { type ArchiveLimits, unpackArchive } from './archive.js';
import { makeEnvironment, noConda, writeSpec } from './conda.js';
import { type LocalRunPlan, type Move, type PlanLocalRunOptions, readyRun } from './local-plan.js';
import type { LegacyLocalRunSettings, LocalRunSettings } from './local-settings.js';
import { type ProgramEnd, type ProgramOptions, runProgram } from './program.js';

/** How a run on this machine is followed and ended. */
export interface LocalRunOptions extends PlanLocalRunOptions {
  /** Hears each line that the program writes, without its end. */
  readonly onOutput?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  /** Told of each file that is copied. */
  readonly onItem?: ((item: TransferItem) => void) | undefined;
  /** What archives among the inputs may hold. */
  readonly archiveLimits?: ArchiveLimits | undefined;
  /** How long, in ms, the program has to end after an abort before it is killed. Default 5000. */
  readonly graceMs?: number | undefined;
}

/** How a run on this machine ended. */
export interface LocalRunResult {
  readonly name: string;
  /** `Completed`: the program ended with 0. */
  readonly state: 'Completed' | 'Failed';
  /** Undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  /** What ended it: `SIGSEGV`. */
  readonly signal: string | undefined;
  readonly outputs: LocalRunPlan['outputs'];
  readonly uploads: readonly Move[];
  readonly logFile: string;
  readonly logUrl: string | undefined;
}

/**
 * Runs what a training job would run, on this machine: copies what is in object storage here, starts the boot file with
 * `--name=value` for each input, output and parameter, and copies outputs and log to their places, whether the program
 * did well or not. Local folders are used where they are; archives are unpacked into the work folder. A program that fails
 * is no error here: see `state`.
 *
 * @param session  opens `obs://` paths; may be undefined where there are none
 * @throws OptionError for bad settings, of code `Unsupported` for what only the service can do; LabelkitError `Unsupported`
 *   for an `environment` without conda, once its description is written, `NotFound` for an interpreter, a boot file or
 *   data that is not there: all of these before anything is copied. What `transfer` and the unpacking of archives throw;
 *   `TaskFailed` when conda fails. AbortedError once the program and all that it started have ended; nothing is
 *   uploaded then
 */
export async function trainHere(
  session: StorageHolder | undefined,
  settings: LocalRunSettings | LegacyLocalRunSettings,
  options: LocalRunOptions = {},
): Promise<LocalRunResult> {
  const { onOutput, onItem, archiveLimits, signal, graceMs = 5_000 } = options;
  const { plan, program, interpreter, conda, environment } = await readyRun(session, settings, options);
  const { name, command, workingDir, outputs, uploads, logFile, logUrl } = plan;
  if (conda !== undefined) {
    await makeFolder(dirname(conda.file));
    await writeSpec(conda);
    if (conda.program === undefined) throw noConda(conda.environment.name, conda.file);
  }
  const copy = async ({ from, to }: Move) => {
    // Loads object storage, which a run without it does not need.
    const { transfer } = await import('../transfer/transfer.js');
    await transfer(from, to, { session, mode: 'overwrite', keepLastDir: false, onItem, signal });
  };
  for (const download of plan.downloads) await copy(asFolder(download));
  for (const { from, to } of plan.unpacks) await unpackArchive(from, to, { ...archiveLimits, signal });
  for (const folder of [dirname(logFile), ...outputs.map(({ localPath }) => localPath)])
    await makeFolder(folder);
  const log = await openLog(logFile);
  let end: ProgramEnd;
  try {
    const running: ProgramOptions = {
      cwd: workingDir,
      environment,
      signal,
      graceMs,
      onLines: async (lines, stream) => {
        await log.write(lines);
        if (onOutput !== undefined) for (const line of lines) onOutput(line, stream);
      },
    };
    const made =
      conda?.program === undefined
        ? { program: program!, environment }
        : await makeEnvironment(conda.program, { ...conda, file: resolve(conda.file) }, interpreter, running);
    end = await runProgram(made.program, command.slice(1), { ...running, environment: made.environment });
  } finally {
    await log.close();
  }
  const moves = [...uploads, ...(logUrl === undefined ? [] : [{ from: logFile, to: logUrl }])];
  const failures: LabelkitError[] = [];
  for (const move of moves) {
    try {
      await copy(move);
    } catch (error) {
      if (error instanceof AbortedError || !(error instanceof LabelkitError)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0)
    throw notUploaded(failures[0]!, end, [...outputs.map((one) => one.localPath), logFile]);
  return {
    name,
    state: end.exitCode === 0 ? 'Completed' : 'Failed',
    exitCode: end.exitCode ?? undefined,
    signal: end.signal ?? undefined,
    outputs,
    uploads,
    logFile,
    logUrl,
  };
}

/** How a program ended, as a part of a sentence. */
export function endOf({ exitCode, signal }: Pick<LocalRunResult, 'exitCode' | 'signal'>): string {
  return signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`;
}

function notUploaded(cause: LabelkitError, { exitCode, signal }: ProgramEnd, places: readonly string[]) {
  const end = endOf({ exitCode: exitCode ?? undefined, signal: signal ?? undefined });
  return new LabelkitError(
    cause.code,
    `the program ended with ${end}, and not all that it wrote could be uploaded: ${cause.message}`,
    { hint: `It is still in ${places.join(', ')}: copy it with labelkit copy.`, cause },
  );
}

/** One object goes into the folder under its own name. */
function asFolder({ from, to }: Move): Move {
  return { from, to: to.endsWith('/') ? to : `${to}/` };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw ioError(error, 'write', path);
  }
}

/** A file that takes lines of several streams, one batch after the other. */
async function openLog(path: string) {
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw ioError(error, 'write', path);
    }
  };
  const file: FileHandle = await attempt(() => open(path, 'w'));
  let last: Promise<unknown> = Promise.resolve();
  return {
    write: async (lines: readonly string[]): Promise<void> => {
      const write = async () => await attempt(() => file.appendFile(`${lines.join('\n')}\n`));
      const next = last.then(write);
      last = next;
      await next;
    },
    close: async (): Promise<void> => {
      await file.close();
    },
  };
}
