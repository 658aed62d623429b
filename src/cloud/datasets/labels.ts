import type { JsonObject } from '../../model/index.js';
import { refuse } from '../service/checks.js';
import { ServiceError } from '../service/service-error.js';
import type { CallOptions } from '../service/session.js';
import { type BatchItem, type BatchOptions, type BatchResult, inBatches } from './batch.js';
import { type Context, requestOf } from './context.js';
import { labelTypes } from './enums.js';
import { checkLabels } from './label-checks.js';
import type { Label } from './types.js';
import { toWire } from './wire.js';

export interface ListLabelsOptions extends CallOptions {
  /** Those of a version; default: those of the data set as it is now. */
  readonly versionId?: string | undefined;
}

/** A label by its name, and its type where several types have that name. */
export interface LabelName {
  readonly name: string;
  /** See `labelTypes`. */
  readonly type?: number | undefined;
}

/** What goes with labels that are deleted. */
export const deletePolicies = { labels: 0, samples: 1, files: 2 } as const;

export interface DeleteLabelsOptions extends BatchOptions {
  /** See `deletePolicies`: 0 the labels only, 1 samples that have them as well, 2 the files of those too. Default 0. */
  readonly deletePolicy?: 0 | 1 | 2 | undefined;
  /** Must be true where samples or files are deleted. */
  readonly confirm?: boolean | undefined;
}

export interface UpdateLabelOptions extends CallOptions {
  /** See `labelTypes`. */
  readonly labelType?: number | undefined;
}

export interface DeleteLabelOptions extends UpdateLabelOptions {
  /** Delete the files of samples that have the label as well. Default false. */
  readonly deleteSource?: boolean | undefined;
}

const labelsPath = '/data-annotations/labels';

/** @throws ServiceError */
export async function listLabels(
  context: Context,
  { versionId, signal }: ListLabelsOptions,
): Promise<Label[]> {
  const found = await requestOf<{ labels?: Label[] }>(context, {
    method: 'GET',
    path: labelsPath,
    query: { version_id: versionId },
    signal,
  });
  return found.labels ?? [];
}

/**
 * Makes labels. When an answer is lost, labels that are there by then count as made, and the others are asked for once
 * more.
 *
 * @throws OptionError (D021, D020), ServiceError, BatchError
 */
export async function createLabels(
  context: Context,
  labels: readonly Label[],
  options: BatchOptions,
): Promise<BatchResult> {
  checkLabels(labels, { onNotice: context.onNotice, areAll: false });
  const create = (some: readonly Label[]) =>
    inBatches(
      context,
      {
        what: 'create labels',
        items: some.map(labelItem),
        ask: (part) => ({ method: 'POST', path: labelsPath, body: { labels: [...part] } }),
      },
      options,
    );
  try {
    return await create(labels);
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.mayHaveApplied) throw error;
    const there = new Set((await listLabels(context, options)).map(keyOf));
    const missing = labels.filter((label) => !there.has(keyOf(label)));
    const again = missing.length === 0 ? [] : (await create(missing)).results;
    const results = labels.map(({ name }, index) => {
      const place = missing.indexOf(labels[index]!);
      return place < 0 ? { item: name, success: true } : again[place]!;
    });
    return { success: results.every(({ success }) => success), results };
  }
}

/**
 * Changes labels by their names; `property` `@modelarts:rename_to` gives one another name.
 *
 * @throws OptionError (D021), ServiceError, BatchError
 */
export async function updateLabels(
  context: Context,
  labels: readonly Label[],
  options: BatchOptions,
): Promise<BatchResult> {
  checkLabels(labels, { onNotice: context.onNotice, areAll: false });
  return await inBatches(
    context,
    {
      what: 'update labels',
      items: labels.map(labelItem),
      ask: (part) => ({ method: 'PUT', path: labelsPath, body: { labels: [...part] } }),
    },
    options,
  );
}

/** @throws OptionError (D051, D052), ServiceError, BatchError */
export async function deleteLabels(
  context: Context,
  labels: readonly (LabelName | string)[],
  { deletePolicy = 0, confirm, ...options }: DeleteLabelsOptions,
): Promise<BatchResult> {
  if (!(Object.values(deletePolicies) as unknown[]).includes(deletePolicy))
    refuse(
      'D051',
      `deletePolicy is ${String(deletePolicy)}`,
      'Say 0 labels, 1 samples as well, or 2 files too.',
    );
  if (deletePolicy !== 0 && confirm !== true) {
    refuse(
      'D051',
      `deletePolicy ${deletePolicy} deletes samples${deletePolicy === 2 ? ' and their files' : ''}`,
      'Say confirm: true as well if that is meant.',
    );
  }
  if (!Array.isArray(labels) || labels.length === 0)
    refuse('D052', 'labels is not a list of labels', 'Say at least one.');
  const names = labels.map((label): LabelName => (typeof label === 'string' ? { name: label } : label));
  for (const { name, type } of names) {
    checkLabelName(name);
    checkLabelType(type);
  }
  return await inBatches(
    context,
    {
      what: 'delete labels',
      items: names.map(({ name, type }) => ({ name, wire: toWire({ name, type }) })),
      ask: (part) => ({
        method: 'POST',
        path: `${labelsPath}/delete`,
        query: { delete_policy: deletePolicy },
        body: { labels: [...part] },
        // What is gone already is told of as such.
        repeatable: true,
      }),
    },
    options,
  );
}

/** Gives one label other properties. @throws OptionError (D052), ServiceError */
export async function updateLabel(
  context: Context,
  name: string,
  property: JsonObject,
  { labelType, signal }: UpdateLabelOptions,
): Promise<void> {
  checkLabelName(name);
  checkLabelType(labelType);
  await requestOf(context, {
    method: 'PUT',
    path: `${labelsPath}/{label_name}`,
    params: { label_name: name },
    query: { label_type: labelType },
    body: property,
    signal,
  });
}

/** @throws OptionError (D052), ServiceError */
export async function deleteLabel(
  context: Context,
  name: string,
  { labelType, deleteSource, signal }: DeleteLabelOptions,
): Promise<void> {
  checkLabelName(name);
  checkLabelType(labelType);
  await requestOf(context, {
    method: 'DELETE',
    path: `${labelsPath}/{label_name}`,
    params: { label_name: name },
    query: { label_type: labelType, delete_source: deleteSource },
    signal,
  });
}

function labelItem(label: Label): BatchItem<JsonObject> {
  return { name: label.name, wire: toWire(label) };
}

function keyOf({ name, type }: Label): string {
  return JSON.stringify([name, type]);
}

function checkLabelName(name: unknown): void {
  if (typeof name === 'string' && name !== '' && name !== '.' && name !== '..') return;
  refuse('D052', `the name of a label is ${JSON.stringify(name) ?? 'not given'}`, 'Say its name.');
}

/** D052 */
function checkLabelType(type: unknown): void {
  if (type === undefined || (typeof type === 'number' && labelTypes.has(type))) return;
  const known = [...labelTypes].map(([number, name]) => `${number} (${name})`).join(', ');
  refuse('D052', `the type of a label is ${String(type)}`, `Known are ${known}.`);
}
