import { type Json, neededText, numberOf, objectOf, objectsOf, textOf } from '../json.js';
import { neededPlace } from '../objects.js';
import { invalid, notFound, Refusal } from '../refusal.js';
import { created, ok, type Reply, type Routes } from '../routes.js';
import type { World } from '../state.js';
import { engineInfo, engines, flavorInfo, flavors, poolFlavor } from './catalog.js';
import { dataAt, dataOfVersion, Program, parametersOf, putBelow, writableFolder } from './program.js';
import { searchOf } from './search.js';
import type { TrainingJob } from './state.js';

/*
 * New training. What the documents leave open: an unknown job is answered 404, with a code nobody has documented; the
 * name of a job may be given twice; a job reads its data when it begins to run.
 */

const folder = (text: string, what: string) => {
  const place = neededPlace(text, what);
  if (place.key === '' || !place.key.endsWith('/')) throw invalid(`${what} must be a folder in a bucket.`);
  return place;
};

/** @throws Refusal for an engine that is none, or two at once */
function checkEngine(algorithm: Json): void {
  const engine = objectOf(algorithm, 'engine') ?? {};
  const [name, version] = [textOf(engine, 'engine_name'), textOf(engine, 'engine_version')];
  const isImage = textOf(engine, 'image_url') !== undefined;
  if (isImage && version !== undefined) throw invalid('Give either an image or an engine with its version.');
  if (isImage) {
    neededText(algorithm, 'command');
    return;
  }
  const isKnown = engines.some((one) => one.name === name && one.version === version);
  if (!isKnown && textOf(engine, 'engine_id') === undefined)
    throw invalid(`The engine ${name} ${version} is not known.`);
  const code = folder(neededText(algorithm, 'code_dir'), 'code_dir');
  const boot = neededPlace(neededText(algorithm, 'boot_file'), 'boot_file');
  if (boot.bucket !== code.bucket || !boot.key.startsWith(code.key))
    throw invalid('boot_file is not in code_dir.');
}

/** What the job trains on, in words, when it begins. @throws Refusal for data that is not there */
function dataOf(world: World, algorithm: Json): () => string {
  const inputs = objectsOf(algorithm, 'inputs');
  const readers = inputs.map((input) => {
    neededText(input, 'name');
    const remote = objectOf(input, 'remote') ?? {};
    const dataset = objectOf(remote, 'dataset');
    if (dataset !== undefined) {
      const text = dataOfVersion(world, neededText(dataset, 'id'), neededText(dataset, 'version_id'));
      return () => text;
    }
    const place = neededPlace(neededText(objectOf(remote, 'obs') ?? {}, 'obs_url'), 'obs_url');
    return () => dataAt(world.objects, place);
  });
  for (const output of objectsOf(algorithm, 'outputs')) {
    neededText(output, 'name');
    folder(neededText(objectOf(objectOf(output, 'remote') ?? {}, 'obs') ?? {}, 'obs_url'), 'obs_url');
  }
  return () => readers.map((read) => read()).join(', ') || 'nothing';
}

/** @throws Refusal for a flavor that is not there, or more nodes than it has */
function checkResource(spec: Json): number {
  const resource = objectOf(spec, 'resource');
  if (resource === undefined) throw invalid('spec.resource is required.');
  const nodes = numberOf(resource, 'node_count');
  if (nodes === undefined || !Number.isInteger(nodes) || nodes < 1)
    throw invalid('node_count is an integer from 1 on.');
  const id = textOf(resource, 'flavor_id');
  const pool = textOf(resource, 'pool_id');
  const flavor = flavors.find((one) => one.id === id);
  if (flavor === undefined && (pool === undefined || (id !== undefined && !poolFlavor.test(id))))
    throw invalid(`The flavor ${id} is not known.`);
  if (flavor !== undefined && nodes > flavor.most)
    throw invalid(`The flavor ${id} has at most ${flavor.most} nodes.`);
  return nodes;
}

