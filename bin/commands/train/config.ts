import { type Command, Option } from 'commander';
import type {
  LegacyEstimator,
  ListConfigsOptions,
  Session,
  ToldConfig,
  TrainingJobConfigInfo,
} from '../../../src/dataset-io/cloud.js';
import { exitCodes } from '../../exit-codes.js';
import type { CommandIo } from '../../io.js';
import {
  cell,
  checkYes,
  notices,
  type PageFlags,
  printDone,
  printFacts,
  printJson,
  printPages,
  rehearse,
  type ServiceFlags,
  type Shell,
  time,
  withPageOptions,
  withServiceOptions,
  withServices,
} from '../dataset/shared.js';
import {
  dataOf,
  documentOf,
  estimatorOptions,
  printRequest,
  type SettingsFlags,
  shownParameters,
  withSettings,
} from './legacy-settings.js';

interface ListFlags extends PageFlags {
  readonly search?: string;
  readonly sortBy?: ListConfigsOptions['sortBy'];
  readonly order?: 'asc' | 'desc';
  readonly samples?: boolean;
}

interface ShowFlags extends ServiceFlags {
  readonly sample?: boolean;
  readonly body?: boolean;
}

interface DeleteFlags extends ServiceFlags {
  readonly yes?: boolean;
}

const help = `
A configuration keeps what a job of the old training is made of, under a name. An update replaces all of it:
what is not said is gone.

Examples:
  labelkit train config create pets --dataset pets --version V001 --framework PyTorch \\
    --framework-version PyTorch-1.0.0-python3.6 --code obs://bucket/code/ --boot train.py \\
    --flavor modelarts.vm.gpu.p100 --output-path obs://bucket/out/ --param lr=0.001
  labelkit train config show pets --body > pets.json
  labelkit train config update pets --from-file pets.json --param lr=0.01
  labelkit train config delete pets --yes
`;

/** `labelkit train config …` */
export function addConfigs(parent: Command, shell: Shell): void {
  const group = parent
    .command('config')
    .description('configurations of training jobs: list, show, create, update, delete')
    .addHelpText('after', help);
  addList(group, shell);
  addShow(group, shell);
  addCreate(group, shell);
  addUpdate(group, shell);
  addDelete(group, shell);
}

function addList(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('list')))
    .description('list configurations')
    .option('--search <text>', 'only those with this in their name')
    .addOption(
      new Option('--sort-by <member>', 'what they are sorted by').choices([
        'config_name',
        'config_desc',
        'create_time',
      ]),
    )
    .addOption(new Option('--order <order>', 'in which order').choices(['asc', 'desc']).default('asc'))
    .option('--samples', 'those of the service instead of your own')
    .action(async (flags: ListFlags) => {
      const { LegacyEstimator } = await import('../../../src/dataset-io/cloud.js');
      await withServices(flags, io, (session) =>
        printPages<TrainingJobConfigInfo>(flags, io, {
          key: 'configs',
          what: 'configurations',
          head: ['name', 'engine', 'created', 'description'],
          textColumns: 4,
          row: (config) => [
            config.configName,
            engine(config),
            time(config.createTime),
            cell(config.configDesc),
          ],
          ask: async (page, perPage) => {
            const { configs, total } = await LegacyEstimator.getJobConfigsList(session, {
              page: page + 1,
              perPage,
              sortBy: flags.sortBy,
              order: flags.order,
              searchContent: flags.search,
              configType: flags.samples === true ? 'sample' : undefined,
              onNotice: notices(flags, io),
              signal: io.signal,
            });
            return { items: configs.map(({ info }) => info!), total };
          },
        }),
      );
      done(exitCodes.done);
    });
}

function addShow(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('show'))
    .description('say what is in a configuration')
    .argument('<name>', 'its name')
    .option('--sample', 'one of the service instead of your own')
    .option('--body', 'print what config update --from-file takes')
    .action(async (name: string, flags: ShowFlags) => {
      const { configDocument, TrainingJobConfig } = await import('../../../src/dataset-io/cloud.js');
      const configType = flags.sample === true ? 'sample' : undefined;
      await rehearse(async (nowhere) => new TrainingJobConfig(nowhere, name));
      const info = await withServices(flags, io, (session) =>
        new TrainingJobConfig(session, name, { onNotice: notices(flags, io) }).getJobConfigsInfo({
          configType,
          signal: io.signal,
        }),
      );
      if (flags.body === true) await printJson(io, configDocument(info));
      else await printConfig(info, flags, io);
      done(exitCodes.done);
    });
}

async function printConfig(info: TrainingJobConfigInfo, flags: ServiceFlags, io: CommandIo): Promise<void> {
  const isOnImage = (info.userImageUrl ?? '') !== '';
  const parameter = shownParameters(info['parameter'] as never, isOnImage) as typeof info.parameter;
  const shown = parameter === undefined ? info : { ...info, parameter };
  await printFacts(flags, io, shown, [
    ['name', info.configName],
    ['description', info.configDesc],
    ['created', time(info.createTime)],
    ...settingFacts(shown),
  ]);
}

