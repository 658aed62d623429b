import { LabelkitError } from '../../model/index.js';
import { required } from '../service/call.js';
import { ServiceError } from '../service/service-error.js';
import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { noteTaskId } from './checks.js';
import { type Context, jobPath, requestOf } from './context.js';
import { trainingPhases } from './phases.js';
import type { TrainingJobInfo } from './types.js';

export interface JobLogOptions extends CallOptions {
  /** Default `worker-0`. */
  readonly taskId?: string | undefined;
}

/** The end of a log. */
export interface JobLog {
  /** At most the latest 5 MB. */
  readonly content: string;
  /** Bytes of that. */
  readonly currentSize: number;
  /** Bytes of the whole log. */
  readonly fullSize: number;
}

export interface LogUrlOptions extends JobLogOptions {
  /** Whether a browser shows what is at the address, or saves it. Default `view`. */
  readonly as?: 'view' | 'download' | undefined;
}

/** How a log is followed. Default: asked for every 2 s at first and every 30 s at last while nothing comes, without end. */
export interface FollowLogOptions extends WaitOptions<TrainingJobInfo> {
  readonly taskId?: string | undefined;
  /** Hears how many bytes were written since the last answer that are in none, because it holds the latest 5 MB only. */
  readonly onMissed?: ((bytes: number) => void) | undefined;
}

/** @throws ServiceError `NotFound` as long as there is no log */
export async function jobLog(
  context: Context,
  { taskId = 'worker-0', signal }: JobLogOptions = {},
): Promise<JobLog> {
  noteTaskId(taskId, context.onNotice);
  return await preview(context, taskId, signal);
}

interface Preview extends Partial<JobLog> {
  /** What `content` was called once. */
  readonly context?: string;
}

/** ASSUMED: sizes are in bytes, and `content` ends where the log ends. */
async function preview(context: Context, taskId: string, signal: AbortSignal | undefined): Promise<JobLog> {
  const found = await requestOf<Preview>(context, {
    method: 'GET',
    path: '/tasks/{task_id}/logs/preview',
    params: { task_id: taskId },
    signal,
  });
  const content = found.content ?? found.context ?? '';
  const currentSize = found.currentSize ?? Buffer.byteLength(content);
  return { content, currentSize, fullSize: found.fullSize ?? currentSize };
}

/** A signed address of the whole log: whoever has it can read the log for a while. @throws ServiceError */
export async function jobLogUrl(
  context: Context,
  { taskId = 'worker-0', as = 'view', signal }: LogUrlOptions = {},
): Promise<string> {
  noteTaskId(taskId, context.onNotice);
  const path = '/tasks/{task_id}/logs/url';
  const { obsUrl } = await requestOf<{ obsUrl?: string }>(context, {
    method: 'GET',
    path,
    params: { task_id: taskId },
    contentType: as === 'view' ? 'text/plain' : 'application/octet-stream',
    signal,
  });
  return required(obsUrl, 'obs_url', { method: 'GET', path: `${jobPath}${path}` });
}

/**
 * What is written to a log, as it comes, until the job has ended.
 *
 * @returns what is known of the job at its end
 * @throws LabelkitError `NotFound` when the job is deleted meanwhile, `Timeout`; ServiceError, AbortedError
 */
export async function* followLog(
  context: Context,
  ask: (signal: AbortSignal | undefined) => Promise<TrainingJobInfo>,
  { taskId = 'worker-0', onMissed, onProgress, ...options }: FollowLogOptions = {},
): AsyncGenerator<string, TrainingJobInfo> {
  noteTaskId(taskId, context.onNotice);
  const { signal, intervalMs = 2_000, timeoutMs = Number.POSITIVE_INFINITY } = options;
  const { timing } = (await context.session.services()).client;
  const end = timing.now() + timeoutMs;
  let seen = 0;
  let hasBegun = false;
  for (;;) {
    const { info, log } = await waitFor({
      ...options,
      intervalMs,
      timeoutMs: end - timing.now(),
      timing,
      what: `the log of ${taskId} of job ${context.jobId}`,
      ask: async () => {
        // In this order: what a job writes last is there when it has ended.
        const info = await ask(signal).catch((error: unknown) => {
          throw hasBegun ? asDeleted(context.jobId, error) : error;
        });
        hasBegun = true;
        onProgress?.(info);
        return { info, log: await preview(context, taskId, signal).catch(asNone) };
      },
      verdict: ({ info, log }) =>
        isEnd(info) || (log !== undefined && log.fullSize !== seen) ? 'done' : 'wait',
    });
    if (log !== undefined && log.fullSize !== seen) {
      // A log that is shorter than before is another one.
      if (log.fullSize < seen) seen = 0;
      const bytes = Buffer.from(log.content);
      const from = log.fullSize - bytes.length;
      if (from > seen) onMissed?.(from - seen);
      const fresh = bytes.subarray(Math.max(0, seen - from)).toString('utf8');
      seen = log.fullSize;
      if (fresh !== '') yield fresh;
    }
    if (isEnd(info)) return info;
    await timing.sleep(intervalMs, signal);
  }
}

export function isEnd({ status }: TrainingJobInfo): boolean {
  return trainingPhases.get(status?.phase ?? '')?.terminal === true;
}

/** A job that waits for its nodes has no log yet. */
function asNone(error: unknown): undefined {
  if (error instanceof ServiceError && error.code === 'NotFound') return undefined;
  throw error;
}

function asDeleted(jobId: string, error: unknown): unknown {
  if (!(error instanceof ServiceError) || error.code !== 'NotFound') return error;
  return new LabelkitError('NotFound', `job ${jobId} was deleted while its log was followed`, {
    hint: 'What was written to object storage is still there.',
    cause: error,
  });
}