function create(world: World, body: Json): Reply {
  if (body['kind'] !== 'job') throw invalid('kind must be job.');
  const metadata = objectOf(body, 'metadata') ?? {};
  const name = neededText(metadata, 'name');
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw invalid(`The name ${name} is not one for a job.`);
  const description = textOf(metadata, 'description') ?? '';
  if (description.length > 256) throw invalid('description has at most 256 characters.');
  const algorithm = objectOf(body, 'algorithm');
  const spec = objectOf(body, 'spec');
  if (algorithm === undefined || spec === undefined) throw invalid('algorithm and spec are required.');
  checkEngine(algorithm);
  const readData = dataOf(world, algorithm);
  for (const parameter of objectsOf(algorithm, 'parameters')) {
    neededText(parameter, 'name');
    textOf(parameter, 'value');
  }
  const nodes = checkResource(spec);
  const log = objectOf(spec, 'log_export_path');
  if (log !== undefined) folder(neededText(log, 'obs_url'), 'log_export_path');
  const id = world.ids.uuid('training job');
  const program = new Program({
    parameters: parametersOf(objectsOf(algorithm, 'parameters')),
    workers: nodes,
    readData,
  });
  const job: TrainingJob = {
    id,
    name,
    description,
    workspace: textOf(metadata, 'workspace_id') ?? '0',
    created: world.now(),
    started: undefined,
    ended: undefined,
    algorithm,
    spec,
    program,
    job: world.job({ name: 'Creating' }),
  };
  job.job = world.job(
    { name: 'Creating' },
    { name: 'Pending' },
    {
      name: 'Running',
      enter: () => {
        job.started = world.now();
      },
    },
    ...program.stages('Running', () => {
      finish(world, job);
      job.job.end('Failed');
    }),
    {
      name: 'Completed',
      enter: () => {
        for (const output of objectsOf(algorithm, 'outputs')) {
          const at = objectOf(objectOf(output, 'remote') ?? {}, 'obs')?.['obs_url'];
          const model = JSON.stringify({ job: name, epochs: program.epochs });
          putBelow(world.objects, writableFolder(world.objects, at), 'model.json', model);
        }
        finish(world, job);
      },
    },
  );
  world.training.jobs.set(id, job);
  return created(infoOf(world, job));
}

const logName = (job: TrainingJob, task: number) => `modelarts-job-${job.id}-worker-${task}.log`;

/** Logs are kept where the job says. */
function finish(world: World, job: TrainingJob): void {
  job.ended = world.now();
  const at = writableFolder(world.objects, objectOf(job.spec, 'log_export_path')?.['obs_url']);
  job.program.logs.forEach((_, task) => {
    putBelow(world.objects, at, logName(job, task), job.program.logOf(task));
  });
}

const secondary: Readonly<Record<string, string>> = { Pending: 'Queuing' };

function infoOf(world: World, { job, program, algorithm, spec, ...facts }: TrainingJob): Json {
  const phase = job.stage;
  const tasks = program.logs.map((_, n) => `worker-${n}`);
  const until = facts.ended ?? world.now();
  const resource = objectOf(spec, 'resource') ?? {};
  const flavor = flavors.find(({ id }) => id === resource['flavor_id']);
  return {
    kind: 'job',
    metadata: {
      id: facts.id,
      name: facts.name,
      description: facts.description,
      create_time: facts.created,
      workspace_id: facts.workspace,
      ai_project: 'default-ai-project',
      user_name: 'user',
      annotations: { job_template: 'Template DL' },
    },
    status: {
      phase,
      secondary_phase: secondary[phase] ?? phase,
      duration: facts.started === undefined ? 0 : until - facts.started,
      start_time: facts.started ?? 0,
      node_count_metrics: [[facts.created, tasks.length]],
      tasks: facts.started === undefined ? [] : tasks,
      ...(phase === 'Failed' && {
        task_statuses: tasks.map((task) => ({
          task,
          exit_code: program.exitCode,
          message: `${task} ended with exit code ${program.exitCode}`,
        })),
      }),
    },
    algorithm,
    spec: { ...spec, resource: { ...resource, ...(flavor && { flavor_detail: flavorInfo(flavor) }) } },
  };
}

/** @throws Refusal 404 */
function jobOf(world: World, id: string | undefined): TrainingJob {
  const job = world.training.jobs.get(id ?? '');
  if (job === undefined) throw new Refusal(404, 'ModelArts.2759', `The training job ${id} does not exist.`);
  return job;
}

/** The number of a task of a job. @throws Refusal */
function taskOf(job: TrainingJob, name: string | undefined): number {
  const number = /^worker-(\d+)$/.exec(name ?? '')?.[1];
  if (number === undefined || job.program.logs[Number(number)] === undefined)
    throw notFound('task', name ?? '');
  return Number(number);
}

function terminate(world: World, job: TrainingJob): Reply {
  const { stage } = job.job;
  if (!['Creating', 'Pending', 'Running'].includes(stage))
    throw invalid(`A job that is ${stage} cannot be terminated.`);
  job.job = world.job(
    { name: 'Terminating' },
    {
      name: 'Terminated',
      enter: () => finish(world, job),
    },
  );
  return { status: 202, body: infoOf(world, job) };
}

