import type {
  InputData,
  JobVersion,
  JobVolume,
  LegacyEngine,
  LegacyJobInfo,
  LegacySpec,
  LegacyTrainingJob,
  OutputData,
  ServiceSession,
} from '../../../src/dataset-io/cloud.js';
import { type JsonValue, LabelkitError, OptionError } from '../../../src/model/index.js';
import { exitCodes } from '../../exit-codes.js';
import { type CommandIo, writeText } from '../../io.js';
import {
  cell,
  checkYes,
  isNoId,
  notices,
  type PageFlags,
  printDone,
  printFacts,
  printJson,
  printList,
  printPages,
  rehearse,
  type ServiceFlags,
  type Shell,
  time,
  type WaitFlags,
  waiting,
  withServices,
} from '../dataset/shared.js';
import { settingFacts } from './config.js';
import {
  dataOf,
  documentOf,
  estimatorOptions,
  printRequest,
  type SettingsFlags,
  shownParameters,
} from './legacy-settings.js';
import { isLocal, type LocalFlags, refuseLocalFlags, submitHere } from './local.js';
import { printMetrics } from './metrics.js';
import { refuseFlags } from './shared.js';

/** What `labelkit train <verb> --legacy` does: the same for jobs of the old training. */

export interface LegacySubmitFlags extends SettingsFlags, WaitFlags, LocalFlags, Readonly<NewTrainingFlags> {
  readonly name?: string;
  readonly workspace?: string;
  readonly follow?: boolean;
  readonly newVersionOf?: string;
}

/** What `train submit` has for the new training only. */
interface NewTrainingFlags {
  input?: readonly InputData[];
  output?: readonly OutputData[];
  env?: readonly string[];
  frameworkOnImage?: boolean;
  localCodeDir?: string;
  workingDir?: string;
  volume?: readonly JobVolume[];
}

export interface LegacyVersionFlags extends ServiceFlags {
  readonly version?: string;
}

/** Names of the state and of everything else of a job, as printed: values of variables are not. */
function printed(info: LegacyJobInfo): LegacyJobInfo {
  const parameter = shownParameters(info['parameter'] as JsonValue, (info.userImageUrl ?? '') !== '');
  return {
    ...info,
    ...(parameter !== undefined && { parameter: parameter as LegacyJobInfo['parameter'] }),
  } as LegacyJobInfo;
}

async function stateNames(): Promise<(info: LegacyJobInfo | undefined) => string> {
  const { legacyStatusOf } = await import('../../../src/dataset-io/cloud.js');
  return (info) => legacyStatusOf(info?.status).name;
}

/** Runs work with the job of an id, or of exactly that name. */
async function withLegacyJob<R>(
  idOrName: string,
  flags: ServiceFlags,
  io: CommandIo,
  work: (job: LegacyTrainingJob) => Promise<R>,
): Promise<R> {
  const { LegacyTrainingJob } = await import('../../../src/dataset-io/cloud.js');
  await rehearse((nowhere) => work(new LegacyTrainingJob(nowhere, idOrName)));
  return await withServices(flags, io, async (session) => work(await findJob(session, idOrName, flags, io)));
}

async function findJob(
  session: ServiceSession,
  idOrName: string,
  flags: ServiceFlags,
  io: CommandIo,
): Promise<LegacyTrainingJob> {
  const { LegacyEstimator, LegacyTrainingJob } = await import('../../../src/dataset-io/cloud.js');
  const { signal } = io;
  const onNotice = notices(flags, io);
  if (/^\d+$/.test(idOrName)) {
    const byId = new LegacyTrainingJob(session, idOrName, { onNotice });
    try {
      await byId.currentVersion({ signal });
      return byId;
    } catch (error) {
      if (!isNoId(error)) throw error;
    }
  }
  for await (const job of LegacyEstimator.jobs(session, { searchContent: idOrName, onNotice, signal }))
    if (job.info?.jobName === idOrName) return job;
  throw new LabelkitError('NotFound', `there is no job with the id or name ${JSON.stringify(idOrName)}`, {
    hint: 'labelkit train jobs --legacy shows them; check project and region too (labelkit whoami).',
  });
}

