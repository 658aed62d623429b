import type { Command } from 'commander';
import type { DataShard } from '../../src/dataset-io/data-shard.js';
import type { Inspection } from '../../src/dataset-io/inspect.js';
import { formatDiagnostic } from '../../src/model/index.js';
import type { CoordinateGuess } from '../../src/transforms/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import {
  type InputFlags,
  readingOptions,
  wholeNumber,
  withAnnotationConfigOption,
  withInputOptions,
  withShardOption,
} from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags extends InputFlags {
  readonly annotationConfig?: string;
  readonly jobs?: number;
  readonly shard?: DataShard;
}

function counts(title: string, record: Readonly<Record<string, number>>, total?: number): string[] {
  const entries = Object.entries(record);
  if (entries.length === 0) return [];
  const more =
    total !== undefined && total > entries.length ? `  (${groupDigits(total - entries.length)} more)` : '';
  return [
    `  ${title.padEnd(12)}${entries.map(([name, count]) => `${name} ${groupDigits(count)}`).join(', ')}${more}`,
  ];
}

/** `zeroBased, 99% sure (12 boxes; …)`. */
function coordinatesText({ convention, confidence, evidence }: CoordinateGuess): string {
  const { boxes, ...edges } = evidence;
  const seen = Object.entries(edges)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${edgeNames[name as keyof typeof edges]} ${groupDigits(count)}`);
  const shown = [`${groupDigits(boxes)} ${boxes === 1 ? 'box' : 'boxes'}`, ...seen].join(', ');
  const guess =
    convention === undefined ? 'cannot be told' : `${convention}, ${Math.floor(confidence * 100)}% sure`;
  return `${guess} (${shown})`;
}

const edgeNames: Record<Exclude<keyof CoordinateGuess['evidence'], 'boxes'>, string> = {
  minBelow0: 'min below 0',
  minAt0: 'min = 0',
  minAt1: 'min = 1',
  maxAtSizeMinus1: 'max = size - 1',
  maxAtSize: 'max = size',
  maxAtSizePlus1: 'max = size + 1',
  maxBeyond: 'max beyond',
};

function textReport(found: Inspection): string {
  return `${[
    `${found.input}: ${found.format}${found.reason === undefined ? '' : ` (${found.reason})`}`,
    ...(found.near ?? []).map(({ format, reason }) => `  nearly ${format} (${reason})`),
    `  ${'samples'.padEnd(12)}${groupDigits(found.samples)}`,
    `  ${'annotations'.padEnd(12)}${groupDigits(found.annotations)}`,
    ...counts('tasks', found.tasks),
    ...counts('usage', found.usages),
    ...counts('labels', found.labels, found.labelCount),
    ...counts('shapes', found.shapes),
    ...counts('sizes', found.sizes),
    ...(found.coordinates === undefined
      ? []
      : [`  ${'coordinates'.padEnd(12)}${coordinatesText(found.coordinates)}`]),
    `  ${'findings'.padEnd(12)}${groupDigits(found.errors)} errors, ${groupDigits(found.warnings)} warnings`,
    ...found.firstFindings.map((finding) => `    ${formatDiagnostic(finding).replaceAll('\n', '\n    ')}`),
  ].join('\n')}\n`;
}

/** `labelkit inspect <input>`: format, tasks, samples, labels, shapes, sizes, first faults. */
export function addInspect(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  withAnnotationConfigOption(withShardOption(withInputOptions(program.command('inspect'))))
    .description('what is in a data set: format, tasks, samples, labels, shapes, sizes, first faults')
    .argument('<input>', 'a data set of any format; - for a format of one file on standard input')
    .option('--jobs <n>', 'threads for large inputs (default: one for each core, at most 4)', wholeNumber(1))
    .action(async (input: string, flags: Flags) => {
      const [{ inspect }, { withSession }] = await Promise.all([
        import('../../src/dataset-io/inspect.js'),
        import('../session.js'),
      ]);
      const bar = new ProgressBar(io, 'read', flags.quiet === true);
      const found = await bar.during(() =>
        withSession(flags, io, (session) =>
          inspect(input, {
            ...readingOptions(flags),
            annotationConfig: flags.annotationConfig,
            profile: flags.profile,
            maxDiagnostics: Math.min(flags.maxFindings, 10),
            jobs: flags.jobs,
            shard: flags.shard,
            onProgress: bar.update,
            signal: io.signal,
            session,
          }),
        ),
      );
      await writeText(
        io.stdout,
        flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : textReport(found),
      );
      done(exitCodes.done);
    });
}
