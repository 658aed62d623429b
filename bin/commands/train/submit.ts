import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  EstimatorOptions,
  InputData,
  JobFile,
  JobParameter,
  JobVolume,
  TrainingJob,
  TrainingJobInfo,
} from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { type CommandIo, writeText } from '../../io.js';
import { wholeNumber } from '../../options.js';
import {
  notices,
  printDone,
  printJson,
  rehearse,
  type Shell,
  type WaitFlags,
  waiting,
  withServiceOptions,
  withServices,
  withWaitOptions,
} from '../dataset/shared.js';
import { rehearsedData, resolveData, roadOf } from './data.js';
import type { LegacySubmitFlags } from './legacy.js';
import { withLegacySettings } from './legacy-settings.js';
import {
  isLocal,
  type LocalFlags,
  localSettings,
  refuseLocalFlags,
  submitHere,
  withLocalOptions,
} from './local.js';
import { namesOf, printed, refuseFlags, withLegacy } from './shared.js';

export interface SubmitFlags extends WaitFlags, LegacySubmitFlags, LocalFlags {
  readonly legacy?: boolean;
}

const help = `
The data of a job is a published version of a data set (--dataset, --version), a place in object storage
(--data obs://…, or --input), or a folder on this machine (--data): that is imported first, into the data set
--dataset, which is made if --work-path is said, and published as --version.
An option replaces what the file says of it. Values of variables are never printed.
--instance-type local runs the script on this machine: --code and --data, places of --input and --output may be local
folders, what is in object storage is copied here first, and outputs and log are copied to theirs at the end.

Examples:
  labelkit train submit --dataset pets --version V001 --framework PyTorch --framework-version PyTorch-1.4.0-python3.6 \\
    --code obs://bucket/code/ --boot train.py --flavor modelarts.p3.large.public --param epochs=10 --env TOKEN
  labelkit train submit --data ./pets --dataset pets --work-path obs://bucket/work/ --from-file job.yaml --follow
  labelkit train submit --from-file job.yaml --dry-run
  labelkit train submit --instance-type local --code ./code --boot train.py --data ./pets --output out=./out
`;

