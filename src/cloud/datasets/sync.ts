import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { type Context, requestOf, taskFailed } from './context.js';
import type { DatasetStatistics, SyncInfo } from './types.js';

export interface StatisticsOptions extends CallOptions {
  /** `__ALL__` labelled, `__NONE__` not labelled, … */
  readonly sampleState?: string | undefined;
  readonly locale?: string | undefined;
  readonly email?: string | undefined;
}

export interface MetricsOptions extends CallOptions {
  /** ms since 1970. */
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly workforceTaskId?: string | undefined;
}

/** How far a data set is labelled. @throws ServiceError */
export async function statistics(
  context: Context,
  { sampleState, locale, email, signal }: StatisticsOptions = {},
): Promise<DatasetStatistics> {
  return await requestOf<DatasetStatistics>(context, {
    method: 'GET',
    path: '/data-annotations/stats',
    query: { sample_state: sampleState, locale, email },
    signal,
  });
}

/** Figures over time: by name, and ms since 1970. @throws ServiceError */
export async function metrics(
  context: Context,
  { startTime, endTime, workforceTaskId, signal }: MetricsOptions = {},
): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
  const { metrics = {} } = await requestOf<{ metrics?: Record<string, Record<string, number>> }>(context, {
    method: 'GET',
    path: '/metrics',
    query: { start_time: startTime, end_time: endTime, workforce_task_id: workforceTaskId },
    signal,
  });
  return metrics;
}

/** Begins to take over what was added to the place of the data, and what was deleted there. @throws ServiceError */
export async function startSync(context: Context, { signal }: CallOptions = {}): Promise<void> {
  // Beginning it twice is as good as once.
  await requestOf(context, { method: 'POST', path: '/sync-data', repeatable: true, signal });
}

/** @throws ServiceError */
export async function getSyncInfo(context: Context, { signal }: CallOptions = {}): Promise<SyncInfo> {
  return await requestOf<SyncInfo>(context, { method: 'GET', path: '/sync-data/status', signal });
}

/** @throws ServiceError `TaskFailed`; LabelkitError `Timeout`; AbortedError */
export async function waitForSync(context: Context, options: WaitOptions<SyncInfo> = {}): Promise<SyncInfo> {
  const { timing } = (await context.session.services()).client;
  const what = `synchronisation of data set ${context.datasetId}`;
  return await waitFor({
    ...options,
    what,
    timing,
    ask: () => getSyncInfo(context, { signal: options.signal }),
    verdict: ({ status, errorCode, errorMsg }, elapsedMs) => {
      if (status === 'COMPLETED') return 'done';
      // It may take a moment to be known.
      if (status !== 'FAILED' && (status !== 'NOT_EXIST' || elapsedMs < 10_000)) return 'wait';
      throw taskFailed(what, {
        path: '/datasets/{dataset_id}/sync-data/status',
        errorCode,
        message: errorMsg,
      });
    },
  });
}
