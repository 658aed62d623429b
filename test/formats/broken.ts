import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConvertOptions, convert } from '../../src/dataset-io/convert.js';
import { formatInfo } from '../../src/dataset-io/formats.js';
import { validate } from '../../src/dataset-io/validate.js';
import { LabelkitError } from '../../src/model/index.js';
import { filesIn, scratch } from '../support/scratch.js';
import { brief } from './harness.js';

/** A file of a broken input; or a folder where a file is expected, or a symbolic link to a target. */
export type BrokenFile = string | Uint8Array | typeof folder | { readonly linkTo: string };
export const folder = Symbol('a folder');

/** A broken input, and what is to come of it. */
export interface Broken {
  readonly name: string;
  /** Replace those of the format's table, by name; undefined takes one away. */
  readonly files: Readonly<Record<string, BrokenFile | undefined>>;
  /** `rule severity file:line:column message`, of which the message may be its beginning; `in` is the input. */
  readonly findings: readonly string[];
  /** Records that are read, those with a fault included. */
  readonly read: number;
  /** Of these with a fault. */
  readonly faults?: number;
  readonly options?: Partial<ConvertOptions>;
}

export interface BrokenTable {
  readonly format: string;
  /** What every case has beside what is broken. */
  readonly files: Readonly<Record<string, BrokenFile>>;
  /** The one file of a format that is one. */
  readonly input?: string;
  /** What it is converted to, where only the reader says something: `csv-boxes` for boxes. */
  readonly to: string;
  readonly options?: Partial<ConvertOptions>;
  /** Where the findings are those of `validate`, because `convert` tells only what keeps a record from being read. */
  readonly isJudgedByValidate?: boolean;
  readonly cases: readonly Broken[];
}

function isContent(file: BrokenFile): file is string | Uint8Array {
  return typeof file === 'string' || file instanceof Uint8Array;
}

function made(table: BrokenTable, broken: Broken): { readonly dir: string; readonly input: string } {
  const all = Object.entries({ ...table.files, ...broken.files });
  const dir = scratch(
    Object.fromEntries(
      all.flatMap(([name, file]) =>
        file === undefined || !isContent(file) ? [] : [[`in/${name}`, file] as const],
      ),
    ),
  );
  mkdirSync(join(dir, 'in'), { recursive: true });
  for (const [name, file] of all) {
    if (file === undefined || isContent(file)) continue;
    const path = join(dir, 'in', name);
    mkdirSync(file === folder ? path : dirname(path), { recursive: true });
    if (file !== folder) symlinkSync(file.linkTo, path);
  }
  return { dir, input: join(dir, 'in', table.input ?? '') };
}

async function failure(work: Promise<unknown>): Promise<LabelkitError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LabelkitError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

/**
 * Tests that each input has exactly its findings, that the run goes on behind what is broken, and that the books balance
 * under every policy for faults.
 */
export function testBroken(table: BrokenTable): void {
  const info = formatInfo(table.format);
  test('there are at least 15 broken inputs', () => {
    expect(table.cases.length).toBeGreaterThanOrEqual(15);
    expect(new Set(table.cases.map(({ name }) => name)).size).toBe(table.cases.length);
  });
  test.each(table.cases.map((broken) => [broken.name, broken] as const))('%s', async (_, broken) => {
    const { dir, input } = made(table, broken);
    const { findings, read, faults = 0 } = broken;
    const shown = (text: string) => text.replaceAll(`${dir}/`, '');
    const options: ConvertOptions = {
      from: table.format,
      to: table.to,
      ...table.options,
      ...broken.options,
    };
    const written = { read, written: read - faults, skipped: faults };

    const checked = await validate(input, {
      from: table.format,
      mode: 'lenient',
      profile: options.profile,
      minSeverity: 'info',
      checkFiles: table.isJudgedByValidate === true,
      ...(options.fromOptions === undefined ? {} : { fromOptions: options.fromOptions }),
      ...(Array.isArray(options.classes) ? { classes: options.classes } : {}),
    });
    const skip = await convert(input, join(dir, 'skip'), { ...options, onError: 'skip' });
    const told = brief(skip.diagnostics.filter(({ rule }) => rule !== 'C001')).map(shown);
    const judged = brief(checked.diagnostics).map(shown);
    const actual = table.isJudgedByValidate === true ? judged : told;
    const beginnings = actual.map((text, at) => text.slice(0, findings[at]?.length ?? text.length));
    expect({ findings: beginnings, ...written }).toEqual({
      findings,
      read: skip.read,
      written: skip.written,
      skipped: skip.skipped,
    });
    if (table.isJudgedByValidate !== true) {
      expect(checked.samples).toBe(read - faults);
      expect(judged.sort()).toEqual(told.sort());
    }

    const aside = join(dir, 'aside');
    const quarantined = await convert(input, join(dir, 'quarantine'), {
      ...options,
      onError: 'quarantine',
      quarantine: aside,
    });
    expect(quarantined).toMatchObject({ ...written, losses: skip.losses });
    if (info.layout === 'tree') {
      const kept = faults === 0 ? [] : Object.keys(filesIn(aside));
      expect(kept.filter((name) => name.endsWith('.json')).length).toBeLessThanOrEqual(faults);
    }

    const failing = convert(input, join(dir, 'fail'), { ...options, onError: 'fail' });
    if (faults === 0) expect(await failing).toMatchObject(written);
    else expect(await failure(failing)).toBeInstanceOf(LabelkitError);
    expect(existsSync(join(dir, 'fail')) || read === 0).toBe(faults === 0);
  });
}
