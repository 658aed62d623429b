import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { LocalStorage } from '../../../src/dataset-io/storage/index.js';
import { acquireLock } from '../../../src/dataset-io/storage/lock.js';
import { isGone, ownIdentity } from '../../../src/dataset-io/storage/process-identity.js';
import { guardFor } from '../../../src/dataset-io/storage/work-files.js';
import { buildForChild, runChild, startChild } from './build-for-child.js';
import { chunksOf, codeOf, contentOf } from './conformance.js';

let built: { url: string; directory: string };
const roots: string[] = [];

beforeAll(() => {
  built = buildForChild();
});
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});
afterAll(() => {
  rmSync(built.directory, { recursive: true });
});

function freshRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'labelkit-lock-'));
  roots.push(root);
  return root;
}

/** A process id that was in use a moment ago and is not now. */
async function deadPid(): Promise<number> {
  const { stdout } = await runChild('console.log(process.pid)');
  return Number(stdout);
}

const request = (path: string, waitMs = 0) => ({ path, waitMs });
const since = '2026-01-01T00:00:00.000Z';

test('who is gone', async () => {
  const me = ownIdentity();
  expect(isGone(me)).toBe(false);
  expect(isGone({ ...me, pid: await deadPid() })).toBe(true);
  expect(isGone({ ...me, pid: 1, started: '' })).toBe(false);
  // The same number, used again by a later process.
  expect(isGone({ ...me, started: '1' })).toBe(process.platform === 'linux');
  expect(isGone({ ...me, boot: 'an earlier boot' })).toBe(process.platform === 'linux');
  // Nobody can tell about another host or another container.
  expect(isGone({ ...me, host: 'elsewhere', pid: await deadPid() })).toBe(false);
  expect(isGone({ ...me, space: 'pid:[1]', pid: await deadPid() })).toBe(false);
});

test('another process that holds the lock is named, and killed it no longer matters', async () => {
  const root = freshRoot();
  const path = join(root, 'a');
  writeFileSync(path, 'old\n');
  const child = startChild(
    `import { LocalStorage } from ${JSON.stringify(built.url)};
    async function* stuck() { yield Buffer.from('half\\n'); console.log('ready'); await new Promise((r) => setTimeout(r, 600000)); }
    await new LocalStorage().append(${JSON.stringify(path)}, stuck());`,
    [],
  );
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const storage = new LocalStorage();
  await expect(storage.append(path, chunksOf('x\n'))).rejects.toMatchObject({
    code: 'Locked',
    path,
    message: expect.stringContaining(`process ${child.pid} on `),
    hint: expect.stringContaining('.a.labelkit-lock'),
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  await storage.append(path, chunksOf('new\n'));
  expect(await contentOf(storage, path)).toBe('old\nnew\n');
  await new LocalStorage().append(path, chunksOf());
  expect(readdirSync(root)).toEqual(['a']);
});

test('locks of another host and of unknown content are respected', async () => {
  const path = join(freshRoot(), 'a');
  const lock = join(path, '..', '.a.labelkit-lock');
  const storage = new LocalStorage();
  for (const content of [
    JSON.stringify({ ...ownIdentity(), host: 'elsewhere', token: 't', since }),
    'not ours',
    '{"pid":"1"}',
    '',
  ]) {
    writeFileSync(lock, content);
    expect(await codeOf(storage.append(path, chunksOf('x\n')))).toBe('Locked');
    expect(readFileSync(lock, 'utf8')).toBe(content);
  }
  // Killed between making the file and filling it, on a file system without hard links.
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  await storage.append(path, chunksOf('x\n'));
  expect(await contentOf(storage, path)).toBe('x\n');
});

test('many that see the same dead lock: one at a time gets in, also when a taker died before', async () => {
  const root = freshRoot();
  const lockFile = join(root, 'lock');
  const pid = await deadPid();
  for (let round = 0; round < 15; round++) {
    const dead = { ...ownIdentity(), pid, token: `dead${round}`, since };
    writeFileSync(lockFile, JSON.stringify(dead));
    if (round % 3 !== 0) {
      const guard = guardFor(lockFile, dead.token);
      writeFileSync(guard, JSON.stringify({ ...dead, token: 'guard' }));
      if (round % 3 === 2)
        writeFileSync(guardFor(guard, 'guard'), JSON.stringify({ ...dead, token: 'guard of guard' }));
    }
    let inside = 0;
    let done = 0;
    const contender = async () => {
      const lock = await acquireLock(lockFile, request(lockFile, 300_000));
      inside++;
      expect(inside).toBe(1);
      await sleep(1);
      expect(await lock.isHeld()).toBe(true);
      inside--;
      done++;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 8 }, contender));
    expect(done).toBe(8);
    expect(readdirSync(root)).toEqual([]);
  }
});

test('a lock removed by hand is not held, and giving it up harms nobody', async () => {
  const lockFile = join(freshRoot(), 'lock');
  const first = await acquireLock(lockFile, request(lockFile));
  rmSync(lockFile);
  const second = await acquireLock(lockFile, request(lockFile));
  expect(await first.isHeld()).toBe(false);
  await first.release();
  expect(await second.isHeld()).toBe(true);
  await second.release();
});

test('four processes append to one file at the same time: no line lost, none twice, none cut', async () => {
  const root = freshRoot();
  const path = join(root, 'a');
  const script = (id: number): string => `
    import { LocalStorage } from ${JSON.stringify(built.url)};
    const storage = new LocalStorage();
    for (let i = 0; i < 15; i++) {
      const lines = async function* () { for (let k = 0; k < 3; k++) yield Buffer.from('${id}:' + i + ':' + k + ':' + 'x'.repeat(20000) + '\\n'); };
      await storage.append(${JSON.stringify(path)}, lines(), { waitMs: 300000 });
    }`;
  const results = await Promise.all([0, 1, 2, 3].map((id) => runChild(script(id))));
  expect(results.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(['0', '0', '0', '0']);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.every((line) => line.endsWith(`:${'x'.repeat(20_000)}`))).toBe(true);
  expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(':')))).size).toBe(4 * 15 * 3);
  expect(lines.length).toBe(4 * 15 * 3);
  expect(readdirSync(root)).toEqual(['a']);
});
