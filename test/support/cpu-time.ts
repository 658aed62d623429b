import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/**
 * Milliseconds that this thread has had the processor for, however busy the machine is; it ticks about every 4 ms.
 * Where the system does not tell, the clock stands in.
 */
export function threadTime(): number {
  if (process.platform !== 'linux') return performance.now();
  const [ran] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1);
  return Number(ran) / 1e6;
}

const growth = 16;
/** Below this the ticks of the clock are most of what is seen. */
const shortest = 5;

/**
 * Fails when the work on an input takes 64 times as long as on one of a sixteenth of its size. What grows with the size
 * takes about 16 times as long, what grows with its square 256 times.
 *
 * @param size large enough that the work takes some 50 ms, small enough that its square takes seconds.
 */
export function expectLinear(size: number, work: (size: number) => void): void {
  const least = (part: number) => {
    const times = [1, 2, 3].map(() => {
      const before = threadTime();
      work(part);
      return threadTime() - before;
    });
    return Math.min(...times);
  };
  const small = Math.max(least(Math.round(size / growth)), shortest);
  expect(least(size) / small).toBeLessThan(4 * growth);
}
