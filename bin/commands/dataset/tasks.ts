import { type Command, Option } from 'commander';
import type { ExportTask, ImportTask, LabelTask } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { type ExitCode, exitCodes } from '../../exit-codes.js';
import type { CommandIo } from '../../io.js';
import { type AnnotationFlags, annotationConfigOf, withAnnotationOptions } from './annotations.js';
import {
  cell,
  type PageFlags,
  printDone,
  printFacts,
  printList,
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
  withWaitOptions,
} from './shared.js';
import { findVersion } from './versions.js';

interface ImportFlags extends WaitFlags, AnnotationFlags {
  readonly manifest?: boolean;
  readonly annotations: boolean;
  readonly header?: boolean;
  readonly unconfirmed?: boolean;
}

interface TasksFlags extends PageFlags, WaitFlags {
  readonly task?: string;
}

interface ExportFlags extends WaitFlags {
  readonly what: 'labelled' | 'unlabelled' | 'all';
  readonly of?: string;
  readonly annotationFormat?: 'VOC' | 'COCO';
  readonly flat?: boolean;
}

interface LabelTaskFlags extends ServiceFlags {
  readonly task?: string;
  readonly create?: string;
  readonly type?: string;
  readonly description?: string;
  readonly team?: boolean;
  readonly sortBy?: 'create_time' | 'task_name';
  readonly order?: 'asc' | 'desc';
}

/** `labelkit dataset import|imports|export|exports|label-tasks` */
export function addTasks(group: Command, shell: Shell): void {
  addImports(group, shell);
  addExports(group, shell);
  addLabelTasks(group, shell);
}

function addImports(group: Command, { io, done }: Shell): void {
  withWaitOptions(
    withServiceOptions(withAnnotationOptions(group.command('import'))),
    'it has ended: exit status 1 when not every sample was imported, 3 when it failed',
  )
    .description('import what lies in object storage into a data set (labelkit import uploads it first)')
    .argument('<dataset>', 'id or name')
    .argument('<path>', 'a manifest, or a folder with a slash at its end: obs://bucket/dir/')
    .option('--manifest', 'the path is a manifest, though its name does not end with .manifest')
    .option('--no-annotations', 'a manifest: import its samples without their annotations')
    .option('--header', 'tables: the first line holds names')
    .option('--no-header', 'tables: it does not')
    .option('--unconfirmed', 'annotations are to be confirmed by somebody')
    .addHelpText(
      'after',
      `
Examples:
  labelkit dataset import pets obs://bucket/pets/V1.manifest --wait
  labelkit dataset import pets obs://bucket/voc/ --format voc --only-label cat --wait
  labelkit dataset import rows obs://bucket/csv/ --header
`,
    )
    .action(async (name: string, path: string, flags: ImportFlags) => {
      const config = await annotationConfigOf(flags);
      const isManifest = flags.manifest === true || path.endsWith('.manifest');
      const outcome = await withDataset(name, flags, io, async (dataset) => {
        const taskId = await dataset.importData({
          path,
          importType: flags.manifest === true ? 'manifest' : undefined,
          annotationConfig: config ?? (isManifest && flags.annotations ? {} : undefined),
          withColumnHeader: flags.header,
          finalAnnotation: flags.unconfirmed === true ? false : undefined,
          signal: io.signal,
        });
        if (flags.wait !== true) return { taskId };
        return await dataset.waitForImport(taskId, waiting(flags, io, importProgress));
      });
      const text =
        flags.wait === true ? importProgress(outcome) : `started the import task ${outcome.taskId}`;
      await printDone(flags, io, outcome, text);
      done(flags.wait === true ? importOutcome(outcome, flags, io) : exitCodes.done);
    });

  withWaitOptions(
    withServiceOptions(withPageOptions(group.command('imports'))),
    'the task of --task has ended',
  )
    .description('list the import tasks of a data set')
    .argument('<dataset>', 'id or name')
    .option('--task <id>', 'only this one, with all that is known of it')
    .addHelpText(
      'after',
      '\nExamples:\n  labelkit dataset imports pets\n  labelkit dataset imports pets --task <id> --wait\n',
    )
    .action(async (name: string, flags: TasksFlags) => {
      checkTask(flags);
      await withDataset(name, flags, io, async (dataset) => {
        const { task: taskId } = flags;
        if (taskId !== undefined) {
          const task =
            flags.wait === true
              ? await dataset.waitForImport(taskId, waiting(flags, io, importProgress))
              : await dataset.getImportTaskInfo(taskId, { signal: io.signal });
          await printFacts(flags, io, task, [
            ['id', task.taskId],
            ['status', task.status],
            ['path', task.importPath],
            ['created', time(task.createTime)],
            ['seconds', task.elapsedTime],
            ['samples', task.totalSampleCount],
            ['imported', task.importedSampleCount],
            ['labelled', task.annotatedSampleCount],
            ['error', task.errorMsg],
            ['code', task.errorCode],
          ]);
          done(flags.wait === true ? importOutcome(task, flags, io) : exitCodes.done);
          return;
        }
        await printPages<ImportTask>(flags, io, {
          key: 'importTasks',
          what: 'import tasks',
          head: ['id', 'status', 'created', 'path', 'samples', 'imported'],
          textColumns: 4,
          row: (task) => [
            task.taskId,
            cell(task.status),
            time(task.createTime),
            cell(task.importPath),
            cell(task.totalSampleCount),
            cell(task.importedSampleCount),
          ],
          ask: async (offset, limit) => {
            const { importTasks, total } = await dataset.listImportTasks({
              offset,
              limit,
              signal: io.signal,
            });
            return { items: importTasks, total };
          },
        });
        done(exitCodes.done);
      });
    });
}

