import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { type RawRequest, send, transmit } from './raw-client.js';
import { parseRequest } from './request.js';
import { authenticate, type Credential } from './signatures.js';

const addresses = {
  hosts: ['s3.amazonaws.com', 'obs.example.com'],
  customDomains: { 'static.johnsmith.net': 'static' },
};

/** Authenticates a request given as its lines. */
function judge(lines: readonly string[], credential: Credential, now: number) {
  const [first, ...rest] = lines;
  const [method, url] = first!.split(' ');
  const rawHeaders = rest.flatMap((line) => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1),
  ]);
  const request = parseRequest({ method, url, rawHeaders } as IncomingMessage, addresses);
  return authenticate(request, (key) => (key === credential.accessKey ? credential : undefined), now);
}

describe('published vectors: OBS header signature', () => {
  const credential: Credential = {
    accessKey: 'AKEXAMPLE00000000001',
    secretKey: 'SKEXAMPLE0000000000000000000000000000001',
  };
  const date = 'Mon, 01 Jan 2024 00:00:00 GMT';
  const vectors: [string, string[], string][] = [
    ['GET', ['GET /dir1/file1.txt HTTP/1.1', `Date: ${date}`], 'iR/NrcWrZZuXq0moIksguUxSaIg='],
    [
      'append',
      [
        'POST /log.manifest?append&position=42 HTTP/1.1',
        'Content-Type: application/octet-stream',
        `Date: ${date}`,
      ],
      'brz/LptGsi+LMqLtAmaBbFl3yt4=',
    ],
    [
      'PUT with x-obs-date and token',
      [
        'PUT /dir1/file1.txt HTTP/1.1',
        'Content-Type: text/plain',
        'Date: Tue, 02 Jan 2024 09:00:00 GMT',
        `x-obs-date: ${date}`,
        'x-obs-security-token: STEXAMPLE',
      ],
      'JmleaxyUoWtbkNNFm89KE5DGPuo=',
    ],
  ];
  test.each(vectors)('%s', (_name, lines, signature) => {
    const signed = [
      lines[0]!,
      'Host: demo-bucket.obs.example.com',
      ...lines.slice(1),
      `Authorization: OBS ${credential.accessKey}:${signature}`,
    ];
    const own = lines.some((line) => line.includes('STEXAMPLE'))
      ? { ...credential, securityToken: 'STEXAMPLE' }
      : credential;
    expect(judge(signed, own, Date.parse(date)).scheme).toBe('obs');
    const path = [...signed];
    path[0] = signed[0]!.replace(' /', ' /demo-bucket/');
    path[1] = 'Host: obs.example.com';
    expect(judge(path, own, Date.parse(date)).scheme).toBe('obs');
  });
});

