import { checkPlace, refuse } from '../service/checks.js';
import { pages } from '../service/paging.js';
import { servicePath } from '../service/paths.js';
import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkId, checkPage } from './checks.js';
import { type Context, requestOf, taskFailed } from './context.js';
import type { ListTasksOptions } from './import-tasks.js';
import { kindOf } from './kind.js';
import type { SampleSearch } from './samples.js';
import { learn, startTask } from './tasks.js';
import { toWire } from './wire.js';

/** `status` of an export task; `SUCCESSED` is how the service spells it. Others are passed on as they come. */
export type ExportStatus = 'INIT' | 'RUNNING' | 'FAILED' | 'SUCCESSED' | 'SUCCEEDED' | (string & {});

/** What is exported: 0 labelled samples, 1 samples without labels, 2 all, 3 those that conditions say. */
export const exportTypes = { labelled: 0, unlabelled: 1, all: 2, conditions: 3 } as const;

/** An export task as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface ExportTask {
  readonly taskId: string;
  readonly path?: string;
  /** See `exportTypes`. */
  readonly exportType?: number;
  /** 1 a folder for each label, 2 all in one folder. */
  readonly exportFormat?: number;
  readonly exportParams?: Readonly<Record<string, unknown>>;
  readonly status?: ExportStatus;
  /** In per cent. */
  readonly progress?: number;
  readonly totalSampleCount?: number;
  readonly finishedSampleCount?: number;
  readonly versionId?: string;
  readonly versionFormat?: string;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly updateTime?: number;
  readonly errorCode?: string;
  readonly errorMsg?: string;
  readonly [member: string]: unknown;
}

export interface ExportTaskPage {
  /** How many there are in all, as of this answer. */
  readonly total: number | undefined;
  readonly exportTasks: readonly ExportTask[];
}

export interface ListExportTasksOptions extends ListTasksOptions {
  /** See `exportTypes`. */
  readonly exportType?: number | undefined;
}

/** Which samples go where. */
export interface ExportParams {
  /** Default `DIR`: files into a folder. */
  readonly exportDest?: 'DIR' | 'NEW_DATASET' | undefined;
  /** See `ListSamplesOptions`. Default: any. */
  readonly sampleState?: string | undefined;
  readonly clearHardProperty?: boolean | undefined;
  readonly exportNewDatasetName?: string | undefined;
  readonly exportNewDatasetWorkPath?: string | undefined;
  readonly ratioSampleUsage?: boolean | undefined;
  readonly trainSampleRatio?: string | undefined;
  /** Ids of samples. */
  readonly samples?: readonly string[] | undefined;
  readonly searchConditions?: readonly SampleSearch[] | undefined;
  readonly exportDatasetVersionName?: string | undefined;
  readonly exportDatasetVersionFormat?: string | undefined;
}

export interface ExportDataOptions extends CallOptions {
  /** The folder for what is exported, with a slash at its end: `obs://bucket/dir/` or `/bucket/dir/`. */
  readonly path: string;
  /** See `exportTypes`. Default 2: all (ASSUMED: what the original sends is not documented). */
  readonly exportType?: number | undefined;
  readonly exportParams?: ExportParams | undefined;
  readonly versionId?: string | undefined;
  readonly versionFormat?: string | undefined;
  readonly annotationFormat?: 'VOC' | 'COCO' | undefined;
  /** 1 a folder for each label, 2 all in one folder. */
  readonly exportFormat?: 1 | 2 | undefined;
  readonly sampleState?: string | undefined;
  /** What paths in the export begin with: `obs://` (default) or `s3://`, which training wants. */
  readonly sourceTypeHeader?: 'obs://' | 's3://' | undefined;
  readonly withColumnHeader?: boolean | undefined;
  /** Ask what the data set holds, so that rules about that are checked before the task is started. Default false. */
  readonly validateRemote?: boolean | undefined;
}

const tasksPath = '/export-tasks';
const ended = new Set(['SUCCESSED', 'SUCCEEDED']);

