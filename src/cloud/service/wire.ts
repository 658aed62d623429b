import type { JsonObject, JsonValue } from '../../model/index.js';

/** How values cross the wire. */
export interface WireNames {
  /** Converts names in a value the service gave: `dataset_id` becomes `datasetId`. Unknown members are kept. */
  fromWire<T>(value: unknown): T;
  /** A value as the service takes it: `datasetId` becomes `dataset_id`. Members that are undefined are left out. */
  toWire(value: object): JsonObject;
}

/** @param opaque members whose keys are data, in both spellings: what is in them is passed on as it is */
export function wireNames(opaque: readonly string[]): WireNames {
  const kept = new Set(opaque);
  const renamed = (value: unknown, name: (key: string) => string): JsonValue => {
    if (Array.isArray(value)) return value.map((one) => renamed(one, name));
    if (typeof value !== 'object' || value === null) return value as JsonValue;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [name(key), kept.has(key) ? (member as JsonValue) : renamed(member, name)]),
    );
  };
  return {
    fromWire: <T>(value: unknown) => renamed(value, camel) as T,
    toWire: (value) => renamed(value, snake) as JsonObject,
  };
}

// Names are single words between the separators; `@modelarts:color` and the like are none and stay.
const snakePattern = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;
const camelPattern = /^[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+$/;

function camel(key: string): string {
  return snakePattern.test(key) ? key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : key;
}

function snake(key: string): string {
  return camelPattern.test(key) ? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : key;
}
