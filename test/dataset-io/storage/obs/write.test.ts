import { describe, expect, test } from 'vitest';
import { copyFile, MemoryStorage, openTree } from '../../../../src/dataset-io/storage/index.js';
import { partBytesAt, partBytesFor } from '../../../../src/dataset-io/storage/obs/upload.js';
import { WireFault } from '../../../../src/dataset-io/storage/obs/wire.js';
import { type Mishap, refusal, reset } from './fake-wire.js';
import { at, either, failure, type Harness, harness, noise, pieces } from './harness.js';

const path = 'obs://bucket/a';
const kib = 1024;
const small = { write: { partBytes: 100 * kib } };
const service = { minPartBytes: 100 * kib };
const overwrite = { mode: 'overwrite' } as const;
const lost = (fault: WireFault = reset()): Mishap => ({ kind: 'fault', fault, applied: true });
const broken: Mishap = { kind: 'fault', fault: reset() };

function expectContent({ wire }: Harness, bytes: Buffer): void {
  expect(wire.objects.get('bucket/a')?.bytes.equals(bytes)).toBe(true);
}

function expectClean({ wire }: Harness): void {
  expect([...wire.uploads.keys()]).toEqual([]);
  expect(wire.openBodies).toBe(0);
}

describe('part sizes', () => {
  const mib = 1024 * 1024;
  test('of a known length: 10,000 parts are always enough', () => {
    expect(partBytesFor(9 * mib, 8 * mib)).toBe(8 * mib);
    const huge = 48_800_000_000_000;
    expect(Math.ceil(huge / partBytesFor(huge, 8 * mib))).toBeLessThanOrEqual(9_000);
  });

  test('of an unknown length: they grow by half every 1,000, up to 256 MiB, and hold more than 800 GB', () => {
    const sizes = [1, 1_000, 1_001, 2_001, 9_999].map((number) => partBytesAt(number, 8 * mib) / mib);
    expect(sizes.slice(0, 4)).toEqual([8, 8, 12, 18]);
    expect(sizes[4]).toBe(256);
    let total = 0;
    for (let number = 1; number <= 10_000; number++) total += partBytesAt(number, 8 * mib);
    expect(total).toBeGreaterThan(800e9);
  });
});

