import { descriptionOf, innerPlace, labelStats, nameOf } from './datasets.js';
import { idle } from './idle.js';
import { flagOf, type Json, numberOf, textOf } from './json.js';
import { type Place, pathOf, placeOf, uriOf } from './objects.js';
import { csvCell } from './readers/csv.js';
import { readTable } from './readers/folder.js';
import { annotationOf } from './readers/reading.js';
import { writeVoc } from './readers/voc.js';
import { alreadyExists, invalid, notFound } from './refusal.js';
import { created, noContent, ok, type Routes } from './routes.js';
import type { Annotation, Dataset, Sample, Version, World } from './state.js';

/** Folder of a version: the manifest, and the annotation files that it points at. */
const placeOfVersion = (dataset: Dataset, name: string): Place => {
  const inner = innerPlace(dataset);
  return { bucket: inner.bucket, key: `${inner.key}annotation/${name}/` };
};

/** What is kept and what is left out when a version is written. */
interface Publishing {
  readonly withUsage: boolean;
  readonly withHard: boolean;
  /** Share of the samples that are for training; undefined when nothing is said. */
  readonly trainShare: number | undefined;
}

/** Writes the manifest and its annotation files. */
function publish(
  world: World,
  folder: Place,
  name: string,
  samples: readonly Sample[],
  how: Publishing,
): Place {
  const taken = new Set<string>();
  const lines = samples.map((sample, index) =>
    JSON.stringify(lineOf(world, folder, sample, index, taken, how)),
  );
  const manifest = { bucket: folder.bucket, key: `${folder.key}${name}.manifest` };
  world.objects.put(manifest.bucket, manifest.key, lines.map((line) => `${line}\n`).join(''));
  return manifest;
}

function lineOf(
  world: World,
  folder: Place,
  sample: Sample,
  index: number,
  taken: Set<string>,
  { withUsage, withHard, trainShare }: Publishing,
): Json {
  const { 'sample-type': sampleType = sample.type, usage: _, id: __, ...members } = sample.members;
  const assigned = trainShare === undefined || index % 100 < trainShare * 100 ? 'TRAIN' : 'EVAL';
  const usage = trainShare === undefined ? (withUsage ? sample.usage : undefined) : assigned;
  const annotations = sample.changed ? madeAnnotations(sample) : sample.annotations;
  const annotation = annotations.map(({ raw, xml }) => {
    const { hard: hardOne, ...rest } = raw;
    const kept: Json = { ...rest, ...(withHard && hardOne !== undefined && { hard: hardOne }) };
    if (xml === undefined) return kept;
    const place = freePlace(folder, sample.source, taken);
    world.objects.put(place.bucket, place.key, xml);
    delete kept['annotation_loc'];
    return { ...kept, 'annotation-loc': uriOf(place) };
  });
  const { hard, ...others } = members;
  return {
    source: sample.source,
    ...(usage !== undefined && { usage }),
    ...others,
    ...(withHard && hard !== undefined && { hard }),
    id: sample.id,
    'sample-type': sampleType,
    annotation,
  };
}

