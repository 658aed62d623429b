import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../../../src/dataset-io/storage/index.js';
import { Loan } from '../../../../src/dataset-io/storage/index.js';
import { WireFault } from '../../../../src/dataset-io/storage/obs/wire.js';
import { randomFor } from '../../../support/random.js';
import { bodyOf } from './body.js';
import { type Mishap, refusal, reset } from './fake-wire.js';
import { at, collect, either, failure, type Harness, harness, inParts, noise } from './harness.js';
import { manyTurns, testTiming } from './timing.js';

const path = 'obs://bucket/a';
const kib = 1024;

/** Several at a time from 300 KiB. */
const small = { read: { ...inParts(100 * kib), concurrency: 4, parallelFromBytes: 300 * kib } };
const cut = (bytes: number, fault: WireFault = reset(false)): Mishap => ({ kind: 'cut', bytes, fault });
/** Streams close a moment after they were told to. */
async function expectNoOpenBody({ wire }: Harness): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  expect(wire.openBodies).toBe(0);
}

const ranges = ({ wire }: Harness) =>
  wire.log
    .filter(({ operation }) => operation === 'getObject')
    .map(({ range }) => [range?.first, range?.last]);

describe('reading', () => {
  test('a small object costs one request, and so does one that is missing, with a look for things below it', async () => {
    const made = harness({}, small);
    made.wire.seed('a', 'text');
    expect(String(await collect(made.storage.openRead(path)))).toBe('text');
    expect(made.wire.log.length).toBe(1);
    expect(await failure(collect(made.storage.openRead('obs://bucket/b')))).toMatchObject({
      code: 'NotFound',
    });
    expect(made.wire.log.map(({ operation }) => operation)).toEqual([
      'getObject',
      'getObject',
      'listObjects',
    ]);
  });

  test('what is below a missing key makes it a directory; who may not list is told that it is missing', async () => {
    const made = harness();
    made.wire.seed('d/x', 'text');
    const directory = 'obs://bucket/d';
    expect(await failure(collect(made.storage.openRead(directory)))).toMatchObject({ code: 'IsADirectory' });
    expect(await failure(collect(made.storage.openRead('obs://bucket/d/')))).toMatchObject({
      code: 'IsADirectory',
    });
    const denied = harness({
      mishap: at('listObjects', { kind: 'fault', fault: refusal(403, 'AccessDenied') }, 'all'),
    });
    expect(await failure(collect(denied.storage.openRead(directory)))).toMatchObject({ code: 'NotFound' });
  });

  test.each([0, 1, 99 * kib, 100 * kib, 100 * kib + 1, 250 * kib, 300 * kib, 300 * kib + 1, 1_000_001])(
    '%i bytes, whole and in any slice, by one request or by several',
    async (size) => {
      const bytes = noise(size);
      const random = randomFor(size);
      const made = harness({}, small);
      made.wire.seed('a', bytes);
      expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
      expect((await collect(made.storage.readParallel(path))).equals(bytes)).toBe(true);
      for (let i = 0; i < 20; i++) {
        const start = random.below(size + 10);
        const end = random.chance(0.3) ? undefined : random.below(size + 10);
        const slice = await collect(made.storage.openRead(path, { start, end }));
        expect(slice.equals(bytes.subarray(start, Math.max(start, end ?? size)))).toBe(true);
      }
      await expectNoOpenBody(made);
    },
  );

  test('an empty slice of what is missing is missing too', async () => {
    const { storage } = harness();
    expect(await failure(collect(storage.openRead(path, { start: 3, end: 3 })))).toMatchObject({
      code: 'NotFound',
    });
  });

  test('chunks are about 1 MiB, and each is its own memory', async () => {
    const { wire, storage } = harness();
    const bytes = noise(3_500_000);
    wire.seed('a', bytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of storage.openRead(path)) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(chunks.length).toBe(4);
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThanOrEqual(1_048_576);
  });

  test('a broken stream is taken up where it broke', async () => {
    const bytes = noise(90 * kib);
    const made = harness({ mishap: at('getObject', cut(30_000), [1, 2]) }, small);
    made.wire.seed('a', bytes);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    const last = bytes.length - 1;
    expect(ranges(made)).toEqual([
      [0, 100 * kib - 1],
      [30_000, last],
      [60_000, last],
    ]);
    await expectNoOpenBody(made);
  });

  test.each([1, 2, 5, 8])('with request %i broken, several at a time', async (nth) => {
    const bytes = noise(800 * kib);
    const made = harness({ mishap: at('getObject', cut(50_000), nth) }, small);
    made.wire.seed('a', bytes);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    await expectNoOpenBody(made);
  });

  test('a stream that breaks again and again is an error, never a short success', async () => {
    const bytes = noise(90 * kib);
    for (const [fault, code] of [
      [reset(false), 'Truncated'],
      [new WireFault('timeout', 'silence', false), 'Timeout'],
    ] as const) {
      const made = harness({ mishap: at('getObject', cut(10, fault), 'all') }, small);
      made.wire.seed('a', bytes);
      const error = await failure(collect(made.storage.openRead(path)));
      expect(error).toMatchObject({ code, retryable: true, path });
      expect(error.message).toContain('of 92160 bytes');
      await expectNoOpenBody(made);
    }
  });

  test('a body that ends early without a word is broken too', async () => {
    const bytes = noise(90 * kib);
    const made = harness({}, small);
    made.wire.seed('a', bytes);
    const get = made.wire.getObject.bind(made.wire);
    let times = 0;
    made.wire.getObject = async (request, options) => {
      const answer = await get(request, options);
      if (times++ > 0) return answer;
      answer.body.destroy();
      return {
        ...answer,
        body: bodyOf(Readable.from([bytes.subarray(0, 1000)], { objectMode: false })),
      };
    };
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(times).toBe(2);
  });

  test('an object replaced between two requests of a read is an error', async () => {
    const bytes = noise(90 * kib);
    const replaced = (): Mishap => {
      made.wire.seed('a', noise(95 * kib));
      return { kind: 'drip' };
    };
    const made = harness({ mishap: either(at('getObject', cut(1000)), at('getObject', replaced, 2)) }, small);
    made.wire.seed('a', bytes);
    expect(await failure(collect(made.storage.openRead(path)))).toMatchObject({
      code: 'ConcurrentModification',
    });
  });

  test('a service that does not obey If-Match is found out by the ETag', async () => {
    const made = harness(
      { mishap: either(at('getObject', cut(1000)), at('getObject', { kind: 'etag', etag: 'other' }, 2)) },
      small,
    );
    made.wire.seed('a', noise(90 * kib));
    expect(await failure(collect(made.storage.openRead(path)))).toMatchObject({
      code: 'ConcurrentModification',
    });
    await expectNoOpenBody(made);
  });

  test('a service that ignores ranges gives the right bytes all the same', async () => {
    const bytes = noise(800 * kib);
    const made = harness({ ignoresRanges: true, mishap: at('getObject', cut(400_000), 2) }, small);
    made.wire.seed('a', bytes);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    const slice = await collect(made.storage.openRead(path, { start: 200_000, end: 500_000 }));
    expect(slice.equals(bytes.subarray(200_000, 500_000))).toBe(true);
    await expectNoOpenBody(made);
  });

  test('another range than was asked for is not taken', async () => {
    const made = harness({}, small);
    made.wire.seed('a', noise(90 * kib));
    const get = made.wire.getObject.bind(made.wire);
    made.wire.getObject = async (request, options) => {
      const answer = await get(request, options);
      return { ...answer, headers: { ...answer.headers, 'content-range': 'bytes 5-9/20' } };
    };
    expect(await failure(collect(made.storage.openRead(path)))).toMatchObject({ code: 'Io' });
    await expectNoOpenBody(made);
  });

  test('416 for an object that does have these bytes is an error', async () => {
    const made = harness(
      { mishap: at('getObject', { kind: 'fault', fault: refusal(416, 'InvalidRange') }) },
      small,
    );
    made.wire.seed('a', 'text');
    expect(await failure(collect(made.storage.openRead(path)))).toMatchObject({ status: 416 });
  });

  test('a growing object is read by one stream', async () => {
    const made = harness({}, small);
    made.wire.seed('a', noise(800 * kib), { appends: 1 });
    await collect(made.storage.openRead(path));
    expect(ranges(made).length).toBe(2);
  });
});

