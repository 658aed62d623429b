import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Loan, LocalStorage } from '../../../src/dataset-io/storage/index.js';
import { randomFor } from '../../support/random.js';
import { buildForChild, runChild } from './build-for-child.js';
import { chunksOf, codeOf, contentOf } from './conformance.js';

const isRoot = process.getuid?.() === 0;
const mebibyte = 1024 * 1024;
const roots: string[] = [];
const storage = new LocalStorage();
let built: { url: string; directory: string };

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
  const root = mkdtempSync(join(tmpdir(), 'labelkit-local-'));
  roots.push(root);
  return root;
}

const text = (value: string): Uint8Array => Buffer.from(value, 'utf8');
/** How many descriptors of this process lead below a folder: the other tests have theirs open at the same time. */
function openFilesBelow(folder: string): number {
  const leads = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // Closed since it was listed.
    }
  };
  return readdirSync('/proc/self/fd').filter(leads).length;
}

async function entriesOf(directory: string, options: { followLinks?: boolean } = {}): Promise<string[]> {
  const entries: string[] = [];
  for await (const entry of storage.list(directory, { recursive: true, ...options })) {
    entries.push(`${entry.kind} ${entry.name}`);
  }
  return entries;
}

/** Prelude of child scripts. */
const prelude = (): string => `
  import { Loan, LocalStorage } from ${JSON.stringify(built.url)};
  const storage = new LocalStorage();
  const lines = async function* (...parts) { for (const part of parts) yield Buffer.from(part); };
  const code = async (work) => { try { await work(); return 'no error'; } catch (error) { return error.code; } };
`;

