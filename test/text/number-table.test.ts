import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NumberTable } from '../../src/text/index.js';

/** Hashes of few values: different things share one now and then. */
const hashes = Array.from({ length: 12 }, (_, i) => [
  Math.imul(i % 3, 0x9e3779b1) >>> 0,
  Math.imul(i >> 1, 0x85ebca6b) >>> 0,
]);

describe('NumberTable', () => {
  test('does what a Map of lists does', () => {
    const step = fc.tuple(
      fc.nat(hashes.length - 1),
      fc.constantFrom('add', 'beside', 'replace'),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const table = new NumberTable();
        const map = new Map<string, number[]>();
        for (const [index, how, number] of steps) {
          const [high, low] = hashes[index]!;
          const list = map.get(`${high} ${low}`) ?? [];
          map.set(`${high} ${low}`, list);
          if (how === 'add') {
            expect(table.add(high!, low!, number)).toBe(list[0] ?? 0);
            if (list.length === 0) list.push(number);
          } else if (how === 'beside') {
            table.addBeside(high!, low!, number);
            list.push(number);
          } else if (list.length > 0) {
            const before = list[number % list.length]!;
            table.replace(high!, low!, before, number);
            list[list.indexOf(before)] = number;
          }
          expect(table.all(high!, low!)).toEqual(list);
        }
      }),
    );
  });

  test('at most 10.4 bytes each and 22 MB at every moment, and all are found again', () => {
    const table = new NumberTable();
    const many = 2_000_000;
    const at = (i: number) => [Math.imul(i, 0x9e3779b1) >>> 0, Math.imul(i ^ (i >>> 9), 0x85ebca6b) >>> 0];
    let most = 0;
    for (let i = 1; i <= many; i++) {
      const [high, low] = at(i);
      table.add(high!, low!, 2 ** 32 - i);
      if (i % 997 === 0) most = Math.max(most, table.bytesAllocated - 10.4 * table.size);
    }
    expect(most).toBeLessThanOrEqual(22e6);
    expect(table.bytesAllocated).toBeGreaterThan(8 * table.size);
    let wrong = 0;
    for (let i = 1; i <= many; i += 7) {
      const [high, low] = at(i);
      if (!table.all(high!, low!).includes(2 ** 32 - i)) wrong++;
    }
    expect([wrong, table.size]).toEqual([0, many]);
  });
});
