import { type Command, InvalidArgumentError, Option } from 'commander';
import type {
  Hyperparameter,
  JobParameter,
  LegacyDataInput,
  LegacyDataSource,
  LegacyDocument,
  LegacyEstimatorOptions,
  Session,
} from '../../../src/dataset-io/cloud.js';
import { type JsonObject, type JsonValue, OptionError } from '../../../src/model/index.js';
import { type CommandIo, writeText } from '../../io.js';
import { wholeNumber } from '../../options.js';
import { notices, printJson, type ServiceFlags } from '../dataset/shared.js';
import { type ImportFlags, rehearsedData, resolveData, roadOf } from './data.js';

/** What a job or a configuration of the old training is made of, by the options of the command. */
export interface SettingsFlags extends ServiceFlags, ImportFlags {
  readonly fromFile?: string;
  readonly dryRun?: boolean;
  readonly description?: string;
  readonly dataset?: string;
  readonly version?: string;
  readonly data?: string;
  readonly dataSource?: readonly LegacyDataSource[];
  readonly workPath?: string;
  readonly framework?: string;
  readonly frameworkVersion?: string;
  readonly image?: string;
  readonly command?: string;
  readonly code?: string;
  readonly boot?: string;
  readonly param?: readonly JobParameter[];
  readonly algorithm?: string;
  readonly flavor?: string;
  /** Another name of it, of `train submit`. */
  readonly instanceType?: string;
  readonly nodes?: number;
  readonly pool?: string;
  readonly outputPath?: string;
  readonly logUrl?: string;
}

/** Options that only the old training has, wherever something is made of settings. */
export function withLegacySettings(command: Command): Command {
  return command
    .option('--algorithm <name>', 'a built-in algorithm (labelkit train algorithms)')
    .option('--output-path <obs>', 'folder that results are written to: obs://bucket/out/')
    .option(
      '--data-source <place>',
      'one of several places of data, all alike: obs://bucket/dir/, or <dataset id>:<version id>; repeatable',
      dataSource,
    );
}

/** Options of settings for commands of the old training alone; `train submit` has them anyway. */
export function withSettings(command: Command): Command {
  return withLegacySettings(
    command
      .option(
        '--from-file <file>',
        'YAML or JSON, as the service takes it or by the options of LegacyEstimator; options replace what is in it',
      )
      .option('--dry-run', 'print the request, and change nothing; only ids of names are asked for')
      .option('--description <text>', 'what it is, in up to 256 characters')
      .option('--dataset <dataset>', 'id or name of a data set whose version is trained on')
      .option('--version <version>', 'id or name of that version')
      .option('--data <path>', 'a folder of object storage, or a local folder that is imported first')
      .option('--work-path <obs>', 'where the service may write for the new data set of a local folder')
      .addOption(
        new Option(
          '--on-error <policy>',
          'what errors in a local folder do: fail (default) sends nothing, skip leaves such samples out',
        ).choices(['fail', 'skip']),
      )
      .option('--framework <name>', 'a framework (labelkit train engines --legacy)')
      .option('--framework-version <version>', 'its version')
      .option('--image <image>', 'an image of your own: organisation/image:tag')
      .option('--command <text>', 'what that image runs')
      .option('--code <obs>', 'folder of the code: obs://bucket/code/')
      .option('--boot <file>', 'file in it that is started')
      .option('--param <name=value>', 'an argument of the script; repeatable', parameter)
      .option('--flavor <code>', 'what it runs on (labelkit train flavors --legacy)')
      .option('--nodes <n>', 'how many nodes (default: 1)', wholeNumber(1))
      .option('--pool <id>', 'a dedicated pool')
      .option('--log-url <obs>', 'folder for logs: obs://bucket/log/'),
  );
}

function dataSource(text: string, before: readonly LegacyDataSource[] = []): LegacyDataSource[] {
  if (/^(?:obs|s3|s3a):\/\/|^\//i.test(text)) return [...before, { type: 'obs', dataUrl: text }];
  const [, datasetId, datasetVersion] = /^([^:]+):([^:]+)$/.exec(text) ?? [];
  if (datasetId === undefined || datasetVersion === undefined)
    throw new InvalidArgumentError('It must be obs://bucket/dir/, or <dataset id>:<version id>.');
  return [...before, { type: 'dataset', datasetId, datasetVersion }];
}

/** `name=value` */
function parameter(text: string, before: readonly JobParameter[] = []): JobParameter[] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be name=value.');
  return [...before, { name, value }];
}

