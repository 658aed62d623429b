import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MergeKey, MergePolicy, MergeResult } from '../../src/dataset-io/merge.js';
import { OptionError } from '../../src/model/index.js';
import type { ExitCode } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import type { CommandIo } from '../io.js';
import { decimal } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly key: MergeKey;
  readonly onConflict: MergePolicy;
  readonly renumber?: boolean;
  readonly dedupeBoxes?: number;
}

function overlap(text: string): number {
  const number = decimal(text);
  if (!(number > 0 && number <= 1))
    throw new InvalidArgumentError('It must be a number above 0 and up to 1.');
  return number;
}

/** `labelkit merge <input...> <output>`. */
export function addMerge(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('merge')
      .description('write several data sets into one; samples with one key become one')
      .argument(
        '<paths...>',
        'inputs (manifests, VOC trees, folders of VOC files; - once), then the output, or - for standard output',
      )
      .addOption(
        new Option('--key <key>', 'what makes two samples the same one')
          .choices(['source', 'id', 'name', 'line'])
          .default('source'),
      )
      .addOption(
        new Option('--on-conflict <policy>', 'what happens to samples with one key that say different things')
          .choices(['error', 'first', 'last', 'union'])
          .default('error'),
      )
      .option('--renumber', 'with union: annotations whose ids clash get new ones, and relations follow')
      .option('--dedupe-boxes <iou>', 'take out boxes of one label that overlap by so much, 0 to 1', overlap)
      .option('--to <format>', 'format of the output: manifest or voc (default: that of the inputs)'),
  );
  command.action(async (paths: string[], flags: Flags) => {
    const output = paths.at(-1)!;
    if (paths.length < 2) {
      throw new OptionError('there is no output', { hint: 'Name the inputs, then the output.' });
    }
    if (flags.shard !== undefined) {
      throw new OptionError('parts of several inputs are not merged', {
        hint: 'Merge whole inputs, without --shard.',
      });
    }
    const [{ merge }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/merge.js'),
      import('../run-to-output.js'),
    ]);
    const { key, onConflict, renumber, dedupeBoxes } = flags;
    let merged: MergeResult['merged'] | undefined;
    const work = async (options: Parameters<typeof merge>[2]) => {
      const { merged: found, ...result } = await merge(paths.slice(0, -1), output, {
        ...options,
        key,
        onConflict,
        renumber,
        dedupeBoxes,
      });
      merged = found;
      return result;
    };
    done(
      await runToOutput({ title: 'merged', output, flags, io }, work, () => ({
        text: merged === undefined ? '' : textOf(merged),
        json: { merged },
      })),
    );
  });
}

function textOf({ identical, conflicts, renumbered, boxes }: MergeResult['merged']): string {
  return [
    ['identical samples left out', identical],
    ['samples that said something else', conflicts],
    ['annotations with new ids', renumbered],
    ['duplicate boxes taken out', boxes],
  ]
    .filter(([, count]) => count !== 0)
    .map(([what, count]) => `  ${what}: ${groupDigits(Number(count))}\n`)
    .join('');
}
