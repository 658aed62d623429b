import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ObsServer, type ObsServerOptions, startObsServer } from './index.js';
import { type RawReply, send } from './raw-client.js';

let server: ObsServer;
beforeEach(async () => {
  server = await startObsServer();
});
afterEach(async () => {
  await server.close();
});
const fill = (...keys: string[]): void => {
  for (const key of keys) server.put('test-bucket', key, key);
};
const list = (query = '', from = server): Promise<RawReply> => send(from, { query });
const prefixes = (reply: RawReply): string[] =>
  reply.elements('CommonPrefixes').map((inner) => inner.replace(/<\/?Prefix>/g, ''));

test('a page has every field', async () => {
  const fixed = await startObsServer({ clock: () => Date.UTC(2030, 0, 1, 0, 0, 0, 5) });
  fixed.put('test-bucket', 'a', 'hello');
  const reply = await send(fixed, { query: 'prefix=a', time: Date.UTC(2030, 0, 1) });
  expect(reply.text).toBe(
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
      '<ListBucketResult xmlns="http://obs.myhwclouds.com/doc/2015-06-30/"><Name>test-bucket</Name><Prefix>a</Prefix>' +
      '<Marker></Marker><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>a</Key>' +
      '<LastModified>2030-01-01T00:00:00.005Z</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag><Size>5</Size>' +
      '<Owner><ID>owner</ID></Owner><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>',
  );
  expect(reply.headers['content-type']).toBe('application/xml');
  await fixed.close();
});

test('keys come in the order of their UTF-8 bytes', async () => {
  // In UTF-16 the last two change places.
  fill('\u{1f600}', '\uff5e', 'ä', 'b', 'a/b', 'a', 'B', 'a!');
  expect((await list()).elements('Key')).toEqual(['B', 'a', 'a!', 'a/b', 'b', 'ä', '\uff5e', '\u{1f600}']);
});

describe('prefix, delimiter and marker', () => {
  beforeEach(() => fill('a', 'b/1', 'b/2', 'b/c/3', 'b0', 'c/4', 'd'));
  const cases: [string, string[], string[]][] = [
    ['prefix=b', ['b/1', 'b/2', 'b/c/3', 'b0'], []],
    ['prefix=b/', ['b/1', 'b/2', 'b/c/3'], []],
    ['prefix=x', [], []],
    ['delimiter=/', ['a', 'b0', 'd'], ['b/', 'c/']],
    ['prefix=b/&delimiter=/', ['b/1', 'b/2'], ['b/c/']],
    ['prefix=b&delimiter=/', ['b0'], ['b/']],
    ['delimiter=/c', ['a', 'b/1', 'b/2', 'b0', 'c/4', 'd'], ['b/c']],
    ['marker=b/2', ['b/c/3', 'b0', 'c/4', 'd'], []],
    ['marker=b/', ['b/1', 'b/2', 'b/c/3', 'b0', 'c/4', 'd'], []],
    ['marker=b/&delimiter=/', ['b0', 'd'], ['c/']],
    ['marker=b/1&delimiter=/', ['b0', 'd'], ['b/', 'c/']],
    ['marker=zzz', [], []],
    ['marker=a&prefix=b/', ['b/1', 'b/2', 'b/c/3'], []],
  ];
  test.each(cases)('%s', async (query, keys, common) => {
    const reply = await list(query);
    expect(reply.elements('Key')).toEqual(keys);
    expect(prefixes(reply)).toEqual(common);
    expect(reply.element('IsTruncated')).toBe('false');
    expect(reply.element('NextMarker')).toBeUndefined();
  });
});

/** All pages of a listing, in the order in which their entries come. */
async function walk(
  from: ObsServer,
  query: string,
  v2: boolean,
): Promise<{ names: string[]; pages: number }> {
  const names: string[] = [];
  for (let pages = 1, next = ''; ; pages += 1) {
    const reply = await list(`${query}${v2 ? '&list-type=2' : ''}${next}`, from);
    expect(reply.status).toBe(200);
    const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
    const page = [...reply.elements('Key'), ...prefixes(reply)].map(decode);
    if (v2) expect(reply.element('KeyCount')).toBe(String(page.length));
    names.push(...page);
    if (reply.element('IsTruncated') === 'false') return { names, pages };
    const marker = v2 ? reply.element('NextContinuationToken')! : decode(reply.element('NextMarker')!);
    next = `&${v2 ? 'continuation-token' : 'marker'}=${encodeURIComponent(marker)}`;
  }
}

