import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import type { ObsAppendOptions } from '../../../../src/dataset-io/storage/obs/index.js';
import { type Mishap, refusal, reset } from './fake-wire.js';
import { at, either, failure, type Harness, harness, noise } from './harness.js';
import { manyTurns } from './timing.js';

const path = 'obs://bucket/list';
const lockKey = '.list.labelkit-lock';
const kib = 1024;
const service = { minPartBytes: 100 * kib };
const lost: Mishap = { kind: 'fault', fault: reset(), applied: true };
const broken: Mishap = { kind: 'fault', fault: reset() };
const denied: Mishap = { kind: 'fault', fault: refusal(403, 'AccessDenied') };

async function* lines(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** 300 KiB of lines. */
const long = `${noise(150 * kib).toString('hex')}\n`;

function append({ storage }: Harness, text: string, options: ObsAppendOptions = {}) {
  return storage.append(path, lines(text), options);
}

async function expectClean({ wire, warnings }: Harness): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  expect([...wire.uploads.keys()]).toEqual([]);
  expect(wire.openBodies).toBe(0);
  expect(wire.text(lockKey)).toBeUndefined();
  expect(warnings).toEqual([]);
}

describe('objects that take appends', () => {
  test('one request for each call, and the position in the result', async () => {
    const made = harness();
    expect(await append(made, '1\n')).toMatchObject({ start: 0, stat: { path, size: 2 } });
    expect(await append(made, '22\n')).toMatchObject({ start: 2, stat: { size: 5 } });
    expect(made.wire.text('list')).toBe('1\n22\n');
    expect(made.wire.objects.get('bucket/list')?.appends).toBe(2);
    expect(made.wire.count('appendObject')).toBe(2);
    expect(made.wire.count('headBucket')).toBe(1);
    await expectClean(made);
  });

  test('many chunks are one append up to the batch size, and then several', async () => {
    const made = harness({}, { write: { appendBytes: 100 } });
    const texts = Array.from({ length: 1_000 }, (_, i) => `line ${i}\n`);
    const result = await made.storage.append(path, lines(...texts));
    expect(made.wire.text('list')).toBe(texts.join(''));
    expect(result.stat.size).toBe(texts.join('').length);
    const appends = made.wire.log.filter(({ operation }) => operation === 'appendObject');
    expect(appends.length).toBeGreaterThan(50);
    expect(appends.length).toBeLessThan(120);
    const one = harness();
    await one.storage.append(path, lines(...texts));
    expect(one.wire.count('appendObject')).toBe(1);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('labelkit-append-'))).toEqual([]);
  });

  test('a source that fails late adds nothing, and leaves no temporary file', async () => {
    const made = harness({}, { write: { appendBytes: 100 } });
    made.wire.seed('list', '0\n', { appends: 1 });
    async function* failing(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 500; i++) yield Buffer.from(`line ${i}\n`);
      throw new RangeError('the source broke');
    }
    await expect(made.storage.append(path, failing())).rejects.toThrow('the source broke');
    expect(made.wire.text('list')).toBe('0\n');
    expect(made.wire.log).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('labelkit-append-'))).toEqual([]);
  });

  test('an open last line gets its line feed, once', async () => {
    const made = harness();
    made.wire.seed('list', 'open', { appends: 1 });
    expect(await append(made, '1\n')).toMatchObject({ start: 4, stat: { size: 7 } });
    expect(made.wire.text('list')).toBe('open\n1\n');
  });

  test('no lines: what is there stays, what is not there becomes empty', async () => {
    const made = harness();
    await made.storage.append(path, lines());
    expect(made.wire.text('list')).toBe('');
    made.wire.seed('list', 'open', { appends: 1 });
    expect(await made.storage.append(path, lines(''))).toMatchObject({ start: 4, stat: { size: 4 } });
    expect(made.wire.text('list')).toBe('open');
  });

  test.each<[string, Mishap]>([
    ['on the way there', broken],
    ['on the way back', lost],
    [
      'by an error of the service, applied',
      { kind: 'fault', fault: refusal(500, 'InternalError'), applied: true },
    ],
    ['by an error of the service', { kind: 'fault', fault: refusal(503, 'SlowDown') }],
    ['by damage', { kind: 'fault', fault: refusal(400, 'BadDigest') }],
    ['to another ETag', { kind: 'etag', etag: '0'.repeat(32) }],
  ])('lost %s: added once', async (_name, mishap) => {
    for (const old of [undefined, '0\n', 'open']) {
      for (const nth of [[1], [1, 2]]) {
        const digest = 'fault' in mishap && mishap.fault.serviceCode === 'BadDigest';
        if (digest && nth.length > 1) continue;
        const made = harness({ mishap: at('appendObject', mishap, nth) });
        if (old !== undefined) made.wire.seed('list', old, { appends: 1 });
        await append(made, '1\n');
        expect(made.wire.text('list')).toBe(
          `${old === undefined ? '' : '0\n'.replace('0\n', old === 'open' ? 'open\n' : old)}1\n`,
        );
        await expectClean(made);
      }
    }
  });

  test('every try lost on the way back: found, and a success', async () => {
    const made = harness({ mishap: at('appendObject', lost, 'all') });
    await append(made, '1\n');
    expect(made.wire.text('list')).toBe('1\n');
  });

  test('every try lost on the way there: an error that says that nobody knows', async () => {
    const made = harness({ mishap: at('appendObject', broken, 'all') });
    expect(await failure(append(made, '1\n'))).toMatchObject({ code: 'Unreachable', mayHaveApplied: true });
    expect(made.wire.text('list')).toBeUndefined();
  });

  test('another writer in between: start again behind the first, lost answer or not', async () => {
    for (const mishap of [undefined, lost, broken]) {
      const intrude = (): Mishap | undefined => {
        const old = made.wire.text('list') ?? '';
        made.wire.seed('list', `${old}theirs\n`, { appends: 2 });
        return mishap;
      };
      const made = harness({ mishap: at('appendObject', intrude) });
      made.wire.seed('list', '0\n', { appends: 1 });
      expect(await append(made, '1\n')).toMatchObject({ start: 9 });
      expect(made.wire.text('list')).toBe('0\ntheirs\n1\n');
    }
  });

  test('another writer right behind a lost answer: ours is found where it was put', async () => {
    const made = harness({
      mishap: either(
        at('appendObject', lost),
        at(
          'appendObject',
          () => {
            made.wire.seed('list', `${made.wire.text('list')}theirs\n`, { appends: 9 });
            return undefined;
          },
          2,
        ),
      ),
    });
    made.wire.seed('list', '0\n', { appends: 1 });
    await append(made, '1\n');
    expect(made.wire.text('list')).toBe('0\n1\ntheirs\n');
  });

  test('deleted or replaced in between', async () => {
    const gone = harness({
      mishap: at('appendObject', () => {
        gone.wire.objects.clear();
        return undefined;
      }),
    });
    gone.wire.seed('list', '0\n', { appends: 1 });
    await append(gone, '1\n');
    expect(gone.wire.text('list')).toBe('1\n');
    const replaced = harness({
      ...service,
      mishap: at('appendObject', () => {
        replaced.wire.seed('list', 'new');
        return undefined;
      }),
    });
    replaced.wire.seed('list', '0\n', { appends: 1 });
    await append(replaced, '1\n');
    expect(replaced.wire.text('list')).toBe('new\n1\n');
    await expectClean(replaced);
  });

  test('a failure between two batches says what was added', async () => {
    const made = harness({ mishap: at('appendObject', denied, 3) }, { write: { appendBytes: 4 } });
    const error = await failure(made.storage.append(path, lines('1\n', '2\n', '3\n', '4\n', '5\n', '6\n')));
    expect(error).toMatchObject({ code: 'AccessDenied', mayHaveApplied: true, retryable: false });
    expect(error.message).toContain('8 bytes of whole lines were added before');
    expect(made.wire.text('list')).toBe('1\n2\n3\n4\n');
  });

  test('writers who never let us in', async () => {
    const made = harness({
      mishap: at(
        'appendObject',
        () => {
          made.wire.seed('list', `${made.wire.text('list')}x\n`, { appends: 1 });
          return undefined;
        },
        'all',
      ),
    });
    made.wire.seed('list', '', { appends: 1 });
    expect(await failure(append(made, '1\n'))).toMatchObject({
      code: 'ConcurrentModification',
      retryable: true,
      mayHaveApplied: false,
    });
    expect(made.wire.text('list')).not.toContain('1');
  });

  test('a bucket that is missing, or that denies', async () => {
    const made = harness();
    expect(await failure(made.storage.append('obs://none/x', lines('1\n')))).toMatchObject({
      code: 'NotFound',
    });
    const closed = harness({
      mishap: either(at('headBucket', denied, 'all'), at('appendObject', denied, 'all')),
    });
    expect(await failure(append(closed, '1\n'))).toMatchObject({
      code: 'AccessDenied',
      mayHaveApplied: false,
    });
  });
});

