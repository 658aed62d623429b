import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../exit-codes.js';
import type { CommandIo } from '../io.js';
import { decimal, wholeNumber } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly count?: number;
  readonly fraction?: number;
  readonly stratify?: boolean;
  readonly perLabel?: number;
  readonly head?: number;
  readonly tail?: number;
  readonly seed?: number;
}

function fraction(text: string): number {
  const number = decimal(text);
  if (!(number >= 0 && number <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return number;
}

/** `labelkit sample <input> <output> -n <count>` and other ways of choosing. */
export function addSample(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('sample')
      .description('write some of the samples, in their order and unchanged')
      .argument('<input>', 'a data set of any format; - for a manifest on standard input')
      .argument('<output>', 'a file or folder; - for a manifest on standard output')
      .option('-n, --count <n>', 'so many at random', wholeNumber(0))
      .option('--fraction <f>', 'each one with this chance, 0 to 1', fraction)
      .option('--stratify', 'with -n or --fraction: every set of labels keeps its share')
      .option('--per-label <n>', 'at random, no label in more than so many samples', wholeNumber(0))
      .option('--head <n>', 'the first ones', wholeNumber(0))
      .option('--tail <n>', 'the last ones', wholeNumber(0))
      .option('--to <format>', 'format of the output: manifest or voc (default: that of the input)'),
  );
  command.action(async (input: string, output: string, flags: Flags) => {
    const [{ sample }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/sample.js'),
      import('../run-to-output.js'),
    ]);
    const { count, fraction, stratify, perLabel, head, tail, seed } = flags;
    done(
      await runToOutput({ title: 'sampled', output, flags, io }, (options) =>
        sample(input, output, { ...options, count, fraction, stratify, perLabel, head, tail, seed }),
      ),
    );
  });
}