/** `labelkit train submit` */
export function addSubmit(group: Command, { io, done }: Shell): void {
  const command = withWaitOptions(withServiceOptions(group.command('submit')), 'it has ended', 'no end');
  command
    .description('create a training job')
    .option(
      '--from-file <file>',
      'a job as YAML or JSON: docs/schema/train-job.schema.json says what is in it',
    )
    .option('--dry-run', 'print the request, and create nothing; only ids of names are asked for')
    .option('--follow', 'print the log of worker-0 as it comes, until the job has ended')
    .option('--name <name>', 'of the job: up to 64 letters, digits, _ and - (default: job- and the time)')
    .option('--description <text>', 'what it is, in up to 256 characters')
    .option('--workspace <id>', 'workspace that it belongs to (default: 0)')
    .option('--dataset <dataset>', 'id or name of a data set whose version it works on')
    .option('--version <version>', 'id or name of that version')
    .option('--data <path>', 'a folder of object storage, or a local folder that is imported first')
    .option('--work-path <obs>', 'where the service may write for the new data set of a local folder')
    .addOption(
      new Option(
        '--on-error <policy>',
        'what errors in a local folder do: fail (default) submits nothing, skip leaves such samples out',
      ).choices(['fail', 'skip']),
    )
    .option(
      '--state <file>',
      'how far the import of a local folder came (default: labelkit-import-<dataset>.json, removed at the end)',
    )
    .option('--no-state', 'keep no such file')
    .option('--input <name=obs>', 'data by the name that the script knows it by; repeatable', place)
    .option('--output <name=obs>', 'a folder that it writes to, by such a name; repeatable', place)
    .option('--framework <name>', 'a preset framework (labelkit train engines)')
    .option('--framework-version <version>', 'its version')
    .option('--image <image>', 'an image of your own: organisation/image:tag')
    .option('--command <text>', 'what that image runs')
    .option('--framework-on-image', 'take --framework with --image')
    .option('--code <obs>', 'folder of the code: obs://bucket/code/')
    .option('--boot <file>', 'file in it that is started')
    .option(
      '--param <name=value>',
      'an argument of the script; a name alone is a flag; repeatable',
      parameter,
    )
    .option(
      '--env <name=value>',
      'a variable; a name alone takes the value from here; repeatable',
      (text, all: string[] = []) => [...all, text],
    )
    .option('--flavor <id>', 'what it runs on (labelkit train flavors)')
    .option('--nodes <n>', 'how many nodes (default: 1)', wholeNumber(1))
    .option('--pool <id>', 'a dedicated pool')
    .option('--log-url <obs>', 'folder for its logs: obs://bucket/log/')
    .option('--local-code-dir <dir>', 'where the code is in the container: below /home')
    .option('--working-dir <dir>', 'where the script is started in the container')
    .option('--volume <server=dir[:ro]>', 'a file server: 192.168.0.1:/share=/mnt/share; repeatable', volume)
    .addHelpText('after', help)
    .action(async (flags: SubmitFlags) => {
      if (flags.legacy === true) {
        await (await import('./legacy.js')).legacySubmit(flags, { io, done });
        return;
      }
      const { algorithm, dataSource, newVersionOf, outputPath } = flags;
      refuseFlags(
        { algorithm, dataSource, newVersionOf, outputPath },
        'the old training only: say --legacy too',
      );
      const { Estimator, readJobFile } = await import('../../../src/dataset-io/cloud.js');
      const file = flags.fromFile === undefined ? {} : await readJobFile(flags.fromFile);
      const job = merged(file, flags, io);
      if (isLocal(job.trainInstanceType)) {
        await submitHere(localSettings(job), flags, { io, done });
        return;
      }
      refuseLocalFlags(flags);
      const road = roadOf(job);
      const options = { ...estimatorOptions(job), onNotice: notices(flags, io) };
      await rehearse(async (nowhere) =>
        new Estimator(nowhere, { ...options, onNotice: undefined }).request({
          ...rehearsedData(road),
          jobName: job.jobName,
        }),
      );
      await withServices(flags, io, async (session) => {
        const estimator = new Estimator(session, options);
        if (flags.dryRun === true) {
          const data =
            road.kind === 'import' ? rehearsedData(road) : await resolveData(road, session, flags, io);
          await printRequest(estimator.request({ ...data, jobName: job.jobName }), flags, io);
          return;
        }
        const data = await resolveData(road, session, flags, io);
        const created = await estimator.fit({ ...data, jobName: job.jobName, signal: io.signal });
        await report(created, flags, io);
      });
      done(exitCodes.done);
    });
  withLegacy(withLegacySettings(withLocalOptions(command))).option(
    '--new-version-of <job>',
    'with --legacy: a version of this job, after its newest, instead of a new job',
  );
}

async function report(job: TrainingJob, flags: SubmitFlags, io: CommandIo): Promise<void> {
  const { jobId } = job;
  const sentence = `submitted the job ${job.info?.metadata.name ?? jobId} (${jobId})`;
  const isWaiting = flags.wait === true || flags.follow === true;
  if (isWaiting && flags.quiet !== true) io.stderr.write(`${sentence}\n`);
  const options = waiting(flags, io, ({ status }: TrainingJobInfo) => `job ${jobId}: ${status?.phase}`);
  if (flags.follow === true) {
    for await (const text of job.followLog(options))
      await writeText(flags.json === true ? io.stderr : io.stdout, text);
  }
  if (isWaiting) await job.wait(options);
  if (flags.follow === true && flags.json !== true) return;
  const end = isWaiting ? `job ${jobId}: ${job.info?.status?.phase}` : sentence;
  await printDone(flags, io, printed(job.info!), end);
}

