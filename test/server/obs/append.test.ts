import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Base64, md5Hex, type RawRequest, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer({ appendLimit: 3, maxObjectBytes: 100 });
});
afterEach(async () => {
  server.assertClean();
  await server.close();
});
const append = (position: number | string, body: string, more: RawRequest = {}) =>
  send(server, { method: 'POST', key: 'log', query: `append&position=${position}`, body, ...more });

test('makes the object, and lengthens it', async () => {
  const first = await append(0, 'one\n', { headers: { 'content-type': 'text/plain', 'x-obs-meta-a': '1' } });
  expect(first).toMatchObject({
    status: 200,
    headers: { etag: `"${md5Hex('one\n')}"`, 'x-obs-next-append-position': '4' },
  });
  const second = await append(4, 'two\n', {
    headers: { 'content-type': 'text/html', 'content-md5': md5Base64('two\n') },
  });
  // The ETag is that of the piece, not of the object.
  expect(second.headers).toMatchObject({ etag: `"${md5Hex('two\n')}"`, 'x-obs-next-append-position': '8' });
  const pieces = ['one\n', 'two\n'].map((text) => Buffer.from(md5Hex(text), 'hex'));
  const facts = {
    etag: `"${md5Hex(Buffer.concat(pieces))}-2"`,
    'content-length': '8',
    'content-type': 'text/plain',
    'x-obs-meta-a': '1',
    'x-obs-object-type': 'Appendable',
    'x-obs-next-append-position': '8',
  };
  expect((await send(server, { method: 'HEAD', key: 'log' })).headers).toMatchObject(facts);
  expect(await send(server, { key: 'log' })).toMatchObject({ text: 'one\ntwo\n', headers: facts });
  expect((await send(server, { key: '' })).element('Type')).toBe('Appendable');
});

test('under the AWS protocol gives the position under both names', async () => {
  expect((await append(0, 'one\n', { sign: 'v2' })).headers).toMatchObject({
    'x-amz-next-append-position': '4',
    'x-obs-next-append-position': '4',
  });
});

describe('refused, and nothing changed', () => {
  const state = (): string => server.get('test-bucket', 'log')?.toString() ?? 'none';
  const at = async (position: number | string, body = 'x', more?: RawRequest): Promise<[number, string]> => {
    const before = state();
    const refused = await append(position, body, more);
    expect(state()).toBe(before);
    return [refused.status, refused.element('Code')!];
  };

  test('a position that is not the length', async () => {
    expect(await at(1)).toEqual([409, 'PositionNotEqualToLength']);
    server.put('test-bucket', 'log', 'line\n', { appendable: true });
    for (const position of [0, 4, 6]) expect(await at(position)).toEqual([409, 'PositionNotEqualToLength']);
    for (const position of ['', '-1', 'x', '1.5'])
      expect(await at(position)).toEqual([400, 'InvalidArgument']);
  });

  test('a Normal object, at any position', async () => {
    server.put('test-bucket', 'log', 'line\n');
    for (const position of [0, 5]) expect(await at(position)).toEqual([409, 'ObjectNotAppendable']);
  });

  test('too many appends', async () => {
    for (const position of [0, 1, 2]) expect((await append(position, 'x')).status).toBe(200);
    expect(await at(3)).toEqual([409, 'ObjectNotAppendable']);
    expect((await send(server, { method: 'HEAD', key: 'log' })).headers['x-obs-object-type']).toBe(
      'Appendable',
    );
  });

  test('too large an object, another digest', async () => {
    server.put('test-bucket', 'log', 'x'.repeat(99), { appendable: true });
    expect(await at(99, 'xx')).toEqual([400, 'AppendTooLarge']);
    expect(await at(99, 'x', { headers: { 'content-md5': md5Base64('y') } })).toEqual([400, 'BadDigest']);
    expect((await append(99, 'x')).status).toBe(200);
  });

  test.each([
    [{ name: 'test-bucket', pfs: true }, undefined, 409, 'ObjectNotAppendable'],
    [{ name: 'test-bucket', pfs: true }, 405, 405, 'FsNotSupport'],
    [{ name: 'test-bucket', storageClass: 'COLD' }, undefined, 409, 'ObjectNotAppendable'],
    [{ name: 'test-bucket', replicated: true }, undefined, 400, 'OperationNotSupported'],
    [{ name: 'test-bucket', worm: true }, undefined, 403, 'AccessDenied'],
  ] as const)('bucket %j, pfsAppend %s', async (bucket, pfsAppend, status, code) => {
    const other = await startObsServer({ buckets: [bucket], ...(pfsAppend ? { pfsAppend } : {}) });
    const refused = await send(other, { method: 'POST', key: 'log', query: 'append&position=0', body: 'x' });
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
    expect(other.keys('test-bucket')).toEqual([]);
    await other.close();
  });
});

test('Normal and Appendable follow from how an object was made last', async () => {
  const kind = async (): Promise<string> =>
    String((await send(server, { method: 'HEAD', key: 'log' })).headers['x-obs-object-type'] ?? 'Normal');
  await append(0, 'a');
  expect(await kind()).toBe('Appendable');
  await send(server, { method: 'PUT', key: 'log', body: 'put' });
  expect(await kind()).toBe('Normal');
  await send(server, { method: 'DELETE', key: 'log' });
  await append(0, 'b');
  await send(server, { method: 'PUT', key: 'log', headers: { 'x-obs-copy-source': '/test-bucket/log' } });
  expect(await kind()).toBe('Normal');
  expect(server.get('test-bucket', 'log')!.toString()).toBe('b');
});

test('an empty append makes an empty object, once', async () => {
  expect((await append(0, '')).headers['x-obs-next-append-position']).toBe('0');
  expect((await append(0, '')).status).toBe(200);
  expect(server.stat('test-bucket', 'log')).toMatchObject({ size: 0, appends: 2 });
});

test.each([
  ['last-piece', [md5Hex('a'), md5Hex('b')]],
  ['constant', [md5Hex('a'), md5Hex('a')]],
] as const)('the ETag of the object can be: %s', async (appendableEtag, expected) => {
  const other = await startObsServer({ appendableEtag });
  for (const [position, body] of ['a', 'b'].entries()) {
    await send(other, { method: 'POST', key: 'log', query: `append&position=${position}`, body });
    expect(other.stat('test-bucket', 'log')!.etag).toBe(expected[position]);
  }
  await other.close();
});

test('of many writers at one position exactly one is taken', async () => {
  const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => append(0, `writer ${n}\n`)));
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 409)).toHaveLength(19);
});
