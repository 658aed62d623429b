import { type Command, Option } from 'commander';
import type { DatasetDiff, DifferenceCounts, DiffKey, SampleDifference } from '../../src/dataset-io/diff.js';
import { formatDiagnostic, type JsonValue, type Shape } from '../../src/model/index.js';
import type { DiffItem, FieldChange } from '../../src/transforms/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import {
  type InputFlags,
  namedClasses,
  namedValue,
  numberFrom,
  readingOptions,
  withInputOptions,
  words,
} from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags extends InputFlags {
  readonly secondFrom?: string;
  readonly secondFromOption?: Readonly<Record<string, string>>;
  readonly classes?: string;
  readonly ignore?: string[];
  readonly all?: boolean;
  readonly key?: DiffKey;
  readonly tolerance: number;
  readonly iou: number;
  readonly onError: 'fail' | 'skip';
  readonly root?: string;
}

/** `labelkit diff <first> <second>`: what two data sets do not share. */
export function addDiff(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  const command = withInputOptions(
    program
      .command('diff')
      .description(
        'what two data sets, or two versions of one, do not share; exit status 1 when anything differs',
      )
      .argument('<first>', 'a data set of any format; - for a manifest on standard input')
      .argument('<second>', 'another one, of the same or another format')
      .option('--second-from <format>', 'format of the second (default: detected)')
      .option(
        '--second-from-option <name=value>',
        'an option of that format; repeatable (default: those of --from-option where both have one format)',
        namedValue,
      )
      .option('--classes <list>', 'classes in the order of their ids, for data that has ids and no names')
      .addOption(
        new Option(
          '--key <key>',
          'what samples are matched by (default: name, between manifests id where both have it, else source)',
        ).choices(['id', 'source', 'name']),
      )
      .option('--tolerance <pixels>', 'coordinates that differ by no more are equal', numberFrom(0), 0)
      .option('--iou <share>', 'least overlap of shapes that are taken for one', numberFrom(0), 0.5)
      .option(
        '--ignore <names>',
        'what does not count, by the names of losses: usage,image-size,shape-polygon…; label; shape; sample-type; uncarried for all that the format of either side cannot carry',
        words,
      )
      .option(
        '--all',
        'between formats: compare also ids, properties and the like that only one of them has a place for',
      )
      .addOption(
        new Option('--on-error <policy>', 'what happens to a record that cannot be read')
          .choices(['fail', 'skip'])
          .default('fail'),
      )
      .option('--root <dir>', 'a directory that references may not leave'),
  );
  command.action(async (first: string, second: string, flags: Flags) => {
    const [{ diffDatasets }, { withSession }] = await Promise.all([
      import('../../src/dataset-io/diff.js'),
      import('../session.js'),
    ]);
    const classes = await namedClasses(flags.classes);
    const bar = new ProgressBar(io, 'compared', flags.quiet === true);
    const found = await bar.during(() =>
      withSession(flags, io, (session) =>
        diffDatasets(first, second, {
          ...readingOptions(flags),
          secondFrom: flags.secondFrom,
          secondFromOptions: flags.secondFromOption,
          classes,
          ignore: flags.ignore,
          all: flags.all,
          key: flags.key,
          tolerance: flags.tolerance,
          iou: flags.iou,
          onError: flags.onError,
          root: flags.root,
          maxDifferences: flags.maxFindings,
          maxDiagnostics: flags.maxFindings,
          onProgress: bar.update,
          signal: io.signal,
          session,
        }),
      ),
    );
    if (flags.quiet !== true && flags.json !== true)
      await writeText(io.stderr, found.diagnostics.map((d) => `${formatDiagnostic(d)}\n`).join(''));
    await writeText(io.stdout, flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : textOf(found));
    done(found.equal ? exitCodes.done : exitCodes.data);
  });
}

function textOf(found: DatasetDiff): string {
  const { first, second, key, ignored, samples, annotations, fields, skipped, differences, truncated } =
    found;
  const side = ({ path, format, samples: count }: DatasetDiff['first']) =>
    `${path}  ${format}, ${groupDigits(count)} ${count === 1 ? 'sample' : 'samples'}`;
  const lines = [
    `- ${side(first)}`,
    `+ ${side(second)}`,
    `matched by ${key}`,
    ...(ignored.length === 0 ? [] : [`not compared: ${namesText(ignored)}`]),
    `  samples      ${countsText(samples)}`,
    `  annotations  ${countsText(annotations)}`,
  ];
  const names = Object.entries(fields).map(([name, count]) => `${name} ${groupDigits(count)}`);
  if (names.length > 0) lines.push(`  fields       ${names.join(', ')}`);
  if (skipped > 0) lines.push(`  unreadable   ${groupDigits(skipped)}`);
  for (const difference of differences) lines.push(...differenceLines(difference));
  if (truncated) {
    const { changed, removed, added } = samples;
    lines.push(`and ${groupDigits(changed + removed + added - differences.length)} more`);
  }
  lines.push(found.equal ? 'equal' : 'different');
  return lines.map((line) => `${line}\n`).join('');
}

/** The names while they are few. */
function namesText(names: readonly string[]): string {
  return names.length <= namesShown ? names.join(', ') : `${names.length} things, which --json lists`;
}

const namesShown = 12;

function countsText({ equal, changed, removed, added }: DifferenceCounts): string {
  return `equal ${groupDigits(equal)}, changed ${groupDigits(changed)}, removed ${groupDigits(removed)}, added ${groupDigits(added)}`;
}

const marks: Record<SampleDifference['kind'], string> = { removed: '-', added: '+', changed: '~' };

function differenceLines({ kind, source, fields = [], annotations }: SampleDifference): string[] {
  const lines = [`${marks[kind]} ${source}`, ...fields.map((field) => `    ${fieldText(field)}`)];
  for (const item of annotations?.removed ?? []) lines.push(`  - ${itemText(item)}`);
  for (const item of annotations?.added ?? []) lines.push(`  + ${itemText(item)}`);
  for (const { from, fields: own } of annotations?.changed ?? [])
    lines.push(`  ~ ${itemText(from)}: ${own.map(fieldText).join('; ')}`);
  return lines;
}

function itemText({ kind, label, shape }: DiffItem): string {
  const what = label ?? '(no label)';
  return shape === undefined ? `${what} [${kind}]` : `${what} ${valueText(shape)}`;
}

function fieldText({ field, from, to }: FieldChange): string {
  return `${field} ${from === undefined ? '(none)' : valueText(from)} → ${to === undefined ? '(none)' : valueText(to)}`;
}

/** A value in a few words: a shape as `bndbox 1,2,3,4`, anything else as JSON. */
function valueText(value: JsonValue | Shape): string {
  if (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    'kind' in value &&
    typeof value.kind === 'string'
  ) {
    const { kind, ...numbers } = value;
    return `${kind} ${Object.values(numbers).flat().join(',')}`;
  }
  return JSON.stringify(value);
}
