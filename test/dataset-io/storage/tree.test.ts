import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  LocalStorage,
  MemoryStorage,
  openTree,
  type Storage,
  type TreeMode,
} from '../../../src/dataset-io/storage/index.js';
import { StorageError } from '../../../src/model/index.js';
import { filesIn, scratch } from '../../support/scratch.js';
import { all } from '../folder.js';

/** Bytes of a size in which no two places near each other look alike, different for each number. */
function noise(number: number, size: number): Buffer {
  const parts = Array.from({ length: 2048 }, (_, at) =>
    createHash('sha256').update(`${number}/${at}`).digest(),
  );
  return Buffer.alloc(size, Buffer.concat(parts).subarray(0, 65_521));
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function contentOf(storage: MemoryStorage, folder: string): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for await (const { name, path } of storage.list(folder, { recursive: true }))
    found[name] = Buffer.concat(await all(storage.openRead(path)));
  return found;
}

test('a folder for a storage that cannot rename: whatever its size, every byte arrives, and nothing before the commit', async () => {
  const storage = new MemoryStorage();
  const tree = await openTree(storage, 'mem://out', 'create');
  const sizes = [
    0,
    1,
    1_000_000,
    3_000_000,
    1_500_000,
    4 * 1024 * 1024,
    4 * 1024 * 1024 + 1,
    9_000_000,
    17,
    2_000_000,
  ];
  const expected: Record<string, string> = {};
  const list: Buffer[] = [];
  for (const [number, size] of sizes.entries()) {
    const bytes = noise(number, size);
    expected[`data/${number}.bin`] = digest(bytes);
    // What is given may be used again at once.
    const lent = Buffer.from(bytes);
    tree.add(`data/${number}.bin`, lent);
    lent.fill(0);
    const row = Buffer.from(`${number}\n`);
    list.push(Buffer.from(row));
    tree.lengthen('list.txt', row);
    row.fill(0);
  }
  expected['list.txt'] = digest(Buffer.concat(list));
  expect(await storage.stat('mem://out')).toBeNull();
  await tree.commit();
  await tree.abort();
  const found = await contentOf(storage, 'mem://out');
  expect(Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, digest(bytes)]))).toEqual(
    expected,
  );
});

test.each(['mem', 'file'] as const)('%s: names are taken once, and stay inside', async (kind) => {
  const storage = kind === 'mem' ? new MemoryStorage() : new LocalStorage();
  const folder = kind === 'mem' ? 'mem://out' : join(scratch(), 'out');
  const source = new MemoryStorage();
  await source.writeAtomic('mem://a.jpg', Buffer.from('A'));
  const tree = await openTree(storage, folder, 'create');
  tree.add('a.xml', Buffer.from('a'));
  tree.addFile('a.jpg', { storage: source, path: 'mem://a.jpg' }, 'copy');
  tree.lengthen('list', Buffer.from('a\n'));
  expect(['a.xml', 'a.jpg', 'list', 'b'].map((name) => tree.has(name))).toEqual([true, true, true, false]);
  for (const name of ['a.xml', 'a.jpg']) {
    expect(() => tree.add(name, Buffer.from('x'))).toThrow(`${name} has been written already`);
    expect(() => tree.addFile(name, { storage: source, path: 'mem://a.jpg' }, 'copy')).toThrow('already');
  }
  expect(() => tree.add('../out.txt', Buffer.from('x'))).toThrow('climbs out');
  await tree.abort();
  expect(await storage.stat(folder)).toBeNull();
});

test('files of another storage are fetched when a folder on the disk is put into place', async () => {
  const source = new MemoryStorage();
  const names = Array.from({ length: 30 }, (_, i) => `deep/${i % 3}/${i}.jpg`);
  for (const [i, name] of names.entries()) await source.writeAtomic(`mem://${name}`, noise(i, 1000));
  const folder = join(scratch(), 'out');
  const tree = await openTree(new LocalStorage(), folder, 'create');
  for (const name of names) tree.addFile(name, { storage: source, path: `mem://${name}` }, 'copy');
  expect(existsSync(folder)).toBe(false);
  await tree.commit();
  expect(Object.keys(filesIn(folder)).sort()).toEqual([...names].sort());
});

test('one that cannot be fetched leaves nothing on the disk', async () => {
  const directory = scratch();
  const tree = await openTree(new LocalStorage(), join(directory, 'out'), 'create');
  tree.add('a.xml', Buffer.from('a'));
  tree.addFile('a.jpg', { storage: new MemoryStorage(), path: 'mem://none.jpg' }, 'copy');
  await expect(tree.commit()).rejects.toMatchObject({ code: 'NotFound' });
  await tree.abort();
  expect(filesIn(directory)).toEqual({});
});

test.each<[TreeMode, object]>([
  ['overwrite', { 'same.xml': 'same', 'other.xml': 'new', list: 'new\n', 'old.xml': 'old' }],
  ['append', { 'same.xml': 'same', list: 'old\nnew\n', 'old.xml': 'old' }],
])('mode %s into a folder with something in it', async (mode, expected) => {
  const storage = new MemoryStorage();
  const before = { 'same.xml': 'same', 'other.xml': 'old', list: 'old', 'old.xml': 'old' };
  for (const [name, text] of Object.entries(before))
    await storage.writeAtomic(`mem://out/${name}`, Buffer.from(text));
  if (mode === 'append') await storage.delete('mem://out/other.xml');
  await expect(openTree(storage, 'mem://out', 'create')).rejects.toMatchObject({ code: 'AlreadyExists' });
  const written: [number, number][] = [];
  const tree = await openTree(storage, 'mem://out', mode, { onWritten: (...counts) => written.push(counts) });
  tree.add('same.xml', Buffer.from('same'));
  if (mode === 'overwrite') tree.add('other.xml', Buffer.from('new'));
  tree.lengthen('list', Buffer.from('new\n'));
  await tree.commit();
  const found = await contentOf(storage, 'mem://out');
  expect(Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, String(bytes)]))).toEqual(
    expected,
  );
  const [last] = written.slice(-1);
  expect(last?.[0]).toBe(last?.[1]);
});

