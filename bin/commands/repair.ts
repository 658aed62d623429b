import type { Command } from 'commander';
import type { RepairChange, RepairResult } from '../../src/dataset-io/repair.js';
import type { ExitCode } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import type { CommandIo } from '../io.js';
import { numberFrom, words } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly fix?: string[];
  readonly coords?: string;
  readonly dryRun?: boolean;
  readonly outsideFraction?: number;
  readonly minSide?: number;
}

/** Names are written here, so that the help of other commands does not load what repairs; a test compares them. */
const fixesHelp = `
Fixes, in the order in which they are applied:
  bom, crlf, drop-unparsable, drop-unlabelled, drop-unboxed, drop-boxless,
  rescale, correct-size, fill-size, filename, extension, path, swap-corners,
  drop-small, drop-swapped, drop-outside, clip, drop-degenerate, drop-emptied,
  usage-case, hard-type, difficult-type, mark-checked

metavalidation, the eleven rules of the platform's data validation operator:
  1 drop-unparsable   2 drop-unlabelled   3 drop-unboxed   4 drop-boxless
  5 correct-size      6 fill-size         7 rescale        8 drop-small
  9 drop-swapped     10 drop-outside     11 clip
and what it does after them: drop-emptied, mark-checked
`;

/** `labelkit repair <input> <output> --fix a,b,c`. */
export function addRepair(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('repair')
      .description('mend named faults of a data set; the input stays as it is')
      .argument(
        '<input>',
        'a manifest, a VOC tree, a folder of VOC files; - for a manifest on standard input',
      )
      .argument('<output>', 'a file or folder; - for a manifest on standard output')
      .option('--to <format>', 'format of the output: manifest or voc (default: that of the input)')
      .option(
        '--fix <names>',
        'fixes by name, with commas between them; metavalidation for those of the platform, see below (may be repeated)',
        words,
      )
      .option(
        '--coords <from[:to]>',
        'what coordinates mean, and what they are to be written as: zeroBased, voc1, minusOne, zeroInclusive',
      )
      .option(
        '--outside-fraction <share>',
        'drop-outside: the share of a shape that may be outside',
        numberFrom(0),
        0.5,
      )
      .option('--min-side <pixels>', 'drop-small: the least side of a box', numberFrom(0), 2)
      .option('--dry-run', 'only list what would be done; nothing is written')
      .addHelpText('after', fixesHelp),
  );
  command.action(async (input: string, output: string, flags: Flags) => {
    const [{ repairDataset }, { parseCoordinateChange }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/repair.js'),
      import('../../src/transforms/index.js'),
      import('../run-to-output.js'),
    ]);
    const { fix = [], dryRun = false, outsideFraction, minSide, maxFindings } = flags;
    const coords = flags.coords === undefined ? undefined : parseCoordinateChange(flags.coords);
    let result: RepairResult | undefined;
    const report = () => ({
      text: result === undefined ? '' : textOf(result, dryRun),
      json: dryRun ? { dryRun } : {},
    });
    done(
      await runToOutput(
        { title: dryRun ? 'looked at' : 'mended', output: dryRun ? '' : output, flags, io },
        async (options) => {
          result = await repairDataset(input, output, {
            ...options,
            fix,
            coords,
            dryRun,
            outsideFraction,
            minSide,
            maxChanges: maxFindings,
          });
          return result;
        },
        report,
      ),
    );
  });
}

function textOf({ fixes, changes, changeCount }: RepairResult, isPlan: boolean): string {
  const rows = Object.entries(fixes);
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  const lines = rows.map(
    ([name, { before, after }]) =>
      `  ${name.padEnd(width)}  before ${groupDigits(before)}, after ${groupDigits(after)}`,
  );
  if (isPlan) {
    lines.push(`changes to be made: ${groupDigits(changeCount)}`);
    for (const change of changes) lines.push(`  ${changeText(change)}`);
    if (changeCount > changes.length) lines.push(`  and ${groupDigits(changeCount - changes.length)} more`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function changeText({ fix, file, line, pointer, from, to }: RepairChange): string {
  const place = `${file}${line === undefined ? '' : `:${line}`}${pointer === undefined ? '' : ` ${pointer}`}`;
  const arrow = to === undefined ? '' : ` → ${to}`;
  return `${place}: ${fix}${from === undefined && to === undefined ? '' : ` ${from ?? 'nothing'}${arrow}`}`;
}
