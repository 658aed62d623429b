import { LabelkitError } from '../../../model/index.js';
import { taskFailed } from '../../service/call.js';
import { ServiceError } from '../../service/service-error.js';
import type { CallOptions, OnNotice, ServiceSession } from '../../service/session.js';
import { type WaitOptions, waitFor } from '../../service/waiter.js';
import { checkedId } from './checks.js';
import { type Context, jobInfoOf, request, root } from './context.js';
import {
  type FollowLegacyLogOptions,
  firstLogFile,
  followLog,
  type LegacyLog,
  type LegacyLogBytes,
  type LegacyLogOptions,
  logBytes,
  logFileList,
  logFrom,
  logLines,
} from './logs.js';
import { legacyStatusOf } from './status.js';
import type { LegacyJobInfo } from './types.js';

/** What an object of a job or of a version begins with. */
export interface LegacyJobOptions {
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
  /** What is known of it already. */
  readonly info?: LegacyJobInfo | undefined;
}

/** Deleting and stopping are begun by the service, and done later. */
export interface LegacyEndOptions extends CallOptions {
  /** Wait until it is done. Default false. */
  readonly wait?: boolean | WaitOptions<unknown> | undefined;
}

const versionPath = `${root}/training-jobs/{job_id}/versions/{version_id}`;

/** A version of a job of the old training: one run. Making one of these asks nothing. */
export class JobVersion {
  readonly jobId: string;
  readonly versionId: string;
  #info: LegacyJobInfo | undefined;
  readonly #context: Context;

  /** @throws OptionError for ids that are none (T119) */
  constructor(
    session: ServiceSession,
    jobId: string | number,
    versionId: string | number,
    { onNotice = () => {}, info }: LegacyJobOptions = {},
  ) {
    this.jobId = checkedId(jobId, 'jobId', onNotice);
    this.versionId = checkedId(versionId, 'versionId', onNotice);
    this.#info = info;
    this.#context = { session, onNotice };
  }

  /** What was last heard of it. */
  get info(): LegacyJobInfo | undefined {
    return this.#info;
  }

