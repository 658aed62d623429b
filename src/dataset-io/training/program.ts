import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { LabelkitError, throwIfAborted } from '../../model/index.js';

export interface ProgramOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gets lines as they come, without their ends; the program waits while it works. */
  readonly onLines: (lines: readonly string[], stream: 'stdout' | 'stderr') => Promise<void>;
  /** Ends the program and all that it started. */
  readonly signal?: AbortSignal | undefined;
  /** How long, in ms, a program has to end after it was asked to. */
  readonly graceMs: number;
}

export interface ProgramEnd {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

const isWindows = process.platform === 'win32';

/** Where a program is that is named by its path, or as a shell finds it. Undefined: nowhere. */
export async function findProgram(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const folders = /[\\/]/.test(name) ? [''] : (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const endings = isWindows ? ['', ...(environment['PATHEXT'] ?? '.EXE').split(';')] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const path = isAbsolute(name) ? name + ending : resolve(join(folder, name + ending));
      if (await canRun(path)) return path;
    }
  }
  return undefined;
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not for us: what comes later in PATH may be.
    return false;
  }
}

/**
 * Runs a program without a shell, in a process group of its own, to its end.
 *
 * @throws LabelkitError `Io` when it cannot be started; AbortedError once it and all it started have ended
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, environment, onLines, signal, graceMs }: ProgramOptions,
): Promise<ProgramEnd> {
  throwIfAborted(signal);
  let child: ReturnType<typeof start>;
  try {
    child = start(program, args, cwd, environment);
  } catch (error) {
    throw notStarted(program, error);
  }
  const end = (how: NodeJS.Signals) => signalGroup(child, how);
  const endNow = () => end('SIGKILL');
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    end('SIGTERM');
    timer = setTimeout(endNow, graceMs);
  };
  process.once('exit', endNow);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<ProgramEnd>((done, failed) => {
      child.once('error', (error) => failed(notStarted(program, error)));
      child.once('close', (exitCode, by) => done({ exitCode, signal: by }));
    });
    const read = (['stdout', 'stderr'] as const).map(async (name) => {
      try {
        for await (const lines of lineBatches(child[name])) await onLines(lines, name);
      } catch (error) {
        endNow();
        throw error;
      }
    });
    const outcomes = await Promise.allSettled([ended, ...read]);
    // What it started may not have heard of the end.
    if (signal?.aborted === true) endNow();
    throwIfAborted(signal);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return await ended;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    process.removeListener('exit', endNow);
  }
}

function start(program: string, args: readonly string[], cwd: string, env: ProgramOptions['environment']) {
  return spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows,
    windowsHide: true,
  });
}

/** The error underneath holds all arguments, and is not handed on. */
function notStarted(program: string, error: unknown): LabelkitError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return new LabelkitError('Io', `${program} cannot be started: ${code}`, {
    hint:
      code === 'E2BIG' ? 'Say fewer or shorter parameters and variables.' : 'Check that it runs by itself.',
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (isWindows) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // All of them have ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const longestLine = 65_536;

/** The lines of a stream, as many at a time as there are. A progress bar's carriage return ends a line, too. */
async function* lineBatches(stream: Readable): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of stream.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    if (rest.length > longestLine) {
      lines.push(rest);
      rest = '';
    }
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest.replace(/\r$/, '')];
}
