import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createNativeWire } from '../../../../../src/dataset-io/storage/obs/native/index.js';
import {
  type ObjectBody,
  type ObsWire,
  WireFault,
  type WireSettings,
} from '../../../../../src/dataset-io/storage/obs/wire.js';
import { readableOf } from '../body.js';

const bucket = 'data';
const patient = { idleMs: 60_000 };
const body = Buffer.from('content');
const put = { bucket, key: 'k', body, contentMd5: createHash('md5').update(body).digest('base64') };
const large = { ...put, body: Buffer.alloc(64 * 1024 * 1024) };

const open: Server[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(open.splice(0).map((server) => new Promise((done) => server.close(done))));
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

function wireTo(port: number, settings: Partial<WireSettings> = {}): ObsWire {
  return createNativeWire({
    endpoint: `http://127.0.0.1:${port}`,
    addressing: 'path',
    credentials: async () => ({ accessKey: 'AKEXAMPLE', secretKey: 'SKEXAMPLE' }),
    ...settings,
  });
}

/** A wire to a service that answers each request like this. */
async function wireOver(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  settings: Partial<WireSettings> = {},
): Promise<ObsWire> {
  return wireTo(await listen(createServer(answer)), settings);
}

/** A wire to something that answers each connection like this. */
async function wireToTcp(
  answer: (socket: Socket) => void,
  settings: (port: number) => Partial<WireSettings> = () => ({}),
): Promise<ObsWire> {
  const port = await listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      answer(socket);
    }),
  );
  return wireTo(port, settings(port));
}

/** The same answer to everything, given as it goes over the connection. */
async function wireToText(text: string): Promise<ObsWire> {
  return await wireToTcp((socket) => socket.once('data', () => socket.end(text)));
}

function document(xml: string, headers: Record<string, string> = {}) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/xml', ...headers });
      response.end(xml);
    });
  };
}

async function fault(work: Promise<unknown>): Promise<WireFault> {
  try {
    await work;
  } catch (error) {
    expect(error).toBeInstanceOf(WireFault);
    return error as WireFault;
  }
  throw new Error('it succeeded');
}

async function whole({ body }: { readonly body: ObjectBody }): Promise<string> {
  return Buffer.concat(await readableOf(body).toArray()).toString();
}

