import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LocalStorage, openTree } from '../../../src/dataset-io/storage/index.js';
import { randomFor } from '../../support/random.js';
import { buildForChild, runChild, startChild } from './build-for-child.js';
import { chunksOf, contentOf } from './conformance.js';

let built: { url: string; directory: string };
let root: string;

beforeAll(() => {
  built = buildForChild();
  root = mkdtempSync(join(tmpdir(), 'labelkit-kill-'));
});
afterAll(() => {
  rmSync(built.directory, { recursive: true });
  rmSync(root, { recursive: true });
});

/**
 * Writes over and over until it is killed, and says `ready` after the first time: so each child also shows
 * that the one killed before it left nothing in the way.
 */
const writer = (kind: 'overwrite' | 'append' | 'appendInPlace'): string => `
  import { createHash } from 'node:crypto';
  import { LocalStorage } from ${JSON.stringify(built.url)};
  process.stdin.resume().on('end', () => process.exit());
  const [path, id] = process.argv.slice(-2);
  const storage = new LocalStorage();
  for (let i = 0; ; i++) {
    ${
      kind === 'overwrite'
        ? `const size = 1 + (i * 7919) % 200;
    const source = async function* () {
      const hash = createHash('sha256');
      for (let k = 0; k < size; k++) {
        const piece = Buffer.from((id + ' ' + i + ' ' + k + ' ').repeat(1000) + '\\n');
        hash.update(piece);
        yield piece;
      }
      yield Buffer.from(hash.digest('hex'));
    };
    await storage.writeAtomic(path, source(), { mode: 'overwrite' });`
        : `const count = 1 + (i * 7919) % 120;
    const source = async function* () {
      for (let k = 1; k <= count; k++) yield Buffer.from(id + ' ' + i + ' ' + k + ' ' + count + ' ' + 'x'.repeat(10000) + '\\n');
    };
    await storage.append(path, source(), { waitMs: 300000, inPlace: ${kind === 'appendInPlace'} });`
    }
    if (i === 0) console.log('ready');
  }`;

/** How many were killed, and how many of them while something was half done on the disk. */
let kills = 0;
let midway = 0;

async function killOne(script: string, path: string, id: string, delayMs: number): Promise<void> {
  const child = startChild(script, [path, id]);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_, signal) => resolve(signal)),
  );
  await Promise.race([new Promise((resolve) => child.stdout?.once('data', resolve)), ended]);
  await sleep(delayMs);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  kills++;
  if (readdirSync(root).some((name) => name.includes(`-${child.pid}-`) || name.endsWith('-journal')))
    midway++;
}

/** Content of `overwrite` ends with the digest of all before it. */
function isComplete(content: string): boolean {
  const body = content.slice(0, -64);
  return createHash('sha256').update(body).digest('hex') === content.slice(-64);
}

/** Appended batches must be whole, in order and one after the other. Gives their number. */
function countBatches(content: string): number {
  expect(content.endsWith('\n')).toBe(true);
  let batches = 0;
  let expected = '';
  for (const line of content.slice(0, -1).split('\n')) {
    if (line.startsWith('base')) continue;
    const [id, i, k, count, x] = line.split(' ');
    if (expected === '') expect(k).toBe('1');
    else expect(`${id} ${i} ${k}`).toBe(expected);
    expect(x?.length).toBe(10_000);
    expected = k === count ? '' : `${id} ${i} ${Number(k) + 1}`;
    if (expected === '') batches++;
  }
  expect(expected).toBe('');
  return batches;
}

test.concurrent('killed while overwriting: the old or the new content, never a mix', async () => {
  const random = randomFor(1);
  const path = join(root, 'overwritten');
  for (let round = 0; round < 20; round++) {
    await killOne(writer('overwrite'), path, `o${round}`, random.below(40));
    expect(isComplete(readFileSync(path, 'utf8'))).toBe(true);
  }
  await new LocalStorage().writeAtomic(path, Buffer.from('end'), { mode: 'overwrite' });
  expect(readFileSync(path, 'utf8')).toBe('end');
});

test.concurrent('killed while appending by copy: whole batches for every reader', async () => {
  const random = randomFor(2);
  const path = join(root, 'appended');
  let before = 0;
  for (let round = 0; round < 20; round++) {
    await killOne(writer('append'), path, `a${round}`, random.below(40));
    const batches = countBatches(readFileSync(path, 'utf8'));
    expect(batches).toBeGreaterThan(before);
    before = batches;
  }
});

test.concurrent('killed while appending in place: whole batches for our readers, and for all after the next append', async () => {
  const random = randomFor(3);
  const path = join(root, 'lengthened');
  const storage = new LocalStorage();
  writeFileSync(path, `base${'x'.repeat(1_500_000)}\n`);
  let before = 0;
  for (let round = 0; round < 20; round++) {
    await killOne(writer('appendInPlace'), path, `p${round}`, random.below(40));
    const batches = countBatches(await contentOf(storage, path));
    expect(batches).toBeGreaterThan(before);
    before = batches;
    if (round % 5 === 4) {
      await storage.append(path, chunksOf('base\n'), { inPlace: true });
      expect(countBatches(readFileSync(path, 'utf8'))).toBe(batches);
    }
  }
});

test('several appenders of one file, killed one after the other', async () => {
  const random = randomFor(4);
  const path = join(root, 'contested');
  for (let round = 0; round < 4; round++) {
    const ids = [0, 1, 2].map((n) => `c${round}n${n}`);
    await Promise.all(ids.map((id) => killOne(writer('append'), path, id, random.below(60))));
    const content = readFileSync(path, 'utf8');
    countBatches(content);
    for (const id of ids) expect(content.includes(`${id} 0 1 `)).toBe(true);
  }
});

test('nothing that killed writers left stays', async () => {
  console.info(`${kills} writers killed, ${midway} of them midway`);
  expect(kills).toBeGreaterThanOrEqual(50);
  expect(midway).toBeGreaterThan(0);
  for (const name of ['overwritten', 'appended', 'lengthened', 'contested']) {
    const path = join(root, name);
    const size = readFileSync(path).length;
    await new LocalStorage().append(path, chunksOf('end\n'));
    expect(readFileSync(path).length).toBeGreaterThan(size > 1_000_000 ? 1_000_000 : 3);
  }
  expect(readdirSync(root).sort()).toEqual(['appended', 'contested', 'lengthened', 'overwritten']);
});

test('a folder that a killed process was writing is in nobody’s way, and goes', async () => {
  const directory = mkdtempSync(join(root, 'tree-'));
  const leaveHalf = () =>
    runChild(
      `import { LocalStorage, openTree } from ${JSON.stringify(built.url)};
       const tree = await openTree(new LocalStorage(), ${JSON.stringify(join(directory, 'out'))}, 'create');
       tree.add('Annotations/a.xml', Buffer.from('half'));
       process.kill(process.pid, 'SIGKILL');`,
    );
  const left = () => readdirSync(directory).filter((name) => name.endsWith('.tmp')).length;

  expect((await leaveHalf()).signal).toBe('SIGKILL');
  expect(left()).toBe(1);
  await new LocalStorage().writeAtomic(join(directory, 'file'), Buffer.from('x'));
  expect(readdirSync(directory)).toEqual(['file']);

  expect((await leaveHalf()).signal).toBe('SIGKILL');
  expect(left()).toBe(1);
  const tree = await openTree(new LocalStorage(), join(directory, 'out'), 'create');
  expect(left()).toBe(1);
  tree.add('Annotations/a.xml', Buffer.from('whole'));
  await tree.commit();
  expect(readdirSync(directory).sort()).toEqual(['file', 'out']);
});
