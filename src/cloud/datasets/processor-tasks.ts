import { checkDescription } from '../service/checks.js';
import { beganThere, createOnce } from '../service/create-once.js';
import { pages } from '../service/paging.js';
import type { CallOptions, ServiceSession } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkId, checkPage } from './checks.js';
import { type DataRequest, request, required, taskFailed } from './context.js';
import { taskStatus } from './enums.js';
import type { ListTasksOptions } from './import-tasks.js';
import {
  type CreateProcessorTaskOptions,
  type ProcessorSource,
  type ProcessorTemplate,
  type ProcessorVersionOptions,
  type ProcessorWorkPath,
  processorTaskBody,
  processorVersionBody,
} from './processor-options.js';

/** A processor task as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface ProcessorTaskInfo {
  readonly taskId: string;
  readonly name?: string;
  readonly description?: string;
  /** See `taskStatus`. */
  readonly status?: number;
  readonly template?: ProcessorTemplate;
  readonly inputs?: readonly ProcessorSource[];
  readonly dataSource?: ProcessorSource;
  readonly workPath?: ProcessorWorkPath;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly versionCount?: number;
  readonly errorCode?: string;
  readonly errorMsg?: string;
  readonly [member: string]: unknown;
}

/** A version of a processor task as the service tells of it. */
export interface ProcessorVersionInfo {
  readonly taskVersionId: string;
  readonly versionName?: string;
  /** See `taskStatus`. */
  readonly status?: number;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly originSampleCount?: number;
  readonly addSampleCount?: number;
  readonly deletedSampleCount?: number;
  readonly modifiedSampleCount?: number;
  readonly unmodifiedSampleCount?: number;
  readonly errorCode?: string;
  readonly errorMsg?: string;
  readonly [member: string]: unknown;
}

/** Which results: all, those kept, changed, deleted or added. */
export const resultProperties = { all: -1, kept: 0, modified: 1, deleted: 2, added: 3 } as const;

export interface ProcessorTaskPage {
  /** How many there are in all, as of this answer. */
  readonly total: number | undefined;
  readonly tasks: readonly ProcessorTask[];
}

export interface ListProcessorTasksOptions extends ListTasksOptions {
  readonly taskType?: number | undefined;
  readonly sourceType?: ProcessorSource['type'] | undefined;
  readonly source?: string | undefined;
  /** See `taskStatus`. */
  readonly status?: number | undefined;
  readonly taskName?: string | undefined;
  /** Of versions of data sets. */
  readonly versionId?: readonly string[] | undefined;
  readonly queryCurrent?: boolean | undefined;
  readonly returnResult?: boolean | undefined;
  readonly sortBy?: 'create_time' | 'name' | 'duration_seconds' | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly workspaceId?: string | undefined;
}

export interface ProcessorResultsPage {
  readonly total: number | undefined;
  readonly hasMore: boolean;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

export interface ProcessorResultsOptions extends ListTasksOptions {
  /** See `resultProperties`. Default: the service's own. */
  readonly resultProperty?: number | undefined;
}

/** A template the service has. */
export interface ProcessorItem {
  readonly templateId: string;
  readonly labelEn?: string;
  readonly labelZh?: string;
  readonly [member: string]: unknown;
}

const root = '/processor-tasks';
const taskPath = `${root}/{task_id}`;
const versionsPath = `${taskPath}/versions`;
const versionPath = `${versionsPath}/{version_id}`;

/** A task that analyses, validates, cleans, selects or augments data. Making one here asks nothing. */
export class ProcessorTask {
  readonly taskId: string;
  readonly #session: ServiceSession;
  #info: ProcessorTaskInfo | undefined;

  /** @throws OptionError for an id that is none (D037) */
  constructor(session: ServiceSession, taskId: string) {
    checkId(taskId, 'taskId');
    this.#session = session;
    this.taskId = taskId;
  }

  /**
   * Makes a task on the service. It is never made twice: when the answer is lost, it is looked for by its name.
   *
   * @throws OptionError (D053, D054), ServiceError
   */
  static async create(session: ServiceSession, options: CreateProcessorTaskOptions): Promise<ProcessorTask> {
    const body = processorTaskBody(options);
    const asked = { method: 'POST', path: root, body, signal: options.signal } as const;
    const id = await makeOnce(session, asked, {
      idOf: ({ taskId }) => taskId,
      list: { path: root, query: { task_name: options.name, limit: 100 } },
      found: ({ tasks }) => tasks,
      isOurs: ({ name }) => name === options.name,
    });
    return new ProcessorTask(session, id);
  }

