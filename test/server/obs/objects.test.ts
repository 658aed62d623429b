import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Base64, md5Hex, type RawRequest, send } from './raw-client.js';

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
    const key = 'a/b c+ü.txt';
    const put = await send(server, {
      method: 'PUT',
      key,
      body: 'hello',
      headers: {
        'content-type': 'text/plain',
        'cache-control': 'no-store',
        'x-obs-meta-colour': 'red',
        'content-md5': md5Base64('hello'),
      },
    });
    expect(put).toMatchObject({ status: 200, headers: { etag: `"${md5Hex('hello')}"` } });
    expect(server.keys('test-bucket')).toEqual([key]);
    expect(server.stat('test-bucket', key)).toMatchObject({
      size: 5,
      etag: md5Hex('hello'),
      contentType: 'text/plain',
      metadata: { colour: 'red' },
      appends: undefined,
    });
    const facts = {
      etag: `"${md5Hex('hello')}"`,
      'content-length': '5',
      'content-type': 'text/plain',
      'cache-control': 'no-store',
      'x-obs-meta-colour': 'red',
      'accept-ranges': 'bytes',
      server: 'OBS',
    };
    const get = await send(server, { key });
    expect(get).toMatchObject({ status: 200, text: 'hello', headers: facts });
    expect(get.headers['x-obs-request-id']).toMatch(/^[0-9A-F]{32}$/);
    const head = await send(server, { method: 'HEAD', key });
    expect(head).toMatchObject({ status: 200, text: '', headers: facts });
    expect(head.headers['x-obs-object-type']).toBeUndefined();
    expect(head.headers['x-obs-next-append-position']).toBeUndefined();
    expect(await send(server, { method: 'DELETE', key })).toMatchObject({ status: 204, text: '' });
    expect(await send(server, { method: 'DELETE', key })).toMatchObject({ status: 204 });
    const gone = await send(server, { key });
    expect([gone.status, gone.element('Code')]).toEqual([404, 'NoSuchKey']);
    expect(await send(server, { method: 'HEAD', key })).toMatchObject({
      status: 404,
      text: '',
      headers: { 'x-obs-error-code': 'NoSuchKey' },
    });
  });

  test('has a type even when nobody gave one, and another one on request', async () => {
    server.put('test-bucket', 'k', 'x');
    expect((await send(server, { key: 'k' })).headers['content-type']).toBe('binary/octet-stream');
    const overridden = await send(server, { key: 'k', query: 'response-content-type=text%2Fplain' });
    expect(overridden.headers['content-type']).toBe('text/plain');
  });

  test('may be empty, and in no bucket that is not there', async () => {
    expect(await send(server, { method: 'PUT', key: 'empty', body: '' })).toMatchObject({ status: 200 });
    expect(await send(server, { key: 'empty' })).toMatchObject({ status: 200, text: '' });
    const refused = await send(server, { method: 'PUT', bucket: 'nobody', key: 'k', body: 'x' });
    expect([refused.status, refused.element('Code')]).toEqual([404, 'NoSuchBucket']);
  });
});

describe('ranges', () => {
  const cases: [string, number, string, string | undefined][] = [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=3-3', 206, '3', 'bytes 3-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-4', 206, '6789', 'bytes 6-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=10-12', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
  ];
  test.each(cases)('%s → %i', async (range, status, text, contentRange) => {
    server.put('test-bucket', 'k', '0123456789');
    const reply = await send(server, { key: 'k', headers: { range } });
    expect(reply.status).toBe(status);
    expect(reply.headers['content-range']).toBe(contentRange);
    if (status === 416) expect(reply.element('Code')).toBe('InvalidRange');
    else expect(reply.text).toBe(text);
  });

  test('of an empty object there is none', async () => {
    server.put('test-bucket', 'k', '');
    expect((await send(server, { key: 'k', headers: { range: 'bytes=0-' } })).status).toBe(416);
  });

  test.each([
    ['unsatisfiable-ignored', 'bytes=10-', 200],
    ['unsatisfiable-ignored', 'bytes=1-2', 206],
    ['ignored', 'bytes=1-2', 200],
  ] as const)('server with ranges %s: %s → %i', async (ranges, range, status) => {
    const other = await startObsServer({ ranges });
    other.put('test-bucket', 'k', '0123456789');
    const reply = await send(other, { key: 'k', headers: { range } });
    expect([reply.status, reply.text]).toEqual([status, status === 200 ? '0123456789' : '12']);
    await other.close();
  });
});

