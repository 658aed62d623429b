import { type Command, Option } from 'commander';
import type { SmartTask, StartSmartTaskOptions } from '../../../src/dataset-io/cloud.js';
import { type JsonObject, OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { namedValue, wholeNumber } from '../../options.js';
import {
  cell,
  jsonOf,
  nameOf,
  type PageFlags,
  printDone,
  printFacts,
  printPages,
  type ServiceFlags,
  type Shell,
  time,
  type WaitFlags,
  waiting,
  withDataset,
  withPageOptions,
  withServiceOptions,
  withWaitOptions,
} from './shared.js';

interface StartFlags extends WaitFlags {
  readonly config?: string;
}

interface AutoLabelFlags extends StartFlags {
  readonly algorithm?: 'fast' | 'accurate';
  readonly keySamples?: boolean;
}

interface PreLabelFlags extends StartFlags {
  readonly model: string;
  readonly specification: string;
  readonly instances: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly confidence?: string;
}

interface GroupFlags extends StartFlags {
  readonly clusters?: number;
  readonly property?: string;
  readonly ambiguity?: boolean;
  readonly brightness?: boolean;
  readonly colorfulness?: boolean;
  readonly result?: 'obs' | 'samples';
}

const ended = 'it has ended: exit status 3 when it failed or was stopped';

/** `labelkit dataset tasks auto-label|pre-label|auto-group|list|show|stop` */
export function addSmartTasks(tasks: Command, shell: Shell): void {
  addStarts(tasks, shell);
  addOthers(tasks, shell);
}

function addStarts(tasks: Command, shell: Shell): void {
  const starting = (name: string) =>
    withWaitOptions(withServiceOptions(tasks.command(name)), ended)
      .argument('<dataset>', 'id or name')
      .option(
        '--config <json>',
        'more of its config, by the names of the service; @file reads it from there',
      );

  starting('auto-label')
    .description('learn from the labels there are, and label the other images')
    .addOption(new Option('--algorithm <which>', 'how it learns').choices(['fast', 'accurate']))
    .option('--key-samples', 'look for samples that are hard')
    .addHelpText('after', '\nExample:\n  labelkit dataset tasks auto-label pets --algorithm fast --wait\n')
    .action(async (name: string, flags: AutoLabelFlags) => {
      await start(name, flags, shell, {
        taskType: 'auto-label',
        algorithmType: flags.algorithm,
        collectKeySample: flags.keySamples,
      });
    });

  starting('pre-label')
    .description('have a model label the samples')
    .requiredOption('--model <id>', 'the model')
    .requiredOption('--specification <code>', 'what it runs on: modelarts.vm.cpu.2u')
    .option('--instances <n>', 'how many of them', wholeNumber(1), 1)
    .option('--env <name=value>', 'environment variable of the model; repeatable', namedValue)
    .option('--confidence <from-to>', 'how sure it must be: 0.5-1')
    .addHelpText(
      'after',
      '\nExample:\n  labelkit dataset tasks pre-label pets --model <id> --specification modelarts.vm.cpu.2u --wait\n',
    )
    .action(async (name: string, flags: PreLabelFlags) => {
      await start(name, flags, shell, {
        taskType: 'pre-label',
        modelId: flags.model,
        infConfigList: [
          { specification: flags.specification, instanceCount: flags.instances, envs: flags.env },
        ],
        confidenceScope: flags.confidence,
      });
    });

  starting('auto-group')
    .description('sort images into groups that look alike')
    .option('--clusters <n>', 'how many groups; fewer than there are samples', wholeNumber(1))
    .option('--property <name>', 'the attribute that says the group')
    .option('--ambiguity', 'look at how blurred they are')
    .option('--brightness', 'look at how bright they are')
    .option('--colorfulness', 'look at how colourful they are')
    .addOption(
      new Option('--result <where>', 'where the groups go: object storage, or attributes of samples').choices(
        ['obs', 'samples'],
      ),
    )
    .addHelpText('after', '\nExample:\n  labelkit dataset tasks auto-group pets --clusters 5 --wait\n')
    .action(async (name: string, flags: GroupFlags) => {
      await start(name, flags, shell, {
        taskType: 'auto-grouping',
        nClusters: flags.clusters,
        property: flags.property,
        ambiguity: flags.ambiguity,
        imageBrightness: flags.brightness,
        imageColorfulness: flags.colorfulness,
        resultType: flags.result === undefined ? undefined : flags.result === 'obs' ? 0 : 1,
      });
    });
}

async function start(
  name: string,
  flags: StartFlags,
  { io, done }: Shell,
  options: StartSmartTaskOptions,
): Promise<void> {
  const config = await configOf(flags);
  const task = await withDataset(name, flags, io, async ({ smartTasks }): Promise<SmartTask> => {
    const taskId = await smartTasks.start({ ...options, config, signal: io.signal });
    return flags.wait === true ? await smartTasks.wait(taskId, waiting(flags, io, progressOf)) : { taskId };
  });
  const text = flags.wait === true ? progressOf(task) : `started the ${options.taskType} task ${task.taskId}`;
  await printDone(flags, io, withoutEnvs(task), text);
  done(exitCodes.done);
}

async function configOf({ config }: StartFlags): Promise<JsonObject | undefined> {
  if (config === undefined) return undefined;
  const value = await jsonOf(config, '--config');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OptionError('--config is no JSON object', { hint: 'Say {"name": value, …}.' });
  return value as JsonObject;
}

function progressOf({ taskId, progress, status }: SmartTask): string {
  return `task ${taskId}: ${statusName(status)}${progress === undefined ? '' : `, ${progress} %`}`;
}

/** `taskStatus` by number; said here because commands load the library late. */
const statusNames = { waiting: 0, running: 1, done: 2, failed: 3, stopped: 4 };

export function statusName(status: number | undefined): string {
  return nameOf(statusNames, status);
}

function addOthers(tasks: Command, { io, done }: Shell): void {
  withServiceOptions(withPageOptions(tasks.command('list')))
    .description('list the tasks of a data set that label and group')
    .argument('<dataset>', 'id or name')
    .addOption(
      new Option('--type <type>', 'only these').choices(['auto-label', 'pre-label', 'auto-grouping']),
    )
    .action(
      async (name: string, flags: PageFlags & { readonly type?: StartSmartTaskOptions['taskType'] }) => {
        await withDataset(name, flags, io, async ({ smartTasks }) => {
          await printPages<SmartTask>(flags, io, {
            key: 'tasks',
            what: 'tasks',
            head: ['id', 'type', 'status', 'created', 'progress'],
            textColumns: 4,
            row: (task) => [
              task.taskId,
              cell(task.taskType),
              statusName(task.status),
              time(task.createTime),
              cell(task.progress),
            ],
            ask: async (offset, limit) => {
              const page = await smartTasks.list({ type: flags.type, offset, limit, signal: io.signal });
              return { items: page.tasks.map(withoutEnvs), total: page.total };
            },
          });
        });
        done(exitCodes.done);
      },
    );

  withWaitOptions(withServiceOptions(tasks.command('show')), ended)
    .description('show such a task of a data set')
    .argument('<dataset>', 'id or name')
    .argument('<task>', 'id')
    .action(async (name: string, taskId: string, flags: WaitFlags) => {
      const task = await withDataset(name, flags, io, async ({ smartTasks }) =>
        flags.wait === true
          ? await smartTasks.wait(taskId, waiting(flags, io, progressOf))
          : await smartTasks.info(taskId, { signal: io.signal }),
      );
      await printFacts(flags, io, withoutEnvs(task), [
        ['id', task.taskId],
        ['type', task.taskType],
        ['status', statusName(task.status)],
        ['progress', task.progress],
        ['created', time(task.createTime)],
        ['seconds', task.elapsedTime],
        ['samples', task.result?.totalSampleCount],
        ['labelled', task.result?.annotatedSampleCount],
        ['error', task.message],
        ['code', task.code],
      ]);
      done(exitCodes.done);
    });

  withServiceOptions(tasks.command('stop'))
    .description('stop such a task of a data set')
    .argument('<dataset>', 'id or name')
    .argument('<task>', 'id')
    .action(async (name: string, taskId: string, flags: ServiceFlags) => {
      await withDataset(name, flags, io, async ({ smartTasks }) => {
        await smartTasks.stop(taskId, { signal: io.signal });
      });
      await printDone(flags, io, { taskId, stopped: true }, `stopped the task ${taskId}`);
      done(exitCodes.done);
    });
}

/** Without values of environment variables. */
function withoutEnvs(task: SmartTask): SmartTask {
  if (task.config === undefined) return task;
  const text = JSON.stringify(task.config, (key, value: unknown) =>
    key === 'envs' && typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.keys(value).map((name) => [name, '[redacted]']))
      : value,
  );
  return { ...task, config: JSON.parse(text) as JsonObject };
}
