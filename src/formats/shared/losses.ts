import { type ImageObject, isVocTask, type Sample, type Task, tasks } from '../../model/index.js';
import type { FormatSink, WriteRow } from '../contract.js';
import { isImageName } from './images.js';

/** Objects of every shape. */
const everyShape = [
  'shape-point',
  'shape-line',
  'shape-dashed',
  'shape-bndbox',
  'shape-polygon',
  'shape-polyline',
  'shape-circle',
] as const;

/** Objects of every shape, with a shape and a label or without. */
export const everyObject = [...everyShape, 'object-without-label', 'object-without-shape'] as const;

const sampleKinds = ['image-sample', 'text-sample', 'audio-sample', 'table-sample', 'file-sample'] as const;

/** Every name that a result's `losses` and a format's `cannotCarry` may have. */
export const lossNames = [
  ...sampleKinds,
  ...tasks,
  'unknown-task',
  'usage',
  'sample-id',
  'sample-property',
  'sample-hard',
  'inference-loc',
  'annotation-name',
  'annotation-property',
  'annotation-confidence',
  'annotation-hard',
  'creation-time',
  'annotated-by',
  'unknown-member',
  'image-set',
  ...everyObject,
  'object-property',
  'object-pose',
  'object-truncated',
  'object-occluded',
  'object-difficult',
  'object-confidence',
  'object-hard',
  'parts',
  'actions',
  'reference-point',
  'mask',
  'image-size',
  'image-member',
  'unlabelled-image',
] as const;

/** Something that a format may have no place for. */
export type LossName = (typeof lossNames)[number];

/** Something of a row that has no place in the output. */
export interface Loss {
  readonly feature: LossName;
  /** JSON Pointer in the sample. */
  readonly pointer: string;
}

/** What `cannotCarry` of a format is whose `carries` in {@link lossesOf} is this. */
export function allBut(carries: ReadonlySet<LossName>): LossName[] {
  return lossNames.filter((name) => !carries.has(name));
}

const extensions: Readonly<Record<string, (typeof sampleKinds)[number]>> = {
  wav: 'audio-sample',
  mp3: 'audio-sample',
  flac: 'audio-sample',
  m4a: 'audio-sample',
  ogg: 'audio-sample',
  txt: 'text-sample',
  csv: 'table-sample',
  carbondata: 'table-sample',
};

/** `sampleType` of a file of any kind. */
const freeForm = 9;