describe('pages', () => {
  test.each([1, 2, 3, 7])('of %i count keys and common prefixes, and lose none', async (limit) => {
    fill('a', 'b/1', 'b/2', 'c', 'd/1', 'd/2', 'e');
    for (const v2 of [false, true]) {
      const grouped = await walk(server, `delimiter=/&encoding-type=url&max-keys=${limit}`, v2);
      expect(grouped.names.sort()).toEqual(['a', 'b/', 'c', 'd/', 'e']);
      expect(grouped.pages).toBe(Math.ceil(5 / limit));
    }
  });

  test('have at most 1,000 entries whatever is asked for', async () => {
    fill(...Array.from({ length: 1001 }, (_, n) => `k${n}`));
    for (const query of ['', 'max-keys=1000', 'max-keys=5000']) {
      const reply = await list(query);
      expect(reply.elements('Key')).toHaveLength(1000);
      expect([reply.element('MaxKeys'), reply.element('IsTruncated')]).toEqual(['1000', 'true']);
    }
    expect((await walk(server, 'encoding-type=url', false)).names).toHaveLength(1001);
  });

  test('can be smaller by an option of the server', async () => {
    const small = await startObsServer({ pageSize: 2 });
    for (const key of ['a', 'b', 'c']) small.put('test-bucket', key, '');
    const reply = await list('max-keys=1000', small);
    expect([reply.elements('Key'), reply.element('NextMarker')]).toEqual([['a', 'b'], 'b']);
    await small.close();
  });

  test('of none are not truncated; limits that are none are refused', async () => {
    fill('a');
    const none = await list('max-keys=0');
    expect([none.elements('Key'), none.element('IsTruncated')]).toEqual([[], 'false']);
    for (const query of [
      'max-keys=x',
      'max-keys=-1',
      'encoding-type=rot13',
      'list-type=2&continuation-token=%21',
    ])
      expect((await list(query)).element('Code')).toBe('InvalidArgument');
  });

  test('may come without NextMarker', async () => {
    const other = await startObsServer({ omitNextMarker: true });
    for (const key of ['a', 'b/c', 'd']) other.put('test-bucket', key, '');
    expect((await list('max-keys=1', other)).element('NextMarker')).toBeUndefined();
    expect((await list('max-keys=1&delimiter=/', other)).element('NextMarker')).toBe('a');
    await other.close();
  });

  test('v2 starts after a key, and its token is no key', async () => {
    fill('a', 'b', 'c', 'd');
    const reply = await list('list-type=2&start-after=a&max-keys=2');
    expect(reply.elements('Key')).toEqual(['b', 'c']);
    expect(reply.element('StartAfter')).toBe('a');
    const token = reply.element('NextContinuationToken')!;
    expect(token).not.toBe('c');
    const next = await list(`list-type=2&start-after=a&continuation-token=${token}`);
    expect([next.elements('Key'), next.element('ContinuationToken')]).toEqual([['d'], token]);
  });
});

describe('texts', () => {
  const strange = 'a b+c/%41&<>"\'\u0001\r中\u{1f600}~*';

  test('are escaped as XML, control characters too', async () => {
    fill(strange);
    expect((await list()).element('Key')).toBe('a b+c/%41&amp;&lt;&gt;"\'&#x1;&#xD;中\u{1f600}~*');
  });

  test('are percent-encoded on request', async () => {
    fill(strange, 'dir é/x');
    const reply = await list('encoding-type=url&delimiter=/&prefix=a%20&marker=a%20%C3%A9');
    expect(reply.element('EncodingType')).toBe('url');
    expect(reply.element('Prefix')).toBe('a+');
    expect(reply.element('Marker')).toBe('a+%C3%A9');
    expect(reply.element('Delimiter')).toBe('/');
    expect((await list('encoding-type=url')).elements('Key')).toEqual([
      'a+b%2Bc/%2541%26%3C%3E%22%27%01%0D%E4%B8%AD%F0%9F%98%80%7E*',
      'dir+%C3%A9/x',
    ]);
    expect(prefixes(await list('encoding-type=url&delimiter=/&prefix=dir'))).toEqual(['dir+%C3%A9/']);
  });

  const styles: [NonNullable<ObsServerOptions['xml']>, string, string][] = [
    [{ escapeQuotes: true }, '中&quot;', '&quot;900150983cd24fb0d6963f7d28e17f72&quot;'],
    [{ numericEntities: true }, '&#x4E2D;"', '"900150983cd24fb0d6963f7d28e17f72"'],
  ];
  test.each(styles)('can be written with %j', async (xml, key, etag) => {
    const other = await startObsServer({ xml });
    other.put('test-bucket', '中"', 'abc');
    const reply = await list('', other);
    expect([reply.element('Key'), reply.element('ETag')]).toEqual([key, etag]);
    await other.close();
  });
});

test('any keys in any pages: nothing lost, nothing twice', async () => {
  const key = fc
    .array(fc.constantFrom('a', 'b', '/', '//', 'é', '\uffee', '\u{1f600}', ' ', '&', '\u0002'), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.join(''));
  const run = fc.asyncProperty(
    fc.uniqueArray(key, { maxLength: 30 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom('', '/', 'é', '//'),
    fc.constantFrom('', 'a', 'a/', 'é'),
    fc.boolean(),
    async (keys, limit, delimiter, prefix, v2) => {
      for (const old of server.keys('test-bucket')) server.delete('test-bucket', old);
      fill(...keys);
      const expected = new Set<string>();
      for (const one of keys.filter((candidate) => candidate.startsWith(prefix))) {
        const end = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
        expected.add(end < 0 ? one : one.slice(0, end + delimiter.length));
      }
      const query = `encoding-type=url&max-keys=${limit}&delimiter=${encodeURIComponent(delimiter)}&prefix=${encodeURIComponent(prefix)}`;
      const { names } = await walk(server, query, v2);
      expect([...names].sort()).toEqual([...expected].sort());
    },
  );
  await fc.assert(run, { numRuns: 60 });
});