/** `annotations/<name of the image>.xml`, numbered where two images have one name. */
function freePlace(folder: Place, source: string, taken: Set<string>): Place {
  const name = source.slice(source.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  let key = `${folder.key}annotations/${name}.xml`;
  for (let n = 1; taken.has(key); n += 1) key = `${folder.key}annotations/${name}-${n}.xml`;
  taken.add(key);
  return { bucket: folder.bucket, key };
}

/** Of labels that were changed since they came. */
function madeAnnotations(sample: Sample): Annotation[] {
  const isDrawn = ({ property }: Sample['labels'][number]) => property['@modelarts:shape'] !== undefined;
  const drawn = sample.labels.filter(isDrawn);
  const plain = sample.labels.filter((label) => !isDrawn(label)).map(annotationOf);
  if (drawn.length === 0) return plain;
  const name = sample.source.slice(sample.source.lastIndexOf('/') + 1);
  const task = drawn[0]?.type === 3 ? 'image_segmentation' : 'object_detection';
  const raw = { type: `modelarts/${task}`, 'annotation-format': 'PASCAL VOC', 'annotated-by': 'human' };
  return [...plain, { raw, xml: writeVoc(name, sample.imageSize, drawn) }];
}

/** Rows of a table as CSV below the version, and a manifest that says where and how. */
function publishTable(world: World, dataset: Dataset, folder: Place, name: string, withHeader: boolean) {
  const rows = dataset.tables.flatMap((path) => {
    const place = placeOf(path) as Place;
    return readTable({ store: world.objects, place }, dataset.schema.length, dataset.hasHeader).rows;
  });
  const names = dataset.schema.map((column) => String(column['name']));
  const text = [...(withHeader ? [names] : []), ...rows]
    .map((row) => `${row.map(csvCell).join(',')}\n`)
    .join('');
  const data = { bucket: folder.bucket, key: `${folder.key}data/part-00000.csv` };
  world.objects.put(data.bucket, data.key, text);
  const schema = Object.fromEntries(dataset.schema.map(({ name: column, type }) => [column, type]));
  const manifest = { bucket: folder.bucket, key: `${folder.key}${name}.manifest` };
  const line = { source: uriOf(data), 'source-type': 'csv', property: { '@modelarts:schema': schema } };
  world.objects.put(manifest.bucket, manifest.key, `${JSON.stringify(line)}\n`);
  return { manifest, rows: rows.length };
}

function create(world: World, id: string, body: Json): Json {
  const dataset = idle(world, id);
  const said = textOf(body, 'version_name');
  if (said !== undefined) nameOf(said, 32, 'version_name');
  if (dataset.versions.some(({ name }) => name === said)) throw alreadyExists('version', said as string);
  const format = textOf(body, 'version_format') ?? 'Default';
  const allowed = dataset.type === 400 ? ['Default', 'CarbonData', 'CSV'] : ['Default'];
  if (!allowed.includes(format)) throw invalid(`version_format ${format} is not supported for this dataset.`);
  const description = descriptionOf(body) ?? '';
  const ratio = textOf(body, 'train_evaluate_sample_ratio') ?? '1.00';
  if (!(Number(ratio) >= 0 && Number(ratio) <= 1))
    throw invalid('train_evaluate_sample_ratio must be from 0 to 1.');
  const task = textOf(body, 'label_task_id');
  if (task !== undefined && !dataset.labelTasks.some((one) => one.id === task))
    throw notFound('label task', task);
  const now = world.now();
  if (dataset.lastVersionAt !== undefined && now - dataset.lastVersionAt < world.versionEveryMs)
    throw invalid('Only one version of a dataset can be created in a minute.', '4370');
  let number = dataset.madeVersions;
  let name = said;
  while (name === undefined || (said === undefined && dataset.versions.some((one) => one.name === name))) {
    number += 1;
    name = `V${String(number).padStart(3, '0')}`;
  }
  const chosen = name;
  const how: Publishing = {
    withUsage: !flagOf(body, 'remove_sample_usage', true),
    withHard: !flagOf(body, 'clear_hard_property', true),
    trainShare: Number(ratio) === 1 ? undefined : Number(ratio),
  };
  const withHeader = flagOf(body, 'with_column_header', true);
  const previous = dataset.versions.at(-1);
  const version: Version = {
    id: world.ids.next('version'),
    name: chosen,
    created: now,
    updated: now,
    samples: [],
    rows: 0,
    result: {},
    facts: {
      version_format: format,
      description,
      ...(previous !== undefined && { previous_version_id: previous.id }),
      train_evaluate_sample_ratio: ratio,
      remove_sample_usage: !how.withUsage,
      clear_hard_property: !how.withHard,
      export_images: flagOf(body, 'export_images', false),
      with_column_header: withHeader,
      task_type: numberOf(body, 'label_task_type') ?? dataset.type,
      ...(task !== undefined && { label_task_id: task }),
    },
    job: world.job(
      { name: 'creating' },
      {
        name: 'running',
        enter: () => {
          const folder = placeOfVersion(dataset, chosen);
          version.updated = world.now();
          version.samples = dataset.samples.map((sample) => ({
            ...sample,
            labels: sample.labels.map((label) => ({ ...label })),
          }));
          const written =
            dataset.type === 400
              ? publishTable(world, dataset, folder, chosen, withHeader)
              : { manifest: publish(world, folder, chosen, version.samples, how), rows: 0 };
          version.rows = written.rows;
          version.result = { manifest_path: pathOf(written.manifest), data_path: pathOf(folder) };
          dataset.currentVersion = version.id;
        },
      },
    ),
  };
  dataset.versions.push(version);
  dataset.madeVersions = number;
  dataset.lastVersionAt = now;
  return { version_id: version.id };
}

function infoOf(dataset: Dataset, version: Version): Json {
  const { samples, rows } = version;
  const index = dataset.versions.indexOf(version);
  const before = new Map((dataset.versions[index - 1]?.samples ?? []).map((sample) => [sample.id, sample]));
  const now = new Set(samples.map(({ id }) => id));
  const said = (sample: Sample) => JSON.stringify(sample.labels);
  const total = dataset.type === 400 ? rows : samples.length;
  return {
    version_id: version.id,
    version_name: version.name,
    status: version.job.isDone ? 1 : 0,
    is_current: dataset.currentVersion === version.id,
    create_time: version.created,
    update_time: version.updated,
    total_sample_count: total,
    annotated_sample_count: samples.filter(({ labels }) => labels.length > 0).length,
    add_sample_count: dataset.type === 400 ? rows : samples.filter(({ id }) => !before.has(id)).length,
    modified_sample_count: samples
      .filter(({ id }) => before.has(id))
      .filter((sample) => {
        return said(before.get(sample.id) as Sample) !== said(sample);
      }).length,
    deleted_sample_count: [...before.keys()].filter((id) => !now.has(id)).length,
    total_sub_sample_count: 0,
    annotated_sub_sample_count: 0,
    label_type: samples.some(({ labels }) => labels.length > 1) ? 'multi' : 'single',
    analysis_status: 0,
    tags: [],
    ...version.facts,
    ...version.result,
  };
}

export function versionOf(dataset: Dataset, id: string): Version {
  const version = dataset.versions.find((one) => one.id === id);
  if (version === undefined) throw notFound('version', id);
  return version;
}

export const versionRoutes: Routes = {
  'GET /v2/{project_id}/datasets/{dataset_id}/versions': ({ world, params, query }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    for (const { job } of dataset.versions) job.poll();
    const status = query.get('status');
    const all = dataset.versions.map((version) => infoOf(dataset, version));
    const fitting = all.filter((info) => status === null || String(info['status']) === status);
    return ok({ total_number: fitting.length, versions: fitting });
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/versions': ({ world, params, body }) =>
    created(create(world, params['dataset_id'] as string, body)),

  'GET /v2/{project_id}/datasets/{dataset_id}/versions/{version_id}': ({ world, params }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const version = versionOf(dataset, params['version_id'] as string);
    version.job.poll();
    return ok({ ...infoOf(dataset, version), label_stats: labelStats(version.samples) });
  },

  'DELETE /v2/{project_id}/datasets/{dataset_id}/versions/{version_id}': ({ world, params }) => {
    const dataset = idle(world, params['dataset_id'] as string);
    const version = versionOf(dataset, params['version_id'] as string);
    dataset.versions.splice(dataset.versions.indexOf(version), 1);
    if (dataset.currentVersion === version.id) dataset.currentVersion = dataset.versions.at(-1)?.id;
    return noContent;
  },
};
