import { type Command, Option } from 'commander';
import type {
  InputData,
  JobFile,
  LegacyLocalRunSettings,
  LocalRunPlan,
  LocalRunResult,
  LocalRunSettings,
  OutputData,
} from '../../../src/dataset-io/cloud.js';
import { LabelkitError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { type CommandIo, writeText } from '../../io.js';
import { printDone, printJson, type Shell, withServices } from '../dataset/shared.js';
import { type ImportFlags, isObs } from './data.js';
import { refuseFlags } from './shared.js';

/** What `labelkit train submit --instance-type local` does: a run on this machine. */
export interface LocalFlags {
  readonly instanceType?: string;
  readonly interpreter?: string;
  readonly workDir?: string;
}

interface HereFlags extends LocalFlags, ImportFlags {
  readonly dryRun?: boolean;
  readonly dataset?: string;
  readonly version?: string;
  readonly workPath?: string;
  readonly timeout?: number;
  readonly newVersionOf?: string;
}

export function withLocalOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--instance-type <id>', 'the same as --flavor; local: run it on this machine').conflicts(
        'flavor',
      ),
    )
    .option('--interpreter <program>', 'of a local run: what runs the boot file (default: python3)')
    .option(
      '--work-dir <dir>',
      'of a local run: where copies, outputs and the log go (default: labelkit-<name>)',
    );
}

export function isLocal(instanceType: string | undefined): boolean {
  return instanceType === 'local';
}

/** @throws OptionError */
export function refuseLocalFlags({ interpreter, workDir }: LocalFlags): void {
  refuseFlags({ interpreter, workDir }, 'runs on this machine: say --instance-type local too');
}

/** Places on this machine are said where jobs have theirs in object storage. */
export function localSettings({ data, dataset, version, workPath: _, ...job }: JobFile): LocalRunSettings {
  const inputs =
    data === undefined ? job.inputs : [...(job.inputs ?? []), { name: 'data_url', obsPath: data }];
  return {
    ...job,
    inputs: inputs?.map(placed),
    outputs: job.outputs?.map(placed),
    datasetId: dataset,
    datasetVersionId: version,
  };
}

function placed<T extends InputData | OutputData>(item: T): T {
  const { obsPath, localPath } = item;
  if (obsPath === undefined || localPath !== undefined || isObs(obsPath)) return item;
  return { ...item, obsPath: undefined, localPath: obsPath };
}

export async function submitHere(
  settings: LocalRunSettings | LegacyLocalRunSettings,
  flags: HereFlags,
  { io, done }: Shell,
): Promise<void> {
  const { timeout, newVersionOf, dataset, version, workPath, onError, workDir } = flags;
  refuseFlags(
    { timeout, newVersionOf, dataset, version, workPath, onError },
    'jobs of the service; a run on this machine takes --data or --input',
  );
  const { planTrainHere, trainHere } = await import('../../../src/dataset-io/cloud.js');
  const { endOf } = await import('../../../src/dataset-io/training/local-run.js');
  const options = { workDir, environment: io.env, signal: io.signal };
  await withServices(flags, io, async (session) => {
    if (flags.dryRun === true) {
      await printPlan(await planTrainHere(session, settings, options), flags, io);
      return;
    }
    const tell = (line: string) => {
      if (flags.quiet !== true) io.stderr.write(`${line}\n`);
    };
    const result = await trainHere(session, settings, { ...options, onOutput: tell });
    if (result.state === 'Failed' && flags.json !== true) throw failed(result, endOf(result));
    for (const { from, to } of result.uploads) tell(`uploaded ${from} to ${to}`);
    const log = result.logUrl ?? result.logFile;
    await printDone(flags, io, result, `${result.name}: ${result.state}; its log is ${log}`);
    done(result.state === 'Failed' ? exitCodes.failed : exitCodes.done);
  });
}

function failed({ name, logFile }: LocalRunResult, end: string): LabelkitError {
  return new LabelkitError('TaskFailed', `${name}: the program ended with ${end}`, {
    hint: `What it wrote is in ${logFile}.`,
  });
}

async function printPlan(plan: LocalRunPlan, { json }: HereFlags, io: CommandIo): Promise<void> {
  if (json === true) {
    await printJson(io, plan);
    return;
  }
  const { downloads, unpacks, command, workingDir, variables, outputs, uploads, logFile, logUrl } = plan;
  const lines = [
    ...downloads.map(({ from, to }) => `download  ${from} to ${to}`),
    ...unpacks.map(({ from, to }) => `unpack    ${from} to ${to}`),
    ...outputs.map(({ localPath }) => `make      ${localPath}`),
    `run       ${JSON.stringify(command)}`,
    `in        ${workingDir}`,
    ...(variables.length === 0 ? [] : [`with      ${variables.join(', ')}`]),
    `log       ${logFile}`,
    ...uploads.map(({ from, to }) => `upload    ${from} to ${to}`),
    ...(logUrl === undefined ? [] : [`upload    ${logFile} to ${logUrl}`]),
  ];
  await writeText(io.stdout, `${lines.join('\n')}\n`);
}
