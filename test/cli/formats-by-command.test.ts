import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DatasetStatistics, formatInfo, type RunResult, stats } from '../../src/index.js';
import { commandLine } from '../support/command-line.js';
import { matrixInputs } from '../support/matrix.js';
import { scratch } from '../support/scratch.js';

/** One run of a command that writes. */
interface Ran {
  readonly code: number;
  readonly result: RunResult;
  readonly output: string;
}

/** What a format that is only read becomes. */
const formatOf = (id: string) => (formatInfo(id).writes ? id : 'manifest');

function outputOf(id: string): string {
  const { layout, extension } = formatInfo(formatOf(id));
  return join(scratch(), layout === 'tree' ? 'out' : `out.${extension ?? formatOf(id)}`);
}

async function run(id: string, verb: string, ...words: readonly string[]): Promise<Ran> {
  const { path } = matrixInputs.find((input) => input.id === id)!;
  const output = outputOf(id);
  const paths = verb === 'merge' ? [path, path, output] : [path, output];
  const argv = [
    verb,
    ...paths,
    '--from',
    id,
    '--images',
    id === 'published' ? 'reference' : 'copy',
    '--json',
    ...words,
  ];
  if (verb !== 'convert' && !formatInfo(id).writes) argv.push('--to', 'manifest');
  const { code, stdout, stderr } = await commandLine(argv, {});
  if (stdout === '') throw new Error(`${argv.join(' ')}: ${code}\n${stderr}`);
  const result = JSON.parse(stdout) as RunResult;
  const { read, written, skipped, dropped = 0 } = result;
  expect(read, 'balanced').toBe(written + skipped + dropped);
  // Images that are put beside a file are an output of their own.
  expect(result.outputs[0]?.samples ?? 0).toBe(written);
  return { code, result, output };
}

/** All that is counted of a data set: labels, shapes, sizes, places, flags. */
async function countsOf(path: string, id: string) {
  const { input, format, diagnostics, ...counts } = await stats(path, { from: id });
  expect(diagnostics).toEqual([]);
  return counts;
}

/** Nobody gives a label there. */
const withoutLabels = new Set(['free-form', 'table-csv']);
/** Written as manifests, whose annotation files say more than the data does. */
const isRewritten = (id: string) => !formatInfo(id).writes && id !== 'published';

describe.each(matrixInputs)('$id', ({ id, path }) => {
  /** What the format itself cannot say again of what it has said, whatever the command. */
  const lostAnyway = async () => (await run(id, 'convert', '--to', formatOf(id))).result.losses;
  const codeOf = (losses: RunResult['losses']) => (Object.keys(losses).length > 0 ? 1 : 0);

  test('what is kept whole is there again', async () => {
    const before = await countsOf(path, id);
    const losses = await lostAnyway();
    const commands: readonly (readonly [string, ...string[]])[] = [
      ['filter', '--exclude-label', 'no such label'],
      ['relabel', '--map', 'no such label=other'],
      ['sample', '--head', '1000'],
      ['dedupe', '--by', 'source'],
      ['repair', '--fix', 'swap-corners'],
    ];
    for (const words of commands) {
      const { code, result, output } = await run(id, ...words);
      expect({ words, losses: result.losses, code }).toEqual({ words, losses, code: codeOf(losses) });
      expect(result.written, words[0]).toBe(before.samples);
      const after = await countsOf(output, formatOf(id));
      if (isRewritten(id)) expect(after.labels.listed, words[0]).toEqual(before.labels.listed);
      else expect(after, words[0]).toEqual(before);
    }
  });

  test('what is left out is counted', async () => {
    const { samples } = await countsOf(path, id);
    const none = await run(id, 'filter', '--label', 'no such label');
    expect([none.code, none.result.written, none.result.dropped]).toEqual([0, 0, samples]);
    const one = await run(id, 'sample', '-n', '1', '--seed', '3');
    expect([one.code, one.result.written, one.result.dropped]).toEqual([
      codeOf(one.result.losses),
      1,
      samples - 1,
    ]);
    const anyway = await lostAnyway();
    for (const feature of Object.keys(one.result.losses)) expect(anyway).toHaveProperty([feature]);
    expect((await countsOf(one.output, formatOf(id))).samples).toBe(1);
  });

  test('a label gets another name, and no other changes', async () => {
    const before = await countsOf(path, id);
    const [first, ...others] = before.labels.listed;
    expect(first === undefined).toBe(withoutLabels.has(id));
    if (first === undefined) return;
    const losses = await lostAnyway();
    const { code, result, output } = await run(id, 'relabel', '--map', `${first.label}=renamed`);
    expect({ losses: result.losses, code }).toEqual({ losses, code: codeOf(losses) });
    const after = await countsOf(output, formatOf(id));
    const named = (label: string) => after.labels.listed.find((one) => one.label === label);
    expect(named('renamed')).toEqual({ ...first, label: 'renamed' });
    for (const other of others) expect(named(other.label)).toEqual(other);
    expect(after.samples).toBe(before.samples);
  });

  test('merged with itself it is itself', async () => {
    const before = await countsOf(path, id);
    const losses = await lostAnyway();
    const { code, result, output } = await run(id, 'merge', '--on-conflict', 'first');
    expect({ code, read: result.read, written: result.written }).toEqual({
      code: codeOf(losses),
      read: 2 * before.samples,
      written: before.samples,
    });
    const after = await countsOf(output, formatOf(id));
    expect(after.labels.listed).toEqual(before.labels.listed);
    expect(after.samples).toBe(before.samples);
  });

  test('stats, inspect and validate agree, and their exit statuses say what they found', async () => {
    const [counted, inspected, checked] = await Promise.all(
      ['stats', 'inspect', 'validate'].map((verb) => commandLine([verb, path, '--from', id, '--json'], {})),
    );
    const statistics = JSON.parse(counted!.stdout) as DatasetStatistics;
    const inspection = JSON.parse(inspected!.stdout) as { samples: number };
    const validation = JSON.parse(checked!.stdout) as { samples: number; errors: number };
    // Of a VOC tree they look at the annotation files, and stats at the images that its lists name, too.
    const samples = id === 'voc' ? statistics.annotated : statistics.samples;
    expect(samples).toBeGreaterThan(0);
    expect([inspection.samples, validation.samples]).toEqual([samples, samples]);
    expect([counted!.code, inspected!.code, checked!.code]).toEqual([0, 0, validation.errors > 0 ? 1 : 0]);
  });
});