describe('reading', () => {
  test('leaves no descriptor open after break, error, abort or end', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(path, Buffer.alloc(3 * mebibyte, 'x'));
    const held = storage.openRead(path);
    await held.next();
    expect(openFilesBelow(root)).toBe(1);
    await held.return(undefined);
    for (let i = 0; i < 20; i++) {
      for await (const _ of storage.openRead(path)) break;
      await contentOf(storage, path);
      await codeOf(contentOf(storage, root));
      const controller = new AbortController();
      const aborted = async () => {
        for await (const _ of storage.openRead(path, { signal: controller.signal })) controller.abort();
      };
      expect(await codeOf(aborted())).toBe('Aborted');
      await codeOf(storage.writeAtomic(path, text('x')));
      await codeOf(storage.append(path, chunksOf('half')));
      storage.openRead(path);
    }
    expect(openFilesBelow(root)).toBe(0);
  });

  test('chunks are separate memory', async () => {
    const path = join(freshRoot(), 'a');
    writeFileSync(path, Buffer.alloc(2 * mebibyte + 5, 'x'));
    const chunks: Uint8Array[] = [];
    for await (const chunk of storage.openRead(path)) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.length)).toEqual([mebibyte, mebibyte, 5]);
    expect(new Set(chunks.map((chunk) => chunk.buffer)).size).toBe(3);
  });

  test('a caller that is done with each chunk can have the memory used again', async () => {
    const path = join(freshRoot(), 'a');
    const content = Buffer.from(Uint8Array.from({ length: 3 * mebibyte + 5 }, (_, i) => i % 251));
    writeFileSync(path, content);
    const buffers = new Set<ArrayBufferLike>();
    let done = 0;
    for await (const chunk of storage.openRead(path, { reuse: true, start: 2 })) {
      buffers.add(chunk.buffer);
      expect(content.subarray(done + 2, done + 2 + chunk.length).equals(chunk)).toBe(true);
      done += chunk.length;
    }
    expect([done, buffers.size]).toEqual([content.length - 2, 2]);
  });

  test('lent memory is used again when the loan is over, and not before', async () => {
    const path = join(freshRoot(), 'a');
    const content = Buffer.from(Uint8Array.from({ length: 20 * mebibyte + 5 }, (_, i) => (i >> 20) + i));
    writeFileSync(path, content);
    const loan = new Loan();
    const chunks = storage.openRead(path, { loan });
    let over = () => {};
    const next = async () => (await chunks.next()).value as Uint8Array;
    const first = await next();
    loan.extend(
      new Promise((resolve) => {
        over = resolve;
      }),
    );
    const held = [first, await next(), await next()];
    // The fourth chunk needs the first one's memory.
    const fourth = next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Buffer.concat(held).equals(content.subarray(0, 12 * mebibyte))).toBe(true);
    over();
    const buffers = new Set(held.map(({ buffer }) => buffer));
    let done = 12 * mebibyte;
    for (let chunk = await fourth; chunk !== undefined; chunk = await next()) {
      buffers.add(chunk.buffer);
      expect(content.subarray(done, done + chunk.length).equals(chunk)).toBe(true);
      done += chunk.length;
    }
    expect([done, buffers.size]).toEqual([content.length, 3]);
  });

  test('large pieces are written from where they are, in order with copied ones, for as long as the loan', async () => {
    const path = join(freshRoot(), 'a');
    const loan = new Loan();
    const random = randomFor(21);
    const writer = await storage.openWrite(path, { loan, bufferBytes: 100_000 });
    const expected: Uint8Array[] = [];
    for (let i = 0; i < 60; i++) {
      const piece = Buffer.alloc(random.below(random.pick([10, 70_000, 400_000])), i);
      expected.push(Buffer.from(piece));
      await writer.write(piece);
      if (random.chance(0.5)) {
        await loan.until;
        piece.fill('-');
      } else if (piece.length < 60_000) piece.fill('-');
    }
    await writer.commit();
    expect(readFileSync(path).equals(Buffer.concat(expected))).toBe(true);
    expect(writer.bytes).toBe(Buffer.concat(expected).length);
  });

  test('files whose size the system does not tell', async () => {
    expect(await contentOf(storage, '/proc/self/status')).toContain('Name:');
  });

  test('a file that vanished after it was listed', async () => {
    const root = freshRoot();
    writeFileSync(join(root, 'a'), 'x');
    for await (const entry of storage.list(root)) {
      rmSync(join(root, 'a'));
      await expect(contentOf(storage, entry.path)).rejects.toMatchObject({
        code: 'NotFound',
        path: join(root, 'a'),
      });
    }
  });

  test('a circle of symbolic links is named as such', async () => {
    const root = freshRoot();
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    for (const work of [
      () => storage.stat(join(root, 'a')),
      () => contentOf(storage, join(root, 'a')),
      () => storage.writeAtomic(join(root, 'a'), text('x'), { mode: 'overwrite' }),
    ]) {
      await expect(work()).rejects.toMatchObject({
        code: 'BadAddress',
        hint: expect.stringContaining('symbolic links'),
      });
    }
  });

  test('a name too long and a name with a NUL', async () => {
    expect(await codeOf(contentOf(storage, `/${'x'.repeat(300)}`))).toBe('BadAddress');
    expect(await codeOf(contentOf(storage, 'a\0b'))).toBe('BadAddress');
  });

  test('file URIs are local paths', async () => {
    const root = freshRoot();
    writeFileSync(join(root, 'a b'), 'x');
    expect(await contentOf(storage, `file://${root}/a%20b`)).toBe('x');
    expect(await codeOf(contentOf(storage, 'file://server/a'))).toBe('BadAddress');
  });

  test('too many open files', async () => {
    const path = join(freshRoot(), 'a');
    writeFileSync(path, 'x');
    const { stdout } = await runChild(
      `${prelude()}
      const open = Array.from({ length: 256 }, () => storage.openRead(${JSON.stringify(path)}));
      const results = await Promise.all(open.map((chunks) => code(() => chunks.next())));
      console.log([...new Set(results)].sort().join());`,
      { prefix: 'ulimit -n 128;' },
    );
    expect(stdout.trim()).toBe('TooManyFiles,no error');
  });
});

