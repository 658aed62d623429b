import { describe, expect, it } from 'vitest';
import {
  formatBatches,
  type ManifestBatch,
  manifestBatches,
  type ReadOptions,
} from '../../src/manifest/index.js';
import { randomFor } from '../support/random.js';
import { mutateBytes, randomSample } from './rules/random-lines.js';

const lines = [
  '{"source":"a","usage":"TRAIN"}',
  '',
  '{"source":"b","source":"c"}', // Not ordinary, but readable.
  '{"source":7}',
  '{"source":"d","annotation":[{"name":"x"}]}',
  '{"source":"e"',
  '{"source":"f"}',
];

interface Checked {
  readonly batches: ManifestBatch[];
  /** Of all findings, with their lines. */
  readonly rules: (string | number | undefined)[][];
}

async function checked(
  options: ReadOptions = {},
  chunks: readonly Uint8Array[] = [Buffer.from(`${lines.join('\n')}\n`)],
): Promise<Checked> {
  const rules: Checked['rules'] = [];
  const batches: ManifestBatch[] = [];
  for await (const batch of manifestBatches(chunks, {
    lazy: 'checked',
    onDiagnostic: ({ rule, line, offset, message }) => rules.push([rule, line, offset, message]),
    ...options,
  })) {
    batches.push(batch);
  }
  return { batches, rules };
}

async function written(batches: readonly ManifestBatch[]): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of formatBatches(batches)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const ended = (kept: readonly (string | undefined)[]) => kept.map((line) => `${line}\n`).join('');
const countOf = (batches: readonly ManifestBatch[]) =>
  batches.reduce((sum, batch) => sum + batch.sampleCount, 0);
/** The batch and the row of a line, 0-based. */
function placeOf(batches: readonly ManifestBatch[], line: number): [ManifestBatch, number] {
  const batch = batches.findLast(({ lines: { firstLine } }) => firstLine <= line + 1)!;
  return [batch, line + 1 - batch.lines.firstLine];
}