describe('several requests at a time', () => {
  test('no more than asked for, and no more memory than one part more', async () => {
    const made = harness({}, { read: { ...inParts(100 * kib), concurrency: 3, parallelFromBytes: 0 } });
    const bytes = noise(2_000 * kib);
    made.wire.seed('a', bytes);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(made.wire.mostOpenBodies).toBe(3);
  });

  test('a consumer that stops to think stops further requests, and holds no connection but the first', async () => {
    const made = harness({}, { read: { ...inParts(100 * kib), concurrency: 3, parallelFromBytes: 0 } });
    made.wire.seed('a', noise(5_000 * kib));
    const chunks = made.storage.openRead(path);
    await chunks.next();
    await manyTurns();
    const asked = made.wire.count('getObject');
    await manyTurns();
    expect(made.wire.count('getObject')).toBe(asked);
    await expectNoOpenBody(made);
    expect(asked).toBeLessThan(20);
    await chunks.return();
  });

  test.each(['break', 'abort', 'error'] as const)('after %s nothing is left open', async (how) => {
    const mishap =
      how === 'error'
        ? at('getObject', { kind: 'fault', fault: refusal(403, 'AccessDenied') }, 7)
        : undefined;
    const made = harness(mishap === undefined ? {} : { mishap }, small);
    made.wire.seed('a', noise(3_000 * kib));
    const controller = new AbortController();
    const read = async () => {
      for await (const chunk of made.storage.openRead(path, { signal: controller.signal })) {
        expect(chunk.length).toBeGreaterThan(0);
        if (how === 'break') break;
        if (how === 'abort') controller.abort();
      }
    };
    if (how === 'break') await read();
    else expect(await failure(read())).toMatchObject({ code: how === 'abort' ? 'Aborted' : 'AccessDenied' });
    await manyTurns();
    await expectNoOpenBody(made);
    const asked = made.wire.log.length;
    await manyTurns();
    expect(made.wire.log.length).toBe(asked);
  });

  test('the object is the same in all parts', async () => {
    const replaced = (): Mishap => {
      made.wire.seed('a', noise(801 * kib));
      return { kind: 'drip' };
    };
    const made = harness({ mishap: at('getObject', replaced, 4) }, small);
    made.wire.seed('a', noise(800 * kib));
    expect(await failure(collect(made.storage.openRead(path)))).toMatchObject({
      code: 'ConcurrentModification',
    });
    await expectNoOpenBody(made);
  });
});

