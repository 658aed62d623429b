import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../src/model/index.js';
import { FingerprintTable, hashBytes, hashString } from '../../src/text/index.js';

const hash = new Uint32Array(2);

/** Adds a text; the tag of an equal one before it, or -1. */
function add(table: FingerprintTable, text: string, tag = 0, line = 0): number {
  hashString(text, hash);
  return table.add(hash[0]!, hash[1]!, tag, line);
}

describe('hash', () => {
  test('of bytes and of the same text are the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), fc.nat(5), (text, shift) => {
        const bytes = Buffer.from(`${'x'.repeat(shift)}${text}yy`);
        const other = new Uint32Array(2);
        hashString(text, hash);
        hashBytes(bytes, shift, bytes.length - 2, other);
        expect(other).toEqual(hash);
      }),
    );
  });

  test('each input bit changes about half of the output', () => {
    const bytes = Buffer.from('obs://bucket/data/train/0001.jpg');
    hashBytes(bytes, 0, bytes.length, hash);
    const [high, low] = [hash[0]!, hash[1]!];
    const bits = (word: number): number => word.toString(2).replaceAll('0', '').length;
    let changed = 0;
    for (let i = 0; i < bytes.length * 8; i++) {
      bytes[i >> 3]! ^= 1 << (i & 7);
      hashBytes(bytes, 0, bytes.length, hash);
      bytes[i >> 3]! ^= 1 << (i & 7);
      changed += bits((hash[0]! ^ high) >>> 0) + bits((hash[1]! ^ low) >>> 0);
    }
    expect(Math.abs(changed / (bytes.length * 8) - 32)).toBeLessThan(1);
  });

  test('zeros of different lengths differ', () => {
    const seen = new Set<string>();
    for (let length = 0; length < 64; length++) {
      hashBytes(new Uint8Array(length), 0, length, hash);
      seen.add(hash.join());
    }
    expect(seen.size).toBe(64);
  });
});

describe('FingerprintTable', () => {
  test('a million names in a row: none mistaken for another, all found again', () => {
    const table = new FingerprintTable({ tagBits: 3 });
    const name = (i: number): string => `obs://bucket/data/train/img_${String(i).padStart(9, '0')}.jpg`;
    let mistaken = 0;
    for (let i = 0; i < 1_000_000; i++) if (add(table, name(i), i & 7) !== -1) mistaken++;
    expect([mistaken, table.size]).toEqual([0, 1_000_000]);
    let wrong = 0;
    for (let i = 0; i < 1_000_000; i += 3) if (add(table, name(i), 0) !== (i & 7)) wrong++;
    expect([wrong, table.size]).toEqual([0, 1_000_000]);
  });

  const many = 4_000_000;
  test.each([
    ['nothing', 0],
    ['what comes', many],
    ['a quarter of it', many / 4],
    ['a little less', 0.97 * many],
    ['ten times as much', 10 * many],
  ])('at most 8 bytes each and 22 MB at every moment, when %s was expected', (_, expected) => {
    const table = new FingerprintTable({ tagBits: 3, lines: true, expected });
    const halves = new Uint32Array(2);
    let most = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < many; i++) {
      halves[0] = Math.imul(i, 0x9e3779b1);
      halves[1] = Math.imul(i ^ (i >>> 9), 0x85ebca6b);
      table.add(halves[0]!, halves[1]!, i & 7);
      if (i % 997 !== 0) continue;
      const { bytesAllocated, size } = table;
      most = Math.max(most, bytesAllocated - 8 * size);
      least = Math.min(least, bytesAllocated - 6 * size);
    }
    expect(table.size).toBe(many);
    expect(most).toBeLessThanOrEqual(22e6);
    // As many bytes as the entries themselves at least: nothing that holds them is left out.
    expect(least).toBeGreaterThan(0);
    if (expected === many) expect(table.bytesAllocated / many).toBeLessThan(7.6);
    let wrong = 0;
    for (let i = 0; i < many; i += 7) {
      halves[0] = Math.imul(i, 0x9e3779b1);
      halves[1] = Math.imul(i ^ (i >>> 9), 0x85ebca6b);
      if (table.add(halves[0]!, halves[1]!) !== (i & 7)) wrong++;
    }
    expect([wrong, table.size]).toEqual([0, many]);
  });

  test('entries that all come into one segment', () => {
    const table = new FingerprintTable({ tagBits: 0, expected: 1_000_000 });
    for (let i = 0; i < 60_000; i++) table.add(0xabcd_ef01, Math.imul(i + 1, 0x9e3779b1) >>> 0);
    expect(table.size).toBe(60_000);
    expect(table.bytesAllocated - 8 * table.size).toBeLessThanOrEqual(22e6);
    for (let i = 0; i < 60_000; i++)
      expect(table.add(0xabcd_ef01, Math.imul(i + 1, 0x9e3779b1) >>> 0)).toBe(0);
  });

  test('with lines: a few megabytes, until there are more than 2^18', () => {
    const table = new FingerprintTable({ tagBits: 3, lines: true });
    const last = 2 ** 18;
    const put = (i: number, tag: number, line: number) =>
      table.add(Math.imul(i, 0x9e3779b1) >>> 0, Math.imul(i, 0x85ebca6b) >>> 0, tag, line);
    for (let i = 1; i <= last; i++) put(i, i & 7, i);
    expect([table.size, table.bytesAllocated]).toEqual([last, 4_196_352]);
    for (const i of [1, 41, last]) expect([put(i, 0, 5), table.previousLine]).toEqual([i & 7, i]);
    expect(add(table, 'one more', 3)).toBe(-1);
    expect(add(table, 'one more')).toBe(3);
    for (const i of [1, 41, last]) expect([put(i, 0, 5), table.previousLine]).toEqual([i & 7, 0]);
    expect(table.size).toBe(last + 1);
    expect(table.bytesAllocated).toBeLessThanOrEqual(8 * table.size + 22e6);
  });

  test('does what a Map does', () => {
    const entry = fc.tuple(fc.nat(60), fc.nat(7), fc.nat(1000));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 300 }), (entries) => {
        const table = new FingerprintTable({ tagBits: 3, lines: true });
        const map = new Map<number, [number, number]>();
        for (const [key, tag, line] of entries) {
          const before = map.get(key);
          expect(add(table, `key ${key}`, tag, line)).toBe(before?.[0] ?? -1);
          if (before === undefined) map.set(key, [tag, line]);
          else expect(table.previousLine).toBe(before[1]);
        }
        expect(table.size).toBe(map.size);
      }),
    );
  });

  test('the hash 0, hashes of one segment, tags of any width', () => {
    for (let tagBits = 0; tagBits <= 7; tagBits++) {
      const table = new FingerprintTable({ tagBits });
      const tag = (1 << tagBits) - 1;
      expect(table.add(0, 0, 0xff)).toBe(-1);
      expect(table.add(0, 0)).toBe(tag);
      for (let i = 2; i < 5000; i++) expect(table.add(0xffffffff, 0xffffffff - i, 0)).toBe(-1);
      for (let i = 2; i < 5000; i++) expect(table.add(0xffffffff, 0xffffffff - i, tag)).toBe(0);
    }
    expect(() => new FingerprintTable({ tagBits: 8 })).toThrow(OptionError);
  });
});
