import { flagOf, type Json, neededText, numberOf, objectOf, objectsOf, textOf, textsOf } from './json.js';
import { folderOf, neededPlace, type Place, placeOf, uriOf } from './objects.js';
import { writeVoc } from './readers/voc.js';
import { invalid, notFound } from './refusal.js';
import { ok, pageOf, type Routes } from './routes.js';
import { meets, samplesWhere } from './samples.js';
import type { Dataset, ExportTask, Sample, World } from './state.js';
import { versionOf } from './versions.js';

/** Types whose files can be exported. */
const exportable = [0, 1, 3, 900];

/** Which samples are meant. */
function chosen(dataset: Dataset, body: Json): readonly Sample[] {
  const version = textOf(body, 'version_id');
  const all = version === undefined ? dataset.samples : versionOf(dataset, version).samples;
  const params = objectOf(body, 'export_params') ?? {};
  const ids = textsOf(params, 'samples');
  const state = textOf(params, 'sample_state') ?? textOf(body, 'sample_state');
  const conditions = objectsOf(params, 'search_conditions');
  switch (numberOf(body, 'export_type') ?? 2) {
    case 0:
      return all.filter(({ labels }) => labels.length > 0);
    case 1:
      return all.filter(({ labels }) => labels.length === 0);
    case 2:
      return all;
    case 3: {
      const fitting = samplesWhere(all, state === undefined ? {} : { sample_state: state });
      const named = ids.length === 0 ? fitting : fitting.filter(({ id }) => ids.includes(id));
      if (conditions.length === 0) return named;
      return named.filter((sample) => conditions.some((one) => meets(sample, one)));
    }
    default:
      throw invalid('export_type is 0, 1, 2 or 3.');
  }
}

/** Copies the file of a sample, and writes its labels beside it. */
function copy(world: World, dataset: Dataset, sample: Sample, folder: Place, path: string): void {
  const from = placeOf(sample.source);
  const bytes = from && world.objects.get(from.bucket, from.key);
  if (bytes === undefined) throw new Error(`There is no object ${sample.source}.`);
  const put = (name: string, content: Uint8Array | string) =>
    world.objects.put(folder.bucket, folder.key + name, content);
  put(path, bytes);
  if (sample.labels.length === 0 || dataset.type === 900) return;
  const stem = path.replace(/\.[^./]*$/, '');
  if (dataset.type === 0) {
    put(`${stem}.txt`, sample.labels.map(({ name }) => `${name}\n`).join(''));
    return;
  }
  const kept = sample.changed ? undefined : sample.annotations.find(({ xml }) => xml !== undefined)?.xml;
  put(
    `${stem}.xml`,
    kept ?? writeVoc(path.slice(path.lastIndexOf('/') + 1), sample.imageSize, sample.labels),
  );
}

/** Where each file goes: as the tree is (1), or side by side with numbers where two have one name (2). */
function pathsOf(dataset: Dataset, samples: readonly Sample[], format: number): string[] {
  const taken = new Set<string>();
  const root = dataset.source === undefined ? '' : uriOf(dataset.source);
  return samples.map(({ source }) => {
    const name = source.slice(source.lastIndexOf('/') + 1);
    const path = format === 1 && source.startsWith(root) ? source.slice(root.length) : name;
    const dot = path.lastIndexOf('.');
    const [stem, extension] = dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot)];
    let free = path;
    for (let n = 1; taken.has(free); n += 1) free = `${stem}-${n}${extension}`;
    taken.add(free);
    return free;
  });
}

function start(world: World, id: string, body: Json): Json {
  const dataset = world.dataset(id);
  if (!exportable.includes(dataset.type))
    throw invalid(`Data sets of type ${dataset.type} cannot be exported.`);
  const path = neededText(body, 'path');
  const folder = folderOf(neededPlace(path, 'path'));
  if (folder.key === '' || !world.objects.hasBucket(folder.bucket))
    throw invalid('path must be a folder in a bucket.', '4358');
  const format = numberOf(body, 'export_format') ?? 2;
  if (format !== 1 && format !== 2) throw invalid('export_format is 1 or 2.');
  const params = objectOf(body, 'export_params') ?? {};
  if ((textOf(params, 'export_dest') ?? 'DIR') !== 'DIR')
    throw invalid('Nothing is exported to a new data set here.');
  flagOf(params, 'clear_hard_property', true);
  const samples = chosen(dataset, body);
  const paths = pathsOf(dataset, samples, format);
  const result: Json = { finished_sample_count: 0, total_sample_count: samples.length };
  const copyUpTo = (end: number) => () => {
    try {
      for (let n = Number(result['finished_sample_count']); n < end; n += 1) {
        copy(world, dataset, samples[n] as Sample, folder, paths[n] as string);
        result['finished_sample_count'] = n + 1;
      }
      task.progress = samples.length === 0 ? 100 : Math.floor((end / samples.length) * 100);
    } catch (error) {
      Object.assign(result, { error_code: 'ModelArts.0104', error_msg: (error as Error).message });
      task.job.end('FAILED');
    }
  };
  const task: ExportTask = {
    id: world.ids.next('export'),
    created: world.now(),
    progress: 0,
    facts: {
      path,
      export_type: numberOf(body, 'export_type') ?? 2,
      export_format: format,
      export_params: params,
      ...(textOf(body, 'version_id') !== undefined && { version_id: body['version_id'] }),
    },
    result,
    job: world.job(
      { name: 'INIT' },
      { name: 'RUNNING', enter: copyUpTo(samples.length >> 1) },
      { name: 'SUCCESSED', enter: copyUpTo(samples.length) },
    ),
  };
  dataset.exports.push(task);
  return { task_id: task.id };
}

const infoOf = ({ id, created, facts, job, progress, result }: ExportTask): Json => ({
  task_id: id,
  status: job.stage,
  progress,
  create_time: created,
  update_time: created,
  ...facts,
  ...result,
});

export const exportRoutes: Routes = {
  'POST /v2/{project_id}/datasets/{dataset_id}/export-tasks': ({ world, params, body }) =>
    ok(start(world, params['dataset_id'] as string, body)),

  'GET /v2/{project_id}/datasets/{dataset_id}/export-tasks': ({ world, params, query }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const type = query.get('export_type');
    for (const { job } of dataset.exports) job.poll();
    const fitting = dataset.exports
      .filter(({ facts }) => type === null || String(facts['export_type']) === type)
      .reverse();
    return ok({ total_count: fitting.length, export_tasks: pageOf(fitting, query).map(infoOf) });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/export-tasks/{task_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const task = dataset.exports.find(({ id }) => id === params['task_id']);
    if (task === undefined) throw notFound('export task', params['task_id'] as string);
    task.job.poll();
    return ok(infoOf(task));
  },
};