describe('one stream or several', () => {
  const [first, part, size] = [100 * kib, 100 * kib, 2_000 * kib];
  const bytes = noise(size);

  /** A service that gives so many bytes a second, which may depend on how many it gave, on a clock of its own. */
  function paced(rateAt: (given: number) => number, judgeMs = 0) {
    const clock = { ms: 1e12 };
    const made = harness(
      {},
      {
        timing: { ...testTiming(), now: () => clock.ms },
        read: {
          firstBytes: first,
          partBytes: part,
          judgeBytes: 400 * kib,
          parallelFromBytes: 0,
          judgeMs,
          aloneFromBytesPerSecond: 250e6,
        },
      },
    );
    made.wire.seed('a', bytes);
    const get = made.wire.getObject.bind(made.wire);
    let given = 0;
    made.wire.getObject = async (request, options) => {
      const answer = await get(request, options);
      const { body } = answer;
      return {
        ...answer,
        body: {
          ...body,
          flow: (to) =>
            body.flow({
              piece: (piece) => {
                given += piece.length;
                clock.ms += (piece.length / rateAt(given)) * 1_000;
                to.piece(piece);
              },
              end: () => to.end(),
              fail: (error) => to.fail(error),
            }),
        },
      };
    };
    return { ...made, clock };
  }

  test('a fast one goes on alone', async () => {
    const made = paced(() => 300e6);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(ranges(made)).toEqual([
      [0, first - 1],
      [first, size - 1],
    ]);
  });

  test('a slow one is joined by others', async () => {
    const made = paced(() => 50e6);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(ranges(made).length).toBe(size / part);
    expect(made.wire.mostOpenBodies).toBe(4);
  });

  test('one is not called slow before it was waited for long enough', async () => {
    // 100 KiB take 2 ms, and 300 KiB with what comes after them 6.
    const made = paced((given) => (given < 300 * kib ? 50e6 : 300e6), 8);
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(ranges(made)).toEqual([
      [0, first - 1],
      [first, size - 1],
    ]);
    const slow = paced(() => 50e6, 8);
    expect((await collect(slow.storage.openRead(path))).equals(bytes)).toBe(true);
    expect(slow.wire.mostOpenBodies).toBeGreaterThan(1);
  });

  test('one that becomes slow is left, and taken up by several', async () => {
    const made = paced((given) => (given < 600 * kib ? 300e6 : 50e6));
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    const [, alone, next] = ranges(made);
    expect(alone).toEqual([first, size - 1]);
    expect((next![1] ?? 0) - (next![0] ?? 0) + 1).toBe(part);
    expect(next![0]).toBeGreaterThan(600 * kib);
    await expectNoOpenBody(made);
  });

  test('several that are fast together end in a trial of one', async () => {
    const made = paced((given) => (given < 300 * kib ? 50e6 : 300e6));
    expect((await collect(made.storage.openRead(path))).equals(bytes)).toBe(true);
    const last = ranges(made).at(-1)!;
    expect(last[1]).toBe(size - 1);
    expect((last[1] ?? 0) - (last[0] ?? 0)).toBeGreaterThan(part);
    await expectNoOpenBody(made);
  });

  test('a slow consumer is not helped by more of them', async () => {
    const made = paced(() => 300e6);
    const chunks: Uint8Array[] = [];
    for await (const chunk of made.storage.openRead(path)) {
      chunks.push(chunk);
      made.clock.ms += 1_000;
    }
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(ranges(made).length).toBe(2);
  });
});

