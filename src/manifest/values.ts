import { isJsonObject, type JsonObject, type JsonValue, type Task, tasks } from '../model/index.js';

/** `true`, `"true"`, `"True"`, `"TRUE"`, `1`, `"1"` and their opposites (`""` is false); undefined for anything else. */
export function booleanLike(value: JsonValue | undefined): boolean | undefined {
  switch (value) {
    case true:
    case 1:
    case '1':
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case false:
    case 0:
    case '0':
    case '':
      return false;
    default:
      return typeof value === 'string' && value.length === 5 && value.toLowerCase() === 'false'
        ? false
        : undefined;
  }
}

const decimal = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A finite JSON number, or a string with a plain decimal number; hex, a leading `+`, blanks, NaN are not numbers. */
export function numberLike(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'string') {
    if (!decimal.test(value)) return undefined;
    const number = Number(value);
    return Number.isFinite(number) ? number : undefined;
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** {@link numberLike}, when it is a whole number that is exact in a double. */
export function integerLike(value: JsonValue | undefined): number | undefined {
  const number = numberLike(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/**
 * The value stored under the hyphen spelling, unless it is absent, null or `""`: then the one under the
 * underscore spelling. `0` and `false` count as values. Undefined when neither key is there.
 */
export function resolveAlias(object: JsonObject, hyphen: string, underscore: string): JsonValue | undefined {
  const value = object[hyphen];
  if (value !== undefined && value !== null && value !== '') return value;
  const other = object[underscore];
  return value === undefined || (other !== undefined && other !== null && other !== '') ? other : value;
}

/** What an annotation's `type` says. */
export interface TypeFacts {
  /** Undefined when the task is not a known one. */
  readonly task?: Task;
  /** There is a provider before the task: `modelarts/…`. */
  readonly prefixed: boolean;
  /** The task is spelt in lower case, as canonical files have it. */
  readonly exactCase: boolean;
}

/** Names of older files for a task. */
const taskAliases: ReadonlyMap<string, Task> = new Map([['sound_classification', 'audio_classification']]);

const tasksByName: ReadonlyMap<string, Task> = new Map([
  ...tasks.map((task): [string, Task] => [task, task]),
  ...taskAliases,
]);

const ordinaryTypes: ReadonlyMap<string, TypeFacts> = new Map(
  [...tasksByName].flatMap(([name, task]): [string, TypeFacts][] => [
    [`modelarts/${name}`, { task, prefixed: true, exactCase: true }],
    [name, { task, prefixed: false, exactCase: true }],
  ]),
);

/** Reads an annotation's `type`: the task is what follows the last `/`, in any letter case, or an alias of it. */
export function taskOf(type: string): TypeFacts {
  const ordinary = ordinaryTypes.get(type);
  if (ordinary !== undefined) return ordinary;
  const slash = type.lastIndexOf('/');
  const name = type.slice(slash + 1);
  const lower = name.toLowerCase();
  const task = tasksByName.get(lower);
  const facts = { prefixed: slash > 0, exactCase: name === lower };
  return task === undefined ? facts : { task, ...facts };
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True for `yyyy-MM-dd HH:mm:ss` naming a day of the calendar and a time of the day. */
export function isCreationTime(text: string): boolean {
  if (text.length !== 19 || text[4] !== '-' || text[7] !== '-') return false;
  if (text[10] !== ' ' || text[13] !== ':' || text[16] !== ':') return false;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // Every comparison is false for NaN, which stands for something else than digits.
  if (!(year >= 0 && hour <= 23 && minute <= 59 && second <= 59)) return false;
  const leap = month === 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0);
  return day >= 1 && day <= (monthLengths[month - 1] ?? 0) + (leap ? 1 : 0);
}

/** The number of two ASCII digits; NaN when they are none. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 0x30;
  const low = text.charCodeAt(at + 1) - 0x30;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

const clock = /^(\d{1,9}):([0-5]\d):([0-5]\d)(?:([.,])(\d{0,3}))?$/;

/**
 * Milliseconds of a clock time. `strict` is true for exactly `hh:mm:ss.SSS` with two or more hour digits;
 * one hour digit, fewer fraction digits or a comma are read too. Undefined when it is no clock time.
 */
export function parseClock(text: string): { readonly ms: number; readonly strict: boolean } | undefined {
  const match = clock.exec(text);
  if (match === null) return undefined;
  const [, hours = '', minutes, seconds, separator, fraction = ''] = match;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return {
    ms: whole * 1000 + Number(fraction.padEnd(3, '0')),
    strict: hours.length >= 2 && separator === '.' && fraction.length === 3,
  };
}

const reasonIds = /^(?:(?:\d|[12]\d|30)(?:-(?:\d|[12]\d|30))*)?$/;

/**
 * Hard-example reasons, a string of ids joined by `-` or an array of ids, as one string: `"3-20"`.
 * `valid` is false when something is not an id from 0 to 30. Undefined when it is neither.
 */
export function parseHardReasons(
  value: JsonValue | undefined,
): { readonly text: string; readonly valid: boolean } | undefined {
  if (typeof value === 'string') return { text: value, valid: reasonIds.test(value) };
  if (!Array.isArray(value)) return undefined;
  let integers = true;
  for (const id of value) {
    if (typeof id !== 'number' && typeof id !== 'string') return undefined;
    if (!Number.isInteger(id)) integers = false;
  }
  const text = value.join('-');
  return { text, valid: integers && reasonIds.test(text) };
}

const contentScheme = 'content://';

/** The text after `content://` (any letter case), verbatim; undefined for any other source. */
export function contentTextOf(source: string): string | undefined {
  if (source.startsWith(contentScheme)) return source.slice(contentScheme.length);
  return source.slice(0, contentScheme.length).toLowerCase() === contentScheme
    ? source.slice(contentScheme.length)
    : undefined;
}

/**
 * A `property` as an object: itself, or what a string holds as JSON. A string that holds no JSON object
 * gives an empty object; any other kind of value undefined.
 */
export function propertyView(value: JsonValue | undefined): JsonObject | undefined {
  if (typeof value === 'string') return parsePropertyText(value) ?? {};
  return isJsonObject(value) ? value : undefined;
}

/** The JSON object that a string-typed `property` holds; undefined when it holds something else or no JSON. */
export function parsePropertyText(text: string): JsonObject | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined; // Not JSON: the caller reports it, the raw text stays.
  }
  return isJsonObject(parsed) ? parsed : undefined;
}
