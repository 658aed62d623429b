import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SplitCheck } from '../../src/dataset-io/split-check.js';
import type { SplitOptions, SplitReport } from '../../src/dataset-io/split-options.js';
import { formatDiagnostic, OptionError } from '../../src/model/index.js';
import type { SplitPart } from '../../src/transforms/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { namedClasses, readingOptions, wholeNumber } from '../options.js';
import { type OutputFlags, withOutputOptions } from '../output-options.js';

interface Flags extends OutputFlags {
  readonly check?: boolean;
  readonly of?: string;
  readonly key?: 'source' | 'name';
  readonly checkFiles?: boolean;
  readonly ratio?: string;
  readonly count?: string;
  readonly folds?: number;
  readonly parts?: number;
  readonly by?: SplitOptions['by'];
  readonly stratify?: boolean;
  readonly groupBy?: SplitOptions['groupBy'];
  readonly distance?: number;
  readonly reassign?: boolean;
  readonly as?: SplitOptions['as'];
  readonly labels: boolean;
  readonly join: boolean;
  readonly seed?: number;
  readonly jobs?: number;
}

/** `labelkit split <input> <output>`, and `labelkit split --check <input...>`. */
export function addSplit(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withOutputOptions(
    program
      .command('split')
      .description('split a data set into parts, or check a split that there is')
      .argument('<paths...>', 'the input and the folder of the parts; with --check what is to be checked'),
  )
    .option('--to <format>', 'format of the output (default: that of the input)')
    .option('--ratio <parts>', 'shares of the samples: train=0.8,eval=0.1,test=0.1')
    .option('--count <parts>', 'numbers of samples: train=1000,rest; a name alone takes the rest')
    .option('--folds <k>', 'k parts of the same size, fold-1 to fold-k', wholeNumber(2))
    .option('--parts <n>', 'n parts of the same size, part-1 to part-n', wholeNumber(1))
    .addOption(
      new Option('--by <method>', 'how samples are chosen (default: random)').choices([
        'random',
        'stratified',
        'hash',
        'lines',
      ]),
    )
    .option('--stratify', 'keep the share of every label: --by stratified')
    .option(
      '--group-by <key>',
      'what stays together: parent (video), source, source-folder, property:<name>, regex:<expression>, phash (default: parent)',
    )
    .option(
      '--distance <bits>',
      'with --group-by phash: bits in which near pictures may differ (default: 4)',
      distance,
    )
    .option('--reassign', 'put samples into new parts that have a usage already')
    .addOption(
      new Option(
        '--as <output>',
        'a data set for each part, one data set with usage, or ImageSets lists (default: imagesets for VOC, else files)',
      ).choices(['files', 'usage', 'imagesets']),
    )
    .option(
      '--jobs <n>',
      'threads for a large manifest; parts are the same for any number (default: one for each core, at most 4)',
      wholeNumber(1),
    )
    .option('--no-labels', 'do not count labels: faster')
    .option('--no-join', 'to stratify, do not read VOC files for the labels of annotations without a name')
    .option('--check', 'check a split: data sets of parts, a data set with usage, a VOC tree with ImageSets')
    .option('--of <input>', 'with --check: the whole that the parts were split from')
    .addOption(
      new Option(
        '--key <key>',
        'with --check: what samples are known by; name for parts with copies of the images (default: source)',
      ).choices(['source', 'name']),
    )
    .option('--check-files', 'with --check: compare the bytes of the images too');
  command.action(async (paths: string[], flags: Flags) => {
    if (flags.check === true) {
      done(await check(paths, flags, io));
      return;
    }
    const [input, output, more] = paths;
    if (input === undefined || output === undefined || more !== undefined) {
      throw new OptionError(`split takes an input and an output, not ${paths.length} paths`, {
        hint: 'Several inputs are for --check.',
      });
    }
    const parts = await partsOf(flags);
    const [{ split }, { runToOutput }] = await Promise.all([
      import('../../src/dataset-io/split.js'),
      import('../run-to-output.js'),
    ]);
    let report: SplitReport | undefined;
    const code = await runToOutput(
      { title: 'read', output, flags, io },
      async (options) => {
        const result = await split(input, output, {
          ...options,
          parts,
          by: flags.stratify === true ? 'stratified' : flags.by,
          groupBy: flags.groupBy,
          distance: flags.distance,
          seed: flags.seed,
          reassign: flags.reassign,
          as: flags.as,
          countLabels: flags.labels,
          join: flags.join,
          jobs: flags.jobs,
        });
        report = result.split;
        return result;
      },
      () => ({ text: report === undefined ? '' : textOf(report), json: {} }),
    );
    done((report?.groups?.crossing ?? 0) > 0 ? exitCodes.data : code);
  });
}

function distance(text: string): number {
  const number = wholeNumber(0)(text);
  if (number > 16) throw new InvalidArgumentError('It must be at most 16.');
  return number;
}

