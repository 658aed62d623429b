import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type FaultAction,
  internalError,
  type Moment,
  type ObsServer,
  slowDown,
  startObsServer,
} from './index.js';
import { md5Base64, md5Hex, type RawReply, type RawRequest, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer();
  server.put('test-bucket', 'k', '0123456789');
});
afterEach(async () => {
  server.assertClean();
  await server.close();
});
const get = (more: RawRequest = {}) => send(server, { key: 'k', ...more });
const put = (body = 'new') => send(server, { method: 'PUT', key: 'k', body });
const stored = (): string => server.get('test-bucket', 'k')!.toString();

interface Broken {
  readonly code: string;
  readonly partial: Buffer;
}
const broken = (reply: Promise<RawReply>): Promise<Broken> =>
  reply.then(
    ({ status }) => Promise.reject(new Error(`it was answered ${status}`)),
    (error: Broken) => error,
  );

/** Begins a request and gives the first bytes of the answer, whose rest is then left alone. */
function beginGet(key: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${server.endpoint}/test-bucket/${key}`, { agent: false }, (incoming) => {
      incoming.once('data', (chunk: Buffer) => {
        resolve(chunk);
        outgoing.destroy();
      });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

describe('which requests', () => {
  const codes = async (requests: RawRequest[]): Promise<number[]> => {
    const statuses: number[] = [];
    for (const request of requests) statuses.push((await send(server, request)).status);
    return statuses;
  };
  const mixed: RawRequest[] = [
    { key: 'k' },
    { key: 'k', method: 'HEAD' },
    { key: 'other/k' },
    { key: '' },
    { key: 'k', method: 'PUT', body: 'x' },
  ];
  const hit = 503;
  test.each([
    [{}, [hit, hit, hit, hit, hit]],
    [{ method: 'GET' }, [hit, 200, hit, hit, 200]],
    [{ method: ['HEAD', 'PUT'] }, [200, hit, 404, 200, hit]],
    [{ operation: 'GetObject' as const }, [hit, 200, hit, 200, 200]],
    [{ operation: ['ListObjects', 'PutObject'] as const }, [200, 200, 404, hit, hit]],
    [{ key: 'k' }, [hit, hit, 404, 200, hit]],
    [{ key: /^other\// }, [200, 200, hit, 200, 200]],
    [{ bucket: 'elsewhere' }, [200, 200, 404, 200, 200]],
    [
      {
        match: (request: { headers: Readonly<Record<string, string>> }) =>
          'content-length' in request.headers,
      },
      [200, 200, 404, 200, hit],
    ],
    [{ nth: 2 }, [200, hit, 404, 200, 200]],
    [{ method: 'GET', nth: [1, 3] }, [hit, 200, 404, hit, 200]],
    [{ times: 2 }, [hit, hit, 404, 200, 200]],
    [{ probability: 0 }, [200, 200, 404, 200, 200]],
    [{ probability: 1 }, [hit, hit, hit, hit, hit]],
  ])('%j', async (when, expected) => {
    const handle = server.fault({ ...when, do: slowDown() });
    expect(await codes(mixed)).toEqual(expected);
    expect(handle.hits).toBe(expected.filter((status) => status === hit).length);
  });

  test('a share of them, the same for the same seed', async () => {
    const run = async (seed: number): Promise<string> => {
      server.clearFaults();
      server.fault({ probability: 0.3, seed, do: slowDown() });
      return (await codes(Array.from({ length: 60 }, () => ({ key: 'k' }))))
        .map((status) => (status === hit ? 'x' : '.'))
        .join('');
    };
    const first = await run(7);
    expect(await run(7)).toBe(first);
    expect(await run(8)).not.toBe(first);
    expect(first.replaceAll('.', '').length).toBeGreaterThan(5);
    expect(first.replaceAll('x', '').length).toBeGreaterThan(20);
  });

  test('the first of several plans has them, and a plan can be taken away', async () => {
    const first = server.fault({ nth: 1, do: slowDown() });
    const second = server.fault({ do: internalError() });
    expect(await codes([{ key: 'k' }, { key: 'k' }])).toEqual([503, 500]);
    expect([first.hits, second.hits]).toEqual([1, 1]);
    second.remove();
    expect(await codes([{ key: 'k' }])).toEqual([200]);
  });
});

describe('errors', () => {
  test('503 with Retry-After, and nothing done', async () => {
    server.fault({ do: slowDown(3) });
    const refused = await put();
    expect([refused.status, refused.element('Code'), refused.headers['retry-after']]).toEqual([
      503,
      'SlowDown',
      '3',
    ]);
    expect(stored()).toBe('0123456789');
    const head = await send(server, { method: 'HEAD', key: 'k' });
    expect([head.status, head.headers['x-obs-error-code'], head.text]).toEqual([503, 'SlowDown', '']);
    expect(server.log[0]).toMatchObject({ fault: 'error', status: 503, code: 'SlowDown', received: 0 });
  });

  test('500 after it was done', async () => {
    server.fault({ do: internalError(true) });
    expect((await put()).element('Code')).toBe('InternalError');
    expect(stored()).toBe('new');
  });

  test.each([true, false])('200 with an error in the body, done: %s', async (applied) => {
    server.fault({ do: { kind: 'error-in-200', code: 'InternalError', applied } });
    const reply = await send(server, {
      method: 'PUT',
      key: 'copy',
      headers: { 'x-obs-copy-source': '/test-bucket/k' },
    });
    expect([reply.status, reply.element('Code'), reply.element('ETag')]).toEqual([
      200,
      'InternalError',
      undefined,
    ]);
    expect(server.keys('test-bucket').includes('copy')).toBe(applied);
  });

  test('a page of a proxy', async () => {
    server.fault({ do: { kind: 'html' } });
    const reply = await get();
    expect([reply.status, reply.headers['content-type']]).toEqual([502, 'text/html']);
    expect(reply.text).toContain('502 Bad Gateway');
  });

  test('a redirect to another host, which may be a foreign one', async () => {
    server.fault({ times: 1, do: { kind: 'redirect', to: 'http://elsewhere.example:81' } });
    const reply = await get({ key: 'a b', query: 'response-content-type=x' });
    expect(reply).toMatchObject({
      status: 307,
      headers: { location: 'http://elsewhere.example:81/test-bucket/a%20b?response-content-type=x' },
    });
    expect(reply.element('Code')).toBe('TemporaryRedirect');
    const other = await startObsServer();
    other.put('test-bucket', 'k', 'there');
    server.fault({ times: 1, do: { kind: 'redirect', to: other.endpoint, status: 301 } });
    const moved = await get();
    expect([moved.status, moved.headers.location]).toEqual([301, `${other.endpoint}/test-bucket/k`]);
    expect((await send(other, { key: 'k' })).text).toBe('there');
    await other.close();
  });
});

describe('broken connections', () => {
  const kinds = ['reset', 'fin'] as const;
  const cases: [Moment, boolean][] = [
    ['before', false],
    [{ requestBytes: 0 }, false],
    [{ requestBytes: 2 }, false],
    ['after', true],
  ];
  test.each(kinds.flatMap((kind) => cases.map(([at, done]) => [kind, at, done] as const)))(
    'PUT, %s at %j: done %s',
    async (kind, at, done) => {
      server.fault({ do: { kind, at } });
      expect((await broken(put())).code).toBe('ECONNRESET');
      await expect.poll(() => server.openSockets).toBe(0);
      expect(stored()).toBe(done ? 'new' : '0123456789');
      expect(server.log[0]).toMatchObject({ state: 'cut', fault: kind });
      expect(server.log[0]!.status).toBeUndefined();
    },
  );

  test.each(kinds)('GET, %s in the middle of the answer', async (kind) => {
    server.fault({ do: { kind, at: { responseBytes: 4 } } });
    const { code, partial } = await broken(get());
    expect([code, partial.toString()]).toEqual(['ECONNRESET', '0123']);
    expect(server.log[0]).toMatchObject({ state: 'cut', status: 200, sent: 4 });
  });

  test.each(kinds)('%s right after the headers, and after the last byte', async (kind) => {
    server.fault({ nth: 1, do: { kind, at: { responseBytes: 0 } } });
    expect((await broken(get())).partial.length).toBe(0);
    server.fault({ nth: 1, do: { kind, at: { responseBytes: 10 } } });
    expect((await get()).text).toBe('0123456789');
    await expect.poll(() => server.log[1]!.state).toBe('cut');
  });

  test('megabytes are cut where they should be', async () => {
    server.putSynthetic('test-bucket', 'big', 5_000_000);
    server.fault({ do: { kind: 'fin', at: { responseBytes: 3_333_333 } } });
    const { partial } = await broken(get({ key: 'big' }));
    expect(partial.length).toBe(3_333_333);
    expect(partial.equals(server.get('test-bucket', 'big', 0, 3_333_333)!)).toBe(true);
  });

  test('silence ends when the client goes, or after its time', async () => {
    const open = await startObsServer({ anonymous: true });
    await server.close();
    server = open;
    server.put('test-bucket', 'k', '0123456789');
    server.fault({ nth: 1, do: { kind: 'stall', at: { responseBytes: 4 } } });
    expect((await beginGet('k')).toString()).toBe('0123');
    await expect.poll(() => server.openSockets).toBe(0);
    expect(server.log[0]).toMatchObject({ state: 'cut', sent: 4 });
    for (const at of ['before', 'after', { requestBytes: 1 }, { responseBytes: 0 }] as const) {
      server.clearFaults();
      server.fault({ do: { kind: 'stall', at, ms: 5 } });
      expect((await put('new')).status).toBe(200);
      expect((await get()).text).toBe('new');
    }
  });

  test('a slow answer comes in crumbs', async () => {
    const open = await startObsServer({ anonymous: true });
    await server.close();
    server = open;
    server.put('test-bucket', 'k', '0123456789'.repeat(10));
    server.fault({ times: 1, do: { kind: 'drip', bytesPerSecond: 20 } });
    expect((await beginGet('k')).length).toBeLessThan(100);
    await expect.poll(() => server.log[0]!.state).toBe('cut');
    expect(server.log[0]!.sent).toBeLessThan(100);
    server.fault({ do: { kind: 'drip', bytesPerSecond: 100_000 } });
    expect((await get()).text).toBe('0123456789'.repeat(10));
  });
});

describe('wrong answers', () => {
  test('another ETag, in headers and XML', async () => {
    server.fault({ do: { kind: 'etag' } });
    expect((await put()).headers.etag).toBe(`"${'0'.repeat(32)}"`);
    expect((await get()).headers.etag).toBe(`"${'0'.repeat(32)}"`);
    expect((await send(server, {})).element('ETag')).toBe(`"${'0'.repeat(32)}"`);
    expect(server.stat('test-bucket', 'k')!.etag).toBe(md5Hex('new'));
    server.clearFaults();
    server.fault({ do: { kind: 'etag', etag: 'abc' } });
    expect((await get()).headers.etag).toBe('"abc"');
  });

  test('a Content-Length that is too large or too small', async () => {
    server.fault({ nth: 1, do: { kind: 'content-length', delta: 3 } });
    const { code, partial } = await broken(get());
    expect([code, partial.toString()]).toEqual(['ECONNRESET', '0123456789']);
    server.fault({ nth: 1, do: { kind: 'content-length', delta: -3 } });
    const short = await get();
    expect([short.headers['content-length'], short.text]).toEqual(['7', '0123456']);
    server.fault({ nth: 1, do: { kind: 'content-length', delta: 3 } });
    expect((await send(server, { method: 'HEAD', key: 'k' })).headers['content-length']).toBe('13');
  });

  test('other headers', async () => {
    server.fault({ do: { kind: 'headers', set: { 'content-range': 'bytes 5-6/10' }, remove: ['ETag'] } });
    const reply = await get({ headers: { range: 'bytes=1-2' } });
    expect([reply.headers['content-range'], reply.headers.etag]).toEqual(['bytes 5-6/10', undefined]);
  });

  test('XML that stops', async () => {
    const whole = (await send(server, {})).text;
    server.fault({ nth: 1, do: { kind: 'truncated-xml' } });
    server.fault({ nth: 2, do: { kind: 'truncated-xml', bytes: 40 } });
    server.fault({ nth: 3, do: { kind: 'truncated-xml' } });
    expect((await send(server, {})).text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
    expect((await send(server, {})).text).toBe(whole.slice(0, 40));
    expect((await get()).text).toBe('0123456789');
  });

  test('a bit turned over, in either direction', async () => {
    server.fault({ method: 'GET', do: { kind: 'corrupt', body: 'response', at: 3 } });
    expect((await get()).text).toBe('0122456789');
    const corrupt: FaultAction = { kind: 'corrupt', body: 'request', at: 1 };
    server.fault({ method: 'PUT', do: corrupt });
    expect((await put('0000')).headers.etag).toBe(`"${md5Hex('0100')}"`);
    expect(stored()).toBe('0100');
    const checked = { method: 'PUT', key: 'k', body: '0000', headers: { 'content-md5': md5Base64('0000') } };
    expect((await send(server, checked)).element('Code')).toBe('BadDigest');
  });

  test('the whole object instead of a range', async () => {
    server.fault({ do: { kind: 'ignore-range' } });
    const reply = await get({ headers: { range: 'bytes=1-2' } });
    expect([reply.status, reply.text]).toEqual([200, '0123456789']);
  });

  test('a late answer', async () => {
    server.fault({ do: { kind: 'delay', ms: 5 } });
    expect((await get()).text).toBe('0123456789');
  });
});

describe('what others see', () => {
  test('a write shows only after some reads', async () => {
    server.fault({ method: ['PUT', 'DELETE'], do: { kind: 'delayed-visibility', reads: 2 } });
    await put('new');
    expect((await get()).text).toBe('0123456789');
    expect((await send(server, {})).element('Size')).toBe('10');
    expect((await get()).text).toBe('new');
    await send(server, { method: 'DELETE', key: 'k' });
    expect((await get()).status).toBe(200);
    expect((await send(server, { query: 'prefix=k' })).elements('Key')).toEqual(['k']);
    expect((await get()).status).toBe(404);
    await send(server, { method: 'PUT', key: 'fresh', body: 'x' });
    expect((await get({ key: 'fresh' })).status).toBe(404);
    expect((await send(server, { method: 'HEAD', key: 'fresh' })).status).toBe(404);
    expect((await get({ key: 'fresh' })).status).toBe(200);
  });

  test('a request delivered twice is answered the second time', async () => {
    server.fault({ do: { kind: 'duplicate' } });
    const append = { method: 'POST', key: 'log', query: 'append&position=0', body: 'line\n' };
    expect((await send(server, append)).element('Code')).toBe('PositionNotEqualToLength');
    expect(server.get('test-bucket', 'log')!.toString()).toBe('line\n');
    expect((await put('new')).status).toBe(200);
  });

  test('another writer comes just before, or just after', async () => {
    server.fault({
      nth: 1,
      do: { kind: 'run', before: () => server.put('test-bucket', 'k', 'before') },
    });
    expect((await get()).text).toBe('before');
    server.fault({
      nth: 1,
      do: {
        kind: 'run',
        after: async () => {
          await send(server, { method: 'PUT', key: 'k', body: 'after' });
        },
      },
    });
    expect((await put('mine')).headers.etag).toBe(`"${md5Hex('mine')}"`);
    expect(stored()).toBe('after');
  });
});