/** Runs work with a version of a job: its newest, or that of `--version`, by id or name. */
async function withVersion<R>(
  idOrName: string,
  flags: LegacyVersionFlags,
  io: CommandIo,
  work: (version: JobVersion) => Promise<R>,
): Promise<R> {
  return await withLegacyJob(idOrName, flags, io, async (job) => {
    const { signal } = io;
    if (flags.version === undefined) return await work(await job.currentVersion({ signal }));
    const versions = await job.getJobVersionObjectList({ signal });
    const found = versions.find(
      ({ versionId, info }) => versionId === flags.version || info?.versionName === flags.version,
    );
    if (found !== undefined) return await work(found);
    throw new LabelkitError('NotFound', `job ${job.jobId} has no version ${JSON.stringify(flags.version)}`, {
      hint: `It has ${versions.map(({ versionId, info }) => `${info?.versionName} (${versionId})`).join(', ')}.`,
    });
  });
}

/** `labelkit train submit --legacy` */
export async function legacySubmit(flags: LegacySubmitFlags, { io, done }: Shell): Promise<void> {
  const { LegacyEstimator, LegacyTrainingJob } = await import('../../../src/dataset-io/cloud.js');
  const { input, output, env, frameworkOnImage, localCodeDir, workingDir, volume } = flags;
  refuseFlags(
    { input, output, env, frameworkOnImage, localCodeDir, workingDir, volume },
    'the new training only; the old one has --data, --output-path and --param',
  );
  const document = await documentOf(flags);
  const jobName = flags.name ?? document.jobName;
  if (isLocal(document.trainInstanceType)) {
    const settings = { ...document, ...(flags.data !== undefined && { inputs: flags.data }), jobName };
    await submitHere({ ...settings, scriptInterpreter: flags.interpreter }, flags, { io, done });
    return;
  }
  refuseLocalFlags(flags);
  if (flags.newVersionOf !== undefined && jobName !== undefined) {
    throw new OptionError('a new version of a job takes no name', {
      hint: 'Leave out --name (job_name) or --new-version-of.',
    });
  }
  const options = {
    ...estimatorOptions(document, flags, io),
    ...(flags.description !== undefined && { jobDescription: flags.description }),
    ...(flags.workspace !== undefined && { workspaceId: flags.workspace }),
  };
  const rehearsed = await dataOf(document, flags, io);
  await rehearse((nowhere) =>
    new LegacyEstimator(nowhere, { ...options, onNotice: undefined }).request({ ...rehearsed, jobName }),
  );
  await withServices(flags, io, async (session) => {
    const { signal } = io;
    const estimator = new LegacyEstimator(session, options);
    const before =
      flags.newVersionOf === undefined
        ? undefined
        : await (await findJob(session, flags.newVersionOf, flags, io)).currentVersion({ signal });
    const data = await dataOf(document, flags, io, session);
    const after = before && { jobId: before.jobId, preVersionId: before.versionId };
    if (flags.dryRun === true) {
      const request =
        after === undefined
          ? await estimator.request({ ...data, jobName }, { signal })
          : await estimator.versionRequest({ ...data, ...after }, { signal });
      await printRequest(request, flags, io);
      return;
    }
    const made =
      after === undefined
        ? await estimator.fit({ ...data, jobName, signal })
        : await estimator.createJobVersion({ ...data, ...after, signal });
    const version = made instanceof LegacyTrainingJob ? await made.currentVersion({ signal }) : made;
    await report(version, made.info, flags, io);
  });
  done(exitCodes.done);
}

async function report(
  version: JobVersion,
  created: LegacyJobInfo | undefined,
  flags: LegacySubmitFlags,
  io: CommandIo,
): Promise<void> {
  const name = await stateNames();
  const { jobId, versionId } = version;
  const sentence = `submitted the job ${created?.jobName ?? jobId} (${jobId}), version ${versionId}`;
  const isWaiting = flags.wait === true || flags.follow === true;
  if (isWaiting && flags.quiet !== true) io.stderr.write(`${sentence}\n`);
  const options = waiting(flags, io, (info: LegacyJobInfo) => `job ${jobId}: ${name(info)}`);
  if (flags.follow === true) await echo(version, undefined, flags.json === true ? io.stderr : io.stdout, io);
  if (isWaiting) await version.wait(options);
  if (flags.follow === true && flags.json !== true) return;
  const info = version.info ?? created ?? { jobId, versionId };
  await printDone(flags, io, printed(info), isWaiting ? `job ${jobId}: ${name(info)}` : sentence);
}

