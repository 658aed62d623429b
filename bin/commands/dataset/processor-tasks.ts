import { type Command, Option } from 'commander';
import type {
  ProcessorSource,
  ProcessorTask,
  ProcessorTaskInfo,
  ProcessorVersionInfo,
  ProcessorVersionOptions,
} from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import type { CommandIo } from '../../io.js';
import { namedValue, wholeNumber } from '../../options.js';
import {
  cell,
  checkYes,
  jsonOf,
  notices,
  type PageFlags,
  printDone,
  printFacts,
  printJson,
  printList,
  printPages,
  type ServiceFlags,
  type Shell,
  time,
  type WaitFlags,
  waiting,
  withPageOptions,
  withServiceOptions,
  withServices,
  withWaitOptions,
} from './shared.js';
import { statusName } from './smart-tasks.js';

type Kind = 'analysis' | 'cleaning' | 'augmentation' | 'validation' | 'selection';

interface VersionFlags extends WaitFlags {
  readonly data?: string;
  readonly dataset?: string;
  readonly datasetVersion?: string;
  readonly workPath?: string;
  readonly workDataset?: string;
  readonly versionName?: string;
  readonly operator?: string;
  readonly param?: Readonly<Record<string, string>>;
  readonly operators?: string;
  readonly description?: string;
  readonly createVersion?: boolean;
}

interface ResultsFlags extends PageFlags {
  readonly only?: 'kept' | 'modified' | 'deleted' | 'added';
}

const kinds: readonly Kind[] = ['analysis', 'validation', 'cleaning', 'selection', 'augmentation'];
const ended = 'it has ended: exit status 3 when it failed or was stopped';

/** `labelkit dataset tasks process …` */
export function addProcessorTasks(tasks: Command, shell: Shell): void {
  const group = tasks
    .command('process')
    .description('tasks that analyse, validate, clean, select or augment data')
    .addHelpText(
      'after',
      `
Examples:
  labelkit dataset tasks process start validation check --dataset <id> --dataset-version <id> \\
      --work-dataset <id> --operator MetaValidation --param image_max_width=1920 --create-version --wait
  labelkit dataset tasks process versions <task>
  labelkit dataset tasks process results <task> <version> --only deleted
`,
    );
  addStart(group, shell);
  addTask(group, shell);
  addVersion(group, shell);
}

const withVersionOptions = (command: Command) =>
  withWaitOptions(withServiceOptions(command), ended)
    .option('--data <folder>', 'process what lies there: obs://bucket/dir/')
    .option('--dataset <id>', 'process a data set')
    .option('--dataset-version <id>', 'a version of it')
    .option('--work-path <folder>', 'results go there: obs://bucket/dir/')
    .option('--work-dataset <id>', 'results become a version of this data set')
    .option('--version-name <name>', 'the name of that version')
    .option('--operator <id>', 'MetaValidation, PCC, SimDeduplication, AddNoise, …')
    .option(
      '--param <name=value>',
      'a parameter of the operator, as the service spells it; repeatable',
      namedValue,
    )
    .option('--operators <json>', 'several operators, as the service wants them; @file reads them from there')
    .option('--description <text>', 'what it is for');

/** What is to be done, as the library names it. @throws OptionError */
async function versionOptions(
  kind: Kind,
  flags: VersionFlags,
  io: CommandIo,
): Promise<ProcessorVersionOptions> {
  const { processorTemplates } = await import('../../../src/dataset-io/cloud.js');
  const { operator: id, operators, param: params, description } = flags;
  if (id !== undefined && operators !== undefined)
    throw new OptionError('--operator and --operators are both given', { hint: 'Say one of them.' });
  if (params !== undefined && id === undefined)
    throw new OptionError('--param is given without --operator', { hint: 'Say whose parameter it is.' });
  const list = operators === undefined ? undefined : await jsonOf(operators, '--operators');
  if (list !== undefined && !Array.isArray(list))
    throw new OptionError('--operators is no list', { hint: 'Say [{"id": …, "params": {…}}].' });
  return {
    template: {
      id: processorTemplates[kind],
      operatorParams: list ?? (id === undefined ? undefined : [{ id, advancedParamsSwitch: false, params }]),
    },
    inputs: [sourceOf(flags)],
    workPath: workPathOf(flags),
    description,
    onNotice: notices(flags, io),
    signal: io.signal,
  };
}

