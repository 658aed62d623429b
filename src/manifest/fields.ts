import type { JsonObject, JsonValue } from '../model/index.js';

/**
 * The keys a field is stored under. The first is the one written; when it holds nothing (absent, null,
 * `""`), the next that holds something counts.
 */
export type FieldKeys = readonly [string, ...string[]];

/** Fields of a sample in the order they are written; `annotation` comes after all unknown members. */
export const sampleFields = {
  id: ['id'],
  source: ['source'],
  sourceType: ['source-type', 'source_type'],
  sampleType: ['sample-type', 'sample_type'],
  usage: ['usage'],
  hard: ['hard'],
  hardCoefficient: ['hard-coefficient', 'hard_coefficient'],
  hardReasons: ['hard-reasons', 'hard_reasons'],
  sourceMap: ['source-map', 'source_map'],
  property: ['property', 'source-property', 'source_property'],
  inferenceLoc: ['inference-loc', 'inference_loc'],
  annotation: ['annotation', 'annotations'],
} as const satisfies Record<string, FieldKeys>;

/** Fields of an annotation in the order they are written; unknown members come last. */
export const annotationFields = {
  name: ['name'],
  loc: ['annotation-loc', 'annotation_loc'],
  type: ['type'],
  id: ['id'],
  format: ['annotation-format', 'annotation_format'],
  confidence: ['confidence'],
  hard: ['hard'],
  hardCoefficient: ['hard-coefficient', 'hard_coefficient'],
  hardReasons: ['hard-reasons', 'hard_reasons'],
  locMap: ['annotation-loc-map', 'annotation_loc_map'],
  property: ['property', 'annotation-property', 'annotation_property'],
  annotatedBy: ['annotated-by', 'annotated_by'],
  creationTime: ['creation-time', 'creation_time'],
} as const satisfies Record<string, FieldKeys>;

/** The key that a field's value is read from; undefined when none of its keys is there. */
export function fieldKey(object: JsonObject, keys: readonly string[]): string | undefined {
  let fallback: string | undefined;
  for (const key of keys) {
    const value = object[key];
    if (value === undefined) continue;
    if (value !== null && value !== '') return key;
    fallback ??= key;
  }
  return fallback;
}

/** A field's stored value; undefined when none of its keys is there. */
export function fieldValue(object: JsonObject, keys: readonly string[]): JsonValue | undefined {
  const key = fieldKey(object, keys);
  return key === undefined ? undefined : object[key];
}
