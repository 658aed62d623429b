import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A folder to run lines of `sh` in: it holds `examples`, and `labelkit` is the built command and the built package. Call
 * `close` at the end.
 *
 * @param files  further files: path in the folder → path in the project
 * @param service  also start object storage and a service on loopback, with their addresses and keys in the environment
 */
export async function openScratch({ files = {}, service = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'labelkit-examples-'));
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const command = join(root, 'dist/bin/labelkit.js');
  writeFileSync(join(bin, 'labelkit'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(bin, 'labelkit'), 0o755);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/labelkit'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const [to, from] of Object.entries({ examples: 'examples', ...files })) {
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(join(root, from), join(folder, to), { recursive: true });
  }
  const standIn = service ? await startStandIn() : undefined;
  const env = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    LANG: 'C.UTF-8',
    LABELKIT_CONFIG: join(folder, '.config.json'),
    ...standIn?.environment,
  };
  return {
    folder,
    /** Runs lines of `sh`; what they print on both outputs comes as a terminal would show it. */
    run(lines) {
      const { status, stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${lines}`], {
        cwd: folder,
        env,
        encoding: 'utf8',
        maxBuffer: 64 * 2 ** 20,
      });
      return { status, output: stdout.replaceAll(folder, '.') };
    },
    async close() {
      await standIn?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What `npm run stand-in` starts, in a process of its own. */
async function startStandIn() {
  const program = join(root, 'test/server/modelarts/run.mjs');
  const child = spawn(process.execPath, [program, '--json', '--stage-ms', '0', '--version-ms', '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    ...JSON.parse(String(line)),
    async close() {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    },
  };
}

/** Text without what differs from run to run: durations, times of day, and names and addresses made of them. */
export function steady(text) {
  return text
    .replaceAll(/\b(in )[\d.]+( s)\b/g, '$10.01$2')
    .replaceAll(/("seconds": )[\d.]+/g, '$10.01')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-01-31T12:00:00Z')
    .replaceAll(/-[0-9a-z]{8}(\.manifest)/g, '-mk2h8x0q$1')
    .replaceAll(/\b(127\.0\.0\.1):\d+/g, '$1:8080');
}

/**
 * Runs the examples of a command, which are in `scripts/command-examples/<verb>.mjs`.
 *
 * @returns them with what they printed
 * @throws Error when there are none, or one ends with another exit status than it says
 */
export async function runExamples(verb) {
  const path = join(root, 'scripts/command-examples', `${verb}.mjs`);
  if (!existsSync(path)) throw new Error(`labelkit ${verb} has no examples: write ${path}`);
  const { examples, files, service } = await import(pathToFileURL(path).href);
  const scratch = await openScratch({ files, service });
  try {
    return examples.map(({ of = verb, what, before, run, status = 0 }) => {
      if (before !== undefined) expectStatus(before, scratch.run(`set -e\n${before}`), 0);
      const done = scratch.run(run);
      expectStatus(run, done, status);
      return { of, what, run, status, output: steady(done.output) };
    });
  } finally {
    await scratch.close();
  }
}

function expectStatus(lines, { status, output }, expected) {
  if (status !== expected) throw new Error(`${lines}\nended with ${status}, not ${expected}:\n${output}`);
}