  /** One page of the tasks of the project. @throws OptionError (D001, D002), ServiceError */
  static async list(
    session: ServiceSession,
    options: ListProcessorTasksOptions = {},
  ): Promise<ProcessorTaskPage> {
    const { offset, limit, signal, versionId, ...rest } = options;
    checkPage({ offset, limit });
    const found = await request<{ count?: number; tasks?: ProcessorTaskInfo[] }>(session, {
      method: 'GET',
      path: root,
      query: {
        task_type: rest.taskType,
        source_type: rest.sourceType,
        source: rest.source,
        status: rest.status,
        task_name: rest.taskName,
        version_id: versionId?.join(','),
        query_current: rest.queryCurrent,
        return_result: rest.returnResult,
        sort_by: rest.sortBy,
        order: rest.order,
        workspace_id: rest.workspaceId,
        offset,
        limit,
      },
      signal,
    });
    const tasks = (found.tasks ?? []).map((info) => {
      const task = new ProcessorTask(session, info.taskId);
      task.#info = info;
      return task;
    });
    return { total: found.count, tasks };
  }

  /** All tasks, page by page; `limit` (default 100) is how many are asked for at a time. */
  static all(
    session: ServiceSession,
    options: ListProcessorTasksOptions = {},
  ): AsyncGenerator<ProcessorTask, void> {
    return pages({
      paging: 'page-index',
      limit: options.limit ?? 100,
      start: options.offset,
      ask: async (offset, limit) => {
        const { tasks, total } = await ProcessorTask.list(session, { ...options, offset, limit });
        return { items: tasks, total };
      },
    });
  }

  /** The templates that the service has. @throws ServiceError */
  static async templates(session: ServiceSession, { signal }: CallOptions = {}): Promise<ProcessorItem[]> {
    const path = `${root}/items`;
    const { items } = await request<{ items?: ProcessorItem[] }>(session, { method: 'GET', path, signal });
    return items ?? [];
  }

  /** What the service last said of it; undefined before it was asked. */
  get info(): ProcessorTaskInfo | undefined {
    return this.#info;
  }

  /** @throws ServiceError */
  async getInfo({ signal }: CallOptions = {}): Promise<ProcessorTaskInfo> {
    const found = await this.#ask<ProcessorTaskInfo>({ method: 'GET', path: taskPath, signal });
    this.#info = { ...found, taskId: this.taskId };
    return this.#info;
  }

  /** Changes what is said of it. @throws OptionError (D053), ServiceError */
  async update(description: string, { signal }: CallOptions = {}): Promise<void> {
    checkDescription(description, 'D053', /[\^!<>=&"']/);
    await this.#ask({ method: 'PUT', path: taskPath, body: { description }, signal });
  }

  /** @throws ServiceError */
  async delete({ signal }: CallOptions = {}): Promise<void> {
    await this.#ask({ method: 'DELETE', path: taskPath, signal });
  }

  /** Waits until the task is done. @throws ServiceError `TaskFailed`; LabelkitError `Timeout`; AbortedError */
  async wait(options: WaitOptions<ProcessorTaskInfo> = {}): Promise<ProcessorTaskInfo> {
    return await this.#waitFor(`processor task ${this.taskId}`, taskPath, options, () =>
      this.getInfo({ signal: options.signal }),
    );
  }

  /**
   * Makes a version. It is never made twice: when the answer is lost, it is looked for among those made since.
   *
   * @returns its id
   * @throws OptionError (D053, D054), ServiceError
   */
  async createVersion(options: ProcessorVersionOptions): Promise<string> {
    const params = { task_id: this.taskId };
    const body = processorVersionBody(options);
    const asked = { method: 'POST', path: versionsPath, params, body, signal: options.signal } as const;
    return await makeOnce(this.#session, asked, {
      idOf: ({ versionId }) => versionId,
      list: { path: versionsPath, params, query: { limit: 100 } },
      found: ({ versions }) => versions,
      isOurs: () => true,
    });
  }

