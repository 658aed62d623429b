import { idle, statusOf } from './idle.js';
import { begin as beginImport, loadTable } from './imports.js';
import { flagOf, type Json, neededText, numberOf, objectsOf, textOf } from './json.js';
import { folderOf, neededPlace, type Place, pathOf } from './objects.js';
import { sampleTypeOf } from './readers/reading.js';
import { alreadyExists, invalid, notFound, Refusal } from './refusal.js';
import { created, noContent, ok, pageOf, type Routes, sorted } from './routes.js';
import { mannerOf, readAll, take, withFolders } from './samples-of.js';
import { type Dataset, jobsOf, type Label, type World } from './state.js';

const datasetTypes = [0, 1, 3, 100, 101, 102, 200, 201, 202, 400, 600, 900];
const labelTypes = [0, 1, 3, 100, 101, 102, 103, 200, 201, 202, 600];
const columnTypes = 'STRING SHORT INT LONG DOUBLE FLOAT BYTE DATE TIMESTAMP BOOLEAN'.split(' ');
/** What a data set by kind is until its first labels come. */
const typeOfKind: Readonly<Record<string, number>> = {
  IMAGE: 0,
  TEXT: 100,
  AUDIO: 200,
  TABLE: 400,
  VIDEO: 600,
  PLAIN: 900,
};

export const nameOf = (text: string, most: number, what: string) => {
  if (!/^[\p{Script=Han}A-Za-z0-9_-]+$/u.test(text) || [...text].length > most)
    throw invalid(`${what} has 1 to ${most} letters, digits, hyphens and underscores.`);
  return text;
};

