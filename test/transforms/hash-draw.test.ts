import { expect, test } from 'vitest';
import { HashDraw } from '../../src/transforms/index.js';

function drawOf(numbers: readonly number[], count: number, seed?: number): readonly number[] {
  const draw = new HashDraw<number>(count, seed);
  for (const number of numbers) draw.offer(number, () => number);
  return draw.drawn;
}

const numbers = Array.from({ length: 2000 }, (_, at) => at * 617);

test('what is drawn does not depend on the order', () => {
  const drawn = drawOf(numbers, 20, 7);
  expect(new Set(drawn).size).toBe(20);
  expect(drawOf(numbers.toReversed(), 20, 7)).toEqual(drawn);
});

test('parts draw what the whole draws', () => {
  const parts = [numbers.slice(0, 300), numbers.slice(300, 900), numbers.slice(900)];
  const drawn = parts.flatMap((part) => drawOf(part, 20, 7));
  expect(drawOf(drawn, 20, 7)).toEqual(drawOf(numbers, 20, 7));
});

test('another seed draws others, and each thing is as likely as any other', () => {
  expect(drawOf(numbers, 20, 1)).not.toEqual(drawOf(numbers, 20, 2));
  const times = new Map(numbers.map((number) => [number, 0]));
  for (let seed = 0; seed < 400; seed++)
    for (const number of drawOf(numbers, 100, seed)) times.set(number, times.get(number)! + 1);
  // 20 times each on average, with a deviation of 4.4.
  for (const count of times.values()) expect(Math.abs(count - 20)).toBeLessThan(25);
});

test('all are drawn when there are not enough, and none of none', () => {
  expect([...drawOf([3, 1, 2], 5)].sort()).toEqual([1, 2, 3]);
  expect(drawOf(numbers, 0)).toEqual([]);
});