describe('listing', () => {
  test('a large directory comes in batches, and its reading is heard of', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'd'));
    const names = Array.from({ length: 9_000 }, (_, i) => `d/${i}`);
    for (const name of [...names, 'a', 'e']) writeFileSync(join(root, name), '');
    const found: number[] = [];
    const batches: string[][] = [];
    const options = { recursive: true, onFound: (entries: number) => found.push(entries) };
    for await (const batch of storage.listBatches(root, options)) batches.push(batch.map(({ name }) => name));
    expect(found).toEqual([8192]);
    expect(batches.map((batch) => batch.length)).toEqual([1, 8192, 809]);
    expect(batches.flat()).toEqual(['a', ...names.sort(), 'e']);
  });

  test('stops in the middle of a large directory', async () => {
    const root = freshRoot();
    for (let i = 0; i < 9_000; i++) writeFileSync(join(root, `${i}`), '');
    const stop = new AbortController();
    const options = { signal: stop.signal, onFound: () => stop.abort() };
    expect(await codeOf(storage.listBatches(root, options).next())).toBe('Aborted');
  });

  test('EC-199: links that lead back are listed as links, and the walk ends', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'a/deep'), { recursive: true });
    mkdirSync(join(root, 'b'));
    writeFileSync(join(root, 'a/1'), '');
    symlinkSync('..', join(root, 'a/up'));
    symlinkSync('../../b', join(root, 'a/deep/toB'));
    symlinkSync('../a', join(root, 'b/toA'));
    symlinkSync('self', join(root, 'self'));
    symlinkSync('nowhere', join(root, 'broken'));
    symlinkSync('a/1', join(root, 'file'));
    expect(await entriesOf(root)).toEqual([
      'file a/1',
      'link a/deep/toB/toA',
      'link a/up',
      'file b/toA/1',
      'link b/toA/deep/toB',
      'link b/toA/up',
      'link broken',
      'file file',
      'link self',
    ]);
    expect(await entriesOf(root, { followLinks: false })).toEqual([
      'file a/1',
      'link a/deep/toB',
      'link a/up',
      'link b/toA',
      'link broken',
      'link file',
      'link self',
    ]);
  });

  test('a tree of links made to be endless has an end', async () => {
    const root = freshRoot();
    for (let i = 0; i < 30; i++) mkdirSync(join(root, `d${i}`));
    for (let i = 0; i < 29; i++)
      for (const name of ['x', 'y']) symlinkSync(`../d${i + 1}`, join(root, `d${i}`, name));
    const entries = await entriesOf(join(root, 'd0'));
    expect(entries.length).toBe(512);
    expect(entries[0]).toBe('link x/x/x/x/x/x/x/x/x');
  });

  test.runIf(isRoot)('a directory that may not be read is an error, not an empty one', async () => {
    const root = freshRoot();
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'private'), { mode: 0o700 });
    const { stdout } = await runChild(
      `${prelude()}
      console.log(await code(async () => { for await (const _ of storage.list(${JSON.stringify(root)}, { recursive: true })); }));`,
      { uid: 65534 },
    );
    expect(stdout.trim()).toBe('AccessDenied');
  });
});

