import { flagOf, type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from './json.js';
import { placeOf, uriOf } from './objects.js';
import { sampleTypeOf } from './readers/reading.js';
import { invalid, notFound } from './refusal.js';
import { batch, ok, pageOf, type Routes } from './routes.js';
import { rememberLabel } from './samples-of.js';
import type { Dataset, Sample, SampleLabel, World } from './state.js';
import { versionOf } from './versions.js';

/** States that the query may ask for; those of reviews fit nothing, as nothing is reviewed. */
const states: Readonly<Record<string, (sample: Sample) => boolean>> = {
  __ALL__: ({ labels }) => labels.length > 0,
  __NONE__: ({ labels }) => labels.length === 0,
  __AUTO_ANNOTATION__: ({ labels }) => labels.some((one) => one.annotated_by === 'auto'),
};

export function samplesWhere(samples: readonly Sample[], conditions: Json): Sample[] {
  const state = textOf(conditions, 'sample_state');
  const fits = state === undefined || state === '' ? () => true : (states[state] ?? (() => false));
  const name = textOf(conditions, 'label_name');
  const type = numberOf(conditions, 'label_type');
  const [low, high] = [numberOf(conditions, 'low_score'), numberOf(conditions, 'high_score')];
  const labelFits = (label: SampleLabel) =>
    (name === undefined || label.name === name) &&
    (type === undefined || label.type === type) &&
    (low === undefined || (label.score ?? 1) >= low) &&
    (high === undefined || (label.score ?? 1) <= high);
  const isAny = [name, type, low, high].every((one) => one === undefined);
  return samples.filter((sample) => fits(sample) && (isAny || sample.labels.some(labelFits)));
}

/** One of the conditions that samples are searched by: all its members must hold. */
export function meets(sample: Sample, condition: Json): boolean {
  const list = objectOf(condition, 'label_list') ?? {};
  const wanted = objectsOf(list, 'labels').map((label) =>
    sample.labels.some(({ name, type }) => name === label['name'] && type === (label['type'] ?? type)),
  );
  const labelsFit =
    wanted.length === 0 || (list['op'] === 'AND' ? wanted.every(Boolean) : wanted.some(Boolean));
  const slash = sample.source.lastIndexOf('/');
  const name = textOf(condition, 'sample_name');
  const folder = textOf(condition, 'sample_dir');
  const hard = textOf(condition, 'hard');
  return (
    labelsFit &&
    (name === undefined || sample.source.slice(slash + 1).includes(name)) &&
    (folder === undefined || sample.source.slice(0, slash + 1).includes(folder)) &&
    (hard === undefined || (sample.hard === true) === (hard === '1'))
  );
}

/** Conditions in a query, of which one must be met. @throws Refusal for what is no list of them */
function searchOf(query: URLSearchParams): (sample: Sample) => boolean {
  const text = query.get('search_conditions');
  if (text === null) return () => true;
  const conditions = objectsOf({ search_conditions: jsonIn(text) }, 'search_conditions');
  return (sample) => conditions.some((condition) => meets(sample, condition));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('search_conditions is no JSON.');
  }
}

function infoOf(world: World, sample: Sample): Json {
  const place = placeOf(sample.source);
  const path = sample.source.startsWith('content://') ? '' : sample.source;
  const slash = path.lastIndexOf('/');
  return {
    sample_id: sample.id,
    sample_type: sample.type,
    sample_name: path.slice(slash + 1),
    sample_dir: path.slice(0, slash + 1),
    source: place === undefined ? sample.source : world.signedLink(place),
    sample_time: sample.time,
    sample_size: sample.size,
    sample_status: sample.labels.length > 0 ? 'MANUAL_ANNOTATION' : 'UN_ANNOTATION',
    labels: sample.labels,
    metadata: {
      ...(sample.imageSize && { '@modelarts:size': sample.imageSize }),
      ...(sample.hard === true && { '@modelarts:hard': 1 }),
      '@modelarts:import_origin': 0,
    },
    ...(sample.usage !== undefined && { sample_usage: sample.usage }),
    annotated_by: sample.labels[0]?.annotated_by ?? '',
  };
}

function withoutTables(dataset: Dataset): Dataset {
  if (dataset.type === 400) throw invalid('A table has no samples that can be listed.');
  return dataset;
}

function sampleIn(dataset: Dataset, id: string): Sample {
  const sample = dataset.samples.find((one) => one.id === id);
  if (sample === undefined) throw notFound('sample', id);
  return sample;
}

/** What a caller says about a sample. @throws Refusal for boxes that are none */
function labelsOf(world: World, dataset: Dataset, sample: string, item: Json): SampleLabel[] {
  const size = objectOf(item, 'metadata')?.['@modelarts:size'];
  return objectsOf(item, 'labels').map((label, n) => {
    const type = numberOf(label, 'type') ?? dataset.type;
    const property = objectOf(label, 'property') ?? {};
    const feature = property['@modelarts:feature'];
    if (type === 1 && size === undefined) throw invalid('@modelarts:size is required with boxes.');
    if (property['@modelarts:shape'] === 'bndbox') checkBox(feature);
    const score = numberOf(label, 'score');
    return {
      id: world.ids.hash(sample, world.now(), n),
      name: textOf(label, 'name') ?? '',
      type,
      property,
      annotated_by: textOf(label, 'annotated_by') ?? 'human',
      ...(score !== undefined && { score }),
    };
  });
}

