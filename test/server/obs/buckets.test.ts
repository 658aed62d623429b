import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Base64, type RawReply, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer({
    buckets: ['test-bucket', { name: 'files', pfs: true }],
    region: 'north-9',
    clock: () => Date.UTC(2030, 0, 1),
  });
});
afterEach(async () => {
  await server.close();
});
const ask = (request: Parameters<typeof send>[1]) => send(server, { time: Date.UTC(2030, 0, 1), ...request });

describe('buckets', () => {
  test('are made, described, located and removed', async () => {
    const body = '<CreateBucketConfiguration><Location>north-9</Location></CreateBucketConfiguration>';
    expect((await ask({ method: 'PUT', bucket: 'new-bucket', body })).status).toBe(200);
    expect((await ask({ method: 'PUT', bucket: 'new-bucket' })).status).toBe(200);
    const head = await ask({ method: 'HEAD', bucket: 'new-bucket' });
    expect(head).toMatchObject({ status: 200, headers: { 'x-obs-bucket-location': 'north-9' } });
    expect(head.headers['x-obs-fs-file-interface']).toBeUndefined();
    expect((await ask({ bucket: 'new-bucket', query: 'location' })).element('Location')).toBe('north-9');
    const aws = await ask({ bucket: 'new-bucket', query: 'location', sign: 'v4' });
    expect(aws.element('LocationConstraint')).toBe('north-9');
    expect((await ask({ method: 'DELETE', bucket: 'new-bucket' })).status).toBe(204);
    expect((await ask({ method: 'HEAD', bucket: 'new-bucket' })).headers['x-obs-error-code']).toBe(
      'NoSuchBucket',
    );
    expect((await ask({ method: 'DELETE', bucket: 'new-bucket' })).element('Code')).toBe('NoSuchBucket');
    expect((await ask({ bucket: 'new-bucket', query: 'location' })).element('Code')).toBe('NoSuchBucket');
  });

  test('that are parallel file systems say so', async () => {
    const head = await ask({ method: 'HEAD', bucket: 'files' });
    expect(head.headers['x-obs-fs-file-interface']).toBe('Enabled');
    await ask({ method: 'PUT', bucket: 'made', headers: { 'x-obs-fs-file-interface': 'Enabled' } });
    expect((await ask({ bucket: '' })).elements('Name')).toEqual(['test-bucket']);
    const posix = await ask({ bucket: '', headers: { 'x-obs-bucket-type': 'POSIX' } });
    expect(posix.elements('Name')).toEqual(['files', 'made']);
  });

  test('with anything in them are not removed', async () => {
    server.put('test-bucket', 'k', '');
    expect((await ask({ method: 'DELETE' })).element('Code')).toBe('BucketNotEmpty');
    server.delete('test-bucket', 'k');
    await ask({ method: 'POST', key: 'k', query: 'uploads' });
    expect((await ask({ method: 'DELETE' })).element('Code')).toBe('BucketNotEmpty');
  });

  test.each(['ab', 'Upper', '-a-', 'a..b', 'a.-b', '1.2.3.4', 'a'.repeat(64), 'under_score'])(
    'are not called %s',
    async (bucket) => {
      expect((await ask({ method: 'PUT', bucket })).element('Code')).toBe('InvalidBucketName');
    },
  );
});

describe('many deletions in one request', () => {
  const remove = (body: string, headers: Record<string, string> = {}): Promise<RawReply> =>
    ask({ method: 'POST', query: 'delete', body, headers: { 'content-md5': md5Base64(body), ...headers } });
  const document = (keys: string[], more = ''): string =>
    `<Delete>${more}${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;
  beforeEach(() => {
    for (const key of ['a', 'b', 'c<&>', 'd é+']) server.put('test-bucket', key, '');
  });

  test('tell what became of each', async () => {
    const done = await remove(document(['a', 'missing', 'c&lt;&amp;&gt;']));
    expect([done.status, done.elements('Key')]).toEqual([200, ['a', 'missing', 'c&lt;&amp;&gt;']]);
    expect(done.elements('Deleted')).toHaveLength(3);
    expect(server.keys('test-bucket')).toEqual(['b', 'd é+']);
  });

  test('can be quiet, and encoded', async () => {
    const done = await remove(
      document(['d+%C3%A9%2B', 'b'], '<Quiet>true</Quiet><EncodingType>url</EncodingType>'),
    );
    expect([done.element('EncodingType'), done.elements('Deleted')]).toEqual(['url', []]);
    expect(server.keys('test-bucket')).toEqual(['a', 'c<&>']);
    const loud = await remove(document(['d+%C3%A9%2B'], '<EncodingType>url</EncodingType>'));
    expect(loud.element('Key')).toBe('d+%C3%A9%2B');
  });

  test('can fail one by one, which quiet tells all the same', async () => {
    const locked = await startObsServer({ buckets: [{ name: 'test-bucket', worm: true }] });
    locked.put('test-bucket', 'a', '');
    const body = document(['a', 'missing'], '<Quiet>true</Quiet>');
    const done = await send(locked, {
      method: 'POST',
      query: 'delete',
      body,
      headers: { 'content-md5': md5Base64(body) },
    });
    expect([done.status, done.elements('Deleted')]).toEqual([200, []]);
    expect([done.element('Key'), done.element('Code')]).toEqual(['a', 'AccessDenied']);
    await locked.close();
  });

  test('need their digest', async () => {
    const body = document(['a']);
    const without = await ask({ method: 'POST', query: 'delete', body });
    expect([without.status, without.element('Code')]).toEqual([400, 'InvalidRequest']);
    expect((await remove(body, { 'content-md5': md5Base64('x') })).element('Code')).toBe('BadDigest');
    expect(server.keys('test-bucket')).toContain('a');
  });

  const many = (count: number): string => document(Array.from({ length: count }, (_, n) => `k${n}`));
  test.each([
    ['nothing', '<Delete></Delete>'],
    ['too many', many(1001)],
    ['an empty key', document([''])],
    ['no key', '<Delete><Object/></Delete>'],
    ['another root', '<Remove><Object><Key>a</Key></Object></Remove>'],
    ['no XML', 'a'],
  ])('are refused: %s', async (_name, body) => {
    expect((await remove(body)).element('Code')).toBe('MalformedXML');
    expect(server.keys('test-bucket')).toHaveLength(4);
  });

  test('take 1,000 keys', async () => {
    expect((await remove(many(1000))).elements('Deleted')).toHaveLength(1000);
  });
});