function sourceOf({ data, dataset, datasetVersion: versionId }: VersionFlags): ProcessorSource {
  if ((data === undefined) === (dataset === undefined)) {
    throw new OptionError(
      data === undefined ? 'it is not said what to process' : '--data and --dataset are both given',
      { hint: 'Say either --data obs://bucket/dir/ or --dataset.' },
    );
  }
  if (data !== undefined) return { type: 'OBS', source: data };
  return { type: 'DATASET', source: dataset!, versionId };
}

function workPathOf({ workPath, workDataset, versionName }: VersionFlags) {
  if ((workPath === undefined) === (workDataset === undefined)) {
    throw new OptionError(
      workPath === undefined
        ? 'it is not said where results go'
        : '--work-path and --work-dataset are both given',
      { hint: 'Say either --work-path obs://bucket/dir/ or --work-dataset.' },
    );
  }
  return workPath === undefined
    ? ({ type: 'DATASET', path: workDataset!, versionName } as const)
    : ({ type: 'OBS', path: workPath, versionName } as const);
}

function addStart(group: Command, { io, done }: Shell): void {
  withVersionOptions(group.command('start'))
    .description('make a task')
    .argument('<kind>', kinds.join(', '))
    .argument('<name>', 'its name')
    .option('--create-version', 'make a version of it at once (not of an analysis)')
    .action(async (kind: string, name: string, flags: VersionFlags) => {
      const options = await versionOptions(kindOf(kind), flags, io);
      const outcome = await withServices(flags, io, async (session): Promise<ProcessorTaskInfo> => {
        const { ProcessorTask } = await import('../../../src/dataset-io/cloud.js');
        const task = await ProcessorTask.create(session, {
          ...options,
          name,
          createVersion: flags.createVersion,
        });
        return flags.wait === true ? await task.wait(waiting(flags, io, taskLine)) : { taskId: task.taskId };
      });
      const text =
        flags.wait === true ? taskLine(outcome) : `made the ${kind} task ${name}: ${outcome.taskId}`;
      await printDone(flags, io, outcome, text);
      done(exitCodes.done);
    });

  withVersionOptions(group.command('new-version'))
    .description('make another version of a task')
    .argument('<task>', 'id')
    .argument('<kind>', kinds.join(', '))
    .action(async (taskId: string, kind: string, flags: VersionFlags) => {
      const options = await versionOptions(kindOf(kind), flags, io);
      const outcome = await withTask(taskId, flags, io, async (task): Promise<ProcessorVersionInfo> => {
        const taskVersionId = await task.createVersion(options);
        return flags.wait === true
          ? await task.waitForVersion(taskVersionId, waiting(flags, io, versionLine))
          : { taskVersionId };
      });
      const text =
        flags.wait === true ? versionLine(outcome) : `made the version ${outcome.taskVersionId} of ${taskId}`;
      await printDone(flags, io, outcome, text);
      done(exitCodes.done);
    });
}

function kindOf(text: string): Kind {
  const kind = kinds.find((one) => one === text);
  if (kind === undefined)
    throw new OptionError(`${JSON.stringify(text)} is no kind of task`, { hint: `Say ${kinds.join(', ')}.` });
  return kind;
}

async function withTask<R>(
  taskId: string,
  flags: ServiceFlags,
  io: CommandIo,
  work: (task: ProcessorTask) => Promise<R>,
): Promise<R> {
  return await withServices(flags, io, async (session) => {
    const { ProcessorTask } = await import('../../../src/dataset-io/cloud.js');
    return await work(new ProcessorTask(session, taskId));
  });
}

