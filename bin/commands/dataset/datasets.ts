import { type Command, Option } from 'commander';
import type { DatasetInfo, Label, SchemaField } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { type AnnotationFlags, annotationConfigOf, withAnnotationOptions } from './annotations.js';
import {
  cell,
  checkYes,
  jsonOf,
  nameOf,
  notices,
  type PageFlags,
  printDone,
  printFacts,
  printPages,
  type ServiceFlags,
  type Shell,
  time,
  typeNumber,
  type WaitFlags,
  waiting,
  withDataset,
  withPageOptions,
  withServiceOptions,
  withServices,
  withWaitOptions,
} from './shared.js';
import { importOutcome, importProgress } from './tasks.js';

interface ListFlags extends PageFlags {
  readonly name?: string;
  readonly type?: string;
  readonly sortBy?: 'create_time' | 'dataset_name';
  readonly order?: 'asc' | 'desc';
}

interface CreateFlags extends WaitFlags, AnnotationFlags {
  readonly data?: string;
  readonly workPath?: string;
  readonly dataType?: string;
  readonly type?: string;
  readonly asset?: string;
  readonly header?: boolean;
  readonly labels?: string;
  readonly schema?: string;
  readonly description?: string;
}

interface UpdateFlags extends ServiceFlags {
  readonly name?: string;
  readonly description?: string;
}

interface DeleteFlags extends ServiceFlags {
  readonly yes?: boolean;
}

/** `labelkit dataset list|show|create|update|delete` */
export function addDatasets(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('list')))
    .description('list the data sets of the project, the latest first')
    .option('--name <part>', 'only those with this in their names')
    .option('--type <type>', 'only those of a type, by number or name: 1, object-detection')
    .addOption(
      new Option('--sort-by <what>', 'what they are sorted by').choices(['create_time', 'dataset_name']),
    )
    .addOption(new Option('--order <order>', 'which way').choices(['asc', 'desc']))
    .addHelpText(
      'after',
      '\nExamples:\n  labelkit dataset list --name pets\n  labelkit dataset list --all --json\n',
    )
    .action(async (flags: ListFlags) => {
      const { Dataset, datasetTypes } = await import('../../../src/dataset-io/cloud.js');
      const datasetType = flags.type === undefined ? undefined : typeNumber(datasetTypes)(flags.type);
      const texts = await describer();
      await withServices(flags, io, (session) =>
        printPages<DatasetInfo>(flags, io, {
          key: 'datasets',
          what: 'data sets',
          head: ['id', 'name', 'type', 'status', 'created', 'samples', 'labelled'],
          textColumns: 5,
          row: (info) => [
            info.datasetId,
            info.datasetName,
            texts.type(info),
            texts.status(info),
            time(info.createTime),
            cell(info.totalSampleCount),
            cell(info.annotatedSampleCount),
          ],
          ask: async (offset, limit) => {
            const { datasets, total } = await Dataset.listDatasets(session, {
              datasetName: flags.name,
              datasetType,
              sortBy: flags.sortBy,
              order: flags.order,
              offset,
              limit,
              signal: io.signal,
            });
            return { items: datasets.map(({ info }) => info!), total };
          },
        }),
      );
      done(exitCodes.done);
    });

  withServiceOptions(group.command('show'))
    .description('say what the service knows of a data set')
    .argument('<dataset>', 'id or name')
    .addHelpText('after', '\nExample:\n  labelkit dataset show pets --json\n')
    .action(async (name: string, flags: ServiceFlags) => {
      const info = await withDataset(name, flags, io, async (_, known) => known);
      await printFacts(flags, io, info, await factsOf(info));
      done(exitCodes.done);
    });

  withWaitOptions(
    withServiceOptions(withAnnotationOptions(group.command('create'))),
    'it can be used and annotations are imported',
  )
    .description('create a data set over data in object storage')
    .argument('<name>', 'its name')
    .option('--data <path>', 'where the data is: obs://bucket/dir/')
    .option(
      '--work-path <path>',
      'where the service may write: obs://bucket/dir/, not in --data; for tables not in a bucket encrypted with KMS',
    )
    .option('--data-type <kind>', 'kind of data: IMAGE, TEXT, AUDIO, TABLE, VIDEO, PLAIN')
    .option(
      '--type <type>',
      'what it is labelled for instead, by number or name (to be withdrawn): 1, object-detection',
    )
    .option('--asset <content/version>', 'the data is this asset of AI Gallery')
    .option('--header', 'tables: the first line holds names')
    .option('--no-header', 'tables: it does not')
    .option('--schema <json>', 'tables: columns, [{"schemaId": 1, "name": "x", "type": "INT"}], or @file')
    .option('--labels <json>', 'labels, [{"name": "cat", "type": 1}], or @file')
    .option('--description <text>', 'what it is, in up to 256 characters')
    .addHelpText(
      'after',
      `
Examples:
  labelkit dataset create pets --data obs://bucket/pets/ --work-path obs://bucket/work/ --data-type IMAGE
  labelkit dataset create boxes --data obs://bucket/voc/ --work-path obs://bucket/work/ --data-type IMAGE --format voc --wait
  labelkit dataset create rows --data obs://bucket/csv/ --work-path obs://bucket/work/ --data-type TABLE --header \\
    --schema '[{"schemaId": 1, "name": "price", "type": "DOUBLE"}]'
`,
    )
    .action(async (name: string, flags: CreateFlags) => {
      const { Dataset, datasetTypes } = await import('../../../src/dataset-io/cloud.js');
      const { data: path, workPath, dataType, description, header, asset } = flags;
      if (path === undefined)
        throw new OptionError('--data is not given', { hint: 'Say where the data is.' });
      if (workPath === undefined)
        throw new OptionError('--work-path is not given', { hint: 'Say where the service may write.' });
      const datasetType = flags.type === undefined ? undefined : typeNumber(datasetTypes)(flags.type);
      const annotationConfig = await annotationConfigOf(flags);
      const list = async (text: string | undefined, option: string) =>
        text === undefined ? undefined : listOf(await jsonOf(text, option), option);
      const labels = (await list(flags.labels, '--labels')) as Label[] | undefined;
      const schema = (await list(flags.schema, '--schema')) as SchemaField[] | undefined;
      const outcome = await withServices(flags, io, async (session) => {
        const made = await Dataset.createDataset(session, {
          datasetName: name,
          dataType,
          datasetType,
          dataSources: {
            path,
            ...(asset === undefined ? {} : { type: 5, contentInfo: contentOf(asset) }),
            withColumnHeader: header,
            annotationConfig,
          },
          workPath: { path: workPath },
          labels,
          schema,
          description,
          onNotice: notices(flags, io),
          signal: io.signal,
        });
        const { datasetId, importTaskId } = made;
        if (flags.wait !== true) return { value: { datasetId, importTaskId }, task: undefined };
        const texts = await describer();
        const info = await made.waitUntilNormal(
          waiting(flags, io, (found) => `data set ${datasetId}: ${texts.status(found)}`),
        );
        if (importTaskId === undefined) return { value: info, task: undefined };
        const task = await made.waitForImport(importTaskId, waiting(flags, io, importProgress));
        return { value: { ...(await made.getDatasetInfo({ signal: io.signal })), importTask: task }, task };
      });
      const { datasetId } = outcome.value;
      await printDone(flags, io, outcome.value, `created the data set ${name}: ${datasetId}`);
      done(outcome.task === undefined ? exitCodes.done : importOutcome(outcome.task, flags, io));
    });

  withServiceOptions(group.command('update'))
    .description('give a data set another name or description')
    .argument('<dataset>', 'id or name')
    .option('--name <name>', 'its new name')
    .option('--description <text>', 'its new description, in up to 256 characters')
    .addHelpText('after', "\nExample:\n  labelkit dataset update pets --description 'cats and dogs'\n")
    .action(async (dataset: string, flags: UpdateFlags) => {
      const { name: datasetName, description } = flags;
      if (datasetName === undefined && description === undefined)
        throw new OptionError('nothing is to be changed', { hint: 'Say --name or --description.' });
      const datasetId = await withDataset(dataset, flags, io, async (found) => {
        await found.updateDataset({ datasetName, description, signal: io.signal });
        return found.datasetId;
      });
      await printDone(
        flags,
        io,
        { datasetId, datasetName, description },
        `updated the data set ${datasetId}`,
      );
      done(exitCodes.done);
    });

  withServiceOptions(group.command('delete'))
    .description('delete a data set with its versions, labels and tasks; the data in object storage stays')
    .argument('<dataset>', 'id or name')
    .option('--yes', 'it is meant')
    .addHelpText('after', '\nExample:\n  labelkit dataset delete pets --yes\n')
    .action(async (dataset: string, flags: DeleteFlags) => {
      checkYes(flags.yes, `deleting the data set ${dataset}`);
      const { datasetId, datasetName } = await withDataset(dataset, flags, io, async (found, info) => {
        await found.deleteDataset({ signal: io.signal });
        return info;
      });
      await printDone(
        flags,
        io,
        { datasetId, datasetName, deleted: true },
        `deleted the data set ${datasetName}: ${datasetId}`,
      );
      done(exitCodes.done);
    });
}

