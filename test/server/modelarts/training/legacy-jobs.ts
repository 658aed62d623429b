import { type Json, neededText, objectOf, textOf } from '../json.js';
import { invalid } from '../refusal.js';
import type { Routes } from '../routes.js';
import type { World } from '../state.js';
import { algorithms, engines, legacyEngineInfo, specInfo, specs } from './catalog.js';
import { integerOf, listOf, missing, success } from './envelope.js';
import { namesOf, programOf } from './legacy-config.js';
import { linesOf } from './legacy-log.js';
import { putBelow, writableFolder } from './program.js';
import type { LegacyJob, LegacyVersion } from './state.js';

/*
 * Old training. A deletion is asked for and done later: what is to be deleted is shown as being ended until it is
 * polled once more.
 */

const status: Readonly<Record<string, number>> = {
  init: 1,
  submitting: 4,
  waiting: 7,
  running: 8,
  killing: 9,
  completed: 10,
  failed: 11,
  killed: 12,
};

const statusOf = ({ job, deletion }: LegacyVersion) =>
  status[deletion === undefined ? job.stage : 'killing'] as number;

const durationOf = (world: World, { started, ended }: LegacyVersion) =>
  started === undefined ? 0 : (ended ?? world.now()) - started;

const logName = (version: LegacyVersion, worker: number) =>
  `job${version.id}-${version.name}-worker-${worker}.log`;

function addVersion(world: World, job: LegacyJob, config: Json, description: string | undefined): Json {
  const { pre_version_id: before = 0, create_version: _, ...rest } = config;
  const program = programOf(world, rest);
  const number = Math.max(0, ...job.versions.map(({ name }) => Number(name.slice(1)))) + 1;
  const version: LegacyVersion = {
    id: world.training.nextId(),
    name: `V${String(number).padStart(4, '0')}`,
    created: world.now(),
    started: undefined,
    ended: undefined,
    before: Number(before),
    config: rest,
    program,
    job: world.job({ name: 'init' }),
    deletion: undefined,
  };
  version.job = world.job(
    { name: 'init' },
    { name: 'submitting' },
    { name: 'waiting' },
    {
      name: 'running',
      enter: () => {
        version.started = world.now();
      },
    },
    ...program.stages('running', () => {
      finish(world, version);
      version.job.end('failed');
    }),
    {
      name: 'completed',
      enter: () => {
        const model = JSON.stringify({ job: job.name, epochs: program.epochs });
        putBelow(world.objects, writableFolder(world.objects, rest['train_url']), 'model.json', model);
        finish(world, version);
      },
    },
  );
  if (description !== undefined) job.description = description;
  job.versions.push(version);
  return {
    job_id: job.id,
    job_name: job.name,
    status: statusOf(version),
    create_time: version.created,
    version_id: version.id,
    version_name: version.name,
  };
}

function finish(world: World, version: LegacyVersion): void {
  version.ended = world.now();
  const at = writableFolder(world.objects, version.config['log_url']);
  version.program.logs.forEach((_, worker) => {
    putBelow(world.objects, at, logName(version, worker), version.program.logOf(worker));
  });
}

function descriptionOf(body: Json): string | undefined {
  const text = textOf(body, 'job_desc');
  if (text !== undefined && text.length > 256) throw invalid('job_desc has at most 256 characters.', '0105');
  return text;
}

function configOf(body: Json): Json {
  const config = objectOf(body, 'config');
  if (config === undefined) throw invalid('config is required.', '0105');
  return config;
}

function jobOf(world: World, id: string | undefined): LegacyJob {
  const job = world.training.legacyJobs.get(Number(id));
  if (job === undefined) throw missing('job', id ?? '');
  return job;
}

function versionOf(job: LegacyJob, id: string | undefined): LegacyVersion {
  const version = job.versions.find((one) => one.id === Number(id));
  if (version === undefined) throw missing('version', id ?? '');
  return version;
}

/** Begins to delete versions; the job goes with its last one. */
function remove(world: World, job: LegacyJob, versions: readonly LegacyVersion[]): void {
  for (const version of versions) {
    version.deletion ??= world.job(
      { name: 'deleting' },
      {
        name: 'deleted',
        enter: () => {
          job.versions = job.versions.filter((one) => one !== version);
          if (job.versions.length === 0) world.training.legacyJobs.delete(job.id);
        },
      },
    );
  }
}

function shortInfo(world: World, version: LegacyVersion): Json {
  return {
    version_id: version.id,
    version_name: version.name,
    pre_version_id: version.before,
    ...version.config,
    ...namesOf(version.config),
    status: statusOf(version),
    create_time: version.created,
    duration: durationOf(world, version),
  };
}

/** Metrics come as texts of JSON. */
function fullInfo(world: World, job: LegacyJob, version: LegacyVersion): Json {
  const { done } = version.program;
  const values = (from: number) => Array.from({ length: done }, (_, n) => from + n);
  return {
    job_id: job.id,
    job_name: job.name,
    job_desc: job.description,
    ...shortInfo(world, version),
    model_metric_list: JSON.stringify({
      metric: [],
      total_metric: { total_metric_values: { f1_score: 0.5, recall: 0.5, precision: 0.5, accuracy: 0.5 } },
    }),
    system_metric_list: { cpuUsage: values(20), memUsage: values(30), gpuUtil: values(50) },
  };
}

const base = '/v1/{project_id}/training-jobs';
const one = `${base}/{job_id}/versions/{version_id}`;