/** One page of export tasks. @throws OptionError (D001, D002), ServiceError */
export async function listExportTasks(
  context: Context,
  { offset, limit, exportType, signal }: ListExportTasksOptions,
): Promise<ExportTaskPage> {
  checkPage({ offset, limit });
  const found = await requestOf<{ totalCount?: number; exportTasks?: ExportTask[] }>(context, {
    method: 'GET',
    path: tasksPath,
    query: { export_type: exportType, offset, limit },
    signal,
  });
  return { total: found.totalCount, exportTasks: found.exportTasks ?? [] };
}

/** All export tasks, page by page; `limit` (default 100) is how many are asked for at a time. */
export function exportTasks(
  context: Context,
  options: ListExportTasksOptions,
): AsyncGenerator<ExportTask, void> {
  return pages({
    paging: 'page-index',
    limit: options.limit ?? 100,
    start: options.offset,
    ask: async (offset, limit) => {
      const page = await listExportTasks(context, { ...options, offset, limit });
      return { items: page.exportTasks, total: page.total };
    },
  });
}

/**
 * Starts an export task. It is never started twice: when the answer is lost, the task is looked for by its path.
 *
 * @returns its id
 * @throws OptionError (D047, D048), ServiceError
 */
export async function exportData(
  context: Context,
  { validateRemote, signal, exportType = exportTypes.all, exportParams = {}, ...options }: ExportDataOptions,
): Promise<string> {
  checkFolder(options.path);
  if (validateRemote === true) await learn(context, signal);
  if (kindOf(context.known)?.exports === false) {
    refuse(
      'D048',
      'data sets of this kind are not exported',
      'Publish a version instead: its manifest names everything.',
    );
  }
  const path = servicePath(options.path);
  const body = toWire({
    ...options,
    path,
    exportType,
    exportParams: { sampleState: '', exportDest: 'DIR', ...exportParams },
  });
  return await startTask(context, {
    path: tasksPath,
    body,
    signal,
    isOurs: (task) => typeof task['path'] === 'string' && servicePath(task['path']) === path,
  });
}

/** @throws OptionError (D037), ServiceError */
export async function getExportTaskInfo(
  context: Context,
  taskId: string,
  { signal }: CallOptions,
): Promise<ExportTask> {
  checkId(taskId, 'taskId');
  return await requestOf<ExportTask>(context, {
    method: 'GET',
    path: `${tasksPath}/{task_id}`,
    params: { task_id: taskId },
    signal,
  });
}

/**
 * Waits until an export task has ended.
 *
 * @throws ServiceError `TaskFailed`; OptionError; LabelkitError `Timeout`; AbortedError
 */
export async function waitForExport(
  context: Context,
  taskId: string,
  options: WaitOptions<ExportTask>,
): Promise<ExportTask> {
  checkId(taskId, 'taskId');
  const { client } = await context.session.services();
  const what = `export task ${taskId}`;
  return await waitFor({
    ...options,
    what,
    timing: client.timing,
    ask: () => getExportTaskInfo(context, taskId, { signal: options.signal }),
    verdict: ({ status = '', errorCode, errorMsg = '', finishedSampleCount, totalSampleCount }) => {
      if (ended.has(status)) return 'done';
      if (status !== 'FAILED') return 'wait';
      const why = errorMsg === '' ? 'the service does not say why' : errorMsg;
      const of = totalSampleCount === undefined ? '' : ` of ${totalSampleCount}`;
      throw taskFailed(what, {
        path: `/datasets/{dataset_id}${tasksPath}/{task_id}`,
        errorCode,
        message: `${why} (exported ${finishedSampleCount ?? 0}${of} samples)`,
      });
    },
  });
}

/** D047 */
function checkFolder(path: unknown): asserts path is string {
  checkPlace(path, 'path', 'D047');
  const inside = servicePath(path as string);
  if (/^\/[^/]+\/.*[^/].*\/$/.test(inside)) return;
  refuse(
    'D047',
    `path ${JSON.stringify(path)} is no folder in a bucket`,
    'Say a folder with a slash at its end, not a whole bucket: obs://bucket/dir/.',
  );
}
