import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/dataset-io/convert.js';
import { scratch } from '../support/scratch.js';

const fixture = join(import.meta.dirname, '../fixtures/matrix/image-segmentation/in');

const reads = [
  ['with outlines', {}],
  ['as stored', { polygons: 'keep' }],
] as const;

describe.each([
  ['groundtruth', 'label-ref'],
  ['vertex', 'maskGcsUri'],
] as const)('to %s: a mask is reached from the output', (to, member) => {
  const masksIn = (file: string) =>
    [...readFileSync(file, 'utf8').matchAll(new RegExp(`"${member}":"([^"]+)"`, 'g'))].map(
      ([, mask]) => mask,
    );

  test.each(reads)('from image-segmentation, %s', async (_, fromOptions) => {
    const dir = scratch({ 'out/here': '' });
    cpSync(fixture, join(dir, 'data/in'), { recursive: true });
    await convert(join(dir, 'data/in'), join(dir, 'out/o.jsonl'), {
      from: 'image-segmentation',
      to,
      fromOptions,
    });
    const masks = masksIn(join(dir, 'out/o.jsonl'));
    expect(masks.length).toBeGreaterThan(0);
    for (const mask of masks)
      expect(
        readFileSync(join(dir, 'out', mask!))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
  });

  test('through a manifest, whose annotation files lie elsewhere', async () => {
    const dir = scratch({ 'out/here': '', 'm/here': '' });
    cpSync(fixture, join(dir, 'data/in'), { recursive: true });
    await convert(join(dir, 'data/in'), join(dir, 'm/m.manifest'), {
      from: 'image-segmentation',
      to: 'manifest',
    });
    await convert(join(dir, 'm/m.manifest'), join(dir, 'out/o.jsonl'), { to });
    const masks = masksIn(join(dir, 'out/o.jsonl'));
    expect(masks.length).toBeGreaterThan(0);
    for (const mask of masks)
      expect(
        readFileSync(join(dir, 'out', mask!))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
  });
});
