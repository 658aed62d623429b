import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, startObsServer } from './index.js';
import { md5Base64, md5Hex, type RawReply, send } from './raw-client.js';

let server: ObsServer;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2030, 0, 1);
  server = await startObsServer({ minPartBytes: 5, clock: () => now });
});
afterEach(async () => {
  server.assertClean();
  await server.close();
});
const ask = (request: Parameters<typeof send>[1]) => send(server, { key: 'k', time: now, ...request });

async function initiate(headers: Record<string, string> = {}, key = 'k'): Promise<string> {
  const reply = await ask({ method: 'POST', key, query: 'uploads', headers });
  expect(reply).toMatchObject({ status: 200 });
  expect([reply.element('Bucket'), reply.element('Key')]).toEqual(['test-bucket', key]);
  return reply.element('UploadId')!;
}

const part = (id: string, number: number, body: string, headers: Record<string, string> = {}) =>
  ask({ method: 'PUT', query: `partNumber=${number}&uploadId=${id}`, body, headers });

const complete = (id: string, parts: readonly (readonly [number, string])[], key = 'k'): Promise<RawReply> =>
  ask({
    method: 'POST',
    key,
    query: `uploadId=${id}`,
    body: `<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://obs.myhwclouds.com/doc/2015-06-30/">${parts
      .map(([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('')}</CompleteMultipartUpload>`,
  });

const abort = (id: string, key = 'k') => ask({ method: 'DELETE', key, query: `uploadId=${id}` });
const etagOf = (body: string): string => `"${md5Hex(body)}"`;

test('parts become one object, and nothing shows before', async () => {
  const id = await initiate({ 'content-type': 'text/plain', 'x-obs-meta-a': '1' });
  expect(server.openUploads).toBe(1);
  expect((await part(id, 7, 'world', { 'content-md5': md5Base64('world') })).headers.etag).toBe(
    etagOf('world'),
  );
  await part(id, 2, 'hello');
  await part(id, 9, '!');
  expect(server.keys('test-bucket')).toEqual([]);
  const done = await complete(id, [
    [2, etagOf('hello')],
    [7, md5Hex('world')],
    [9, `&quot;${md5Hex('!')}&quot;`],
  ]);
  const digests = ['hello', 'world', '!'].map((text) => Buffer.from(md5Hex(text), 'hex'));
  const etag = `${md5Hex(Buffer.concat(digests))}-3`;
  expect([done.status, done.element('ETag'), done.element('Key')]).toEqual([200, `"${etag}"`, 'k']);
  expect(server.get('test-bucket', 'k')!.toString()).toBe('helloworld!');
  const head = await ask({ method: 'HEAD' });
  expect(head.headers).toMatchObject({
    etag: `"${etag}"`,
    'content-length': '11',
    'content-type': 'text/plain',
    'x-obs-meta-a': '1',
    'x-obs-uploadid': id,
  });
});

test('a part may come again, and parts that are not listed are dropped', async () => {
  const id = await initiate();
  await part(id, 1, 'first');
  await part(id, 1, 'again');
  await part(id, 2, 'dropped');
  expect((await complete(id, [[1, etagOf('again')]])).status).toBe(200);
  expect(server.get('test-bucket', 'k')!.toString()).toBe('again');
});

describe('complete is refused, and the upload stays', () => {
  const cases: [string, [number, string][], string][] = [
    [
      'descending',
      [
        [2, etagOf('22222')],
        [1, etagOf('11111')],
      ],
      'InvalidPartOrder',
    ],
    [
      'twice the same',
      [
        [1, etagOf('11111')],
        [1, etagOf('11111')],
      ],
      'InvalidPartOrder',
    ],
    ['another ETag', [[1, etagOf('22222')]], 'InvalidPart'],
    [
      'a part never sent',
      [
        [1, etagOf('11111')],
        [4, etagOf('11111')],
      ],
      'InvalidPart',
    ],
    [
      'a small part before the last',
      [
        [3, etagOf('333')],
        [5, etagOf('55555')],
      ],
      'EntityTooSmall',
    ],
    ['no part', [], 'MalformedXML'],
    ['a number that is none', [[Number.NaN, etagOf('11111')]], 'MalformedXML'],
  ];
  test.each(cases)('%s', async (_name, parts, code) => {
    const id = await initiate();
    for (const [number, body] of [
      [1, '11111'],
      [2, '22222'],
      [3, '333'],
      [5, '55555'],
    ] as const)
      await part(id, number, body);
    const refused = await complete(id, parts);
    expect([refused.status, refused.element('Code')]).toEqual([400, code]);
    expect(server.keys('test-bucket')).toEqual([]);
    expect(
      (
        await complete(id, [
          [1, etagOf('11111')],
          [3, etagOf('333')],
        ])
      ).status,
    ).toBe(200);
  });

  test.each([
    '',
    'no xml',
    '<A>',
    '<A/><B/>',
    '<A>&nbsp;</A>',
    '<Delete><Part/></Delete>',
    '<!DOCTYPE a><A/>',
  ])('document %j', async (body) => {
    const id = await initiate();
    const refused = await ask({ method: 'POST', query: `uploadId=${id}`, body });
    expect([refused.status, refused.element('Code')]).toEqual([400, 'MalformedXML']);
    await abort(id);
  });
});

