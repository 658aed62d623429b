import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { legacyTrainingRules, trainingRules } from '../../../src/dataset-io/cloud.js';

const page = join(resolve(import.meta.dirname, '../../..'), 'docs/training.md');

/** The rules as the page lists them. UPDATE_GOLDEN=1 writes them. */
function tables(): string {
  return (
    [
      ['New training', trainingRules],
      ['Old training', legacyTrainingRules],
    ] as const
  )
    .map(([title, rules]) => {
      const rows = rules.map(({ id, fields, says, kind }) => [
        id,
        fields.map((field) => `\`${field}\``).join(', '),
        `${kind === 'soft' ? '_told:_ ' : ''}${says.replaceAll('|', '\\|')}`,
      ]);
      const all = [['rule', 'about', 'says'], ...rows];
      const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
      const line = (row: readonly string[]) =>
        `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
      const [head, ...body] = all;
      return `### ${title}\n\n${line(head!)}${line(widths.map((width) => '-'.repeat(width)))}${body.map(line).join('')}`;
    })
    .join('\n');
}

test('docs/training.md lists every rule as the code has it', () => {
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf('### New training');
  const written = `${from < 0 ? text : text.slice(0, from)}${tables()}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, written);
  else expect(text).toBe(written);
});
