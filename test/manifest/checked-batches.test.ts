import { describe, expect, it } from 'vitest';
import {
  formatBatches,
  type ManifestBatch,
  manifestBatches,
  type ReadOptions,
} from '../../src/manifest/index.js';
import type { Diagnostic } from '../../src/model/index.js';

const lines = [
  '{"source":"a","usage":"TRAIN"}',
  '',
  '{"source":"b","source":"c"}', // Not ordinary, but readable.
  '{"source":7}',
  '{"source":"d","annotation":[{"name":"x"}]}',
  '{"source":"e"',
  '{"source":"f"}',
];

async function checked(
  options: ReadOptions = {},
): Promise<{ readonly batch: ManifestBatch; readonly rules: (string | number | undefined)[][] }> {
  const found: Diagnostic[] = [];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  for await (const batch of manifestBatches([bytes], {
    lazy: 'checked',
    onDiagnostic: (diagnostic) => found.push(diagnostic),
    ...options,
  })) {
    return { batch, rules: found.map(({ rule, line }) => [rule, line]) };
  }
  throw new Error('no batch');
}

async function written(batch: ManifestBatch): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of formatBatches([batch])) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\n').slice(0, -1);
}

describe('batches of checked lines', () => {
  it('report what eager reading reports', async () => {
    const { rules, batch } = await checked();
    expect(rules).toEqual((await checked({ lazy: false })).rules);
    expect(rules).toEqual([
      ['M005', 2],
      ['M021', 4],
      ['M004', 6],
    ]);
    expect(batch.unreadable.map(({ row }) => row)).toEqual([3, 5]);
  });

  it('count samples without reading them, and write them as they are', async () => {
    const { batch } = await checked();
    expect(batch.sampleCount).toBe(4);
    expect(await written(batch)).toEqual([lines[0], lines[2], lines[4], lines[6]]);
    expect(batch.samples.map(({ source }) => source)).toEqual(['a', 'c', 'd', 'f']);
    expect(batch.sampleCount).toBe(4);
    expect(batch.unreadable.length).toBe(2);
  });

  it('give, change and drop samples as any batch does', async () => {
    const { batch } = await checked();
    batch.sample(0)!.usage = 'test';
    batch.drop(6);
    expect(batch.sampleCount).toBe(3);
    batch.filter(({ source }) => source !== 'c');
    expect(batch.sampleCount).toBe(2);
    expect(await written(batch)).toEqual([lines[0]!.replace('TRAIN', 'TEST'), lines[4]]);
  });

  it('stop in strict mode', async () => {
    await expect(checked({ mode: 'strict' })).rejects.toMatchObject({
      diagnostic: { rule: 'M005', line: 2 },
    });
  });

  it('keep to a usage', async () => {
    const { batch } = await checked({ usage: 'train' });
    expect(batch.sampleCount).toBe(1);
    expect(await written(batch)).toEqual([lines[0]]);
  });
});
