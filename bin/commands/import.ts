import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type {
  ImportDatasetOptions,
  ImportPlan,
  ImportProgress,
  ImportResult,
} from '../../src/dataset-io/cloud.js';
import { OptionError } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { groupDigits } from '../group-digits.js';
import { type CommandIo, writeText } from '../io.js';
import { byteSize, duration, namedValue, wholeNumber, words } from '../options.js';
import { ProgressBar } from '../progress-bar.js';

interface Flags {
  readonly name?: string;
  readonly workPath?: string;
  readonly into?: string;
  readonly dataPath?: string;
  readonly type?: number;
  readonly dataType?: ImportDatasetOptions['dataType'];
  readonly description?: string;
  readonly publish?: boolean | string;
  readonly download?: string;
  readonly state?: string | false;
  readonly dryRun?: boolean;
  readonly onError: 'fail' | 'skip';
  readonly jobs: number;
  readonly timeout?: number;
  readonly from?: string;
  readonly annotationConfig?: string;
  readonly fromOption?: Readonly<Record<string, string>>;
  readonly classes?: string[];
  readonly encoding?: string;
  readonly baseDir?: string;
  readonly maxLine?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly session?: string;
}

const verbs: Readonly<Record<ImportProgress['step'], string>> = {
  check: 'checked',
  convert: 'converted',
  upload: 'uploaded',
  create: 'creating',
  import: 'imported',
  publish: 'publishing',
  download: 'downloading',
};

/** A bar for each step. */
export class StepBar {
  private step: ImportProgress['step'] | undefined;
  private bar: ProgressBar | undefined;

  constructor(
    private readonly io: CommandIo,
    private readonly quiet: boolean,
  ) {}

  readonly update = ({ step, done, total, bytes = 0 }: ImportProgress): void => {
    if (step !== this.step) {
      this.bar?.finish();
      this.step = step;
      this.bar = new ProgressBar(this.io, verbs[step], this.quiet);
    }
    this.bar?.update({ items: done, bytes, ...(total === undefined ? {} : { totalItems: total }) });
  };

  /** Takes the bar off the terminal, before anything else is printed. */
  clear(): void {
    this.bar?.clear();
  }

  /** As {@link ProgressBar.during}, for the last step. */
  async during<R>(work: () => Promise<R>): Promise<R> {
    try {
      const result = await work();
      this.bar?.finish();
      return result;
    } finally {
      this.clear();
    }
  }
}

/** `1 file`, `2 files` */
function count(number: number, what: string): string {
  return `${groupDigits(number)} ${what}${number === 1 ? '' : 's'}`;
}

function losses(found: Readonly<Record<string, number>>): string[] {
  const named = Object.entries(found).map(([feature, count]) => `${feature} ${groupDigits(count)}`);
  return named.length === 0 ? [] : [`  lost        ${named.join(', ')}`];
}

function textPlan(plan: ImportPlan): string {
  const { samples, annotations, errors, warnings, files, bytes, missing } = plan;
  const tasks = Object.entries(plan.tasks).map(([task, count]) => `${task} ${groupDigits(count)}`);
  const kind = plan.datasetType === undefined ? `data type ${plan.dataType}` : `type ${plan.datasetType}`;
  return `${[
    `would import ${plan.input} (${plan.format})`,
    `  samples     ${groupDigits(samples)}, labels ${groupDigits(annotations)}`,
    ...(tasks.length === 0 ? [] : [`  tasks       ${tasks.join(', ')}`]),
    `  findings    ${groupDigits(errors)} errors, ${groupDigits(warnings)} warnings`,
    ...losses(plan.losses),
    `  data set    ${kind}`,
    `  upload      ${count(files, 'file')}, ${groupDigits(bytes)} bytes to ${plan.dataPath}${missing === 0 ? '' : `; ${groupDigits(missing)} are not there`}`,
    `  import      ${plan.importPath}`,
    ...plan.requests.map(({ method, path, body }) => `\n${method} ${path}\n${JSON.stringify(body, null, 2)}`),
  ].join('\n')}\n`;
}

function textResult(result: ImportResult): string {
  const { uploaded, imported, total, failed, skipped, version, downloaded } = result;
  const left = skipped === 0 ? '' : `, ${groupDigits(skipped)} left out`;
  return `${[
    `imported ${result.input} into data set ${result.datasetName} (${result.datasetId}${result.created ? ', new' : ''}) in ${result.seconds} s`,
    `  uploaded    ${count(uploaded.files, 'file')}, ${groupDigits(uploaded.bytes)} bytes; already there ${groupDigits(uploaded.alreadyThere)}`,
    `  sent        ${count(result.samples, 'sample')}${left}: ${result.importPath}`,
    ...losses(result.losses),
    `  imported    ${groupDigits(imported)} of ${groupDigits(total)}, failed ${groupDigits(failed)}${result.why === undefined ? '' : `: ${result.why}`}`,
    `  data set    ${count(result.datasetSamples, 'sample')}, ${count(result.labels, 'label')}, ${count(result.annotations, 'object')}`,
    ...(version === undefined
      ? []
      : [`  version     ${version.name} (${version.versionId}): ${version.manifestPath}`]),
    ...(downloaded === undefined ? [] : [`  downloaded  ${downloaded}`]),
  ].join('\n')}\n`;
}

/**
 * Where it is kept how far an import came; named for the data set, so that the same command line finds it again.
 *
 * @param said  what `--state` and `--no-state` say
 */
