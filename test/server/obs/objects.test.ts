import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Base64, md5Hex, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer();
});
afterEach(async () => {
  server.assertClean();
  await server.close();
});

describe('one object', () => {
  test('is put, read, described and deleted', async () => {
    const put = await send(server, {
      method: 'PUT',
      key: 'a/b c+ü.txt',
      body: 'hello',
      headers: {
        'content-type': 'text/plain',
        'x-obs-meta-colour': 'red',
        'content-md5': md5Base64('hello'),
      },
    });
    expect(put).toMatchObject({ status: 200, headers: { etag: `"${md5Hex('hello')}"` } });
    expect(server.keys('test-bucket')).toEqual(['a/b c+ü.txt']);
    expect(server.get('test-bucket', 'a/b c+ü.txt')!.toString()).toBe('hello');
    const get = await send(server, { key: 'a/b c+ü.txt' });
    expect(get).toMatchObject({
      status: 200,
      text: 'hello',
      headers: {
        etag: `"${md5Hex('hello')}"`,
        'content-length': '5',
        'content-type': 'text/plain',
        'x-obs-meta-colour': 'red',
        'accept-ranges': 'bytes',
        server: 'OBS',
      },
    });
    expect(get.headers['x-obs-request-id']).toMatch(/^[0-9A-F]{32}$/);
    const head = await send(server, { method: 'HEAD', key: 'a/b c+ü.txt' });
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '5' } });
    expect(head.headers['x-obs-object-type']).toBeUndefined();
    expect(head.headers['x-obs-next-append-position']).toBeUndefined();
    expect(await send(server, { method: 'DELETE', key: 'a/b c+ü.txt' })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await send(server, { method: 'DELETE', key: 'a/b c+ü.txt' })).toMatchObject({ status: 204 });
    expect((await send(server, { key: 'a/b c+ü.txt' })).status).toBe(404);
  });
});
