import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * A folder in `cases` is one case: `cmd` is a shell script that is run in a scratch folder holding `inputs`, the
 * example data set as `street`, and whatever else the case's folder holds; `stdout`, `stderr` and `code` are what it
 * must do. UPDATE_GOLDEN=1 writes these three anew: look at the difference before you commit it.
 */
const cases = resolve(import.meta.dirname, 'cases');
const inputs = resolve(import.meta.dirname, 'inputs');
const root = resolve(import.meta.dirname, '../..');
const command = join(root, 'dist/bin/labelkit.js');
const update = process.env['UPDATE_GOLDEN'] === '1';

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

let bin: string;

beforeAll(() => {
  if (!existsSync(command)) throw new Error(`${command} is missing: npm run build`);
  bin = mkdtempSync(join(tmpdir(), 'labelkit-bin-'));
  writeFileSync(join(bin, 'labelkit'), `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(bin, 'labelkit'), 0o755);
});

afterAll(() => rmSync(bin, { recursive: true, force: true }));

/** What differs from run to run and from machine to machine. */
function normalised(text: string, scratch: string, version: string): string {
  return text
    .replaceAll(scratch, '<scratch>')
    .replaceAll(/ in \d+(?:\.\d+)? s$/gm, ' in # s')
    .replaceAll(/"seconds": [\d.]+/g, '"seconds": 0')
    .replaceAll(version, '<version>');
}

function run(script: string, cwd: string): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn('sh', ['-e', '-c', script], {
      cwd,
      env: { PATH: `${bin}${delimiter}${process.env['PATH']}`, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        text[stream] += chunk;
      });
    }
    child.on('error', fail);
    child.on('close', (code) => done({ ...text, code: code ?? -1 }));
  });
}

async function outcomeOf(name: string): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'labelkit-case-'));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  try {
    cpSync(inputs, scratch, { recursive: true });
    cpSync(join(root, 'examples/street'), join(scratch, 'street'), { recursive: true });
    const outcome = await run(readFileSync(join(cases, name, 'cmd'), 'utf8'), scratch);
    const clean = (text: string) => normalised(text, scratch, version);
    return { stdout: clean(outcome.stdout), stderr: clean(outcome.stderr), code: outcome.code };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An absent file stands for an empty one, and an absent code for 0. */
function golden(name: string): Outcome {
  const read = (file: string) => {
    const path = join(cases, name, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  return { stdout: read('stdout'), stderr: read('stderr'), code: Number(read('code')) };
}

function save(name: string, { stdout, stderr, code }: Outcome): void {
  const folder = join(cases, name);
  mkdirSync(folder, { recursive: true });
  const texts = { stdout, stderr, code: code === 0 ? '' : `${code}\n` };
  for (const [file, text] of Object.entries(texts)) {
    rmSync(join(folder, file), { force: true });
    if (text !== '') writeFileSync(join(folder, file), text);
  }
}

describe.concurrent('the command line, word for word', () => {
  test.each(readdirSync(cases).sort())('%s', async (name) => {
    const outcome = await outcomeOf(name);
    if (update) save(name, outcome);
    expect(outcome).toEqual(golden(name));
  });
});