test('the smallest part is 100 KiB unless told otherwise', async () => {
  const usual = await startObsServer();
  for (const [size, status] of [
    [102_399, 400],
    [102_400, 200],
  ] as const) {
    const id = (await send(usual, { method: 'POST', key: 'k', query: 'uploads' })).element('UploadId')!;
    const etags: string[] = [];
    for (const [number, body] of [
      [1, Buffer.alloc(size)],
      [2, Buffer.from('x')],
    ] as const) {
      const reply = await send(usual, {
        method: 'PUT',
        key: 'k',
        query: `partNumber=${number}&uploadId=${id}`,
        body,
      });
      etags.push(`<Part><PartNumber>${number}</PartNumber><ETag>${reply.headers.etag}</ETag></Part>`);
    }
    const body = `<CompleteMultipartUpload>${etags.join('')}</CompleteMultipartUpload>`;
    expect((await send(usual, { method: 'POST', key: 'k', query: `uploadId=${id}`, body })).status).toBe(
      status,
    );
  }
  expect(() => usual.assertClean()).toThrow(
    /1 multipart upload\(s\) neither completed nor aborted: test-bucket\/k/,
  );
  await usual.close();
});

test('requests to no upload, or to that of another key', async () => {
  const id = await initiate();
  await part(id, 1, 'x');
  for (const query of ['uploadId=NONE', `uploadId=${id}`])
    for (const request of [
      { method: 'PUT', query: `partNumber=1&${query}`, body: 'x' },
      { method: 'POST', query, body: '<CompleteMultipartUpload/>' },
      { method: 'GET', query },
      { method: 'DELETE', query },
    ]) {
      const refused = await ask({ ...request, key: 'other' });
      expect([refused.status, refused.element('Code')]).toEqual([404, 'NoSuchUpload']);
    }
  expect((await complete(id, [[1, etagOf('x')]])).status).toBe(200);
  expect((await complete(id, [[1, etagOf('x')]])).element('Code')).toBe('NoSuchUpload');
  expect((await abort(id)).element('Code')).toBe('NoSuchUpload');
});

test.each(['0', '10001', 'x', ''])('part number %j is refused', async (number) => {
  const id = await initiate();
  const refused = await ask({ method: 'PUT', query: `partNumber=${number}&uploadId=${id}`, body: 'x' });
  expect([refused.status, refused.element('Code')]).toEqual([400, 'InvalidArgument']);
  expect((await abort(id)).status).toBe(204);
});

test('a part with another digest is not stored', async () => {
  const id = await initiate();
  expect((await part(id, 1, 'x', { 'content-md5': md5Base64('y') })).element('Code')).toBe('BadDigest');
  expect((await ask({ query: `uploadId=${id}` })).elements('Part')).toEqual([]);
  await abort(id);
});

describe('the last write wins, and a multipart object was written when it was initiated', () => {
  const finish = async (id: string): Promise<void> => {
    await part(id, 1, 'multipart');
    expect((await complete(id, [[1, etagOf('multipart')]])).status).toBe(200);
  };
  const now2030 = (): string => server.get('test-bucket', 'k')!.toString();

  test('over an object from before', async () => {
    server.put('test-bucket', 'k', 'old');
    await finish(await initiate());
    expect(now2030()).toBe('multipart');
  });

  test('a PUT after the initiation stays', async () => {
    const id = await initiate();
    await ask({ method: 'PUT', body: 'newer' });
    await finish(id);
    expect(now2030()).toBe('newer');
    expect((await ask({ method: 'HEAD' })).headers['x-obs-uploadid']).toBeUndefined();
  });

  test('an append after the initiation stays', async () => {
    const id = await initiate();
    await ask({ method: 'POST', query: 'append&position=0', body: 'newer' });
    await finish(id);
    expect(now2030()).toBe('newer');
  });

  test('of two uploads the one initiated later, whichever completes first', async () => {
    const first = await initiate();
    const second = await initiate();
    await part(second, 1, 'second');
    await complete(second, [[1, etagOf('second')]]);
    await finish(first);
    expect(now2030()).toBe('second');
    expect(server.stat('test-bucket', 'k')!.uploadId).toBe(second);
  });

  test('its time is that of the initiation', async () => {
    const began = now;
    const id = await initiate();
    now += 60_000;
    await finish(id);
    expect((await ask({ method: 'HEAD' })).headers['last-modified']).toBe(new Date(began).toUTCString());
  });
});

