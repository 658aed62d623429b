import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { ObsSettings, ObsStorage } from '../../../src/dataset-io/storage/obs/index.js';
import { ObsFiles } from '../../../src/dataset-io/transfer/obs-files.js';
import {
  TransferError,
  type TransferItem,
  type TransferOptions,
  transfer,
} from '../../../src/dataset-io/transfer/transfer.js';
import { LabelkitError } from '../../../src/model/index.js';
import type { ObsServer, ObsServerOptions } from '../../server/obs/index.js';
import { filesIn, scratch } from '../../support/scratch.js';
import { serve } from '../storage/obs/server-harness.js';

const open: { server: ObsServer; storage: ObsStorage }[] = [];
afterEach(async () => {
  for (const { server, storage } of open.splice(0)) {
    server.assertClean();
    await storage.close();
    await server.close();
  }
});

async function bucket(
  objects: Readonly<Record<string, string | Uint8Array>> = {},
  options: ObsServerOptions = {},
  settings: Partial<ObsSettings> = {},
) {
  const { server, storage } = await serve({ buckets: ['b'], ...options }, settings);
  open.push({ server, storage });
  for (const [key, content] of Object.entries(objects)) server.put('b', key, content);
  const texts = () =>
    Object.fromEntries(server.keys('b').map((key) => [key, server.get('b', key)!.toString('utf8')]));
  const run = (from: string, to: string, more: TransferOptions = {}) =>
    transfer(from, to, { storage, ...more });
  return { server, storage, texts, run, files: new ObsFiles({ storage }) };
}

async function failureOf(work: Promise<unknown>): Promise<LabelkitError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabelkitError);
  return error as LabelkitError;
}

const tree = { 'ma-user/a.txt': 'A', 'ma-user/s/b.txt': 'BB', 'file1.txt': 'one' };

