import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StorageEntry } from '../../../../src/dataset-io/storage/index.js';
import { at, failure, harness } from './harness.js';

async function entries(list: AsyncIterable<StorageEntry>): Promise<StorageEntry[]> {
  const found: StorageEntry[] = [];
  for await (const entry of list) found.push(entry);
  return found;
}

const shown = (found: readonly StorageEntry[]) => found.map(({ kind, name }) => `${kind} ${name}`);

describe('listing', () => {
  test('10,001 keys, page by page, none twice', async () => {
    const { wire, storage } = harness();
    for (let i = 0; i < 10_001; i++) wire.seed(`data/${String(i).padStart(5, '0')}.xml`, 'x');
    const found = await entries(storage.list('obs://bucket/data', { recursive: true }));
    expect(found.length).toBe(10_001);
    expect(new Set(found.map(({ path }) => path)).size).toBe(10_001);
    expect(found[10_000]).toMatchObject({
      path: 'obs://bucket/data/10000.xml',
      name: '10000.xml',
      kind: 'file',
      size: 1,
    });
    expect(wire.count('listObjects')).toBe(11);
    expect((await entries(storage.list('obs://bucket'))).length).toBe(1);
  });

  test('pages are fetched as they are needed', async () => {
    const { wire, storage } = harness({ pageSize: 2 });
    for (const key of ['a', 'b', 'c', 'd', 'e']) wire.seed(key, 'x');
    for await (const entry of storage.list('obs://bucket')) if (entry.name === 'c') break;
    expect(wire.count('listObjects')).toBe(2);
  });

  test('directories, markers, locks, and keys that no file system could hold', async () => {
    const { wire, storage } = harness();
    for (const key of [
      'd/',
      'd/a',
      'd/.a.labelkit-lock',
      'd/e/',
      'd/f/',
      'd/f/x',
      'd//',
      'd//y',
      'd/../z',
      'd/g/.x.labelkit-lock',
    ]) {
      wire.seed(key, key.endsWith('/') ? '' : 'x');
    }
    wire.seed('d/full/', 'content');
    const flat = [
      'directory ..',
      'directory ',
      'file a',
      'directory e',
      'directory f',
      'directory full',
      'directory g',
    ];
    expect(shown(await entries(storage.list('obs://bucket/d')))).toEqual(flat);
    expect(shown(await entries(storage.list('obs://bucket/d/')))).toEqual(flat);
    const deep = await entries(storage.list('s3://bucket/d', { recursive: true }));
    expect(shown(deep)).toEqual(['file ../z', 'file /y', 'file a', 'file f/x', 'other full/']);
    expect(deep.map(({ path }) => path)).toContain('s3://bucket/d//y');
    expect(shown(await entries(storage.list('obs://bucket/d//', { recursive: true })))).toEqual(['file y']);
    expect(shown(await entries(storage.list('obs://bucket/d/e')))).toEqual([]);
  });

  test('what is no directory', async () => {
    const { wire, storage } = harness();
    expect(await entries(storage.list('obs://bucket'))).toEqual([]);
    wire.seed('file', 'x');
    for (const [path, code] of [
      ['obs://bucket/none', 'NotFound'],
      ['obs://bucket/fil', 'NotFound'],
      ['obs://bucket/file/', 'NotFound'],
      ['obs://bucket/file', 'NotADirectory'],
      ['obs://other', 'NotFound'],
    ] as const) {
      expect(await failure(entries(storage.list(path)))).toMatchObject({ code, path });
    }
  });

  test('pages that do not go on are an error, and not an endless listing', async () => {
    const { wire, storage } = harness({ pageSize: 2 });
    for (const key of ['a', 'b', 'c', 'd', 'e']) wire.seed(key, 'x');
    const list = wire.listObjects.bind(wire);
    wire.listObjects = async (request, options) => ({ ...(await list(request, options)), nextMarker: 'b' });
    expect(await failure(entries(storage.list('obs://bucket')))).toMatchObject({ code: 'Io' });
  });

  test('a page that fails is asked for again', async () => {
    const { refusal } = await import('./fake-wire.js');
    const { wire, storage } = harness({
      pageSize: 2,
      mishap: at('listObjects', { kind: 'fault', fault: refusal(500, 'InternalError') }, [1, 3]),
    });
    for (const key of ['a', 'b', 'c', 'd', 'e']) wire.seed(key, 'x');
    expect((await entries(storage.list('obs://bucket'))).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
  });

  test('any keys: in the order of their bytes, flat or deep, whatever the page size', async () => {
    const key = fc
      .string({
        unit: fc.constantFrom('a', 'b', '/', '.', '-', '0', ' ', '%', '+', 'é', '\uff21', '\u{1f600}', '\n'),
        minLength: 1,
        maxLength: 6,
      })
      .filter((text) => !text.endsWith('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (keys, pageSize) => {
          const { wire, storage } = harness({ pageSize });
          for (const name of keys) wire.seed(`p/${name}`, 'x');
          if (keys.length === 0) return;
          const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
          const deep = await entries(storage.list('obs://bucket/p', { recursive: true }));
          expect(deep.map(({ name }) => name)).toEqual([...keys].sort(bytewise));
          const flat = await entries(storage.list('obs://bucket/p'));
          const expected = new Set(
            keys.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/') + 1) : name)),
          );
          expect(flat.map(({ kind, name }) => (kind === 'directory' ? `${name}/` : name))).toEqual(
            [...expected].sort(bytewise),
          );
        },
      ),
    );
  });

  test('markers are made only when asked for', async () => {
    const plain = harness();
    await plain.storage.makeDir('obs://bucket/d');
    expect(plain.wire.log).toEqual([]);
    const { wire, storage } = harness({}, { directoryMarkers: true });
    await storage.makeDir('obs://bucket/d');
    await storage.makeDir('obs://bucket/');
    expect([...wire.objects.keys()]).toEqual(['bucket/d/']);
    wire.seed('f', 'x');
    expect(await failure(storage.makeDir('obs://bucket/f'))).toMatchObject({ code: 'NotADirectory' });
  });
});