describe('connections', () => {
  test.each([
    ['a write', true],
    ['a read', false],
  ])('one that was used before and breaks under %s', async (_what, changes) => {
    let requests = 0;
    const wire = await wireToTcp((socket) =>
      socket.on('data', () => {
        requests++;
        if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 0\r\n\r\n');
        else socket.resetAndDestroy();
      }),
    );
    await wire.headObject({ bucket, key: 'k' }, patient);
    const work = changes ? wire.putObject(put, patient) : wire.getObject({ bucket, key: 'k' }, patient);
    expect(await fault(work)).toMatchObject({
      kind: 'network',
      networkCode: 'ECONNRESET',
      mayHaveApplied: changes,
    });
    expect(requests).toBe(2);
  });

  test('silence in the handshake of TLS: nothing was sent', async () => {
    const wire = await wireToTcp(
      () => undefined,
      (port) => ({ endpoint: `https://127.0.0.1:${port}` }),
    );
    expect(await fault(wire.putObject(put, { idleMs: 100 }))).toMatchObject({
      kind: 'timeout',
      mayHaveApplied: false,
    });
  });

  test('no TLS where it is expected: nothing was sent', async () => {
    const wire = await wireToTcp(
      (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      (port) => ({ endpoint: `https://127.0.0.1:${port}` }),
    );
    const error = await fault(wire.putObject(put, patient));
    expect(error).toMatchObject({ kind: 'network', mayHaveApplied: false });
    expect(error.networkCode).toMatch(/^(?:ERR_SSL|EPROTO)/);
  });

  test('silence while the name is looked up: nothing was sent', async () => {
    const wire = createNativeWire({
      endpoint: 'http://obs.test',
      credentials: async () => ({ accessKey: 'AKEXAMPLE', secretKey: 'SKEXAMPLE' }),
      lookup: () => undefined,
    });
    expect(await fault(wire.putObject(put, { idleMs: 50 }))).toMatchObject({
      kind: 'timeout',
      mayHaveApplied: false,
    });
  });

  test('waiting for a free one is no silence', async () => {
    const wire = await wireOver(
      (_request, response) => {
        setTimeout(() => response.writeHead(200, { etag: '"x"', 'content-length': 0 }).end(), 300);
      },
      { maxConnections: 1 },
    );
    const heads = Array.from({ length: 6 }, () => wire.headObject({ bucket, key: 'k' }, { idleMs: 1_200 }));
    expect(await Promise.all(heads)).toHaveLength(6);
  });

  test('without a limit on silence there is none', async () => {
    const wire = await wireOver((_request, response) => {
      setTimeout(() => response.writeHead(200, { etag: '"x"', 'content-length': 0 }).end(), 30);
    });
    for (const idleMs of [0, Number.POSITIVE_INFINITY])
      expect((await wire.headObject({ bucket, key: 'k' }, { idleMs })).status).toBe(200);
  });
});

describe('answers before the end of a request', () => {
  const refusal = '<Error><Code>EntityTooLarge</Code><Message>too large</Message></Error>';

  test('a refusal is heard, and the connection not used again', async () => {
    let requests = 0;
    const wire = await wireOver(
      (_request, response) => {
        requests++;
        // Nothing of the body is read.
        if (requests > 1) response.writeHead(200, { etag: '"x"', 'content-length': 0 }).end();
        else response.writeHead(413, { 'content-length': refusal.length }).end(refusal);
      },
      { maxConnections: 1 },
    );
    expect(await fault(wire.putObject(large, patient))).toMatchObject({
      kind: 'status',
      status: 413,
      serviceCode: 'EntityTooLarge',
      mayHaveApplied: false,
    });
    expect((await wire.headObject({ bucket, key: 'k' }, patient)).status).toBe(200);
  });

  test('a refusal that ends the connection is still told', async () => {
    const wire = await wireToTcp((socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write(`HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\n<Error>`);
        setTimeout(() => socket.resetAndDestroy(), 50);
      });
    });
    expect(await fault(wire.putObject(large, patient))).toMatchObject({
      kind: 'status',
      status: 403,
      serviceCode: '',
      mayHaveApplied: false,
    });
  });

  test('a success is not believed', async () => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(200, { etag: '"x"', 'content-length': 0 }).end();
    });
    expect(await fault(wire.putObject(large, patient))).toMatchObject({
      kind: 'malformed',
      mayHaveApplied: true,
    });
  });
});

