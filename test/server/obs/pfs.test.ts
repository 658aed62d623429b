import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Hex, type RawRequest, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer({ buckets: [{ name: 'test-bucket', pfs: true }, 'plain'], minPartBytes: 1 });
});
afterEach(async () => {
  server.assertClean();
  await server.close();
});
const ask = (method: string, key: string, more: RawRequest = {}) => send(server, { method, key, ...more });
const put = (key: string, body = 'x') => ask('PUT', key, { body });
const keys = (): string[] => server.keys('test-bucket');
const text = (key: string): string => server.get('test-bucket', key)!.toString();

describe('directories', () => {
  test('come with the files in them, and are found with and without the slash', async () => {
    expect((await put('a/b/c.txt')).status).toBe(200);
    expect(keys()).toEqual(['a/', 'a/b/', 'a/b/c.txt']);
    for (const key of ['a', 'a/', 'a/b'])
      expect(await ask('HEAD', key)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect((await ask('HEAD', 'b')).status).toBe(404);
    const listed = await send(server, { query: 'delimiter=/' });
    expect([listed.elements('Key'), listed.element('CommonPrefixes')]).toEqual([[], '<Prefix>a/</Prefix>']);
  });

  test('are made by a key that ends in a slash, and stay when they become empty', async () => {
    expect((await put('dir/', '')).status).toBe(200);
    await put('dir/f');
    expect((await ask('DELETE', 'dir/f')).status).toBe(204);
    expect(keys()).toEqual(['dir/']);
    expect((await ask('DELETE', 'dir')).status).toBe(204);
    expect(keys()).toEqual([]);
    expect((await put('dir/', 'content')).element('Code')).toBe('InvalidArgument');
  });

  test('with something in them are not deleted', async () => {
    await put('dir/f');
    expect((await ask('DELETE', 'dir/')).status).toBe(409);
    expect(keys()).toEqual(['dir/', 'dir/f']);
  });

  test('and files exclude each other', async () => {
    await put('a/b');
    expect((await put('a')).status).toBe(409);
    expect((await put('a/b/c')).status).toBe(409);
    expect((await put('a/b/', '')).status).toBe(409);
    expect(keys()).toEqual(['a/', 'a/b']);
  });

  test.each(['a//b', '/a', '//'])('have names: %j is none', async (key) => {
    const refused = await put(key);
    expect([refused.status, refused.element('Code')]).toEqual([400, 'InvalidArgument']);
    expect((await ask('POST', key, { query: 'uploads' })).status).toBe(400);
    expect(keys()).toEqual([]);
  });
});

test('what a test puts there has its directories too', async () => {
  server.put('test-bucket', 'a/b', 'x');
  expect(keys()).toEqual(['a/', 'a/b']);
  expect(() => server.put('test-bucket', 'a/b/c', 'x')).toThrow(/A file stands where a directory is needed/);
});

describe('rename', () => {
  const rename = (from: string, to: string) =>
    ask('POST', from, { query: `name=${encodeURIComponent(to)}&rename` });

  test('moves a file, over another one too', async () => {
    await put('a.txt', 'a');
    await put('b.txt', 'b');
    expect((await rename('a.txt', '/b.txt')).status).toBe(204);
    expect([keys(), text('b.txt')]).toEqual([['b.txt'], 'a']);
    expect((await rename('b.txt', 'new/c.txt')).status).toBe(204);
    expect(keys()).toEqual(['new/', 'new/c.txt']);
    expect((await rename('new/c.txt', 'new/c.txt')).status).toBe(204);
    // Not to be repeated.
    expect((await rename('b.txt', 'new/c.txt')).element('Code')).toBe('NoSuchKey');
  });

  test('moves a directory and everything in it', async () => {
    await put('a/b/c');
    await put('a/d');
    expect((await rename('a', 'z/y')).status).toBe(204);
    expect(keys()).toEqual(['z/', 'z/y/', 'z/y/b/', 'z/y/b/c', 'z/y/d']);
    await put('other/f');
    for (const [from, to] of [
      ['z/', 'other'],
      ['z', 'z/inside'],
      ['z', 'other/f'],
      ['other/f', 'z'],
      ['other/f', 'g/'],
    ] as const)
      expect((await rename(from, to)).status).toBe(409);
    expect((await rename('z/', '/')).status).toBe(400);
  });
});

describe('writing in place', () => {
  test('truncate shortens, or fills with zeros', async () => {
    await put('f', 'hello');
    const before = server.stat('test-bucket', 'f')!.etag;
    expect((await ask('PUT', 'f', { query: 'truncate&length=2' })).status).toBe(204);
    expect(text('f')).toBe('he');
    await ask('PUT', 'f', { query: 'truncate&length=4' });
    expect(text('f')).toBe('he\0\0');
    expect(server.stat('test-bucket', 'f')!.etag).not.toBe(before);
    expect((await ask('PUT', 'none', { query: 'truncate&length=2' })).status).toBe(404);
    expect((await ask('PUT', 'f', { query: 'truncate&length=x' })).status).toBe(400);
  });

  test('modify writes anywhere, without looking at the length', async () => {
    const modify = (position: number, body: string) =>
      ask('PUT', 'dir/f', { query: `modify&position=${position}`, body });
    expect(await modify(2, 'llo')).toMatchObject({ status: 200, headers: { etag: `"${md5Hex('llo')}"` } });
    expect([keys(), text('dir/f')]).toEqual([['dir/', 'dir/f'], '\0\0llo']);
    await modify(0, 'he');
    expect(text('dir/f')).toBe('hello');
    await modify(4, 'y there');
    expect(text('dir/f')).toBe('helly there');
  });

  test('makes a file that cannot be copied as a part', async () => {
    await put('f', 'hello');
    const id = (await ask('POST', 'k', { query: 'uploads' })).element('UploadId')!;
    const copy = () =>
      ask('PUT', 'k', {
        query: `partNumber=1&uploadId=${id}`,
        headers: { 'x-obs-copy-source': '/test-bucket/f' },
      });
    expect((await copy()).status).toBe(200);
    await ask('PUT', 'f', { query: 'modify&position=5', body: '!' });
    expect((await copy()).element('Code')).toBe('FsNotSupport');
    await ask('DELETE', 'k', { query: `uploadId=${id}` });
  });

  test.each([
    ['PUT', 'truncate&length=1'],
    ['PUT', 'modify&position=0'],
    ['POST', 'name=b&rename'],
  ])('is for parallel file systems only: %s ?%s', async (method, query) => {
    server.put('plain', 'a', 'hello');
    const refused = await send(server, { method, bucket: 'plain', key: 'a', query });
    expect([refused.status, refused.element('Code')]).toEqual([405, 'MethodNotAllowed']);
    expect(server.get('plain', 'a')!.toString()).toBe('hello');
  });
});

test('multipart uploads and copies make directories too', async () => {
  const id = (await ask('POST', 'd/k', { query: 'uploads' })).element('UploadId')!;
  await ask('PUT', 'd/k', { query: `partNumber=1&uploadId=${id}`, body: 'x' });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${md5Hex('x')}</ETag></Part></CompleteMultipartUpload>`;
  expect((await ask('POST', 'd/k', { query: `uploadId=${id}`, body })).status).toBe(200);
  expect((await ask('PUT', 'e/k', { headers: { 'x-obs-copy-source': '/test-bucket/d/k' } })).status).toBe(
    200,
  );
  expect(keys()).toEqual(['d/', 'd/k', 'e/', 'e/k']);
  expect((await ask('PUT', 'x', { headers: { 'x-obs-copy-source': '/test-bucket/d/' } })).status).toBe(404);
});