describe('writing', () => {
  test.each([0, 1, 100 * kib, 100 * kib + 1, 200 * kib, 1_234_567])(
    '%i bytes, at once or as a stream',
    async (size) => {
      const bytes = noise(size);
      for (const data of [bytes, pieces(bytes, 70_001), pieces(bytes, 500_000)]) {
        const made = harness(service, small);
        const stat = await made.storage.writeAtomic(path, data);
        expect(stat).toMatchObject({
          path,
          size,
          kind: 'file',
          etag: made.wire.objects.get('bucket/a')?.etag,
        });
        expectContent(made, bytes);
        expectClean(made);
        expect(made.wire.count('putObject')).toBe(size <= 100 * kib ? 1 : 0);
      }
    },
  );

  test('a small object in mode overwrite is one request', async () => {
    const { wire, storage } = harness();
    await storage.writeAtomic(path, Buffer.from('x'), overwrite);
    expect(wire.log.map(({ operation }) => operation)).toEqual(['putObject']);
  });

  test.each([
    ['x.xml', 'application/xml'],
    ['x.JPG', 'image/jpeg'],
    ['x.png', 'image/png'],
    ['x.json', 'application/json'],
    ['x.manifest', 'text/plain'],
    ['a.b/x', 'application/octet-stream'],
  ])('%s is stored as %s, in one piece or in parts', async (name, contentType) => {
    const { wire, storage } = harness(service, small);
    for (const size of [10, 300 * kib]) {
      await storage.writeAtomic(`obs://bucket/${name}`, noise(size), overwrite);
      expect(wire.objects.get(`bucket/${name}`)?.contentType).toBe(contentType);
    }
    await storage.append(`obs://bucket/d/${name}`, pieces(Buffer.from('x\n'), 10));
    expect(wire.objects.get(`bucket/d/${name}`)?.contentType).toBe(contentType);
  });

  test('no more parts at a time than asked for', async () => {
    const made = harness(service, { write: { partBytes: 100 * kib, concurrency: 2 } });
    let running = 0;
    let most = 0;
    const part = made.wire.uploadPart.bind(made.wire);
    made.wire.uploadPart = async (request, options) => {
      running++;
      most = Math.max(most, running);
      try {
        return await part(request, options);
      } finally {
        running--;
      }
    };
    await made.storage.writeAtomic(path, pieces(noise(2_000 * kib), 64 * kib));
    expect(most).toBe(2);
  });

  test.each<[string, Mishap]>([
    ['lost on the way there', broken],
    ['lost on the way back', lost()],
    ['refused for now', { kind: 'fault', fault: refusal(503, 'SlowDown', { retryAfterMs: 10 }) }],
    ['damaged on the way', { kind: 'fault', fault: refusal(400, 'BadDigest') }],
    ['answered with nonsense', lost(new WireFault('malformed', 'half an answer', true, { status: 200 }))],
    ['answered with another ETag', { kind: 'etag', etag: '00000000000000000000000000000000' }],
  ])('a request %s is made again: each kind of request', async (_name, mishap) => {
    const bytes = noise(333 * kib);
    for (const operation of [
      'putObject',
      'startUpload',
      'uploadPart',
      'completeUpload',
      'headObject',
    ] as const) {
      for (const nth of [1, 2]) {
        const made = harness({ ...service, mishap: at(operation, mishap, nth) }, small);
        const data = operation === 'putObject' ? bytes.subarray(0, 1000) : bytes;
        made.wire.seed('a', 'old');
        if (operation === 'headObject' && mishap.kind === 'etag') continue;
        await made.storage.writeAtomic(path, data, overwrite);
        expectContent(made, data);
        expectClean(made);
      }
    }
  });

  test('the service says which upload made the object, or its ETag does', async () => {
    for (const noUploadId of [false, true]) {
      const made = harness({ ...service, noUploadId, mishap: at('completeUpload', lost()) }, small);
      await made.storage.writeAtomic(path, noise(333 * kib));
      expectContent(made, noise(333 * kib));
      expect(made.wire.count('completeUpload')).toBe(1);
    }
  });

  test('in an encrypted bucket no ETag is a digest', async () => {
    const made = harness({ ...service, encrypted: true }, small);
    for (const size of [10, 333 * kib]) {
      await made.storage.writeAtomic(path, noise(size), overwrite);
      expectContent(made, noise(size));
    }
    expect(made.wire.count('putObject')).toBe(1);
  });

  test('an object that the service stored otherwise is never a success', async () => {
    const made = harness({
      mishap: at('putObject', { kind: 'etag', etag: '00000000000000000000000000000000' }, 'all'),
    });
    const head = made.wire.headObject.bind(made.wire);
    made.wire.headObject = async (request, options) => {
      const answer = await head(request, options);
      return { ...answer, headers: { ...answer.headers, etag: '11111111111111111111111111111111' } };
    };
    expect(await failure(made.storage.writeAtomic(path, noise(10), overwrite))).toMatchObject({
      code: 'Io',
      mayHaveApplied: true,
    });
    expect(made.wire.count('putObject')).toBe(6);
  });

  test.each(['startUpload', 'uploadPart', 'completeUpload'] as const)(
    '%s that never succeeds leaves the old object and no upload',
    async (operation) => {
      for (const mishap of [broken, { kind: 'fault', fault: refusal(403, 'AccessDenied') } as const]) {
        const made = harness({ ...service, mishap: at(operation, mishap, 'all') }, small);
        made.wire.seed('a', 'old');
        for (const data of [noise(500 * kib), pieces(noise(500 * kib), 64 * kib)]) {
          expect(await failure(made.storage.writeAtomic(path, data, overwrite))).toMatchObject({
            name: 'ObsError',
            path,
          });
        }
        expect(made.wire.text('a')).toBe('old');
        expectClean(made);
      }
    },
  );

  test('begun uploads whose answers were lost are taken back, those of others are not', async () => {
    const made = harness(service, small);
    const options = { idleMs: 1000 };
    const others = [
      await made.wire.startUpload({ bucket: 'bucket', key: 'a/b' }, options),
      await made.wire.startUpload({ bucket: 'bucket', key: 'b' }, options),
    ].map(({ uploadId }) => uploadId);
    made.wire.mishap = at('startUpload', lost(), [1, 2]);
    await made.storage.writeAtomic(path, noise(333 * kib));
    expect([...made.wire.uploads.keys()]).toEqual(others);
    expect(made.warnings).toEqual([]);
  });

  test('when it is not clear whose uploads they are, all stay', async () => {
    const made = harness(service, small);
    const theirs = { bucket: 'bucket', key: 'a' };
    const first = await made.wire.startUpload(theirs, { idleMs: 1000 });
    const second = await made.wire.startUpload(theirs, { idleMs: 1000 });
    made.wire.mishap = at('startUpload', broken);
    await made.storage.writeAtomic(path, noise(333 * kib));
    expect([...made.wire.uploads.keys()]).toEqual([first.uploadId, second.uploadId]);
  });

  test('an upload that cannot be looked for is reported, and does not spoil the write', async () => {
    const plans = either(
      at('startUpload', lost()),
      at('listUploads', { kind: 'fault', fault: refusal(403, 'AccessDenied') }, 'all'),
    );
    const made = harness({ ...service, mishap: plans }, small);
    await made.storage.writeAtomic(path, noise(333 * kib));
    expectContent(made, noise(333 * kib));
    expect(made.warnings).toEqual([expect.stringContaining('may have been left behind')]);
  });

  test('a writer whose upload lost against a later one is told so', async () => {
    const overtaken = (): undefined => {
      made.wire.seed('a', 'theirs');
      return undefined;
    };
    const made = harness({ ...service, mishap: at('completeUpload', overtaken) }, small);
    const error = await failure(made.storage.writeAtomic(path, noise(333 * kib), overwrite));
    expect(error).toMatchObject({ code: 'ConcurrentModification', mayHaveApplied: true });
    expect(made.wire.text('a')).toBe('theirs');
    expectClean(made);
  });

  test('an aborted write leaves nothing, wherever it was', async () => {
    for (const operation of ['startUpload', 'uploadPart', 'completeUpload'] as const) {
      const controller = new AbortController();
      const stop = (): Mishap => {
        setImmediate(() => controller.abort());
        return { kind: 'hang' };
      };
      const made = harness(
        { ...service, mishap: at(operation, stop, operation === 'uploadPart' ? 3 : 1) },
        small,
      );
      const options = { ...overwrite, signal: controller.signal };
      const data = pieces(noise(900 * kib), 64 * kib);
      expect(await failure(made.storage.writeAtomic(path, data, options))).toMatchObject({ code: 'Aborted' });
      expect(made.wire.text('a')).toBeUndefined();
      expectClean(made);
    }
  });

  test('a deadline takes the upload back too', async () => {
    const made = harness(
      { ...service, mishap: at('uploadPart', { kind: 'hang' }, 3) },
      { ...small, deadlineMs: 40 },
    );
    expect(await failure(made.storage.writeAtomic(path, noise(900 * kib)))).toMatchObject({
      code: 'Timeout',
    });
    expectClean(made);
  });

  test('after a failure a writer only aborts', async () => {
    const made = harness(
      { ...service, mishap: at('uploadPart', { kind: 'fault', fault: refusal(403, 'AccessDenied') }) },
      small,
    );
    const writer = await made.storage.openWrite(path);
    await failure(
      (async () => {
        for await (const piece of pieces(noise(900 * kib), 64 * kib)) await writer.write(piece);
        await writer.commit();
      })(),
    );
    expect(await failure(writer.write(noise(1)))).toMatchObject({ code: 'Io' });
    expect(await failure(writer.commit())).toMatchObject({ code: 'Io' });
    await writer.abort();
    expectClean(made);
  });

  test('several writers are committed together; nothing shows before', async () => {
    const made = harness(service, small);
    const writers = await Promise.all(
      ['x', 'y', 'z'].map((key) => made.storage.openWrite(`obs://bucket/${key}`)),
    );
    for (const writer of writers) await writer.write(noise(250 * kib));
    expect(made.wire.objects.size).toBe(0);
    for (const writer of writers) await writer.commit();
    for (const writer of writers) await writer.abort();
    expect(made.wire.objects.size).toBe(3);
    expectClean(made);
  });

  test('mode create refuses what appears while parts are sent', async () => {
    const made = harness(service, small);
    const writer = await made.storage.openWrite(path);
    await writer.write(noise(250 * kib));
    made.wire.seed('a', 'theirs');
    expect(await failure(writer.commit())).toMatchObject({ code: 'AlreadyExists' });
    await writer.abort();
    expect(made.wire.text('a')).toBe('theirs');
    expectClean(made);
  });

  test.each(['obs://bucket', 'obs://bucket/', 'obs://bucket/d/'])(
    '%s cannot be written to',
    async (directory) => {
      const { storage, wire } = harness();
      expect(await failure(storage.writeAtomic(directory, noise(1)))).toMatchObject({ code: 'IsADirectory' });
      expect(await failure(storage.openWrite(directory))).toMatchObject({ code: 'IsADirectory' });
      expect(wire.log).toEqual([]);
    },
  );

  test('a folder is written as a tree', async () => {
    const { storage, wire } = harness();
    const tree = await openTree(storage, 'obs://bucket/voc', 'create');
    tree.add('Annotations/1.xml', Buffer.from('<a/>'));
    tree.lengthen('list.txt', Buffer.from('1\n'));
    tree.lengthen('list.txt', Buffer.from('2\n'));
    await tree.commit();
    expect(wire.text('voc/Annotations/1.xml')).toBe('<a/>');
    expect(wire.text('voc/list.txt')).toBe('1\n2\n');
    expect(await failure(openTree(storage, 'obs://bucket/voc', 'create'))).toMatchObject({
      code: 'AlreadyExists',
    });
    const more = await openTree(storage, 'obs://bucket/voc', 'append');
    more.lengthen('list.txt', Buffer.from('3\n'));
    await more.commit();
    expect(wire.text('voc/list.txt')).toBe('1\n2\n3\n');
  });
});

