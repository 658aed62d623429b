import { isJsonObject, type JsonObject, type JsonValue } from '../model/index.js';
import { memberSpans, stringifyJson } from '../text/index.js';
import { annotationFields, type FieldKeys, fieldKey, sampleFields } from './fields.js';
import { changedPaths, pointerOf } from './json-changes.js';
import { booleanLike } from './values.js';

/** How the flag `hard` is written: as JSON booleans, or as the strings that the service's own exports have. */
export type HardStyle = 'boolean' | 'string';

const { annotation: listKeys, ...otherFields } = sampleFields;
const sampleKeys: readonly FieldKeys[] = Object.values(otherFields);
const annotationKeys: readonly FieldKeys[] = Object.values(annotationFields);
const knownSampleKeys = new Set<string>([...sampleKeys, listKeys].flat());
const knownAnnotationKeys = new Set<string>(annotationKeys.flat());

/** Digits that a double may not hold: such values are copied from the text instead of being written anew. */
const longNumber = /\d{16}|[eE][+-]?\d{3}/;

/**
 * The line of a sample in canonical form: fixed key order, hyphen spellings, unknown members kept in their
 * order, known members that are null left out (`annotation` excepted: null and absent differ). A second
 * spelling of a field that holds another value is kept as an unknown member.
 *
 * @param text The JSON text that `sample` was parsed from, if any: numbers too long for a double come from it.
 */
export function canonicalLine(sample: JsonObject, text: string | undefined, hardAs: HardStyle): string {
  const exact = text !== undefined && longNumber.test(text) ? text : undefined;
  const parts = memberTexts(sample, sampleKeys, knownSampleKeys, hardAs, originals(exact, ''));
  const key = fieldKey(sample, listKeys);
  if (key !== undefined) {
    const list = sample[key];
    const pointer = pointerOf([key]);
    const written = Array.isArray(list)
      ? `[${list.map((element, i) => annotationText(element, exact, `${pointer}/${i}`, hardAs)).join(',')}]`
      : stringifyJson(list ?? null);
    parts.push(`"annotation":${written}`);
  }
  return `{${parts.join(',')}}`;
}

function annotationText(
  element: JsonValue,
  exact: string | undefined,
  pointer: string,
  hardAs: HardStyle,
): string {
  if (!isJsonObject(element)) return stringifyJson(element);
  const found = originals(exact, pointer);
  return `{${memberTexts(element, annotationKeys, knownAnnotationKeys, hardAs, found).join(',')}}`;
}

/** The texts of an object's members by name, where they hold numbers that must be copied. */
function originals(exact: string | undefined, pointer: string): ReadonlyMap<string, string> | undefined {
  if (exact === undefined) return undefined;
  const found = new Map<string, string>();
  for (const { name, start, end } of memberSpans(exact, pointer)) {
    const value = exact.slice(start, end);
    if (longNumber.test(value)) found.set(name, value);
    else found.delete(name);
  }
  return found;
}

function memberTexts(
  object: JsonObject,
  fields: readonly FieldKeys[],
  known: ReadonlySet<string>,
  hardAs: HardStyle,
  found: ReadonlyMap<string, string> | undefined,
): string[] {
  const parts: string[] = [];
  const write = (name: string, key: string): void => {
    const original = found?.get(key);
    const value = object[key]!;
    parts.push(
      `${stringifyJson(name)}:${original === undefined ? stringifyJson(value) : compactJson(original)}`,
    );
  };
  const rivals: string[] = [];
  for (const keys of fields) {
    const key = fieldKey(object, keys);
    if (key === undefined) continue;
    if (key === 'hard') {
      const flag = hardText(object[key], hardAs);
      if (flag !== undefined) {
        parts.push(`"hard":${flag}`);
        continue;
      }
    }
    if (object[key] !== null) write(keys[0], key);
    for (const other of keys) if (other !== key && isRival(object[other], object[key])) rivals.push(other);
  }
  for (const key of Object.keys(object)) {
    if (!known.has(key) || rivals.includes(key)) write(key, key);
  }
  return parts;
}

/** The JSON of a boolean-like flag; undefined for anything else, which is written as it is. */
function hardText(value: JsonValue | undefined, hardAs: HardStyle): string | undefined {
  if (value === '') return undefined;
  const flag = booleanLike(value);
  if (flag === undefined) return undefined;
  return hardAs === 'string' ? `"${flag}"` : String(flag);
}

/** A second spelling says something else than the one that counts. */
function isRival(value: JsonValue | undefined, winner: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  let differs = false;
  changedPaths(winner, value, () => {
    differs = true;
  });
  return differs;
}

/** JSON text without the white space between its tokens, with line separators in strings escaped. */
function compactJson(json: string): string {
  let compact = '';
  let at = 0;
  while (at < json.length) {
    const quote = json.indexOf('"', at);
    if (quote === -1) return compact + json.slice(at).replace(/\s+/g, '');
    let end = quote + 1;
    while (json[end] !== '"') end += json[end] === '\\' ? 2 : 1;
    compact += json.slice(at, quote).replace(/\s+/g, '') + escapeSeparators(json.slice(quote, end + 1));
    at = end + 1;
  }
  return compact;
}

function escapeSeparators(quoted: string): string {
  return quoted.replace(/[\u0085\u2028\u2029]/g, (separator) => {
    return `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