describe('batches of checked lines', () => {
  it('report what eager reading reports', async () => {
    const { rules, batches } = await checked();
    expect(rules).toEqual((await checked({ lazy: false })).rules);
    expect(rules.map(([rule, line]) => [rule, line])).toEqual([
      ['M005', 2],
      ['M021', 4],
      ['M004', 6],
    ]);
    expect(
      batches.flatMap((batch) => batch.unreadable.map(({ row }) => batch.lines.firstLine + row)),
    ).toEqual([4, 6]);
  });

  it('count samples without reading them, and write them as they are', async () => {
    const { batches } = await checked();
    expect(countOf(batches)).toBe(4);
    expect(await written(batches)).toBe(ended([lines[0], lines[2], lines[4], lines[6]]));
    expect(batches.flatMap(({ samples }) => samples.map(({ source }) => source))).toEqual([
      'a',
      'c',
      'd',
      'f',
    ]);
    expect(countOf(batches)).toBe(4);
    expect(batches.flatMap(({ unreadable }) => unreadable).length).toBe(2);
  });

  it('give, change and drop samples as any batch does', async () => {
    const { batches } = await checked();
    const [first, row] = placeOf(batches, 0);
    first.sample(row)!.usage = 'test';
    const [last, lastRow] = placeOf(batches, 6);
    last.drop(lastRow);
    expect(countOf(batches)).toBe(3);
    for (const batch of batches) batch.filter(({ source }) => source !== 'c');
    expect(countOf(batches)).toBe(2);
    expect(await written(batches)).toBe(ended([lines[0]!.replace('TRAIN', 'TEST'), lines[4]]));
  });

  it('stop in strict mode', async () => {
    await expect(checked({ mode: 'strict' })).rejects.toMatchObject({
      diagnostic: { rule: 'M005', line: 2 },
    });
  });

  it('keep to a usage', async () => {
    const { batches } = await checked({ usage: 'train' });
    expect(countOf(batches)).toBe(1);
    expect(await written(batches)).toBe(ended([lines[0]]));
  });

  it('let ordinary lines through untold apart, and find each of them when it is asked for', async () => {
    const ordinary = [0, 1, 2, 3].map((i) => `{"source":"${i}","usage":"TRAIN"}`);
    const { batches } = await checked({}, [Buffer.from(ended(ordinary))]);
    const [first, rest] = batches;
    expect([first!.rowCount, first!.isWhole, rest!.rowCount, rest!.isWhole]).toEqual([1, false, 3, true]);
    const { lines: found } = rest!;
    expect([found.firstLine, found.offset(2), found.problem(0)]).toEqual([2, 3 * 31, undefined]);
    expect(Buffer.from(found.raw(1)!).toString()).toBe(ordinary[2]);
    expect(rest!.sample(1)).toMatchObject({ source: '2', line: 3, offset: 2 * 31 });
    rest!.drop(0);
    expect(rest!.isWhole).toBe(false);
    rest!.sample(2)!.usage = 'EVAL';
    expect(rest!.sampleCount).toBe(2);
    expect(await written(batches)).toBe(
      ended([ordinary[0], ordinary[2], ordinary[3]!.replace('TRAIN', 'EVAL')]),
    );
  });

  it('are those of eager reading, wherever chunks end (generated and damaged lines)', async () => {
    const random = randomFor(9);
    const twisted: ((line: Buffer) => Buffer)[] = [
      (line) => Buffer.concat([line, Buffer.from('\r')]),
      (line) => Buffer.concat([line, Buffer.from(' \t')]),
      (line) => Buffer.concat([Buffer.from('\r\t '), line]),
      (line) => Buffer.concat([line, Buffer.from([0xff])]),
      (line) => Buffer.from(line.toString().replace('"source":"', '"source":"\u00e9'), 'latin1'),
      (line) => Buffer.from(line.toString().replace('source', 'so\\u0075rce')),
      (line) => Buffer.from(line.toString().replace('{', '{"source":"x",')),
      (line) => Buffer.from(line.toString().replace('{', '{\0')),
      (line) => line.subarray(0, random.below(line.length)),
      (line) => Buffer.from(mutateBytes(random, line)),
      () => Buffer.from(random.pick(['', ' ', '\r', '\u3000', '\0', '{}', 'null'])),
      (line) => Buffer.from(line.toString().replace('{', `{"long":"${'é'.repeat(random.below(120_000))}",`)),
    ];
    let through = 0;
    for (let file = 0; file < 120; file++) {
      const share = random.pick([0, 0.02, 0.3]);
      const parts: Buffer[] = [];
      if (random.chance(0.1)) parts.push(Buffer.from('\ufeff'));
      for (let i = random.below(random.pick([4, 60, 250])); i >= 0; i--) {
        const sample = randomSample(random, i, random.chance(0.7));
        const line = Buffer.from(JSON.stringify(sample));
        parts.push(random.chance(share) ? random.pick(twisted)(line) : line, Buffer.from('\n'));
      }
      if (random.chance(0.3)) parts.pop();
      const bytes = Buffer.concat(parts);
      const largest = random.pick([7, 3000, 100_000, 1 << 20]);
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random.below(largest);
        chunks.push(bytes.subarray(at, end));
        at = end;
      }
      const options: ReadOptions = {
        ...(random.chance(0.1) ? { maxLineBytes: 300 } : {}),
        ...(random.chance(0.1) ? { baseOffset: 1000, firstLine: 5 } : {}),
      };
      const eager = await checked({ ...options, lazy: false }, chunks);
      const passing = await checked(options, chunks);
      expect(passing.rules).toEqual(eager.rules);
      expect(countOf(passing.batches)).toBe(countOf(eager.batches));
      expect(await written(passing.batches)).toBe(await written(eager.batches));
      for (const { isWhole, rowCount } of passing.batches) if (isWhole) through += rowCount;
      const said = ({ batches }: Checked) =>
        batches.flatMap(({ samples }) => samples.map(({ text, line, offset }) => [text, line, offset]));
      expect(said(passing)).toEqual(said(eager));
    }
    expect(through).toBeGreaterThan(1000);
  });
});
