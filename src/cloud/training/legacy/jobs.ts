import { LabelkitError } from '../../../model/index.js';
import type { ModelArtsRequest } from '../../service/call.js';
import { pages } from '../../service/paging.js';
import type { CallOptions, ServiceSession } from '../../service/session.js';
import type { WaitOptions } from '../../service/waiter.js';
import { checkedId, checkList, checkText256 } from './checks.js';
import { type Context, jobInfoOf, request, root } from './context.js';
import type { LegacyJobInfo, LegacyListOptions } from './types.js';
import { JobVersion, type LegacyEndOptions, type LegacyJobOptions, untilGone } from './versions.js';

export interface ListLegacyJobsOptions extends LegacyListOptions {
  /** Only jobs that stand so; see `legacyJobStatus`. */
  readonly status?: number | readonly number[] | undefined;
  /** Default `job_name`. */
  readonly sortBy?: (typeof jobColumns)[number] | undefined;
  readonly workspaceId?: string | undefined;
}

/** One page of jobs. */
export interface LegacyJobPage {
  readonly total: number | undefined;
  /** How many jobs there may be. */
  readonly limit: number | undefined;
  readonly quotas: number | undefined;
  readonly jobs: readonly LegacyTrainingJob[];
}

/** The versions of a job, with what they have in common. */
export interface LegacyJobVersions {
  readonly jobId: string;
  readonly jobName?: string;
  readonly jobDesc?: string;
  readonly versionCount?: number;
  readonly versions: readonly JobVersion[];
}

export interface ListJobVersionsOptions extends CallOptions {
  /** From 1 to 1000 a page. */
  readonly perPage?: number | undefined;
  /** From 1. Default: all at once. */
  readonly page?: number | undefined;
}

const jobColumns = ['job_name', 'job_desc', 'status', 'duration', 'version_count', 'create_time'] as const;
const jobsPath = `${root}/training-jobs`;
const jobPath = `${jobsPath}/{job_id}`;
type Told = Record<string, unknown>;

/**
 * One page of jobs. `order` is `desc` unless it is said, as in the Python SDK.
 *
 * @throws OptionError (T115–T117), ServiceError
 */
export async function listJobs(
  session: ServiceSession,
  { signal, onNotice, ...options }: ListLegacyJobsOptions = {},
  onHeaders?: ModelArtsRequest['onHeaders'],
): Promise<LegacyJobPage> {
  checkList({ ...options, onNotice }, { columns: jobColumns });
  const { status, perPage, page, sortBy, order = 'desc', searchContent, workspaceId } = options;
  const told = await request<{
    jobTotalCount?: number;
    jobCountLimit?: number;
    quotas?: number;
    jobs?: Told[];
  }>(session, {
    method: 'GET',
    path: jobsPath,
    query: {
      // ASSUMED: several states are joined so.
      status: status === undefined ? undefined : [status].flat().join('|'),
      per_page: perPage,
      page,
      sortBy,
      order,
      search_content: searchContent,
      workspace_id: workspaceId,
    },
    onHeaders,
    signal,
  });
  const jobs = (told.jobs ?? []).map((one) => {
    const info = jobInfoOf(one);
    return new LegacyTrainingJob(session, info.jobId, { onNotice, info });
  });
  return { total: told.jobTotalCount, limit: told.jobCountLimit, quotas: told.quotas, jobs };
}

/** All jobs, page by page; `perPage` (default 100) is how many are asked for at a time. */
export function allJobs(
  session: ServiceSession,
  { perPage = 100, page, ...options }: ListLegacyJobsOptions = {},
): AsyncGenerator<LegacyTrainingJob, void> {
  return pages({
    paging: 'page-number',
    limit: perPage,
    start: page,
    ask: async (position, limit) => {
      const found = await listJobs(session, { ...options, page: position, perPage: limit });
      return { items: found.jobs, total: found.total };
    },
  });
}

/** A job of the old training, which has versions. Making one of these asks nothing; `LegacyEstimator.fit` creates jobs. */
export class LegacyTrainingJob {
  readonly jobId: string;
  #version: JobVersion | undefined;
  #info: LegacyJobInfo | undefined;
  readonly #context: Context;

  /** @throws OptionError for an id that is none (T119) */
  constructor(
    session: ServiceSession,
    jobId: string | number,
    { onNotice = () => {}, info }: LegacyJobOptions = {},
  ) {
    this.jobId = checkedId(jobId, 'jobId', onNotice);
    this.#info = info;
    this.#context = { session, onNotice };
    if (info?.versionId !== undefined) this.#version = this.version(info.versionId);
  }

