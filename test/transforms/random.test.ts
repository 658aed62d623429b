import { describe, expect, test } from 'vitest';
import { defaultSeed, SeededRandom, unitHash } from '../../src/transforms/index.js';

describe('SeededRandom', () => {
  test.each([
    [0, [3809008728, 1133695204, 53579671, 2891528803, 139681546]],
    [42, [2837322924, 544945897, 479756282]],
    [2 ** 32, [2220574503, 610380652]],
    [2 ** 53 - 1, [1190966055, 18953708, 2651531223]],
  ])('seed %d gives the words of another implementation', (seed, words) => {
    const random = new SeededRandom(seed);
    expect(words.map(() => random.word())).toEqual(words);
  });

  test('no seed is the default one', () => {
    expect(new SeededRandom().word()).toBe(new SeededRandom(defaultSeed).word());
  });

  test('a number takes 53 bits of two words', () => {
    const words = new SeededRandom(7);
    const bits = (BigInt(words.word() >>> 5) << 26n) | BigInt(words.word() >>> 6);
    expect(new SeededRandom(7).next()).toBe(Number(bits) / 2 ** 53);
  });

  test('numbers below a limit are even, and below it', () => {
    const random = new SeededRandom(3);
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < 70_000; draw++) counts[random.below(7)]!++;
    expect(counts.reduce((sum, count) => sum + count)).toBe(70_000);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is no seed', (seed) => {
    expect(() => new SeededRandom(seed)).toThrow(/a seed must be a whole number/);
    expect(() => unitHash('x', seed)).toThrow(/a seed must be a whole number/);
  });
});

describe('unitHash', () => {
  test.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['test', 0, 0xba6bd213],
    ['Hello, world!', 0, 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
    ['狗.jpg', 7, 0x45b7bda6],
  ])('%j with seed %d is MurmurHash3', (text, seed, hash) => {
    expect(unitHash(text, seed) * 2 ** 32).toBe(hash);
  });

  test('names that count up are spread evenly', () => {
    let below = 0;
    for (let number = 0; number < 100_000; number++) if (unitHash(`img_${number}.jpg`) < 0.1) below++;
    expect(Math.abs(below - 10_000)).toBeLessThan(500);
  });

  test('the upper bits of a seed count', () => {
    expect(unitHash('a', 2 ** 40)).not.toBe(unitHash('a', 0));
  });
});