const aws: Credential = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describe('published vectors: AWS v2', () => {
  const vectors: [string, string, string[], string][] = [
    [
      'object GET',
      'Tue, 27 Mar 2007 19:36:42 +0000',
      ['GET /photos/puppy.jpg HTTP/1.1', 'Host: johnsmith.s3.amazonaws.com'],
      'bWq2s1WEIj+Ydj0vQ697zp+IXMU=',
    ],
    [
      'object PUT',
      'Tue, 27 Mar 2007 21:15:45 +0000',
      [
        'PUT /photos/puppy.jpg HTTP/1.1',
        'Content-Type: image/jpeg',
        'Content-Length: 94328',
        'Host: johnsmith.s3.amazonaws.com',
      ],
      'MyyxeRY7whkBe+bq8fHCL/2kKUg=',
    ],
    [
      'list, whose parameters are not signed',
      'Tue, 27 Mar 2007 19:42:41 +0000',
      ['GET /?prefix=photos&max-keys=50&marker=puppy HTTP/1.1', 'Host: johnsmith.s3.amazonaws.com'],
      'htDYFYduRNen8P9ZfE/s9SuKy0U=',
    ],
    [
      'sub-resource',
      'Tue, 27 Mar 2007 19:44:46 +0000',
      ['GET /?acl HTTP/1.1', 'Host: johnsmith.s3.amazonaws.com'],
      'c2WLPFtWHVgbEmeEG93a4cG37dM=',
    ],
    [
      'path style',
      'Tue, 27 Mar 2007 21:20:26 +0000',
      ['DELETE /johnsmith/photos/puppy.jpg HTTP/1.1', 'Host: s3.amazonaws.com'],
      'lx3byBScXR6KzyMaifNkardMwNk=',
    ],
    [
      'custom domain, repeated headers',
      'Tue, 27 Mar 2007 21:06:08 +0000',
      [
        'PUT /db-backup.dat.gz HTTP/1.1',
        'Host: static.johnsmith.net:8080',
        'x-amz-acl: public-read',
        'content-type: application/x-download',
        'Content-MD5: 4gJE4saaMU4BqNR0kLY+lw==',
        'X-Amz-Meta-ReviewedBy: joe@johnsmith.net',
        'X-Amz-Meta-ReviewedBy: jane@johnsmith.net',
        'X-Amz-Meta-FileChecksum: 0x02661779',
        'X-Amz-Meta-ChecksumAlgorithm: crc32',
        'Content-Disposition: attachment; filename=database.dat',
        'Content-Encoding: gzip',
      ],
      'ilyl83RwaSoYIEdixDQcA4OnAnc=',
    ],
    [
      'list of buckets',
      'Wed, 28 Mar 2007 01:29:59 +0000',
      ['GET / HTTP/1.1', 'Host: s3.amazonaws.com'],
      'qGdzdERIC03wnaRNKh6OqZehG9s=',
    ],
    [
      'path as sent',
      'Wed, 28 Mar 2007 01:49:49 +0000',
      ['GET /dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re HTTP/1.1', 'Host: s3.amazonaws.com'],
      'DNEZGsoieTZ92F3bUfSPQcbGmlM=',
    ],
  ];
  test.each(vectors)('%s', (_name, date, lines, signature) => {
    const signed = [...lines, `Date: ${date}`, `Authorization: AWS ${aws.accessKey}:${signature}`];
    expect(judge(signed, aws, Date.parse(date)).scheme).toBe('v2');
    const wrong = signed.with(-1, `Authorization: AWS ${aws.accessKey}:${signature.replace(/^./, 'A')}`);
    expect(() => judge(wrong, aws, Date.parse(date))).toThrow(
      expect.objectContaining({ status: 403, code: 'SignatureDoesNotMatch' }),
    );
  });
});

describe('published vectors: AWS v4', () => {
  const now = Date.UTC(2013, 4, 24);
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  const host = 'Host: examplebucket.s3.amazonaws.com';
  const vectors: [string, string[], string, string, string][] = [
    [
      'GET with Range',
      ['GET /test.txt HTTP/1.1', 'Range: bytes=0-9'],
      'host;range;x-amz-content-sha256;x-amz-date',
      empty,
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT',
      [
        'PUT /test%24file.text HTTP/1.1',
        'Date: Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class: REDUCED_REDUNDANCY',
      ],
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'sub-resource',
      ['GET /?lifecycle HTTP/1.1'],
      'host;x-amz-content-sha256;x-amz-date',
      empty,
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'list',
      ['GET /?max-keys=2&prefix=J HTTP/1.1'],
      'host;x-amz-content-sha256;x-amz-date',
      empty,
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ];
  test.each(vectors)('%s', (_name, lines, names, payload, signature) => {
    const signed = [
      ...lines,
      host,
      `x-amz-content-sha256: ${payload}`,
      'x-amz-date: 20130524T000000Z',
      `Authorization: AWS4-HMAC-SHA256 Credential=${aws.accessKey}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`,
    ];
    expect(judge(signed, aws, now)).toEqual({ scheme: 'v4', credential: aws, payloadHash: payload });
    expect(() => judge([...signed, 'x-amz-meta-more: unsigned'], aws, now)).toThrow(
      expect.objectContaining({ status: 403, code: 'AccessDenied' }),
    );
    expect(() => judge(signed, { ...aws, secretKey: 'other' }, now)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch' }),
    );
  });

  test('signed link', () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    const link = [`GET /test.txt?${query} HTTP/1.1`, host];
    expect(judge(link, aws, now + 86_400_000).scheme).toBe('v4');
    expect(() => judge(link, aws, now + 86_400_001)).toThrow(
      expect.objectContaining({ code: 'AccessDenied' }),
    );
  });
});

