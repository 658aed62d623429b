import type { JsonObject } from '../../model/index.js';
import { checkPlace, refuse } from '../service/checks.js';
import { pages } from '../service/paging.js';
import { serviceFolder, servicePath } from '../service/paths.js';
import { ServiceError } from '../service/service-error.js';
import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkedAnnotationConfig, labelFormatOnWire } from './annotation.js';
import { checkId, checkPage } from './checks.js';
import { type Context, requestOf, taskFailed } from './context.js';
import { kindOf } from './kind.js';
import type { LabelFormat } from './samples.js';
import { learn, startTask } from './tasks.js';
import type { AnnotationConfig, Label } from './types.js';
import { toWire } from './wire.js';

/** `status` of an import task. Others are passed on as they come. */
export type ImportStatus =
  | 'QUEUING'
  | 'STARTING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'NOT_EXIST'
  | (string & {});

/** An import task as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface ImportTask {
  readonly taskId: string;
  readonly datasetId?: string;
  readonly status?: ImportStatus;
  readonly importPath?: string;
  /** 0 a folder, 1 a manifest. */
  readonly importType?: number;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly updateMs?: number;
  /** In seconds. */
  readonly elapsedTime?: number;
  readonly totalSampleCount?: number;
  readonly importedSampleCount?: number;
  readonly annotatedSampleCount?: number;
  readonly unconfirmedSampleCount?: number;
  readonly totalSubSampleCount?: number;
  readonly importedSubSampleCount?: number;
  readonly totalFileCount?: number;
  readonly finishedFileCount?: number;
  /** In bytes. */
  readonly totalFileSize?: number;
  readonly finishedFileSize?: number;
  readonly fileStatistics?: JsonObject;
  readonly dataSource?: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly errorMsg?: string;
  readonly processorTaskId?: string;
  readonly processorTaskStatus?: number;
  readonly [member: string]: unknown;
}

export interface ImportTaskPage {
  /** How many there are in all, as of this answer. */
  readonly total: number | undefined;
  readonly importTasks: readonly ImportTask[];
}

export interface ListTasksOptions extends CallOptions {
  /** Which page, from 0. Default 0. */
  readonly offset?: number | undefined;
  /** 1 to 100 a page. Default 10. */
  readonly limit?: number | undefined;
}

export interface ImportDataOptions extends CallOptions {
  /** A manifest, or a folder with a slash at its end: `obs://bucket/dir/`, `s3://…` or `/bucket/dir/`. */
  readonly path: string;
  /**
   * How annotations lie beside the data. Without it only the data is imported. `{}` goes with a manifest: annotations
   * as they are in it.
   */
  readonly annotationConfig?: AnnotationConfig | null | undefined;
  /** Tables: the first line holds names. It must be said for them. */
  readonly withColumnHeader?: boolean | undefined;
  /** Default: a manifest where the path ends with `.manifest`, a folder else. */
  readonly importType?: 'dir' | 'manifest' | undefined;
  readonly includedLabels?: readonly Label[] | undefined;
  readonly excludedLabels?: readonly Label[] | undefined;
  /** Only objects marked as difficult. */
  readonly difficultOnly?: boolean | undefined;
  /** A folder of the data set to import into. */
  readonly importFolder?: string | undefined;
  /** Default of the service: true. */
  readonly importSamples?: boolean | undefined;
  /** Annotations are final, and need nobody's confirmation. Default of the service: true. */
  readonly finalAnnotation?: boolean | undefined;
  readonly importOrigin?: 'obs' | 'dws' | 'dli' | 'rds' | 'mrs' | 'inference' | undefined;
  readonly dataSource?: Readonly<Record<string, unknown>> | undefined;
  readonly labelFormat?: LabelFormat | undefined;
  /** Ask what the data set holds, so that rules about that are checked before the task is started. Default false. */
  readonly validateRemote?: boolean | undefined;
}

const tasksPath = '/import-tasks';

/** One page of import tasks, the latest first. @throws OptionError (D001, D002), ServiceError */
export async function listImportTasks(
  context: Context,
  { offset, limit, signal }: ListTasksOptions,
): Promise<ImportTaskPage> {
  checkPage({ offset, limit });
  const found = await requestOf<{ totalCount?: number; importTasks?: ImportTask[] }>(context, {
    method: 'GET',
    path: tasksPath,
    query: { offset, limit },
    signal,
  });
  return { total: found.totalCount, importTasks: found.importTasks ?? [] };
}

/** All import tasks, page by page; `limit` (default 100) is how many are asked for at a time. */
export function importTasks(context: Context, options: ListTasksOptions): AsyncGenerator<ImportTask, void> {
  return pages({
    paging: 'page-index',
    limit: options.limit ?? 100,
    start: options.offset,
    ask: async (offset, limit) => {
      const page = await listImportTasks(context, { ...options, offset, limit });
      return { items: page.importTasks, total: page.total };
    },
  });
}

/**
 * Starts an import task. It is never started twice: when the answer is lost, the task is looked for by its path.
 *
 * @returns its id
 * @throws OptionError (D039–D046), ServiceError (`Busy` while another import, a version or a synchronisation is under way)
 */
export async function importData(
  context: Context,
  { validateRemote, ...options }: ImportDataOptions,
): Promise<string> {
  const { signal } = options;
  if (validateRemote === true) await learn(context, signal);
  const body = importDataBody(options, context);
  const place = servicePath(String(body['import_path']));
  return await startTask(context, {
    path: tasksPath,
    body,
    signal,
    isOurs: ({ importPath }) => typeof importPath === 'string' && servicePath(importPath) === place,
  });
}

/**
 * What is asked for, after every rule was checked (D039–D046).
 *
 * @throws OptionError
 */
