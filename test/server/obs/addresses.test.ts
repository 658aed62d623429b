import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { send, transmit } from './raw-client.js';

let server: ObsServer;
beforeAll(async () => {
  server = await startObsServer({
    anonymous: true,
    buckets: ['test-bucket', 'a.b'],
    hosts: ['storage.example'],
    customDomains: { 'pictures.example': 'test-bucket' },
  });
  server.put('test-bucket', 'k', 'in the bucket');
  server.put('test-bucket', 'a.b/k', 'below a name');
  server.put('a.b', 'k', 'in the other');
});
afterAll(async () => {
  await server.close();
});

describe('where a request goes', () => {
  const cases: [string, string, string][] = [
    ['127.0.0.1', '/test-bucket/k', 'in the bucket'],
    ['localhost:9', '/test-bucket/k', 'in the bucket'],
    ['[::1]:9', '/test-bucket/k', 'in the bucket'],
    ['obs.test', '/a.b/k', 'in the other'],
    ['test-bucket.obs.test', '/k', 'in the bucket'],
    ['TEST-BUCKET.OBS.TEST:80', '/k', 'in the bucket'],
    ['test-bucket.obs.test', '/a.b/k', 'below a name'],
    ['a.b.obs.test', '/k', 'in the other'],
    ['test-bucket.storage.example', '/k', 'in the bucket'],
    ['pictures.example', '/k', 'in the bucket'],
    ['pictures.example', '/a.b%2Fk', 'below a name'],
  ];
  test.each(cases)('%s %s', async (host, path, text) => {
    expect(await transmit(server, 'GET', path, { host })).toMatchObject({ status: 200, text });
  });

  test('keys keep what looks like a path', async () => {
    for (const key of ['/a', 'a//b', 'a/../b', './a', 'a/', '%41', 'a?b#c', '\u0001\u007f\ud83d\ude00']) {
      expect((await send(server, { method: 'PUT', key, body: key })).status).toBe(200);
      expect((await send(server, { key, style: 'virtual' })).text).toBe(key);
      expect(server.log.at(-1)!.key).toBe(key);
    }
  });

  const refusals: [string, string, number, string][] = [
    ['elsewhere.example', '/k', 400, 'BadDomainName'],
    ['obs.test', '/test-bucket/%ff', 400, 'InvalidURI'],
    ['nobody.obs.test', '/k', 404, 'NoSuchBucket'],
    ['obs.test', '/test-bucket/k?acl', 501, 'NotImplemented'],
    ['obs.test', '/test-bucket/?versions', 501, 'NotImplemented'],
  ];
  test.each(refusals)('%s %s is refused', async (host, path, status, code) => {
    const refused = await transmit(server, 'GET', path, { host });
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
  });
});

describe('operations', () => {
  const cases: [string, string, string][] = [
    ['GET', '/', 'ListBuckets'],
    ['HEAD', '/b?apiversion', 'ApiVersion'],
    ['GET', '/b', 'ListObjects'],
    ['GET', '/b/?list-type=2', 'ListObjectsV2'],
    ['GET', '/b/?uploads', 'ListMultipartUploads'],
    ['GET', '/b?location', 'GetBucketLocation'],
    ['HEAD', '/b/', 'HeadBucket'],
    ['PUT', '/b', 'CreateBucket'],
    ['DELETE', '/b', 'DeleteBucket'],
    ['POST', '/b?delete', 'DeleteObjects'],
    ['GET', '/b/k', 'GetObject'],
    ['HEAD', '/b/k', 'HeadObject'],
    ['PUT', '/b/k', 'PutObject'],
    ['DELETE', '/b/k', 'DeleteObject'],
    ['POST', '/b/k?append&position=0', 'AppendObject'],
    ['POST', '/b/k?uploads', 'InitiateMultipartUpload'],
    ['PUT', '/b/k?partNumber=1&uploadId=x', 'UploadPart'],
    ['GET', '/b/k?uploadId=x', 'ListParts'],
    ['POST', '/b/k?uploadId=x', 'CompleteMultipartUpload'],
    ['DELETE', '/b/k?uploadId=x', 'AbortMultipartUpload'],
    ['POST', '/b/k?name=n&rename', 'RenameFile'],
    ['PUT', '/b/k?truncate&length=1', 'TruncateFile'],
    ['PUT', '/b/k?modify&position=1', 'ModifyFile'],
    ['PATCH', '/b/k', 'Unsupported'],
    ['POST', '/b/k', 'Unsupported'],
  ];
  test.each(cases)('%s %s is %s', async (method, path, operation) => {
    await transmit(server, method, path, {});
    expect(server.log.at(-1)).toMatchObject({ method, operation });
  });

  test('copies are told by their header', async () => {
    const headers = { 'x-obs-copy-source': '/a.b/k' };
    await transmit(server, 'PUT', '/test-bucket/copy', headers);
    expect(server.log.at(-1)!.operation).toBe('CopyObject');
    await transmit(server, 'PUT', '/test-bucket/copy?partNumber=1&uploadId=x', headers);
    expect(server.log.at(-1)!.operation).toBe('UploadPartCopy');
  });
});

test('a server can insist on virtual-host style', async () => {
  const strict = await startObsServer({ virtualHostOnly: true });
  strict.put('test-bucket', 'k', 'x');
  expect((await send(strict, { key: 'k' })).element('Code')).toBe('VirtualHostDomainRequired');
  expect((await send(strict, { key: 'k', style: 'virtual' })).status).toBe(200);
  expect((await send(strict, { bucket: '' })).status).toBe(200);
  await strict.close();
});