describe('over the wire', () => {
  const now = Date.UTC(2030, 0, 2, 3, 4, 5);
  let server: ObsServer;
  beforeEach(async () => {
    server = await startObsServer({
      clock: () => now,
      moreKeys: [
        { accessKey: 'TEMP', secretKey: 'secret', securityToken: 'token', tokenExpires: now + 1000 },
        { accessKey: 'OLD', secretKey: 'secret', securityToken: 'token', tokenExpires: now },
        { accessKey: 'READER', secretKey: 'secret', deny: ({ operation }) => operation !== 'GetObject' },
      ],
    });
    server.put('test-bucket', 'a.txt', 'hello');
  });
  afterEach(async () => {
    server.assertClean();
    await server.close();
  });
  const ask = (request: RawRequest) => send(server, { key: 'a.txt', time: now, ...request });

  const ways = (['obs', 'v2', 'v4'] as const).flatMap((sign) =>
    (['path', 'virtual'] as const).map((style) => ({ sign, style })),
  );
  test.each(ways)('$sign, $style: let in, and refused when changed on the way', async (way) => {
    const prefix = way.sign === 'obs' ? 'x-obs-' : 'x-amz-';
    const headers = {
      [`${prefix}meta-b`]: ' two ',
      [`${prefix}meta-a`]: 'one',
      'content-type': 'text/plain',
    };
    const put = { method: 'PUT', key: "dir/é 中+%&?#'()*!~.txt", body: 'x', headers, ...way };
    const done = await ask(put);
    expect([done.status, done.text]).toEqual([200, '']);
    expect(done.headers[`${prefix}request-id`]).toBeDefined();
    expect(server.log.at(-1)!.scheme).toBe(way.sign);
    const get = await ask({ ...way, key: put.key });
    expect(get.headers[`${prefix}meta-b`]).toBe('two');
    const changes: NonNullable<RawRequest['tamper']>[] = [
      (sent) => {
        sent.path += 'x';
      },
      (sent) => {
        sent.headers[`${prefix}meta-a`] = 'two';
      },
      (sent) => {
        sent.headers[`${prefix}acl`] = 'public-read';
      },
      (sent) => {
        sent.headers['authorization'] += 'A';
      },
    ];
    if (way.sign !== 'v4')
      changes.push((sent) => {
        sent.headers['content-type'] = 'text/html';
      });
    for (const tamper of changes) {
      const refused = await ask({ ...put, tamper });
      expect(refused.status).toBe(403);
      expect(['SignatureDoesNotMatch', 'AccessDenied']).toContain(refused.element('Code'));
    }
    expect(server.keys('test-bucket')).toEqual(['a.txt', put.key]);
  });

  test('a wrong secret gets the string to sign, and nothing of the secret', async () => {
    const refused = await ask({ secretKey: 'wrong' });
    expect(refused.status).toBe(403);
    expect(refused.element('Code')).toBe('SignatureDoesNotMatch');
    expect(refused.element('StringToSign')).toBe(
      'GET&#xA;&#xA;&#xA;Wed, 02 Jan 2030 03:04:05 GMT&#xA;/test-bucket/a.txt',
    );
    expect(refused.text).not.toContain(server.secretKey);
    expect(refused.element('RequestId')).toBe(refused.headers['x-obs-request-id']);
    expect(refused.element('HostId')).toBe(refused.headers['x-obs-id-2']);
    expect(refused.element('Resource')).toBe('/test-bucket/a.txt');
  });

  const refusals: [string, RawRequest, number, string][] = [
    ['nothing signed', { sign: 'none' }, 403, 'AccessDenied'],
    ['unknown key', { accessKey: 'NOBODY' }, 403, 'InvalidAccessKeyId'],
    ['clock ahead', { time: now + 901_000 }, 403, 'RequestTimeTooSkewed'],
    ['clock behind', { time: now - 901_000 }, 403, 'RequestTimeTooSkewed'],
    ['clock behind, v4', { time: now - 901_000, sign: 'v4' }, 403, 'RequestTimeTooSkewed'],
    ['no real date', { headers: { date: 'yesterday' } }, 403, 'AccessDenied'],
    [
      'not a signature',
      {
        tamper: (sent) => {
          sent.headers['authorization'] = 'Basic x';
        },
      },
      400,
      'AuthorizationHeaderMalformed',
    ],
    ['temporary key without token', { accessKey: 'TEMP', secretKey: 'secret' }, 403, 'InvalidAccessKeyId'],
    [
      'temporary key with another token',
      { accessKey: 'TEMP', secretKey: 'secret', headers: { 'x-obs-security-token': 'tokem' } },
      403,
      'InvalidSecurity',
    ],
    ['permanent key with a token', { headers: { 'x-obs-security-token': 'token' } }, 403, 'InvalidSecurity'],
    [
      'expired token',
      { accessKey: 'OLD', secretKey: 'secret', headers: { 'x-obs-security-token': 'token' } },
      403,
      'ExpiredToken',
    ],
    ['denied operation', { accessKey: 'READER', secretKey: 'secret', method: 'DELETE' }, 403, 'AccessDenied'],
    [
      'aws-chunked',
      {
        sign: 'v4',
        method: 'PUT',
        body: 'x',
        headers: { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      },
      501,
      'NotImplemented',
    ],
    [
      'aws-chunked by encoding',
      { method: 'PUT', body: 'x', headers: { 'content-encoding': 'aws-chunked' } },
      501,
      'NotImplemented',
    ],
    [
      'payload of another hash',
      { sign: 'v4', method: 'PUT', body: 'x', headers: { 'x-amz-content-sha256': 'f'.repeat(64) } },
      400,
      'XAmzContentSHA256Mismatch',
    ],
  ];
  test.each(refusals)('refused: %s', async (_name, request, status, code) => {
    const refused = await ask(request);
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
    expect(server.log.at(-1)).toMatchObject({ status, code, state: 'done' });
    expect(server.get('test-bucket', 'a.txt')!.toString()).toBe('hello');
  });

  const admissions: [string, RawRequest][] = [
    ['15 minutes ahead', { time: now + 900_000 }],
    ['15 minutes behind', { time: now - 900_000 }],
    [
      'temporary key',
      { accessKey: 'TEMP', secretKey: 'secret', headers: { 'x-obs-security-token': 'token' } },
    ],
    [
      'temporary key, v4',
      { accessKey: 'TEMP', secretKey: 'secret', sign: 'v4', headers: { 'x-amz-security-token': 'token' } },
    ],
    ['allowed operation', { accessKey: 'READER', secretKey: 'secret' }],
    [
      'x-obs-date beside a wrong Date',
      { headers: { 'x-obs-date': new Date(now).toUTCString(), date: 'nonsense' } },
    ],
    ['unsigned payload', { sign: 'v4', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }],
  ];
  test.each(admissions)('let in: %s', async (_name, request) => {
    expect(await ask(request)).toMatchObject({ status: 200, text: 'hello' });
  });

  test('HEAD has the reason in headers only', async () => {
    const refused = await ask({ method: 'HEAD', secretKey: 'wrong' });
    expect(refused).toMatchObject({
      status: 403,
      text: '',
      headers: { 'x-obs-error-code': 'SignatureDoesNotMatch' },
    });
  });

  test('the question for the signature is answered unsigned', async () => {
    const answer = await transmit(server, 'HEAD', '/test-bucket/?apiversion', {});
    expect(answer).toMatchObject({ status: 200, headers: { 'x-obs-api': '3.0' } });
  });
});

test('a signed link carries key, end and signature in its query', async () => {
  const { createHmac } = await import('node:crypto');
  const server = await startObsServer({ securityToken: 'token' });
  server.put('test-bucket', 'a b.txt', 'hello');
  const link = (expires: number, token = 'token'): string => {
    const text = `GET\n\n\n${expires}\n/test-bucket/a%20b.txt?x-obs-security-token=${token}`;
    const signature = createHmac('sha1', server.secretKey).update(text).digest('base64');
    return `/test-bucket/a%20b.txt?AccessKeyId=${server.accessKey}&Expires=${expires}&x-obs-security-token=${token}&Signature=${encodeURIComponent(signature)}`;
  };
  const soon = Math.floor(Date.now() / 1000) + 60;
  expect(await transmit(server, 'GET', link(soon), {})).toMatchObject({ status: 200, text: 'hello' });
  expect((await transmit(server, 'GET', link(soon - 120), {})).element('Message')).toBe(
    'Request has expired',
  );
  expect((await transmit(server, 'GET', link(soon, 'other'), {})).element('Code')).toBe('InvalidSecurity');
  expect(
    (await transmit(server, 'GET', link(soon).replace('Expires=', 'Expires=1'), {})).element('Code'),
  ).toBe('SignatureDoesNotMatch');
  expect(server.log.map(({ query }) => Object.keys(query))).toEqual(Array(4).fill(['Expires']));
  await server.close();
});

test('a server that lets in what is not signed still refuses what is signed wrongly', async () => {
  const server = await startObsServer({ anonymous: true });
  server.put('test-bucket', 'a.txt', 'hello');
  expect(await send(server, { key: 'a.txt', sign: 'none' })).toMatchObject({ status: 200 });
  expect(server.log[0]!.scheme).toBe('anonymous');
  expect(await send(server, { key: 'a.txt', secretKey: 'wrong' })).toMatchObject({ status: 403 });
  await server.close();
});