describe('writing', () => {
  test('keeps the rights of the file it replaces; a private file is never readable on the way', async () => {
    const root = freshRoot();
    for (const mode of [0o600, 0o640, 0o755, 0o666]) {
      const path = join(root, `m${mode}`);
      writeFileSync(path, 'old\n');
      chmodSync(path, mode);
      const writer = await storage.openWrite(path, { mode: 'overwrite' });
      const temporary = readdirSync(root).find((name) => name.endsWith('.tmp')) ?? '';
      expect(statSync(join(root, temporary)).mode & 0o077).toBe(0);
      await writer.write(text('new\n'));
      await writer.commit();
      expect(statSync(path).mode & 0o7777).toBe(mode);
      await storage.append(path, chunksOf('x\n'));
      expect(statSync(path).mode & 0o7777).toBe(mode);
      storage.writeSmallSync(path, text('small'), { mode: 'overwrite' });
      expect(statSync(path).mode & 0o7777).toBe(mode);
    }
    expect(readdirSync(root).length).toBe(4);
  });

  test.runIf(isRoot)('keeps the owner when it may', async () => {
    const path = join(freshRoot(), 'a');
    writeFileSync(path, 'old');
    execFileSync('chown', ['65534:65534', path]);
    await storage.writeAtomic(path, text('new'), { mode: 'overwrite' });
    expect(statSync(path)).toMatchObject({ uid: 65534, gid: 65534 });
  });

  test('a symbolic link stays a link, and what it names is written, existing or not', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'real'));
    symlinkSync('real/file', join(root, 'link'));
    symlinkSync('link', join(root, 'second'));
    await storage.writeAtomic(join(root, 'second'), text('1\n'));
    expect(readFileSync(join(root, 'real/file'), 'utf8')).toBe('1\n');
    await storage.writeAtomic(join(root, 'second'), text('2\n'), { mode: 'overwrite' });
    await storage.append(join(root, 'link'), chunksOf('3\n'));
    storage.writeSmallSync(join(root, 'link'), readFileSync(join(root, 'real/file')), { mode: 'overwrite' });
    expect(readFileSync(join(root, 'real/file'), 'utf8')).toBe('2\n3\n');
    expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(root, 'second'))).toBe('link');
    expect(readdirSync(root).sort()).toEqual(['link', 'real', 'second']);
    expect(readdirSync(join(root, 'real'))).toEqual(['file']);
  });

  test('a missing directory is an error that names it', async () => {
    const root = freshRoot();
    const path = join(root, 'no/such/file');
    for (const work of [
      () => storage.writeAtomic(path, text('x')),
      () => storage.append(path, chunksOf('x\n')),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: 'NotFound', path });
    }
    expect(readdirSync(root)).toEqual([]);
  });

  test('the longest possible names', async () => {
    const root = freshRoot();
    const path = join(root, `${'中'.repeat(84)}xyz`);
    await storage.writeAtomic(path, text('1\n'));
    await storage.append(path, chunksOf('2\n'));
    await storage.writeAtomic(path, text('3\n'), { mode: 'overwrite' });
    storage.writeSmallSync(path, text('4\n'), { mode: 'overwrite' });
    expect(readdirSync(root).length).toBe(1);
  });

  test('what an earlier killed process left goes away; what others use stays', async () => {
    const root = freshRoot();
    const script = `${prelude()}
      const writer = await storage.openWrite(${JSON.stringify(join(root, 'a'))});
      await writer.write(Buffer.from('x'));
      process.kill(process.pid, 'SIGKILL');`;
    const { signal } = await runChild(script);
    expect(signal).toBe('SIGKILL');
    const [dead] = readdirSync(root);
    expect(dead).toMatch(/^\.labelkit-.*\.tmp$/);
    const otherHost = dead?.replace(/^\.labelkit-[0-9a-f]{8}-/, '.labelkit-00000000-') ?? '';
    writeFileSync(join(root, otherHost), '');
    writeFileSync(join(root, '.labelkit-notes.tmp'), '');
    const living = await storage.openWrite(join(root, 'b'));
    await new LocalStorage().writeAtomic(join(root, 'a'), text('x'));
    expect(existsSync(join(root, dead ?? ''))).toBe(false);
    await living.commit();
    expect(readdirSync(root).sort()).toEqual([otherHost, '.labelkit-notes.tmp', 'a', 'b'].sort());
    expect(await entriesOf(root)).toEqual(['file .labelkit-notes.tmp', 'file a', 'file b']);
  });

  test.runIf(isRoot)('without permission nothing changes and the error says so', async () => {
    const root = freshRoot();
    chmodSync(root, 0o755);
    writeFileSync(join(root, 'a'), 'old\n', { mode: 0o644 });
    writeFileSync(join(root, 'secret'), 'x', { mode: 0o600 });
    mkdirSync(join(root, 'open'));
    chmodSync(join(root, 'open'), 0o777);
    writeFileSync(join(root, 'open/protected'), 'old\n', { mode: 0o644 });
    const { stdout } = await runChild(
      `${prelude()}
      const root = ${JSON.stringify(root)};
      const bytes = Buffer.from('new\\n');
      console.log(JSON.stringify([
        await code(() => storage.openRead(root + '/secret').next()),
        await code(() => storage.writeAtomic(root + '/new', bytes)),
        await code(() => storage.writeAtomic(root + '/a', bytes, { mode: 'overwrite' })),
        await code(() => storage.append(root + '/a', lines('new\\n'))),
        await code(() => storage.writeAtomic(root + '/open/protected', bytes, { mode: 'overwrite' })),
        await code(() => storage.append(root + '/open/protected', lines('new\\n'))),
        await code(async () => storage.writeSmallSync(root + '/new', bytes)),
        await code(() => storage.makeDir(root + '/d')),
        await code(() => storage.delete(root + '/a')),
        await code(() => storage.writeAtomic(root + '/open/mine', bytes)),
      ]));`,
      { uid: 65534 },
    );
    expect(JSON.parse(stdout)).toEqual([...Array(9).fill('AccessDenied'), 'no error']);
    expect(readFileSync(join(root, 'a'), 'utf8') + readFileSync(join(root, 'open/protected'), 'utf8')).toBe(
      'old\nold\n',
    );
    expect(readdirSync(root).sort()).toEqual(['a', 'open', 'secret']);
    expect(readdirSync(join(root, 'open')).sort()).toEqual(['mine', 'protected']);
  });
});