/** How far an import has come. */
export function importProgress({
  taskId,
  status,
  importedSampleCount,
  totalSampleCount,
}: ImportTask): string {
  const of = totalSampleCount === undefined ? '' : ` of ${totalSampleCount}`;
  const count = importedSampleCount === undefined ? '' : `, ${importedSampleCount}${of} samples`;
  return `import task ${taskId}: ${status ?? 'unknown'}${count}`;
}

/** The exit status of an import that has ended well: 1 when it left samples out. */
export function importOutcome(
  { importedSampleCount: imported, totalSampleCount: total }: ImportTask,
  { quiet }: ServiceFlags,
  io: CommandIo,
): ExitCode {
  if (imported === undefined || total === undefined || imported >= total) return exitCodes.done;
  if (quiet !== true) io.stderr.write(`warning: ${total - imported} of ${total} samples were not imported\n`);
  return exitCodes.data;
}

function addExports(group: Command, { io, done }: Shell): void {
  withWaitOptions(withServiceOptions(group.command('export')), 'it has ended: exit status 3 when it failed')
    .description('export samples of a data set into a folder of object storage')
    .argument('<dataset>', 'id or name')
    .argument('<path>', 'the folder, with a slash at its end: obs://bucket/dir/')
    .addOption(
      new Option('--what <samples>', 'which samples')
        .choices(['labelled', 'unlabelled', 'all'])
        .default('all'),
    )
    .option('--of <version>', 'those of a version, by id or name')
    .addOption(
      new Option('--annotation-format <format>', 'how annotations are written').choices(['VOC', 'COCO']),
    )
    .option('--flat', 'all in one folder (default: a folder for each label)')
    .addHelpText(
      'after',
      '\nExample:\n  labelkit dataset export pets obs://bucket/out/ --what labelled --wait\n',
    )
    .action(async (name: string, path: string, flags: ExportFlags) => {
      const { exportTypes } = await import('../../../src/dataset-io/cloud.js');
      const outcome = await withDataset(name, flags, io, async (dataset): Promise<ExportTask> => {
        const versionId =
          flags.of === undefined ? undefined : (await findVersion(dataset, flags.of, io.signal)).versionId;
        const taskId = await dataset.exportData({
          path,
          exportType: exportTypes[flags.what],
          versionId,
          annotationFormat: flags.annotationFormat,
          exportFormat: flags.flat === true ? 2 : undefined,
          signal: io.signal,
        });
        if (flags.wait !== true) return { taskId };
        return await dataset.waitForExport(taskId, waiting(flags, io, exportProgress));
      });
      const text =
        flags.wait === true ? exportProgress(outcome) : `started the export task ${outcome.taskId}`;
      await printDone(flags, io, outcome, text);
      done(exitCodes.done);
    });

  withWaitOptions(
    withServiceOptions(withPageOptions(group.command('exports'))),
    'the task of --task has ended',
  )
    .description('list the export tasks of a data set')
    .argument('<dataset>', 'id or name')
    .option('--task <id>', 'only this one, with all that is known of it')
    .addHelpText('after', '\nExample:\n  labelkit dataset exports pets --task <id> --wait\n')
    .action(async (name: string, flags: TasksFlags) => {
      checkTask(flags);
      await withDataset(name, flags, io, async (dataset) => {
        const { task: taskId } = flags;
        if (taskId !== undefined) {
          const task =
            flags.wait === true
              ? await dataset.waitForExport(taskId, waiting(flags, io, exportProgress))
              : await dataset.getExportTaskInfo(taskId, { signal: io.signal });
          await printFacts(flags, io, task, [
            ['id', task.taskId],
            ['status', task.status],
            ['path', task.path],
            ['created', time(task.createTime)],
            ['progress', task.progress],
            ['samples', task.totalSampleCount],
            ['exported', task.finishedSampleCount],
            ['error', task.errorMsg],
            ['code', task.errorCode],
          ]);
          return;
        }
        await printPages<ExportTask>(flags, io, {
          key: 'exportTasks',
          what: 'export tasks',
          head: ['id', 'status', 'created', 'path', 'samples', 'exported'],
          textColumns: 4,
          row: (task) => [
            task.taskId,
            cell(task.status),
            time(task.createTime),
            cell(task.path),
            cell(task.totalSampleCount),
            cell(task.finishedSampleCount),
          ],
          ask: async (offset, limit) => {
            const { exportTasks, total } = await dataset.listExportTasks({
              offset,
              limit,
              signal: io.signal,
            });
            return { items: exportTasks, total };
          },
        });
      });
      done(exitCodes.done);
    });
}

