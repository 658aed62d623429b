import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Checkpoints } from '../../src/dataset-io/checkpoints.js';
import { survey } from '../../src/dataset-io/convert.js';
import { noSample, SeenKeys, withKey, withoutKey } from '../../src/dataset-io/seen-keys.js';
import { LocalStorage, type Storage } from '../../src/dataset-io/storage/index.js';
import { KeysAside, KeysInFile, keyOfBytes, type LineKey } from '../../src/dataset-io/stored-keys.js';
import { hashBytes, hashString } from '../../src/text/index.js';
import { testFolder } from './folder.js';

/** Local files that come in chunks of so many bytes, so that batches are small. */
function inChunks(bytes: number): Storage {
  const local = new LocalStorage();
  return new Proxy(local, {
    get(target, name) {
      if (name === 'openRead') {
        return async function* openRead(path: string, options?: object) {
          for await (const chunk of target.openRead(path, options))
            for (let at = 0; at < chunk.length; at += bytes) yield chunk.subarray(at, at + bytes);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

interface Case {
  readonly lines: readonly { readonly source: string; readonly id?: string; readonly before: string }[];
  readonly end: string;
  readonly mark: boolean;
  readonly by: LineKey;
  readonly keep: 'first' | 'last';
  readonly aside: boolean;
  readonly chunk: number;
  readonly hashBits: number;
}

const textOf = ({ source, id }: Case['lines'][number]) =>
  `{"source":"${source}"${id === undefined ? '' : `,"id":"${id}"`}}`;

/** What each sample repeats, as told. */
async function repeats({ lines, end, mark, by, keep, aside, chunk, hashBits }: Case, path: string) {
  const all = lines.map((one) => `${one.before.replaceAll('|', end)}${textOf(one)}`).join(end);
  writeFileSync(path, `${mark ? '\ufeff' : ''}${all}`);
  const storage = inChunks(chunk);
  const stored = aside ? new KeysAside() : new KeysInFile(storage, path, by);
  const seen = new SeenKeys(stored, keep);
  const mask = hashBits === 0 ? 0 : (0xffffffff << (32 - hashBits)) >>> 0;
  const told: number[] = [];
  const stage = {
    async apply(batch: Parameters<SeenKeys['take']>[0]) {
      const states = new Uint8Array(batch.rowCount).fill(noSample);
      const hashes = new Uint32Array(2 * batch.rowCount);
      const keyOf = (row: number) => {
        if (by === 'line') return keyOfBytes(batch.bytes(row)!);
        return by === 'source' ? batch.source(row)! : (batch.row(row)!.sample.id ?? '');
      };
      for (let row = 0; row < batch.rowCount; row++) {
        if (!batch.has(row)) continue;
        states[row] = keyOf(row) === '' ? withoutKey : withKey;
        if (by === 'line') hashBytes(batch.bytes(row)!, 0, batch.bytes(row)!.length, hashes, 2 * row);
        else hashString(keyOf(row), hashes, 2 * row);
        hashes[2 * row]! &= mask;
        hashes[2 * row + 1] = 0;
      }
      await seen.take(batch, { states, hashes, keyOf }, (_, number, sameAs) => {
        expect(number).toBe(told.length + 1);
        told.push(sameAs);
      });
    },
  };
  try {
    await survey(path, stage, { storage, from: 'manifest' });
  } finally {
    stored.close();
  }
  return told;
}

function expected({ lines, by, keep }: Case): number[] {
  const seen = new Map<string, number>();
  return lines.map((one, at) => {
    const key = by === 'line' ? textOf(one) : one[by];
    if (key === undefined) return 0;
    const before = seen.get(key) ?? 0;
    if (before === 0 || keep === 'last') seen.set(key, at + 1);
    return before;
  });
}

const cases = fc.record<Case>({
  lines: fc.array(
    fc.record(
      {
        source: fc.constantFrom('a', 'b', 'ü', '图', 'a long one '.repeat(9), 'x\\"y', 'd', 'e'),
        id: fc.constantFrom('1', '2', '3'),
        // Blank and malformed lines before a sample.
        before: fc.constantFrom('', '', '', '', '|', '{|', '[]||'),
      },
      { requiredKeys: ['source', 'before'] },
    ),
    { maxLength: 80 },
  ),
  end: fc.constantFrom('\n', '\r\n'),
  mark: fc.boolean(),
  by: fc.constantFrom('line', 'source', 'id'),
  keep: fc.constantFrom('first', 'last'),
  aside: fc.boolean(),
  chunk: fc.constantFrom(50, 300, 100_000),
  hashBits: fc.constantFrom(0, 1, 2, 22),
});

test('finds what a Map finds, however many hashes are equal', async () => {
  const path = join(testFolder(), 'in.manifest');
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      expect(await repeats(one, path)).toEqual(expected(one));
    }),
    { numRuns: 300 },
  );
});

describe('keys that are many and long', () => {
  /** Far more than is read, parsed and remembered at once. */
  const lines = Array.from({ length: 6000 }, (_, i) => ({
    source: `${(i * 7) % 3000}-${'x'.repeat(i % 50 === 0 ? 40_000 : 300)}`,
    before: '',
  }));

  test.each([
    ['line', 'first', false],
    ['source', 'first', false],
    ['source', 'last', false],
    ['source', 'first', true],
    ['source', 'last', true],
  ] as const)('by %s, the %s, put aside: %s', async (by, keep, aside) => {
    const path = join(testFolder(), 'in.manifest');
    const one = { lines, end: '\n', mark: false, by, keep, aside, chunk: 100_000, hashBits: 22 };
    expect(await repeats(one, path)).toEqual(expected(one));
  });
});

test('a file that changes meanwhile loses nothing', async () => {
  const path = join(testFolder(), 'in.manifest');
  writeFileSync(path, '{"source":"a"}\n{"source":"b"}\n{"source":"a"}\n');
  const stored = new KeysInFile(new LocalStorage(), path, 'source');
  const seen = new SeenKeys(stored);
  const told: number[] = [];
  await survey(
    path,
    {
      async apply(batch) {
        writeFileSync(path, '{"source":"c"}\n{"sou');
        const states = new Uint8Array(batch.rowCount).fill(withKey);
        const hashes = new Uint32Array(2 * batch.rowCount);
        const keyOf = (row: number) => batch.source(row)!;
        await seen.take(batch, { states, hashes, keyOf }, (_, __, sameAs) => told.push(sameAs));
      },
    },
    { storage: inChunks(15), from: 'manifest' },
  );
  stored.close();
  expect(told).toEqual([0, 0, 0]);
});

test('checkpoints: the last one before a number', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 20_000 }), { maxLength: 9000 }), (list) => {
      const numbers = [...list].sort((a, b) => a - b);
      const checkpoints = new Checkpoints();
      for (const number of numbers) checkpoints.push(number, 10 * number);
      for (const number of [0, 1, 4096, 10_000, 20_000]) {
        const at = numbers.filter((one) => one <= number).length - 1;
        expect(checkpoints.before(number)).toBe(at);
        if (at >= 0)
          expect([checkpoints.number(at), checkpoints.place(at)]).toEqual([numbers[at], 10 * numbers[at]!]);
      }
    }),
    { numRuns: 20 },
  );
});
