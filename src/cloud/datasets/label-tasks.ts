import { refuse } from '../service/checks.js';
import type { CallOptions } from '../service/session.js';
import { checkDatasetType, checkId } from './checks.js';
import { type Context, requestOf } from './context.js';
import { startTask } from './tasks.js';
import { toWire } from './wire.js';

/** A label task as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface LabelTask {
  readonly taskId: string;
  readonly taskName?: string;
  /** See `datasetTypes`. */
  readonly taskType?: number;
  readonly datasetId?: string;
  readonly datasetName?: string;
  readonly versionId?: string;
  readonly description?: string;
  readonly status?: number;
  readonly labelTaskStatus?: number;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly updateTime?: number;
  readonly totalSampleCount?: number;
  readonly annotatedSampleCount?: number;
  readonly sampleStats?: Readonly<Record<string, number>>;
  /** A task for a team. */
  readonly workforceTask?: boolean;
  readonly [member: string]: unknown;
}

export interface CreateLabelTaskOptions extends CallOptions {
  readonly taskName: string;
  /** See `datasetTypes`. */
  readonly taskType: number;
  readonly description?: string | undefined;
}

export interface GetLabelTasksOptions extends CallOptions {
  /** Only tasks for teams. Default false. */
  readonly isWorkforceTask?: boolean | undefined;
  readonly sortKey?: 'create_time' | 'task_name' | undefined;
  /** Default `desc`. */
  readonly sortDir?: 'asc' | 'desc' | undefined;
}

/** Where label tasks are (ASSUMED: only the path of team tasks is documented). */
const paths = {
  tasks: '/label-tasks',
  task: '/label-tasks/{task_id}',
  teamTasks: '/workforce-tasks',
} as const;

/**
 * Makes a label task. It is never made twice: when the answer is lost, the task is looked for by its name.
 *
 * @returns its id
 * @throws OptionError (D049), ServiceError
 */
export async function createLabelTask(
  context: Context,
  { taskName, taskType, description, signal }: CreateLabelTaskOptions,
): Promise<string> {
  if (typeof taskName !== 'string' || taskName.trim() === '')
    refuse('D049', `taskName is ${JSON.stringify(taskName) ?? 'not given'}`, 'Say a name.');
  checkDatasetType(taskType, 'taskType', 'D049');
  return await startTask(context, {
    path: paths.tasks,
    body: toWire({ taskName, taskType, description }),
    signal,
    isOurs: (task) => task['taskName'] === taskName,
  });
}

/** All label tasks, or those for teams. @throws OptionError (D050), ServiceError */
export async function getLabelTasks(
  context: Context,
  { isWorkforceTask = false, sortKey, sortDir, signal }: GetLabelTasksOptions,
): Promise<LabelTask[]> {
  checkWord(sortKey, 'sortKey', ['create_time', 'task_name']);
  checkWord(sortDir, 'sortDir', ['asc', 'desc']);
  const found = await requestOf<{ tasks?: LabelTask[] }>(context, {
    method: 'GET',
    path: isWorkforceTask ? paths.teamTasks : paths.tasks,
    query: {
      is_workforce_task: isWorkforceTask ? undefined : false,
      sort_key: sortKey,
      sort_dir: sortDir,
    },
    signal,
  });
  return found.tasks ?? [];
}

/** @throws OptionError (D037), ServiceError */
export async function getLabelTaskInfo(
  context: Context,
  taskId: string,
  { signal }: CallOptions,
): Promise<LabelTask> {
  checkId(taskId, 'taskId');
  return await requestOf<LabelTask>(context, {
    method: 'GET',
    path: paths.task,
    params: { task_id: taskId },
    signal,
  });
}

/** D050 */
function checkWord(value: unknown, name: string, words: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && words.includes(value))) return;
  refuse('D050', `${name} is ${JSON.stringify(value)}`, `Say ${words.join(' or ')}.`);
}
