import type { CallOptions } from '../service/session.js';
import { noteTaskId } from './checks.js';
import { type Context, requestOf } from './context.js';

export interface JobMetricsOptions extends CallOptions {
  /** Default `worker-0`. */
  readonly taskId?: string | undefined;
}

/** How one resource was used. */
export interface JobMetric {
  /** `cpuUsage`, `memUsage`, `gpuUtil`, `gpuMemUsage`, `npuUtil`, `npuMemUsage` */
  readonly metric: string;
  /** One a minute; null where it was not measured. */
  readonly value: readonly (number | null)[];
}

/** How a task of a job uses what it runs on. @throws ServiceError */
export async function jobMetrics(
  context: Context,
  { taskId = 'worker-0', signal }: JobMetricsOptions = {},
): Promise<JobMetric[]> {
  noteTaskId(taskId, context.onNotice);
  const { metrics } = await requestOf<{ metrics?: { metric?: string; value?: unknown[] }[] }>(context, {
    method: 'GET',
    path: '/metrics/{task_id}',
    params: { task_id: taskId },
    signal,
  });
  return (metrics ?? []).map(({ metric = '', value }) => ({ metric, value: (value ?? []).map(measured) }));
}

/** The service writes -1 for what was not measured. */
function measured(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number !== -1 ? number : null;
}
