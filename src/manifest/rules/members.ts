import { isJsonObject, type JsonObject, type JsonValue } from '../../model/index.js';
import { booleanLike, numberLike, parseHardReasons, parsePropertyText } from '../values.js';
import type { Reporter } from './context.js';
import { fieldPointer } from './keys.js';
import { show } from './show.js';

/** Rule ids of the members that samples and annotations share. */
export interface SharedRules {
  readonly hard: string;
  readonly coefficient: string;
  readonly property: string;
}

export const sampleSharedRules: SharedRules = { hard: 'M032', coefficient: 'M033', property: 'M036' };
export const annotationSharedRules: SharedRules = { hard: 'M062', coefficient: 'M063', property: 'M064' };

const coefficientKeys = ['hard-coefficient', 'hard_coefficient'];
const reasonKeys = ['hard-reasons', 'hard_reasons'];

/** Checks `hard`, `hard-coefficient` and `hard-reasons` of `owner`, whose values are handed in resolved. */
export function checkHard(
  owner: JsonObject,
  base: string,
  hard: JsonValue | undefined,
  coefficient: JsonValue | undefined,
  reasons: JsonValue | undefined,
  rules: SharedRules,
  out: Reporter,
): void {
  const flag = hard === undefined || hard === null ? undefined : booleanLike(hard);
  if (hard !== undefined && hard !== null && flag === undefined) {
    out.add(rules.hard, `hard is ${show(hard)}`, `${base}/hard`, { hint: 'write true or false' });
  }
  const hasCoefficient = coefficient !== undefined && coefficient !== null;
  const hasReasons = reasons !== undefined && reasons !== null;
  if (hasCoefficient) {
    checkShare(
      'hard-coefficient',
      coefficient,
      fieldPointer(owner, coefficientKeys, base),
      rules.coefficient,
      out,
    );
  }
  if (hasReasons && parseHardReasons(reasons)?.valid !== true) {
    out.add('M034', `hard-reasons is ${show(reasons)}`, fieldPointer(owner, reasonKeys, base), {
      hint: 'write ids from 0 to 30 joined by "-", for example "3-20"',
    });
  }
  if ((hasCoefficient || (hasReasons && reasons !== '')) && flag !== true) {
    const what = hasCoefficient ? 'hard-coefficient' : 'hard-reasons';
    const state = flag === false ? 'false' : hard === undefined || hard === null ? 'absent' : 'not a boolean';
    const pointer = fieldPointer(owner, hasCoefficient ? coefficientKeys : reasonKeys, base);
    out.add('M035', `${what} is given although hard is ${state}`, pointer, {
      hint: 'set hard to true, or remove it',
    });
  }
}

/** Checks a number from 0 to 1; a number in quotes is a warning. */
export function checkShare(
  name: string,
  value: JsonValue,
  pointer: string,
  rule: string,
  out: Reporter,
): void {
  const number = numberLike(value);
  if (number === undefined) {
    out.add(rule, `${name} is ${show(value)}, not a number`, pointer, { hint: 'write a number from 0 to 1' });
  } else if (number < 0 || number > 1) {
    out.add(rule, `${name} is ${show(value)}, outside 0 to 1`, pointer, {
      hint: number > 1 && number <= 100 ? `did you mean ${number / 100}?` : undefined,
    });
  } else if (typeof value === 'string') {
    out.add(rule, `${name} is the string ${show(value)}`, pointer, {
      hint: `write the number ${number} without quotes`,
      severity: 'warning',
    });
  }
}

/**
 * Checks the kind of a `property` (M036/M064, M037, M065) and gives its view as an object; undefined when
 * it is absent or of a wrong kind.
 */
export function checkProperty(
  value: JsonValue | undefined,
  owner: JsonObject,
  keys: readonly string[],
  base: string,
  rules: SharedRules,
  out: Reporter,
): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  const pointer = fieldPointer(owner, keys, base);
  if (typeof value !== 'string') {
    out.add(rules.property, `property is ${show(value)}, not an object`, pointer);
    return undefined;
  }
  const parsed = parsePropertyText(value);
  if (parsed === undefined) {
    out.add('M065', `property is the string ${show(value)}, which is no JSON object`, pointer, {
      hint: 'it reads as an empty object',
    });
    return {};
  }
  out.add('M037', `property is stored as the string ${show(value)}`, pointer, {
    hint: 'store the object itself',
  });
  return parsed;
}