export function importDataBody(
  {
    path,
    annotationConfig,
    withColumnHeader,
    importType = typeof path === 'string' && path.endsWith('.manifest') ? 'manifest' : 'dir',
    includedLabels,
    excludedLabels,
    difficultOnly,
    importFolder,
    importSamples,
    finalAnnotation,
    importOrigin,
    dataSource,
    labelFormat,
  }: ImportDataOptions,
  { known, onNotice }: Pick<Context, 'known' | 'onNotice'>,
): JsonObject {
  checkPlace(path, 'path', 'D039');
  if (importType !== 'dir' && importType !== 'manifest')
    refuse('D040', `importType is ${JSON.stringify(importType)}`, 'Say dir or manifest.');
  const isManifest = importType === 'manifest';
  if (isManifest && path.endsWith('/'))
    refuse('D040', `path ${JSON.stringify(path)} is a folder`, 'Say the manifest itself.');
  const kind = kindOf(known);
  if (!isManifest && kind?.importsFolders === false)
    refuse('D041', 'data sets of this kind are not imported from folders', 'Import a manifest.');
  if (isManifest && kind?.dataType === 'TABLE')
    refuse('D042', 'tables are not imported from manifests', 'Say the folder of the table.');
  if (kind?.dataType === 'TABLE' && typeof withColumnHeader !== 'boolean')
    refuse('D043', 'withColumnHeader is not given', 'Say whether the first line of the table holds names.');
  if (kind !== undefined && kind.dataType !== 'TABLE' && withColumnHeader !== undefined)
    onNotice({ rule: 'D043', message: 'withColumnHeader is for tables, and this is none' });
  const config = annotationConfig ?? undefined;
  const isEmpty = config !== undefined && Object.keys(config).length === 0;
  if (isEmpty && !isManifest)
    refuse('D044', 'annotationConfig {} goes with a manifest only', 'Say scene and formatName.');
  const checked =
    config === undefined || isEmpty ? undefined : checkedAnnotationConfig(config, known, onNotice);
  let importPath = path;
  if (!isManifest && !path.endsWith('/')) {
    importPath = `${path}/`;
    onNotice({ rule: 'D045', message: `path ${JSON.stringify(path)} is taken as the folder ${importPath}` });
  }
  if (known.workPath !== undefined && servicePath(importPath).startsWith(serviceFolder(known.workPath)))
    onNotice({ rule: 'D046', message: `path ${importPath} lies in the work path of the data set` });
  return toWire({
    importType,
    importPath,
    importAnnotations: config !== undefined,
    ...annotationOnWire(checked),
    ...definedOf({
      includedLabels,
      excludedLabels,
      difficultOnly,
      withColumnHeader,
      importFolder,
      importSamples,
      finalAnnotation,
      importOrigin,
      dataSource,
      labelFormat,
    }),
  });
}

/** @throws OptionError (D037), ServiceError */
export async function getImportTaskInfo(
  context: Context,
  taskId: string,
  { signal }: CallOptions,
): Promise<ImportTask> {
  checkId(taskId, 'taskId');
  return await requestOf<ImportTask>(context, {
    method: 'GET',
    path: `${tasksPath}/{task_id}`,
    params: { task_id: taskId },
    signal,
  });
}

/** A new task may be unknown for so long, in ms. */
const unknownMs = 10_000;
const failures = new Set(['FAILED', 'PARTIALLY_FAILED']);

/**
 * Waits until an import task has ended. One that has ended well may have imported fewer samples than there are: see
 * `importedSampleCount`.
 *
 * @throws ServiceError `TaskFailed` when it failed, in whole or in part, `NotFound` when there is none; OptionError;
 *   LabelkitError `Timeout`; AbortedError
 */
export async function waitForImport(
  context: Context,
  taskId: string,
  options: WaitOptions<ImportTask>,
): Promise<ImportTask> {
  checkId(taskId, 'taskId');
  const { client } = await context.session.services();
  const what = `import task ${taskId}`;
  const path = `/datasets/{dataset_id}${tasksPath}/{task_id}`;
  return await waitFor({
    ...options,
    what,
    timing: client.timing,
    ask: () => getImportTaskInfo(context, taskId, { signal: options.signal }),
    verdict: (task, elapsedMs) => {
      const { status = '', errorCode, errorMsg = '' } = task;
      if (status === 'COMPLETED') return 'done';
      if (failures.has(status)) {
        const why = errorMsg === '' ? 'the service does not say why' : errorMsg;
        throw taskFailed(what, { path, errorCode, message: `${why} (${importCounts(task)})` });
      }
      if (status === 'NOT_EXIST' && elapsedMs >= unknownMs) {
        throw new ServiceError('NotFound', `there is no ${what}`, {
          service: 'modelarts',
          method: 'GET',
          path: `/v2/{project_id}${path}`,
        });
      }
      return 'wait';
    },
  });
}

/** `imported 3 of 10 samples` */
function importCounts({ importedSampleCount, totalSampleCount }: ImportTask): string {
  const of = totalSampleCount === undefined ? '' : ` of ${totalSampleCount}`;
  return `imported ${importedSampleCount ?? 0}${of} samples`;
}

/** What is said of annotations, by our names. ASSUMED: formats without a member of their own go as `annotation_config`. */
function annotationOnWire(config: AnnotationConfig | undefined): Record<string, unknown> {
  if (config === undefined) return {};
  const { includedLabels, difficultOnly } = config.parameters ?? {};
  return definedOf({
    ...(config.formatName === 'ModelArts PASCAL VOC 1.0'
      ? { annotationFormat: 'VOC' }
      : { annotationConfig: config }),
    includedLabels,
    difficultOnly,
    labelFormat: labelFormatOnWire(config),
  });
}

function definedOf(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
