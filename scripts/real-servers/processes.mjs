import { execFile, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
/** A server that is not ready by then is not going to be, in ms. */
const startMs = 120_000;
/** Given to a server for ending by itself, in ms. */
const stopMs = 5_000;

/** Where programs of the system are; a user's path may leave some of these out. */
const folders = [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  ...['/usr/local/sbin', '/usr/sbin', '/sbin'],
];

/** Those of the programs that are not installed. */
export function missingPrograms(names) {
  return names.filter((name) => pathOf(name) === undefined);
}

/** The full path of a program; undefined when it is not installed. */
export function pathOf(name) {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(error.code)) return false;
    throw error;
  }
}

const env = { ...process.env, PATH: [...new Set(folders)].join(delimiter) };

/** Runs a program to its end and gives what it printed. */
export async function run(program, args) {
  const { stdout } = await execute(program, args, { env, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** Ports that are free now, on this machine only. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The programs that make up one service, each with a log file in the service's folder. */
export class Processes {
  #folder;
  #running = [];
  #isStopped = false;

  constructor(folder) {
    this.#folder = folder;
  }

  /** Starts a program that stays; `ready` is asked until it says true. */
  async start(name, program, args, ready) {
    if (this.#isStopped) throw new Error(`${name} is not started any more`);
    const log = join(this.#folder, `${name}.log`);
    const output = openSync(log, 'w');
    const child = spawn(program, args, { env, stdio: ['ignore', output, output] });
    closeSync(output);
    let end;
    const over = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`));
    }).then((why) => {
      end = why;
    });
    this.#running.push({ child, over, hasEnded: () => end !== undefined });
    const until = Date.now() + startMs;
    while (!(await ready())) {
      if (end === undefined && Date.now() < until) {
        await Promise.race([sleep(100), over]);
        continue;
      }
      const last = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
      throw new Error(`${program} did not start: ${end ?? `not ready after ${startMs} ms`}\n${last}`);
    }
  }

  /** Ends them all, the last one first. */
  async stop() {
    this.#isStopped = true;
    for (const { child, over, hasEnded } of this.#running.splice(0).reverse()) {
      if (hasEnded()) continue;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await over;
      clearTimeout(timer);
    }
  }
}

/** True when a server at the port answers requests, whatever it says. */
export async function answers(port, path = '/') {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    await answer.arrayBuffer();
    return answer.status < 500;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