async function echo(
  version: JobVersion,
  file: string | undefined,
  to: CommandIo['stdout'],
  { signal }: CommandIo,
): Promise<void> {
  for await (const text of version.followLog(file, { signal }))
    await writeText(to, text.endsWith('\n') || text === '' ? text : `${text}\n`);
}

export interface LegacyJobsFlags extends PageFlags {
  readonly name?: string;
  readonly phase?: readonly string[];
  readonly sortBy?: string;
  readonly order?: 'asc' | 'desc';
  readonly workspace?: string;
}

/** `labelkit train jobs --legacy` */
export async function legacyJobs(flags: LegacyJobsFlags, { io, done }: Shell): Promise<void> {
  const { LegacyEstimator, legacyJobStatus, legacyStatusCode } = await import(
    '../../../src/dataset-io/cloud.js'
  );
  const status = flags.phase?.map((text) => {
    const code = legacyStatusCode(text);
    if (code !== undefined) return code;
    throw new OptionError(`there is no state ${JSON.stringify(text)}`, {
      hint: `Known are ${[...legacyJobStatus.values()].map(({ name }) => name).join(', ')}, and their numbers.`,
    });
  });
  const state = await stateNames();
  const ask = async (session: ServiceSession, page: number, perPage: number) => {
    const { jobs, total } = await LegacyEstimator.getJobList(session, {
      page: page + 1,
      perPage,
      status,
      searchContent: flags.name,
      sortBy: flags.sortBy as 'create_time',
      order: flags.order,
      workspaceId: flags.workspace,
      onNotice: notices(flags, io),
      signal: io.signal,
    });
    return { items: jobs.map(({ info }) => info!), total };
  };
  await rehearse((nowhere) => ask(nowhere, (flags.page ?? 1) - 1, flags.limit ?? 10));
  await withServices(flags, io, (session) =>
    printPages<LegacyJobInfo>(flags, io, {
      key: 'jobs',
      what: 'jobs',
      head: ['id', 'name', 'state', 'created', 'versions', 'minutes'],
      textColumns: 4,
      row: (info) => [
        info.jobId,
        cell(info.jobName),
        state(info),
        time(info.createTime),
        cell(info.versionCount),
        minutes(info.duration),
      ],
      ask: (page, perPage) => ask(session, page, perPage),
    }),
  );
  done(exitCodes.done);
}

function minutes(ms: number | undefined): string {
  return ms === undefined ? '' : (ms / 60_000).toFixed(1);
}

/** `labelkit train show --legacy` */
export async function legacyShow(job: string, flags: LegacyVersionFlags, { io, done }: Shell): Promise<void> {
  const state = await stateNames();
  const info = printed(
    await withVersion(job, flags, io, (version) => version.getJobInfo({ signal: io.signal })),
  );
  await printFacts(flags, io, info, [
    ['id', info.jobId],
    ['name', info.jobName],
    ['description', info.jobDesc],
    ['version', `${cell(info.versionName)} (${info.versionId})`],
    ['state', state(info)],
    ['created', time(info.createTime)],
    ['minutes', minutes(info.duration)],
    ...settingFacts(info),
  ]);
  done(exitCodes.done);
}

/** `labelkit train describe --legacy` */
export async function legacyDescribe(
  job: string,
  description: string,
  flags: ServiceFlags,
  { io, done }: Shell,
): Promise<void> {
  const jobId = await withLegacyJob(job, flags, io, async (found) => {
    await found.updateJobDescription(description, { signal: io.signal });
    return found.jobId;
  });
  await printDone(flags, io, { jobId, description }, `described the job ${jobId}`);
  done(exitCodes.done);
}

/** `labelkit train stop --legacy` */
export async function legacyStop(
  job: string,
  flags: LegacyVersionFlags & WaitFlags,
  { io, done }: Shell,
): Promise<void> {
  const state = await stateNames();
  const info = await withVersion(job, flags, io, async (version) => {
    const { jobId } = version;
    const wait =
      flags.wait === true &&
      waiting(flags, io, (answer: unknown) => `job ${jobId}: ${state(answer as LegacyJobInfo)}`);
    await version.stopJobVersion({ wait, signal: io.signal });
    return version.info ?? { jobId, versionId: version.versionId };
  });
  const end = flags.wait === true ? state(info) : 'is being stopped';
  await printDone(flags, io, printed(info), `job ${info.jobId}: ${end}`);
  done(exitCodes.done);
}