export function stateFileOf(dataset: string, said: string | false | undefined): string | undefined {
  if (said === false) return undefined;
  return said ?? `labelkit-import-${dataset.replaceAll(/[^\p{L}\p{N}_-]/gu, '_')}.json`;
}

function stateFile({ state, name, into }: Flags): string | undefined {
  return stateFileOf(into ?? name ?? '', state);
}

/** `labelkit import <input>`: upload, create a data set or take one, import, publish. */
export function addImport(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('import')
    .description(
      'bring a data set to ModelArts: check it, convert and upload it, create a data set or take one, import, publish a version',
    )
    .argument('<input>', 'a data set of any format, local or obs://bucket/key')
    .option('--name <name>', 'create a data set of this name')
    .option('--work-path <obs>', 'where the service may write for it: obs://bucket/dir/')
    .option('--into <dataset-id>', 'import into a data set that is there')
    .option('--data-path <obs>', 'where the files go (default: <work path>-data/<name>/)')
    .option(
      '--type <number>',
      'what the new data set is labelled for: 0 image classification, 1 object detection, … (default: what its labels say)',
      wholeNumber(0),
    )
    .addOption(
      new Option('--data-type <kind>', 'kind of data of the new data set, instead of a type').choices([
        'IMAGE',
        'TEXT',
        'AUDIO',
        'VIDEO',
        'PLAIN',
      ]),
    )
    .option('--description <text>', 'of the new data set')
    .addOption(
      new Option(
        '--on-error <policy>',
        'what errors of the check, and files that cannot be read, do: fail ends the import, skip leaves such samples out',
      )
        .choices(['fail', 'skip'])
        .default('fail'),
    )
    .option('--publish [name]', 'publish a version when all is imported')
    .option('--download <file>', "write the version's manifest there; publishes one")
    .option(
      '--state <file>',
      'how far it came, so that the same command goes on (default: labelkit-import-<name>.json, removed at the end)',
    )
    .option('--no-state', 'keep no such file')
    .option('--dry-run', 'say what would be done, with the body of every request; ask the service nothing')
    .option('--jobs <n>', 'files under way at a time', wholeNumber(1), 16)
    .option(
      '--timeout <time>',
      'how long the service is waited for in each step, such as 90s, 2h (default: 1h)',
      duration,
    )
    .option('--from <format>', 'format of the input (default: detected)')
    .option(
      '--from-option <name=value>',
      'an option of that format; repeatable (labelkit formats <id> lists them)',
      namedValue,
    )
    .option(
      '--annotation-config <file>',
      'a JSON file with the annotation_config of an import: format of the input and which samples are read',
    )
    .option(
      '--classes <list>',
      'classes in the order of their ids, for data that has ids and no names',
      words,
    )
    .option('--encoding <name>', 'encoding of a manifest (default: utf-8)')
    .option(
      '--base-dir <dir>',
      'where relative references of a manifest are taken from (default: its own directory)',
    )
    .option('--max-line <bytes>', 'longest manifest line; longer ones are findings (default: 64M)', byteSize)
    .option('--json', 'print exactly one JSON document')
    .option('--quiet', 'nothing on standard error but errors')
    .option('--session <profile>', 'profile with the keys (default: from the environment)')
    .action(async (input: string, flags: Flags) => {
      const [{ importDataset, planImport }, { withSession }] = await Promise.all([
        import('../../src/dataset-io/cloud.js'),
        import('../session.js'),
      ]);
      const bar = new StepBar(io, flags.quiet === true);
      const say = (text: string) => {
        if (flags.quiet === true) return;
        bar.clear();
        io.stderr.write(`${text}\n`);
      };
      const { plan, result } = await withSession(flags, io, async (session) => {
        const options: ImportDatasetOptions = {
          session,
          name: flags.name,
          workPath: flags.workPath,
          into: flags.into,
          dataPath: flags.dataPath,
          datasetType: flags.type,
          dataType: flags.dataType,
          description: flags.description,
          publish: flags.publish,
          download: flags.download,
          state: stateFile(flags),
          onError: flags.onError,
          concurrency: flags.jobs,
          wait: { timeoutMs: flags.timeout },
          from: flags.from,
          fromOptions: flags.fromOption,
          annotationConfig: flags.annotationConfig,
          classes: flags.classes,
          encoding: flags.encoding,
          baseDir: flags.baseDir,
          maxLineBytes: flags.maxLine,
          signal: io.signal,
          onProgress: bar.update,
          onNotice: ({ message, rule }) => say(`warning: ${message} [${rule}]`),
          onDiagnostic: ({ message, rule, file, line }) =>
            say(`${file}${line === undefined ? '' : `:${line}`}: ${message} [${rule}]`),
        };
        try {
          return await bar.during(async () =>
            flags.dryRun === true
              ? { plan: await planImport(input, options) }
              : { result: await importDataset(input, options) },
          );
        } catch (error) {
          const state = flags.dryRun === true ? undefined : stateFile(flags);
          if (!(error instanceof OptionError) && state !== undefined && existsSync(state))
            say(`${state} keeps how far it came: the same command goes on from there`);
          throw error;
        }
      });
      const found = plan ?? result;
      const text = plan === undefined ? textResult(result) : textPlan(plan);
      await writeText(io.stdout, flags.json === true ? `${JSON.stringify(found, null, 2)}\n` : text);
      const isWhole =
        plan === undefined
          ? result.skipped + result.failed === 0 && Object.keys(result.losses).length === 0
          : plan.errors + plan.missing === 0;
      done(isWhole ? exitCodes.done : exitCodes.data);
    });
}
