import { randomInt } from 'node:crypto';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What every random choice of the tests follows from. */
    seed: number;
  }
}

const usual = 20_240_611;
const limit = 2 ** 31;

/** Settles the seed before the first test: always the same one, unless LABELKIT_SEED gives a number or `random`. */
export default function settleSeed(project: TestProject): void {
  const asked = process.env['LABELKIT_SEED'] ?? '';
  const seed = asked === '' ? usual : asked === 'random' ? randomInt(limit) : Number(asked);
  if (!Number.isInteger(seed) || seed < 0 || seed >= limit)
    throw new Error(`LABELKIT_SEED is ${asked}; write a whole number below ${limit}, or random`);
  project.provide('seed', seed);
  console.log(`random tests: LABELKIT_SEED=${seed}`);
}