function contentOf(asset: string): { contentId: string; versionId: string } {
  const [contentId = '', versionId = ''] = asset.split('/');
  return { contentId, versionId };
}

function listOf(value: unknown, option: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new OptionError(`${option} is no list`, { hint: 'Say a list in JSON: [{"name": …}].' });
}

/** What numbers of the service mean. */
async function describer() {
  const { datasetStatus, datasetTypes } = await import('../../../src/dataset-io/cloud.js');
  return {
    type: ({ datasetType, dataType }: DatasetInfo) =>
      (datasetType === undefined ? undefined : datasetTypes.get(datasetType)?.name) ??
      dataType ??
      cell(datasetType),
    status: ({ status }: DatasetInfo) => nameOf(datasetStatus, status),
  };
}

async function factsOf(info: DatasetInfo): Promise<[string, string | number | undefined][]> {
  const texts = await describer();
  const { currentVersionName = '', currentVersionId, labels = [] } = info;
  const version = currentVersionId === undefined ? '' : `${currentVersionName} (${currentVersionId})`;
  return [
    ['id', info.datasetId],
    ['name', info.datasetName],
    ['type', texts.type(info)],
    ['status', texts.status(info)],
    ['description', info.description],
    ['created', time(info.createTime)],
    ['updated', time(info.updateTime)],
    ['data', (info.dataSources ?? []).map((source) => String(source['dataPath'] ?? '')).join(', ')],
    ['work path', info.workPath],
    ['samples', info.totalSampleCount],
    ['labelled', info.annotatedSampleCount],
    ['labels', labels.map(({ name }) => name).join(', ')],
    ['versions', info.datasetVersionCount],
    ['current version', currentVersionId === '' ? '' : version],
  ];
}