/** The end of a text, in so many bytes. */
function endOf(text: string, most: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= most ? text : bytes.subarray(bytes.length - most).toString('utf8');
}

/** Where the whole log of a task can be fetched: what is written of it so far is put there. */
function logPlace(world: World, job: TrainingJob, task: number) {
  const { algorithm, spec } = job;
  const output = objectsOf(algorithm, 'outputs')[0];
  const candidates = [
    objectOf(spec, 'log_export_path')?.['obs_url'],
    algorithm['code_dir'],
    objectOf(objectOf(output ?? {}, 'remote') ?? {}, 'obs')?.['obs_url'],
  ];
  const at = candidates.map((one) => writableFolder(world.objects, one)).find((one) => one !== undefined);
  if (at === undefined) throw new Refusal(404, 'ModelArts.2761', 'There is no log of the task.');
  putBelow(world.objects, at, logName(job, task), job.program.logOf(task));
  return { bucket: at.bucket, key: at.key + logName(job, task) };
}

function metricsOf({ spec, program }: TrainingJob): Json[] {
  const flavor = flavors.find(({ id }) => id === objectOf(spec, 'resource')?.['flavor_id']);
  // A value for each epoch, the first before anything was measured.
  const values = (base: number) =>
    Array.from({ length: program.done + 1 }, (_, n) => (n === 0 ? -1 : base + n));
  const absent = () => values(0).map(() => -1);
  const names = { cpuUsage: 20, memUsage: 30, gpuUtil: 50, gpuMemUsage: 60, npuUtil: 50, npuMemUsage: 60 };
  return Object.entries(names).map(([metric, base]) => {
    const isAbsent =
      (metric.startsWith('gpu') && flavor?.type !== 'GPU') ||
      (metric.startsWith('npu') && flavor?.type !== 'Ascend');
    return { metric, value: isAbsent ? absent() : values(base) };
  });
}

const base = '/v2/{project_id}/training-jobs';

export const trainingRoutes: Routes = {
  [`POST ${base}`]: ({ world, body }) => create(world, body),

  'POST /v2/{project_id}/training-job-searches': ({ world, body }) =>
    ok(searchOf([...world.training.jobs.values()], body, (job) => infoOf(world, job))),

  [`GET ${base}/{job_id}`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    job.job.poll();
    return ok(infoOf(world, job));
  },

  [`PUT ${base}/{job_id}`]: ({ world, params, body }) => {
    const job = jobOf(world, params['job_id']);
    const description = textOf(body, 'description');
    const others = Object.keys(body).filter((name) => name !== 'description');
    if (description === undefined || others.length > 0)
      throw invalid(`A description can be changed, not ${others.join(', ') || 'nothing'}.`);
    if (description.length > 256) throw invalid('description has at most 256 characters.');
    job.description = description;
    return { status: 200, body: 'null' };
  },

  [`DELETE ${base}/{job_id}`]: ({ world, params }) => {
    world.training.jobs.delete(jobOf(world, params['job_id']).id);
    return { status: 202 };
  },

  [`POST ${base}/{job_id}/actions`]: ({ world, params, body }) => {
    if (body['action_type'] !== 'terminate') throw invalid('action_type must be terminate.');
    return terminate(world, jobOf(world, params['job_id']));
  },

  [`GET ${base}/{job_id}/tasks/{task_id}/logs/preview`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    const whole = job.program.logOf(taskOf(job, params['task_id']));
    const content = endOf(whole, world.training.previewBytes);
    return ok({
      content,
      current_size: Buffer.byteLength(content),
      full_size: Buffer.byteLength(whole),
    });
  },

  [`GET ${base}/{job_id}/tasks/{task_id}/logs/url`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    return ok({ obs_url: world.signedLink(logPlace(world, job, taskOf(job, params['task_id']))) });
  },

  [`GET ${base}/{job_id}/metrics/{task_id}`]: ({ world, params }) => {
    const job = jobOf(world, params['job_id']);
    taskOf(job, params['task_id']);
    return ok({ metrics: metricsOf(job) });
  },

  'GET /v2/{project_id}/training-job-flavors': ({ query }) => {
    const type = query.get('flavor_type');
    if (type !== null && !['CPU', 'GPU', 'Ascend'].includes(type))
      throw invalid('flavor_type is CPU, GPU or Ascend.');
    const found = flavors.filter((flavor) => type === null || flavor.type === type);
    return ok({ total_count: found.length, flavors: found.map(flavorInfo) });
  },

  'GET /v2/{project_id}/training-job-engines': () =>
    ok({ total: engines.length, items: engines.map(engineInfo) }),
};