describe('EC-104: a full disk', () => {
  /** Overwrites, appends (both ways) and copies against a limit; every one must fail and leave no trace. */
  const attempts = (root: string): string => `${prelude()}
    const path = ${JSON.stringify(join(root, 'a'))};
    const big = async function* () { for (let i = 0; i < 64; i++) yield Buffer.from(('x'.repeat(1023) + '\\n').repeat(256)); };
    const loan = new Loan();
    const lent = async function* () { for await (const chunk of big()) { yield Buffer.from('xyz'); yield chunk; } };
    console.log(JSON.stringify([
      await code(() => storage.writeAtomic(path, big(), { mode: 'overwrite' })),
      await code(() => storage.writeAtomic(path, lent(), { mode: 'overwrite', loan })),
      await code(() => storage.writeAtomic(path + '.new', big())),
      await code(() => storage.append(path, big())),
      await code(() => storage.append(path, big(), { inPlace: true })),
      await code(async () => storage.writeSmallSync(path + '.new', Buffer.alloc(16 << 20))),
      await code(async () => storage.writeSmallSync(path, Buffer.alloc(16 << 20), { mode: 'overwrite' })),
    ]));`;
  const old = 'old line\n'.repeat(200_000);

  test.each([['a limit on file size', 'ulimit -f 6144;']])('%s', async (_, prefix) => {
    const root = freshRoot();
    writeFileSync(join(root, 'a'), old);
    const { stdout, stderr } = await runChild(attempts(root), { prefix });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual(Array(7).fill('NoSpace'));
    expect(readFileSync(join(root, 'a'), 'utf8') === old).toBe(true);
    expect(readdirSync(root)).toEqual(['a']);
  });

  test('a small file system', async ({ skip }) => {
    const root = freshRoot();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', root]);
    if (mounted.status !== 0) skip('mounting needs root');
    try {
      writeFileSync(join(root, 'a'), old);
      const { stdout, stderr } = await runChild(attempts(root));
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toEqual(Array(7).fill('NoSpace'));
      expect(readFileSync(join(root, 'a'), 'utf8') === old).toBe(true);
      expect(readdirSync(root)).toEqual(['a']);
    } finally {
      execFileSync('umount', [root]);
    }
  });

  test('a device that is full', async () => {
    expect(await codeOf(storage.writeAtomic('/dev/full', text('x'), { mode: 'overwrite' }))).toBe('NoSpace');
  });
});

