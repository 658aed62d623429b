import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';

const command = resolve(import.meta.dirname, '../../dist/bin/labelkit.js');
const line = Buffer.from('{"source":"obs://bucket/1.jpg","usage":"TRAIN"}\n');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labelkit-interrupt-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: string[]) {
  const child = spawn(process.execPath, [command, ...args], { cwd: folder });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  // The command may go away while it is being fed; that is what these tests are about.
  child.stdin.on('error', () => undefined);
  const end = new Promise<number | null>((done) => {
    child.on('close', (code) => done(code));
  });
  return { child, said, end };
}

/** Feeds lines until the command has begun to write its hidden file. */
async function untilItWrites(child: ChildProcessWithoutNullStreams): Promise<void> {
  const some = Buffer.concat(Array.from({ length: 20_000 }, () => line));
  while (readdirSync(folder).length === 0) {
    child.stdin.write(some);
    await sleep(20);
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while writing leaves nothing and exits with 130',
  async (signal) => {
    const { child, said, end } = start(
      'convert',
      '-',
      'out.manifest',
      '--from',
      'manifest',
      '--to',
      'manifest',
    );
    await untilItWrites(child);
    child.kill(signal);
    expect(await end).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
    expect(said).toEqual({ stdout: '', stderr: 'interrupted; nothing was left half-written\n' });
  },
);

test('a reader that goes away ends the command, without a word and with success', async () => {
  const { child, end, said } = start(
    'convert',
    '-',
    '-',
    '--from',
    'manifest',
    '--to',
    'manifest',
    '--quiet',
  );
  child.stdout.destroy();
  for (let i = 0; i < 200 && child.exitCode === null; i++) {
    child.stdin.write(Buffer.concat(Array.from({ length: 5000 }, () => line)));
    await sleep(5);
  }
  child.stdin.end();
  expect(await end).toBe(0);
  expect(said.stderr).toBe('');
});
