import { isJson, type Json, objectOf, textOf, textsOf } from './json.js';
import { folderOf, type Place } from './objects.js';
import {
  readLabelFiles,
  readLabelFolders,
  readTextLines,
  readTextPairs,
  readUnlabelled,
  readVocPairs,
  readYolo,
} from './readers/folder.js';
import { readManifest } from './readers/manifest.js';
import { type Reading, sampleTypeOf, type TextFormat } from './readers/reading.js';
import { invalid } from './refusal.js';
import type { Dataset, Found, Label, Sample, SampleLabel, World } from './state.js';

/** How an import reads what it is given. */
export interface Manner {
  readonly place: Place;
  readonly isManifest: boolean;
  readonly withLabels: boolean;
  /** `imagenet`, `txt`, `voc`, … */
  readonly layout: string;
  /** Of the labels that the layout gives. */
  readonly labelType: number;
  readonly text: TextFormat;
  readonly included: readonly { readonly name: string; readonly type: number | undefined }[];
  readonly excluded: readonly string[];
  readonly difficultOnly: boolean;
}

/** Names of formats as the service has them, in lower case and with the spelling mended. */
const layouts: Readonly<Record<string, readonly [layout: string, labelType: number, scene: string]>> = {
  'modelarts imagenet 1.0': ['imagenet', 0, 'image_classification'],
  'modelarts image classification 1.0': ['txt', 0, 'image_classification'],
  'modelarts pascal voc 1.0': ['voc', 1, 'object_detection'],
  yolo: ['yolo', 1, 'object_detection'],
  'modelarts image segmentation 1.0': ['voc', 3, 'image_segmentation'],
  'modelarts text classification 1.0': ['text-pairs', 100, 'text_classification'],
  'modelarts text classification combine 1.0': ['text-lines', 100, 'text_classification'],
  'modelarts audio classification dir 1.0': ['audio', 200, 'audio_classification'],
};

/** Types whose folders may be imported with labels. */
export const withFolders = [0, 1, 3, 100, 200];

/** A separator as it is meant: `\|` is `|`, `\t` a tab. */
function separatorOf(body: Json, names: readonly string[], absent: string): string {
  const text = names.map((name) => textOf(body, name)).find((value) => value !== undefined);
  if (text === undefined) return absent;
  const meant = text === '\\t' ? '\t' : text.replace(/^\\(.)$/, '$1');
  if ([...meant].length !== 1) throw invalid(`A separator is one character, not ${JSON.stringify(text)}.`);
  return meant;
}

/** What a request says about reading. @throws Refusal for what does not fit together */
export function mannerOf(
  dataset: Pick<Dataset, 'type' | 'kind' | 'isTypeSaid'>,
  place: Place,
  isManifest: boolean,
  body: Json,
  /** What a data source says beside the body, when a data set is created. */
  source: Json = body,
): Manner {
  const withLabels = body['import_annotations'] !== false;
  const config = objectOf(source, 'annotation_config') ?? {};
  const parameters = objectOf(config, 'parameters') ?? {};
  const labelFormat = {
    ...parameters,
    ...objectOf(source, 'label_format'),
    ...objectOf(body, 'label_format'),
  };
  const name = textOf(config, 'format_name');
  const format = textOf(body, 'annotation_format');
  let layout: string;
  let labelType = dataset.type;
  if (name !== undefined && !isManifest) {
    const known = layouts[name.toLowerCase().replace('classfication', 'classification').replace(/\s+/g, ' ')];
    if (known === undefined) throw invalid(`The annotation format ${name} is not supported.`);
    const scene = textOf(config, 'scene');
    if (scene !== undefined && scene !== known[2])
      throw invalid(`The annotation format ${name} does not belong to the scene ${scene}.`);
    [layout, labelType] = known;
    if (layout === 'voc' && dataset.type === 3) labelType = 3;
  } else if (format !== undefined && !isManifest) {
    if (format !== 'VOC') throw invalid(`The annotation format ${format} is not supported.`);
    layout = 'voc';
    if (labelType !== 3) labelType = 1;
  } else {
    const byType: Record<number, string> = {
      0: 'images',
      1: 'voc',
      3: 'voc',
      100: labelFormat['label_type'] === '0' ? 'text-pairs' : 'text-lines',
      200: 'audio',
    };
    layout = byType[dataset.type] ?? 'none';
  }
  if (dataset.type === 400 && isManifest) throw invalid('A table cannot be imported from a manifest.');
  if (withLabels && !isManifest && dataset.isTypeSaid && ![...withFolders, 400, 900].includes(dataset.type))
    throw invalid(`Data sets of type ${dataset.type} take no labels from a folder.`);
  if (withLabels && name !== undefined && dataset.isTypeSaid && labelType !== dataset.type)
    throw invalid(`The annotation format ${name} does not fit a data set of type ${dataset.type}.`);
  const filters = { ...parameters, ...body };
  return {
    place,
    isManifest,
    withLabels,
    layout,
    labelType,
    text: {
      sampleSeparator: separatorOf(labelFormat, ['text_sample_separator', 'sample_label_separator'], '\t'),
      labelSeparator: separatorOf(labelFormat, ['text_label_separator', 'label_separator'], ','),
    },
    included: labelList(filters, 'included_labels').concat(labelList(filters, 'included_tags')),
    excluded: labelList(filters, 'excluded_labels').map((label) => label.name),
    difficultOnly: filters['difficult_only'] === true || filters['difficult_only'] === 'true',
  };
}

