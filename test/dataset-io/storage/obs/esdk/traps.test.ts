import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClient } from '../../../../../src/dataset-io/storage/obs/esdk/client.js';
import { createEsdkWire } from '../../../../../src/dataset-io/storage/obs/esdk/index.js';
import type { ObsWire, WireFault, WireSettings } from '../../../../../src/dataset-io/storage/obs/wire.js';
import {
  lookup,
  type ObsServer,
  type ObsServerOptions,
  startObsServer,
} from '../../../../server/obs/index.js';
import { readableOf } from '../body.js';
import { failure } from '../harness.js';
import { bareClient, readyClient } from './bare.js';

// What the official package does by itself, and what the engine on it does instead.

const bucket = 'test-bucket';
const options = { idleMs: 30_000 };
let server: ObsServer;
const more: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startObsServer();
});
afterEach(async () => {
  for (const end of more.splice(0)) await end();
  await server.close();
});

/** Another server, which ends with the test. */
async function serverWith(serverOptions: ObsServerOptions): Promise<ObsServer> {
  const other = await startObsServer(serverOptions);
  more.push(() => other.close());
  return other;
}

async function wireAt(to: ObsServer = server, settings: Partial<WireSettings> = {}): Promise<ObsWire> {
  const wire = await createEsdkWire({
    endpoint: to.virtualEndpoint,
    credentials: async () => ({ accessKey: to.accessKey, secretKey: to.secretKey }),
    lookup,
    ...settings,
  });
  more.push(() => wire.close());
  return wire;
}

function upload(key: string, text: string | Uint8Array) {
  const body = Buffer.from(text);
  return { bucket, key, body, contentMd5: createHash('md5').update(body).digest('base64') };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(1);
}

const operations = (of: ObsServer = server) => of.log.map(({ operation }) => operation);

async function fault(work: Promise<unknown>): Promise<WireFault> {
  const error = await failure(work);
  expect(error.name).toBe('WireFault');
  return error as unknown as WireFault;
}

describe('trap 1: a cut download counts as success', () => {
  const size = 1_000_000;
  beforeEach(() => {
    server.putSynthetic(bucket, 'large', size);
    server.fault({ operation: 'GetObject', do: { kind: 'reset', at: { responseBytes: 300_000 } } });
  });

  test('the package says 200 and leaves a part of the file, after trying again and again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'labelkit-esdk-'));
    more.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'large');
    const client = await readyClient(server);
    const { CommonMsg } = await client.getObject({ Bucket: bucket, Key: 'large', SaveAsFile: file });
    expect(CommonMsg.Status).toBe(200);
    expect(readFileSync(file).length).toBeLessThan(size);
    await until(() => server.log.length > 1);
  });

  test('the engine fails, after one request', async () => {
    const wire = await wireAt();
    const { body } = await wire.getObject({ bucket, key: 'large' }, options);
    expect(await fault(readableOf(body).toArray())).toMatchObject({ kind: 'network' });
    expect(operations()).toEqual(['GetObject']);
  });

  test('the engine fails when the connection ends in order before the length that was announced', async () => {
    server.clearFaults();
    server.fault({ operation: 'GetObject', do: { kind: 'fin', at: { responseBytes: 300_000 } } });
    const { body } = await (await wireAt()).getObject({ bucket, key: 'large' }, options);
    expect(await fault(readableOf(body).toArray())).toMatchObject({ kind: 'network' });
  });
});