describe('append in place', () => {
  const old = 'old line\n'.repeat(150_000);

  test('adds whole lines, and leaves neither journal nor lock', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(path, old.slice(0, -1));
    const { ino } = statSync(path);
    const long = `${'x'.repeat(1_500_000)}\n`;
    const result = await storage.append(path, chunksOf('1\n', long, '2\n'), { inPlace: true });
    expect(result).toMatchObject({ start: old.length - 1, stat: { size: old.length + long.length + 4 } });
    expect(readFileSync(path, 'utf8') === `${old}1\n${long}2\n`).toBe(true);
    expect(statSync(path).ino).toBe(ino);
    expect(readdirSync(root)).toEqual(['a']);
  });

  test('is how files above 256 MiB are appended to, where blocks cannot be shared', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(path, '');
    truncateSync(path, 257 * mebibyte);
    const shares =
      (await codeOf(storage.link(path, join(root, 'b'), { kinds: ['reflink'] }))) !== 'Unsupported';
    const { ino } = statSync(path);
    const result = await storage.append(path, chunksOf('new\n'));
    expect(result).toMatchObject({ start: 257 * mebibyte, stat: { size: 257 * mebibyte + 5 } });
    expect(await contentOf(storage, path, { start: 257 * mebibyte })).toBe('\nnew\n');
    expect(statSync(path).ino === ino).toBe(!shares);
  });

  test('readers leave out what a killed append left; the next append takes it back', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(path, old);
    const script = `${prelude()}
      const source = async function* () {
        yield Buffer.from(('x'.repeat(99) + '\\n').repeat(30_000));
        yield Buffer.from('last\\n');
        process.kill(process.pid, 'SIGKILL');
      };
      await storage.append(${JSON.stringify(path)}, source(), { inPlace: true });`;
    expect((await runChild(script)).signal).toBe('SIGKILL');
    expect(statSync(path).size).toBeGreaterThan(old.length);
    expect(await contentOf(storage, path)).toBe(old);
    expect(await storage.stat(path)).toMatchObject({ size: old.length });
    await storage.copy(path, join(root, 'b'));
    expect(readFileSync(join(root, 'b'), 'utf8') === old).toBe(true);
    expect(await entriesOf(root)).toEqual(['file a', 'file b']);
    await storage.append(path, chunksOf('new\n'));
    expect(readFileSync(path, 'utf8') === `${old}new\n`).toBe(true);
    expect(readdirSync(root).sort()).toEqual(['a', 'b']);
  });

  test('a reader that began before sees none of it while it is under way', async () => {
    const path = join(freshRoot(), 'a');
    writeFileSync(path, old);
    const chunks = storage.openRead(path);
    let seen = (await chunks.next()).value?.length ?? 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield text(`${'x'.repeat(2 * mebibyte)}\n`);
      expect(statSync(path).size).toBeGreaterThan(old.length);
      for await (const chunk of chunks) seen += chunk.length;
      expect((await contentOf(storage, path)) === old).toBe(true);
    }
    await storage.append(path, source(), { inPlace: true });
    expect(seen).toBe(old.length);
  });

  test('a journal of another file is not applied', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(path, old);
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    const identity = `${dev}:${ino}:${birthtimeNs}`;
    for (const journal of [
      { length: 5, identity: '1:2:3', tail: '' },
      { length: 5, identity, tail: 'wrong' },
      { length: old.length + 5, identity, tail: '' },
      'text',
    ]) {
      writeFileSync(
        join(root, '.a.labelkit-journal'),
        typeof journal === 'string' ? journal : JSON.stringify(journal),
      );
      expect(await contentOf(storage, path)).toBe(old);
      await storage.append(path, chunksOf(), { inPlace: true });
      expect(readFileSync(path, 'utf8') === old).toBe(true);
      expect(readdirSync(root)).toEqual(['a']);
    }
  });

  test('an overwrite makes a journal void', async () => {
    const root = freshRoot();
    const path = join(root, 'a');
    writeFileSync(join(root, '.a.labelkit-journal'), '{}');
    await storage.writeAtomic(path, text('x'));
    writeFileSync(join(root, '.a.labelkit-journal'), '{}');
    await storage.writeAtomic(path, text('y'), { mode: 'overwrite' });
    expect(readdirSync(root)).toEqual(['a']);
  });

  test('another program that cuts or swaps the file meanwhile is noticed', async () => {
    const root = freshRoot();
    for (const inPlace of [true, false]) {
      for (const meddle of ['cut', 'swap'] as const) {
        const path = join(root, `${inPlace}${meddle}`);
        writeFileSync(path, old);
        async function* source(): AsyncGenerator<Uint8Array> {
          yield text('1\n');
          if (meddle === 'cut') truncateSync(path, 10);
          else {
            rmSync(path);
            writeFileSync(path, 'swapped');
          }
        }
        expect(await codeOf(storage.append(path, source(), { inPlace }))).toBe('ConcurrentModification');
        expect(readFileSync(path, 'utf8')).toBe(meddle === 'cut' ? 'old line\no' : 'swapped');
      }
    }
  });
});