/** `labelkit train delete --legacy`: a job with all its versions, or the version of `--version`. */
export async function legacyDelete(
  job: string,
  flags: LegacyVersionFlags & { readonly yes?: boolean },
  { io, done }: Shell,
): Promise<void> {
  const { version: name } = flags;
  checkYes(
    flags.yes,
    name === undefined ? `deleting the job ${job}` : `deleting version ${name} of the job ${job}`,
  );
  const { signal } = io;
  if (name === undefined) {
    const jobId = await withLegacyJob(job, flags, io, async (found) => {
      await found.deleteJob({ signal });
      return found.jobId;
    });
    await printDone(flags, io, { jobId, deleted: true }, `deleted the job ${jobId}`);
  } else {
    const { jobId, versionId } = await withVersion(job, flags, io, async (version) => {
      await version.deleteJobVersion({ signal });
      return version;
    });
    const value = { jobId, versionId, deleted: true };
    await printDone(flags, io, value, `deleted version ${versionId} of the job ${jobId}`);
  }
  done(exitCodes.done);
}

export interface LegacyLogFlags extends LegacyVersionFlags {
  readonly file?: string;
  readonly follow?: boolean;
}

/** `labelkit train logs --legacy` */
export async function legacyLogs(job: string, flags: LegacyLogFlags, { io, done }: Shell): Promise<void> {
  const { file, follow, json, quiet } = flags;
  const { signal } = io;
  const state = await stateNames();
  await withVersion(job, flags, io, async (version) => {
    if (follow === true) {
      await echo(version, file, io.stdout, io);
      if (quiet !== true) io.stderr.write(`job ${version.jobId}: ${state(version.info)}\n`);
    } else if (json === true) {
      await printJson(io, await version.getJobLog(file, { lines: 500, signal }));
    } else {
      for await (const { content } of version.jobLog(file, { signal })) await writeText(io.stdout, content);
    }
  });
  done(exitCodes.done);
}

/** `labelkit train metrics --legacy`: what was measured, a value a minute. */
export async function legacyMetrics(
  job: string,
  flags: LegacyVersionFlags,
  { io, done }: Shell,
): Promise<void> {
  const { systemMetricList } = await withVersion(job, flags, io, (version) =>
    version.getJobInfo({ signal: io.signal }),
  );
  const metrics = Object.entries(typeof systemMetricList === 'object' ? systemMetricList : {}).flatMap(
    ([metric, value]) =>
      Array.isArray(value)
        ? [{ metric, value: value.map((one) => (typeof one === 'number' ? one : null)) }]
        : [],
  );
  await printMetrics(metrics, flags, io);
  done(exitCodes.done);
}

/** `labelkit train flavors --legacy` */
export async function legacyFlavors(flags: ServiceFlags, { io, done }: Shell): Promise<void> {
  const { LegacyEstimator } = await import('../../../src/dataset-io/cloud.js');
  const specs = await withServices(flags, io, (session) =>
    LegacyEstimator.getSpecList(session, { signal: io.signal }),
  );
  await printList<LegacySpec>(
    flags,
    io,
    {
      key: 'specs',
      what: 'specs',
      head: ['code', 'accelerator', 'memory', 'cores', 'nodes up to', 'id'],
      textColumns: 3,
      row: ({ specCode, gpuNum, gpuType, cpu, core, maxNum, specId }) => [
        specCode,
        gpuType ? `${cell(gpuNum)} ${gpuType}`.trim() : '',
        cell(cpu),
        cell(core),
        cell(maxNum),
        cell(specId),
      ],
    },
    specs,
  );
  done(exitCodes.done);
}

/** `labelkit train engines --legacy` */
export async function legacyEngines(flags: ServiceFlags, { io, done }: Shell): Promise<void> {
  const { LegacyEstimator } = await import('../../../src/dataset-io/cloud.js');
  const engines = await withServices(flags, io, (session) =>
    LegacyEstimator.getEngines(session, { signal: io.signal }),
  );
  await printList<LegacyEngine>(
    flags,
    io,
    {
      key: 'engines',
      what: 'engines',
      head: ['framework', 'version', 'id'],
      textColumns: 2,
      row: ({ engineName, engineVersion, engineId }) => [engineName, engineVersion, cell(engineId)],
    },
    engines,
  );
  done(exitCodes.done);
}
