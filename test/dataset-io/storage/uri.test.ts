import { win32 } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baseName,
  dirOf,
  joinLocation,
  parseLocation,
  relativeReference,
  requireObject,
  resolveReference,
  stemOf,
} from '../../../src/dataset-io/storage/index.js';

describe('parseLocation', () => {
  test.each([
    ['./a', { kind: 'local', path: './a' }],
    ['/a', { kind: 'local', path: '/a' }],
    ['a b#?.jpg', { kind: 'local', path: 'a b#?.jpg' }],
    ['', { kind: 'local', path: '' }],
    ['-', { kind: 'stdio' }],
    ['./-', { kind: 'local', path: './-' }],
    ['file:///a/b.jpg', { kind: 'local', path: '/a/b.jpg' }],
    ['FILE://localhost/a', { kind: 'local', path: '/a' }],
    ['file:///a%20b%E4%B8%AD#1?2', { kind: 'local', path: '/a b中#1?2' }],
    ['file:///100%/%2e%2E/%2F%00%FF', { kind: 'local', path: '/100%/../%2F%00%FF' }],
    ['file:///C:/a', { kind: 'local', path: 'C:/a' }],
    ['file://server/a', { kind: 'unsupported', scheme: 'file' }],
    ['obs://b/k', { kind: 'obs', scheme: 'obs', bucket: 'b', key: 'k' }],
    ['S3://b/k', { kind: 'obs', scheme: 'S3', bucket: 'b', key: 'k' }],
    ['s3a://b/x/../y//z/', { kind: 'obs', scheme: 's3a', bucket: 'b', key: 'x/../y//z/' }],
    ['s3n://b//k', { kind: 'obs', scheme: 's3n', bucket: 'b', key: '/k' }],
    ['https://h/a?b', { kind: 'http', scheme: 'https' }],
    ['hdfs://h/a', { kind: 'unsupported', scheme: 'hdfs' }],
    ['gs://b/k', { kind: 'unsupported', scheme: 'gs' }],
    ['content://a content://\n b ', { kind: 'content', content: 'a content://\n b ' }],
    ['mem://a/b', { kind: 'memory', path: 'a/b' }],
    ['s3:/b/k', { kind: 'local', path: 's3:/b/k' }],
  ])('%j', (text, expected) => {
    expect(parseLocation(text)).toEqual({ text, ...expected });
  });

  test('EC-046: s3data/1.jpg is a local relative path', () => {
    expect(parseLocation('s3data/1.jpg')).toMatchObject({ kind: 'local', path: 's3data/1.jpg' });
    expect(resolveReference('s3data/1.jpg', 'obs://b/x/')).toMatchObject({
      kind: 'obs',
      key: 'x/s3data/1.jpg',
    });
  });

  test('EC-047: a key is kept as written', () => {
    const text = 'obs://b/a b#1?%2F中.jpg';
    expect(parseLocation(text)).toMatchObject({ bucket: 'b', key: 'a b#1?%2F中.jpg', text });
    expect(resolveReference(text, '/data')).toMatchObject({ key: 'a b#1?%2F中.jpg', text });
  });

  test.each([
    ['obs://b', 'obs://b has no key'],
    ['obs://b/', 'obs://b/ has no key'],
    ['s3:///k', 's3:///k has no bucket'],
  ])('EC-048: %s parses and cannot be opened', (text, message) => {
    const location = parseLocation(text);
    if (location.kind !== 'obs') throw new Error(`${text} is not an object address`);
    expect(() => requireObject(location)).toThrow(expect.objectContaining({ code: 'BadAddress', message }));
  });

  test('EC-049: a Windows path has no scheme', () => {
    for (const text of ['C:\\img\\1.jpg', 'C:/img/1.jpg', 'C://img/1.jpg']) {
      expect(parseLocation(text)).toEqual({ kind: 'local', text, path: text });
      expect(resolveReference(text, '/data')).toMatchObject({ kind: 'local', path: text });
      expect(resolveReference(text, 'obs://b/x')).toMatchObject({ kind: 'local', path: text });
    }
    expect(baseName('C:\\img\\1.jpg')).toBe(win32.basename('C:\\img\\1.jpg'));
  });
});