export const legacyJobRoutes: Routes = {
  [`POST ${base}`]: ({ world, body }) => {
    const name = neededText(body, 'job_name');
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw invalid(`The name ${name} is not one for a job.`, '0105');
    if ([...world.training.legacyJobs.values()].some((job) => job.name === name))
      throw invalid(`The job ${name} already exists.`, '0103');
    const job: LegacyJob = {
      id: world.training.nextId(),
      name,
      description: '',
      created: world.now(),
      versions: [],
    };
    const answer = addVersion(world, job, configOf(body), descriptionOf(body));
    world.training.legacyJobs.set(job.id, job);
    return success({ ...answer, resource_id: world.ids.hash('resource', job.id) });
  },

  [`GET ${base}`]: ({ world, query }) => {
    const states = query.get('status')?.split('|').map(Number);
    const last = (job: LegacyJob) => job.versions.at(-1) as LegacyVersion;
    const all = [...world.training.legacyJobs.values()].filter(
      (job) => states === undefined || states.includes(statusOf(last(job))),
    );
    const { found, page } = listOf(all, query, {
      keys: {
        create_time: ({ created }) => created,
        job_name: ({ name }) => name,
        job_desc: ({ description }) => description,
        status: (job) => statusOf(last(job)),
        duration: (job) => durationOf(world, last(job)),
        version_count: ({ versions }) => versions.length,
      },
      textOf: ({ name }) => name,
    });
    return success({
      job_total_count: found.length,
      job_count_limit: 1_000,
      quotas: 1_000,
      jobs: page.map((job) => ({
        job_id: job.id,
        job_name: job.name,
        job_desc: job.description,
        version_id: last(job).id,
        version_count: job.versions.length,
        status: statusOf(last(job)),
        create_time: job.created,
        duration: durationOf(world, last(job)),
      })),
    });
  },

  [`PUT ${base}/{job_id}`]: ({ world, params, body }) => {
    const description = descriptionOf(body);
    if (description === undefined) throw invalid('job_desc is required.', '0105');
    jobOf(world, params['job_id']).description = description;
    return success();
  },

  [`DELETE ${base}/{job_id}`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    remove(world, job, job.versions);
    return success();
  },

  [`POST ${base}/{job_id}/versions`]: ({ world, params, body }) => {
    const job = jobOf(world, params['job_id']);
    const config = configOf(body);
    versionOf(job, String(config['pre_version_id']));
    return success(addVersion(world, job, config, descriptionOf(body)));
  },

  [`GET ${base}/{job_id}/versions`]: ({ world, params, query }) => {
    const job = jobOf(world, params['job_id']);
    for (const { deletion } of [...job.versions]) deletion?.poll();
    const page = integerOf(query, 'page', 1, 0, 65_535);
    const perPage = integerOf(query, 'per_page', 10, 1, 1_000);
    const shown = page === 0 ? job.versions : job.versions.slice((page - 1) * perPage, page * perPage);
    return success({
      job_id: job.id,
      job_name: job.name,
      job_desc: job.description,
      version_count: job.versions.length,
      versions: shown.map((version) => shortInfo(world, version)),
    });
  },

  [`GET ${one}`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    const version = versionOf(job, params['version_id']);
    version.job.poll();
    const answer = success(fullInfo(world, job, version));
    version.deletion?.poll();
    return answer;
  },

  [`DELETE ${one}`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    remove(world, job, [versionOf(job, params['version_id'])]);
    return success();
  },

  [`POST ${one}/stop`]: ({ world, params }) => {
    const version = versionOf(jobOf(world, params['job_id']), params['version_id']);
    if (version.job.isDone) throw invalid(`The version is ${version.job.stage} already.`, '0105');
    version.job = world.job({ name: 'killing' }, { name: 'killed', enter: () => finish(world, version) });
    return success();
  },

  [`GET ${one}/log/file-names`]: ({ world, params }) => {
    const version = versionOf(jobOf(world, params['job_id']), params['version_id']);
    const names = version.started === undefined ? [] : version.program.logs;
    return success({ log_file_list: names.map((_, worker) => logName(version, worker)) });
  },

  [`GET ${one}/aom-log`]: ({ world, params, query }) => {
    const version = versionOf(jobOf(world, params['job_id']), params['version_id']);
    const worker = version.program.logs.findIndex((_, n) => logName(version, n) === query.get('log_file'));
    if (worker < 0) throw missing('log file', query.get('log_file') ?? '');
    return success(linesOf(version.program.logs[worker] as string[], query));
  },

  'GET /v1/{project_id}/job/resource-specs': () =>
    success({ spec_total_count: specs.length, specs: specs.map(specInfo) }),

  'GET /v1/{project_id}/job/ai-engines': () => success({ engines: engines.map(legacyEngineInfo) }),

  'GET /v1/{project_id}/built-in-algorithms': ({ query }) => {
    const { found, page } = listOf(algorithms, query, {
      keys: {
        engine: ({ engine_id: id }) => Number(id),
        create_time: ({ create_time: time }) => Number(time),
        model_size: ({ model_size: size }) => Number(size),
        model_precision: ({ model_precision: precision }) => String(precision),
        parameter: ({ parameter }) => String(parameter),
        model_name: ({ model_name: name }) => String(name),
        model_usage: ({ model_usage: usage }) => Number(usage),
      },
      textOf: ({ model_name: name }) => String(name),
      most: 100,
    });
    return success({ model_total_count: found.length, models: page });
  },
};