export function descriptionOf(body: Json): string | undefined {
  const text = textOf(body, 'description');
  if (text !== undefined && (text.length > 256 || /[\^!<>=&"']/.test(text)))
    throw invalid('description has at most 256 characters, and none of ^!<>=&"\'.');
  return text;
}

export function labelOf(body: Json): Label {
  const type = numberOf(body, 'type');
  if (type === undefined || !labelTypes.includes(type)) throw invalid('type of a label is not known.');
  const property = body['property'];
  return {
    name: neededText(body, 'name'),
    type,
    property: typeof property === 'object' && property !== null ? { ...(property as Json) } : {},
    attributes: objectsOf(body, 'attributes'),
  };
}

/** Where the service writes for a data set. */
export const innerPlace = ({ workPath, name, id }: Dataset): Place => ({
  bucket: workPath.bucket,
  key: `${workPath.key}${name}-${id}/`,
});

function infoOf(dataset: Dataset): Json {
  const inner = pathOf(innerPlace(dataset));
  const annotated = dataset.samples.filter(({ labels }) => labels.length > 0).length;
  const isTable = dataset.type === 400;
  const version = dataset.versions.find(({ id }) => id === dataset.currentVersion);
  return {
    dataset_id: dataset.id,
    dataset_name: dataset.name,
    dataset_type: dataset.type,
    ...(dataset.kind !== undefined && { data_type: dataset.kind }),
    data_format: 'Default',
    dataset_format: isTable ? 1 : 0,
    description: dataset.description,
    status: statusOf(dataset),
    create_time: dataset.created,
    update_time: dataset.updated,
    data_sources: dataset.sources,
    work_path: pathOf(dataset.workPath),
    work_path_type: 0,
    inner_work_path: inner,
    inner_annotation_path: `${inner}annotation/`,
    inner_data_path: `${inner}data/`,
    inner_log_path: `${inner}logs/`,
    inner_temp_path: `${inner}temp/`,
    inner_task_path: `${inner}task/`,
    labels: dataset.labels,
    schema: dataset.schema,
    total_sample_count: isTable ? dataset.rows : dataset.samples.length,
    annotated_sample_count: annotated,
    unconfirmed_sample_count: 0,
    deleted_sample_count: dataset.deletedSamples,
    ...(version !== undefined && {
      current_version_id: version.id,
      current_version_name: version.name,
    }),
    next_version_num: dataset.madeVersions + 1,
    dataset_version_count: dataset.versions.length,
    label_task_count: dataset.labelTasks.length,
    workforce_task_count: dataset.teamTasks.size,
    exist_running_task: [...jobsOf(dataset)].some(({ isDone }) => !isDone),
    exist_workforce_task: dataset.teamTasks.size > 0,
    ...(dataset.importTask !== undefined && { import_task_id: dataset.importTask }),
    import_data: dataset.source !== undefined,
    managed: false,
    feature_supports: [String(dataset.type)],
    workspace_id: dataset.workspace,
    enterprise_project_id: '0',
  };
}

/** Where the service may write. @throws Refusal with the codes of the documents */
function workPathOf(text: string): Place {
  const place = folderOf(neededPlace(text, 'work_path'));
  if (place.key === '') throw invalid('work_path must be a folder in a bucket, not a bucket.', '4205');
  if (text.length < 3 || text.length > 700) throw invalid('work_path has 3 to 700 characters.', '4350');
  return place;
}

function checkLabels(labels: readonly Label[], type: number | undefined): void {
  const seen = new Set<string>();
  for (const { name, type: labelType } of labels) {
    const key = `${labelType} ${name}`;
    if (seen.has(key)) throw alreadyExists('label', name);
    seen.add(key);
  }
  const entities = labels.filter(({ type: labelType }) => labelType === 101 || labelType === 103);
  for (const { property } of labels.filter((label) => label.type === 102)) {
    const ends = [property['@modelarts:from_type'], property['@modelarts:to_type']];
    if (!ends.every((end) => entities.some(({ name }) => name === end)))
      throw invalid('A relation must join two entities of the list.', '4414');
  }
  if (type === 102 && labels.length === 0) throw invalid('labels is required for triplets.');
}

function create(world: World, body: Json): Json {
  const name = nameOf(neededText(body, 'dataset_name'), 100, 'dataset_name');
  const kind = textOf(body, 'data_type');
  const said = numberOf(body, 'dataset_type');
  if ((kind === undefined) === (said === undefined)) throw invalid('Give either data_type or dataset_type.');
  if (kind !== undefined && typeOfKind[kind] === undefined) throw invalid(`data_type ${kind} is not known.`);
  if (said !== undefined && !datasetTypes.includes(said)) throw invalid(`dataset_type ${said} is not known.`);
  const type = said ?? (typeOfKind[kind as string] as number);
  const description = descriptionOf(body) ?? '';
  const sources = objectsOf(body, 'data_sources');
  if (sources.length !== 1) throw invalid('Give one data source.');
  const [source] = sources as [Json];
  const sourceType = numberOf(source, 'data_type') ?? 0;
  if (![0, 5].includes(sourceType)) throw invalid(`data sources of type ${sourceType} are not supported.`);
  const from =
    sourceType === 5
      ? galleryOf(source)
      : folderOf(neededPlace(neededText(source, 'data_path'), 'data_path'));
  const workPath = workPathOf(neededText(body, 'work_path'));
  for (const place of [from, workPath]) {
    if (place !== undefined && !world.objects.hasBucket(place.bucket))
      throw invalid(`There is no bucket ${place.bucket}.`);
  }
  if (from !== undefined && from.bucket === workPath.bucket && workPath.key.startsWith(from.key))
    throw invalid('work_path must not be data_path, or below it.');
  const schema = objectsOf(body, 'schema');
  for (const column of schema) {
    if (!columnTypes.includes(String(column['type'])))
      throw invalid(`No column has the type ${column['type']}.`);
    neededText(column, 'name');
  }
  if (type === 400 && schema.length === 0) throw invalid('schema is required for a table.');
  const labels = objectsOf(body, 'labels').map(labelOf);
  checkLabels(labels, said);
  if ([...world.datasets.values()].some((other) => other.name === name)) throw alreadyExists('dataset', name);
  const id = world.ids.next('dataset');
  const dataset: Dataset = {
    id,
    name,
    description,
    kind,
    type,
    isTypeSaid: said !== undefined || type >= 400,
    source: from,
    sources,
    workPath,
    created: world.now(),
    updated: world.now(),
    job: world.job({ name: 'normal' }),
    labels,
    schema,
    hasHeader: flagOf(source, 'with_column_header', true),
    samples: [],
    rows: 0,
    tables: [],
    deletedSamples: 0,
    versions: [],
    madeVersions: 0,
    currentVersion: undefined,
    lastVersionAt: undefined,
    imports: [],
    exports: [],
    labelTasks: [],
    switching: undefined,
    synchronising: undefined,
    importTask: undefined,
    workspace: textOf(body, 'workspace_id') ?? '0',
    smartTasks: new Map(),
    teamTasks: new Map(),
  };
  const withLabels = flagOf(body, 'import_annotations', withFolders.includes(type)) && type !== 400;
  const manner = from && mannerOf(dataset, from, false, { ...body, import_annotations: withLabels }, source);
  const load = () => {
    try {
      if (from === undefined) return;
      if (type === 400) loadTable(world, dataset, from, dataset.hasHeader);
      else if (!withLabels && manner !== undefined)
        take(world, dataset, readAll(world, dataset, manner), false);
    } catch {
      dataset.job.end('abnormal');
    }
  };
  dataset.job = world.job({ name: 'creating' }, { name: 'normal', enter: load });
  world.datasets.set(id, dataset);
  if (withLabels && manner !== undefined && sampleTypeOf(type) !== 9) {
    const task = beginImport(world, dataset, manner, {});
    dataset.importTask = task.id;
  }
  return { dataset_id: id, ...(dataset.importTask && { import_task_id: dataset.importTask }) };
}

/** An asset of AI Gallery is named and not looked into: the data set begins empty. */
function galleryOf(source: Json): undefined {
  const info = (source['content_info'] ?? source['source_info'] ?? {}) as Json;
  neededText(info, 'content_id');
  neededText(info, 'version_id');
  return undefined;
}

function update(world: World, id: string, body: Json): Json {
  const dataset = world.dataset(id);
  const name = textOf(body, 'dataset_name');
  const description = descriptionOf(body);
  const version = textOf(body, 'current_version_id');
  if (name !== undefined) {
    nameOf(name, 100, 'dataset_name');
    if ([...world.datasets.values()].some((other) => other !== dataset && other.name === name))
      throw alreadyExists('dataset', name);
  }
  if (version !== undefined) {
    const found = idle(world, id).versions.find((one) => one.id === version);
    if (found === undefined) throw notFound('version', version);
    dataset.switching = world.job(
      { name: 'switching' },
      {
        name: 'done',
        enter: () => {
          dataset.currentVersion = version;
          dataset.samples = [...found.samples];
        },
      },
    );
  }
  for (const label of objectsOf(body, 'add_labels').map(labelOf)) {
    checkLabels([...dataset.labels, label], undefined);
    dataset.labels.push(label);
  }
  if (name !== undefined) dataset.name = name;
  if (description !== undefined) dataset.description = description;
  dataset.updated = world.now();
  return { dataset_id: id };
}

export const datasetRoutes: Routes = {
  'GET /v2/{project_id}/datasets': ({ world, query }) => {
    const type = query.get('dataset_type');
    if (type !== null && !datasetTypes.includes(Number(type)))
      throw invalid(`dataset_type ${type} is not known.`);
    const wanted = query.get('search_content') ?? '';
    const workspace = query.get('workspace_id');
    const by = query.get('sort_by') ?? 'create_time';
    if (by !== 'create_time' && by !== 'dataset_name') throw invalid(`Nothing is sorted by ${by}.`);
    const fitting = [...world.datasets.values()].filter(
      (dataset) =>
        (type === null || dataset.type === Number(type)) &&
        dataset.name.includes(wanted) &&
        (workspace === null || dataset.workspace === workspace),
    );
    const all = sorted(fitting, query.get('order'), (one) =>
      by === 'dataset_name' ? one.name : one.created,
    );
    return ok({ total_number: all.length, datasets: pageOf(all, query).map(infoOf) });
  },

  'POST /v2/{project_id}/datasets': ({ world, body }) => created(create(world, body)),

  'GET /v2/{project_id}/datasets/{dataset_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    for (const job of jobsOf(dataset)) job.poll();
    return ok(infoOf(dataset));
  },

  'PUT /v2/{project_id}/datasets/{dataset_id}': ({ world, params, body }) =>
    ok(update(world, params['dataset_id'] as string, body)),

  'DELETE /v2/{project_id}/datasets/{dataset_id}': ({ world, params }) => {
    const dataset = idle(world, params['dataset_id'] as string);
    if (dataset.teamTasks.size > 0)
      throw new Refusal(403, 'ModelArts.4803', 'The dataset has label tasks that are not finished.');
    world.datasets.delete(dataset.id);
    return noContent;
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/metrics': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const at = String(dataset.updated);
    return ok({ metrics: { total_sample_count: { [at]: dataset.samples.length } } });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/data-annotations/stats': ({ world, params }) => {
    const { samples, deletedSamples } = world.dataset(params['dataset_id'] as string);
    return ok({
      label_stats: labelStats(samples),
      sample_stats: {
        all: samples.length,
        total: samples.length,
        un_annotation: samples.filter(({ labels }) => labels.length === 0).length,
        manual_annotation: samples.filter(({ labels }) => labels.some((one) => one.annotated_by !== 'auto'))
          .length,
        auto_annotation: samples.filter(({ labels }) => labels.some((one) => one.annotated_by === 'auto'))
          .length,
        deleted: deletedSamples,
        lefted: samples.filter(({ labels }) => labels.length === 0).length,
      },
      key_sample_stats: { total: samples.filter(({ hard }) => hard === true).length },
      data_spliting_enable: samples.some(({ labels }) => labels.length > 0),
    });
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/sync-data': ({ world, params }) => {
    const dataset = idle(world, params['dataset_id'] as string);
    const id = `${dataset.id}_${world.ids.next('sync').slice(0, 8)}`;
    const from = dataset.source;
    const result: Json = {};
    const before = { samples: dataset.samples.length, rows: dataset.rows };
    dataset.synchronising = {
      id,
      created: world.now(),
      facts: {},
      result,
      job: world.job(
        { name: 'QUEUING' },
        { name: 'STARTING' },
        { name: 'RUNNING' },
        {
          name: 'COMPLETED',
          enter: () => {
            if (from === undefined) return;
            if (dataset.type === 400) loadTable(world, dataset, from, dataset.hasHeader);
            else {
              const manner = mannerOf(dataset, from, false, { import_annotations: false });
              const reading = readAll(world, dataset, manner);
              const there = new Set(reading.samples.map(({ source }) => source));
              const below = `obs://${from.bucket}/${from.key}`;
              const kept = dataset.samples.filter(
                ({ source }) => !source.startsWith(below) || there.has(source),
              );
              result['deleted_sample_count'] = dataset.samples.length - kept.length;
              dataset.deletedSamples += dataset.samples.length - kept.length;
              dataset.samples = kept;
              take(world, dataset, reading, false);
            }
            const deleted = Number(result['deleted_sample_count'] ?? 0);
            result['add_sample_count'] =
              dataset.samples.length - before.samples + deleted + dataset.rows - before.rows;
          },
        },
      ),
    };
    return ok({ task_id: id });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/sync-data/status': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const task = dataset.synchronising;
    task?.job.poll();
    return ok({
      status: task?.job.stage ?? 'NOT_EXIST',
      ...(task !== undefined && { task_id: task.id }),
      add_sample_count: 0,
      deleted_sample_count: 0,
      ...task?.result,
      total_sample_count: dataset.type === 400 ? dataset.rows : dataset.samples.length,
    });
  },
};

/** How often every label occurs, and in how many samples. */
export function labelStats(samples: Dataset['samples'] | readonly Dataset['samples'][number][]): Json[] {
  const stats = new Map<string, { name: string; type: number; count: number; sample_count: number }>();
  for (const { labels } of samples) {
    const seen = new Set<string>();
    for (const { name, type } of labels) {
      const key = `${type} ${name}`;
      const stat = stats.get(key) ?? { name, type, count: 0, sample_count: 0 };
      stats.set(key, stat);
      stat.count += 1;
      if (!seen.has(key)) stat.sample_count += 1;
      seen.add(key);
    }
  }
  return [...stats.values()];
}