describe('resolveReference', () => {
  test.each([
    ['./1.xml', '/d/m', '/d/m/1.xml'],
    ['1.xml', '/d/m/', '/d/m/1.xml'],
    ['../a/./1.xml', '/d/m', '/d/a/1.xml'],
    ['../1.xml', '.', '../1.xml'],
    ['/abs/1.xml', 'obs://b/x/', '/abs/1.xml'],
    ['-', '.', './-'],
    ['a', '-', 'a'],
    ['obs://b/k/../x', '/d', 'obs://b/k/../x'],
    ['a//b', 'S3://b/x//', 'S3://b/x//a//b'],
    ['../a', 'obs://b/x//', 'obs://b/x/a'],
    ['a', 'obs://b', 'obs://b/a'],
    ['a/..', 'obs://b/x', 'obs://b/x/'],
    ['.', 'obs://b/x', 'obs://b/x/'],
    ['../a', 'mem://x/y', 'mem://x/a'],
    ['content://../x', '/d', 'content://../x'],
    ['https://h/x', '/d', 'https://h/x'],
  ])('%s from %s is %s', (reference, base, expected) => {
    expect(resolveReference(reference, base).text).toBe(expected);
  });

  test('EC-082: against a manifest in a bucket', () => {
    const base = dirOf('obs://b/x/m.manifest');
    expect(resolveReference('./a/1.xml', base).text).toBe('obs://b/x/a/1.xml');
    expect(resolveReference('../1.xml', base).text).toBe('obs://b/1.xml');
    expect(() => resolveReference('../../1.xml', base)).toThrow(
      expect.objectContaining({ code: 'UnsafePath', path: '../../1.xml' }),
    );
  });

  test('EC-083: against a manifest without a directory', () => {
    expect(resolveReference('./1.xml', dirOf('m.manifest'))).toMatchObject({ kind: 'local', path: '1.xml' });
  });

  test.each([
    ['../x', '/d/m', '/d/m'],
    ['a/../../x', '/d/m', '/d/m'],
    ['../mm/x', '/d/m', '/d/m'],
    ['/etc/passwd', '/d/m', '/d'],
    ['C:\\x', '/d/m', '/d'],
    ['../x', 'obs://b/d/m/', 'obs://b/d/m'],
    ['obs://other/d/m/x', 'obs://b/d/m/', 'obs://b/d/m'],
    ['obs://b/d/m/../x', 'obs://b/d/m/', 'obs://b/d/m'],
  ])('%s from %s may not leave %s', (reference, base, root) => {
    expect(() => resolveReference(reference, base, { root })).toThrow(
      expect.objectContaining({ code: 'UnsafePath' }),
    );
  });

  test.each([
    ['../x', '/d/m', '/d', '/d/x'],
    ['..x', '/d/m', '/d/m', '/d/m/..x'],
    ['x', 'sub', '.', 'sub/x'],
    ['obs://b/k', '/d', '/d', 'obs://b/k'],
    ['../x', 'obs://b/d/m/', 'obs://b/d/', 'obs://b/d/x'],
  ])('%s from %s stays in %s', (reference, base, root, expected) => {
    expect(resolveReference(reference, base, { root }).text).toBe(expected);
  });

  test('against a place that has no directories', () => {
    expect(() => resolveReference('a', 'https://h/x')).toThrow(
      expect.objectContaining({ code: 'Unsupported' }),
    );
  });
});

describe('relativeReference', () => {
  test.each([
    ['/d/m', '/d/m/a/1.xml', 'a/1.xml'],
    ['/d/m', '/d/x/1.xml', '../x/1.xml'],
    ['.', 'a/1.xml', 'a/1.xml'],
    ['/d', '/d/-', './-'],
    ['/d', '/d/C:/x', './C:/x'],
    ['/d', 'C:\\x', 'C:\\x'],
    ['/d', 'obs://b/k', 'obs://b/k'],
    ['obs://b/x/', 'obs://b/x/a//1.xml', 'a//1.xml'],
    ['obs://b/x', 'S3://b/y/1.xml', '../y/1.xml'],
    ['obs://b/x/', 'obs://c/x/1.xml', 'obs://c/x/1.xml'],
    ['obs://b/x/', 'obs://b/x/../1.xml', 'obs://b/x/../1.xml'],
    ['obs://b/', 'obs://b//k', './/k'],
    ['mem://x', 'mem://x/1', '1'],
  ])('from %s to %s: %s', (from, to, expected) => {
    expect(relativeReference(from, to)).toBe(expected);
  });

  test('leads back, whatever the names', () => {
    const name = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom('a', 'b', '.', '-', ':', ' ', '中', '%', '#', '<'),
    });
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, path, fc.constantFrom('/', 'obs://b/', 'mem://'), (from, to, head) => {
        const target = resolveReference(`./${to}/x`, head === '/' ? '/r/r/r/r/r' : `${head}r/r/r/r/r`).text;
        const directory = resolveReference(
          `./${from}`,
          head === '/' ? '/r/r/r/r/r' : `${head}r/r/r/r/r`,
        ).text;
        const way = relativeReference(directory, target);
        expect(resolveReference(way, directory).text).toBe(target);
      }),
      { numRuns: 2000 },
    );
  });
});

test('joinLocation, dirOf, baseName and stemOf', () => {
  expect(joinLocation('/a', 'b', 'c.xml')).toBe('/a/b/c.xml');
  expect(joinLocation('.', '-')).toBe('./-');
  expect(joinLocation('obs://b', 'c')).toBe('obs://b/c');
  expect(joinLocation('obs://b/x//', 'c')).toBe('obs://b/x//c');
  expect(joinLocation('mem://', 'c')).toBe('mem://c');
  expect(dirOf('/a/b')).toBe('/a');
  expect(dirOf('-')).toBe('.');
  expect(dirOf('obs://b/k')).toBe('obs://b/');
  expect(dirOf('obs://b/x//k')).toBe('obs://b/x//');
  expect(dirOf('mem://a/b')).toBe('mem://a/');
  expect(dirOf('https://h/a/b')).toBe('https://h/a/');
  expect(baseName('obs://b/x/k.a.jpg')).toBe('k.a.jpg');
  expect(baseName('obs://b')).toBe('');
  expect(stemOf('obs://b/x/k.a.jpg')).toBe('k.a');
  expect(stemOf('/a/.hidden')).toBe('.hidden');
  expect(stemOf('a\\b.jpg')).toBe('a\\b');
  expect(stemOf('file:///a/b%20c.jpg')).toBe('b c');
});