describe('conditions', () => {
  const etag = md5Hex('x');
  const modified = Date.UTC(2024, 0, 1, 12, 0, 0, 700);
  const at = (seconds: number): string =>
    new Date(Math.floor(modified / 1000) * 1000 + seconds * 1000).toUTCString();
  const cases: [Record<string, string>, number][] = [
    [{ 'if-match': `"${etag}"` }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': `"other", "${etag}"` }, 200],
    [{ 'if-match': '*' }, 200],
    [{ 'if-match': '"other"' }, 412],
    [{ 'if-match': `%22${etag}%22` }, 412],
    [{ 'if-none-match': `"${etag}"` }, 304],
    [{ 'if-none-match': etag }, 304],
    [{ 'if-none-match': `W/"${etag}"` }, 304],
    [{ 'if-none-match': '"other"' }, 200],
    [{ 'if-modified-since': at(0) }, 304],
    [{ 'if-modified-since': at(-1) }, 200],
    [{ 'if-unmodified-since': at(0) }, 200],
    [{ 'if-unmodified-since': at(-1) }, 412],
    [{ 'if-modified-since': 'nonsense' }, 200],
    [{ 'if-match': etag, 'if-unmodified-since': at(-1) }, 200],
    [{ 'if-none-match': '"other"', 'if-modified-since': at(0) }, 200],
  ];
  test.each(cases)('GET with %j → %i', async (headers, status) => {
    const fixed = await startObsServer({ clock: () => modified });
    fixed.put('test-bucket', 'k', 'x');
    const reply = await send(fixed, { key: 'k', headers, time: modified });
    expect(reply.status).toBe(status);
    if (status === 412) expect(reply.element('Code')).toBe('PreconditionFailed');
    if (status === 304) expect([reply.text, reply.headers.etag]).toEqual(['', `"${etag}"`]);
    await fixed.close();
  });

  test('HEAD and writes do not look at them, unless told to', async () => {
    server.put('test-bucket', 'k', 'x');
    const headers = { 'if-match': '"other"' };
    expect((await send(server, { method: 'HEAD', key: 'k', headers })).status).toBe(200);
    expect((await send(server, { method: 'PUT', key: 'k', body: 'y', headers })).status).toBe(200);
    const strict = await startObsServer({ conditionalHead: true, conditionalWrites: true });
    strict.put('test-bucket', 'k', 'x');
    expect((await send(strict, { method: 'HEAD', key: 'k', headers })).status).toBe(412);
    const writes: [Record<string, string>, number][] = [
      [headers, 412],
      [{ 'if-none-match': '*' }, 412],
      [{ 'if-match': `"${etag}"` }, 200],
    ];
    for (const [conditions, status] of writes)
      expect((await send(strict, { method: 'PUT', key: 'k', body: 'y', headers: conditions })).status).toBe(
        status,
      );
    const absent = { method: 'PUT', key: 'new', body: 'y' };
    expect((await send(strict, { ...absent, headers: { 'if-match': '*' } })).status).toBe(412);
    expect((await send(strict, { ...absent, headers: { 'if-none-match': '*' } })).status).toBe(200);
    await strict.close();
  });
});

describe('bodies', () => {
  const refusals: [string, RawRequest, number, string][] = [
    ['another digest', { headers: { 'content-md5': md5Base64('y') } }, 400, 'BadDigest'],
    ['no digest at all', { headers: { 'content-md5': 'nonsense' } }, 400, 'InvalidDigest'],
    ['a short digest', { headers: { 'content-md5': 'AAAA' } }, 400, 'InvalidDigest'],
    ['too large', { body: Buffer.alloc(1001) }, 400, 'EntityTooLarge'],
    ['too large without a length', { body: Buffer.alloc(1001), chunked: true }, 400, 'EntityTooLarge'],
    ['a long key', { key: `${'ü'.repeat(512)}x` }, 400, 'KeyTooLongError'],
    ['much metadata', { headers: { 'x-obs-meta-a': 'x'.repeat(9000) } }, 400, 'MetadataTooLarge'],
  ];
  test.each(refusals)('refused, and nothing stored: %s', async (_name, request, status, code) => {
    const small = await startObsServer({ maxPutBytes: 1000 });
    const refused = await send(small, { method: 'PUT', key: 'k', body: 'x', ...request });
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
    expect(small.keys('test-bucket')).toEqual([]);
    await small.close();
  });

  test('the longest key and the largest body are taken', async () => {
    const small = await startObsServer({ maxPutBytes: 1000 });
    const key = 'ü'.repeat(512);
    expect((await send(small, { method: 'PUT', key, body: Buffer.alloc(1000) })).status).toBe(200);
    await small.close();
  });

  test('need no length, unless the server insists', async () => {
    const chunked = { method: 'PUT', key: 'k', body: 'hello', chunked: true };
    expect((await send(server, chunked)).status).toBe(200);
    expect(server.get('test-bucket', 'k')!.toString()).toBe('hello');
    const strict = await startObsServer({ requireLength: true });
    const refused = await send(strict, chunked);
    expect([refused.status, refused.element('Code')]).toEqual([411, 'MissingContentLength']);
    await strict.close();
  });

  test('that end early store nothing', async () => {
    const anonymous = await startObsServer({ anonymous: true });
    const put = 'PUT /test-bucket/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhello';
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(anonymous.port, '127.0.0.1', () => socket.end(put));
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(answer).toContain('<Code>IncompleteBody</Code>');
    await new Promise<void>((resolve) => {
      const socket = connect(anonymous.port, '127.0.0.1', () => socket.write(put, () => socket.destroy()));
      socket.on('close', () => resolve());
    });
    await expect.poll(() => anonymous.openSockets).toBe(0);
    expect(anonymous.keys('test-bucket')).toEqual([]);
    expect(anonymous.log.map(({ state }) => state)).toEqual(['cut', 'cut']);
    anonymous.assertClean();
    await anonymous.close();
  });

  test('that do not come are given up', async () => {
    const hasty = await startObsServer({ anonymous: true, bodyTimeoutMs: 30 });
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(hasty.port, '127.0.0.1', () =>
        socket.write('PUT /test-bucket/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhello'),
      );
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('<Code>RequestTimeout</Code>');
    await hasty.close();
  });

  test('are not even asked for when the headers are refused', async () => {
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(
          'PUT /test-bucket/k HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n',
        ),
      );
      socket.on('data', (data) => {
        answer += data;
      });
      socket.on('close', () => resolve(answer));
    });
    expect(text).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
  });

  test('come after 100 Continue when the headers are right', async () => {
    const reply = await send(server, {
      method: 'PUT',
      key: 'k',
      body: 'hello',
      headers: { expect: '100-continue' },
    });
    expect(reply.status).toBe(200);
    expect(server.get('test-bucket', 'k')!.toString()).toBe('hello');
  });

  test('of refused requests are read away, or not at all', async () => {
    const body = Buffer.alloc(3_000_000);
    const refused = { method: 'PUT', key: 'k', body, secretKey: 'wrong' };
    expect((await send(server, refused)).status).toBe(403);
    const early = await startObsServer({ earlyRefusals: true });
    await send(early, refused).then(
      (reply) => expect(reply.status).toBe(403),
      (error) => expect(['ECONNRESET', 'EPIPE']).toContain(error.code),
    );
    expect(early.log[0]).toMatchObject({ status: 403, received: 0 });
    await early.close();
  });
});

