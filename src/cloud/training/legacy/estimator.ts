import type { JsonObject } from '../../../model/index.js';
import { required } from '../../service/call.js';
import { beganThere, createOnce, unsure } from '../../service/create-once.js';
import { ServiceError } from '../../service/service-error.js';
import type { CallOptions, OnNotice, ServiceSession } from '../../service/session.js';
import type { WaitOptions } from '../../service/waiter.js';
import { type AlgorithmPage, type ListAlgorithmsOptions, listAlgorithms } from './algorithms.js';
import { configOnWire, secretsOf } from './body.js';
import {
  checkDataInput,
  checkEstimator,
  checkedHyperparameters,
  checkedId,
  checkJobName,
  checkText256,
} from './checks.js';
import {
  allConfigs,
  type ConfigData,
  type ConfigPage,
  type ConfigRequest,
  configRequest,
  createConfig,
  type ListConfigsOptions,
  listConfigs,
  replaceConfig,
  type TrainingJobConfig,
} from './configs.js';
import { jobInfoOf, request, root } from './context.js';
import {
  allJobs,
  type LegacyJobPage,
  LegacyTrainingJob,
  type ListLegacyJobsOptions,
  listJobs,
} from './jobs.js';
import { nameAt } from './names.js';
import { idsOf, type ListSpecsOptions, listEngines, listSpecs } from './specs.js';
import type {
  LegacyDataInput,
  LegacyEngine,
  LegacyEstimatorOptions,
  LegacyJobInfo,
  LegacySpec,
} from './types.js';
import { JobVersion, type LegacyEndOptions } from './versions.js';

/** What one job works on. */
export interface LegacyFitData extends LegacyDataInput {
  /** 1 to 64 letters, digits, `_` and `-`. Default: `job-` and the time. */
  readonly jobName?: string | undefined;
}

export interface LegacyFitOptions extends LegacyFitData, CallOptions {
  /** Wait until it has ended. Default false. */
  readonly wait?: boolean | WaitOptions<LegacyJobInfo> | undefined;
}

/** What a new version of a job works on. */
export interface LegacyVersionData extends LegacyDataInput {
  readonly jobId: string | number;
  /** The version that it comes after. */
  readonly preVersionId: string | number;
  /** Up to 256 characters. Default: that of the estimator. */
  readonly jobDesc?: string | undefined;
}

export interface CreateJobVersionOptions extends LegacyVersionData, CallOptions {
  /** Wait until it has ended. Default false. */
  readonly wait?: boolean | WaitOptions<LegacyJobInfo> | undefined;
}

export interface JobConfigsOptions extends ConfigData, CallOptions {
  /** 1 to 20 letters, digits, `_` and `-`. Default for a new one: `cfg-` and the time. */
  readonly configName?: string | undefined;
}

/** A request that creates a job or a version. */
export interface LegacyJobRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly body: JsonObject;
}

const jobsPath = `${root}/training-jobs`;
const versionsPath = `${jobsPath}/{job_id}/versions`;

/** Creates jobs, versions and configurations of the old training. Making one asks nothing. */
export class LegacyEstimator {
  readonly #session: ServiceSession;
  readonly #options: LegacyEstimatorOptions;
  readonly #onNotice: OnNotice;

  /** @throws OptionError (T104–T108, T110, T113, T114, T120) */
  constructor(session: ServiceSession, options: LegacyEstimatorOptions) {
    checkEstimator(options, 'configuration');
    checkedHyperparameters(options.hyperparameters, () => {});
    this.#session = session;
    this.#options = options;
    this.#onNotice = options.onNotice ?? (() => {});
  }

