import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatWithOptions } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import * as labelkit from '../../../src/index.js';
import { testFolder } from '../folder.js';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/from-the-python-sdk.md'), 'utf8');

/** Each program of the page with what it is said to print. */
const examples = [...page.matchAll(/^## (.*)\n\n```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/gm)].map(
  ([, title, code, output]) => [title!, code!, output!] as const,
);

describe('docs/from-the-python-sdk.md', () => {
  it('has two programs', () => {
    expect(examples.length).toBe(2);
    expect(page.match(/```ts/g)?.length).toBe(2);
  });

  it.each(examples)('%s: the program runs and prints what the page says', async (_, code, output) => {
    const folder = testFolder();
    mkdirSync(join(folder, 'data'));
    const program = join(folder, 'example.ts');
    const source = JSON.stringify(join(root, 'src/index.ts'));
    writeFileSync(
      program,
      code.replaceAll("'labelkit'", source).replaceAll("'./", `'${join(folder, 'data')}/`),
    );
    let printed = '';
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed += `${formatWithOptions({ colors: false }, ...values)}\n`;
    });
    try {
      await import(/* @vite-ignore */ program);
    } finally {
      log.mockRestore();
    }
    expect(printed).toBe(output);
  });

  it('speaks of names that exist', () => {
    const position = new labelkit.Point({ x: 1, y: 2 });
    const points = [position];
    const known: Record<string, object> = {
      Manifest: new labelkit.Manifest({ samples: [] }),
      Sample: new labelkit.Sample({ source: 'a' }),
      Annotation: new labelkit.Annotation({}),
      PascalVoc: new labelkit.PascalVoc(),
      VocObject: new labelkit.VocObject({ name: 'a', position }),
      Position: position,
      PositionType: labelkit.PositionType,
      Point: position,
      Line: new labelkit.Line({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      Dashed: new labelkit.Dashed({ x1: 1, y1: 2, x2: 3, y2: 4 }),
      BndBox: new labelkit.BndBox({ xMin: 1, yMin: 2, xMax: 3, yMax: 4 }),
      Polygon: new labelkit.Polygon({ points }),
      Polyline: new labelkit.Polyline({ points }),
      Circle: new labelkit.Circle({ cx: 1, cy: 2, r: 3 }),
    };
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    const ours = rows.flatMap(
      (row) =>
        row
          .split(' | ')
          .slice(1)
          .join(' | ')
          .match(/`[^`]+`/g) ?? [],
    );
    let checked = 0;
    for (const code of ours) {
      const [, name, member] = /^`(?:new )?([A-Z]\w+)(?:\.(\w+))?/.exec(code) ?? [];
      if (name === undefined || name === 'Unspecified' || name === 'None') continue;
      const statics = (labelkit as Record<string, unknown>)[name];
      expect(statics, code).toBeDefined();
      checked++;
      if (member === undefined) continue;
      expect(member in known[name]! || Object.hasOwn(statics as object, member), code).toBe(true);
    }
    expect(checked).toBeGreaterThan(100);
    for (const name of [
      'getSampleList',
      'getSources',
      'getAnnotations',
      'readManifest',
      'writeManifest',
      'readVoc',
    ])
      expect(labelkit).toHaveProperty(name);
  });
});