function exportProgress({ taskId, status, finishedSampleCount, totalSampleCount }: ExportTask): string {
  const of = totalSampleCount === undefined ? '' : ` of ${totalSampleCount}`;
  const count = finishedSampleCount === undefined ? '' : `, ${finishedSampleCount}${of} samples`;
  return `export task ${taskId}: ${status ?? 'unknown'}${count}`;
}

/** Only one task is waited for. */
function checkTask({ task, wait }: TasksFlags): void {
  if (wait === true && task === undefined)
    throw new OptionError('it is not said what to wait for', { hint: 'Say --task as well.' });
}

function addLabelTasks(group: Command, { io, done }: Shell): void {
  withServiceOptions(group.command('label-tasks'))
    .description('list the label tasks of a data set, or make one')
    .argument('<dataset>', 'id or name')
    .option('--task <id>', 'only this one, with all that is known of it')
    .option('--create <name>', 'make a label task with this name')
    .option('--type <type>', 'what it is for, by number or name: 1, object-detection')
    .option('--description <text>', 'what it is')
    .option('--team', 'only tasks for teams')
    .addOption(
      new Option('--sort-by <what>', 'what they are sorted by').choices(['create_time', 'task_name']),
    )
    .addOption(new Option('--order <order>', 'which way (default: desc)').choices(['asc', 'desc']))
    .addHelpText(
      'after',
      '\nExamples:\n  labelkit dataset label-tasks pets --sort-by task_name --order asc\n  labelkit dataset label-tasks pets --create boxes --type object-detection\n',
    )
    .action(async (name: string, flags: LabelTaskFlags) => {
      const { datasetTypes } = await import('../../../src/dataset-io/cloud.js');
      const taskType = flags.type === undefined ? undefined : typeNumber(datasetTypes)(flags.type);
      if (flags.create !== undefined && taskType === undefined)
        throw new OptionError('the type of the label task is not given', { hint: 'Say --type as well.' });
      const typeOf = ({ taskType: type }: LabelTask) =>
        (type === undefined ? undefined : datasetTypes.get(type)?.name) ?? cell(type);
      await withDataset(name, flags, io, async (dataset) => {
        if (flags.create !== undefined) {
          const { create: taskName, description } = flags;
          const taskId = await dataset.createLabelTask({
            taskName,
            taskType: taskType!,
            description,
            signal: io.signal,
          });
          await printDone(flags, io, { taskId }, `made the label task ${taskName}: ${taskId}`);
          return;
        }
        if (flags.task !== undefined) {
          const task = await dataset.getLabelTaskInfo(flags.task, { signal: io.signal });
          await printFacts(flags, io, task, [
            ['id', task.taskId],
            ['name', task.taskName],
            ['type', typeOf(task)],
            ['status', task.status],
            ['team', task.workforceTask === true ? 'yes' : ''],
            ['description', task.description],
            ['created', time(task.createTime)],
            ['samples', task.totalSampleCount],
            ['labelled', task.annotatedSampleCount],
          ]);
          return;
        }
        const tasks = await dataset.getLabelTasks({
          isWorkforceTask: flags.team,
          sortKey: flags.sortBy,
          sortDir: flags.order,
          signal: io.signal,
        });
        await printList<LabelTask>(
          flags,
          io,
          {
            key: 'tasks',
            what: 'label tasks',
            head: ['id', 'name', 'type', 'created', 'samples', 'labelled'],
            textColumns: 4,
            row: (task) => [
              task.taskId,
              cell(task.taskName),
              typeOf(task),
              time(task.createTime),
              cell(task.totalSampleCount),
              cell(task.annotatedSampleCount),
            ],
          },
          tasks.filter((task) => taskType === undefined || task.taskType === taskType),
        );
      });
      done(exitCodes.done);
    });
}