  /** What the service knows of it. @throws ServiceError `NotFound` when there is none */
  async getJobInfo({ signal }: CallOptions = {}): Promise<LegacyJobInfo> {
    const told = await request<Record<string, unknown>>(this.#context.session, {
      method: 'GET',
      path: versionPath,
      params: this.#params,
      signal,
    });
    this.#info = jobInfoOf({ jobId: this.jobId, versionId: this.versionId, ...told });
    return this.#info;
  }

  /** Names of the log files. @throws ServiceError */
  async getJobLogFileList(options: CallOptions = {}): Promise<string[]> {
    return await logFileList(this.#context, this, options);
  }

  /** Lines of a log, the newest unless it is said where. @throws OptionError (T118), ServiceError */
  async getJobLog(logFile?: string, options: LegacyLogOptions = {}): Promise<LegacyLog> {
    const file = logFile ?? (await firstLogFile(this.#context, this, options));
    return await logLines(this.#context, this, file, options);
  }

  /** A window of bytes of a log, as the Python SDK has it. @throws OptionError (T118), ServiceError */
  async getJobLogBytes(logFile: string, options: LegacyLogBytes): Promise<string> {
    return await logBytes(this.#context, this, logFile, options);
  }

  /** A whole log, a part at a time from its beginning. @throws ServiceError */
  async *jobLog(logFile?: string, options: CallOptions = {}): AsyncGenerator<LegacyLog, void> {
    const file = logFile ?? (await firstLogFile(this.#context, this, options));
    yield* logFrom(this.#context, this, file, options);
  }

  /**
   * A log from its beginning, a part at a time, until the version has ended.
   *
   * @returns what is known of it at its end
   * @throws LabelkitError `NotFound` when it is deleted meanwhile; ServiceError, AbortedError
   */
  async *followLog(
    logFile?: string,
    options: FollowLegacyLogOptions = {},
  ): AsyncGenerator<string, LegacyJobInfo> {
    const { signal } = options;
    try {
      return yield* followLog(this.#context, this, { ...options, logFile }, () =>
        this.getJobInfo({ signal }),
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new LabelkitError('NotFound', `${this.#name} was deleted while its log was followed`, {
        hint: 'What was written to object storage is still there.',
        cause: error,
      });
    }
  }

  /** Ends it while it runs. @throws ServiceError when the service refuses; with `wait` also `Timeout` */
  async stopJobVersion({ wait = false, signal }: LegacyEndOptions = {}): Promise<void> {
    await request(this.#context.session, {
      method: 'POST',
      path: `${versionPath}/stop`,
      params: this.#params,
      signal,
      // What is stopped twice is stopped.
      repeatable: true,
    });
    if (wait !== false) await this.#untilEnd({ signal, ...(wait === true ? {} : wait) });
  }

  /** Deletes it; what it has written stays. @throws ServiceError; with `wait` also `Timeout` */
  async deleteJobVersion({ wait = false, signal }: LegacyEndOptions = {}): Promise<void> {
    await request(this.#context.session, {
      method: 'DELETE',
      path: versionPath,
      params: this.#params,
      signal,
    });
    if (wait === false) return;
    await untilGone(this.#context, this.#name, () => this.getJobInfo({ signal }), {
      signal,
      ...(wait === true ? {} : wait),
    });
  }

  /**
   * Waits until it has ended: asks every 10 s at first and every minute at last, without end unless `timeoutMs` is said.
   *
   * @throws ServiceError `TaskFailed` when it ended in another way than well, `NotFound` when it was deleted;
   *   LabelkitError `Timeout`; AbortedError
   */
  async wait(options: WaitOptions<LegacyJobInfo> = {}): Promise<LegacyJobInfo> {
    const info = await this.#untilEnd({
      intervalMs: 10_000,
      capMs: 60_000,
      ...options,
    });
    throwUnlessSuccess(info);
    return info;
  }

  async #untilEnd(options: WaitOptions<LegacyJobInfo>): Promise<LegacyJobInfo> {
    const { timing } = (await this.#context.session.services()).client;
    return await waitFor({
      ...options,
      timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
      what: this.#name,
      timing,
      ask: () => this.getJobInfo({ signal: options.signal }),
      verdict: ({ status }) => (legacyStatusOf(status).isEnd ? 'done' : 'wait'),
    });
  }

  get #params(): { job_id: string; version_id: string } {
    return { job_id: this.jobId, version_id: this.versionId };
  }

  get #name(): string {
    return `version ${this.versionId} of training job ${this.jobId}`;
  }

  /** What JSON says of it: its id, and what was last heard. */
  toJSON(): object {
    return { jobId: this.jobId, versionId: this.versionId, ...this.#info };
  }
}

/** @throws ServiceError `TaskFailed` that names the state */
function throwUnlessSuccess({ jobId, versionId, status }: LegacyJobInfo): void {
  const { isSuccess, name } = legacyStatusOf(status);
  if (!isSuccess)
    throw taskFailed(`version ${versionId} of training job ${jobId}`, {
      path: versionPath,
      message: `it is ${name}`,
    });
}

/** Waits until a question is answered with `NotFound`. @throws LabelkitError `Timeout`, ServiceError */
export async function untilGone(
  { session }: Context,
  what: string,
  ask: () => Promise<unknown>,
  options: WaitOptions<unknown>,
): Promise<void> {
  const { timing } = (await session.services()).client;
  await waitFor({
    ...options,
    what: `the end of ${what}`,
    timing,
    ask: async () => {
      try {
        await ask();
        return 'there';
      } catch (error) {
        if (isNotFound(error)) return 'gone';
        throw error;
      }
    },
    verdict: (state) => (state === 'gone' ? 'done' : 'wait'),
  });
}

function isNotFound(error: unknown): boolean {
  return error instanceof ServiceError && error.code === 'NotFound';
}