test('append writes nothing when a file is there with other content', async () => {
  const storage = new MemoryStorage();
  await storage.writeAtomic('mem://out/a.xml', Buffer.from('old'));
  const tree = await openTree(storage, 'mem://out', 'append');
  tree.add('a.xml', Buffer.from('new'));
  tree.add('b.xml', Buffer.from('b'));
  await expect(tree.commit()).rejects.toMatchObject({ code: 'AlreadyExists', path: 'mem://out/a.xml' });
  await tree.abort();
  expect(Object.keys(await contentOf(storage, 'mem://out'))).toEqual(['a.xml']);
});

describe.each(['mem', 'file'] as const)('several writers append to one folder, %s', (kind) => {
  function place() {
    const root = kind === 'mem' ? 'mem://out' : join(scratch(), 'out');
    return { storage: kind === 'mem' ? new MemoryStorage() : new LocalStorage(), root };
  }
  const text = async (storage: Storage, path: string) =>
    Buffer.concat(await all(storage.openRead(path))).toString();

  test.each(['a new folder', 'one that is there'])('nothing is lost: %s', async (state) => {
    const { storage, root } = place();
    if (state !== 'a new folder') {
      await storage.makeDir(root);
      await storage.writeAtomic(`${root}/list.txt`, Buffer.from('first'));
    }
    const writers = ['a', 'b', 'c', 'd'];
    const trees = [];
    for (const writer of writers) {
      const tree = await openTree(storage, root, 'append');
      tree.add(`${writer}.xml`, Buffer.from(writer));
      tree.add('same.xml', Buffer.from('same'));
      tree.lengthen('list.txt', Buffer.from(`${writer}1\n`));
      tree.lengthen('list.txt', Buffer.from(`${writer}2`));
      trees.push(tree);
    }
    await Promise.all(trees.map((tree) => tree.commit()));
    const lines = (await text(storage, `${root}/list.txt`)).split('\n');
    expect(lines.filter((line) => line !== 'first').sort()).toEqual([
      '',
      ...writers.flatMap((writer) => [`${writer}1`, `${writer}2`]),
    ]);
    expect(lines.includes('first')).toBe(state !== 'a new folder');
    for (const writer of writers) expect(await text(storage, `${root}/${writer}.xml`)).toBe(writer);
    expect(await text(storage, `${root}/same.xml`)).toBe('same');
  });

  test('of two files of one name and other content the second is refused', async () => {
    const { storage, root } = place();
    await storage.makeDir(root);
    await storage.writeAtomic(`${root}/old.xml`, Buffer.from('old'));
    const trees = [];
    for (const content of ['one', 'two']) {
      const tree = await openTree(storage, root, 'append');
      tree.add('a.xml', Buffer.from(content));
      trees.push(tree);
    }
    const outcomes = await Promise.allSettled(trees.map((tree) => tree.commit()));
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(failures).toMatchObject([{ reason: { code: 'AlreadyExists' } }]);
    expect(['one', 'two']).toContain(await text(storage, `${root}/a.xml`));
    for (const tree of trees) await tree.abort();
  });
});

/** Refuses to write one name, and to delete others. */
class Reluctant extends MemoryStorage {
  constructor(
    private readonly unwritable: string,
    private readonly kept: readonly string[],
  ) {
    super();
  }

  override async writeAtomic(...[path, data, options]: Parameters<MemoryStorage['writeAtomic']>) {
    if (path === this.unwritable) throw new StorageError('NoSpace', `cannot write ${path}`, { path });
    return await super.writeAtomic(path, data, options);
  }

  override async delete(...[path, options]: Parameters<MemoryStorage['delete']>) {
    if (this.kept.includes(path)) throw new StorageError('AccessDenied', `cannot delete ${path}`, { path });
    await super.delete(path, options);
  }
}

test('a new folder that cannot be written whole names what could not be taken back', async () => {
  const kept = ['mem://out/a.xml', 'mem://out/b.xml'];
  const storage = new Reluctant('mem://out/list', kept);
  const tree = await openTree(storage, 'mem://out', 'create');
  for (const name of ['b.xml', 'a.xml', 'c.xml']) tree.add(name, Buffer.from(name));
  tree.lengthen('list', Buffer.from('a\n'));
  await expect(tree.commit()).rejects.toMatchObject({
    code: 'NoSpace',
    path: 'mem://out',
    message: expect.stringContaining(
      'these stay and have to be removed: mem://out/a.xml, mem://out/b.xml (cannot delete mem://out/',
    ),
  });
  expect(Object.keys(await contentOf(storage, 'mem://out'))).toEqual(['a.xml', 'b.xml']);
  const many = Array.from({ length: 30 }, (_, at) => `mem://many/${String(at).padStart(2, '0')}`);
  const full = await openTree(new Reluctant('mem://many/list', many), 'mem://many', 'create');
  for (const path of many) full.add(path.slice(-2), Buffer.from('x'));
  full.lengthen('list', Buffer.from('a\n'));
  await expect(full.commit()).rejects.toThrow('mem://many/19 and 10 more (');
});
