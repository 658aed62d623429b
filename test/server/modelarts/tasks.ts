import { descriptionOf, nameOf } from './datasets.js';
import { type Json, neededText, numberOf, objectOf, objectsOf, textOf, textsOf } from './json.js';
import { alreadyExists, invalid, notFound } from './refusal.js';
import { batch, created, noContent, ok, pageOf, type Routes, sorted } from './routes.js';
import type { Dataset, LabelTask, World } from './state.js';

/*
 * Tasks beside data sets. Label tasks are kept as they are said (their paths are not in any public document). Smart
 * tasks, processor tasks and teams are answered as documented and do nothing: their progress is made up.
 */

const taskTypes = [0, 1, 3, 100, 101, 102, 200, 201, 202, 400, 600, 900];

function labelTaskInfo(dataset: Dataset, task: LabelTask): Json {
  const annotated = dataset.samples.filter(({ labels }) => labels.length > 0).length;
  return {
    task_id: task.id,
    task_name: task.name,
    task_type: task.type,
    dataset_id: dataset.id,
    dataset_name: dataset.name,
    status: 1,
    create_time: task.created,
    update_time: task.created,
    total_sample_count: dataset.samples.length,
    annotated_sample_count: annotated,
    workforce_task: false,
    ...task.facts,
  };
}

function createLabelTask(world: World, dataset: Dataset, body: Json): Json {
  const name = neededText(body, 'task_name');
  const type = numberOf(body, 'task_type');
  if (type === undefined || !taskTypes.includes(type)) throw invalid('task_type is not known.');
  if (dataset.labelTasks.some((task) => task.name === name)) throw alreadyExists('label task', name);
  const description = descriptionOf(body) ?? '';
  const id = world.ids.next('label task');
  dataset.labelTasks.push({ id, name, type, created: world.now(), facts: { description } });
  return { task_id: id };
}

