import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { parseShard } from '../../src/dataset-io/data-shard.js';
import { filterDataset } from '../../src/dataset-io/filter.js';
import { inspect } from '../../src/dataset-io/inspect.js';
import { validate } from '../../src/dataset-io/validate.js';
import { OptionError } from '../../src/model/index.js';
import { scratch } from '../support/scratch.js';
import { vocXml } from '../support/voc-xml.js';

const line = (index: number, more = '') => `{"source":"${index}.jpg","usage":"TRAIN"${more}}`;

/** The outputs of all parts, joined. */
async function joined(input: string, count: number, folder: string, options: object = {}) {
  const parts: Buffer[] = [];
  const findings: unknown[] = [];
  let read = 0;
  for (let index = 1; index <= count; index++) {
    const output = join(folder, `part-${index}-of-${count}`);
    const result = await convert(input, output, {
      to: 'manifest',
      from: 'manifest',
      onError: 'skip',
      mode: 'overwrite',
      shard: { index, count },
      ...options,
    });
    parts.push(readFileSync(output));
    findings.push(...result.diagnostics);
    read += result.read;
  }
  return { bytes: Buffer.concat(parts), findings, read };
}

describe('the parts of a manifest', () => {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.nat(400).map((length) => line(length, `,"x":"${'é'.repeat(length)}"`)) },
    fc.constantFrom(
      '',
      ' ',
      'nonsense',
      '{"usage":"TRAIN"}',
      '{"source":1}',
      '[]',
      '{"source":"a","usage":null} ',
    ),
  );
  const file = fc.record({
    lines: fc.array(fc.tuple(piece, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 12 }),
    bom: fc.boolean(),
    isEnded: fc.boolean(),
  });
  const contentOf = ({
    lines,
    bom,
    isEnded,
  }: {
    lines: [string, string][];
    bom: boolean;
    isEnded: boolean;
  }) => {
    const text = lines.map((parts) => parts.join('')).join('');
    return `${bom ? '\ufeff' : ''}${isEnded ? text : text.replace(/\r?\n$/, '')}`;
  };

  test('hold every line once, with its number, whatever the file and however many there are', async () => {
    const dir = scratch();
    const input = join(dir, 'in.manifest');
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 9 }), async (given, count) => {
        writeFileSync(input, contentOf(given));
        const whole = await joined(input, 1, dir);
        const parts = await joined(input, count, dir);
        const plain = join(dir, 'plain');
        const { diagnostics, read } = await convert(input, plain, {
          to: 'manifest',
          from: 'manifest',
          onError: 'skip',
          mode: 'overwrite',
        });
        expect(parts.bytes.toString()).toBe(readFileSync(plain, 'utf8'));
        expect(parts.findings).toEqual(diagnostics);
        expect(parts.read).toBe(read);
        expect(whole.bytes.equals(parts.bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('are filtered as the whole is, lines of several chunks included', async () => {
    const long = line(0, `,"x":"${'y'.repeat(3_000_000)}"`);
    const lines = Array.from({ length: 20_000 }, (_, index) =>
      line(index).replace('TRAIN', index % 3 === 0 ? 'TEST' : 'TRAIN'),
    );
    lines.splice(7_000, 0, long);
    const dir = scratch({ 'in.manifest': `${lines.join('\n')}\n` });
    const hash = createHash('sha256');
    for (let index = 1; index <= 8; index++) {
      const output = join(dir, `${index}`);
      await filterDataset(join(dir, 'in.manifest'), output, {
        usages: ['train'],
        shard: { index, count: 8 },
      });
      hash.update(readFileSync(output));
    }
    const kept = lines.filter((one) => one.includes('TRAIN'));
    expect(hash.digest('hex')).toBe(
      createHash('sha256')
        .update(`${kept.join('\n')}\n`)
        .digest('hex'),
    );
  });

  test('are validated and inspected with the numbers of their lines; rules about the file as a whole are left out', async () => {
    const lines = [line(1), 'x', line(2), line(3), '', line(4), '{', line(5)];
    const dir = scratch({ 'in.manifest': lines.join('\r\n') });
    const input = join(dir, 'in.manifest');
    const whole = await validate(input, { crossSample: false });
    const found: string[] = [];
    let samples = 0;
    for (let index = 1; index <= 20; index++) {
      const part = await validate(input, { shard: { index, count: 20 }, crossSample: false });
      expect(part.rules).not.toHaveProperty('M014');
      samples += part.samples;
      for (const { rule, line: at, offset } of part.diagnostics)
        if (rule === 'M004' || rule === 'M005') found.push(`${rule} ${at} ${offset}`);
    }
    expect(samples).toBe(whole.samples);
    expect(found).toEqual(
      whole.diagnostics
        .filter(({ rule }) => rule === 'M004' || rule === 'M005')
        .map(({ rule, line: at, offset }) => `${rule} ${at} ${offset}`),
    );
    expect(found.map((text) => text.split(' ')[1])).toEqual(['2', '5', '7']);
    expect(await inspect(input, { shard: { index: 1, count: 2 } })).toMatchObject({ samples: 3 });
    expect(await inspect(input, { shard: { index: 2, count: 2 } })).toMatchObject({ samples: 2 });
  });

  test('of an empty file are empty', async () => {
    const dir = scratch({ 'in.manifest': '' });
    const { bytes, read } = await joined(join(dir, 'in.manifest'), 3, dir);
    expect([bytes.length, read]).toEqual([0, 0]);
  });

  test('of a file that is GBK are cut at lines too', async () => {
    const text = Buffer.concat([
      Buffer.from('{"source":"'),
      Buffer.from([0xd6, 0xd0, 0xb3, 0x5c]),
      Buffer.from('\\"}\n{"source":"b"}\n'),
    ]);
    const dir = scratch({ 'in.manifest': Buffer.concat([text, text]) });
    const input = join(dir, 'in.manifest');
    const options = { encoding: 'gb18030' };
    const whole = await joined(input, 1, dir, options);
    expect((await joined(input, 5, dir, options)).bytes).toEqual(whole.bytes);
  });
});

describe('what cannot be cut', () => {
  const shard = { index: 1, count: 2 };
  test.each<[string, (dir: string) => Promise<unknown>]>([
    ['a stream', () => filterDataset('-', '-', { shard })],
    ['a stream', () => validate('-', { from: 'manifest', shard })],
    [
      'UTF-16',
      (dir) =>
        convert(join(dir, 'a.manifest'), join(dir, 'o'), { to: 'manifest', encoding: 'utf-16le', shard }),
    ],
    [
      'UTF-16',
      (dir) =>
        convert(join(dir, 'wide.manifest'), join(dir, 'o'), { to: 'manifest', from: 'manifest', shard }),
    ],
    ['only manifests', (dir) => convert(join(dir, 'voc'), join(dir, 'o'), { to: 'manifest', shard })],
    ['only manifests', (dir) => filterDataset(join(dir, 'voc'), join(dir, 'o'), { shard })],
    ['only manifests', (dir) => validate(join(dir, 'voc'), { shard })],
    ['no part 3 of 2', (dir) => validate(join(dir, 'a.manifest'), { shard: { index: 3, count: 2 } })],
    ['no part 0 of 2', (dir) => validate(join(dir, 'a.manifest'), { shard: { index: 0, count: 2 } })],
  ])('%s', async (message, work) => {
    const dir = scratch({
      'a.manifest': `${line(1)}\n`,
      'wide.manifest': Buffer.from(`\ufeff${line(1)}\n`, 'utf16le'),
      'voc/Annotations/a.xml': vocXml('a.jpg'),
    });
    const error = await work(dir).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).toBeInstanceOf(OptionError);
    expect((error as OptionError).message).toContain(message);
    expect((error as OptionError).hint).toBeDefined();
  });
});

test.each([
  ['2/8', { index: 2, count: 8 }],
  [' 1/1 ', { index: 1, count: 1 }],
])('%j is a part', (text, expected) => {
  expect(parseShard(text)).toEqual(expected);
});

test.each(['', '2', '0/8', '9/8', '1/0', '-1/2', '1.5/2', '1/2/3', 'a/b', '1 /2', '1/99999999'])(
  '%j is no part',
  (text) => {
    expect(() => parseShard(text)).toThrow(OptionError);
  },
);
