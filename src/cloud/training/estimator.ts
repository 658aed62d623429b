import { LabelkitError } from '../../model/index.js';
import { call, required } from '../service/call.js';
import { refuse } from '../service/checks.js';
import { beganThere, createOnce } from '../service/create-once.js';
import { ServiceError } from '../service/service-error.js';
import type { CallOptions, ServiceSession } from '../service/session.js';
import { jobBody, secretsOf } from './body.js';
import { engines, type FlavorOptions, type Framework, flavors, frameworkOf, mostNodes } from './catalog.js';
import { checkEstimator, checkFit } from './checks.js';
import { jobsPath } from './context.js';
import { type EstimatorOptions, type FitData, type FitOptions, localInstance } from './inputs.js';
import { TrainingJob, throwUnlessCompleted } from './jobs.js';
import { jobs, type ListJobsOptions, listJobs, type TrainingJobPage } from './search.js';
import type { TrainingEngine, TrainingFlavor, TrainingJobInfo } from './types.js';
import { fromWire } from './wire.js';

/** Creates training jobs. Making one asks nothing. */
export class Estimator {
  readonly #session: ServiceSession;
  readonly #options: EstimatorOptions;

  /** @throws OptionError (T001–T007, T010, T012–T016, T021, T022) */
  constructor(session: ServiceSession, options: EstimatorOptions) {
    checkEstimator(session, options, options.onNotice ?? (() => {}));
    this.#session = session;
    this.#options = options;
  }