describe('answers that are no answers', () => {
  test.each([
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.2 AKEXAMPLE\r\n', 'malformed'],
    ['a header that is none', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'malformed'],
    ['nothing', '', 'network'],
    ['half of the headers', 'HTTP/1.1 200 OK\r\nETag: "x"\r\nConten', 'network'],
    ['half of the body', 'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n<a', 'network'],
    [
      'a piece of another length',
      'HTTP/1.1 200 OK\r\nETag: "x"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'malformed',
    ],
  ])('%s', async (_what, text, kind) => {
    const wire = await wireToText(text);
    const error = await fault(wire.putObject(put, patient));
    expect(error).toMatchObject({ kind, mayHaveApplied: true });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('AKEXAMPLE');
    const read = async () => whole(await wire.getObject({ bucket, key: 'k' }, patient));
    expect(await fault(read())).toMatchObject({ kind, mayHaveApplied: false });
  });

  test('a document without end', async () => {
    let sentBytes = 0;
    let closed = false;
    const wire = await wireOver((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' });
      const piece = Buffer.alloc(64 * 1024, '<a>');
      const more = (): void => {
        while (!closed && sentBytes < 200 * 1024 * 1024) {
          sentBytes += piece.length;
          if (!response.write(piece)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      response.on('close', () => {
        closed = true;
      });
      more();
    });
    expect(await fault(wire.listObjects({ bucket }, patient))).toMatchObject({ kind: 'malformed' });
    while (!closed) await sleep(2);
    expect(sentBytes).toBeLessThan(100 * 1024 * 1024);
  });

  test('a refusal whose reasons never come', async () => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(503, { 'content-length': 100, 'retry-after': '7' });
      response.write('<Error>');
    });
    expect(await fault(wire.putObject(put, { idleMs: 100 }))).toMatchObject({
      kind: 'status',
      status: 503,
      retryAfterMs: 7000,
      mayHaveApplied: true,
    });
  });

  test.each([
    ['206 to a request without a range', 206, undefined],
    ['204', 204, undefined],
    ['206 without the range', 206, { first: 0, last: 1 }],
  ])('%s', async (_what, status, range) => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(status, { etag: '"x"' }).end();
    });
    const error = await fault(wire.getObject({ bucket, key: 'k', range }, patient));
    expect(error).toMatchObject({ kind: 'malformed', status, mayHaveApplied: false });
  });

  test('a range of another length than it says', async () => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(206, { etag: '"x"', 'content-range': 'bytes 0-4/9', 'content-length': 3 });
      response.end('abc');
    });
    const request = { bucket, key: 'k', range: { first: 0, last: 4 } };
    expect(await fault(wire.getObject(request, patient))).toMatchObject({ kind: 'malformed', status: 206 });
  });

  const page = (inner: string) => `<ListBucketResult>${inner}</ListBucketResult>`;
  const entry = (size: string, modified: string) =>
    `<IsTruncated>false</IsTruncated><Contents><Key>k</Key><LastModified>${modified}</LastModified><Size>${size}</Size></Contents>`;
  test.each([
    ['of something else', '<ListAllMyBucketsResult/>'],
    ['that does not say whether there is more', page('')],
    ['that says there is more of nothing', page('<IsTruncated>true</IsTruncated>')],
    ['that goes on where it began', page('<IsTruncated>true</IsTruncated><NextMarker>before</NextMarker>')],
    ['with a size that is none', page(entry('-1', '2024-01-01T00:00:00.000Z'))],
    ['with a time that is none', page(entry('1', 'yesterday'))],
    ['with an object without a key', page('<IsTruncated>false</IsTruncated><Contents/>')],
    [
      'with a name that is not encoded as it says',
      page(
        '<IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><CommonPrefixes><Prefix>%</Prefix></CommonPrefixes>',
      ),
    ],
    ['with a document type', `<!DOCTYPE x [<!ENTITY e "e">]>${page('')}`],
  ])('a listing %s', async (_what, xml) => {
    const wire = await wireOver(document(xml));
    expect(await fault(wire.listObjects({ bucket, marker: 'before' }, patient))).toMatchObject({
      kind: 'malformed',
      status: 200,
    });
  });

  test.each([
    '<ListMultipartUploadsResult><IsTruncated>true</IsTruncated></ListMultipartUploadsResult>',
    '<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>',
  ])('uploads that go on where they began', async (xml) => {
    const wire = await wireOver(document(xml));
    const request = { bucket, keyMarker: 'k', uploadIdMarker: 'u' };
    expect(await fault(wire.listUploads(request, patient))).toMatchObject({ kind: 'malformed' });
  });

  test('an upload without a name', async () => {
    const wire = await wireOver(document('<InitiateMultipartUploadResult/>'));
    expect(await fault(wire.startUpload({ bucket, key: 'k' }, patient))).toMatchObject({
      kind: 'malformed',
      mayHaveApplied: true,
    });
  });
});

