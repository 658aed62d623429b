import type { JsonObject, JsonValue } from '../../model/index.js';

/** A member of a parsed object; names such as `__proto__` are members only when the text has them. */
export function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a member whatever its name is. */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
