import { spawn } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { lookup, type ObsServer, type ObsServerOptions, startObsServer } from './index.js';
import { md5Hex, send } from './raw-client.js';

let server: ObsServer;
const start = async (options: ObsServerOptions = {}): Promise<ObsServer> => {
  server = await startObsServer(options);
  return server;
};
afterEach(async () => {
  await server.close();
});

describe('synthetic objects', () => {
  test('hold bytes that follow from their offset, and no memory', async () => {
    await start();
    const size = 2 ** 40;
    server.putSynthetic('test-bucket', 'huge', size);
    expect((await send(server, { method: 'HEAD', key: 'huge' })).headers['content-length']).toBe(
      String(size),
    );
    const part = (at: number): Promise<Buffer> =>
      send(server, { key: 'huge', headers: { range: `bytes=${at}-${at + 999}` } }).then(({ body }) => body);
    const seen = new Set<string>();
    for (const at of [0, 2 ** 20, 2 ** 23, 5 * 2 ** 30, size - 1000]) {
      const bytes = await part(at);
      expect(bytes.equals(server.get('test-bucket', 'huge', at, at + 1000)!)).toBe(true);
      seen.add(md5Hex(bytes));
    }
    expect(seen.size).toBe(5);
    expect(server.stat('test-bucket', 'huge')!.etag).toMatch(/^[0-9a-f]{32}-1$/);
  });

  test('are the same in one piece and in many', async () => {
    await start();
    server.putSynthetic('test-bucket', 'k', 5_000_000, { contentType: 'image/jpeg' });
    const whole = await send(server, { key: 'k' });
    expect([whole.body.length, whole.headers['content-type']]).toEqual([5_000_000, 'image/jpeg']);
    const parts = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        send(server, { key: 'k', headers: { range: `bytes=${n * 1_000_000}-${n * 1_000_000 + 999_999}` } }),
      ),
    );
    expect(Buffer.concat(parts.map(({ body }) => body)).equals(whole.body)).toBe(true);
  });

  test('can repeat a block', async () => {
    await start();
    server.putSynthetic('test-bucket', 'lines', 17, { block: Buffer.from('line\n') });
    expect((await send(server, { key: 'lines' })).text).toBe('line\nline\nline\nli');
  });

  test('can be copied', async () => {
    await start();
    server.putSynthetic('test-bucket', 'k', 40_000_000);
    const copy = await send(server, {
      method: 'PUT',
      key: 'copy',
      headers: { 'x-obs-copy-source': '/test-bucket/k' },
    });
    const digest = createHash('md5').update(server.get('test-bucket', 'k')!).digest('hex');
    expect(copy.element('ETag')).toBe(`"${digest}"`);
  });
});

describe('discarded uploads', () => {
  test('have a size and a true digest', async () => {
    await start({ discardUploads: 'digest' });
    const body = Buffer.alloc(300_000, 7);
    expect((await send(server, { method: 'PUT', key: 'k', body })).headers.etag).toBe(`"${md5Hex(body)}"`);
    expect(server.stat('test-bucket', 'k')!.size).toBe(300_000);
    const refused = await send(server, { key: 'k' });
    expect([refused.status, refused.element('Code')]).toEqual([501, 'NotImplemented']);
    expect((await send(server, { method: 'HEAD', key: 'k' })).headers['content-length']).toBe('300000');
  });

  test('have not even that, but still make multipart uploads', async () => {
    await start({ discardUploads: 'length', minPartBytes: 1 });
    const id = (await send(server, { method: 'POST', key: 'k', query: 'uploads' })).element('UploadId')!;
    const etags: string[] = [];
    for (const number of [1, 2]) {
      const query = `partNumber=${number}&uploadId=${id}`;
      etags.push((await send(server, { method: 'PUT', key: 'k', query, body: 'same' })).headers.etag!);
    }
    expect(etags[0]).not.toBe(etags[1]);
    const body = `<CompleteMultipartUpload>${etags
      .map((etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('')}</CompleteMultipartUpload>`;
    expect((await send(server, { method: 'POST', key: 'k', query: `uploadId=${id}`, body })).status).toBe(
      200,
    );
    expect(server.stat('test-bucket', 'k')!.size).toBe(8);
    server.assertClean();
  });
});