describe('where things go', () => {
  const up: [from: string, to: string, options: TransferOptions, keys: string[]][] = [
    ['file1.txt', 'obs://b/dir1/other.txt', {}, ['dir1/other.txt']],
    ['file1.txt', 'obs://b/dir1/', {}, ['dir1/file1.txt']],
    ['file1.txt', 'obs://b/', {}, ['file1.txt']],
    ['file1.txt', 'obs://b', {}, ['file1.txt']],
    ['ma-user', 'obs://b/dir1', {}, ['dir1/ma-user/a.txt', 'dir1/ma-user/s/b.txt']],
    ['ma-user/', 'obs://b/dir1/', {}, ['dir1/ma-user/a.txt', 'dir1/ma-user/s/b.txt']],
    ['ma-user', 's3://b/dir1', { keepLastDir: false }, ['dir1/a.txt', 'dir1/s/b.txt']],
    ['ma-user', 'obs://b', {}, ['ma-user/a.txt', 'ma-user/s/b.txt']],
    ['ma-user', 'obs://b/', { keepLastDir: false }, ['a.txt', 's/b.txt']],
  ];
  test.each(up)('up: %s to %s %j', async (from, to, options, keys) => {
    const { server, run } = await bucket();
    const result = await run(`${scratch(tree)}/${from}`, to, options);
    expect(server.keys('b')).toEqual(keys);
    expect(result).toEqual({
      files: keys.length,
      bytes: keys.length === 1 ? 3 : 3,
      skipped: 0,
      failures: [],
    });
  });

  const objects = { 'dir1/file1.txt': 'one', 'dir1/s/two.txt': 'two', 'dir1.txt': 'no' };
  const down: [from: string, to: string, options: TransferOptions, names: string[]][] = [
    ['obs://b/dir1/file1.txt', 'w/x.txt', {}, ['w/x.txt']],
    ['obs://b/dir1/file1.txt', 'w/', {}, ['w/file1.txt']],
    ['obs://b/dir1', 'w', {}, ['w/dir1/file1.txt', 'w/dir1/s/two.txt']],
    ['obs://b/dir1/', 'w/', {}, ['w/dir1/file1.txt', 'w/dir1/s/two.txt']],
    ['obs://b/dir1', 'w', { keepLastDir: false }, ['w/file1.txt', 'w/s/two.txt']],
    ['obs://b/', 'w', {}, ['w/dir1.txt', 'w/dir1/file1.txt', 'w/dir1/s/two.txt']],
  ];
  test.each(down)('down: %s to %s %j', async (from, to, options, names) => {
    const { run } = await bucket(objects);
    const folder = scratch();
    await run(from, `${folder}/${to}`, options);
    expect(Object.keys(filesIn(folder)).sort()).toEqual(names);
  });

  test('an object is meant before the folder of its name', async () => {
    const { run } = await bucket({ dir: 'object', 'dir/below.txt': 'below' });
    const folder = scratch();
    await run('obs://b/dir', `${folder}/`);
    await run('obs://b/dir/', `${folder}/as-folder`);
    expect(filesIn(folder)).toEqual({ dir: 'object', 'as-folder/dir/below.txt': 'below' });
  });

  test('a name without a folder is one in the working directory', async () => {
    const { run } = await bucket({ 'file1.txt': 'one' });
    const name = `labelkit-test-${process.pid}.txt`;
    try {
      await run('obs://b/file1.txt', name);
      expect(readFileSync(name, 'utf8')).toBe('one');
    } finally {
      rmSync(name, { force: true });
    }
    expect(readdirSync('.').filter((other) => other.startsWith('labelkit-test-'))).toEqual([]);
  });

  test('inside the bucket the service copies', async () => {
    const { server, run, texts } = await bucket({ 'x/1.txt': '1', 'x/2/3.txt': '3' });
    await run('obs://b/x', 'obs://b/y', { keepLastDir: false });
    expect(texts()).toEqual({ 'x/1.txt': '1', 'x/2/3.txt': '3', 'y/1.txt': '1', 'y/2/3.txt': '3' });
    expect(server.log.filter(({ method, key }) => method === 'GET' && key !== undefined)).toEqual([]);
  });

  test('what was not there is found before anything is copied, and two local ends are refused', async () => {
    const { run } = await bucket();
    const folder = scratch(tree);
    expect(await failureOf(run('obs://b/none', folder))).toMatchObject({ code: 'NotFound' });
    expect(await failureOf(run(`${folder}/none`, 'obs://b/'))).toMatchObject({ code: 'NotFound' });
    expect(await failureOf(run(folder, `${folder}/copy`))).toMatchObject({ code: 'BadOption' });
    expect(await failureOf(run(folder, 'obs:///key'))).toMatchObject({ code: 'BadAddress' });
    expect(await failureOf(run('-', 'obs://b/'))).toMatchObject({ code: 'BadOption' });
  });
});

