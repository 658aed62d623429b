import { expect, test } from 'vitest';
import { ServiceError } from '../../../src/cloud/service/service-error.js';
import { realTiming } from '../../../src/cloud/service/timing.js';
import { waitFor } from '../../../src/cloud/service/waiter.js';
import { fakeClock } from '../../support/clock.js';

const refusal = (code: 'Throttled' | 'AccessDenied' | 'ServiceFailed', retryable: boolean) =>
  new ServiceError(code, 'no', { service: 'modelarts', method: 'GET', path: '/x', retryable });

/** Gives the answers one after the other, the last again and again; errors are thrown. */
function answers<T>(...list: (T | Error)[]) {
  let next = 0;
  return async (): Promise<T> => {
    const answer = list[Math.min(next++, list.length - 1)]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

const untilReady = (answer: string) => (answer === 'ready' ? ('done' as const) : ('wait' as const));

test('pauses grow to a limit and differ by a tenth', async () => {
  for (const [random, part] of [
    [0, 0.9],
    [0.5, 1],
  ] as const) {
    const { timing, slept } = fakeClock(() => random);
    const heard: string[] = [];
    const last = await waitFor({
      what: 'it',
      ask: answers(...Array.from({ length: 9 }, () => 'not yet'), 'ready'),
      verdict: untilReady,
      onProgress: (answer) => heard.push(answer),
      timing,
    });
    expect(last).toBe('ready');
    expect(heard).toHaveLength(10);
    expect(slept.map(Math.round)).toEqual(
      [2_000, 3_000, 4_500, 6_750, 10_125, 15_187.5, 22_781.25, 30_000, 30_000].map((ms) =>
        Math.round(ms * part),
      ),
    );
  }
});

test('what is there at once is not waited for', async () => {
  const { timing, slept } = fakeClock();
  await waitFor({ what: 'it', ask: answers('ready'), verdict: untilReady, timing });
  expect(slept).toEqual([]);
});

test('the limit is kept to the ms, and named with what was waited for', async () => {
  const { timing, slept } = fakeClock();
  const waiting = waitFor({
    what: 'import task t1',
    ask: answers('never'),
    verdict: untilReady,
    timeoutMs: 60_000,
    timing,
  });
  await expect(waiting).rejects.toMatchObject({
    code: 'Timeout',
    message: 'import task t1: not done after 60 s',
  });
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
});

test('a verdict that throws ends it', async () => {
  const waiting = waitFor({
    what: 'it',
    ask: answers('broken'),
    verdict: () => {
      throw new RangeError('no');
    },
    timing: fakeClock().timing,
  });
  await expect(waiting).rejects.toThrow(RangeError);
});

test('questions that are one too many, or whose answer is lost, are asked again', async () => {
  const { timing, slept } = fakeClock();
  const ask = answers<string>(refusal('Throttled', false), refusal('ServiceFailed', true), 'ready');
  expect(await waitFor({ what: 'it', ask, verdict: untilReady, timing })).toBe('ready');
  expect(slept).toHaveLength(2);
  await expect(
    waitFor({
      what: 'it',
      ask: answers<string>(refusal('Throttled', false)),
      verdict: untilReady,
      timeoutMs: 10,
      timing,
    }),
  ).rejects.toMatchObject({ code: 'Timeout', cause: { code: 'Throttled' } });
});

test('a refusal that is final is thrown at once', async () => {
  const { timing, slept } = fakeClock();
  const ask = answers<string>(refusal('AccessDenied', false));
  await expect(waitFor({ what: 'it', ask, verdict: untilReady, timing })).rejects.toMatchObject({
    code: 'AccessDenied',
  });
  expect(slept).toEqual([]);
});

test('a signal ends the pause', async () => {
  const abort = new AbortController();
  const waiting = waitFor({
    what: 'it',
    ask: async () => {
      setImmediate(() => abort.abort());
      return 'not yet';
    },
    verdict: untilReady,
    signal: abort.signal,
    timing: realTiming,
  });
  await expect(waiting).rejects.toMatchObject({ code: 'Aborted' });
});