const taskLine = ({ taskId, status }: ProcessorTaskInfo) => `task ${taskId}: ${statusName(status)}`;
const versionLine = ({ taskVersionId, versionName, status }: ProcessorVersionInfo) =>
  `version ${versionName ?? taskVersionId}: ${statusName(status)}`;

function addTask(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('list')))
    .description('list the tasks of the project')
    .option('--name <part>', 'only those with this in their name')
    .addOption(new Option('--sort-by <what>', 'what they are sorted by').choices(['create_time', 'name']))
    .addOption(new Option('--order <order>', 'which way').choices(['asc', 'desc']))
    .action(
      async (
        flags: PageFlags & {
          readonly name?: string;
          readonly sortBy?: 'create_time' | 'name';
          readonly order?: 'asc' | 'desc';
        },
      ) => {
        await withServices(flags, io, async (session) => {
          const { ProcessorTask } = await import('../../../src/dataset-io/cloud.js');
          const { name: taskName, sortBy, order } = flags;
          await printPages<ProcessorTaskInfo>(flags, io, {
            key: 'tasks',
            what: 'tasks',
            head: ['id', 'name', 'status', 'created', 'template', 'versions'],
            textColumns: 5,
            row: (task) => [
              task.taskId,
              cell(task.name),
              statusName(task.status),
              time(task.createTime),
              cell(task.template?.id),
              cell(task.versionCount),
            ],
            ask: async (offset, limit) => {
              const { signal } = io;
              const page = await ProcessorTask.list(session, {
                taskName,
                sortBy,
                order,
                offset,
                limit,
                signal,
              });
              return {
                items: page.tasks.map(({ taskId, info }) => ({ taskId, ...info })),
                total: page.total,
              };
            },
          });
        });
        done(exitCodes.done);
      },
    );

  withWaitOptions(withServiceOptions(group.command('show')), ended)
    .description('show a task, or change what is said of it')
    .argument('<task>', 'id')
    .option('--describe <text>', 'say this of it from now on')
    .action(async (taskId: string, flags: WaitFlags & { readonly describe?: string }) => {
      const task = await withTask(taskId, flags, io, async (one) => {
        if (flags.describe !== undefined) await one.update(flags.describe, { signal: io.signal });
        return flags.wait === true
          ? await one.wait(waiting(flags, io, taskLine))
          : await one.getInfo({ signal: io.signal });
      });
      await printFacts(flags, io, task, [
        ['id', task.taskId],
        ['name', task.name],
        ['template', task.template?.id],
        ['status', statusName(task.status)],
        ['description', task.description],
        ['created', time(task.createTime)],
        ['versions', task.versionCount],
        ['error', task.errorMsg],
        ['code', task.errorCode],
      ]);
      done(exitCodes.done);
    });

  withServiceOptions(group.command('delete'))
    .description('delete a task with its versions')
    .argument('<task>', 'id')
    .option('--yes', 'it is meant')
    .action(async (taskId: string, flags: ServiceFlags & { readonly yes?: boolean }) => {
      checkYes(flags.yes, `deleting the task ${taskId}`);
      await withTask(taskId, flags, io, async (task) => await task.delete({ signal: io.signal }));
      await printDone(flags, io, { taskId, deleted: true }, `deleted the task ${taskId}`);
      done(exitCodes.done);
    });

  withServiceOptions(group.command('templates'))
    .description('list what tasks can be made of')
    .action(async (flags: ServiceFlags) => {
      await withServices(flags, io, async (session) => {
        const { ProcessorTask } = await import('../../../src/dataset-io/cloud.js');
        const items = await ProcessorTask.templates(session, { signal: io.signal });
        await printList(
          flags,
          io,
          {
            key: 'templates',
            what: 'templates',
            head: ['id', 'name'],
            textColumns: 2,
            row: ({ templateId, labelEn }) => [templateId, cell(labelEn)],
          },
          items,
        );
      });
      done(exitCodes.done);
    });
}

