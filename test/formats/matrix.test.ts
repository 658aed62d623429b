import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
// @ts-expect-error a script without types
import { fixtureOf, matrixOf, tableIn, tableOf } from '../../scripts/matrix.mjs';
import { convert } from '../../src/dataset-io/convert.js';
import { diffDatasets } from '../../src/dataset-io/diff.js';
import { formats } from '../../src/dataset-io/formats.js';

const readable = formats.filter(({ reads }) => reads);
const writable = formats.filter(({ writes }) => writes);

interface Cell {
  readonly why?: string;
  readonly read: number;
  readonly written: number;
  readonly skipped: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly faults: readonly { readonly message: string }[];
  readonly samplesRead: number;
  readonly missing: number;
  readonly differences: readonly unknown[];
  /** Losses of which fewer were counted than there are. */
  readonly uncounted: readonly string[];
  readonly unread: readonly { readonly message: string }[];
}

let cells: Cell[][];
beforeAll(async () => {
  cells = await matrixOf({ convert, diffDatasets }, readable, writable);
}, 300_000);

test.each(readable.map(({ id }) => id))('%s has a fixture', (id) => {
  expect(fixtureOf(id)).toBeDefined();
});

describe.each(readable.map(({ id }, row) => [id, row] as const))('%s', (_, row) => {
  test.each(writable.map((info, column) => [info.id, column] as const))('to %s', (id, column) => {
    const cell = cells[row]![column]!;
    if (cell.read === undefined) throw new Error(`not converted: ${cell.why}`);
    expect(cell.read).toBe(cell.written + cell.skipped);
    // What is lost was declared, and what is left out was counted or refused.
    const { cannotCarry } = writable.find((info) => info.id === id)!;
    for (const feature of Object.keys(cell.losses)) expect(cannotCarry).toContain(feature);
    if (cell.skipped > 0) expect(Object.keys(cell.losses).length + cell.faults.length).toBeGreaterThan(0);
    if (cell.written === 0) return;
    expect(cell.unread).toEqual([]);
    expect(cell.samplesRead).toBe(cell.written);
    expect(cell.missing).toBeLessThanOrEqual(cell.skipped);
    // All that differs otherwise would be lost without having been counted.
    expect(cell.differences).toEqual([]);
    expect(cell.uncounted).toEqual([]);
  });
});

test('docs/conversions.md has the table (npm run matrix writes it)', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/conversions.md'), 'utf8');
  expect(tableIn(page)).toBe(tableOf(readable, writable, cells));
});