describe('copied parts', () => {
  beforeEach(() => server.put('test-bucket', 'source', '0123456789'));
  const copyPart = (id: string, number: number, headers: Record<string, string> = {}) =>
    ask({
      method: 'PUT',
      query: `partNumber=${number}&uploadId=${id}`,
      headers: { 'x-obs-copy-source': '/test-bucket/source', ...headers },
    });

  test('whole and in ranges', async () => {
    const id = await initiate();
    const middle = await copyPart(id, 1, { 'x-obs-copy-source-range': 'bytes=2-6' });
    expect([middle.status, middle.element('ETag')]).toEqual([200, etagOf('23456')]);
    const whole = await copyPart(id, 2, { 'x-obs-copy-source-if-match': etagOf('0123456789') });
    expect(
      (
        await complete(id, [
          [1, middle.element('ETag')!],
          [2, whole.element('ETag')!],
        ])
      ).status,
    ).toBe(200);
    expect(server.get('test-bucket', 'k')!.toString()).toBe('234560123456789');
  });

  const refusals: [string, Record<string, string>, number, string][] = [
    ['condition', { 'x-obs-copy-source-if-match': '"other"' }, 412, 'PreconditionFailed'],
    ['range beyond the end', { 'x-obs-copy-source-range': 'bytes=5-10' }, 400, 'InvalidArgument'],
    ['open range', { 'x-obs-copy-source-range': 'bytes=5-' }, 400, 'InvalidArgument'],
    ['backward range', { 'x-obs-copy-source-range': 'bytes=5-4' }, 400, 'InvalidArgument'],
    ['source', { 'x-obs-copy-source': '/test-bucket/none' }, 404, 'NoSuchKey'],
  ];
  test.each(refusals)('refused: %s', async (_name, headers, status, code) => {
    const id = await initiate();
    const refused = await copyPart(id, 1, headers);
    expect([refused.status, refused.element('Code')]).toEqual([status, code]);
    await abort(id);
  });
});

test('parts are listed in pages', async () => {
  const id = await initiate();
  for (const number of [12, 3, 1]) await part(id, number, 'x'.repeat(number));
  const list = (query: string) => ask({ query: `uploadId=${id}${query}` });
  const all = await list('');
  expect(all.elements('PartNumber')).toEqual(['1', '3', '12']);
  expect(all.elements('Size')).toEqual(['1', '3', '12']);
  expect(all.elements('ETag')).toEqual(['x', 'xxx', 'x'.repeat(12)].map(etagOf));
  expect(all.element('IsTruncated')).toBe('false');
  const first = await list('&max-parts=2');
  expect([first.elements('PartNumber'), first.element('IsTruncated')]).toEqual([['1', '3'], 'true']);
  expect(first.element('NextPartNumberMarker')).toBe('3');
  const second = await list('&max-parts=2&part-number-marker=3');
  expect([second.elements('PartNumber'), second.element('IsTruncated')]).toEqual([['12'], 'false']);
  expect((await abort(id)).status).toBe(204);
});

test('uploads are listed by key and time, in pages, and by prefix and delimiter', async () => {
  const ids: Record<string, string> = {};
  for (const [name, key] of [
    ['b1', 'b'],
    ['a', 'a'],
    ['b2', 'b'],
    ['c', 'dir/c'],
    ['d', 'dir/d'],
  ] as const)
    ids[name] = await initiate({}, key);
  const list = (query: string) => ask({ key: '', query: `uploads${query}` });
  const all = await list('');
  expect(all.elements('Key')).toEqual(['a', 'b', 'b', 'dir/c', 'dir/d']);
  expect(all.elements('UploadId')).toEqual([ids['a'], ids['b1'], ids['b2'], ids['c'], ids['d']]);
  const seen: string[] = [];
  for (let marker = ''; ; ) {
    const page = await list(`&max-uploads=2${marker}`);
    seen.push(...page.elements('UploadId'));
    if (page.element('IsTruncated') === 'false') break;
    marker = `&key-marker=${encodeURIComponent(page.element('NextKeyMarker')!)}&upload-id-marker=${page.element('NextUploadIdMarker')}`;
  }
  expect(seen).toEqual(all.elements('UploadId'));
  const grouped = await list('&delimiter=/');
  expect([grouped.elements('Key'), grouped.element('CommonPrefixes')]).toEqual([
    ['a', 'b', 'b'],
    '<Prefix>dir/</Prefix>',
  ]);
  expect((await list('&prefix=dir/&delimiter=/')).elements('Key')).toEqual(['dir/c', 'dir/d']);
  for (const [name, key] of [
    ['b1', 'b'],
    ['a', 'a'],
    ['b2', 'b'],
    ['c', 'dir/c'],
    ['d', 'dir/d'],
  ] as const)
    expect((await abort(ids[name]!, key)).status).toBe(204);
});