describe('objects that do not', () => {
  test.each([
    ['empty', ''],
    ['small', '0\n'],
    ['small and open', '0'],
    ['large', long],
    ['large and open', long.slice(0, -1)],
  ])('%s: made anew under a lock', async (_name, old) => {
    for (const added of ['1\n', long]) {
      const made = harness(service, { write: { partBytes: 100 * kib, rangeBytes: 200 * kib } });
      made.wire.seed('list', old);
      const result = await append(made, added);
      const expected = old + (old === '' || old.endsWith('\n') ? '' : '\n') + added;
      expect(made.wire.text('list')).toBe(expected);
      expect(result).toMatchObject({ start: old.length, stat: { size: expected.length } });
      expect(made.wire.count('copyPart') > 0).toBe(old.length > 100 * kib);
      await expectClean(made);
    }
  });

  test('every request of it lost once, on the way there and on the way back: added once', async () => {
    for (const old of ['open', long]) {
      for (const operation of [
        'headObject',
        'getObject',
        'headBucket',
        'appendObject',
        'startUpload',
        'uploadPart',
        'copyPart',
        'completeUpload',
        'deleteObject',
      ] as const) {
        for (const nth of [1, 2, 3]) {
          for (const mishap of [broken, lost]) {
            const made = harness({ ...service, mishap: at(operation, mishap, nth) });
            made.wire.seed('list', old);
            await append(made, '1\n');
            expect(made.wire.text('list')).toBe(`${old}${old.endsWith('\n') ? '' : '\n'}1\n`);
            await expectClean(made);
          }
        }
      }
    }
  });

  test('every request of it refused for good: nothing added, nothing left', async () => {
    for (const operation of [
      'getObject',
      'appendObject',
      'startUpload',
      'uploadPart',
      'copyPart',
      'completeUpload',
    ] as const) {
      const old = operation === 'copyPart' ? long : 'old\n';
      const made = harness({ ...service, mishap: at(operation, denied) });
      made.wire.seed('list', old);
      expect(await failure(append(made, '1\n'))).toMatchObject({
        code: 'AccessDenied',
        path: expect.stringContaining('list'),
      });
      expect(made.wire.text('list')).toBe(old);
      await expectClean(made);
    }
  });

  test('a lock that cannot be given up is reported, the append is a success', async () => {
    const made = harness({ mishap: at('deleteObject', denied, 'all') });
    made.wire.seed('list', 'old\n');
    await append(made, '1\n');
    expect(made.wire.text('list')).toBe('old\n1\n');
    expect(made.warnings).toEqual([expect.stringContaining('left behind')]);
    expect(await failure(append(made, '2\n'))).toMatchObject({ code: 'Locked' });
  });

  test('a second append is told who holds the lock and since when, or waits, or breaks it', async () => {
    const made = harness(service);
    made.wire.seed('list', 'old\n');
    const holder = {
      token: 'theirs',
      host: 'elsewhere',
      pid: 7,
      since: new Date(Date.now() - 61_000).toISOString(),
    };
    made.wire.seed(lockKey, JSON.stringify(holder), { appends: 1 });
    const error = await failure(append(made, '1\n'));
    expect(error).toMatchObject({ code: 'Locked', retryable: true, path });
    expect(error.message).toMatch(/process 7 on elsewhere since .* \(\d+ s\)/);
    expect(error['hint']).toContain(`obs://bucket/${lockKey}`);
    expect(made.wire.text('list')).toBe('old\n');
    const waiting = append(made, '1\n', { waitMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made.wire.text('list')).toBe('old\n');
    made.wire.objects.delete(`bucket/${lockKey}`);
    await waiting;
    made.wire.seed(lockKey, 'not one of ours', { appends: 1 });
    expect(await failure(append(made, '2\n'))).toMatchObject({
      code: 'Locked',
      message: expect.stringContaining('another program'),
    });
    await append(made, '2\n', { breakLock: true });
    expect(made.wire.text('list')).toBe('old\n1\n2\n');
    await expectClean(made);
  });

  test('whoever removes our lock stops us', async () => {
    const made = harness({
      ...service,
      mishap: at('uploadPart', () => {
        made.wire.objects.delete(`bucket/${lockKey}`);
        return undefined;
      }),
    });
    made.wire.seed('list', 'old\n');
    expect(await failure(append(made, '1\n'))).toMatchObject({ code: 'Locked' });
    expect(made.wire.text('list')).toBe('old\n');
    await expectClean(made);
  });

  test('only the lock that is ours is removed, when the answer to its removal is lost', async () => {
    const made = harness({
      mishap: at('deleteObject', (): Mishap => {
        // It is done, another takes the lock, and then the connection breaks.
        setImmediate(() => setImmediate(() => made.wire.seed(lockKey, '{"token":"theirs"}', { appends: 1 })));
        return lost;
      }),
    });
    made.wire.seed('list', 'old\n');
    await append(made, '1\n');
    await manyTurns();
    expect(made.wire.text(lockKey)).toBe('{"token":"theirs"}');
    expect(made.wire.count('deleteObject')).toBe(1);
  });

  test('an overwrite in between, before or after the last look: the append starts again', async () => {
    for (const [operation, nth] of [
      ['uploadPart', 1],
      ['completeUpload', 1],
    ] as const) {
      const made = harness({
        ...service,
        mishap: at(
          operation,
          () => {
            made.wire.seed('list', 'new');
            return undefined;
          },
          nth,
        ),
      });
      made.wire.seed('list', 'old\n');
      await append(made, '1\n');
      expect(made.wire.text('list')).toBe('new\n1\n');
      await expectClean(made);
    }
  });

  test('an overwrite by an object that takes appends', async () => {
    const made = harness({
      ...service,
      mishap: at('uploadPart', () => {
        made.wire.seed('list', 'new\n', { appends: 1 });
        return undefined;
      }),
    });
    made.wire.seed('list', 'old\n');
    await append(made, '1\n');
    expect(made.wire.text('list')).toBe('new\n1\n');
    await expectClean(made);
  });

  test('when all appends of an object are spent', async () => {
    const made = harness({ ...service, appendLimit: 3 });
    for (let i = 0; i < 6; i++) await append(made, `${i}\n`);
    expect(made.wire.text('list')).toBe('0\n1\n2\n3\n4\n5\n');
    await expectClean(made);
  });

  test('half way through a call', async () => {
    const made = harness({ ...service, appendLimit: 3 }, { write: { appendBytes: 2 } });
    const result = await made.storage.append(path, lines('1\n', '2\n', '3\n', '4\n', '5\n'));
    expect(made.wire.text('list')).toBe('1\n2\n3\n4\n5\n');
    expect(result).toMatchObject({ start: 0, stat: { size: 10 } });
    await expectClean(made);
  });

  test('refused when that is wanted', async () => {
    for (const where of ['storage', 'call'] as const) {
      const made = harness({ appendLimit: 1 }, where === 'storage' ? { append: 'refuse-normal' } : {});
      const options: ObsAppendOptions = where === 'call' ? { append: 'refuse-normal' } : {};
      made.wire.seed('list', 'old\n');
      expect(await failure(append(made, '1\n', options))).toMatchObject({ code: 'NotAppendable', path });
      expect(made.wire.text('list')).toBe('old\n');
      made.wire.objects.clear();
      await append(made, '1\n', options);
      expect(await failure(append(made, '2\n', options))).toMatchObject({
        code: 'NotAppendable',
        message: expect.stringContaining('all the appends'),
      });
      await expectClean(made);
    }
  });

  test.each([{ fileSystem: true }, { noAppends: true }, { fileSystem: true, noCopies: true }])(
    'in a bucket without appends: %o',
    async (kind) => {
      const made = harness({ ...service, ...kind });
      await made.storage.append(path, lines());
      expect(made.wire.text('list')).toBe('');
      made.wire.objects.clear();
      await append(made, '1\n');
      await append(made, long);
      await append(made, '3\n');
      expect(made.wire.text('list')).toBe(`1\n${long}3\n`);
      await expectClean(made);
    },
  );

  test('in a bucket without appends of two at the same time one has the lock', async () => {
    const made = harness({ ...service, fileSystem: true });
    made.wire.seed('list', '0\n');
    await Promise.all(['1', '2', '3'].map((n) => append(made, `${n}\n`, { waitMs: 3_600_000 })));
    expect(made.wire.text('list')!.split('\n').sort()).toEqual(['', '0', '1', '2', '3']);
    await expectClean(made);
  });

  test('an abort anywhere leaves the object, no upload and no lock', async () => {
    for (const operation of [
      'getObject',
      'appendObject',
      'startUpload',
      'uploadPart',
      'copyPart',
      'headObject',
    ] as const) {
      const controller = new AbortController();
      const stop = (): Mishap => {
        setImmediate(() => controller.abort());
        return { kind: 'hang' };
      };
      const made = harness({ ...service, mishap: at(operation, stop) });
      made.wire.seed('list', long);
      expect(await failure(append(made, '1\n', { signal: controller.signal }))).toMatchObject({
        code: 'Aborted',
      });
      expect(made.wire.text('list')).toBe(long);
      await expectClean(made);
    }
  });

  test('a key as long as may be has a lock too', async () => {
    const made = harness(service);
    const key = `d/${'x'.repeat(1020)}`;
    made.wire.seed(key, 'old\n');
    await made.storage.append(`obs://bucket/${key}`, lines('1\n'));
    expect(made.wire.text(key)).toBe('old\n1\n');
    for (const { key: used } of made.wire.log) expect(Buffer.byteLength(used)).toBeLessThanOrEqual(1024);
  });
});
