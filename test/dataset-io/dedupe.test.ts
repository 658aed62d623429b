import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type DedupeOptions, dedupe } from '../../src/index.js';
import { hashString } from '../../src/text/index.js';
import { testFolder } from './folder.js';

const line = (source: string, id?: string, more = '') =>
  `{"source":"${source}"${id === undefined ? '' : `,"id":"${id}"`}${more}}`;

async function run(lines: readonly string[], options: DedupeOptions, folder = testFolder()) {
  const input = join(folder, 'in.manifest');
  const output = join(folder, 'out.manifest');
  writeFileSync(input, lines.map((one) => `${one}\n`).join(''));
  const result = await dedupe(input, output, { from: 'manifest', mode: 'overwrite', ...options });
  return { result, kept: readFileSync(output, 'utf8').split('\n').slice(0, -1) };
}

describe('which samples stay', () => {
  const lines = [
    line('a', '1'),
    line('b', '2'),
    line('a', '2'),
    line('a', '1'),
    line('c'),
    line('c'),
    line('d', '1', ',"x": 1'),
  ];

  test.each([
    ['line', 'first', [0, 1, 2, 4, 6]],
    ['line', 'last', [1, 2, 3, 5, 6]],
    ['source', 'first', [0, 1, 4, 6]],
    ['source', 'last', [1, 3, 5, 6]],
    ['id', 'first', [0, 1, 4, 5]],
    ['id', 'last', [2, 4, 5, 6]],
  ] as const)('by %s, the %s', async (by, keep, stay) => {
    const { result, kept } = await run(lines, { by, keep });
    expect(kept).toEqual(stay.map((at) => lines[at]));
    expect(result).toMatchObject({
      read: 7,
      written: stay.length,
      dropped: 7 - stay.length,
      dedupe: {
        by,
        keep,
        samples: 7,
        distinct: stay.length,
        repeated: 7 - stay.length,
        withoutKey: by === 'id' ? 2 : 0,
      },
    });
  });

  test('a random list keeps what a map keeps', async () => {
    const folder = testFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(20), { maxLength: 60 }),
        fc.constantFrom('first', 'last'),
        async (numbers, keep) => {
          const all = numbers.map((number, at) => line(`s${number}`, `${at}`));
          const { kept } = await run(all, { keep }, folder);
          const wanted = all.filter((_, at) =>
            keep === 'first'
              ? numbers.indexOf(numbers[at]!) === at
              : numbers.lastIndexOf(numbers[at]!) === at,
          );
          expect(kept).toEqual(wanted);
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('the first repeats are named', async () => {
  const { result } = await run([line('a'), line('b'), line('a'), line('b')], { maxRepeats: 1 });
  expect(result.dedupe.repeats).toEqual([{ source: 'a', number: 3, sameAs: 1 }]);
  expect(result.dedupe.repeated).toBe(2);
});

test.each([[[]], [[line('a')]]])('%j', async (lines) => {
  for (const keep of ['first', 'last'] as const) expect((await run(lines, { keep })).kept).toEqual(lines);
});

test('malformed lines in the middle', async () => {
  const lines = [line('a'), '{', line('a')];
  for (const keep of ['first', 'last'] as const) {
    await expect(run(lines, { keep })).rejects.toMatchObject({ code: 'InvalidData' });
    const { result, kept } = await run(lines, { keep, onError: 'skip' });
    expect(kept).toEqual([line('a')]);
    expect(result).toMatchObject({ read: 3, written: 1, skipped: 1, dropped: 1 });
  }
});

describe('different keys of one hash', () => {
  // Found by trying: all bits that the table knows of them are equal.
  const pairs = [
    [953_885, 1_543_359],
    [756_889, 4_783_210],
  ].map((pair) => pair.map((number) => `images/${number}.jpg`));
  const lines = [...pairs, ...pairs].flat().map((source) => line(source));

  test('have one hash', () => {
    const hash = new Uint32Array(2);
    for (const pair of pairs) {
      const bits = pair.map((source) => {
        hashString(source, hash);
        return `${hash[0]! >>> 22} ${hash[1]}`;
      });
      expect(new Set(bits).size).toBe(1);
    }
  });

  test.each(['first', 'last'] as const)('all stay, the %s of each', async (keep) => {
    const { result, kept } = await run(lines, { keep });
    expect(kept).toEqual(lines.slice(0, 4));
    expect(result.dedupe).toMatchObject({ samples: 8, distinct: 4, repeated: 4 });
  });
});

test('what cannot be read at any place is put aside', async () => {
  const folder = testFolder();
  const lines = ['a', 'b', 'a', '图', 'b', '图'].map((source) => line(source));
  const input = join(folder, 'in.manifest');
  writeFileSync(input, Buffer.from(`\ufeff${lines.join('\n')}\n`, 'utf16le'));
  for (const keep of ['first', 'last'] as const) {
    const output = join(folder, `${keep}.manifest`);
    await dedupe(input, output, { from: 'manifest', encoding: 'utf-16le', keep });
    const stay = keep === 'first' ? [0, 1, 3] : [2, 4, 5];
    expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toEqual(stay.map((at) => lines[at]));
  }
});

describe('images', () => {
  async function pictures() {
    const folder = testFolder();
    const picture = (fill: string, x: number) =>
      sharp(
        Buffer.from(
          `<svg width="160" height="120"><rect width="160" height="120" fill="${fill}"/><circle cx="${x}" cy="50" r="30" fill="#fff"/><rect x="${150 - x}" y="70" width="40" height="30" fill="#f22"/><rect x="${x / 2}" y="5" width="25" height="70" fill="#3a8"/></svg>`,
        ),
      );
    await picture('#246', 40).png().toFile(join(folder, 'one.png'));
    writeFileSync(join(folder, 'copy.png'), readFileSync(join(folder, 'one.png')));
    await picture('#246', 40).resize(80).jpeg({ quality: 70 }).toFile(join(folder, 'small.jpg'));
    await picture('#246', 120).png().toFile(join(folder, 'other.png'));
    writeFileSync(join(folder, 'broken.png'), 'not a picture');
    return folder;
  }
  const lines = ['one.png', 'copy.png', 'small.jpg', 'other.png', 'broken.png', 'absent.png'].map((source) =>
    line(source),
  );

  test.each([
    ['image', 'first', ['one.png', 'small.jpg', 'other.png', 'broken.png', 'absent.png'], 1],
    ['image', 'last', ['copy.png', 'small.jpg', 'other.png', 'broken.png', 'absent.png'], 1],
    ['phash', 'first', ['one.png', 'other.png', 'broken.png', 'absent.png'], 2],
    ['phash', 'last', ['small.jpg', 'other.png', 'broken.png', 'absent.png'], 2],
  ] as const)('by %s, the %s', async (by, keep, stay, withoutKey) => {
    const { result, kept } = await run(lines, { by, keep }, await pictures());
    expect(kept).toEqual(stay.map((source) => line(source)));
    expect(result.dedupe.withoutKey).toBe(withoutKey);
    expect(result.diagnostics.map(({ rule }) => rule)).toEqual(new Array(withoutKey).fill('D053'));
  });
});

describe('bad use', () => {
  test.each([
    [{ by: 'colour' }, 'samples cannot be compared by "colour"'],
    [{ keep: 'best' }, 'keep is "best"'],
    [{ shard: { index: 1, count: 2 } }, 'does not know what the others repeat'],
    [{ by: 'phash', distance: 40 }, 'the distance 40 is none'],
  ])('%j', async (options, message) => {
    await expect(run([line('a')], options as DedupeOptions)).rejects.toThrow(message);
  });

  test('standard input is read once; VOC files have no id', async () => {
    await expect(dedupe('-', '-', { keep: 'last', from: 'manifest' })).rejects.toThrow(
      'standard input cannot be read twice',
    );
    await expect(dedupe('examples/street', 'x', { by: 'id' })).rejects.toThrow(
      'samples of a VOC data set have no id',
    );
  });
});
