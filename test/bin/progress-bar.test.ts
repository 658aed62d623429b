import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandIo } from '../../bin/io.js';
import { ProgressBar, progressLine, summaryLine } from '../../bin/progress-bar.js';
import type { Progress } from '../../src/index.js';
import { OptionError } from '../../src/index.js';

test.each<[Progress, number, string]>([
  [{ items: 0, bytes: 0 }, 0, 'checked 0  0/s'],
  [{ items: 1500, bytes: 999 }, 3, 'checked 1,500  500/s  999 B'],
  [{ items: 1500, bytes: 0, findings: 1 }, 3, 'checked 1,500  500/s  1 finding'],
  [
    { items: 1500, bytes: 25_400, totalBytes: 101_600, findings: 1234 },
    30,
    'checked 1,500  25%  50/s  ETA 1m30s  25.4 kB  1,234 findings',
  ],
  [
    { items: 10, bytes: 5e9, totalItems: 40, findings: 0 },
    2400,
    'checked 10 of 40  25%  0/s  ETA 2h00m  5.0 GB',
  ],
  [{ items: 40, bytes: 0, totalItems: 40 }, 10, 'checked 40 of 40  100%  4/s'],
  [{ items: 0, bytes: 0, totalItems: 0 }, 1, 'checked 0 of 0  0/s'],
  [{ items: 9, bytes: 0, phase: 'first-pass' }, 3, 'read 9  3/s'],
  [{ items: 9, bytes: 7, totalItems: 9, phase: 'write' }, 3, 'written 9 of 9  100%  3/s'],
])('%j after %i s', (progress, seconds, line) => {
  expect(progressLine('checked', progress, seconds)).toBe(line);
});

test('a summary says how many, how long, how fast, and how much', () => {
  const progress = { items: 1500, bytes: 12_345_678, totalItems: 1500, findings: 4 };
  expect(summaryLine('checked', progress, 3)).toBe('checked 1,500 in 3.0 s  500/s  12.3 MB  4 findings');
});

function io(terminal: boolean, env: CommandIo['env'] = {}) {
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal, columns: 60 });
  const said = () => String(stderr.read() ?? '');
  const own: CommandIo = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    env,
    signal: new AbortController().signal,
  };
  return { own, said };
}

const half = { items: 50, bytes: 0, totalItems: 100 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a terminal sees a bar ten times a second, and none of it afterwards', () => {
  const { own, said } = io(true);
  const bar = new ProgressBar(own, 'checked', false);
  bar.update(half);
  expect(said()).toBe('');
  vi.advanceTimersByTime(1000);
  bar.update(half);
  const drawn = said();
  expect(drawn).toMatch(/^\r\x1b\[K\[#+-+\] checked 50 of 100 {2}50% {2}50\/s {2}ETA 1s$/);
  expect(drawn.length).toBeLessThanOrEqual(60 + '\r\x1b[K'.length);
  bar.update(half);
  expect(said()).toBe('');
  bar.clear();
  expect(said()).toBe('\r\x1b[K');
  bar.clear();
  expect(said()).toBe('');
});

test('putting files into place is counted for itself', () => {
  const { own, said } = io(true);
  const bar = new ProgressBar(own, 'converted', false);
  vi.advanceTimersByTime(60_000);
  bar.update({ items: 5, bytes: 0, totalItems: 10, phase: 'write' });
  said();
  vi.advanceTimersByTime(1000);
  bar.update({ items: 10, bytes: 0, totalItems: 20, phase: 'write' });
  expect(said()).toMatch(/written 10 of 20 {2}50% {2}10\/s {2}ETA 1s$/);
});

test('a line stays on the terminal when the work is done, and none when it failed', async () => {
  const { own, said } = io(true);
  const run = (work: () => Promise<void>) => {
    const bar = new ProgressBar(own, 'checked', false);
    return bar.during(async () => {
      vi.advanceTimersByTime(2000);
      bar.update(half);
      bar.update({ items: 7, bytes: 0, totalItems: 7, phase: 'write' });
      said();
      await work();
    });
  };
  await run(async () => undefined);
  expect(said()).toBe('\r\x1b[Kchecked 50 in 2.0 s  25/s\n');
  await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(said()).toBe('\r\x1b[K');
});

test('work that is over at once says nothing', async () => {
  const { own, said } = io(true);
  const bar = new ProgressBar(own, 'checked', false);
  await bar.during(async () => {
    vi.advanceTimersByTime(400);
    bar.update(half);
  });
  expect(said()).toBe('');
});

test('where standard error is no terminal there is no progress', async () => {
  const { own, said } = io(false);
  const bar = new ProgressBar(own, 'checked', false);
  await bar.during(async () => {
    vi.advanceTimersByTime(60_000);
    bar.update(half);
  });
  expect(said()).toBe('');
});

test('LABELKIT_PROGRESS=lines: a line every ten seconds, and the summary', async () => {
  const { own, said } = io(false, { LABELKIT_PROGRESS: 'lines' });
  const bar = new ProgressBar(own, 'checked', false);
  await bar.during(async () => {
    vi.advanceTimersByTime(9_999);
    bar.update(half);
    expect(said()).toBe('');
    vi.advanceTimersByTime(1);
    bar.update(half);
    expect(said()).toBe('checked 50 of 100  50%  5/s  ETA 10s\n');
  });
  expect(said()).toBe('checked 50 in 10.0 s  5/s\n');
});

test.each([
  [{}, true],
  [{ LABELKIT_PROGRESS: 'none' }, false],
  [{ LABELKIT_PROGRESS: 'lines' }, true],
])('quiet is quiet: %j, --quiet %j', async (env, quiet) => {
  const { own, said } = io(true, env);
  const bar = new ProgressBar(own, 'checked', quiet);
  await bar.during(async () => {
    vi.advanceTimersByTime(60_000);
    bar.update(half);
  });
  expect(said()).toBe('');
});

test('another LABELKIT_PROGRESS is refused', () => {
  const { own } = io(true, { LABELKIT_PROGRESS: 'loud' });
  expect(() => new ProgressBar(own, 'checked', false)).toThrow(OptionError);
});