/** What jobs and configurations are told of alike, as lines. */
export function settingFacts(info: ToldConfig): readonly (readonly [string, string | number | undefined])[] {
  const { datasetId, datasetVersionId, datasetName, datasetVersionName } = info;
  const data = [
    ...(info.dataUrl ? [info.dataUrl] : []),
    ...(datasetId
      ? [`version ${cell(datasetVersionName ?? datasetVersionId)} of ${cell(datasetName ?? datasetId)}`]
      : []),
    ...(info.dataSource ?? []).map(({ dataUrl, datasetId: id, datasetVersion }) =>
      dataUrl === undefined ? `version ${datasetVersion} of ${id}` : String(dataUrl),
    ),
  ];
  return [
    ['engine', engine(info)],
    ['algorithm', cell(info.modelName ?? info.modelId)],
    ['command', info.userCommand],
    ['code', info.appUrl],
    ['boot file', info.bootFileUrl],
    ['parameters', (info.parameter ?? []).map(({ label, value }) => `${label}=${value}`).join(', ')],
    ['data', data.join(', ')],
    ['results', info.trainUrl],
    ['logs', info.logUrl],
    ['runs on', cell(info.specCode ?? info.specId)],
    ['nodes', info.workerServerNum],
    ['pool', info.poolName ?? info.poolId],
  ];
}

function engine({ userImageUrl, engineName, engineVersion }: ToldConfig): string {
  return userImageUrl || `${cell(engineName)} ${cell(engineVersion)}`.trim();
}

function addCreate(group: Command, { io, done }: Shell): void {
  withServiceOptions(withSettings(group.command('create')))
    .description('keep what jobs are made of under a name')
    .argument('[name]', '1 to 20 letters, digits, _ and - (default: cfg- and the time)')
    .action(async (name: string | undefined, flags: SettingsFlags) => {
      const configName = await change('POST', name, flags, io, async (estimator, data) => {
        const created = await estimator.createJobConfigs(data);
        return created.configName;
      });
      if (configName !== undefined)
        await printDone(flags, io, { configName }, `created the configuration ${configName}`);
      done(exitCodes.done);
    });
}

function addUpdate(group: Command, { io, done }: Shell): void {
  withServiceOptions(withSettings(group.command('update')))
    .description('replace a configuration: what is not said is gone')
    .argument('<name>', 'its name')
    .action(async (name: string, flags: SettingsFlags) => {
      const configName = await change('PUT', name, flags, io, async (estimator, data) => {
        await estimator.updateJobConfigs(data);
        return name;
      });
      if (configName !== undefined)
        await printDone(flags, io, { configName }, `replaced the configuration ${configName}`);
      done(exitCodes.done);
    });
}

type ConfigData = Parameters<LegacyEstimator['createJobConfigs']>[0];

/** Creates or replaces a configuration. @returns its name; undefined when its request was only printed */
async function change(
  method: 'POST' | 'PUT',
  name: string | undefined,
  flags: SettingsFlags,
  io: CommandIo,
  send: (estimator: LegacyEstimator, data: ConfigData) => Promise<string>,
): Promise<string | undefined> {
  const { LegacyEstimator } = await import('../../../src/dataset-io/cloud.js');
  const document = await documentOf(flags);
  const options = estimatorOptions(document, flags, io);
  const dataFor = async (session?: Session): Promise<ConfigData> => ({
    ...(await dataOf(document, flags, io, session)),
    configName: name ?? (method === 'POST' ? document.configName : undefined),
    configDesc: flags.description ?? document.configDesc,
    signal: io.signal,
  });
  const quiet = { ...options, onNotice: undefined };
  const rehearsed = await dataFor();
  await rehearse((nowhere) => new LegacyEstimator(nowhere, quiet).configRequest(method, rehearsed));
  return await withServices(flags, io, async (session) => {
    const estimator = new LegacyEstimator(session, options);
    const data = await dataFor(session);
    if (flags.dryRun !== true) return await send(estimator, data);
    await printRequest(await estimator.configRequest(method, data), flags, io);
    return undefined;
  });
}

function addDelete(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('delete'))
    .description('delete a configuration; jobs that were made from it stay')
    .argument('<name>', 'its name')
    .option('--yes', 'it is meant')
    .action(async (configName: string, flags: DeleteFlags) => {
      checkYes(flags.yes, `deleting the configuration ${configName}`);
      const { TrainingJobConfig } = await import('../../../src/dataset-io/cloud.js');
      await rehearse(async (nowhere) => new TrainingJobConfig(nowhere, configName));
      await withServices(flags, io, (session) =>
        new TrainingJobConfig(session, configName).deleteJobConfigs({ signal: io.signal }),
      );
      await printDone(flags, io, { configName, deleted: true }, `deleted the configuration ${configName}`);
      done(exitCodes.done);
    });
}
