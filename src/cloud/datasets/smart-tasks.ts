import type { JsonObject } from '../../model/index.js';
import { refuse } from '../service/checks.js';
import { pages } from '../service/paging.js';
import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkId, checkPage } from './checks.js';
import { type Context, requestOf, taskFailed } from './context.js';
import { taskStatus } from './enums.js';
import type { ListTasksOptions } from './import-tasks.js';
import { startTask } from './tasks.js';
import { toWire } from './wire.js';

/** What a smart task does: `auto-label` learns from labels, `pre-label` asks a model, `auto-grouping` sorts images. */
export const smartTaskTypes = ['auto-label', 'pre-label', 'auto-grouping'] as const;

export type SmartTaskType = (typeof smartTaskTypes)[number];

/** A smart task as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface SmartTask {
  readonly taskId: string;
  readonly taskType?: SmartTaskType | (string & {});
  /** Of the data set. */
  readonly resourceId?: string;
  /** ms since 1970; the service gives date and time without a zone, which are taken for UTC (ASSUMED). */
  readonly createTime?: number;
  /** In per cent. */
  readonly progress?: number;
  /** See `taskStatus`. */
  readonly status?: number;
  readonly message?: string;
  readonly code?: string;
  /** In seconds. */
  readonly elapsedTime?: number;
  readonly result?: {
    readonly totalSampleCount?: number;
    readonly annotatedSampleCount?: number;
    readonly [member: string]: unknown;
  };
  readonly exportType?: number;
  /** As the service names things. */
  readonly config?: JsonObject;
  readonly [member: string]: unknown;
}

export interface SmartTaskPage {
  /** How many there are in all, as of this answer. */
  readonly total: number | undefined;
  readonly tasks: readonly SmartTask[];
}

export interface ListSmartTasksOptions extends ListTasksOptions {
  readonly type?: SmartTaskType | undefined;
  readonly taskName?: string | undefined;
}

interface StartOptions extends CallOptions {
  /** Members of `config` beside those that have an option, as the service names them. */
  readonly config?: JsonObject | undefined;
}

/** Learns from the labels there are, and labels the other images. */
export interface AutoLabelOptions extends StartOptions {
  readonly taskType: 'auto-label';
  readonly algorithmType?: 'fast' | 'accurate' | undefined;
  /** Look for samples that are hard. */
  readonly collectKeySample?: boolean | undefined;
}

/** Where a model runs that labels samples. */
export interface InferenceConfig {
  /** `modelarts.vm.cpu.2u` */
  readonly specification: string;
  readonly instanceCount: number;
  /** Environment variables; their values are never shown. */
  readonly envs?: Readonly<Record<string, string>> | undefined;
}

/** Has a model label the samples. */
export interface PreLabelOptions extends StartOptions {
  readonly taskType: 'pre-label';
  readonly modelId: string;
  readonly infConfigList: readonly InferenceConfig[];
  /** `0.5-1`: how sure the model must be. */
  readonly confidenceScope?: string | undefined;
}

/** Sorts images into groups that look alike. */
export interface AutoGroupingOptions extends StartOptions {
  readonly taskType: 'auto-grouping';
  /** How many groups; fewer than there are samples. Sent as it is given: documents have a number and a text. */
  readonly nClusters?: number | string | undefined;
  readonly ambiguity?: boolean | undefined;
  readonly imageBrightness?: boolean | undefined;
  readonly imageColorfulness?: boolean | undefined;
  readonly property?: string | undefined;
  /** 0 into object storage, 1 as an attribute of samples. */
  readonly resultType?: 0 | 1 | undefined;
}

export type StartSmartTaskOptions = AutoLabelOptions | PreLabelOptions | AutoGroupingOptions;

const tasksPath = '/tasks';

/** The body that starts a smart task, checked. @throws OptionError (D056) */
function smartTaskBody(options: StartSmartTaskOptions): JsonObject {
  const { taskType, config } = options;
  switch (taskType) {
    case 'auto-label': {
      const { algorithmType, collectKeySample } = options;
      return toWire({ taskType, collectKeySample, config: { ...toWire({ algorithmType }), ...config } });
    }
    case 'pre-label': {
      const { modelId, infConfigList, confidenceScope } = options;
      if (typeof modelId !== 'string' || modelId === '')
        refuse('D056', 'modelId is not given', 'Say the id of the model that labels.');
      if (!Array.isArray(infConfigList) || infConfigList.length === 0)
        refuse(
          'D056',
          'infConfigList is empty',
          'Say where the model runs: specification and instanceCount.',
        );
      return toWire({
        taskType,
        modelId,
        config: { ...toWire({ infConfigList, confidenceScope }), ...config },
      });
    }
    case 'auto-grouping': {
      const { nClusters, ambiguity, imageBrightness, imageColorfulness, property, resultType } = options;
      const own = toWire({
        nClusters,
        ambiguity,
        imageBrightness,
        imageColorfulness,
        property,
        resultType,
      });
      return toWire({ taskType, config: { ...own, ...config } });
    }
    default:
      return refuse(
        'D056',
        `taskType is ${JSON.stringify(taskType) ?? 'not given'}`,
        `Say ${smartTaskTypes.join(', ')}.`,
      );
  }
}