describe('copying', () => {
  test('small objects by one request, large ones in ranges, nothing through here', async () => {
    for (const wholeUpToBytes of [undefined, 0]) {
      const made = harness(service, { write: { wholeUpToBytes, rangeBytes: 200 * kib } });
      const bytes = noise(950 * kib);
      made.wire.seed('from', bytes, { appends: 3 });
      const stat = await made.storage.copy('obs://bucket/from', path);
      expect(stat).toMatchObject({ path, size: bytes.length });
      expectContent(made, bytes);
      expect(made.wire.count('getObject')).toBe(0);
      expect(made.wire.count(wholeUpToBytes === 0 ? 'copyPart' : 'copyObject')).toBe(
        wholeUpToBytes === 0 ? 5 : 1,
      );
      expect(await failure(made.storage.copy('obs://bucket/from', path))).toMatchObject({
        code: 'AlreadyExists',
      });
      expectClean(made);
    }
  });

  test('through here where the service does not copy', async () => {
    const made = harness({ ...service, noCopies: true }, small);
    made.wire.seed('from', noise(300 * kib));
    await made.storage.copy('obs://bucket/from', path, overwrite);
    expectContent(made, noise(300 * kib));
  });

  test('a source that changes meanwhile, that is missing, or a directory', async () => {
    const change = (): undefined => {
      made.wire.seed('from', 'other');
      return undefined;
    };
    const made = harness({ mishap: at(['copyObject', 'copyPart'], change) });
    made.wire.seed('from', 'text');
    expect(await failure(made.storage.copy('obs://bucket/from', path))).toMatchObject({
      code: 'ConcurrentModification',
    });
    expect(made.wire.text('a')).toBeUndefined();
    expect(await failure(made.storage.copy('obs://bucket/x', path))).toMatchObject({
      code: 'NotFound',
      path: 'obs://bucket/x',
    });
    made.wire.seed('d/x', '');
    for (const directory of ['obs://bucket/d', 'obs://bucket/d/']) {
      expect(await failure(made.storage.copy(directory, path))).toMatchObject({ code: 'IsADirectory' });
    }
  });

  test('from and to other storages', async () => {
    const memory = new MemoryStorage();
    await memory.writeAtomic('mem://x', noise(500));
    const { storage } = harness();
    const [from, to] = [
      { storage: memory, path: 'mem://x' },
      { storage, path },
    ];
    expect(await copyFile(from, to)).toMatchObject({ outcome: 'copied' });
    expect(await copyFile(from, to)).toMatchObject({ outcome: 'identical' });
    expect(await copyFile(to, { storage: memory, path: 'mem://y' })).toMatchObject({ stat: { size: 500 } });
  });
});