describe('copies', () => {
  beforeEach(() => {
    server.put('test-bucket', 'dir/ä +?.txt', 'hello', { contentType: 'text/plain', metadata: { a: '1' } });
  });
  const source = '/test-bucket/dir/%C3%A4%20%2B%3F.txt';
  const copy = (headers: Record<string, string> = {}, more: RawRequest = {}) =>
    send(server, {
      method: 'PUT',
      key: 'copy',
      headers: { 'x-obs-copy-source': source, ...headers },
      ...more,
    });

  test('keep the metadata or get new ones', async () => {
    const done = await copy({ 'x-obs-meta-b': '2' });
    expect(done.status).toBe(200);
    expect(done.element('ETag')).toBe(`"${md5Hex('hello')}"`);
    expect(server.get('test-bucket', 'copy')!.toString()).toBe('hello');
    expect(server.stat('test-bucket', 'copy')).toMatchObject({
      contentType: 'text/plain',
      metadata: { a: '1' },
    });
    await copy({ 'x-obs-metadata-directive': 'REPLACE', 'x-obs-meta-b': '2', 'content-type': 'text/html' });
    expect(server.stat('test-bucket', 'copy')).toMatchObject({
      contentType: 'text/html',
      metadata: { b: '2' },
    });
  });

  test('take the name of the source without the first slash or with all slashes encoded, and under the AWS protocol', async () => {
    expect((await copy({ 'x-obs-copy-source': source.slice(1) })).status).toBe(200);
    expect((await copy({ 'x-obs-copy-source': source.slice(1).replaceAll('/', '%2F') })).status).toBe(200);
    const aws = { 'x-amz-copy-source': source };
    expect((await send(server, { method: 'PUT', key: 'aws', headers: aws, sign: 'v4' })).status).toBe(200);
  });

  test('of an appendable object are Normal', async () => {
    server.put('test-bucket', 'log', 'line\n', { appendable: true });
    await copy({ 'x-obs-copy-source': '/test-bucket/log' });
    expect(server.stat('test-bucket', 'copy')).toMatchObject({ appends: undefined, etag: md5Hex('line\n') });
  });

  const etag = md5Hex('hello');
  const past = 'Mon, 01 Jan 2001 00:00:00 GMT';
  const future = 'Fri, 01 Jan 2100 00:00:00 GMT';
  const conditions: [string, string, number][] = [
    ['match', `"${etag}"`, 200],
    ['match', etag, 200],
    ['match', '"other"', 412],
    ['none-match', '"other"', 200],
    ['none-match', `"${etag}"`, 412],
    ['modified-since', past, 200],
    ['modified-since', future, 412],
    ['unmodified-since', future, 200],
    ['unmodified-since', past, 412],
  ];
  test.each(conditions)('x-obs-copy-source-if-%s: %s → %i', async (name, value, status) => {
    const reply = await copy({ [`x-obs-copy-source-if-${name}`]: value });
    expect(reply.status).toBe(status);
    expect(server.keys('test-bucket').includes('copy')).toBe(status === 200);
  });

  const refusals: [string, Record<string, string>, RawRequest, number, string][] = [
    ['missing source', { 'x-obs-copy-source': '/test-bucket/none' }, {}, 404, 'NoSuchKey'],
    ['missing bucket', { 'x-obs-copy-source': '/nobody/k' }, {}, 404, 'NoSuchBucket'],
    ['no key', { 'x-obs-copy-source': '/test-bucket' }, {}, 400, 'InvalidArgument'],
    ['bad encoding', { 'x-obs-copy-source': '/test-bucket/%ff' }, {}, 400, 'InvalidArgument'],
    ['strange directive', { 'x-obs-metadata-directive': 'MOVE' }, {}, 400, 'InvalidArgument'],
    ['with a body', {}, { body: 'x' }, 400, 'MaxMessageLengthExceeded'],
  ];
  test.each(refusals)('refused: %s', async (_name, headers, more, status, code) => {
    const refused = await copy(headers, more);
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
  });

  test('of one request have a limit', async () => {
    const small = await startObsServer({ maxPutBytes: 4 });
    small.put('test-bucket', 'k', 'hello');
    const refused = await send(small, {
      method: 'PUT',
      key: 'copy',
      headers: { 'x-obs-copy-source': '/test-bucket/k' },
    });
    expect([refused.status, refused.element('Code')]).toEqual([400, 'EntityTooLarge']);
    await small.close();
  });
});

test('objects of a WORM bucket stay as they are', async () => {
  const locked = await startObsServer({ buckets: [{ name: 'test-bucket', worm: true }] });
  locked.put('test-bucket', 'k', 'first');
  for (const request of [
    { method: 'PUT', key: 'k', body: 'second' },
    { method: 'DELETE', key: 'k' },
    { method: 'POST', key: 'k', query: 'append&position=5', body: 'x' },
  ])
    expect((await send(locked, request)).element('Code')).toBe('AccessDenied');
  expect(locked.get('test-bucket', 'k')!.toString()).toBe('first');
  expect((await send(locked, { method: 'PUT', key: 'new', body: 'x' })).status).toBe(200);
  await locked.close();
});
