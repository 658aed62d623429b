import { idle } from './idle.js';
import { flagOf, type Json, neededText, textOf } from './json.js';
import { neededPlace, type Place, pathOf, uriOf } from './objects.js';
import { readTable } from './readers/folder.js';
import { invalid, notFound } from './refusal.js';
import { ok, pageOf, type Routes } from './routes.js';
import { type Manner, mannerOf, readAll, take } from './samples-of.js';
import type { Dataset, ImportTask, World } from './state.js';

/** The rows of the files below a folder become those of the table. @throws Error */
export function loadTable(world: World, dataset: Dataset, place: Place, hasHeader: boolean) {
  const table = readTable({ store: world.objects, place }, dataset.schema.length, hasHeader);
  const path = pathOf(place);
  if (!dataset.tables.includes(path)) dataset.tables.push(path);
  dataset.rows += table.rows.length;
  dataset.updated = world.now();
  return table;
}

/** Starts an import. Everything is read when it begins to run, and is there when it is completed. */
export function begin(world: World, dataset: Dataset, manner: Manner, facts: Json): ImportTask {
  const result: Json = {};
  const began = world.now();
  const fail = (message: string) => {
    Object.assign(result, { error_code: 'ModelArts.0104', error_msg: message });
    task.job.end('FAILED');
  };
  const progress = (share: number) => {
    for (const [total, part] of [
      ['total_sample_count', 'imported_sample_count'],
      ['total_file_count', 'finished_file_count'],
      ['total_file_size', 'finished_file_size'],
    ] as const) {
      result[part] = Math.floor(Number(result[total]) * share);
    }
  };
  let finish = () => {};
  const run = () => {
    if (dataset.type === 400) {
      const { rows, wrongRows } = loadTable(
        world,
        dataset,
        manner.place,
        facts['with_column_header'] === true,
      );
      Object.assign(result, { total_sample_count: rows.length + wrongRows });
      finish = () => Object.assign(result, { imported_sample_count: rows.length });
      return;
    }
    const reading = readAll(world, dataset, manner);
    const [first] = reading.problems;
    if (reading.total === 0) throw new Error(`There are no samples at ${uriOf(manner.place)}.`);
    if (reading.problems.length === reading.total) throw new Error(`Nothing could be read: ${first}`);
    const size = reading.samples.reduce((sum, sample) => sum + sample.size, 0);
    Object.assign(result, {
      total_sample_count: reading.total,
      total_file_count: reading.total,
      total_file_size: size,
    });
    finish = () => {
      const { imported, annotated } = take(world, dataset, reading, manner.withLabels);
      Object.assign(result, {
        imported_sample_count: imported,
        annotated_sample_count: annotated,
        file_statistics: { failed: reading.problems.length },
        ...(first !== undefined && {
          error_msg: `${reading.problems.length} of ${reading.total} could not be read: ${first}`,
        }),
      });
    };
  };
  const guarded = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      fail((error as Error).message);
    }
  };
  const halfway = guarded(() => {
    run();
    progress(0.5);
  });
  const task: ImportTask = {
    id: `${dataset.id}_${world.ids.next('import').slice(0, 8)}`,
    created: began,
    facts: { import_path: uriOf(manner.place), import_type: manner.isManifest ? 1 : 0, ...facts },
    result,
    job: world.job(
      { name: 'QUEUING' },
      { name: 'STARTING' },
      { name: 'RUNNING', enter: halfway },
      {
        name: 'COMPLETED',
        enter: guarded(() => {
          progress(1);
          finish();
          result['elapsed_time'] = Math.round((world.now() - began) / 1000);
        }),
      },
    ),
  };
  dataset.imports.push(task);
  return task;
}

function infoOf(dataset: Dataset, { id, created, facts, job, result }: ImportTask): Json {
  return {
    task_id: id,
    dataset_id: dataset.id,
    status: job.stage,
    create_time: created,
    update_ms: created,
    elapsed_time: 0,
    total_sample_count: 0,
    imported_sample_count: 0,
    annotated_sample_count: 0,
    unconfirmed_sample_count: 0,
    total_sub_sample_count: 0,
    imported_sub_sample_count: 0,
    total_file_count: 0,
    finished_file_count: 0,
    total_file_size: 0,
    finished_file_size: 0,
    ...facts,
    ...result,
  };
}

function start(world: World, id: string, body: Json): Json {
  const dataset = idle(world, id);
  const path = neededText(body, 'import_path');
  const place = neededPlace(path, 'import_path');
  const type = textOf(body, 'import_type') ?? 'dir';
  if (type !== 'dir' && type !== 'manifest') throw invalid(`import_type ${type} is not known.`);
  const origin = textOf(body, 'import_origin') ?? 'obs';
  if (origin !== 'obs') throw invalid(`Nothing is imported from ${origin} here.`);
  const isManifest = type === 'manifest';
  if (isManifest && (place.key === '' || place.key.endsWith('/')))
    throw invalid('import_path must be a manifest file.');
  if (dataset.type === 400 && body['with_column_header'] === undefined)
    throw invalid('with_column_header is required for a table.');
  const manner = mannerOf(dataset, place, isManifest, body);
  const { id: task } = begin(world, dataset, manner, {
    ...(dataset.type === 400 && { with_column_header: flagOf(body, 'with_column_header', true) }),
  });
  return { task_id: task };
}

export const importRoutes: Routes = {
  'POST /v2/{project_id}/datasets/{dataset_id}/import-tasks': ({ world, params, body }) =>
    ok(start(world, params['dataset_id'] as string, body)),

  'GET /v2/{project_id}/datasets/{dataset_id}/import-tasks': ({ world, params, query }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    for (const { job } of dataset.imports) job.poll();
    const newest = [...dataset.imports].reverse();
    return ok({
      total_count: newest.length,
      import_tasks: pageOf(newest, query).map((task) => infoOf(dataset, task)),
    });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/import-tasks/{task_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const task = dataset.imports.find(({ id }) => id === params['task_id']);
    if (task === undefined) throw notFound('task', params['task_id'] as string);
    task.job.poll();
    return ok(infoOf(dataset, task));
  },
};