async function printRequest(
  {
    method,
    path,
    body,
  }: ReturnType<InstanceType<typeof import('../../../src/dataset-io/cloud.js').Estimator>['request']>,
  flags: SubmitFlags,
  io: CommandIo,
): Promise<void> {
  const { algorithm } = body as { algorithm: { environments?: Record<string, string> } };
  const { environments } = algorithm;
  const shown = {
    ...body,
    algorithm: { ...algorithm, ...(environments && { environments: namesOf(environments) }) },
  };
  if (flags.json === true) await printJson(io, { method, path, body: shown });
  else await writeText(io.stdout, `${method} ${path}\n${JSON.stringify(shown, null, 2)}\n`);
}

/** The file, with what the command line says in its place. */
function merged(file: JobFile, flags: SubmitFlags, io: CommandIo): JobFile {
  const { code, boot } = flags;
  const said: JobFile = {
    jobName: flags.name,
    jobDescription: flags.description,
    workspaceId: flags.workspace,
    dataset: flags.dataset,
    version: flags.version,
    data: flags.data,
    workPath: flags.workPath,
    inputs: flags.input,
    outputs: flags.output,
    frameworkType: flags.framework,
    frameworkVersion: flags.frameworkVersion,
    userImageUrl: flags.image,
    userCommand: flags.command,
    frameworkOnImage: flags.frameworkOnImage,
    trainingFiles:
      code === undefined && boot === undefined
        ? undefined
        : {
            codeDir: code ?? file.trainingFiles?.codeDir ?? '',
            bootFile: boot ?? file.trainingFiles?.bootFile,
          },
    parameters: flags.param,
    envVariables:
      flags.env === undefined ? undefined : Object.fromEntries(flags.env.map((one) => variable(one, io))),
    trainInstanceType: flags.flavor ?? flags.instanceType,
    scriptInterpreter: flags.interpreter,
    trainInstanceCount: flags.nodes,
    poolId: flags.pool,
    logUrl: flags.logUrl,
    localCodeDir: flags.localCodeDir,
    workingDir: flags.workingDir,
    volumes: flags.volume,
  };
  return { ...file, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) };
}

function estimatorOptions(job: JobFile): EstimatorOptions {
  const {
    jobName: _,
    inputs: __,
    dataset: ___,
    version: ____,
    data: _____,
    workPath: ______,
    ...options
  } = job;
  return { trainInstanceCount: 1, ...options };
}

/** `name=obs://bucket/dir/` */
function place(text: string, before: readonly InputData[] = []): InputData[] {
  const [, name, obsPath] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || obsPath === undefined)
    throw new InvalidArgumentError('It must be name=obs://bucket/dir/.');
  return [...before, { name, obsPath }];
}

function parameter(text: string, before: readonly JobParameter[] = []): JobParameter[] {
  const equals = text.indexOf('=');
  const own = equals < 0 ? { name: text } : { name: text.slice(0, equals), value: text.slice(equals + 1) };
  if (own.name === '') throw new InvalidArgumentError('It must be name=value, or the name of a flag.');
  return [...before, own];
}

/** `192.168.0.1:/share=/mnt/share:ro` */
function volume(text: string, before: readonly JobVolume[] = []): JobVolume[] {
  const [, nfsServerPath, localPath, readOnly] = /^([^=]+)=(.+?)(:ro)?$/.exec(text) ?? [];
  if (nfsServerPath === undefined || localPath === undefined)
    throw new InvalidArgumentError('It must be server:/path=/dir, with :ro after it for reading only.');
  return [...before, { nfs: { nfsServerPath, localPath, readOnly: readOnly !== undefined } }];
}

function variable(text: string, io: CommandIo): [string, string] {
  const equals = text.indexOf('=');
  if (equals >= 0) return [text.slice(0, equals), text.slice(equals + 1)];
  const value = io.env[text];
  if (value === undefined) {
    throw new OptionError(`--env ${text}: there is no such variable here`, {
      hint: 'Set it, or say name=value.',
    });
  }
  return [text, value];
}