describe('trap 2: bytes are turned into text', () => {
  const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x80, 0x41, 0x42]);

  test('the package stores other bytes', async () => {
    await (await readyClient(server)).putObject({ Bucket: bucket, Key: 'a', Body: bytes });
    expect(server.get(bucket, 'a')).not.toEqual(bytes);
  });

  test('the engine stores these', async () => {
    const wire = await wireAt();
    await wire.putObject(upload('put', bytes), options);
    await wire.appendObject({ ...upload('append', bytes), position: 0 }, options);
    const { uploadId } = await wire.startUpload({ bucket, key: 'parts' }, options);
    const { etag } = await wire.uploadPart({ ...upload('parts', bytes), uploadId, partNumber: 1 }, options);
    await wire.completeUpload({ bucket, key: 'parts', uploadId, parts: [{ partNumber: 1, etag }] }, options);
    for (const key of ['put', 'append', 'parts']) expect(server.get(bucket, key)).toEqual(bytes);
  });
});

describe('trap 3: a download that rests is asked for again', () => {
  const size = 4_000_000;
  beforeEach(() => server.putSynthetic(bucket, 'large', size));

  test('the package sends the request again and again, and the stalled stream never ends', async () => {
    server.fault({ operation: 'GetObject', do: { kind: 'stall', at: { responseBytes: 100_000 } } });
    const client = await readyClient(server);
    client.util.timeout = 0.05;
    const { InterfaceResult } = await client.getObject({ Bucket: bucket, Key: 'large', SaveAsStream: true });
    const stream = InterfaceResult['Content'] as Readable;
    stream.resume();
    await until(() => server.log.length > 1);
    expect(stream.destroyed).toBe(false);
    expect(stream.readableEnded).toBe(false);
  });

  test('the engine ends the stalled stream, after one request', async () => {
    server.fault({ operation: 'GetObject', do: { kind: 'stall', at: { responseBytes: 100_000 } } });
    const wire = await wireAt();
    const { body } = await wire.getObject({ bucket, key: 'large' }, { idleMs: 50 });
    expect(await fault(readableOf(body).toArray())).toMatchObject({ kind: 'timeout' });
    expect(operations()).toEqual(['GetObject']);
    await until(() => server.openSockets === 0);
  });

  test('the engine waits for a reader who rests', async () => {
    const wire = await wireAt();
    const { body } = await wire.getObject({ bucket, key: 'large' }, { idleMs: 1_000 });
    const pieces = readableOf(body)[Symbol.asyncIterator]();
    const first = await pieces.next();
    await delay(1_200);
    let length = (first.value as Buffer).length;
    for await (const piece of pieces) length += (piece as Buffer).length;
    expect(length).toBe(size);
    expect(operations()).toEqual(['GetObject']);
  });
});

describe('trap 4: another signature than the one asked for', () => {
  test.each([
    ['v4', { signature: 'v4' }],
    ['obs in path style', { signature: 'obs', path_style: true }],
  ])('the package signs v2 for %s', async (_, settings) => {
    const client = await readyClient(server, { ...settings });
    await client.headBucket({ Bucket: bucket });
    expect(server.log).toMatchObject([{ status: 200, scheme: 'v2' }]);
  });

  test('the engine refuses v4, and says what can do it', async () => {
    const error = await failure(wireAt(server, { signature: 'v4' }));
    expect(error).toMatchObject({ name: 'OptionError', code: 'Unsupported' });
    expect(error['hint']).toContain('native');
  });

  test.each(['obs', 'v2'] as const)('the engine signs %s with every addressing', async (signature) => {
    const own = await serverWith({ customDomains: { 'data.example.com': bucket } });
    own.put(bucket, 'a b', 'x');
    const endpoints = {
      virtual: own.virtualEndpoint,
      path: own.endpoint,
      domain: `http://data.example.com:${own.port}`,
    };
    for (const addressing of ['virtual', 'path', 'domain'] as const) {
      const wire = await wireAt(own, { endpoint: endpoints[addressing], addressing, signature });
      await wire.headObject({ bucket, key: 'a b' }, options);
      await wire.listObjects({ bucket, prefix: 'a ' }, options);
    }
    expect(own.log.map(({ scheme, status }) => [scheme, status])).toEqual(Array(6).fill([signature, 200]));
  });
});