function checkBox(feature: unknown): void {
  const [[left = 0, top = 0] = [], [right = 0, bottom = 0] = []] = Array.isArray(feature)
    ? (feature as number[][])
    : [];
  if (!(left >= 0 && top >= 0 && left < right && top < bottom))
    throw invalid('The first point of a box must be above and left of the second.');
}

/** A sample whose bytes come with the request. They are kept where the data set has its source. */
function add(world: World, dataset: Dataset, item: Json): Json {
  const name = textOf(item, 'name') ?? '';
  const data = textOf(item, 'data');
  if (data === undefined) throw invalid('data is required.');
  if (name.length > 1024 || /[!<>=&"']/.test(name)) throw invalid(`${name} is no name of a sample.`);
  const bytes = Buffer.from(data, 'base64');
  const type = numberOf(item, 'sample_type') ?? sampleTypeOf(dataset.type);
  let source: string;
  if (type === 1) source = `content://${bytes.toString('utf8')}`;
  else {
    if (name === '' || dataset.source === undefined) throw invalid('name is required.');
    const place = { bucket: dataset.source.bucket, key: dataset.source.key + name };
    world.objects.put(place.bucket, place.key, bytes);
    source = uriOf(place);
  }
  const id = world.ids.hash(dataset.id, source, 'added', dataset.samples.length);
  const size = objectOf(item, 'metadata')?.['@modelarts:size'];
  const labels = labelsOf(world, dataset, id, item);
  dataset.samples.push({
    id,
    source,
    type,
    size: bytes.length,
    labels,
    annotations: [],
    members: {},
    changed: true,
    usage: undefined,
    time: world.now(),
    ...(Array.isArray(size) && { imageSize: size.map(Number) }),
  });
  for (const label of labels) rememberLabel(dataset, label);
  return { name, info: id };
}

function relabel(world: World, dataset: Dataset, item: Json): undefined {
  const sample = sampleIn(dataset, textOf(item, 'sample_id') ?? '');
  if (item['labels'] !== undefined) {
    sample.labels = labelsOf(world, dataset, sample.id, item);
    sample.changed = true;
    for (const label of sample.labels) rememberLabel(dataset, label);
  }
  const usage = textOf(item, 'sample_usage');
  if (usage !== undefined) sample.usage = usage;
  dataset.updated = world.now();
}

export const sampleRoutes: Routes = {
  'GET /v2/{project_id}/datasets/{dataset_id}/data-annotations/samples': ({ world, params, query }) => {
    const dataset = withoutTables(world.dataset(params['dataset_id'] as string));
    const version = query.get('version_id');
    const all = version === null ? dataset.samples : versionOf(dataset, version).samples;
    const fitting = samplesWhere(all, Object.fromEntries(query)).filter(searchOf(query));
    return ok({
      sample_count: fitting.length,
      samples: pageOf(fitting, query).map((sample) => infoOf(world, sample)),
    });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/{sample_id}': ({ world, params }) => {
    const dataset = withoutTables(world.dataset(params['dataset_id'] as string));
    return ok(infoOf(world, sampleIn(dataset, params['sample_id'] as string)));
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/data-annotations/samples': ({ world, params, body }) => {
    const dataset = withoutTables(world.dataset(params['dataset_id'] as string));
    return batch(objectsOf(body, 'samples'), (item) => add(world, dataset, item));
  },

  'PUT /v2/{project_id}/datasets/{dataset_id}/data-annotations/samples': ({ world, params, body }) => {
    const dataset = withoutTables(world.dataset(params['dataset_id'] as string));
    return batch(objectsOf(body, 'samples'), (item) => relabel(world, dataset, item));
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/data-annotations/samples/delete': ({
    world,
    params,
    body,
  }) => {
    const dataset = withoutTables(world.dataset(params['dataset_id'] as string));
    const ids = textsOf(body, 'samples');
    if (ids.length === 0 || ids.length > 100) throw invalid('Give 1 to 100 samples.');
    const withSource = flagOf(body, 'delete_source', false);
    return batch(ids, (id) => {
      removeSample(world, dataset, sampleIn(dataset, id), withSource);
      return undefined;
    });
  },

  'GET /v2/{project_id}/datasets/{dataset_id}/data-annotations/search-condition': ({ world, params }) => {
    const { labels } = world.dataset(params['dataset_id'] as string);
    return ok({
      sample_state: Object.keys(states),
      labels: labels.map(({ name, type }) => ({ name, type })),
    });
  },
};

export function removeSample(world: World, dataset: Dataset, sample: Sample, withSource: boolean): void {
  dataset.samples.splice(dataset.samples.indexOf(sample), 1);
  dataset.deletedSamples += 1;
  const place = placeOf(sample.source);
  if (withSource && place !== undefined) world.objects.delete(place.bucket, place.key);
}
