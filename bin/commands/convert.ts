import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.js';
import type { CommandIo } from '../io.js';
import { withAnnotationConfigOption } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly to: string;
  readonly annotationConfig?: string;
  readonly coords?: string;
  readonly strictLoss?: boolean;
}

/** `labelkit convert <input> <output> --to <format>`. */
export function addConvert(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('convert')
      .description('convert a data set; the output is complete or absent')
      .argument('<input>', 'a data set of any format; - for a format of one file on standard input')
      .argument('<output>', 'a file or folder; - for a format of one file on standard output')
      .requiredOption('--to <format>', 'format of the output (labelkit formats lists them)')
      .option(
        '--coords <from[:to]>',
        'what coordinates mean, and what they are to be written as: zeroBased, voc1, minusOne, zeroInclusive (default: numbers stay)',
      )
      .option(
        '--strict-loss',
        'find out first whether anything would be lost, and write nothing if so; reads the input twice',
      ),
  );
  withAnnotationConfigOption(command).action(async (input: string, output: string, flags: Flags) => {
    const [{ convert }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/convert.js'),
      import('../run-to-output.js'),
    ]);
    const { to, annotationConfig, strictLoss, allowLoss = [] } = flags;
    const strict = strictLoss === true && !allowLoss.includes('all') ? { strictLoss, allowLoss } : {};
    const coords = flags.coords === undefined ? undefined : await coordinates(flags.coords);
    done(
      await runToOutput({ title: 'converted', output, flags, io }, (options) =>
        convert(input, output, {
          ...options,
          ...strict,
          to,
          annotationConfig,
          ...(coords === undefined ? {} : { coords }),
        }),
      ),
    );
  });
}

async function coordinates(text: string) {
  const { parseCoordinateChange } = await import('../../src/transforms/index.js');
  return parseCoordinateChange(text);
}
