import { OptionError } from '../../model/index.js';
import { redactMessage } from '../redact.js';
import { taskFailed } from '../service/call.js';
import { checkDescription, refuse } from '../service/checks.js';
import type { ServiceError } from '../service/service-error.js';
import type { CallOptions, OnNotice, ServiceSession } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { noteTermination } from './checks.js';
import { type Context, jobPath, requestOf } from './context.js';
import {
  type FollowLogOptions,
  followLog,
  isEnd,
  type JobLog,
  type JobLogOptions,
  jobLog,
  jobLogUrl,
  type LogUrlOptions,
} from './logs.js';
import { type JobMetric, type JobMetricsOptions, jobMetrics } from './metrics.js';
import type { TrainingJobInfo } from './types.js';

/** What a job object begins with. */
export interface TrainingJobOptions {
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
  /** What is known of it already. */
  readonly info?: TrainingJobInfo | undefined;
}

export interface UpdateJobOptions extends CallOptions {
  /** Up to 256 characters. */
  readonly description: string;
}

/** A job of the new training. Making one of these asks nothing; `Estimator.fit` creates jobs. */
export class TrainingJob {
  readonly jobId: string;
  #info: TrainingJobInfo | undefined;
  readonly #context: Context;

  /** @throws OptionError for an id that is none */
  constructor(
    session: ServiceSession,
    jobId: string,
    { onNotice = () => {}, info }: TrainingJobOptions = {},
  ) {
    if (typeof jobId !== 'string' || jobId.trim() === '' || jobId.includes('/')) {
      throw new OptionError(`jobId is ${jobId === undefined ? 'not given' : JSON.stringify(jobId)}`, {
        hint: 'Say the id that the service gave.',
      });
    }
    this.jobId = jobId;
    this.#info = info;
    this.#context = { session, jobId, onNotice };
  }

  /** What was last heard of it. */
  get info(): TrainingJobInfo | undefined {
    return this.#info;
  }

  /** What the service knows of it. @throws ServiceError `NotFound` when there is none */
  async getJobInfo({ signal }: CallOptions = {}): Promise<TrainingJobInfo> {
    const info = await requestOf<TrainingJobInfo>(this.#context, { method: 'GET', path: '', signal });
    this.#info = info;
    return info;
  }

  /** Changes the description. @throws OptionError (T012), ServiceError */
  async updateJobConfigs({ description, signal }: UpdateJobOptions): Promise<void> {
    if (typeof description !== 'string')
      refuse('T012', 'description is not given', 'Say a text; an empty one removes it.');
    checkDescription(description, 'T012');
    await requestOf(this.#context, { method: 'PUT', path: '', body: { description }, signal });
  }

  /** Deletes the job; what it has written stays. The service goes about it later. @throws ServiceError */
  async deleteJob({ signal }: CallOptions = {}): Promise<void> {
    await requestOf(this.#context, { method: 'DELETE', path: '', signal });
  }

  /** Ends the job. @returns the job as it stands then @throws ServiceError when the service refuses */
  async controlJob({ signal }: CallOptions = {}): Promise<TrainingJobInfo> {
    noteTermination(this.#info?.status?.phase, this.#context.onNotice);
    const info = await requestOf<TrainingJobInfo>(this.#context, {
      method: 'POST',
      path: '/actions',
      body: { action_type: 'terminate' },
      signal,
    });
    if (info.metadata !== undefined) this.#info = info;
    return info;
  }

  /** The end of a task's log. @throws ServiceError `NotFound` as long as there is none */
  async getJobLog(options: JobLogOptions = {}): Promise<JobLog> {
    return await jobLog(this.#context, options);
  }

  /** A signed address of a task's whole log: whoever has it can read the log for a while. @throws ServiceError */
  async getJobLogUrl(options: LogUrlOptions = {}): Promise<string> {
    return await jobLogUrl(this.#context, options);
  }

  /**
   * What a task writes to its log, as it comes, until the job has ended.
   *
   * @returns what is known of the job at its end
   * @throws LabelkitError `NotFound` when the job is deleted meanwhile, `Timeout`; ServiceError, AbortedError
   */
  followLog(options: FollowLogOptions = {}): AsyncGenerator<string, TrainingJobInfo> {
    return followLog(this.#context, (signal) => this.getJobInfo({ signal }), options);
  }

  /** How a task uses what it runs on. @throws ServiceError */
  async getJobMetrics(options: JobMetricsOptions = {}): Promise<JobMetric[]> {
    return await jobMetrics(this.#context, options);
  }

  /**
   * Waits until the job has ended: asks every 10 s at first and every minute at last, without end unless `timeoutMs` is said.
   *
   * @throws ServiceError `TaskFailed` when it ended in another way than Completed, `NotFound` when it was deleted;
   *   LabelkitError `Timeout`; AbortedError
   */
  async wait(options: WaitOptions<TrainingJobInfo> = {}): Promise<TrainingJobInfo> {
    const { timing } = (await this.#context.session.services()).client;
    const info = await waitFor({
      ...options,
      intervalMs: options.intervalMs ?? 10_000,
      capMs: options.capMs ?? 60_000,
      timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
      what: `training job ${this.jobId}`,
      timing,
      ask: () => this.getJobInfo({ signal: options.signal }),
      verdict: (found) => (isEnd(found) ? 'done' : 'wait'),
    });
    throwUnlessCompleted(info);
    return info;
  }

  /** What JSON says of it: its id, and what was last heard. */
  toJSON(): object {
    return { jobId: this.jobId, ...this.#info };
  }
}

/** @throws ServiceError `TaskFailed` with what the tasks say */
export function throwUnlessCompleted(info: TrainingJobInfo): void {
  if (info.status?.phase !== 'Completed') throw jobFailed(info);
}

function jobFailed({ metadata: { id }, status, algorithm }: TrainingJobInfo): ServiceError {
  const secrets = [
    ...Object.values(algorithm?.environments ?? {}),
    ...(algorithm?.parameters ?? []).map(({ value }) => value ?? ''),
  ];
  const said = (status?.taskStatuses ?? [])
    .filter(({ exitCode, message }) => exitCode !== 0 || message)
    .map(({ task, exitCode, message }) => {
      const code = exitCode === undefined ? '' : ` exit code ${exitCode}`;
      return `${task ?? 'a task'}${code}${message ? `: ${redactMessage(message, secrets)}` : ''}`;
    });
  return taskFailed(`training job ${id}`, {
    path: jobPath,
    message: [`it is ${status?.phase}`, ...said].join('; '),
  });
}
