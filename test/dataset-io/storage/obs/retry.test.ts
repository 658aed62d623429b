import { describe, expect, test } from 'vitest';
import { redirectTarget } from '../../../../src/dataset-io/storage/obs/redirect.js';
import { Backoff, Pace } from '../../../../src/dataset-io/storage/obs/retry.js';
import { WireFault } from '../../../../src/dataset-io/storage/obs/wire.js';
import { refusal, reset } from './fake-wire.js';
import { at, collect, either, failure, harness } from './harness.js';
import { testTiming } from './timing.js';

describe('pauses', () => {
  test('double with each failure up to the cap, with full jitter', () => {
    const timing = { ...testTiming(), random: () => 0.999_999 };
    const backoff = new Backoff({}, timing);
    const most = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => Math.round(backoff.pauseAfter(attempt)!));
    expect(most).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(new Backoff({}, { ...timing, random: () => 0 }).pauseAfter(5)).toBe(0);
  });

  test('are no shorter than the service asks, unless it asks too much', () => {
    const backoff = new Backoff({}, testTiming());
    const asks = (retryAfterMs: number) => refusal(503, 'SlowDown', { retryAfterMs });
    expect(backoff.pauseAfter(0, asks(7_000))).toBe(7_000);
    expect(backoff.pauseAfter(0, asks(120_001))).toBeUndefined();
  });

  test('a request waits as long as Retry-After says', async () => {
    const fault = refusal(503, 'ServiceUnavailable', { retryAfterMs: 3_000 });
    const { storage, wire, timing } = harness({ mishap: at('headObject', { kind: 'fault', fault }, [1, 2]) });
    wire.seed('a', 'x');
    expect(await storage.stat('obs://bucket/a')).toMatchObject({ size: 1 });
    expect(timing.pauses).toEqual([3_000, 3_000]);
  });

  test('end with the signal', async () => {
    const controller = new AbortController();
    const { storage } = harness(
      { mishap: at('headObject', { kind: 'fault', fault: refusal(500, 'InternalError') }, 'all') },
      {
        timing: {
          ...testTiming(),
          sleep: (_ms, signal) =>
            new Promise((_resolve, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
              setImmediate(() => controller.abort());
            }),
        },
      },
    );
    const { signal } = controller;
    expect(await failure(storage.stat('obs://bucket/a', { signal }))).toMatchObject({ code: 'Aborted' });
  });

  test('a call ends at its deadline, in a request or in a pause', async () => {
    const { storage } = harness({ mishap: at('headObject', { kind: 'hang' }) }, { deadlineMs: 30 });
    const error = await failure(storage.stat('obs://bucket/a'));
    expect(error).toMatchObject({ code: 'Timeout', retryable: true, path: 'obs://bucket/a' });
    const busy = harness(
      { mishap: at('getObject', { kind: 'fault', fault: refusal(500, 'InternalError') }, 'all') },
      { deadlineMs: 30, retry: { tries: 1_000_000 } },
    );
    expect(await failure(collect(busy.storage.openRead('obs://bucket/a')))).toMatchObject({
      code: 'Timeout',
    });
  });

  test('a deadline that is kept leaves nothing behind', async () => {
    const { storage, wire } = harness({}, { deadlineMs: 60_000 });
    wire.seed('a', 'text');
    expect(String(await collect(storage.openRead('obs://bucket/a')))).toBe('text');
    const controller = new AbortController();
    const hanging = harness({ mishap: at('headObject', { kind: 'hang' }) }, { deadlineMs: 60_000 });
    const running = failure(hanging.storage.stat('obs://bucket/a', { signal: controller.signal }));
    controller.abort();
    expect(await running).toMatchObject({ code: 'Aborted' });
  });
});

describe('the pace', () => {
  test('has no limit until the service complains, then half of what was sent, then more again', async () => {
    let now = 0;
    const waits: number[] = [];
    const pace = new Pace({
      now: () => now,
      random: () => 0.5,
      sleep: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    });
    for (let i = 0; i < 100; i++) await pace.take(undefined);
    expect(waits).toEqual([]);
    pace.slowDown();
    expect(pace.perSecond).toBe(50);
    const start = now;
    for (let i = 0; i < 100; i++) await pace.take(undefined);
    expect(now - start).toBeGreaterThan(1_800);
    expect(now - start).toBeLessThan(2_200);
    for (let i = 0; i < 20; i++) pace.slowDown();
    expect(pace.perSecond).toBe(1);
    for (let i = 0; i < 500; i++) pace.succeeded();
    expect(pace.perSecond).toBe(Number.POSITIVE_INFINITY);
  });

  test('slows all requests of a storage', async () => {
    const fault = refusal(503, 'SlowDown');
    const { storage, wire, timing } = harness({ mishap: at('headObject', { kind: 'fault', fault }) });
    for (const key of ['a', 'b', 'c', 'd']) wire.seed(key, 'x');
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => storage.stat(`obs://bucket/${key}`)));
    const before = timing.pauses.length;
    for (const key of ['a', 'b', 'c', 'd', 'a', 'b']) await storage.stat(`obs://bucket/${key}`);
    expect(timing.pauses.length).toBeGreaterThan(before);
  });
});