/** Labels by name, or as objects. */
function labelList(body: Json, member: string): { name: string; type: number | undefined }[] {
  const value = body[member];
  if (Array.isArray(value) && value.every(isJson)) {
    return value.map(({ name, type }) => ({
      name: String(name),
      type: typeof type === 'number' ? type : undefined,
    }));
  }
  return textsOf(body, member).map((name) => ({ name, type: undefined }));
}

/** Reads what an import is about. @throws Error when nothing can be read at all */
export function readAll(world: World, dataset: Dataset, manner: Manner): Reading {
  const { place, text, layout } = manner;
  const sampleType = sampleTypeOf(dataset.type);
  const folder = { store: world.objects, place: folderOf(place) };
  if (!world.objects.hasBucket(place.bucket)) throw new Error(`There is no bucket ${place.bucket}.`);
  let reading: Reading;
  if (manner.isManifest) reading = readManifest(world.objects, place, sampleType);
  else if (!manner.withLabels) reading = readUnlabelled(folder, sampleType);
  else if (layout === 'imagenet') reading = readLabelFolders(folder, 0, 0);
  else if (layout === 'txt') reading = readLabelFiles(folder);
  else if (layout === 'images') {
    const byFiles = readLabelFiles(folder);
    const hasFiles = byFiles.samples.some(({ labels }) => labels.length > 0);
    reading = hasFiles ? byFiles : readLabelFolders(folder, 0, 0);
  } else if (layout === 'voc') reading = readVocPairs(folder, manner.labelType);
  else if (layout === 'yolo') reading = readYolo(folder);
  else if (layout === 'text-pairs') reading = readTextPairs(folder, text);
  else if (layout === 'text-lines') reading = readTextLines(folder, text);
  else if (layout === 'audio') reading = readLabelFolders(folder, 2, 200);
  else reading = readUnlabelled(folder, sampleType);
  const samples = manner.withLabels ? reading.samples : reading.samples.map(withoutLabels);
  return { ...reading, samples: samples.filter((sample) => passes(sample, manner)) };
}

const withoutLabels = (found: Found): Found => ({ ...found, labels: [], annotations: [] });

/** What an import is told to take and to leave. */
function passes({ labels, hard }: Found, { included, excluded, difficultOnly }: Manner): boolean {
  const matches = (label: Omit<SampleLabel, 'id'>) =>
    included.some(({ name, type }) => name === label.name && (type === undefined || type === label.type));
  if (included.length > 0 && !labels.some(matches)) return false;
  if (labels.some(({ name }) => excluded.includes(name))) return false;
  return !difficultOnly || hard === true;
}

/** What came in with an import. */
export interface Taken {
  readonly imported: number;
  readonly annotated: number;
  readonly added: number;
}

/** Puts what was read into the data set: labels go to the sample of the same source, where there is one. */
export function take(world: World, dataset: Dataset, reading: Reading, withLabels: boolean): Taken {
  const waiting = new Map<string, number[]>();
  for (const [index, { source }] of dataset.samples.entries()) {
    const places = waiting.get(source);
    if (places === undefined) waiting.set(source, [index]);
    else places.push(index);
  }
  let added = 0;
  let annotated = 0;
  for (const found of reading.samples) {
    const fits = withLabels && (dataset.isTypeSaid ? found.labels.every(labelFits(dataset.type)) : true);
    const kept = fits ? found : withoutLabels(found);
    if (withLabels && kept.labels.length > 0) annotated += 1;
    const index = waiting.get(found.source)?.shift();
    if (index === undefined) {
      dataset.samples.push(sampleOf(world, dataset, kept, added));
      added += 1;
    } else if (withLabels) {
      const { id } = dataset.samples[index] as Sample;
      dataset.samples[index] = { ...sampleOf(world, dataset, kept, index), id };
    }
    if (!dataset.isTypeSaid && kept.labels[0] !== undefined) dataset.type = kept.labels[0].type;
    for (const label of kept.labels) rememberLabel(dataset, label);
  }
  dataset.updated = world.now();
  return { imported: reading.samples.length, annotated, added };
}

/** Entities are part of triplets. */
const labelFits = (type: number) => (label: { readonly type: number }) =>
  label.type === type ||
  (type === 102 && label.type === 101) ||
  (type === 600 && label.type === 1) ||
  type === 900;

function sampleOf(world: World, dataset: Dataset, found: Found, index: number): Sample {
  const { labels, ...rest } = found;
  const id = world.ids.hash(dataset.id, found.source, index, dataset.samples.length);
  const usage = found.members['usage'];
  return {
    ...rest,
    id,
    labels: labels.map((label, n) => ({ id: world.ids.hash(id, n), ...label })),
    changed: false,
    usage: typeof usage === 'string' ? usage : undefined,
    time: world.now(),
  };
}

const colours = ['#3399ff', '#ff9933', '#33cc66', '#cc3366', '#9966cc', '#66cccc'];

export function rememberLabel(dataset: Dataset, { name, type }: Pick<SampleLabel, 'name' | 'type'>): void {
  if (name === '' || dataset.labels.some((label) => label.name === name && label.type === type)) return;
  const colour = colours[dataset.labels.length % colours.length];
  const label: Label = { name, type, property: { '@modelarts:color': colour }, attributes: [] };
  dataset.labels.push(label);
}
