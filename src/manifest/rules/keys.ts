import type { JsonObject } from '../../model/index.js';
import { annotationFields, fieldKey, sampleFields } from '../fields.js';
import type { Reporter } from './context.js';
import { nearest, pointerTo, show } from './show.js';

const canonicalOf = (fields: Record<string, readonly string[]>): ReadonlyMap<string, string> =>
  new Map(Object.values(fields).flatMap((keys) => keys.map((key) => [key, keys[0]!] as const)));

const sampleKeys = canonicalOf(sampleFields);
const annotationKeys = canonicalOf(annotationFields);

/** The registry of `@modelarts:` keys; others with this prefix are probably mistyped. */
const registered = new Set(
  (
    'start_index end_index from to content start_time end_time source hard hard_coefficient hard_reasons ' +
    'shape feature size color shortcut default_shape rename_to from_type to_type parent_source ' +
    'parent_duration time_in_video schema data_checked import_origin source_image_info origin_source ' +
    'origin_source_id new_source check_result clockwise_angle rotate_background'
  )
    .split(' ')
    .map((key) => `@modelarts:${key}`),
);

/**
 * Checks the member names of a sample or an annotation that holds something besides canonical keys:
 * other spellings (M009, M010, M031) and, when pedantic, unknown names (M011).
 */
export function checkKeys(
  object: JsonObject,
  base: string,
  kind: 'sample' | 'annotation',
  out: Reporter,
): void {
  const known = kind === 'sample' ? sampleKeys : annotationKeys;
  for (const key of Object.keys(object)) {
    const canonical = known.get(key);
    if (canonical === key) continue;
    if (canonical === undefined) {
      if (out.context.pedantic !== true) continue;
      const meant = nearest(key, [...new Set(known.values())]);
      out.addOnce(
        'M011',
        key,
        `unknown key ${show(key)}`,
        pointerTo(base, key),
        meant && `did you mean ${show(meant)}?`,
      );
      continue;
    }
    checkSpelling(object, key, canonical, base, out);
  }
}

function checkSpelling(
  object: JsonObject,
  key: string,
  canonical: string,
  base: string,
  out: Reporter,
): void {
  const pointer = pointerTo(base, key);
  const value = object[key];
  const main = object[canonical];
  const bothHold = holds(value) && holds(main);
  if (bothHold && JSON.stringify(value) !== JSON.stringify(main)) {
    out.add(
      'M010',
      `${show(canonical)} and ${show(key)} hold different values, ${show(canonical)} counts`,
      pointer,
      {
        hint: `remove ${show(key)}, or the other one when its value is right`,
        atKey: true,
      },
    );
    if (key === 'annotations') return;
  }
  if (key === 'annotations') {
    out.add('M031', 'the annotations are stored under "annotations"', pointer, {
      hint: 'rename the key to "annotation"',
      atKey: true,
    });
  } else if (key.includes('_')) {
    out.addOnce(
      'M009',
      key,
      `key ${show(key)} is spelt with an underscore`,
      pointer,
      `write ${show(canonical)}`,
    );
  }
}

function holds(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Reports mistyped `@modelarts:` keys of a property; only called when pedantic. */
export function checkPropertyKeys(property: JsonObject, pointer: string, out: Reporter): void {
  for (const key of Object.keys(property)) {
    if (!key.startsWith('@modelarts:') || registered.has(key)) continue;
    const meant = nearest(key, [...registered]);
    out.addOnce(
      'M011',
      key,
      `unknown key ${show(key)}`,
      pointerTo(pointer, key),
      meant && `did you mean ${show(meant)}?`,
    );
  }
}

/** The pointer of a field's value under the key it is stored with, or of the object when it is absent. */
export function fieldPointer(object: JsonObject, keys: readonly string[], base: string): string {
  const key = fieldKey(object, keys);
  return key === undefined ? base : pointerTo(base, key);
}
