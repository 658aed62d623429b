import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DedupeOptions, DedupeReport } from '../../src/dataset-io/dedupe.js';
import type { ExitCode } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import type { CommandIo } from '../io.js';
import { wholeNumber } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly by: NonNullable<DedupeOptions['by']>;
  readonly keep: NonNullable<DedupeOptions['keep']>;
  readonly distance?: number;
}

/** `labelkit dedupe <input> <output>`: leaves out samples that repeat another one. */
export function addDedupe(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('dedupe')
      .description('leave out samples that repeat another one')
      .argument(
        '<input>',
        'a manifest, a VOC tree, a folder of VOC files; - for a manifest on standard input',
      )
      .argument('<output>', 'a file or folder; - for a manifest on standard output'),
  )
    .option('--to <format>', 'format of the output (default: that of the input)')
    .addOption(
      new Option('--by <key>', 'what samples are compared by; image: its bytes, phash: its looks')
        .choices(['line', 'source', 'id', 'image', 'phash'])
        .default('source'),
    )
    .addOption(
      new Option('--keep <which>', 'which of equal samples stays')
        .choices(['first', 'last'])
        .default('first'),
    )
    .option(
      '--distance <bits>',
      'with --by phash: bits in which near pictures may differ (default: 4)',
      (text) => {
        const number = wholeNumber(0)(text);
        if (number > 16) throw new InvalidArgumentError('It must be at most 16.');
        return number;
      },
    );
  command.action(async (input: string, output: string, flags: Flags) => {
    const [{ dedupe }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/dedupe.js'),
      import('../run-to-output.js'),
    ]);
    let report: DedupeReport | undefined;
    const { by, keep, distance } = flags;
    done(
      await runToOutput(
        { title: 'compared', output, flags, io },
        async (options) => {
          const result = await dedupe(input, output, { ...options, by, keep, distance });
          report = result.dedupe;
          return result;
        },
        () => ({ text: report === undefined ? '' : textOf(report), json: {} }),
      ),
    );
  });
}

function textOf({ by, distinct, repeated, withoutKey, repeats }: DedupeReport): string {
  const lines = [`  by ${by}: different ${groupDigits(distinct)}, repeated ${groupDigits(repeated)}`];
  if (withoutKey > 0)
    lines.push(`  without ${by === 'id' ? 'an id' : 'a readable file'}, kept: ${groupDigits(withoutKey)}`);
  for (const { source, number, sameAs } of repeats) {
    const what = sameAs === undefined ? '' : ` as ${groupDigits(sameAs)}`;
    lines.push(`  left out: sample ${groupDigits(number)}${what}, ${source}`);
  }
  if (repeated > repeats.length) lines.push(`  (${groupDigits(repeated - repeats.length)} more left out)`);
  return `${lines.join('\n')}\n`;
}