describe('what is in a folder', () => {
  test('empty folders and keys that stand for folders produce nothing', async () => {
    const { run, server } = await bucket({ 'd/': '', 'd/e/': '', 'd/f.txt': 'f' });
    const folder = scratch(tree);
    mkdirSync(join(folder, 'ma-user/empty'));
    await run(`${folder}/ma-user`, 'obs://b/up');
    expect(server.keys('b').filter((key) => key.startsWith('up'))).toEqual([
      'up/ma-user/a.txt',
      'up/ma-user/s/b.txt',
    ]);
    await run('obs://b/d', `${folder}/down`);
    expect(filesIn(`${folder}/down`)).toEqual({ 'd/f.txt': 'f' });
    mkdirSync(join(folder, 'nothing'));
    expect(await run(`${folder}/nothing`, 'obs://b/x')).toEqual({
      files: 0,
      bytes: 0,
      skipped: 0,
      failures: [],
    });
  });

  test('keys that cannot be files are refused by name, and the others are copied', async () => {
    const { run } = await bucket({
      'd/../../evil.txt': 'x',
      'd//twice.txt': 'x',
      'd/good.txt': 'good',
      'd/a': 'file',
      'd/a.b': 'between',
      'd/a/b': 'file in it',
      'd/full/': 'content under a slash',
      'd/line\nfeed': 'x',
    });
    const folder = scratch();
    const error = await failureOf(run('obs://b/d', folder));
    expect(error).toBeInstanceOf(TransferError);
    expect(error.code).toBe('Incomplete');
    const { result } = error as TransferError;
    expect(filesIn(folder)).toEqual({ 'd/good.txt': 'good', 'd/a': 'file', 'd/a.b': 'between' });
    expect(result).toMatchObject({ files: 3, skipped: 0 });
    expect(result.failures.map(({ from, code }) => [from, code])).toEqual([
      ['obs://b/d/../../evil.txt', 'UnsafePath'],
      ['obs://b/d//twice.txt', 'UnsafePath'],
      ['obs://b/d/a/b', 'UnsafePath'],
      ['obs://b/d/full/', 'UnsafePath'],
      ['obs://b/d/line\nfeed', 'UnsafePath'],
    ]);
  });

  test('links to files are followed, links to folders only when asked', async () => {
    const folder = scratch({ 'src/real.txt': 'real', 'other/in.txt': 'in' });
    symlinkSync('../other/in.txt', join(folder, 'src/link.txt'));
    symlinkSync('../other', join(folder, 'src/folder'));
    symlinkSync('nowhere', join(folder, 'src/broken'));
    const { run, texts } = await bucket();
    await run(`${folder}/src`, 'obs://b/1', { keepLastDir: false });
    expect(texts()).toEqual({ '1/link.txt': 'in', '1/real.txt': 'real' });
    await run(`${folder}/src`, 'obs://b/2', { keepLastDir: false, followLinks: true });
    expect(Object.keys(texts()).filter((key) => key.startsWith('2'))).toEqual([
      '2/folder/in.txt',
      '2/link.txt',
      '2/real.txt',
    ]);
  });

  test('include and exclude', async () => {
    const { run, server } = await bucket();
    const folder = scratch({ 'd/a.xml': '', 'd/b.jpg': '', 'd/x/c.xml': '', 'd/x/d.jpg': '' });
    await run(`${folder}/d`, 'obs://b', { include: ['*.xml', 'x/*'], exclude: ['x/*.xml'] });
    expect(server.keys('b')).toEqual(['d/a.xml', 'd/x/d.jpg']);
  });

  test('manifests go last', async () => {
    const { run } = await bucket();
    const folder = scratch({ 'd/a.manifest': 'm', 'd/b.jpg': 'b', 'd/z/c.jpg': 'c' });
    const items: TransferItem[] = [];
    await run(`${folder}/d`, 'obs://b', { concurrency: 1, onItem: (item) => items.push(item) });
    expect(items.map(({ to }) => to)).toEqual([
      'obs://b/d/b.jpg',
      'obs://b/d/z/c.jpg',
      'obs://b/d/a.manifest',
    ]);
  });

  test('names keep their characters both ways', async () => {
    const names = ['猫 1.txt', 'a+b%20c.txt', "q'&=#?.txt", 'ünï.txt', '.hidden'];
    const folder = scratch(Object.fromEntries(names.map((name) => [`d/${name}`, name])));
    const { run, server } = await bucket();
    await run(`${folder}/d`, 'obs://b');
    expect(server.keys('b').sort()).toEqual(names.map((name) => `d/${name}`).sort());
    await run('obs://b/d', `${folder}/back`, { keepLastDir: false });
    expect(filesIn(`${folder}/back`)).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });
});