function addVersion(group: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(group.command('versions')))
    .description('list the versions of a task')
    .argument('<task>', 'id')
    .action(async (taskId: string, flags: PageFlags) => {
      await withTask(taskId, flags, io, async (task) => {
        await printPages<ProcessorVersionInfo>(flags, io, {
          key: 'versions',
          what: 'versions',
          head: ['id', 'name', 'status', 'created', 'samples', 'added', 'changed', 'deleted'],
          textColumns: 4,
          row: (version) => [
            version.taskVersionId,
            cell(version.versionName),
            statusName(version.status),
            time(version.createTime),
            cell(version.originSampleCount),
            cell(version.addSampleCount),
            cell(version.modifiedSampleCount),
            cell(version.deletedSampleCount),
          ],
          ask: async (offset, limit) => {
            const { versions, total } = await task.versions({ offset, limit, signal: io.signal });
            return { items: versions, total };
          },
        });
      });
      done(exitCodes.done);
    });

  withWaitOptions(withServiceOptions(group.command('version')), ended)
    .description('show, stop or delete a version of a task')
    .argument('<task>', 'id')
    .argument('<version>', 'id')
    .option('--stop', 'stop it')
    .option('--delete', 'delete it')
    .option('--yes', 'deleting is meant')
    .action(
      async (
        taskId: string,
        versionId: string,
        flags: WaitFlags & { readonly stop?: boolean; readonly delete?: boolean; readonly yes?: boolean },
      ) => {
        if (flags.delete === true) checkYes(flags.yes, `deleting the version ${versionId}`);
        const { signal } = io;
        const did = flags.delete === true ? 'deleted' : flags.stop === true ? 'stopped' : undefined;
        await withTask(taskId, flags, io, async (task) => {
          if (did === 'deleted') await task.deleteVersion(versionId, { signal });
          if (did === 'stopped') await task.stopVersion(versionId, { signal });
          if (did !== undefined) {
            await printDone(flags, io, { versionId, [did]: true }, `${did} the version ${versionId}`);
            return;
          }
          const version =
            flags.wait === true
              ? await task.waitForVersion(versionId, waiting(flags, io, versionLine))
              : await task.versionInfo(versionId, { signal });
          await printFacts(flags, io, version, [
            ['id', version.taskVersionId],
            ['name', version.versionName],
            ['status', statusName(version.status)],
            ['created', time(version.createTime)],
            ['samples', version.originSampleCount],
            ['added', version.addSampleCount],
            ['changed', version.modifiedSampleCount],
            ['deleted', version.deletedSampleCount],
            ['error', version.errorMsg],
            ['code', version.errorCode],
          ]);
        });
        done(exitCodes.done);
      },
    );

  withServiceOptions(group.command('results'))
    .description('show what a version of a task did with each sample, as JSON')
    .argument('<task>', 'id')
    .argument('<version>', 'id')
    .option('--page <n>', 'which page, from 1', wholeNumber(1), 1)
    .option('--limit <n>', 'how many a page, up to 100', wholeNumber(1), 100)
    .addOption(
      new Option('--only <which>', 'only these samples').choices(['kept', 'modified', 'deleted', 'added']),
    )
    .action(async (taskId: string, versionId: string, flags: ResultsFlags) => {
      const { resultProperties } = await import('../../../src/dataset-io/cloud.js');
      const { page = 1, limit, only } = flags;
      await withTask(taskId, flags, io, async (task) => {
        const results = await task.results(versionId, {
          resultProperty: only === undefined ? undefined : resultProperties[only],
          offset: page - 1,
          limit,
          signal: io.signal,
        });
        await printJson(io, results);
      });
      done(exitCodes.done);
    });
}