describe('memory of chunks', () => {
  const size = 12 * 1024 * kib + 5;
  const bytes = noise(size);
  const tuned = (concurrency: number) =>
    harness({}, { read: { ...inParts(2 * 1024 * kib), concurrency, parallelFromBytes: 0 } });

  /** Reads it all, and counts the pieces of memory. */
  async function read(storage: Harness['storage'], options: ReadOptions): Promise<number> {
    const memory = new Set<ArrayBufferLike>();
    let position = 0;
    for await (const chunk of storage.openRead(path, options)) {
      expect(bytes.subarray(position, position + chunk.length).equals(chunk)).toBe(true);
      position += chunk.length;
      memory.add(chunk.buffer);
    }
    expect(position).toBe(size);
    return memory.size;
  }

  test.each([1, 4])('with %i requests at a time: fresh for each, or used again', async (concurrency) => {
    const { wire, storage } = tuned(concurrency);
    wire.seed('a', bytes);
    expect(await read(storage, {})).toBe(13);
    expect(await read(storage, { reuse: true })).toBeLessThanOrEqual(concurrency === 1 ? 2 : 10);
  });

  test('what is lent stays as it is until the loan is over', async () => {
    const { wire, storage } = tuned(1);
    wire.seed('a', bytes);
    const loan = new Loan();
    const lent: { chunk: Uint8Array; copy: Buffer; end: () => void }[] = [];
    let position = 0;
    for await (const chunk of storage.openRead(path, { loan })) {
      position += chunk.length;
      let end = () => {};
      loan.extend(new Promise<void>((resolve) => (end = resolve)));
      lent.push({ chunk, copy: Buffer.from(chunk), end });
      await manyTurns();
      for (const one of lent) expect(one.copy.equals(one.chunk)).toBe(true);
      // A writer has two of them under way.
      if (lent.length === 2) lent.shift()!.end();
    }
    expect(position).toBe(size);
  });
});

describe('looking at', () => {
  test('objects, prefixes, buckets, and what is not there', async () => {
    const { wire, storage } = harness();
    wire.seed('a', 'text');
    wire.seed('a/b', 'x');
    wire.seed('only/below', 'x');
    wire.seed('marked/', '');
    expect(await storage.stat('obs://bucket/a')).toMatchObject({
      kind: 'file',
      size: 4,
      etag: expect.any(String),
    });
    expect(await storage.stat('obs://bucket/a/')).toMatchObject({ kind: 'directory' });
    expect(await storage.stat('S3://bucket/only')).toMatchObject({
      kind: 'directory',
      path: 'S3://bucket/only',
    });
    expect(await storage.stat('obs://bucket/marked')).toMatchObject({ kind: 'directory' });
    for (const root of ['obs://bucket', 'obs://bucket/']) {
      expect(await storage.stat(root)).toMatchObject({ kind: 'directory', size: 0 });
    }
    for (const none of ['obs://bucket/on', 'obs://bucket/only/be', 'obs://bucket/x/']) {
      expect(await storage.stat(none)).toBeNull();
    }
    for (const path of ['obs://other/a', 'obs://other']) {
      await expect(storage.stat(path)).rejects.toMatchObject({
        code: 'NotFound',
        message: expect.stringContaining('the bucket other does not exist'),
      });
    }
  });

  test('an object without a length is asked for again, and then an error', async () => {
    const made = harness();
    made.wire.seed('a', 'text');
    const head = made.wire.headObject.bind(made.wire);
    made.wire.headObject = async (request, options) => {
      const { status, headers } = await head(request, options);
      const { 'content-length': _, ...others } = headers;
      return { status, headers: others };
    };
    expect(await failure(made.storage.stat(path))).toMatchObject({ code: 'Io' });
    expect(made.wire.count('headObject')).toBe(6);
  });
});