describe('what is there already', () => {
  test('the same bytes are not copied again, other bytes are an error or replaced', async () => {
    const { run, server, texts } = await bucket();
    const folder = scratch(tree);
    await run(`${folder}/ma-user`, 'obs://b');
    server.clearLog();
    expect(await run(`${folder}/ma-user`, 'obs://b')).toMatchObject({ files: 0, skipped: 2 });
    expect(server.log.filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual([]);

    writeFileSync(join(folder, 'ma-user/a.txt'), 'Z');
    const error = (await failureOf(run(`${folder}/ma-user`, 'obs://b'))) as TransferError;
    expect(error.result).toMatchObject({ files: 0, skipped: 1, failures: [{ code: 'AlreadyExists' }] });
    expect(await run(`${folder}/ma-user`, 'obs://b', { mode: 'overwrite' })).toMatchObject({
      files: 1,
      skipped: 1,
    });
    expect(texts()).toEqual({ 'ma-user/a.txt': 'Z', 'ma-user/s/b.txt': 'BB' });

    writeFileSync(join(folder, 'ma-user/a.txt'), 'Y');
    expect(await run('obs://b/ma-user', folder, { mode: 'overwrite' })).toMatchObject({
      files: 1,
      skipped: 1,
    });
    expect(readFileSync(join(folder, 'ma-user/a.txt'), 'utf8')).toBe('Z');
  });

  test('a large object is known by the ETag of its parts', async () => {
    const large = Buffer.alloc(20 * 1024 * 1024 + 5, 'large ');
    const folder = scratch({ 'large.bin': large });
    const { run, server } = await bucket();
    await run(`${folder}/large.bin`, 'obs://b/large.bin');
    expect(server.get('b', 'large.bin')!.equals(large)).toBe(true);
    expect(await run(`${folder}/large.bin`, 'obs://b/large.bin')).toMatchObject({ files: 0, skipped: 1 });
    large[large.length - 1] = 0;
    writeFileSync(join(folder, 'large.bin'), large);
    expect(await failureOf(run(`${folder}/large.bin`, 'obs://b/large.bin'))).toMatchObject({
      code: 'AlreadyExists',
    });
  });

  test('a copy that was interrupted goes on where it was', async () => {
    const folder = scratch(Object.fromEntries([...Array(40).keys()].map((n) => [`d/${n}.txt`, `${n}`])));
    const { run, server } = await bucket();
    const stop = new AbortController();
    let done = 0;
    const first = run(`${folder}/d`, 'obs://b', {
      concurrency: 2,
      signal: stop.signal,
      onItem: () => {
        if (++done === 10) stop.abort();
      },
    });
    expect(await failureOf(first)).toMatchObject({ code: 'Aborted' });
    const there = server.keys('b').length;
    expect(there).toBeGreaterThanOrEqual(10);
    expect(there).toBeLessThan(40);
    expect(await run(`${folder}/d`, 'obs://b')).toMatchObject({ files: 40 - there, skipped: there });
  });

  test('a dry run tells and does nothing', async () => {
    const { run, server } = await bucket({ 'ma-user/a.txt': 'A' });
    const items: TransferItem[] = [];
    const folder = scratch(tree);
    const result = await run(`${folder}/ma-user`, 'obs://b', {
      dryRun: true,
      onItem: (item) => items.push(item),
    });
    expect(result).toEqual({ files: 1, bytes: 2, skipped: 1, failures: [] });
    expect(items.map(({ outcome, to }) => [outcome, to])).toEqual([
      ['skipped', 'obs://b/ma-user/a.txt'],
      ['planned', 'obs://b/ma-user/s/b.txt'],
    ]);
    expect(server.keys('b')).toEqual(['ma-user/a.txt']);
  });
});

test('one failed object does not stop the others', async () => {
  const { run, server, texts } = await bucket();
  server.fault({
    method: 'PUT',
    key: 'd/2.txt',
    times: 1,
    do: { kind: 'error', status: 403, code: 'AccessDenied' },
  });
  const folder = scratch({ 'd/1.txt': '1', 'd/2.txt': '2', 'd/3.txt': '3' });
  const error = (await failureOf(run(`${folder}/d`, 'obs://b'))) as TransferError;
  expect(error.result.failures).toMatchObject([{ to: 'obs://b/d/2.txt', code: 'AccessDenied' }]);
  expect(texts()).toEqual({ 'd/1.txt': '1', 'd/3.txt': '3' });
  expect(await run(`${folder}/d`, 'obs://b')).toMatchObject({ files: 1, skipped: 2 });
});

test('a folder that cannot be written is noticed before the first byte', async () => {
  const { run, server } = await bucket({ 'd/1.txt': '1' });
  const folder = scratch({ 'file.txt': 'in the way' });
  expect(await failureOf(run('obs://b/d', `${folder}/file.txt`))).toMatchObject({ code: 'NotADirectory' });
  expect(server.log.filter(({ method, key }) => method === 'GET' && key !== undefined)).toEqual([]);
});

describe('the calls of the Python SDK', () => {
  test('upload and download, files and folders', async () => {
    const { files, texts } = await bucket();
    const folder = scratch(tree);
    await files.uploadFile(`${folder}/file1.txt`, 'obs://b/dir1/');
    await files.uploadDir(`${folder}/ma-user/`, 'obs://b/dir1/');
    expect(texts()).toEqual({
      'dir1/file1.txt': 'one',
      'dir1/ma-user/a.txt': 'A',
      'dir1/ma-user/s/b.txt': 'BB',
    });
    await files.downloadFile('obs://b/dir1/file1.txt', `${folder}/w/`);
    await files.downloadDir('obs://b/dir1/', `${folder}/w/down/`);
    await files.copy('obs://b/dir1', `${folder}/flat`, { keepLastDir: false });
    expect(filesIn(`${folder}/w`)).toEqual({
      'file1.txt': 'one',
      'down/dir1/file1.txt': 'one',
      'down/dir1/ma-user/a.txt': 'A',
      'down/dir1/ma-user/s/b.txt': 'BB',
    });
    expect(Object.keys(filesIn(`${folder}/flat`))).toEqual(['file1.txt', 'ma-user/a.txt', 'ma-user/s/b.txt']);
  });

  test('they replace what is there', async () => {
    const { files, texts } = await bucket({ 'dir1/file1.txt': 'old' });
    await files.uploadFile(`${scratch(tree)}/file1.txt`, 'obs://b/dir1/');
    expect(texts()).toEqual({ 'dir1/file1.txt': 'one' });
  });

  test('what they refuse', async () => {
    const { files } = await bucket({ 'dir1/file1.txt': 'x' });
    const folder = scratch(tree);
    const cases: [() => Promise<unknown>, string][] = [
      [() => files.uploadFile(`${folder}/file1.txt`, 'obs://b/dir1'), 'TrailingSlashRequired'],
      [() => files.uploadDir(`${folder}/ma-user`, 'obs://b/dir1'), 'TrailingSlashRequired'],
      [() => files.downloadFile('obs://b/dir1/file1.txt', folder), 'TrailingSlashRequired'],
      [() => files.downloadDir('obs://b/dir1', `${folder}/`), 'TrailingSlashRequired'],
      [() => files.downloadDir('obs://b/dir1/', folder), 'TrailingSlashRequired'],
      [() => files.uploadFile(`${folder}/file1.txt`, '/b/dir1/'), 'BadOption'],
      [() => files.downloadFile('/b/file1.txt', `${folder}/`), 'BadOption'],
      [() => files.uploadFile(`${folder}/ma-user`, 'obs://b/dir1/'), 'IsADirectory'],
      [() => files.uploadDir(`${folder}/file1.txt`, 'obs://b/dir1/'), 'NotADirectory'],
      [() => files.downloadFile('obs://b/none', `${folder}/`), 'NotFound'],
    ];
    for (const [work, code] of cases) expect(await failureOf(work())).toMatchObject({ code });
    await files.uploadFile(`${folder}/file1.txt`, 'obs://b/dir1', { lenient: true });
  });
});
