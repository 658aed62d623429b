import { labelOf } from './datasets.js';
import { type Json, neededText, numberOf, objectsOf } from './json.js';
import { alreadyExists, invalid } from './refusal.js';
import { batch, noContent, ok, type Routes } from './routes.js';
import { removeSample } from './samples.js';
import type { Dataset, Label, World } from './state.js';

/** @throws Refusal; the documents give no code for a label that is not there */
function labelIn(dataset: Dataset, name: string, type: number | undefined): Label {
  const label = dataset.labels.find((one) => one.name === name && (type === undefined || one.type === type));
  if (label === undefined) throw invalid(`The label ${name} does not exist.`);
  return label;
}

function change(dataset: Dataset, label: Label, property: Json): void {
  const { '@modelarts:rename_to': renamed, ...rest } = property;
  if (typeof renamed === 'string') {
    if (dataset.labels.some((one) => one !== label && one.name === renamed && one.type === label.type))
      throw alreadyExists('label', renamed);
    for (const sample of dataset.samples) {
      for (const one of sample.labels) {
        if (one.name !== label.name || one.type !== label.type) continue;
        one.name = renamed;
        sample.changed = true;
      }
    }
    label.name = renamed;
  }
  label.property = { ...label.property, ...rest };
}

/** `policy` 0: the label goes, 1: and the samples that have it, 2: and their files. */
function remove(world: World, dataset: Dataset, label: Label, policy: number): void {
  const isIt = (one: { readonly name: string; readonly type: number }) =>
    one.name === label.name && one.type === label.type;
  dataset.labels = dataset.labels.filter((one) => one !== label);
  for (const sample of dataset.samples.filter(({ labels }) => labels.some(isIt))) {
    if (policy > 0) removeSample(world, dataset, sample, policy === 2);
    sample.labels = sample.labels.filter((one) => !isIt(one));
    sample.changed = true;
  }
}

const typeIn = (query: URLSearchParams) => {
  const text = query.get('label_type');
  return text === null ? undefined : Number(text);
};

export const labelRoutes: Routes = {
  'GET /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels': ({ world, params }) =>
    ok({ labels: world.dataset(params['dataset_id'] as string).labels }),

  'POST /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels': ({ world, params, body }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    return batch(objectsOf(body, 'labels'), (item) => {
      const label = labelOf(item);
      if (dataset.labels.some((one) => one.name === label.name && one.type === label.type))
        throw alreadyExists('label', label.name);
      dataset.labels.push(label);
      return undefined;
    });
  },

  'PUT /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels': ({ world, params, body }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    return batch(objectsOf(body, 'labels'), (item) => {
      const label = labelIn(dataset, neededText(item, 'name'), numberOf(item, 'type'));
      change(dataset, label, (item['property'] ?? {}) as Json);
      return undefined;
    });
  },

  'POST /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels/delete': ({
    world,
    params,
    body,
    query,
  }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const policy = query.get('delete_policy') ?? '0';
    if (!/^[012]$/.test(policy)) throw invalid('delete_policy is 0, 1 or 2.');
    return batch(objectsOf(body, 'labels'), (item) => {
      remove(
        world,
        dataset,
        labelIn(dataset, neededText(item, 'name'), numberOf(item, 'type')),
        Number(policy),
      );
      return undefined;
    });
  },

  'PUT /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels/{label_name}': ({
    world,
    params,
    body,
    query,
  }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    change(dataset, labelIn(dataset, params['label_name'] as string, typeIn(query)), body);
    return noContent;
  },

  'DELETE /v2/{project_id}/datasets/{dataset_id}/data-annotations/labels/{label_name}': ({
    world,
    params,
    query,
  }) => {
    const dataset = world.dataset(params['dataset_id'] as string);
    const label = labelIn(dataset, params['label_name'] as string, typeIn(query));
    remove(world, dataset, label, query.get('delete_source') === 'true' ? 2 : 0);
    return noContent;
  },
};