/** The file, with what the command line says in its place. @throws OptionError */
export async function documentOf(flags: SettingsFlags): Promise<LegacyDocument> {
  const { readLegacyFile } = await import('../../../src/dataset-io/cloud.js');
  const file = flags.fromFile === undefined ? {} : await readLegacyFile(flags.fromFile);
  const said: LegacyDocument = {
    dataSource: flags.dataSource,
    frameworkType: flags.framework,
    frameworkVersion: flags.frameworkVersion,
    modelName: flags.algorithm,
    userImageUrl: flags.image,
    userCommand: flags.command,
    codeDir: flags.code,
    bootFile: flags.boot,
    hyperparameters: flags.param?.map(hyperparameter),
    trainInstanceType: flags.flavor ?? flags.instanceType,
    trainInstanceCount: flags.nodes,
    poolId: flags.pool,
    outputPath: flags.outputPath,
    logUrl: flags.logUrl,
  };
  // A name on the command line also replaces the id in the file that says the same thing.
  const replaced: LegacyDocument = {
    ...((flags.flavor ?? flags.instanceType) !== undefined && { specId: undefined }),
    ...(flags.framework !== undefined && { engineId: undefined }),
    ...(flags.algorithm !== undefined && { modelId: undefined }),
    ...(saysData(flags) && {
      inputs: undefined,
      datasetId: undefined,
      datasetVersionId: undefined,
      dataSource: undefined,
    }),
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...file, ...replaced, ...Object.fromEntries(given) };
}

function hyperparameter({ name, value }: JobParameter): Hyperparameter {
  if (value === undefined) {
    throw new OptionError(`--param ${name} has no value`, {
      hint: 'Arguments of the old training are name=value. (rule T114)',
    });
  }
  return { label: name, value };
}

function saysData({ dataset, version, data, dataSource }: SettingsFlags): boolean {
  return [dataset, version, data, dataSource].some((one) => one !== undefined);
}

/** What an estimator is made of. */
export function estimatorOptions(
  { jobName: _, configName: __, configDesc: ___, ...document }: LegacyDocument,
  flags: ServiceFlags,
  io: CommandIo,
): LegacyEstimatorOptions {
  const { inputs: _i, datasetId: _d, datasetVersionId: _v, dataSource: _s, ...options } = document;
  return { trainInstanceCount: 1, ...options, onNotice: notices(flags, io) };
}

/** Where the data comes from; with a session names are looked up, and what is on this machine is imported. */
export async function dataOf(
  document: LegacyDocument,
  flags: SettingsFlags,
  io: CommandIo,
  session?: Session,
): Promise<LegacyDataInput> {
  const { inputs, datasetId, datasetVersionId, dataSource } = document;
  const { data, dataset, version, workPath } = flags;
  if ([data, dataset, version, workPath].every((one) => one === undefined))
    return { inputs, datasetId, datasetVersionId, dataSource };
  const road = roadOf({ data, dataset, version, workPath });
  const found =
    session === undefined || (flags.dryRun === true && road.kind === 'import')
      ? rehearsedData(road)
      : await resolveData(road, session, flags, io);
  return {
    inputs: found.inputs?.[0]?.obsPath,
    datasetId: found.datasetId,
    datasetVersionId: found.datasetVersionId,
    dataSource,
  };
}

const hidden = '[redacted]';

/** Running parameters as they are printed: with an image of one's own they are variables, whose values are not. */
export function shownParameters(parameter: JsonValue | undefined, isOnImage: boolean): JsonValue | undefined {
  if (!isOnImage || !Array.isArray(parameter)) return parameter;
  return parameter.map((one) => ({ ...(one as JsonObject), value: hidden }));
}

function shownConfig(config: JsonObject): JsonObject {
  const parameter = shownParameters(config['parameter'], config['user_image_url'] !== undefined);
  return parameter === undefined ? config : { ...config, parameter };
}

/** Prints a request that is not sent. */
export async function printRequest(
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: JsonObject },
  flags: ServiceFlags,
  io: CommandIo,
): Promise<void> {
  const { config, ...rest } = body;
  const shown =
    config === undefined ? shownConfig(rest) : { ...rest, config: shownConfig(config as JsonObject) };
  if (flags.json === true) await printJson(io, { method, path, body: shown });
  else await writeText(io.stdout, `${method} ${path}\n${JSON.stringify(shown, null, 2)}\n`);
}