/** Smart tasks of a data set: labelling and grouping by models. */
export class SmartTasks {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Starts a task. It is never started twice: when the answer is lost, the task is looked for among those that have not
   * ended.
   *
   * @returns its id
   * @throws OptionError (D056), ServiceError
   */
  async start(options: StartSmartTaskOptions): Promise<string> {
    const body = smartTaskBody(options);
    const envs = options.taskType === 'pre-label' ? options.infConfigList.map((one) => one.envs ?? {}) : [];
    return await startTask(this.#context, {
      path: tasksPath,
      body,
      secrets: envs.flatMap((one) => Object.values(one)),
      signal: options.signal,
      isOurs: (task) => {
        const { taskType = options.taskType, status } = task;
        return taskType === options.taskType && typeof status === 'number' && status < taskStatus.done;
      },
      isTimed: false,
    });
  }

  /** One page of tasks. @throws OptionError (D001, D002), ServiceError */
  async list({ offset, limit, type, taskName, signal }: ListSmartTasksOptions = {}): Promise<SmartTaskPage> {
    checkPage({ offset, limit });
    const found = await requestOf<{ totalCount?: number; tasks?: SmartTask[] }>(this.#context, {
      method: 'GET',
      path: tasksPath,
      query: { type, task_name: taskName, offset, limit },
      signal,
    });
    return { total: found.totalCount, tasks: (found.tasks ?? []).map(timed) };
  }

  /** All tasks, page by page; `limit` (default 100) is how many are asked for at a time. */
  all(options: ListSmartTasksOptions = {}): AsyncGenerator<SmartTask, void> {
    return pages({
      paging: 'page-index',
      limit: options.limit ?? 100,
      start: options.offset,
      ask: async (offset, limit) => {
        const { tasks, total } = await this.list({ ...options, offset, limit });
        return { items: tasks, total };
      },
    });
  }

  /** @throws OptionError (D037), ServiceError */
  async info(taskId: string, { signal }: CallOptions = {}): Promise<SmartTask> {
    checkId(taskId, 'taskId');
    const task = await requestOf<SmartTask>(this.#context, {
      method: 'GET',
      path: `${tasksPath}/{task_id}`,
      params: { task_id: taskId },
      signal,
    });
    return timed({ ...task, taskId });
  }

  /** @throws OptionError (D037), ServiceError */
  async stop(taskId: string, { signal }: CallOptions = {}): Promise<void> {
    checkId(taskId, 'taskId');
    await requestOf(this.#context, {
      method: 'POST',
      path: `${tasksPath}/{task_id}/stop`,
      params: { task_id: taskId },
      // Stopping it twice is as good as once.
      repeatable: true,
      signal,
    });
  }

  /**
   * Waits until a task is done.
   *
   * @throws ServiceError `TaskFailed` when it failed or was stopped; OptionError; LabelkitError `Timeout`; AbortedError
   */
  async wait(taskId: string, options: WaitOptions<SmartTask> = {}): Promise<SmartTask> {
    checkId(taskId, 'taskId');
    const { timing } = (await this.#context.session.services()).client;
    const what = `smart task ${taskId}`;
    return await waitFor({
      ...options,
      what,
      timing,
      ask: () => this.info(taskId, { signal: options.signal }),
      verdict: ({ status, code, message }) => {
        if (status === taskStatus.done) return 'done';
        if (status !== taskStatus.failed && status !== taskStatus.stopped) return 'wait';
        throw taskFailed(what, {
          path: `/datasets/{dataset_id}${tasksPath}/{task_id}`,
          errorCode: code,
          message: status === taskStatus.stopped ? 'it was stopped' : message,
        });
      },
    });
  }
}

/** `2026-01-31 12:00:00` as ms since 1970; what is no such text stays as it came. */
function timed(task: SmartTask): SmartTask {
  const given: unknown = task.createTime;
  if (typeof given !== 'string') return task;
  const ms = Date.parse(`${given.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? task : { ...task, createTime: ms };
}
