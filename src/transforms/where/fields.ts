import {
  type Annotation,
  type BndBox,
  flagOf,
  type ImageAnnotation,
  type JsonValue,
  type Sample,
} from '../../model/index.js';
import { type LabelInstance, nameOfAnnotation } from '../instances.js';
import { boxOf } from '../iou.js';

/** What an expression looks at. */
export interface Scope {
  readonly sample: Sample;
  /** What the annotation file of one of its annotations says, where it is at hand. */
  readonly imageOf: (annotation: Annotation) => ImageAnnotation | undefined;
  readonly annotation?: Annotation | undefined;
  readonly object?: LabelInstance | undefined;
}

/** A text, a number, yes or no; undefined where the data does not say. */
export type Value = string | number | boolean | undefined;
export type ValueType = 'text' | 'number' | 'flag';
export type ScopeName = 'sample' | 'annotation' | 'object';

interface Field<Of> {
  readonly type: ValueType;
  readonly of: (thing: Of, scope: Scope) => Value;
}

const text = <Of>(of: (thing: Of, scope: Scope) => string | undefined): Field<Of> => ({ type: 'text', of });
const number = <Of>(of: (thing: Of, scope: Scope) => number | undefined): Field<Of> => ({
  type: 'number',
  of,
});
const flag = <Of>(of: (thing: Of, scope: Scope) => boolean | undefined): Field<Of> => ({ type: 'flag', of });

const sampleFields: Readonly<Record<string, Field<Sample>>> = {
  source: text((sample) => sample.source),
  usage: text((sample) => sample.usage),
  id: text((sample) => sample.id),
  'inference-loc': text((sample) => sample.inferenceLoc),
  'source-type': text((sample) => sample.sourceType),
  'sample-type': number((sample) => sample.sampleType),
  hard: flag((sample) => sample.hard),
  'hard-coefficient': number((sample) => sample.hardCoefficient),
  'hard-reasons': text((sample) => sample.hardReasons),
};

const annotationFields: Readonly<Record<string, Field<Annotation>>> = {
  name: text(nameOfAnnotation),
  type: text((annotation) => annotation.type),
  task: text((annotation) => annotation.task),
  id: text((annotation) => annotation.id),
  'annotation-loc': text((annotation) => annotation.loc),
  'annotation-format': text((annotation) => annotation.format),
  confidence: number((annotation) => annotation.confidence),
  'creation-time': text((annotation) => annotation.creationTime),
  'annotated-by': text((annotation) => annotation.annotatedBy),
  hard: flag((annotation) => annotation.hard),
  'hard-coefficient': number((annotation) => annotation.hardCoefficient),
  'hard-reasons': text((annotation) => annotation.hardReasons),
  'image-width': number((annotation, { imageOf }) => imageOf(annotation)?.width),
  'image-height': number((annotation, { imageOf }) => imageOf(annotation)?.height),
};

/** Of the box around the object's shape. */
const boxField = (of: (box: BndBox) => number) =>
  number<LabelInstance>(({ object }) => {
    const box = object?.shape && boxOf(object.shape);
    return box === undefined ? undefined : of(box);
  });

const objectFields: Readonly<Record<string, Field<LabelInstance>>> = {
  name: text((instance) => instance.name),
  hard: flag((instance) => instance.isHard),
  confidence: number((instance) => instance.confidence),
  'hard-coefficient': number(
    ({ object, annotation }) => object?.hardCoefficient ?? annotation.hardCoefficient,
  ),
  'hard-reasons': text(({ object, annotation }) => object?.hardReasons ?? annotation.hardReasons),
  difficult: flag(({ object }) => flagOf(object?.difficult)),
  truncated: flag(({ object }) => flagOf(object?.truncated)),
  occluded: flag(({ object }) => flagOf(object?.occluded)),
  pose: text(({ object }) => object?.pose),
  shape: text(({ object }) => object?.shape?.kind),
  width: boxField(({ xmin, xmax }) => xmax - xmin),
  height: boxField(({ ymin, ymax }) => ymax - ymin),
  area: boxField(({ xmin, ymin, xmax, ymax }) => (xmax - xmin) * (ymax - ymin)),
  xmin: boxField(({ xmin }) => xmin),
  ymin: boxField(({ ymin }) => ymin),
  xmax: boxField(({ xmax }) => xmax),
  ymax: boxField(({ ymax }) => ymax),
};

const tables = { sample: sampleFields, annotation: annotationFields, object: objectFields } as const;

/** The fields of one thing, with the names that they have in expressions. */
export function fieldNames(scope: ScopeName): readonly string[] {
  return Object.keys(tables[scope]);
}

/** Reads a field of a scope; undefined when there is none of that name. `_` in names stands for `-`. */
export function fieldOf(
  scope: ScopeName,
  name: string,
):
  | { readonly type: ValueType; readonly read: (scope: Scope) => Value; readonly asksFile: boolean }
  | undefined {
  const key = name.replaceAll('_', '-');
  if (!Object.hasOwn(tables[scope], key)) return undefined;
  const field = tables[scope][key] as Field<unknown>;
  return {
    type: field.type,
    read: (given) => field.of(given[scope], given),
    asksFile: scope === 'object' || key.startsWith('image-'),
  };
}

/** A value of the `property` of a sample or annotation, or of the properties of an object, as text. */
export function propertyOf(scope: ScopeName, key: string): (scope: Scope) => string | undefined {
  if (scope === 'object') {
    return ({ object }) =>
      object?.object === undefined
        ? storedText(object?.annotation.property, key)
        : object.object.properties.get(key);
  }
  return (given) => storedText(given[scope]?.property, key);
}

function storedText(
  property: Readonly<Record<string, JsonValue>> | undefined,
  key: string,
): string | undefined {
  if (property === undefined || !Object.hasOwn(property, key)) return undefined;
  const value = property[key];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
