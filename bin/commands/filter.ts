import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FilterOptions, FilterResult } from '../../src/dataset-io/filter.js';
import { type ShapeKind, shapeKinds, type Task, tasks } from '../../src/model/index.js';
import type { FilterUnit } from '../../src/transforms/index.js';
import type { ExitCode } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import type { CommandIo } from '../io.js';
import { numberFrom } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

/** Written here too, so that the help of other commands does not load what filters. */
const units = ['sample', 'annotation', 'object'] as const satisfies readonly FilterUnit[];

interface Flags extends OutputFlags {
  readonly by: FilterUnit;
  readonly label?: string[];
  readonly excludeLabel?: string[];
  readonly usage?: string[];
  readonly task?: Task[];
  readonly hard?: boolean;
  readonly minConfidence?: number;
  readonly hasAnnotations?: boolean;
  readonly shape?: ShapeKind[];
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly minArea?: number;
  readonly maxArea?: number;
  readonly where?: string;
  readonly compat?: 'upstream';
  readonly join: boolean;
}

/** Gathers the values of an option that is given several times. */
function gathered(value: string, before: unknown): string[] {
  return [...((before as string[] | undefined) ?? []), value];
}

/** The same for an option with few values. */
function oneOf(choices: readonly string[]) {
  return (value: string, before: unknown): string[] => {
    if (!(choices as readonly string[]).includes(value))
      throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    return gathered(value, before);
  };
}

function yesOrNo(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new InvalidArgumentError('It must be true or false.');
}

/** `labelkit filter <input> <output>`. */
export function addFilter(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('filter')
      .description('keep the samples, annotations or objects that pass every test')
      .argument('<input>', 'a data set of any format; - for a manifest on standard input')
      .argument('<output>', 'a file or folder; - for a manifest on standard output')
      .addOption(
        new Option(
          '--by <unit>',
          'what is left out: samples, annotations, or single objects of annotation files',
        )
          .choices(units)
          .default('sample'),
      )
      .option('--label <pattern>', 'keep this label (* and ? stand for any characters); repeatable', gathered)
      .option('--exclude-label <pattern>', 'leave out what has this label; repeatable', gathered)
      .option('--usage <usage>', 'keep samples of this usage, in any letter case; repeatable', gathered)
      .option('--task <task>', 'keep labels of this task; repeatable', oneOf(tasks))
      .option('--hard <true|false>', 'keep hard annotations and difficult objects, or all others', yesOrNo)
      .option('--min-confidence <n>', 'keep labels with at least this confidence, 0 to 1', numberFrom(0))
      .option('--has-annotations [true|false]', 'keep samples with annotations, or those without', yesOrNo)
      .option('--shape <kind>', 'keep objects of this shape; repeatable', oneOf(shapeKinds))
      .option('--min-size <px>', 'keep objects whose box has sides of at least so many pixels', numberFrom(0))
      .option('--max-size <px>', 'keep objects whose box has sides of at most so many pixels', numberFrom(0))
      .option('--min-area <px>', 'keep objects whose box has at least so many square pixels', numberFrom(0))
      .option('--max-area <px>', 'keep objects whose box has at most so many square pixels', numberFrom(0))
      .option('--where <expression>', 'keep what it is true of: any(name == "car" and confidence >= 0.5)')
      .addOption(
        new Option(
          '--compat <whose>',
          'upstream: labels exactly, hardness as the ModelArts SDK takes it',
        ).choices(['upstream']),
      )
      .option('--no-join', 'look at annotations alone, and open no annotation files'),
  ).option('--to <format>', 'format of the output: manifest or voc (default: that of the input)');
  command.action(async (input: string, output: string, flags: Flags) => {
    const [{ filterDataset }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/filter.js'),
      import('../run-to-output.js'),
    ]);
    let result: FilterResult | undefined;
    done(
      await runToOutput(
        { title: 'filtered', output, flags, io },
        async (options) => {
          result = await filterDataset(input, output, { ...options, ...testsOf(flags) });
          return result;
        },
        () => ({ text: removedText(result!), json: {} }),
      ),
    );
  });
}

function testsOf(flags: Flags): FilterOptions {
  return {
    by: flags.by,
    labels: flags.label,
    excludeLabels: flags.excludeLabel,
    usages: flags.usage,
    tasks: flags.task,
    hard: flags.hard,
    minConfidence: flags.minConfidence,
    hasAnnotations: flags.hasAnnotations,
    shapes: flags.shape,
    minSize: flags.minSize,
    maxSize: flags.maxSize,
    minArea: flags.minArea,
    maxArea: flags.maxArea,
    where: flags.where,
    compat: flags.compat,
    joinFiles: flags.join,
  };
}

/** What was left out of samples that stayed. */
function removedText({ annotationsRemoved, objectsRemoved }: FilterResult): string {
  const counts = [
    ['annotation', annotationsRemoved],
    ['object', objectsRemoved],
  ] as const;
  return counts
    .filter(([, count]) => count > 0)
    .map(([noun, count]) => `  left out of them: ${groupDigits(count)} ${noun}${count === 1 ? '' : 's'}\n`)
    .join('');
}
