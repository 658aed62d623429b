import { type JsonValue, OptionError } from '../model/index.js';

/** Line separators to other tools: legal inside JSON, but they break readers that split on more than LF. */
const separators = /[\u0085\u2028\u2029]/;
const everySeparator = /[\u0085\u2028\u2029]/g;

/** Nesting up to which the engine's recursive `JSON.stringify` is safe on any stack. */
const recursionLimit = 500;

/**
 * Compact JSON on one line. Keys keep their order, `__proto__` is an ordinary key, `-0` stays `-0`.
 * U+0085, U+2028, U+2029 and lone surrogates come out as escapes, so every reader sees one line of valid
 * UTF-8. Any nesting depth is fine.
 *
 * @throws OptionError for what JSON cannot say: NaN, infinities, `undefined`, functions.
 */
export function stringifyJson(value: JsonValue): string {
  const text = isPlain(value, 0) ? JSON.stringify(value) : writeIteratively(value);
  return separators.test(text) ? text.replace(everySeparator, escapeSeparator) : text;
}

function escapeSeparator(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Whether `JSON.stringify` writes the value without loss and without deep recursion. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return isPlainNumber(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth === recursionLimit) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item: unknown = value[i];
      // Long lists are lists of numbers: a call for each would cost as much as writing them.
      const isFine = typeof item === 'number' ? isPlainNumber(item) : isPlain(item, depth + 1);
      if (!isFine) return false;
    }
    return true;
  }
  const record = value as Record<string, unknown>;
  for (const key of Object.keys(record)) if (!isPlain(record[key], depth + 1)) return false;
  return true;
}

function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** An open array or object: what is left of it to write. */
interface Frame {
  readonly items: readonly unknown[];
  readonly keys: readonly string[] | undefined;
  next: number;
}

function writeIteratively(root: unknown): string {
  const parts: string[] = [];
  const stack: Frame[] = [];
  open(root, parts, stack);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const { items, keys, next } = frame;
    if (next === items.length) {
      parts.push(keys === undefined ? ']' : '}');
      stack.pop();
      continue;
    }
    if (next > 0) parts.push(',');
    if (keys !== undefined) parts.push(JSON.stringify(keys[next]), ':');
    frame.next++;
    open(items[next], parts, stack);
  }
  return parts.join('');
}

/** Writes a scalar, or the bracket of a container whose contents are then on the stack. */
function open(value: unknown, parts: string[], stack: Frame[]): void {
  if (Array.isArray(value)) {
    parts.push('[');
    stack.push({ items: value, keys: undefined, next: 0 });
  } else if (typeof value === 'object' && value !== null) {
    parts.push('{');
    stack.push({ items: Object.values(value), keys: Object.keys(value), next: 0 });
  } else {
    parts.push(scalar(value));
  }
}

function scalar(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  throw new OptionError(`JSON cannot say ${typeof value === 'number' ? String(value) : typeof value}`, {
    hint: 'leave the member out, or use null or a string',
  });
}
