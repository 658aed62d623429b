import { expect, test } from 'vitest';
import { type Page, type Paging, pages } from '../../../src/cloud/service/paging.js';

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

/** A list of so many numbers, as each convention cuts it. */
function listOf(count: number, paging: Paging, { tells = true, cap = 1_000 } = {}) {
  const asked: number[] = [];
  const ask = async (position: number, limit: number): Promise<Page<number>> => {
    asked.push(position);
    const size = Math.min(limit, cap);
    const from =
      paging === 'record-offset' ? position : size * (paging === 'page-number' ? position - 1 : position);
    const items = Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, i) => from + i);
    return { items, ...(tells ? { total: count } : {}) };
  };
  return { asked, ask };
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

test.each<[Paging, number, number[]]>([
  ['page-index', 0, [0]],
  ['page-index', 1, [0]],
  ['page-index', 10, [0]],
  ['page-index', 20, [0, 1]],
  ['page-index', 21, [0, 1, 2]],
  ['record-offset', 20, [0, 10]],
  ['record-offset', 21, [0, 10, 20]],
  ['page-number', 20, [1, 2]],
  ['page-number', 21, [1, 2, 3]],
])('%s: %d items are all visited once', async (paging, count, positions) => {
  const { asked, ask } = listOf(count, paging);
  expect(await all(pages({ paging, limit: 10, ask }))).toEqual(numbers(count));
  expect(asked).toEqual(positions);
});

test.each<Paging>(['page-index', 'record-offset', 'page-number'])(
  '%s: where no total is told, an empty page is the end',
  async (paging) => {
    const { asked, ask } = listOf(20, paging, { tells: false });
    expect(await all(pages({ paging, limit: 10, ask }))).toEqual(numbers(20));
    expect(asked).toHaveLength(3);
  },
);

test.each<[Paging, number, number]>([
  ['page-index', 1, 10],
  ['record-offset', 10, 10],
  ['page-number', 2, 10],
])('%s: from position %d on', async (paging, start, first) => {
  const { ask } = listOf(25, paging);
  expect(await all(pages({ paging, limit: 10, start, ask }))).toEqual(numbers(25).slice(first));
});

test('pages smaller than asked for lose nothing', async () => {
  for (const paging of ['page-index', 'record-offset', 'page-number'] as const) {
    const { ask } = listOf(25, paging, { cap: 7 });
    expect(await all(pages({ paging, limit: 10, ask }))).toEqual(numbers(25));
  }
});

test('a total that grows or shrinks meanwhile is followed', async () => {
  const totals = [20, 30, 30];
  const grown = pages({
    paging: 'page-index',
    limit: 10,
    ask: async (page) => ({ items: numbers(10).map((i) => page * 10 + i), total: totals[page] }),
  });
  expect(await all(grown)).toEqual(numbers(30));
  const asked: number[] = [];
  const shrunk = pages({
    paging: 'page-index',
    limit: 10,
    ask: async (page) => {
      asked.push(page);
      return { items: numbers(10), total: page === 0 ? 100 : 15 };
    },
  });
  expect(await all(shrunk)).toHaveLength(20);
  expect(asked).toEqual([0, 1]);
});

test('nothing is asked for that nobody takes', async () => {
  const { asked, ask } = listOf(100_000, 'page-index');
  for await (const item of pages({ paging: 'page-index', limit: 100, ask })) if (item === 250) break;
  expect(asked).toEqual([0, 1, 2]);
});
