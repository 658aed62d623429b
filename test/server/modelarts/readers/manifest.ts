import { isJson, type Json } from '../json.js';
import { type ObjectStore, type Place, placeOf, resolved, uriOf } from '../objects.js';
import type { Annotation, Found, SampleLabel } from '../state.js';
import { isMedium, type Reading, tasks } from './reading.js';
import { readVoc } from './voc.js';

/** Reads a manifest, and the annotation files that it points at. */
export function readManifest(store: ObjectStore, place: Place, sampleType: number): Reading {
  const bytes = store.get(place.bucket, place.key);
  if (bytes === undefined) throw new Error(`There is no object ${uriOf(place)}.`);
  const samples: Found[] = [];
  const problems: string[] = [];
  let total = 0;
  for (const [index, line] of bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    total += 1;
    try {
      samples.push(sampleOf(store, place, JSON.parse(line), sampleType));
    } catch (error) {
      problems.push(`line ${index + 1}: ${(error as Error).message}`);
    }
  }
  return { samples, total, problems };
}

/** The first of two spellings that has something. */
const either = (object: Json, name: string) => object[name] ?? object[name.replaceAll('-', '_')];

const isTrue = (value: unknown) => value === 1 || /^(true|1)$/i.test(String(value));

function sampleOf(store: ObjectStore, manifest: Place, line: unknown, sampleType: number): Found {
  if (!isJson(line)) throw new Error('it is no object');
  const { source, annotation, annotations, ...members } = line;
  if (typeof source !== 'string' || source === '') throw new Error('it has no source');
  const isText = source.startsWith('content://');
  // A relative source is kept as it is written, and looked for beside the manifest.
  const object = isText ? undefined : (placeOf(source) ?? resolved(manifest, source));
  const size = isText
    ? Buffer.byteLength(source.slice('content://'.length))
    : object && store.size(object.bucket, object.key);
  if (size === undefined) throw new Error(`there is no object ${source}`);
  const type = typeof members['sample-type'] === 'number' ? members['sample-type'] : isText ? 1 : sampleType;
  if (!isText && type !== 1 && !isMedium(source, type)) throw new Error(`${source} is no file of this kind`);
  const list = annotation ?? annotations ?? [];
  if (!Array.isArray(list)) throw new Error('annotation is no list');
  const labels: Omit<SampleLabel, 'id'>[] = [];
  const kept: Annotation[] = [];
  let imageSize: readonly number[] | undefined;
  let hard = isTrue(members['hard']);
  for (const raw of list) {
    if (!isJson(raw)) throw new Error('an annotation is no object');
    const task = String(raw['type'] ?? '').replace(/^.*\//, '');
    const labelType = tasks[task];
    const loc = either(raw, 'annotation-loc');
    if (labelType === undefined) throw new Error(`the type ${task} is not known`);
    if (isTrue(raw['hard'])) hard = true;
    if (typeof loc === 'string' && (labelType === 1 || labelType === 3)) {
      const file = loc.trimStart().startsWith('<')
        ? Buffer.from(loc)
        : readObject(store, placeOf(loc) ?? resolved(manifest, loc), loc);
      const voc = readVoc(file, labelType);
      imageSize ??= voc.imageSize;
      if (voc.difficult.size > 0) hard = true;
      labels.push(...voc.labels);
      kept.push({ raw, xml: file });
    } else {
      labels.push(labelOf(raw, labelType, task));
      kept.push({ raw });
    }
  }
  return { source, type, size, labels, annotations: kept, members, hard, ...(imageSize && { imageSize }) };
}

function readObject(store: ObjectStore, place: Place | undefined, name: string): Buffer {
  const bytes = place && store.get(place.bucket, place.key);
  if (bytes === undefined) throw new Error(`there is no object ${name}`);
  return bytes;
}

function labelOf(raw: Json, type: number, task: string): Omit<SampleLabel, 'id'> {
  const { name } = raw;
  const given = either(raw, 'property');
  const parsed: unknown = typeof given === 'string' ? JSON.parse(given) : given;
  const property = isJson(parsed) ? parsed : {};
  const isNameless = type === 201 || type === 202;
  if (!isNameless && (typeof name !== 'string' || name === '')) throw new Error(`a ${task} has no name`);
  const score = either(raw, 'confidence');
  return {
    name: typeof name === 'string' ? name : '',
    type,
    property,
    annotated_by: String(either(raw, 'annotated-by') ?? 'human').startsWith('human') ? 'human' : 'auto',
    ...(score === undefined ? {} : { score: Number(score) }),
  };
}