const labelTaskRoutes: Routes = {
  'POST /v2/{project_id}/datasets/{dataset_id}/label-tasks': ({ world, params, body }) =>
    ok(createLabelTask(world, world.dataset(params['dataset_id'] as string), body)),

  'GET /v2/{project_id}/datasets/{dataset_id}/label-tasks': ({ world, params, query }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const by = query.get('sort_key') ?? 'create_time';
    if (by !== 'create_time' && by !== 'task_name') throw invalid(`Nothing is sorted by ${by}.`);
    const all = sorted(dataset.labelTasks, query.get('sort_dir'), (task) =>
      by === 'task_name' ? task.name : task.created,
    );
    const tasks = pageOf(all, query, 100, Math.max(all.length, 1)).map((task) =>
      labelTaskInfo(dataset, task),
    );
    return ok({ total_count: all.length, tasks });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/label-tasks/{task_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const task = dataset.labelTasks.find(({ id }) => id === params['task_id']);
    if (task === undefined) throw notFound('label task', params['task_id'] as string);
    return ok(labelTaskInfo(dataset, task));
  },
};

/** A task whose progress is made up: half way after a poll, done after two. */
const cannedJob = (world: World) => world.job({ name: 'init' }, { name: 'running' }, { name: 'done' });

/** 0 init, 1 running, 2 done, 4 stopped. */
const cannedStatus: Readonly<Record<string, number>> = { init: 0, running: 1, done: 2, stopped: 4 };

const smartInfo = ({ job, ...facts }: Json & { job: { stage: string } }): Json => ({
  ...facts,
  status: cannedStatus[job.stage],
  progress: ({ init: 0, running: 50 } as Record<string, number>)[job.stage] ?? 100,
  message: '',
  code: '',
  elapsed_time: 0,
});

function smartTask(dataset: Dataset, id: string | undefined) {
  const task = dataset.smartTasks.get(id ?? '');
  if (task === undefined) throw notFound('task', id ?? '');
  return task;
}

const smartRoutes: Routes = {
  'POST /v2/{project_id}/datasets/{dataset_id}/tasks': ({ world, params, body }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const type = neededText(body, 'task_type');
    if (!['auto-label', 'pre-label', 'auto-grouping', 'auto-deploy'].includes(type))
      throw invalid(`task_type ${type} is not known.`);
    if (type === 'pre-label') neededText(body, 'model_id');
    if (type === 'auto-label') {
      if (dataset.labels.length === 0) throw invalid('There are no labels to learn.', '4405');
      const seldom = dataset.labels.find(
        ({ name }) =>
          dataset.samples.filter(({ labels }) => labels.some((one) => one.name === name)).length < 5,
      );
      if (seldom !== undefined) throw invalid(`The label ${seldom.name} has fewer than 5 images.`, '4406');
      if (dataset.samples.every(({ labels }) => labels.length > 0))
        throw invalid('Every sample has labels already.', '4407');
    }
    const config = objectOf(body, 'config') ?? {};
    if (type === 'auto-grouping' && !(Number(config['n_clusters'] ?? 2) < dataset.samples.length))
      throw invalid('n_clusters must be less than the number of samples.', '4622');
    const id = world.ids.next('smart');
    dataset.smartTasks.set(id, {
      task_id: id,
      task_type: type,
      resource_id: dataset.id,
      create_time: new Date(world.now()).toISOString().slice(0, 19).replace('T', ' '),
      config,
      job: cannedJob(world),
    });
    return ok({ task_id: id });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/tasks': ({ world, params, query }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const all = [...dataset.smartTasks.values()].reverse();
    return ok({
      total_count: all.length,
      tasks: pageOf(all, query).map(smartInfo),
      exist_running_deploy_task: false,
    });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/tasks/{task_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const task = smartTask(dataset, params['task_id']);
    task.job.poll();
    const counts = { total_sample_count: dataset.samples.length, annotated_sample_count: 0 };
    return ok({ ...smartInfo(task), result: counts });
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/tasks/{task_id}/stop': ({ world, params }) => {
    const task = smartTask(world.dataset(params['dataset_id'] as string), params['task_id']);
    if (!task.job.isDone) task.job.end('stopped');
    return noContent;
  },
};

const templates =
  'sys_data_analyse sys_data_cleaning sys_data_augmentation sys_data_validation sys_data_selection';

function processorTask(world: World, id: string | undefined) {
  const task = world.processorTasks.get(id ?? '');
  if (task === undefined) throw notFound('task', id ?? '');
  return task;
}

const versionsOf = (task: Json) => task['versions'] as Json[];

function processorVersion(world: World, task: string | undefined, id: string | undefined): Json {
  const version = versionsOf(processorTask(world, task)).find((one) => one['task_version_id'] === id);
  if (version === undefined) throw notFound('version', id ?? '');
  return version;
}

const processorInfo = ({ job, versions, ...facts }: Json & { job: { stage: string } }): Json => ({
  ...facts,
  status: cannedStatus[job.stage],
  version_count: (versions as Json[]).length,
});

const processorRoutes: Routes = {
  'POST /v2/{project_id}/processor-tasks': ({ world, body }) => {
    const name = neededText(body, 'name');
    const template = neededText(objectOf(body, 'template') ?? {}, 'id');
    if (!templates.split(' ').includes(template)) throw invalid(`The template ${template} is not known.`);
    if ((body['inputs'] === undefined) === (body['data_source'] === undefined))
      throw invalid('Give either inputs or data_source.');
    const id = world.ids.next('processor');
    world.processorTasks.set(id, {
      ...body,
      task_id: id,
      name,
      create_time: world.now(),
      versions: [],
      job: cannedJob(world),
    });
    return ok({ task_id: id });
  },

  'GET /v2/{project_id}/processor-tasks': ({ world, query }) => {
    const all = [...world.processorTasks.values()].reverse();
    return ok({ count: all.length, tasks: pageOf(all, query).map(processorInfo) });
  },

  'GET /v2/{project_id}/processor-tasks/items': () =>
    ok({
      total: 5,
      items: templates.split(' ').map((id) => ({ template_id: id, label_en: id, label_zh: id })),
    }),

  'GET /v2/{project_id}/processor-tasks/{task_id}': ({ world, params }) => {
    const task = processorTask(world, params['task_id']);
    task.job.poll();
    return ok(processorInfo(task));
  },

  'PUT /v2/{project_id}/processor-tasks/{task_id}': ({ world, params, body }) => {
    processorTask(world, params['task_id'])['description'] = neededText(body, 'description');
    return ok({ task_id: params['task_id'] });
  },

  'DELETE /v2/{project_id}/processor-tasks/{task_id}': ({ world, params }) => {
    processorTask(world, params['task_id']);
    world.processorTasks.delete(params['task_id'] as string);
    return noContent;
  },

  'POST /v2/{project_id}/processor-tasks/{task_id}/versions': ({ world, params }) => {
    const versions = versionsOf(processorTask(world, params['task_id']));
    const id = world.ids.next('processor version');
    const name = `V${String(versions.length + 1).padStart(3, '0')}`;
    versions.push({ task_version_id: id, version_name: name, status: 2, create_time: world.now() });
    return ok({ version_id: id });
  },

  'GET /v2/{project_id}/processor-tasks/{task_id}/versions': ({ world, params, query }) => {
    const versions = versionsOf(processorTask(world, params['task_id']));
    return ok({ count: versions.length, versions: pageOf(versions, query, 100, 100) });
  },

  'GET /v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}': ({ world, params }) =>
    ok(processorVersion(world, params['task_id'], params['version_id'])),

  'DELETE /v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}': ({ world, params }) => {
    const version = processorVersion(world, params['task_id'], params['version_id']);
    const versions = versionsOf(processorTask(world, params['task_id']));
    versions.splice(versions.indexOf(version), 1);
    return noContent;
  },

  'POST /v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}/stop': ({ world, params }) => {
    processorVersion(world, params['task_id'], params['version_id'])['status'] = 4;
    return noContent;
  },

  'GET /v2/{project_id}/processor-tasks/{task_id}/versions/{version_id}/results': ({ world, params }) => {
    processorVersion(world, params['task_id'], params['version_id']);
    return ok({ count: 0, has_more: false, results: [] });
  },
};

function teamTask(dataset: Dataset, id: string | undefined): Json {
  const task = dataset.teamTasks.get(id ?? '');
  if (task === undefined) throw notFound('label task', id ?? '');
  return task;
}

function team(world: World, id: string | undefined) {
  const found = world.teams.get(id ?? '');
  if (found === undefined) throw notFound('task', id ?? '');
  return found;
}

/** The members of a team are not shown with it. */
const teamInfo = ({ workers, ...facts }: Json & { workers: Map<string, Json> }): Json => ({
  ...facts,
  worker_count: workers.size,
});

function checkComments(body: Json): void {
  for (const comment of objectsOf(body, 'comments')) {
    if (typeof comment['accept'] !== 'boolean') throw invalid('accept is true or false.');
    const score = textOf(comment, 'score');
    if (score !== undefined && !/^[ABCD]$/.test(score)) throw invalid('score is A, B, C or D.');
    const text = textOf(comment, 'comment') ?? '';
    if (text.length > 256 || /[!<>=&"']/.test(text))
      throw invalid('comment has at most 256 plain characters.');
  }
}

const workforceRoutes: Routes = {
  'POST /v2/{project_id}/datasets/{dataset_id}/workforce-tasks': ({ world, params, body }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const name = nameOf(neededText(body, 'task_name'), 64, 'task_name');
    const config = objectOf(body, 'workforces_config');
    if (config === undefined) throw invalid('workforces_config is required.');
    const id = world.ids.next('team task');
    dataset.teamTasks.set(id, {
      task_id: id,
      task_name: name,
      task_type: numberOf(body, 'task_type') ?? dataset.type,
      dataset_id: dataset.id,
      dataset_name: dataset.name,
      description: descriptionOf(body) ?? '',
      workforce_task: true,
      workforces_config: config,
      status: 6,
      create_time: world.now(),
      update_time: world.now(),
    });
    return ok({ task_id: id });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/workforce-tasks': ({ world, params, query }) => {
    const all = [...world.dataset(params['dataset_id'] as string).teamTasks.values()].reverse();
    return ok({ count: all.length, tasks: pageOf(all, query, 1000) });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}': ({ world, params }) =>
    ok(teamTask(world.dataset(params['dataset_id'] as string), params['workforce_task_id'])),

  'POST /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}': ({ world, params }) => {
    teamTask(world.dataset(params['dataset_id'] as string), params['workforce_task_id'])['status'] = 1;
    return noContent;
  },

  'PUT /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}': ({
    world,
    params,
    body,
  }) => {
    const task = teamTask(world.dataset(params['dataset_id'] as string), params['workforce_task_id']);
    Object.assign(task, {
      description: descriptionOf(body) ?? task['description'],
      update_time: world.now(),
    });
    return noContent;
  },

  'DELETE /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}': ({
    world,
    params,
  }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    teamTask(dataset, params['workforce_task_id']);
    dataset.teamTasks.delete(params['workforce_task_id'] as string);
    return noContent;
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance': ({
    world,
    params,
    body,
  }) => {
    const task = teamTask(world.dataset(params['dataset_id'] as string), params['workforce_task_id']);
    if ((body['sampling_num'] === undefined) === (body['sampling_rate'] === undefined))
      throw invalid('Give either sampling_num or sampling_rate.');
    task['status'] = 2;
    return ok({ task_id: world.ids.next('acceptance') });
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/workforce-tasks/{workforce_task_id}/acceptance/batch-comment':
    ({ world, params, body }) => {
      teamTask(world.dataset(params['dataset_id'] as string), params['workforce_task_id']);
      checkComments(body);
      return noContent;
    },

  'POST /v2/{project_id}/workforces': ({ world, body }) => {
    const name = nameOf(neededText(body, 'workforce_name'), 64, 'workforce_name');
    const id = world.ids.next('team');
    const description = descriptionOf(body) ?? '';
    world.teams.set(id, { workforce_id: id, workforce_name: name, description, workers: new Map() });
    return created({ workforce_id: id });
  },

  'GET /v2/{project_id}/workforces': ({ world, query }) => {
    const all = [...world.teams.values()].reverse();
    return ok({ total_number: all.length, workforces: pageOf(all, query).map(teamInfo) });
  },

  'GET /v2/{project_id}/workforces/{workforce_id}': ({ world, params }) =>
    ok(teamInfo(team(world, params['workforce_id']))),

  'DELETE /v2/{project_id}/workforces/{workforce_id}': ({ world, params }) => {
    team(world, params['workforce_id']);
    world.teams.delete(params['workforce_id'] as string);
    return noContent;
  },

  'POST /v2/{project_id}/workforces/{workforce_id}/workers': ({ world, params, body }) => {
    const { workers } = team(world, params['workforce_id']);
    return batch(textsOf(body, 'emails'), (email) => {
      const id = world.ids.hash('worker', email);
      workers.set(id, { worker_id: id, email, role: numberOf(body, 'role') ?? 0, status: 1 });
      return undefined;
    });
  },

  'GET /v2/{project_id}/workforces/{workforce_id}/workers': ({ world, params, query }) => {
    const all = [...team(world, params['workforce_id']).workers.values()];
    return ok({ total_number: all.length, workers: pageOf(all, query) });
  },

  'POST /v2/{project_id}/workforces/{workforce_id}/workers/batch-delete': ({ world, params, body }) => {
    const { workers } = team(world, params['workforce_id']);
    return batch(textsOf(body, 'workers'), (id) => {
      if (!workers.delete(id)) throw notFound('task', id);
      return undefined;
    });
  },
};

export const taskRoutes: Routes = {
  ...labelTaskRoutes,
  ...smartRoutes,
  ...processorRoutes,
  ...workforceRoutes,
};