describe('deleting', () => {
  test('what is not there is success; a bucket is not deleted', async () => {
    const { storage, wire } = harness();
    wire.seed('a', 'x');
    await storage.delete(path);
    await storage.delete(path);
    expect(wire.objects.size).toBe(0);
    expect(await failure(storage.delete('obs://bucket/'))).toMatchObject({ code: 'IsADirectory' });
  });

  test('a lost answer is no failure', async () => {
    const { storage, wire } = harness({ mishap: at('deleteObject', lost()) });
    wire.seed('a', 'x');
    await storage.delete(path);
    expect(wire.objects.size).toBe(0);
  });

  test('many at once, with those that could not be', async () => {
    const { storage, wire } = harness();
    const keys = Array.from({ length: 2_500 }, (_, i) => `many/${i}&<"'>`);
    for (const key of [...keys, 'protected/x']) wire.seed(key, '');
    const failures = await storage.deleteMany(
      [...keys, 'none', 'protected/x'].map((key) => `s3://bucket/${key}`),
    );
    expect(failures).toEqual([
      { path: 's3://bucket/protected/x', serviceCode: 'AccessDenied', message: 'no' },
    ]);
    expect([...wire.objects.keys()]).toEqual(['bucket/protected/x']);
    expect(wire.count('deleteObjects')).toBe(3);
  });
});

