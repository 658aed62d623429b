import type { Timing } from '../../src/cloud/service/timing.js';

/** Time that only passes while somebody sleeps. */
export function fakeClock(random: () => number = () => 0.5, start = Date.now()) {
  let now = start;
  const slept: number[] = [];
  const timing: Timing = {
    now: () => now,
    random,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  return { timing, slept };
}