async function partsOf({ ratio, count, folds, parts, stratify, by }: Flags): Promise<SplitPart[]> {
  const given = [ratio, count, folds, parts].filter((one) => one !== undefined).length;
  if (given !== 1) {
    throw new OptionError(
      given === 0 ? 'the parts are missing' : 'the parts are given in more than one way',
      {
        hint: 'Give one of --ratio, --count, --folds and --parts: --ratio train=0.8,eval=0.1,test=0.1.',
      },
    );
  }
  if (stratify === true && by !== undefined && by !== 'stratified')
    throw new OptionError(`--stratify and --by ${by} contradict each other`);
  const { equalParts, parseParts } = await import('../../src/transforms/index.js');
  if (ratio !== undefined) return parseParts(ratio, 'ratio');
  if (count !== undefined) return parseParts(count, 'count');
  return folds === undefined ? equalParts('part', parts!) : equalParts('fold', folds);
}

/** The proof: samples of each part, and of each label in it. */
function textOf({ method, parts, unassigned, groups, balance }: SplitReport): string {
  const lines: string[] = [];
  const all = parts.reduce((sum, { samples }) => sum + samples, 0);
  const share = (number: number, of: number) => (of === 0 ? '' : ` ${((100 * number) / of).toFixed(1)} %`);
  const rows = [
    ['', ...parts.map(({ name }) => name)],
    ['samples', ...parts.map(({ samples }) => `${groupDigits(samples)}${share(samples, all)}`)],
  ];
  if (parts.some(({ wanted }) => wanted !== undefined))
    rows.push(['wanted', ...parts.map(({ wanted }) => (wanted === undefined ? '' : groupDigits(wanted)))]);
  const labels = new Map<string, number>();
  for (const part of parts) {
    for (const [label, count] of Object.entries(part.labels ?? {}))
      labels.set(label, (labels.get(label) ?? 0) + count);
  }
  const listed = [...labels].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, mostLabels);
  for (const [label, total] of listed)
    rows.push([
      label,
      ...parts.map(
        ({ labels: counts = {} }) => `${groupDigits(counts[label] ?? 0)}${share(counts[label] ?? 0, total)}`,
      ),
    ]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const blanks = ' '.repeat(widths[column]! - [...cell].length);
      return column === 0 ? cell + blanks : blanks + cell;
    });
    lines.push(`  ${cells.join('  ')}`.trimEnd());
  }
  if (labels.size > listed.length) lines.push(`  (${groupDigits(labels.size - listed.length)} labels more)`);
  if (unassigned > 0) lines.push(`  in no part: ${groupDigits(unassigned)}`);
  if (groups !== undefined) {
    const count =
      groups.count === undefined
        ? ''
        : `${groupDigits(groups.count)}, the largest of ${groupDigits(groups.largest ?? 0)}; `;
    lines.push(`  groups: ${count}in several parts: ${groupDigits(groups.crossing)}`);
  }
  if (balance !== undefined && method !== 'lines')
    lines.push(`  farthest from its share: ${balance.label} in ${balance.part}, by ${balance.offBy} samples`);
  return `${lines.join('\n')}\n`;
}

const mostLabels = 40;

async function check(paths: readonly string[], flags: Flags, io: CommandIo): Promise<ExitCode> {
  const [{ checkSplit }, { withSession }, { ProgressBar }] = await Promise.all([
    import('../../src/dataset-io/split-check.js'),
    import('../session.js'),
    import('../progress-bar.js'),
  ]);
  const bar = new ProgressBar(io, 'checked', flags.quiet === true);
  const classes = await namedClasses(flags.classes);
  const found = await bar.during(() =>
    withSession(flags, io, (session) =>
      checkSplit(paths, {
        ...readingOptions(flags),
        classes,
        of: flags.of,
        key: flags.key,
        checkFiles: flags.checkFiles,
        groupBy: flags.groupBy,
        root: flags.root,
        maxDiagnostics: flags.maxFindings,
        onProgress: bar.update,
        signal: io.signal,
        session,
      }),
    ),
  );
  const findings = found.diagnostics.map((d) => `${formatDiagnostic(d)}\n`).join('');
  await writeText(
    io.stdout,
    flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : findings + checkText(found),
  );
  return found.clean ? exitCodes.done : exitCodes.data;
}

function checkText({ parts, counts }: SplitCheck): string {
  const lines = parts.map(
    ({ name, samples }) => `  ${name}  ${groupDigits(samples)} ${samples === 1 ? 'sample' : 'samples'}`,
  );
  const { overlap, repeats, missing, unlisted, crossingGroups, sameImages } = counts;
  lines.push(
    `  in several parts ${overlap}, repeated ${repeats}, missing ${missing}, unlisted ${unlisted}, groups in several parts ${crossingGroups}${
      sameImages === undefined ? '' : `, same image in several parts ${sameImages}`
    }`,
  );
  return `${lines.join('\n')}\n`;
}