  /**
   * The request that {@link fit} sends, for those who want to see it first. Names are looked up, and nothing is changed.
   *
   * @throws OptionError (T101–T103, T109–T111, T120), ServiceError
   */
  async request(
    { jobName, ...data }: LegacyFitData,
    { signal }: CallOptions = {},
  ): Promise<LegacyJobRequest> {
    if (jobName !== undefined) checkJobName(jobName);
    checkEstimator(this.#options, 'job');
    checkDataInput(data);
    const { jobDescription, workspaceId } = this.#options;
    return {
      method: 'POST',
      path: jobsPath,
      body: {
        job_name: jobName ?? nameAt('job', (await this.#timing()).now()),
        ...(jobDescription === undefined ? {} : { job_desc: jobDescription }),
        ...(workspaceId === undefined ? {} : { workspace_id: workspaceId }),
        config: await this.#config(data, signal),
      },
    };
  }

  /**
   * Creates a job. It is never created twice: when the answer is lost, the job is looked for by its name.
   *
   * @throws OptionError (T101–T103, T109–T111, T120) before anything is created; ServiceError, with `mayHaveApplied`
   *   when it is not known whether there is a job now; with `wait` what `LegacyTrainingJob.wait` throws; AbortedError
   */
  async fit({ wait = false, signal, ...data }: LegacyFitOptions): Promise<LegacyTrainingJob> {
    const asked = await this.request(data, { signal });
    const timing = await this.#timing();
    const began = timing.now();
    const name = String(asked.body['job_name']);
    const job = await this.#once({
      what: `the job ${name}`,
      signal,
      create: async () => {
        const told = await this.#send(asked, {}, signal);
        const info = jobInfoOf({ jobName: name, ...told });
        return this.#job(required(info.jobId, 'job_id', asked), info);
      },
      find: async () => {
        let earliest = began;
        const { jobs } = await listJobs(
          this.#session,
          { searchContent: name, sortBy: 'create_time', perPage: 100, signal },
          (headers) => {
            earliest = beganThere(began, timing.now(), headers);
          },
        );
        return jobs.find(({ info }) => info?.jobName === name && (info.createTime ?? 0) >= earliest);
      },
    });
    if (wait !== false) await job.wait({ signal, ...(wait === true ? {} : wait) });
    return job;
  }

  /**
   * The request that {@link createJobVersion} sends.
   *
   * @throws OptionError (T101–T103, T109, T110, T113, T119, T120), ServiceError
   */
  async versionRequest(
    { jobId, preVersionId, jobDesc = this.#options.jobDescription, ...data }: LegacyVersionData,
    { signal }: CallOptions = {},
  ): Promise<LegacyJobRequest> {
    checkedId(jobId, 'jobId', this.#onNotice);
    const before = checkedId(preVersionId, 'preVersionId', this.#onNotice);
    if (jobDesc !== undefined) checkText256(jobDesc, 'jobDesc');
    checkEstimator(this.#options, 'job');
    checkDataInput(data);
    const id = Number(before);
    return {
      method: 'POST',
      path: versionsPath,
      body: {
        ...(jobDesc === undefined ? {} : { job_desc: jobDesc }),
        config: {
          ...(await this.#config(data, signal)),
          pre_version_id: Number.isSafeInteger(id) ? id : before,
        },
      },
    };
  }

  /**
   * Creates a version of a job. It is never created twice: when the answer is lost, the version is looked for.
   *
   * @throws what {@link fit} throws; OptionError (T113, T119)
   */
  async createJobVersion({ wait = false, signal, ...data }: CreateJobVersionOptions): Promise<JobVersion> {
    const asked = await this.versionRequest(data, { signal });
    const job = this.#job(String(data.jobId));
    const timing = await this.#timing();
    const began = timing.now();
    const version = await this.#once({
      what: `a version of training job ${job.jobId}`,
      signal,
      create: async () => {
        const info = jobInfoOf(await this.#send(asked, { job_id: job.jobId }, signal));
        return new JobVersion(this.#session, job.jobId, required(info.versionId, 'version_id', asked), {
          onNotice: this.#onNotice,
          info,
        });
      },
      find: async () => {
        let earliest = began;
        const { versions } = await job.getJobVersionInfo({ signal }, (headers) => {
          earliest = beganThere(began, timing.now(), headers);
        });
        return versions.find(
          ({ info }) =>
            (info?.createTime ?? 0) >= earliest && info?.preVersionId === String(data.preVersionId),
        );
      },
    });
    if (wait !== false) await version.wait({ signal, ...(wait === true ? {} : wait) });
    return version;
  }

  /** The request that {@link createJobConfigs} or {@link updateJobConfigs} sends. */
  async configRequest(
    method: 'POST' | 'PUT',
    { configName, signal, ...data }: JobConfigsOptions,
  ): Promise<ConfigRequest> {
    return await configRequest(this.#session, method, { ...this.#options, ...data }, configName, signal);
  }

  /**
   * Keeps the same settings under a name. When the answer is lost, it is looked for before it is asked for again.
   *
   * @throws OptionError (T101–T103, T110, T112, T113, T120) before anything is created; ServiceError `AlreadyExists`
   */
  async createJobConfigs({ configName, signal, ...data }: JobConfigsOptions): Promise<TrainingJobConfig> {
    return await createConfig(this.#session, configName, { ...this.#options, ...data }, signal);
  }

  /**
   * Replaces a configuration by these settings: what is not said is gone, and not kept.
   *
   * @throws OptionError (T101–T103, T110, T112, T113, T120, T122) before anything is changed; ServiceError `NotFound`
   */
  async updateJobConfigs({ configName, signal, ...data }: JobConfigsOptions): Promise<void> {
    await replaceConfig(this.#session, configName, { ...this.#options, ...data }, signal);
  }

  /** One page of the jobs of the project. @throws OptionError (T115–T117), ServiceError */
  static async getJobList(
    session: ServiceSession,
    options: ListLegacyJobsOptions = {},
  ): Promise<LegacyJobPage> {
    return await listJobs(session, options);
  }

  /** All jobs of the project, page by page. `perPage` (default 100) is how many are asked for at a time. */
  static jobs(
    session: ServiceSession,
    options: ListLegacyJobsOptions = {},
  ): AsyncGenerator<LegacyTrainingJob, void> {
    return allJobs(session, options);
  }

  /** See {@link LegacyTrainingJob.deleteJob}. */
  static async deleteJobById(
    session: ServiceSession,
    jobId: string | number,
    options: LegacyEndOptions = {},
  ): Promise<void> {
    await new LegacyTrainingJob(session, jobId).deleteJob(options);
  }

  /** One page of configurations, as objects with what is listed of them in `info`. @throws OptionError (T115–T117), ServiceError */
  static async getJobConfigsList(
    session: ServiceSession,
    options: ListConfigsOptions = {},
  ): Promise<ConfigPage> {
    return await listConfigs(session, options);
  }

  /** All configurations, page by page. `perPage` (default 100) is how many are asked for at a time. */
  static jobConfigs(
    session: ServiceSession,
    options: ListConfigsOptions = {},
  ): AsyncGenerator<TrainingJobConfig, void> {
    return allConfigs(session, options);
  }

  /** One page of built-in algorithms. @throws OptionError (T115–T117), ServiceError */
  static async getBuiltinAlgorithms(
    session: ServiceSession,
    options: ListAlgorithmsOptions = {},
  ): Promise<AlgorithmPage> {
    return await listAlgorithms(session, options);
  }

  /** Codes of what jobs can run on: `modelarts.vm.gpu.p100`. @throws ServiceError */
  static async getTrainInstanceTypes(
    session: ServiceSession,
    options: ListSpecsOptions = {},
  ): Promise<string[]> {
    return (await listSpecs(session, options)).map(({ specCode }) => specCode);
  }

  /** What jobs can run on, with its limits. @throws ServiceError */
  static async getSpecList(session: ServiceSession, options: ListSpecsOptions = {}): Promise<LegacySpec[]> {
    return await listSpecs(session, options);
  }

  /** Names of frameworks. @throws ServiceError */
  static async getFrameworkList(
    session: ServiceSession,
    options: CallOptions = {},
  ): Promise<{ frameworkType: string; frameworkVersion: string }[]> {
    return (await listEngines(session, options)).map(({ engineName, engineVersion }) => ({
      frameworkType: engineName,
      frameworkVersion: engineVersion,
    }));
  }

  /** Frameworks with all that the service tells of them. @throws ServiceError */
  static async getEngines(session: ServiceSession, options: CallOptions = {}): Promise<LegacyEngine[]> {
    return await listEngines(session, options);
  }

  async #timing() {
    return (await this.#session.services()).client.timing;
  }

  #job(jobId: string, info?: LegacyJobInfo): LegacyTrainingJob {
    return new LegacyTrainingJob(this.#session, jobId, { onNotice: this.#onNotice, info });
  }

  async #config(data: LegacyDataInput, signal: AbortSignal | undefined): Promise<JsonObject> {
    const ids = await idsOf(this.#session, this.#options, signal);
    return configOnWire(this.#options, data, ids, this.#onNotice);
  }

  async #send(
    asked: LegacyJobRequest,
    params: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, unknown>> {
    return await request(this.#session, { ...asked, params, secrets: secretsOf(this.#options), signal });
  }

  /** Creates once, or says that it is not known. */
  async #once<T>({
    what,
    ...creation
  }: {
    readonly what: string;
    readonly signal: AbortSignal | undefined;
    readonly create: () => Promise<T>;
    readonly find: () => Promise<T | undefined>;
  }): Promise<T> {
    try {
      return await createOnce({ timing: await this.#timing(), again: false, ...creation });
    } catch (error) {
      throw error instanceof ServiceError && error.mayHaveApplied ? unsure(error, what) : error;
    }
  }
}
