import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandIo } from '../../bin/io.js';
import { ProgressBar, progressLine } from '../../bin/progress-bar.js';

test.each([
  [{ items: 0, bytes: 0 }, 0, 'checked 0  0/s'],
  [{ items: 1500, bytes: 1 }, 3, 'checked 1,500  500/s'],
  [{ items: 1500, bytes: 25, totalBytes: 100 }, 30, 'checked 1,500  25%  50/s  ETA 1m30s'],
  [{ items: 10, bytes: 5, totalItems: 40 }, 2400, 'checked 10 of 40  25%  0/s  ETA 2h00m'],
  [{ items: 40, bytes: 5, totalItems: 40 }, 10, 'checked 40 of 40  100%  4/s'],
  [{ items: 0, bytes: 0, totalItems: 0 }, 1, 'checked 0 of 0  0/s'],
])('%j after %i s', (progress, seconds, line) => {
  expect(progressLine('checked', progress, seconds)).toBe(line);
});

function io(terminal: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal, columns: 60 });
  const said = () => String(stderr.read() ?? '');
  const own: CommandIo = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr,
    env: {},
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

test('a log gets a line every ten seconds', () => {
  const { own, said } = io(false);
  const bar = new ProgressBar(own, 'checked', false);
  vi.advanceTimersByTime(9_999);
  bar.update(half);
  expect(said()).toBe('');
  vi.advanceTimersByTime(1);
  bar.update(half);
  expect(said()).toBe('checked 50 of 100  50%  5/s  ETA 10s\n');
  bar.clear();
  expect(said()).toBe('');
});

test('quiet is quiet', () => {
  const { own, said } = io(true);
  const bar = new ProgressBar(own, 'checked', true);
  vi.advanceTimersByTime(60_000);
  bar.update(half);
  bar.clear();
  expect(said()).toBe('');
});
