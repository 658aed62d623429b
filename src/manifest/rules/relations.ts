import { isJsonObject, type JsonObject, type JsonValue } from '../../model/index.js';
import { annotationFields, fieldValue } from '../fields.js';
import { propertyView, taskOf } from '../values.js';
import type { Reporter } from './context.js';
import { fieldPointer } from './keys.js';
import { pointerTo, show } from './show.js';

const fromKey = '@modelarts:from';
const toKey = '@modelarts:to';
const entityId = /^E\d+$/;
const relationId = /^R\d+$/;

/**
 * Checks the entities and relations of a sample that has relations (M100–M106). References are resolved
 * after the whole array has been read, so the order of entities and relations is free.
 */
export function checkRelations(annotations: readonly JsonValue[], base: string, out: Reporter): void {
  const entities = new Map<string, JsonValue | undefined>();
  const relations: { readonly value: JsonObject; readonly pointer: string }[] = [];
  for (const [index, value] of annotations.entries()) {
    if (!isJsonObject(value) || typeof value.type !== 'string') continue;
    const { task } = taskOf(value.type);
    const pointer = pointerTo(base, index);
    if (task === 'text_entity') {
      const id = value.id;
      if (typeof id === 'string') entities.set(id, value.name);
      checkId(value, entityId, 'entity', 'E1', pointer, out);
    } else if (task === 'text_triplet') {
      checkId(value, relationId, 'relation', 'R1', pointer, out);
      relations.push({ value, pointer });
    }
  }
  const seen = new Set<string>();
  for (const { value, pointer } of relations) checkRelation(value, pointer, entities, seen, out);
}

function checkId(
  value: JsonObject,
  form: RegExp,
  kind: string,
  example: string,
  pointer: string,
  out: Reporter,
): void {
  const { id } = value;
  if (typeof id === 'string' && form.test(id)) return;
  const absent = id === undefined || id === null;
  out.add(
    'M100',
    absent ? `the ${kind} has no id` : `the id of the ${kind} is ${show(id)}`,
    absent ? pointer : `${pointer}/id`,
    { hint: `write an id such as ${example}` },
  );
}

function checkRelation(
  value: JsonObject,
  pointer: string,
  entities: ReadonlyMap<string, JsonValue | undefined>,
  seen: Set<string>,
  out: Reporter,
): void {
  const property = propertyView(fieldValue(value, annotationFields.property));
  const propertyPointer = fieldPointer(value, annotationFields.property, pointer);
  const from = endOf(property, fromKey, propertyPointer, entities, out);
  const to = endOf(property, toKey, propertyPointer, entities, out);
  if (from === undefined || to === undefined) return;
  if (from === to) {
    out.add('M103', `the relation goes from ${show(from)} to itself`, pointerTo(propertyPointer, toKey));
  }
  const identity = JSON.stringify([value.name, from, to]);
  if (seen.has(identity)) {
    out.add('M104', `a second relation ${show(value.name)} goes from ${show(from)} to ${show(to)}`, pointer);
  }
  seen.add(identity);
  checkLabelSet(value, pointer, from, to, entities, out);
}

function endOf(
  property: JsonObject | undefined,
  key: string,
  propertyPointer: string,
  entities: ReadonlyMap<string, JsonValue | undefined>,
  out: Reporter,
): string | undefined {
  const id = property?.[key];
  if (id === undefined || id === null || id === '') {
    out.add('M101', `the relation has no ${key}`, propertyPointer);
    return undefined;
  }
  if (typeof id === 'string' && entities.has(id)) return id;
  const known = [...entities.keys()].slice(0, 5).join(', ');
  out.add('M102', `${key} is ${show(id)}, no entity has this id`, pointerTo(propertyPointer, key), {
    hint: known === '' ? 'the sample has no entities with ids' : `entities here: ${known}`,
  });
  return typeof id === 'string' ? id : undefined;
}

function checkLabelSet(
  value: JsonObject,
  pointer: string,
  from: string,
  to: string,
  entities: ReadonlyMap<string, JsonValue | undefined>,
  out: Reporter,
): void {
  const { labelSet } = out.context;
  if (labelSet === undefined || typeof value.name !== 'string') return;
  const definition = labelSet.relations.get(value.name);
  if (definition === undefined) {
    out.add('M106', `the label set has no relation ${show(value.name)}`, `${pointer}/name`);
    return;
  }
  const ends = [
    ['from', from, definition.from],
    ['to', to, definition.to],
  ] as const;
  for (const [end, id, expected] of ends) {
    const name = entities.get(id);
    if (name === undefined || name === expected) continue;
    out.add('M106', `relation ${show(value.name)} goes ${end} ${show(expected)}, not ${show(name)}`, pointer);
  }
}