describe('the log', () => {
  test('says what was asked and answered, in order', async () => {
    await start();
    await send(server, {
      method: 'PUT',
      key: 'a b',
      body: 'hello',
      headers: { 'content-type': 'text/plain' },
    });
    await send(server, { query: 'prefix=a&max-keys=1' });
    await send(server, { key: 'none' });
    expect(
      server.log.map(({ number, operation, status, state }) => [number, operation, status, state]),
    ).toEqual([
      [1, 'PutObject', 200, 'done'],
      [2, 'ListObjects', 200, 'done'],
      [3, 'GetObject', 404, 'done'],
    ]);
    expect(server.log[0]).toMatchObject({
      method: 'PUT',
      bucket: 'test-bucket',
      key: 'a b',
      received: 5,
      scheme: 'obs',
    });
    expect(server.log[0]!.headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '5' });
    expect(server.log[1]).toMatchObject({ key: undefined, query: { prefix: 'a', 'max-keys': '1' } });
    expect(server.log[1]!.sent).toBeGreaterThan(300);
    expect(server.log[2]).toMatchObject({ code: 'NoSuchKey' });
    server.clearLog();
    await send(server, { key: 'a b' });
    expect(server.log.map(({ number }) => number)).toEqual([4]);
  });

  test('holds no secret', async () => {
    await start({ securityToken: 'TOKENTOKEN' });
    server.put('test-bucket', 'k', '');
    for (const sign of ['obs', 'v2', 'v4'] as const) {
      const prefix = sign === 'obs' ? 'x-obs-' : 'x-amz-';
      const headers = {
        [`${prefix}security-token`]: 'TOKENTOKEN',
        [`${prefix}server-side-encryption-customer-key`]: 'KEYKEYKEY',
        cookie: 'COOKIE',
      };
      expect((await send(server, { key: 'k', sign, headers })).status).toBe(200);
      await send(server, {
        key: 'k',
        sign: 'none',
        query: 'Signature=SIGNATURE&AccessKeyId=NOBODY&Expires=9',
      });
      await send(server, {
        key: 'k',
        sign: 'none',
        query: 'X-Amz-Signature=SIGNATURE&x-obs-security-token=TOKENTOKEN',
      });
    }
    const text = JSON.stringify(server.log);
    for (const secret of [
      'TOKENTOKEN',
      'KEYKEYKEY',
      'COOKIE',
      'SIGNATURE',
      'Signature=',
      server.secretKey,
      server.accessKey,
    ])
      expect(text).not.toContain(secret);
  });
});