  /** One page of versions. @throws OptionError (D001, D002), ServiceError */
  async versions({ offset, limit, signal }: ListTasksOptions = {}): Promise<{
    readonly total: number | undefined;
    readonly versions: readonly ProcessorVersionInfo[];
  }> {
    checkPage({ offset, limit });
    const { count, versions } = await this.#ask<{ count?: number; versions?: ProcessorVersionInfo[] }>({
      method: 'GET',
      path: versionsPath,
      query: { offset, limit },
      signal,
    });
    return { total: count, versions: versions ?? [] };
  }

  /** @throws OptionError (D037), ServiceError */
  async versionInfo(versionId: string, { signal }: CallOptions = {}): Promise<ProcessorVersionInfo> {
    return await this.#ask<ProcessorVersionInfo>({
      method: 'GET',
      path: versionPath,
      params: ofVersion(versionId),
      signal,
    });
  }

  /** @throws OptionError (D037), ServiceError */
  async stopVersion(versionId: string, { signal }: CallOptions = {}): Promise<void> {
    const path = `${versionPath}/stop`;
    // Stopping it twice is as good as once.
    await this.#ask({ method: 'POST', path, params: ofVersion(versionId), repeatable: true, signal });
  }

  /** @throws OptionError (D037), ServiceError */
  async deleteVersion(versionId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#ask({ method: 'DELETE', path: versionPath, params: ofVersion(versionId), signal });
  }

  /** Waits until a version is done. @throws as {@link wait} */
  async waitForVersion(
    versionId: string,
    options: WaitOptions<ProcessorVersionInfo> = {},
  ): Promise<ProcessorVersionInfo> {
    return await this.#waitFor(`version ${versionId} of ${this.taskId}`, versionPath, options, () =>
      this.versionInfo(versionId, { signal: options.signal }),
    );
  }

  /** What a version did, sample by sample: one page. @throws OptionError (D001, D002, D037), ServiceError */
  async results(
    versionId: string,
    { resultProperty, offset, limit, signal }: ProcessorResultsOptions = {},
  ): Promise<ProcessorResultsPage> {
    checkPage({ offset, limit });
    const found = await this.#ask<{
      count?: number;
      hasMore?: boolean;
      results?: Record<string, unknown>[];
    }>({
      method: 'GET',
      path: `${versionPath}/results`,
      params: ofVersion(versionId),
      query: { result_property: resultProperty, offset, limit },
      signal,
    });
    return { total: found.count, hasMore: found.hasMore ?? false, results: found.results ?? [] };
  }

  /** What JSON says of it: its id, and what was last heard. */
  toJSON(): object {
    return { taskId: this.taskId, ...this.#info };
  }

  async #ask<T>({ params, ...rest }: DataRequest): Promise<T> {
    return await request<T>(this.#session, { ...rest, params: { ...params, task_id: this.taskId } });
  }

  async #waitFor<T extends { status?: number; errorCode?: string; errorMsg?: string }>(
    what: string,
    path: string,
    options: WaitOptions<T>,
    ask: () => Promise<T>,
  ): Promise<T> {
    const { timing } = (await this.#session.services()).client;
    return await waitFor({
      ...options,
      what,
      timing,
      ask,
      verdict: ({ status, errorCode, errorMsg }) => {
        if (status === taskStatus.done) return 'done';
        if (status !== taskStatus.failed && status !== taskStatus.stopped) return 'wait';
        const message = status === taskStatus.stopped ? 'it was stopped' : errorMsg;
        throw taskFailed(what, { path, errorCode, message });
      },
    });
  }
}

function ofVersion(versionId: string): Record<string, string> {
  checkId(versionId, 'versionId');
  return { version_id: versionId };
}

interface Listed {
  readonly taskId?: string;
  readonly taskVersionId?: string;
  readonly versionId?: string;
  readonly name?: string;
  readonly createTime?: number;
}

/** What is made, and how to find it. */
interface Making {
  readonly idOf: (answer: Listed) => string | undefined;
  readonly list: Pick<DataRequest, 'path' | 'params' | 'query'>;
  readonly found: (
    answer: Record<'tasks' | 'versions', readonly Listed[] | undefined>,
  ) => readonly Listed[] | undefined;
  readonly isOurs: (one: Listed) => boolean;
}

async function makeOnce(
  session: ServiceSession,
  asked: DataRequest,
  { idOf, list, found, isOurs }: Making,
): Promise<string> {
  const { timing } = (await session.services()).client;
  const began = timing.now();
  const { signal } = asked;
  return await createOnce({
    timing,
    signal,
    again: false,
    create: async () => required(idOf(await request<Listed>(session, asked)), 'id', asked),
    find: async () => {
      let earliest = began;
      const answer = await request<Record<'tasks' | 'versions', readonly Listed[] | undefined>>(session, {
        ...list,
        method: 'GET',
        onHeaders: (headers) => {
          earliest = beganThere(began, timing.now(), headers);
        },
        signal,
      });
      const one = found(answer)?.find((it) => Number(it.createTime) >= earliest && isOurs(it));
      return one === undefined ? undefined : (one.taskVersionId ?? idOf(one));
    },
  });
}
