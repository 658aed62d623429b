import { isJsonObject, isVocTask, type JsonObject, type JsonValue } from '../../model/index.js';
import { annotationFields, fieldValue } from '../fields.js';
import { taskOf } from '../values.js';
import type { Reporter } from './context.js';
import { fieldPointer } from './keys.js';
import { pointerTo, show } from './show.js';

/** Up to this many annotations are compared pair by pair, more through sets. */
const pairLimit = 8;

/** Compares the annotations of one sample with each other: M068, M069, M085. */
export function checkRepeats(annotations: readonly JsonValue[], base: string, out: Reporter): void {
  if (annotations.length <= pairLimit) {
    for (let j = 1; j < annotations.length; j++) {
      const later = annotations[j];
      if (!isJsonObject(later)) continue;
      let repeats = 0;
      for (let i = 0; i < j; i++) {
        const earlier = annotations[i];
        if (isJsonObject(earlier)) repeats |= comparePair(earlier, later);
      }
      if (repeats !== 0) reportRepeats(repeats, later, pointerTo(base, j), out);
    }
    return;
  }
  const labels = new Set<string>();
  const ids = new Set<string>();
  const locs = new Set<string>();
  for (const [index, value] of annotations.entries()) {
    if (!isJsonObject(value)) continue;
    let repeats = 0;
    if (hasId(value) && ids.size === ids.add(value.id as string).size) repeats |= sameId;
    const loc = vocLoc(value);
    if (loc !== undefined) {
      if (locs.size === locs.add(loc).size) repeats |= sameLoc;
    } else if (labels.size === labels.add(identityOf(value)).size) repeats |= sameLabel;
    if (repeats !== 0) reportRepeats(repeats, value, pointerTo(base, index), out);
  }
}

const sameLabel = 1;
const sameId = 2;
const sameLoc = 4;

function comparePair(a: JsonObject, b: JsonObject): number {
  let repeats = 0;
  if (a.id === b.id && hasId(b)) repeats |= sameId;
  if (a.type !== b.type && !(isDetection(a) && isDetection(b))) return repeats;
  const loc = vocLoc(b);
  if (loc !== undefined) {
    if (vocLoc(a) === loc) repeats |= sameLoc;
  } else if (
    a.type === b.type &&
    a.name === b.name &&
    vocLoc(a) === undefined &&
    propertyText(a) === propertyText(b)
  ) {
    repeats |= sameLabel;
  }
  return repeats;
}

function hasId(value: JsonObject): boolean {
  return typeof value.id === 'string' && value.id !== '';
}

function isDetection(value: JsonObject): boolean {
  return typeof value.type === 'string' && isVocTask(taskOf(value.type).task);
}

/** The address of the XML file of an annotation whose task has one. */
function vocLoc(value: JsonObject): string | undefined {
  if (!isDetection(value)) return undefined;
  const loc = fieldValue(value, annotationFields.loc);
  return typeof loc === 'string' && loc !== '' ? loc : undefined;
}

function propertyText(value: JsonObject): string {
  const property = fieldValue(value, annotationFields.property);
  return property === undefined || property === null ? '' : JSON.stringify(property);
}

function identityOf(value: JsonObject): string {
  return JSON.stringify([value.type, value.name, propertyText(value)]);
}

function reportRepeats(repeats: number, value: JsonObject, pointer: string, out: Reporter): void {
  if ((repeats & sameLabel) !== 0) {
    const what =
      typeof value.name === 'string' ? `label ${show(value.name)}` : `annotation of type ${show(value.type)}`;
    out.add('M068', `the ${what} is repeated with the same property`, pointer);
  }
  if ((repeats & sameId) !== 0) {
    out.add('M069', `another annotation of this sample has the id ${show(value.id)} too`, `${pointer}/id`);
  }
  if ((repeats & sameLoc) !== 0) {
    const loc = vocLoc(value);
    const at = fieldPointer(value, annotationFields.loc, pointer);
    out.add('M085', `another annotation of this sample points at ${show(loc)} too`, at);
  }
}