describe('other ways of saying it', () => {
  test.each([
    ['with prefixes', (xml: string) => xml.replaceAll(/<(\/?)([A-Z])/g, '<$1s3:$2')],
    ['after blanks, for which they wait', (xml: string) => `\r\n  \n ${xml}`],
    ['with a byte order mark', (xml: string) => `\uFEFF${xml}`],
    ['with a declaration', (xml: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`],
  ])('documents %s', async (_what, write) => {
    const xml = `<ListBucketResult><IsTruncated>true</IsTruncated>
      <Contents><Key>a &#x4E2D;&amp;</Key><LastModified>2024-01-02T03:04:05.678Z</LastModified>
        <ETag>&quot;0f&quot;</ETag><Size>5</Size><Type>Appendable</Type></Contents>
      <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>
    </ListBucketResult>`;
    const declared = write(xml).replace('<s3:ListBucketResult>', '<s3:ListBucketResult xmlns:s3="x">');
    const wire = await wireOver(document(declared));
    expect(await wire.listObjects({ bucket }, patient)).toEqual({
      objects: [
        {
          key: 'a 中&',
          size: 5,
          etag: '0f',
          modified: new Date('2024-01-02T03:04:05.678Z'),
          appendable: true,
        },
      ],
      prefixes: ['b/'],
      nextMarker: 'b/',
    });
  });

  test('the next marker is the later of key and prefix in the order of bytes, not of UTF-16', async () => {
    const xml = `<ListBucketResult><IsTruncated>true</IsTruncated>
      <Contents><Key>\u{1F600}</Key><LastModified>2024-01-02T03:04:05Z</LastModified><Size>5</Size></Contents>
      <CommonPrefixes><Prefix>\uFF5E/</Prefix></CommonPrefixes></ListBucketResult>`;
    const wire = await wireOver(document(xml));
    expect((await wire.listObjects({ bucket }, patient)).nextMarker).toBe('\u{1F600}');
  });

  test.each(['x-obs-', 'x-amz-', 'x-rgw-'])('the end of an object under %s', async (prefix) => {
    const wire = await wireOver(document('', { [`${prefix}next-append-position`]: '12' }));
    expect((await wire.appendObject({ ...put, position: 5 }, patient)).nextPosition).toBe(12);
  });

  test('headers: the name of OBS wins, what is repeated is joined, ETags are bare', async () => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(
        200,
        [
          ['X-Amz-Object-Type', 'Normal'],
          ['X-Obs-Object-Type', 'Appendable'],
          ['X-Amz-Meta-A', '1'],
          ['X-Amz-Meta-A', '2'],
          ['ETag', '"abc"'],
          ['Content-Length', '0'],
        ].flat(),
      );
      response.end();
    });
    const { headers } = await wire.headObject({ bucket, key: 'k' }, patient);
    expect(headers).toMatchObject({ 'x-obs-object-type': 'Appendable', 'x-obs-meta-a': '1, 2', etag: 'abc' });
    expect(Object.keys(headers).some((name) => name.startsWith('x-amz-'))).toBe(false);
  });

  test('an object whose length is not told comes whole', async () => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(200, { etag: '"x"' });
      response.write('one ');
      response.end('two');
    });
    expect(await whole(await wire.getObject({ bucket, key: 'k' }, patient))).toBe('one two');
  });

  test('hints before the answer are passed over', async () => {
    const wire = await wireToText(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 0\r\n\r\n',
    );
    expect(await wire.putObject(put, patient)).toMatchObject({ status: 200, headers: { etag: 'x' } });
  });
});

describe('redirects', () => {
  test.each([
    ['in the header', { location: 'https://obs.other.test:444/data/k?AccessKeyId=AK&Signature=S' }, ''],
    ['with a user', { location: 'https://user:secret@obs.other.test:444/' }, ''],
    [
      'in the document',
      {},
      '<Error><Code>PermanentRedirect</Code><Endpoint>obs.other.test:444</Endpoint></Error>',
    ],
  ])('%s: host and port are told, nothing else', async (_where, headers, xml) => {
    const port = await listen(
      createServer((_request, response) => {
        response.writeHead(301, headers).end(xml);
      }),
    );
    const error = await fault(wireTo(port).getObject({ bucket, key: 'k' }, patient));
    const scheme = xml === '' ? 'https' : 'http';
    expect(error).toMatchObject({
      kind: 'status',
      status: 301,
      location: `${scheme}://obs.other.test:444`,
      mayHaveApplied: false,
    });
    expect(inspect(error)).not.toMatch(/Signature|secret|AccessKeyId/);
  });

  test.each([undefined, 'mailto:x', 'http://['])('to nowhere (%s)', async (location) => {
    const wire = await wireOver((_request, response) => {
      response.writeHead(307, location === undefined ? {} : { location }).end();
    });
    const error = await fault(wire.headObject({ bucket, key: 'k' }, patient));
    expect(error).toMatchObject({ kind: 'status', status: 307, location: undefined });
  });
});