describe('uploads that were left behind', () => {
  test('are taken back by age and prefix, across pages, but not those under way', async () => {
    let now = 1_700_000_000_000;
    const made = harness({ ...service, now: () => now, pageSize: 3 }, small);
    const options = { idleMs: 1000 };
    for (let i = 0; i < 8; i++) await made.wire.startUpload({ bucket: 'bucket', key: `data/${i}` }, options);
    await made.wire.startUpload({ bucket: 'bucket', key: 'other' }, options);
    const writer = await made.storage.openWrite('obs://bucket/data/mine');
    await writer.write(noise(300 * kib));
    now += 3_600_000;
    await made.wire.startUpload({ bucket: 'bucket', key: 'data/young' }, options);
    const olderThan = new Date(now - 60_000);
    const dry = await made.storage.cleanUpUploads('obs://bucket/data/', olderThan, { dryRun: true });
    expect(dry).toMatchObject({ removed: 8, left: 2 });
    expect(made.wire.count('abortUpload')).toBe(0);
    const done = await made.storage.cleanUpUploads('obs://bucket/data/', olderThan);
    expect(done).toEqual(dry);
    expect(done.uploads.map(({ path }) => path).sort()).toEqual(
      Array.from({ length: 8 }, (_, i) => `obs://bucket/data/${i}`),
    );
    await writer.commit();
    expect([...made.wire.uploads.values()].map(({ key }) => key).sort()).toEqual(['data/young', 'other']);
    expect(await made.storage.cleanUpUploads('obs://bucket', new Date(now + 1))).toMatchObject({
      removed: 2,
      left: 0,
    });
  });
});