describe('trap 5: the first call comes too early', () => {
  test('the package throws when it is called right after it was made', async () => {
    await expect(bareClient(server).headBucket({ Bucket: bucket })).rejects.toThrow(/signature/);
  });

  test('the package ends the process when it has no endpoint', async () => {
    const script = "const Client = require('esdk-obs-nodejs'); new Client({}); setTimeout(() => {}, 60_000);";
    const error = await failure(promisify(execFile)(process.execPath, ['-e', script]));
    expect(error).toMatchObject({ code: 1, stderr: expect.stringContaining('Server is not set') });
  });

  test('the engine answers its first calls, several at once', async () => {
    const wire = await wireAt();
    const answers = await Promise.all(Array.from({ length: 5 }, () => wire.headBucket({ bucket }, options)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  test.each(['', 'obs.example.com', 'ftp://obs.example.com', 'https://obs.example.com/path'])(
    'the engine refuses the endpoint %j',
    async (endpoint) => {
      expect(await failure(wireAt(server, { endpoint }))).toMatchObject({ name: 'OptionError' });
    },
  );
});

describe('trap 6: an ETag that matches does not', () => {
  test('the package encodes its quotes', async () => {
    server.put(bucket, 'a', 'x');
    const { etag } = server.stat(bucket, 'a')!;
    const { CommonMsg } = await (await readyClient(server)).getObject({
      Bucket: bucket,
      Key: 'a',
      IfMatch: `"${etag}"`,
    });
    expect(CommonMsg.Status).toBe(412);
    expect(server.log[0]?.headers['if-match']).toBe(`%22${etag}%22`);
  });

  test('the engine sends them, for reading and for copying', async () => {
    server.put(bucket, 'a', 'x');
    const { etag } = server.stat(bucket, 'a')!;
    const wire = await wireAt();
    const { body } = await wire.getObject({ bucket, key: 'a', ifMatch: etag }, options);
    expect(Buffer.concat(await readableOf(body).toArray()).toString()).toBe('x');
    const source = { bucket, key: 'a' };
    await wire.copyObject({ bucket, key: 'b', source, sourceIfMatch: etag }, options);
    expect(server.log[0]?.headers['if-match']).toBe(`"${etag}"`);
    expect(server.log[1]?.headers['x-obs-copy-source-if-match']).toBe(`"${etag}"`);
    const copied = await fault(wire.copyObject({ bucket, key: 'b', source, sourceIfMatch: '0' }, options));
    expect(copied).toMatchObject({ kind: 'status', status: 412, mayHaveApplied: false });
  });

  test('the engine has conditions for copied parts too, which the package has not', async () => {
    server.put(bucket, 'a', 'x');
    const wire = await wireAt();
    const { uploadId } = await wire.startUpload({ bucket, key: 'b' }, options);
    const copy = {
      bucket,
      key: 'b',
      uploadId,
      partNumber: 1,
      source: { bucket, key: 'a' },
      sourceIfMatch: '0',
    };
    expect(await fault(wire.copyPart(copy, options))).toMatchObject({ status: 412 });
    await wire.abortUpload({ bucket, key: 'b', uploadId }, options);
  });
});

describe('trap 7: everything is application/json', () => {
  const contentType = 'text/plain; charset="utf-8"';

  test('the package does not keep the type that is given', async () => {
    const client = await readyClient(server);
    await client.putObject({ Bucket: bucket, Key: 'a', Body: 'x', ContentType: 'text/plain' });
    expect(server.stat(bucket, 'a')?.contentType).toBe('application/json');
  });

  test('the engine keeps it, and metadata', async () => {
    const wire = await wireAt();
    const metadata = { made: 'by "hand"; 100 %' };
    await wire.putObject({ ...upload('put', 'x'), contentType, metadata }, options);
    await wire.appendObject({ ...upload('append', 'x'), contentType, metadata, position: 0 }, options);
    const { uploadId } = await wire.startUpload({ bucket, key: 'parts', contentType, metadata }, options);
    const { etag } = await wire.uploadPart({ ...upload('parts', 'x'), uploadId, partNumber: 1 }, options);
    await wire.completeUpload({ bucket, key: 'parts', uploadId, parts: [{ partNumber: 1, etag }] }, options);
    for (const key of ['put', 'append', 'parts'])
      expect(server.stat(bucket, key)).toMatchObject({ contentType, metadata });
  });

  test('the engine does not mend the package for others in the process', async () => {
    const wire = await wireAt();
    await wire.putObject({ ...upload('a', 'x'), contentType }, options);
    const client = await readyClient(server);
    await client.putObject({ Bucket: bucket, Key: 'b', Body: 'x', ContentType: 'text/plain' });
    expect(server.stat(bucket, 'a')?.contentType).toBe(contentType);
    expect(server.stat(bucket, 'b')?.contentType).toBe('application/json');
  });
});

describe('trap 8: failures of the service are results', () => {
  beforeEach(() => {
    server.fault({ do: { kind: 'error', status: 503, code: 'SlowDown', retryAfter: 7 } });
  });

  test('the package resolves', async () => {
    const { CommonMsg } = await (await readyClient(server)).headBucket({ Bucket: bucket });
    expect(CommonMsg.Status).toBe(503);
  });

  test('the engine rejects, and says when to come back', async () => {
    const wire = await wireAt();
    expect(await fault(wire.putObject(upload('a', 'x'), options))).toMatchObject({
      kind: 'status',
      status: 503,
      serviceCode: 'SlowDown',
      retryAfterMs: 7_000,
      mayHaveApplied: true,
      requestId: expect.stringMatching(/./),
      serverDate: expect.any(Date),
    });
    expect(operations()).toEqual(['PutObject']);
  });
});

describe('trap 9: status 200 with an error in it counts as success', () => {
  let uploadId = '';
  let etag = '';
  beforeEach(async () => {
    server.put(bucket, 'a', 'x');
    const wire = await wireAt();
    ({ uploadId } = await wire.startUpload({ bucket, key: 'b' }, options));
    ({ etag } = await wire.uploadPart({ ...upload('b', 'x'), uploadId, partNumber: 1 }, options));
    server.fault({
      operation: ['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload'],
      do: { kind: 'error-in-200', code: 'InternalError' },
    });
  });

  test('the package resolves for copies, copied parts and completed uploads', async () => {
    const client = await readyClient(server);
    const to = { Bucket: bucket, Key: 'b', CopySource: `/${bucket}/a` };
    const part = { UploadId: uploadId, PartNumber: 1 };
    const answers = [
      await client.copyObject(to),
      await client.copyPart({ ...to, ...part }),
      await client.completeMultipartUpload({ ...to, ...part, Parts: [{ PartNumber: 1, ETag: etag }] }),
    ];
    for (const { CommonMsg, InterfaceResult } of answers) {
      expect(CommonMsg).toMatchObject({ Status: 200, Code: '' });
      expect(InterfaceResult['ETag']).toBe('');
    }
  });

  test('the engine rejects', async () => {
    const wire = await wireAt();
    const to = { bucket, key: 'b', source: { bucket, key: 'a' } };
    const works = [
      () => wire.copyObject(to, options),
      () => wire.copyPart({ ...to, uploadId, partNumber: 1 }, options),
      () => wire.completeUpload({ bucket, key: 'b', uploadId, parts: [{ partNumber: 1, etag }] }, options),
    ];
    for (const work of works) {
      expect(await fault(work())).toMatchObject({
        kind: 'status',
        status: 200,
        serviceCode: 'InternalError',
        mayHaveApplied: true,
      });
    }
  });
});

describe('trap 10: keys with < and > make no XML', () => {
  const keys = ['a<b>.jpg', 'c&d', '"e"', "f'g", 'h\u0001i', 'j\rk', '100%25', ' l '];
  beforeEach(() => {
    for (const key of keys) server.put(bucket, key, 'x');
  });

  test('the package is refused', async () => {
    const client = await readyClient(server);
    const { CommonMsg } = await client.deleteObjects({ Bucket: bucket, Objects: [{ Key: 'a<b>.jpg' }] });
    expect(CommonMsg).toMatchObject({ Status: 400, Code: 'MalformedXML' });
  });

  test('the engine deletes all of them, and nothing else', async () => {
    for (const key of ['keep', 'a%3Cb%3E.jpg', '100%']) server.put(bucket, key, 'x');
    expect(await (await wireAt()).deleteObjects({ bucket, keys }, options)).toEqual([]);
    expect(server.keys(bucket)).toEqual(['100%', 'a%3Cb%3E.jpg', 'keep']);
  });
});

describe('trap 11: numeric references in listings stay as they are', () => {
  let other: ObsServer;
  beforeEach(async () => {
    other = await serverWith({ xml: { numericEntities: true } });
    other.put(bucket, '中.jpg', 'x');
  });

  test('the package gives names that do not exist', async () => {
    const { InterfaceResult } = await (await readyClient(other)).listObjects({ Bucket: bucket });
    expect(InterfaceResult['Contents'][0].Key).toBe('&#x4E2D;.jpg');
  });

  test('the engine gives the names', async () => {
    for (const key of ['\r\n', 'a+b', '100%']) other.put(bucket, key, 'x');
    const { objects } = await (await wireAt(other)).listObjects({ bucket }, options);
    expect(objects.map(({ key }) => key)).toEqual(['\r\n', '100%', 'a+b', '中.jpg']);
  });

  test('the engine takes no listing that was cut', async () => {
    for (let n = 0; n < 10; n++) server.put(bucket, `${n}`, 'x');
    server.fault({ operation: 'ListObjects', do: { kind: 'truncated-xml' } });
    expect(await fault((await wireAt()).listObjects({ bucket }, options))).toMatchObject({
      kind: 'malformed',
      mayHaveApplied: false,
    });
  });
});

describe('trap 12: a body that is shorter than it says hangs, and so does a request that was given up', () => {
  test('the package waits on, and keeps the connection', async () => {
    const client = await readyClient(server);
    client.util.timeout = 0.05;
    const error = await failure(
      client.putObject({
        Bucket: bucket,
        Key: 'a',
        Body: Readable.from([Buffer.from('x')]),
        ContentLength: 2,
      }),
    );
    expect(error.message).toContain('ETIMEDOUT');
    expect(server.openSockets).toBe(1);
  });

  test.each([0, 1, 131_072, 131_073, 1_000_000])('the engine sends all of %i bytes', async (length) => {
    await (await wireAt()).putObject(upload('a', Buffer.alloc(length, 7)), options);
    expect(server.log).toMatchObject([{ status: 200, received: length }]);
    expect(server.log[0]?.headers).toMatchObject({ 'content-length': String(length) });
    expect(server.log[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  test('the engine ends the connection of a request that it gives up', async () => {
    server.fault({ operation: 'PutObject', do: { kind: 'stall', at: 'after' } });
    const wire = await wireAt();
    expect(await fault(wire.putObject(upload('a', Buffer.alloc(300_000)), { idleMs: 50 }))).toMatchObject({
      kind: 'timeout',
      mayHaveApplied: true,
    });
    await until(() => server.openSockets === 0);
    expect(operations()).toEqual(['PutObject']);
  });
});

describe('trap 13: who gives a request up gets another one', () => {
  test('the package sends it again when it was destroyed', async () => {
    server.fault({ operation: 'GetObject', do: { kind: 'stall', at: 'before' } });
    const client = await readyClient(server);
    const RequestHook = (request: { destroy(error: Error): void }) => {
      const known = server.log.length;
      until(() => server.log.length > known).then(() => request.destroy(new Error('given up')));
    };
    await failure(client.getObject({ Bucket: bucket, Key: 'a', SaveAsStream: true, RequestHook }));
    expect(server.log.length).toBeGreaterThan(1);
  });

  test.each(['getObject', 'putObject'] as const)('the engine gives %s up at once', async (call) => {
    server.fault({ do: { kind: 'stall', at: 'after' } });
    const wire = await wireAt();
    const controller = new AbortController();
    const work = wire[call](upload('a', Buffer.alloc(300_000)), { ...options, signal: controller.signal });
    const failed = failure(work);
    await until(() => server.log.length === 1);
    controller.abort(new Error('enough'));
    expect(await failed).toMatchObject({ name: 'AbortedError', cause: { message: 'enough' } });
    await until(() => server.openSockets === 0);
    expect(server.log).toHaveLength(1);
  });

  test('the engine gives a body up at once', async () => {
    server.putSynthetic(bucket, 'large', 4_000_000);
    const wire = await wireAt();
    const controller = new AbortController();
    const { body } = await wire.getObject(
      { bucket, key: 'large' },
      { ...options, signal: controller.signal },
    );
    const stream = readableOf(body);
    await stream[Symbol.asyncIterator]().next();
    const pieces = stream.toArray();
    controller.abort();
    expect(await failure(pieces)).toMatchObject({ name: 'AbortedError' });
    await until(() => server.openSockets === 0);
  });

  test('the engine sends nothing for a signal that has fired', async () => {
    const wire = await wireAt();
    const signal = AbortSignal.abort();
    expect(await failure(wire.headBucket({ bucket }, { ...options, signal }))).toMatchObject({
      name: 'AbortedError',
    });
    expect(server.log).toHaveLength(0);
  });
});

describe('trap 14: an append whose answer was lost is made again', () => {
  beforeEach(() => {
    server.fault({ operation: 'AppendObject', nth: 1, do: { kind: 'reset', at: 'after' } });
  });

  test('the package says that it failed, though it was done', async () => {
    const client = await readyClient(server);
    const { CommonMsg } = await client.appendObject({
      Bucket: bucket,
      Key: 'a',
      Position: 0,
      Body: 'line\n',
    });
    expect(CommonMsg).toMatchObject({ Status: 409, Code: 'PositionNotEqualToLength' });
    expect(server.get(bucket, 'a')?.toString()).toBe('line\n');
  });

  test('the engine makes it once, and says that it may have been done', async () => {
    const wire = await wireAt();
    const work = wire.appendObject({ ...upload('a', 'line\n'), position: 0 }, options);
    expect(await fault(work)).toMatchObject({ kind: 'network', mayHaveApplied: true });
    expect(operations()).toEqual(['AppendObject']);
  });
});

describe('trap 15: a request that nobody asked for, without a signature', () => {
  test('the package asks for the version of the service first', async () => {
    const client = await readyClient(server, { is_signature_negotiation: undefined });
    await client.headBucket({ Bucket: bucket });
    expect(operations()).toEqual(['ApiVersion', 'HeadBucket']);
    expect(server.log[0]?.scheme).not.toBe('obs');
  });

  test('the engine does not', async () => {
    await (await wireAt()).headBucket({ bucket }, options);
    expect(server.log).toMatchObject([{ operation: 'HeadBucket', scheme: 'obs' }]);
  });
});

describe('trap 16: files are put together from two versions of an object', () => {
  const size = 300_000;
  beforeEach(() => {
    server.put(bucket, 'a', Buffer.alloc(size, 'a'));
    const after = () => server.put(bucket, 'a', Buffer.alloc(size, 'b'));
    server.fault({ operation: 'GetObject', nth: 1, do: { kind: 'run', after } });
  });

  test('the package writes some of each', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'labelkit-esdk-'));
    more.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'a');
    const client = await readyClient(server);
    await client.downloadFile({
      Bucket: bucket,
      Key: 'a',
      DownloadFile: file,
      PartSize: 102_400,
      TaskNum: 1,
      EnableCheckpoint: false,
    });
    expect(new Set(readFileSync(file, 'latin1'))).toEqual(new Set(['a', 'b']));
  });

  test('the engine reads ranges of one version, and no others', async () => {
    const wire = await wireAt();
    const first = await wire.getObject({ bucket, key: 'a', range: { first: 0, last: 99 } }, options);
    expect(Buffer.concat(await readableOf(first.body).toArray())).toEqual(Buffer.alloc(100, 'a'));
    const next = { bucket, key: 'a', range: { first: 100 }, ifMatch: first.headers['etag'] };
    expect(await fault(wire.getObject(next, options))).toMatchObject({ kind: 'status', status: 412 });
  });
});

describe('trap 17: the port is left out of the Host header', () => {
  test('the package leaves it out', async () => {
    await (await readyClient(server)).headBucket({ Bucket: bucket });
    expect(server.log[0]?.headers['host']).toBe(`${bucket}.obs.test`);
  });

  test('the engine names it', async () => {
    await (await wireAt()).headBucket({ bucket }, options);
    await (await wireAt(server, { endpoint: server.endpoint, addressing: 'path' })).headBucket(
      { bucket },
      options,
    );
    expect(server.log.map(({ headers }) => headers['host'])).toEqual([
      `${bucket}.obs.test:${server.port}`,
      `127.0.0.1:${server.port}`,
    ]);
  });
});

describe('certificates are checked', () => {
  let secure: ObsServer;
  beforeEach(async () => {
    secure = await serverWith({ tls: true });
  });

  test('the package takes any', async () => {
    const { CommonMsg } = await (await readyClient(secure)).headBucket({ Bucket: bucket });
    expect(CommonMsg.Status).toBe(200);
  });

  test('the engine takes none that is not trusted', async () => {
    const work = (await wireAt(secure)).headBucket({ bucket }, options);
    expect(await fault(work)).toMatchObject({
      kind: 'network',
      networkCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      mayHaveApplied: false,
    });
  });

  test.each([
    ['ca', () => ({ ca: secure.certificate })],
    ['insecure', () => ({ insecure: true })],
  ] as const)('the engine takes it with %s', async (_, settings) => {
    const wire = await wireAt(secure, settings());
    expect(await wire.headBucket({ bucket }, options)).toMatchObject({ status: 200 });
  });
});

describe('headers that cannot be sent', () => {
  const token = 'line\nend';

  test('the package ends the process', async () => {
    const script = `const Client = require('esdk-obs-nodejs');
const client = new Client({ access_key_id: 'a', secret_access_key: 'b', security_token: 'line\\nend',
  server: 'http://127.0.0.1:9', is_signature_negotiation: false });
setImmediate(() => client.headBucket({ Bucket: 'x' }).catch(() => process.exit(0)));
setTimeout(() => {}, 60_000);`;
    const error = await failure(promisify(execFile)(process.execPath, ['-e', script]));
    expect(error).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_INVALID_CHAR') });
  });

  test('the engine says so', async () => {
    const { accessKey, secretKey } = server;
    const wire = await wireAt(server, {
      credentials: async () => ({ accessKey, secretKey, securityToken: token }),
    });
    const error = await failure(wire.headBucket({ bucket }, options));
    expect(error).toMatchObject({ name: 'OptionError', code: 'BadOption' });
    expect(server.log).toHaveLength(0);
  });
});

describe('what else the engine sees to', () => {
  test.each([
    [
      'another release',
      { obsSdkVersion: '3.27.0', makeParam() {}, makeRequest() {} },
      /version 3\.27\.0, not 3\.26\.8/,
    ],
    ['something else', undefined, /unknown version/],
    ['a release that was changed', { obsSdkVersion: '3.26.8', makeParam() {} }, /was changed/],
  ])('%s of the package is refused', async (_, util, message) => {
    const Client = class {
      readonly util = util;
    };
    const error = await failure(makeClient(Client as never, {} as never));
    expect(error).toMatchObject({ name: 'StorageError', code: 'Unsupported' });
    expect(error.message).toMatch(message);
    expect(error['hint']).toContain('native');
  });

  test('keys that are renewed are used from then on', async () => {
    const renewed = { accessKey: 'AKRENEWED', secretKey: 'SKRENEWED', securityToken: 'a+token=' };
    const own = await serverWith({ moreKeys: [renewed] });
    let current: { accessKey: string; secretKey: string; securityToken?: string } = own;
    const wire = await wireAt(own, { credentials: async () => current });
    const first = wire.headBucket({ bucket }, options);
    await first;
    current = renewed;
    await wire.headBucket({ bucket }, options);
    await wire.headBucket({ bucket }, options);
    expect(own.log.map(({ status }) => status)).toEqual([200, 200, 200]);
    current = { ...renewed, securityToken: 'another' };
    expect(await fault(wire.getObject({ bucket, key: 'a' }, options))).toMatchObject({ status: 403 });
  });

  test.each([
    ['', 'secret'],
    ['access', ' '],
  ])('the keys %j and %j are not sent for: the package would sign nothing', async (accessKey, secretKey) => {
    const wire = await wireAt(server, { credentials: async () => ({ accessKey, secretKey }) });
    expect(await failure(wire.headBucket({ bucket }, options))).toMatchObject({
      name: 'StorageError',
      code: 'CredentialsNotFound',
    });
    expect(server.log).toHaveLength(0);
  });

  test('the answer of a redirect is not followed, and the request can be made there', async () => {
    const there = await serverWith({});
    there.put(bucket, 'a', 'there');
    server.fault({ do: { kind: 'redirect', to: there.virtualEndpoint } });
    const wire = await wireAt();
    const { location } = await fault(wire.getObject({ bucket, key: 'a' }, options));
    expect(location).toBe(there.virtualEndpoint);
    expect(there.log).toHaveLength(0);
    const { body } = await wire.getObject({ bucket, key: 'a' }, { ...options, endpoint: location });
    expect(Buffer.concat(await readableOf(body).toArray()).toString()).toBe('there');
  });

  test('connections are kept, and ended by close', async () => {
    const wire = await wireAt();
    for (let n = 0; n < 5; n++) await wire.headBucket({ bucket }, options);
    expect(server.openSockets).toBe(1);
    wire.close();
    await until(() => server.openSockets === 0);
  });

  test('a name in a query of half a character is refused', async () => {
    const work = (await wireAt()).listObjects({ bucket, prefix: '\ud800' }, options);
    expect(await failure(work)).toMatchObject({ name: 'StorageError', code: 'BadAddress' });
  });

  test('the package reads no answer: neither its way of judging them nor its XML parser is met', async () => {
    const { util } = await readyClient(server);
    const read = vi.spyOn(Object.getPrototypeOf(util) as { getRequest(): void }, 'getRequest');
    more.push(() => read.mockRestore());
    const wire = await wireAt();
    await wire.putObject(upload('a', 'x'), options);
    await wire.listObjects({ bucket }, options);
    await readableOf((await wire.getObject({ bucket, key: 'a' }, options)).body).toArray();
    await fault(wire.getObject({ bucket, key: 'b' }, options));
    expect(read).not.toHaveBeenCalled();
    await (await readyClient(server)).headBucket({ Bucket: bucket });
    expect(read).toHaveBeenCalledTimes(1);
  });

  test('the logging of the process is left alone', async () => {
    await (await wireAt()).headBucket({ bucket }, options);
    const log4js = createRequire(createRequire(import.meta.url).resolve('esdk-obs-nodejs'))('log4js') as {
      isConfigured(): boolean;
    };
    expect(log4js.isConfigured()).toBe(false);
  });
});