  /**
   * The request that {@link fit} sends, for those who want to see it first. Nothing is asked.
   *
   * @throws OptionError (T008–T011); LabelkitError `Unsupported` for the flavor `local`
   */
  request(data: FitData = {}): { method: 'POST'; path: string; body: ReturnType<typeof jobBody> } {
    this.#check(data);
    const jobName = data.jobName ?? nameAt(Date.now());
    return { method: 'POST', path: jobsPath, body: jobBody(this.#options, { ...data, jobName }) };
  }

  /**
   * Creates a job. It is never created twice: when the answer is lost, the job is looked for by its name.
   *
   * @throws OptionError (T001, T008–T011) before anything is created; LabelkitError `Unsupported` for the flavor `local`;
   *   ServiceError, with `mayHaveApplied` when it is not
   *   known whether there is a job now; with `wait` or `showLog` what `TrainingJob.wait` throws; AbortedError
   */
  async fit({ wait = false, showLog, signal, ...data }: FitOptions = {}): Promise<TrainingJob> {
    this.#check(data);
    await this.#checkNodes(signal);
    const job = await this.#create(data, signal);
    const waiting = typeof wait === 'object' ? { signal, ...wait } : { signal };
    if (showLog !== undefined) {
      const log = job.followLog(waiting);
      for (;;) {
        const { done, value } = await log.next();
        if (done === true) {
          throwUnlessCompleted(value);
          break;
        }
        showLog(value);
      }
    } else if (wait !== false) {
      await job.wait(waiting);
    }
    return job;
  }

  #check(data: FitData): void {
    checkFit(this.#options, data);
    if (this.#options.trainInstanceType === localInstance) throw localRun(this.#options);
  }

  async #create(data: FitData, signal: AbortSignal | undefined): Promise<TrainingJob> {
    const { onNotice } = this.#options;
    const { timing } = (await this.#session.services()).client;
    const began = timing.now();
    const jobName = data.jobName ?? nameAt(began);
    const asked = {
      method: 'POST',
      path: jobsPath,
      body: jobBody(this.#options, { ...data, jobName }),
      secrets: secretsOf(this.#options),
      signal,
    } as const;
    try {
      return await createOnce({
        timing,
        signal,
        // Two jobs may have one name.
        again: false,
        create: async () => {
          const info = fromWire<Partial<TrainingJobInfo>>(await call(this.#session, asked));
          const id = required(info.metadata?.id, 'metadata.id', asked);
          return new TrainingJob(this.#session, id, { info: info as TrainingJobInfo, onNotice });
        },
        find: () => this.#find(jobName, began, signal),
      });
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.mayHaveApplied) throw error;
      throw new ServiceError(
        error.code,
        `${error.message}; it is not known whether the job ${jobName} was created`,
        { ...error, path: jobsPath },
        { hint: `Look for a job of that name, and submit again only if there is none.`, cause: error },
      );
    }
  }

  /** ASSUMED: jobs are looked for by `name`, and `create_time` is the service's clock in ms. */
  async #find(
    name: string,
    began: number,
    signal: AbortSignal | undefined,
  ): Promise<TrainingJob | undefined> {
    const { timing } = (await this.#session.services()).client;
    let earliest = began;
    const { jobs: found } = await listJobs(this.#session, {
      filters: [{ key: 'name', operator: 'like', value: [name] }],
      sortBy: 'create_time',
      order: 'desc',
      limit: 50,
      onNotice: this.#options.onNotice,
      onHeaders: (headers) => {
        earliest = beganThere(began, timing.now(), headers);
      },
      signal,
    });
    return found.find(
      ({ info }) => info?.metadata.name === name && (info.metadata.createTime ?? 0) >= earliest,
    );
  }

  /** T001: flavors say how many nodes a job may have. */
  async #checkNodes(signal: AbortSignal | undefined): Promise<void> {
    const { trainInstanceType, trainInstanceCount, poolId } = this.#options;
    if (trainInstanceCount === 1 || poolId !== undefined) return;
    const all = await flavors(this.#session, { signal });
    const flavor = all.find(({ flavorId }) => flavorId === trainInstanceType);
    const most = flavor && mostNodes(flavor);
    if (most !== undefined && trainInstanceCount > most) {
      refuse(
        'T001',
        `trainInstanceCount is ${trainInstanceCount}`,
        `A job on ${trainInstanceType} may have ${most}.`,
      );
    }
  }

  /** One page of the jobs of the project. @throws OptionError (T017), ServiceError */
  static async getJobList(session: ServiceSession, options: ListJobsOptions = {}): Promise<TrainingJobPage> {
    return await listJobs(session, options);
  }

  /** All jobs of the project, page by page. `limit` (default 50) is how many are asked for at a time. */
  static jobs(session: ServiceSession, options: ListJobsOptions = {}): AsyncGenerator<TrainingJob, void> {
    return jobs(session, options);
  }

  /** See {@link TrainingJob.deleteJob}. */
  static async deleteJobById(
    session: ServiceSession,
    jobId: string,
    options: CallOptions = {},
  ): Promise<void> {
    await new TrainingJob(session, jobId).deleteJob(options);
  }

  /** See {@link TrainingJob.controlJob}. */
  static async controlJobById(
    session: ServiceSession,
    jobId: string,
    options: CallOptions = {},
  ): Promise<TrainingJobInfo> {
    return await new TrainingJob(session, jobId).controlJob(options);
  }

  /** Ids of what jobs can run on. @throws ServiceError */
  static async getTrainInstanceTypes(
    session: ServiceSession,
    options: FlavorOptions = {},
  ): Promise<string[]> {
    return (await flavors(session, options)).flatMap(({ flavorId }) => flavorId ?? []);
  }

  /** What jobs can run on, with its limits. @throws ServiceError */
  static async getSpecList(session: ServiceSession, options: FlavorOptions = {}): Promise<TrainingFlavor[]> {
    return await flavors(session, options);
  }

  /** Names of preset frameworks. @throws ServiceError */
  static async getFrameworkList(session: ServiceSession, options: CallOptions = {}): Promise<Framework[]> {
    return (await engines(session, options)).map(frameworkOf);
  }

  /** Preset frameworks with all that the service tells of them. @throws ServiceError */
  static async getEngines(session: ServiceSession, options: CallOptions = {}): Promise<TrainingEngine[]> {
    return await engines(session, options);
  }
}

/** `job-20260131-120000-000`: ms since 1970 as a name. */
function nameAt(ms: number): string {
  const [day, time] = new Date(ms).toISOString().slice(0, -1).split('T');
  return `job-${day!.replaceAll('-', '')}-${time!.replaceAll(/[:.]/g, (sign) => (sign === '.' ? '-' : ''))}`;
}

/** Why a run on this machine is not begun here. */
function localRun({ trainInstanceCount }: EstimatorOptions): LabelkitError {
  const why =
    trainInstanceCount > 1
      ? 'a run on several machines needs a second notebook, and no public request makes one'
      : 'that is no job of the service';
  return new LabelkitError('Unsupported', `trainInstanceType is "local": ${why}`, {
    hint: 'Run it with trainHere(session, settings) of labelkit/cloud, on one machine, or name a flavor.',
  });
}
