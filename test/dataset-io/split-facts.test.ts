import { expect, test } from 'vitest';
import { LabelSets } from '../../src/dataset-io/label-sets.js';
import { SplitFacts } from '../../src/dataset-io/split-facts.js';
import { ByteList, SmallWordList, WordList } from '../../src/dataset-io/word-list.js';
import { noPart } from '../../src/transforms/index.js';
import { randomFor } from '../support/random.js';

const words = 2 ** 32;

test.each([
  [0, words],
  [1, words],
  [2, 1],
  [3000, 1],
  [3000, 2000],
  [3000, words],
  [300_000, words],
  [2_200_000, words],
])('samples with one hash are one group, numbered as they come: %i hashes below %i', (count, below) => {
  const random = randomFor(44);
  const facts = new SplitFacts(undefined);
  const numbers = new Map<number, number>();
  const wanted = new Uint32Array(count);
  const given: [number, number][] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    // Some are those of an early one, some share only a half with it.
    const like = given[random.below(given.length)];
    const isLike = like !== undefined && random.chance(0.001);
    // Of many, all others are different, and need not be remembered here.
    const low = isLike ? like[1] : below === words ? Math.imul(i, 0x9e3779b1) >>> 0 : random.below(below);
    const high = like !== undefined && like[1] === low && random.chance(0.5) ? like[0] : random.below(2);
    if (given.length < 1000) given.push([high, low]);
    facts.add(high, low, noPart, 0);
    const key = high * words + low;
    const number = numbers.get(key) ?? next;
    if (number === next) next++;
    if (isLike || below < words || given.length < 1000 || i < 1000) numbers.set(key, number);
    wanted[i] = number;
  }
  const { group, groupCount, size } = facts.groups();
  expect([size, groupCount]).toEqual([count, next]);
  if (group === undefined) expect(next).toBe(count);
  else expect(Buffer.from(group.buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
});

test('label sets and parts that samples stay in, the first of them late', () => {
  const sets = new LabelSets();
  const facts = new SplitFacts(sets);
  facts.add(0, 1, noPart, 3);
  facts.add(0, 2, 7, 70_000);
  facts.add(0, 3, noPart, 1);
  const { labelSet, pinned } = facts.groups();
  expect([...labelSet!]).toEqual([3, 70_000, 1]);
  expect([...pinned!]).toEqual([noPart, 7, noPart]);
});

test.each([0, 1, 2 ** 18, 2 ** 18 + 1, 600_000])('lists of %i numbers', (length) => {
  const lists = [new WordList(), new SmallWordList(), new SmallWordList(), new ByteList()] as const;
  const masks = [0xffff_ffff, 0xffff, 0x1_ffff, 0xff];
  const wanted = masks.map((mask) =>
    Array.from({ length }, (_, i) => (Math.imul(i + 1, 0x9e3779b9) & mask) >>> 0),
  );
  lists.forEach((list, kind) => {
    for (const number of wanted[kind]!) list.push(number);
  });
  const pieces = [...lists[0].pieces()].flatMap((piece) => [...piece]);
  expect(pieces).toEqual(wanted[0]);
  if (length > 0) expect(lists[0].at(length - 1)).toBe(wanted[0]!.at(-1));
  lists.forEach((list, kind) => {
    const taken = list.take();
    expect(
      Buffer.from(taken).equals(Buffer.from((taken.constructor as typeof Uint32Array).from(wanted[kind]!))),
    ).toBe(true);
    expect([...taken.subarray(0, 10)]).toEqual(wanted[kind]!.slice(0, 10));
    expect(list.length).toBe(0);
  });
});
