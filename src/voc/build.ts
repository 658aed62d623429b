import { LabelkitError } from '../model/errors.js';
import { formatNumber } from '../text/xml-escape.js';
import { VocDocument, type VocDocumentInit, VocObject } from './document.js';
import { shapeOfFeature } from './feature.js';
import { parseVocNumber } from './number.js';
import { quote } from './rules/scope.js';

/** A label of a sample as the SDK and the REST API have it. */
export interface SampleLabel {
  readonly name: string;
  /**
   * `@modelarts:shape` and `@modelarts:feature` give the shape. `pose`, `truncated`, `difficult`, `occluded`,
   * `hard-coefficient` or `difficult-coefficient`, and `confidence` become elements. `secondary_labels` is
   * flattened when it is an object. Everything else becomes a property.
   */
  readonly property: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;
}

const flagElements = ['pose', 'truncated', 'difficult', 'occluded'] as const;

/**
 * The object that a label describes. The label is left as it is.
 *
 * @param field what to call the label in messages.
 * @throws LabelkitError `InvalidData` when the shape or its feature is missing, unknown or does not fit, or a
 *   coefficient or confidence is not a number.
 */
export function buildVocObject(label: SampleLabel, field = `label ${quote(label.name)}`): VocObject {
  const rest = new Map<string, unknown>(
    label.property instanceof Map ? label.property : Object.entries(label.property),
  );
  const object = new VocObject();
  object.name = label.name;
  object.shape = shapeOfFeature(take(rest, '@modelarts:shape'), take(rest, '@modelarts:feature'), field);
  for (const flag of flagElements) object[flag] = textOf(take(rest, flag));
  const hard = numberOf(take(rest, 'hard-coefficient'), 'hard-coefficient', field);
  const difficult = numberOf(take(rest, 'difficult-coefficient'), 'difficult-coefficient', field);
  object.hardCoefficient = hard ?? difficult;
  if (hard !== undefined && difficult !== undefined && hard !== difficult) {
    // As the parser keeps the second of two spellings: the first counts, nothing is lost.
    const name = 'difficult-coefficient';
    object.unknown = [{ name, xml: `<${name}>${formatNumber(difficult)}</${name}>`, within: '' }];
  }
  object.confidence = numberOf(take(rest, 'confidence'), 'confidence', field);
  const properties = propertiesOf(rest);
  if (properties.size > 0) {
    object.properties = properties;
    object.propertiesPresent = true;
  }
  return object;
}

/**
 * A new document with an object for each label. Nothing is returned unless every label is sound.
 *
 * @throws LabelkitError as {@link buildVocObject}, naming the label by its number.
 */
export function buildVocDocument(labels: readonly SampleLabel[], header: VocDocumentInit = {}): VocDocument {
  const objects = labels.map((label, i) => buildVocObject(label, `label ${i + 1}, ${quote(label.name)},`));
  return new VocDocument({ ...header, objects });
}

/** Takes a member out; null counts as absent. */
function take(rest: Map<string, unknown>, key: string): unknown {
  const value = rest.get(key);
  rest.delete(key);
  return value ?? undefined;
}

function propertiesOf(rest: ReadonlyMap<string, unknown>): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const [key, value] of rest) {
    if (key === 'secondary_labels' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, entry] of Object.entries(value)) {
        const text = textOf(entry);
        if (text !== undefined) properties.set(name, text);
      }
      continue;
    }
    const text = textOf(value);
    if (text !== undefined) properties.set(key, text);
  }
  return properties;
}

/** Properties are text: what is not is written as JSON; absent and null say nothing. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberOf(value: unknown, key: string, field: string): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' ? parseVocNumber(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new LabelkitError(
    'InvalidData',
    `${field} has a ${key} that is not a number: ${quote(String(value))}`,
  );
}