describe('streams', () => {
  test('- reads and writes what the storage was given', async () => {
    const stdout = new PassThrough();
    const piped = new LocalStorage({ stdin: Readable.from([Buffer.from('a'), Buffer.from('b')]), stdout });
    expect(await contentOf(piped, '-')).toBe('ab');
    expect(await piped.stat('-')).toMatchObject({ kind: 'stream' });
    await piped.writeAtomic('-', chunksOf('x', 'y\n'));
    await piped.append('-', chunksOf('z\n'));
    expect(stdout.read()?.toString()).toBe('xy\nz\n');
  });

  test('a reader that goes away is told apart', async () => {
    const script = `${prelude()}
      const endless = async function* () { for (;;) yield Buffer.alloc(65536, 'x'); };
      const result = await code(() => storage.writeAtomic('-', endless()));
      console.error(result);`;
    const { status, stderr } = spawnSync(
      'bash',
      [
        '-c',
        'set -o pipefail; "$0" --input-type=module -e "$1" | head -c 10 >/dev/null',
        process.execPath,
        script,
      ],
      { encoding: 'utf8' },
    );
    expect(stderr.trim()).toBe('ClosedPipe');
    expect(status).toBe(0);
  });

  test('standard input and output of a process', () => {
    const script = `${prelude()} await storage.copy('-', '-');`;
    const input = 'line\n'.repeat(100_000);
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      input,
      encoding: 'utf8',
    });
    expect(stdout === input).toBe(true);
  });

  test('named pipes and devices are used, not replaced', async () => {
    const root = freshRoot();
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const long = 'x'.repeat(300_000);
    const reading = contentOf(storage, pipe);
    await storage.writeAtomic(pipe, text(long));
    expect((await reading) === long).toBe(true);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    await storage.writeAtomic('/dev/null', text('x'));
    await storage.append('/dev/null', chunksOf('x\n'));
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(await entriesOf(root)).toEqual(['other pipe']);
  });
});

describe('link', () => {
  test('says how; symbolic links are relative, so that trees can move', async () => {
    const root = freshRoot();
    mkdirSync(join(root, 'images'));
    mkdirSync(join(root, 'out'));
    writeFileSync(join(root, 'images/1.jpg'), 'x');
    expect(
      await storage.link(join(root, 'images/1.jpg'), join(root, 'out/h.jpg'), { kinds: ['hardlink'] }),
    ).toBe('hardlink');
    expect(statSync(join(root, 'out/h.jpg')).ino).toBe(statSync(join(root, 'images/1.jpg')).ino);
    expect(
      await storage.link(join(root, 'images/1.jpg'), join(root, 'out/s.jpg'), { kinds: ['symlink'] }),
    ).toBe('symlink');
    expect(readlinkSync(join(root, 'out/s.jpg'))).toBe('../images/1.jpg');
    expect(await codeOf(storage.link(join(root, 'images'), join(root, 'out/d')))).toBe('IsADirectory');
  });

  test('a way that does not exist between two file systems', async ({ skip }) => {
    const root = freshRoot();
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(root).dev)
      skip('one file system only');
    const other = mkdtempSync('/dev/shm/labelkit-');
    roots.push(other);
    writeFileSync(join(root, 'a'), 'x');
    expect(
      await codeOf(storage.link(join(root, 'a'), join(other, 'a'), { kinds: ['reflink', 'hardlink'] })),
    ).toBe('Unsupported');
    expect(readdirSync(other)).toEqual([]);
    await storage.copy(join(root, 'a'), join(other, 'a'));
    expect(readFileSync(join(other, 'a'), 'utf8')).toBe('x');
  });
});