describe('redirects', () => {
  const obs = 'https://obs.cn-north-4.myhuaweicloud.com';
  test.each([
    [obs, 'https://obs.cn-north-1.myhuaweicloud.com', 'https://obs.cn-north-1.myhuaweicloud.com'],
    [obs, 'https://bucket.obs.cn-north-1.myhuaweicloud.com', 'https://obs.cn-north-1.myhuaweicloud.com'],
    [
      obs,
      'https://bucket.obs.cn-north-4.myhuaweicloud.com:8443',
      'https://obs.cn-north-4.myhuaweicloud.com:8443',
    ],
    [obs, 'https://evil.example', undefined],
    [obs, 'https://myhuaweicloud.com.evil.example', undefined],
    [obs, 'https://evilmyhuaweicloud.com', undefined],
    [obs, 'http://obs.cn-north-4.myhuaweicloud.com', undefined],
    [obs, 'not a url', undefined],
    ['http://10.0.0.1:9000', 'http://10.0.0.1:9001', 'http://10.0.0.1:9001'],
    ['http://10.0.0.1:9000', 'https://10.0.0.1', 'https://10.0.0.1'],
    ['http://10.0.0.1:9000', 'http://10.0.0.2:9000', undefined],
    ['http://10.0.0.1:9000', 'http://x.10.0.0.1:9000', undefined],
    ['https://obs.example.com', 'https://other.example.com', undefined],
    ['https://obs.example.com', 'https://bucket.obs.example.com', 'https://obs.example.com'],
    ['https://store.example.com', 'https://a.store.example.com', 'https://a.store.example.com'],
    ['https://localhost:8080', 'https://evil', undefined],
  ])('from %s to %s: %s', (endpoint, location, expected) => {
    expect(redirectTarget(location, endpoint, 'bucket')).toBe(expected);
  });

  const moved = (location: string) =>
    ({ kind: 'fault', fault: refusal(307, 'TemporaryRedirect', { location }) }) as const;
  const endpoint = 'https://obs.test';

  test('one is followed, signed anew for the other host; a second one is not', async () => {
    const { storage, wire } = harness(
      { mishap: at('headObject', moved('https://eu.obs.test')) },
      { endpoint },
    );
    wire.seed('a', 'x');
    expect(await storage.stat('obs://bucket/a')).toMatchObject({ size: 1 });
    expect(wire.log.map((request) => request.endpoint)).toEqual([undefined, 'https://eu.obs.test']);
    const loop = harness({ mishap: at('headObject', moved('https://eu.obs.test'), 'all') }, { endpoint });
    expect(await failure(loop.storage.stat('obs://bucket/a'))).toMatchObject({ code: 'BadAddress' });
    expect(loop.wire.log.length).toBe(2);
  });

  test('none leads to a foreign host, or anywhere without an endpoint', async () => {
    const foreign = harness({ mishap: at('putObject', moved('https://evil.example')) }, { endpoint });
    const error = await failure(foreign.storage.writeAtomic('obs://bucket/a', Buffer.from('x')));
    expect(error).toMatchObject({ code: 'BadAddress', status: 307 });
    expect(foreign.wire.log.map((request) => request.endpoint)).toEqual([undefined, undefined]);
    const unknown = harness({ mishap: at('headObject', moved('https://eu.obs.test')) });
    expect(await failure(unknown.storage.stat('obs://bucket/a'))).toMatchObject({ code: 'BadAddress' });
  });
});

describe('the engine', () => {
  test('is made at the first request, once; after a failure to make it, again', async () => {
    const { wire } = harness();
    let made = 0;
    const { storage } = harness(
      {},
      {
        wire: async () => {
          made++;
          if (made === 1)
            throw new WireFault('network', 'cannot start', false, { networkCode: 'ECONNREFUSED' });
          return wire;
        },
        retry: { tries: 1 },
      },
    );
    expect(made).toBe(0);
    expect(await failure(storage.stat('obs://bucket/a'))).toMatchObject({ code: 'Unreachable' });
    expect(await storage.stat('obs://bucket/a')).toBeNull();
    expect(await storage.stat('obs://bucket/b')).toBeNull();
    expect(made).toBe(2);
    await storage.close();
    expect(wire.closed).toBe(1);
  });

  test('errors that are not of the wire come through as they are', async () => {
    const { storage } = harness({
      mishap: at('headObject', () => {
        throw new RangeError('no keys');
      }),
    });
    await expect(storage.stat('obs://bucket/a')).rejects.toThrow('no keys');
  });

  test('what goes wrong more than once in different ways is still tried again', async () => {
    const plans = either(
      at('headObject', { kind: 'fault', fault: reset(false) }),
      at('headObject', { kind: 'fault', fault: refusal(500, 'InternalError') }, 2),
      at('headObject', { kind: 'fault', fault: new WireFault('timeout', 'silence', false) }, 3),
    );
    const { storage, wire } = harness({ mishap: plans });
    wire.seed('a', 'x');
    expect(await storage.stat('obs://bucket/a')).toMatchObject({ size: 1 });
    expect(wire.count('headObject')).toBe(4);
  });
});
