import { isJsonObject, type JsonObject, type JsonValue, OptionError } from '../model/index.js';

/** Nesting of values given by callers beyond which they are refused: cycles end here. */
const maxGivenDepth = 512;

/**
 * Sets an own member whatever its name: a plain assignment of `__proto__` would change the prototype and
 * store nothing.
 */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

/**
 * A deep copy of a value given by a caller, so that two records never share an object. Undefined members
 * are left out.
 *
 * @throws {OptionError} for what JSON cannot say (NaN, Infinity, functions, dates, cycles).
 */
export function copyJson(value: JsonValue, what: string, depth = 0): JsonValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (depth > maxGivenDepth) throw new OptionError(`${what} is nested more than ${maxGivenDepth} deep`);
  if (Array.isArray(value)) return value.map((item) => copyJson(item, what, depth + 1));
  if (isPlainObject(value)) {
    const copy: JsonObject = {};
    for (const key of Object.keys(value)) {
      const member: JsonValue | undefined = value[key];
      if (member !== undefined) setMember(copy, key, copyJson(member, what, depth + 1));
    }
    return copy;
  }
  throw new OptionError(`${what} holds ${String(value)}, which JSON cannot say`);
}

function isPlainObject(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Reports the path of every value of `before` that differs in `after`, as deep as objects and arrays of
 * equal length go; an added or removed member counts as different.
 */
export function changedPaths(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  report: (path: readonly (string | number)[]) => void,
  path: readonly (string | number)[] = [],
): void {
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of Object.keys(before)) {
      const present = Object.hasOwn(after, key);
      changedPaths(before[key], present ? after[key] : undefined, report, [...path, key]);
    }
    for (const key of Object.keys(after)) {
      if (!Object.hasOwn(before, key) && after[key] !== undefined) report([...path, key]);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (let i = 0; i < before.length; i++) changedPaths(before[i], after[i], report, [...path, i]);
    return;
  }
  report(path);
}

/** A JSON Pointer from path segments. */
export function pointerOf(path: readonly (string | number)[]): string {
  let pointer = '';
  for (const segment of path) {
    pointer += `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  }
  return pointer;
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: JsonValue, path: readonly (string | number)[]): JsonValue | undefined {
  let current: JsonValue | undefined = value;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as JsonObject)[segment];
  }
  return current;
}