/** What kind of thing a sample is, from its source; an image where that says nothing. */
export function sampleKind(sample: Sample): (typeof sampleKinds)[number] {
  if (/^content:\/\//i.test(sample.source)) return 'text-sample';
  if (sample.sourceType !== undefined) return 'table-sample';
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(sample.source)?.[1]?.toLowerCase() ?? '';
  if (Object.hasOwn(extensions, extension)) return extensions[extension]!;
  return sample.sampleType === freeForm && !isImageName(sample.source) ? 'file-sample' : 'image-sample';
}

const sampleFeatures: readonly (readonly [keyof Sample, LossName, string])[] = [
  ['usage', 'usage', '/usage'],
  ['id', 'sample-id', '/id'],
  ['property', 'sample-property', '/property'],
  ['hard', 'sample-hard', '/hard'],
  ['hardCoefficient', 'sample-hard', '/hard-coefficient'],
  ['hardReasons', 'sample-hard', '/hard-reasons'],
  ['inferenceLoc', 'inference-loc', '/inference-loc'],
];

const annotationFeatures = [
  ['property', 'annotation-property', 'property'],
  ['confidence', 'annotation-confidence', 'confidence'],
  ['hard', 'annotation-hard', 'hard'],
  ['hardCoefficient', 'annotation-hard', 'hard-coefficient'],
  ['hardReasons', 'annotation-hard', 'hard-reasons'],
  ['creationTime', 'creation-time', 'creation-time'],
  ['annotatedBy', 'annotated-by', 'annotated-by'],
] as const;

const objectFeatures = [
  ['properties', 'object-property'],
  ['attributes', 'object-property'],
  ['pose', 'object-pose'],
  ['truncated', 'object-truncated'],
  ['occluded', 'object-occluded'],
  ['difficult', 'object-difficult'],
  ['confidence', 'object-confidence'],
  ['hardCoefficient', 'object-hard'],
  ['hardReasons', 'object-hard'],
  ['parts', 'parts'],
  ['actions', 'actions'],
  ['referencePoint', 'reference-point'],
  ['maskColor', 'mask'],
  ['maskSource', 'mask'],
] as const;

const imageFeatures = [
  ['folder', 'image-member'],
  ['path', 'image-member'],
  ['database', 'image-member'],
  ['sourceAnnotation', 'image-member'],
  ['sourceImage', 'image-member'],
  ['segmented', 'mask'],
  ['maskSource', 'mask'],
  ['width', 'image-size'],
] as const;

const byField = <F extends string>(features: readonly (readonly [F, LossName, string?])[]) =>
  new Map<string, LossName>(features.map(([field, feature]) => [field, feature]));

/** The name of what is lost where a member of a sample, annotation, object or image has no place. */
export const featureOfField = {
  sample: byField(sampleFeatures),
  annotation: byField([['name', 'annotation-name'], ['id', 'annotation-name'], ...annotationFeatures]),
  object: byField(objectFeatures),
  image: byField([...imageFeatures, ['height', 'image-size']]),
} as const;

/** What stands in files for "not so" or "not known" is no information. */
const nothings: ReadonlySet<string> = new Set(['0', 'false', 'False', 'Unspecified', 'Unknown']);

function holds(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (value instanceof Map) return value.size > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** Of an object's texts: `difficult` 0 and `pose` Unspecified say what their absence says. */
export function says(value: unknown): boolean {
  return holds(value) && !(typeof value === 'string' && nothings.has(value));
}

function* objectLosses(
  object: ImageObject,
  carries: ReadonlySet<LossName>,
  pointer: string,
): Generator<Loss, void, undefined> {
  if (!holds(object.name) && !carries.has('object-without-label'))
    yield { feature: 'object-without-label', pointer };
  const shape: LossName = object.shape === undefined ? 'object-without-shape' : `shape-${object.shape.kind}`;
  if (!carries.has(shape)) yield { feature: shape, pointer };
  for (const [field, feature] of objectFeatures) {
    if (!carries.has(feature) && says(object[field])) yield { feature, pointer: `${pointer}/${field}` };
  }
}

/**
 * Everything that a row says and that is not in `carries`, one entry for each time it says it. Of objects that a format
 * takes in a changed form (a polygon as its box) the writer leaves the shape out of `carries`. What only a manifest line
 * has beside a {@link Sample} (`unknown-member`) is counted where lines are known.
 */
function* lossesOf(row: WriteRow, carries: ReadonlySet<LossName>): Generator<Loss, void, undefined> {
  const { sample, images } = row;
  for (const [field, feature, pointer] of sampleFeatures) {
    if (!carries.has(feature) && holds(sample[field])) yield { feature, pointer };
  }
  for (const [index, annotation] of sample.annotations.entries()) {
    const pointer = `/annotation/${index}`;
    const task: Task | 'unknown-task' = annotation.task ?? 'unknown-task';
    if (!carries.has(task)) {
      yield { feature: task, pointer };
      continue;
    }
    // The name of any other task is the label itself.
    const names = isVocTask(annotation.task) ? (['name', 'id'] as const) : (['id'] as const);
    for (const key of names) {
      if (!carries.has('annotation-name') && holds(annotation[key]))
        yield { feature: 'annotation-name', pointer: `${pointer}/${key}` };
    }
    for (const [field, feature, key] of annotationFeatures) {
      if (!carries.has(feature) && holds(annotation[field])) yield { feature, pointer: `${pointer}/${key}` };
    }
    const image = images.get(index);
    if (image === undefined) continue;
    for (const [field, feature] of imageFeatures) {
      if (!carries.has(feature) && says(image[field]))
        yield { feature, pointer: `${pointer}/image/${field}` };
    }
    for (const [at, object] of image.objects.entries())
      yield* objectLosses(object, carries, `${pointer}/image/objects/${at}`);
  }
}

/** Counts what {@link lossesOf} finds. */
export function countLosses(sink: FormatSink, row: WriteRow, carries: ReadonlySet<LossName>): void {
  for (const { feature, pointer } of lossesOf(row, carries)) sink.lose(row, feature, pointer);
}