describe('connections', () => {
  const getOn = (agent: Agent, host = `127.0.0.1:${server.port}`): Promise<string> =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest(`http://${host}/test-bucket/k`, { agent }, (incoming) => {
        let text = '';
        incoming.on('data', (data: Buffer) => {
          text += data.toString();
        });
        incoming.on('end', () => resolve(text));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  test('are kept and counted', async () => {
    await start({ anonymous: true });
    server.put('test-bucket', 'k', 'hello');
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    for (let n = 0; n < 3; n += 1) expect(await getOn(agent)).toBe('hello');
    expect(server.openSockets).toBe(1);
    await Promise.all(Array.from({ length: 6 }, () => getOn(agent)));
    expect(server.openSockets).toBe(2);
    agent.destroy();
    await expect.poll(() => server.openSockets).toBe(0);
  });

  test('that carry requests at one time are counted at their most', async () => {
    await start({ anonymous: true });
    server.put('test-bucket', 'k', 'hello');
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.fault({ do: { kind: 'run', before: () => gate } });
    const agent = new Agent({ maxSockets: 5 });
    const replies = Promise.all(Array.from({ length: 9 }, () => getOn(agent)));
    await expect.poll(() => server.log.length).toBe(5);
    release();
    await replies;
    expect(server.peakRequests).toBe(5);
    server.clearLog();
    expect(server.peakRequests).toBe(0);
  });

  test('find the server under its virtual name', async () => {
    await start({ anonymous: true });
    server.put('test-bucket', 'k', 'hello');
    expect(server.virtualEndpoint).toBe(`http://obs.test:${server.port}`);
    expect(await getOn(new Agent({ lookup }), `obs.test:${server.port}`)).toBe('hello');
  });

  test('can be slow in both directions', async () => {
    await start({ anonymous: true, bytesPerSecond: 1_000_000 });
    server.putSynthetic('test-bucket', 'k', 10_000_000);
    const outgoing = httpRequest(`${server.endpoint}/test-bucket/up`, { method: 'PUT', agent: false });
    outgoing.on('error', () => outgoing.destroy());
    outgoing.end(Buffer.alloc(10_000_000));
    await expect.poll(() => server.log[0]?.received ?? 0).toBeGreaterThan(0);
    // Not noticed before what is under way has been read.
    outgoing.destroy();
    expect(server.log[0]!.received).toBeLessThan(10_000_000);
    const incoming = httpRequest(`${server.endpoint}/test-bucket/k`, { agent: false }, (reply) => {
      reply.on('error', () => reply.destroy());
      reply.once('data', () => incoming.destroy());
    });
    incoming.on('error', () => incoming.destroy());
    incoming.end();
    await expect.poll(() => server.log[1]?.state).toBe('cut');
    expect(server.log[1]!.sent).toBeLessThan(10_000_000);
    expect(server.keys('test-bucket')).toEqual(['k']);
  });

  test('give whole bodies at any rate', async () => {
    await start({ bytesPerSecond: 20_000_000, latencyMs: 1 });
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
    expect((await send(server, { method: 'PUT', key: 'k', body })).status).toBe(200);
    expect((await send(server, { key: 'k' })).body.equals(body)).toBe(true);
  });

  test('end with the server', async () => {
    await start({ anonymous: true });
    server.put('test-bucket', 'k', '');
    server.fault({ do: { kind: 'stall', at: 'before' } });
    const reply = getOn(new Agent());
    const outcome = expect(reply).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => server.log.length).toBe(1);
    await server.close();
    await outcome;
    expect(server.openSockets).toBe(0);
  });
});

describe('TLS', () => {
  const connect = (options: Parameters<typeof httpsRequest>[1]): Promise<number> =>
    new Promise((resolve, reject) => {
      const outgoing = httpsRequest(`${server.endpoint}/`, { agent: false, ...options }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode!);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });

  test('is refused by those who do not know the certificate, and taken by the others', async () => {
    await start({ tls: true });
    expect(server.endpoint).toBe(`https://127.0.0.1:${server.port}`);
    await expect(connect({})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    const ca = server.certificate!;
    expect(await connect({ ca })).toBe(403);
    for (const servername of ['obs.test', 'bucket.obs.test', 'localhost'])
      expect(await connect({ ca, servername })).toBe(403);
    await expect(connect({ ca, servername: 'elsewhere.example' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  test.each([
    [{ notAfter: Date.UTC(2020, 0, 1), notBefore: Date.UTC(2019, 0, 1) }, 'CERT_HAS_EXPIRED'],
    [{ notBefore: Date.UTC(2090, 0, 1), notAfter: Date.UTC(2091, 0, 1) }, 'CERT_NOT_YET_VALID'],
    [{ names: ['elsewhere.example', '10.0.0.1'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%j is refused: %s', async (tls, code) => {
    await start({ tls });
    await expect(connect({ ca: server.certificate! })).rejects.toMatchObject({ code });
  });

  test('carries everything, faults too', async () => {
    await start({ tls: true });
    const body = Buffer.alloc(1_000_000, 'x');
    expect((await send(server, { method: 'PUT', key: 'k', body })).status).toBe(200);
    expect((await send(server, { key: 'k', style: 'virtual' })).body.equals(body)).toBe(true);
    for (const kind of ['reset', 'fin'] as const)
      for (const at of ['before', 'after', { responseBytes: 100_000 }] as const) {
        server.clearFaults();
        server.fault({ do: { kind, at } });
        await expect(send(server, { key: 'k' })).rejects.toMatchObject({ code: 'ECONNRESET' });
      }
    await expect.poll(() => server.openSockets).toBe(0);
  });
});

test('a failure of the server itself does not stay hidden', async () => {
  await start({
    moreKeys: [
      {
        accessKey: 'BAD',
        secretKey: 'x',
        deny: () => {
          throw new TypeError('no such thing');
        },
      },
    ],
  });
  await expect(send(server, { accessKey: 'BAD', secretKey: 'x' })).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  expect(() => server.assertClean()).toThrow(/the OBS test server itself failed/);
});

test('it runs as a program, without a build, until its input ends', async () => {
  await start();
  const program = join(import.meta.dirname, 'run.mjs');
  const args = [
    '--json',
    '--bucket',
    'data',
    '--synthetic',
    'data/dir/big=3000000',
    '--put',
    `data/self=${program}`,
  ];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.includes('\n')) resolve(text);
    });
  });
  const told = JSON.parse(line) as { port: number; accessKey: string; secretKey: string };
  const date = new Date().toUTCString();
  const signature = createHmac('sha1', told.secretKey)
    .update(`GET\n\n\n${date}\n/data/dir/big`)
    .digest('base64');
  const size = await new Promise<number>((resolve, reject) => {
    const headers = { date, authorization: `OBS ${told.accessKey}:${signature}` };
    const url = `http://127.0.0.1:${told.port}/data/dir/big`;
    httpRequest(url, { headers, agent: false }, (incoming) => {
      let bytes = 0;
      incoming.on('data', (data: Buffer) => {
        bytes += data.length;
      });
      incoming.on('end', () => resolve(bytes));
    })
      .on('error', reject)
      .end();
  });
  expect(size).toBe(3_000_000);
  child.stdin.end();
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});
