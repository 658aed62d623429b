import { type Command, Option } from 'commander';
import type { DataShard } from '../../src/dataset-io/data-shard.js';
import { formatDiagnostic, OptionError } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';
import {
  type InputFlags,
  readingOptions,
  wholeNumber,
  withInputOptions,
  withShardOption,
} from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface OutputFlags {
  readonly json?: boolean;
  readonly partial?: boolean;
  readonly top: number;
}

interface Flags extends InputFlags, OutputFlags {
  readonly jobs?: number;
  readonly join: boolean;
  readonly root?: string;
  readonly shard?: DataShard;
}

interface MergeFlags extends OutputFlags {
  readonly quiet?: boolean;
  readonly session?: string;
}

function withStatsOutput(command: Command): Command {
  return command
    .option('--top <n>', 'rows listed in each table; all are counted', wholeNumber(0), 50)
    .addOption(
      new Option('--partial', 'print a partial result as JSON, for labelkit stats merge').conflicts('json'),
    );
}

/** `labelkit stats <input>`: counts and distributions; `labelkit stats merge <partial...>`: the sum of partial results. */
export function addStats(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const stats = withStatsOutput(withShardOption(withInputOptions(program.command('stats'))))
    .description('counts: labels, tasks, usages, shapes, sizes, places, annotators, labels together')
    .argument(
      '<input>',
      'a manifest, a VOC tree, a folder of VOC files, a VOC file; - for a manifest on standard input',
    )
    .option('--no-join', 'do not read the annotation files that a manifest names')
    .option('--root <dir>', 'a directory that references of the input may not leave')
    .option('--jobs <n>', 'threads for large inputs (default: one for each core, at most 4)', wholeNumber(1))
    .action(async (input: string, flags: Flags) => await run(input, flags, io, done));
  withStatsOutput(stats.command('merge'))
    .description('adds up partial results: what stats says of the whole')
    .argument('<partial...>', 'files that stats --partial printed; - for standard input')
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .option('--session <profile>', 'profile with the keys for object storage (default: from the environment)')
    .action(async (partials: string[], flags: MergeFlags) => {
      refuseBefore(stats, 'merge');
      await merge(partials, flags, io, done);
    });
}

/** Options of a command that was not meant would be passed over in silence. */
function refuseBefore(command: Command, inner: string): void {
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  const [first] = given;
  if (first === undefined) return;
  throw new OptionError(`${first.long ?? first.flags} stands before ${inner}`, {
    hint: `Options of ${inner} come behind it: labelkit ${command.name()} ${inner} ${first.long ?? first.flags} …`,
  });
}

async function run(
  input: string,
  flags: Flags,
  io: CommandIo,
  done: (code: ExitCode) => void,
): Promise<void> {
  const [{ tallyDataset }, { withSession }] = await Promise.all([
    import('../../src/dataset-io/stats.js'),
    import('../session.js'),
  ]);
  const bar = new ProgressBar(io, 'read', flags.quiet === true);
  const counted = await bar.during(() =>
    withSession(flags, io, (session) =>
      tallyDataset(input, {
        ...readingOptions(flags),
        root: flags.root,
        maxDiagnostics: Math.min(flags.maxFindings, 10),
        join: flags.join,
        jobs: flags.jobs,
        shard: flags.shard,
        onProgress: bar.update,
        signal: io.signal,
        session,
      }),
    ),
  );
  const { format, tally, diagnostics } = counted;
  const report = tally.report(flags.top);
  if (flags.partial === true) await writeText(io.stdout, `${JSON.stringify(tally)}\n`);
  else if (flags.json === true)
    await writeText(io.stdout, `${JSON.stringify({ input, format, ...report, diagnostics }, null, 2)}\n`);
  else {
    const { statsText } = await import('../stats-text.js');
    await writeText(io.stdout, statsText(`${input}: ${format}`, report));
  }
  if (flags.json !== true && flags.quiet !== true)
    for (const finding of diagnostics) await writeText(io.stderr, `${formatDiagnostic(finding)}\n`);
  done(report.unreadable + report.unjoined === 0 ? exitCodes.done : exitCodes.data);
}

async function merge(
  partials: readonly string[],
  flags: MergeFlags,
  io: CommandIo,
  done: (code: ExitCode) => void,
): Promise<void> {
  if (partials.filter((path) => path === '-').length > 1)
    throw new OptionError('standard input can be read only once');
  const [{ mergeStats }, { withSession }] = await Promise.all([
    import('../../src/dataset-io/stats.js'),
    import('../session.js'),
  ]);
  const tally = await withSession(flags, io, (session) =>
    mergeStats(partials, { session, signal: io.signal }),
  );
  const report = tally.report(flags.top);
  if (flags.partial === true) await writeText(io.stdout, `${JSON.stringify(tally)}\n`);
  else if (flags.json === true) await writeText(io.stdout, `${JSON.stringify(report, null, 2)}\n`);
  else {
    const { statsText } = await import('../stats-text.js');
    const parts = partials.length === 1 ? '1 partial result' : `${partials.length} partial results`;
    await writeText(io.stdout, statsText(parts, report));
  }
  done(report.unreadable + report.unjoined === 0 ? exitCodes.done : exitCodes.data);
}