  /** What was last heard of it. */
  get info(): LegacyJobInfo | undefined {
    return this.#version?.info ?? this.#info;
  }

  /** The version that it was created, or listed, with. */
  get versionId(): string | undefined {
    return this.#version?.versionId;
  }

  /** A version of it. Nothing is asked. @throws OptionError (T119) */
  version(versionId: string | number): JobVersion {
    const { session, onNotice } = this.#context;
    return new JobVersion(session, this.jobId, versionId, { onNotice });
  }

  /** The version that it was created, or listed, with; or else its newest. @throws ServiceError, LabelkitError `NotFound` */
  async currentVersion({ signal }: CallOptions = {}): Promise<JobVersion> {
    if (this.#version !== undefined) return this.#version;
    const { versions } = await this.getJobVersionInfo({ signal });
    const [newest] = versions.toSorted((a, b) => (b.info?.createTime ?? 0) - (a.info?.createTime ?? 0));
    if (newest === undefined)
      throw new LabelkitError('NotFound', `training job ${this.jobId} has no version`, {
        hint: 'Create one: LegacyEstimator.createJobVersion.',
      });
    this.#version = newest;
    return newest;
  }

  /** What the service knows of its version. @throws ServiceError `NotFound` when there is none */
  async getJobInfo(options: CallOptions = {}): Promise<LegacyJobInfo> {
    return await (await this.currentVersion(options)).getJobInfo(options);
  }

  /** Its versions, with what they have in common. @throws OptionError (T115), ServiceError */
  async getJobVersionInfo(
    { perPage, page, signal }: ListJobVersionsOptions = {},
    onHeaders?: ModelArtsRequest['onHeaders'],
  ): Promise<LegacyJobVersions> {
    checkList({ perPage, page }, { columns: [] });
    const { session, onNotice } = this.#context;
    const { versions = [], ...common } = await request<Told & { versions?: Told[] }>(session, {
      method: 'GET',
      path: `${jobPath}/versions`,
      params: { job_id: this.jobId },
      // 0: not by pages.
      query: { per_page: perPage, page: page ?? 0 },
      onHeaders,
      signal,
    });
    const { jobName, jobDesc, versionCount } = jobInfoOf(common);
    return {
      jobId: this.jobId,
      ...(jobName === undefined ? {} : { jobName }),
      ...(jobDesc === undefined ? {} : { jobDesc }),
      ...(versionCount === undefined ? {} : { versionCount }),
      versions: versions.map((one) => {
        const info = jobInfoOf({ jobId: this.jobId, ...one });
        return new JobVersion(session, this.jobId, info.versionId!, { onNotice, info });
      }),
    };
  }

  /** Its versions. @throws OptionError (T115), ServiceError */
  async getJobVersionObjectList(options: ListJobVersionsOptions = {}): Promise<readonly JobVersion[]> {
    return (await this.getJobVersionInfo(options)).versions;
  }

  /** @throws OptionError (T113), ServiceError */
  async updateJobDescription(description: string, { signal }: CallOptions = {}): Promise<void> {
    checkText256(description, 'description');
    await request(this.#context.session, {
      method: 'PUT',
      path: jobPath,
      params: { job_id: this.jobId },
      body: { job_desc: description },
      signal,
    });
  }

  /** Deletes it with all its versions; what it has written stays. @throws ServiceError; with `wait` also `Timeout` */
  async deleteJob({ wait = false, signal }: LegacyEndOptions = {}): Promise<void> {
    await request(this.#context.session, {
      method: 'DELETE',
      path: jobPath,
      params: { job_id: this.jobId },
      signal,
    });
    if (wait === false) return;
    const ask = () => this.getJobVersionInfo({ perPage: 1, page: 1, signal });
    await untilGone(this.#context, `training job ${this.jobId}`, ask, {
      signal,
      ...(wait === true ? {} : wait),
    });
  }

  /** See {@link JobVersion.wait}. */
  async wait(options: WaitOptions<LegacyJobInfo> = {}): Promise<LegacyJobInfo> {
    return await (await this.currentVersion(options)).wait(options);
  }

  /** What JSON says of it: its id, and what was last heard. */
  toJSON(): object {
    return { jobId: this.jobId, ...this.info };
  }
}
