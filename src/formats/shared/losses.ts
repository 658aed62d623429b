import {
  type ImageAnnotation,
  isVocTask,
  type Sample,
  shapeKinds,
  type Task,
  tasks,
} from '../../model/index.js';
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

/** What a manifest says of a sample and of its annotations beside labels and usage. */
export const envelopeLosses = [
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
] as const;

/** Every name that a result's `losses` and a format's `cannotCarry` may have. */
export const lossNames = [
  ...sampleKinds,
  ...tasks,
  'unknown-task',
  'usage',
  ...envelopeLosses,
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

/** What `cannotCarry` of a format is whose `carries` in {@link countLosses} is this. */
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
  if (typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : Object.keys(value).length > 0;
}

/** Of an object's texts: `difficult` 0 and `pose` Unspecified say what their absence says. */
export function says(value: unknown): boolean {
  return holds(value) && !(typeof value === 'string' && nothings.has(value));
}

/** What there is to look for where a format carries some things: rows are many, and what is carried needs no look. */
interface Plan {
  readonly sample: typeof sampleFeatures;
  readonly annotationName: boolean;
  readonly annotation: readonly (typeof annotationFeatures)[number][];
  readonly image: readonly (typeof imageFeatures)[number][];
  readonly unlabelled: boolean;
  /** By kind of shape; undefined for an object without one. */
  readonly shapes: ReadonlyMap<string | undefined, LossName>;
  readonly object: readonly (typeof objectFeatures)[number][];
}

const plans = new WeakMap<ReadonlySet<LossName>, Plan>();

function planOf(carries: ReadonlySet<LossName>): Plan {
  let plan = plans.get(carries);
  if (plan === undefined) {
    const isLost = ([, feature]: readonly [unknown, LossName, ...unknown[]]) => !carries.has(feature);
    const shapes = [undefined, ...shapeKinds].map((kind): [string | undefined, LossName] => [
      kind,
      kind === undefined ? 'object-without-shape' : `shape-${kind}`,
    ]);
    plan = {
      sample: sampleFeatures.filter(isLost),
      annotationName: !carries.has('annotation-name'),
      annotation: annotationFeatures.filter(isLost),
      image: imageFeatures.filter(isLost),
      unlabelled: !carries.has('object-without-label'),
      shapes: new Map(shapes.filter(isLost)),
      object: objectFeatures.filter(isLost),
    };
    plans.set(carries, plan);
  }
  return plan;
}

/**
 * Counts everything that a row says and that is not in `carries`, once for each time it says it. Of objects that a format
 * takes in a changed form (a polygon as its box) the writer leaves the shape out of `carries`. What only a manifest line
 * has beside a {@link Sample} (`unknown-member`) is counted where lines are known.
 *
 * @param carries the same set for many rows, and not changed between them
 */
export function countLosses(sink: FormatSink, row: WriteRow, carries: ReadonlySet<LossName>): void {
  const plan = planOf(carries);
  const { sample, images } = row;
  for (const [field, feature, pointer] of plan.sample)
    if (holds(sample[field])) sink.lose(row, feature, pointer);
  for (let index = 0; index < sample.annotations.length; index++) {
    const annotation = sample.annotations[index]!;
    const pointer = `/annotation/${index}`;
    const task: Task | 'unknown-task' = annotation.task ?? 'unknown-task';
    if (!carries.has(task)) {
      sink.lose(row, task, pointer);
      continue;
    }
    if (plan.annotationName) {
      // The name of any other task is the label itself.
      if (isVocTask(annotation.task) && holds(annotation.name))
        sink.lose(row, 'annotation-name', `${pointer}/name`);
      if (holds(annotation.id)) sink.lose(row, 'annotation-name', `${pointer}/id`);
    }
    for (const [field, feature, key] of plan.annotation)
      if (holds(annotation[field])) sink.lose(row, feature, `${pointer}/${key}`);
    const image = images.get(index);
    if (image !== undefined) countImageLosses(sink, row, image, plan, pointer);
  }
}

function countImageLosses(
  sink: FormatSink,
  row: WriteRow,
  image: ImageAnnotation,
  plan: Plan,
  pointer: string,
): void {
  for (const [field, feature] of plan.image)
    if (says(image[field])) sink.lose(row, feature, `${pointer}/image/${field}`);
  const { objects } = image;
  for (let at = 0; at < objects.length; at++) {
    const object = objects[at]!;
    if (plan.unlabelled && !holds(object.name))
      sink.lose(row, 'object-without-label', pointerTo(pointer, at));
    const shape = plan.shapes.get(object.shape?.kind);
    if (shape !== undefined) sink.lose(row, shape, pointerTo(pointer, at));
    for (const [field, feature] of plan.object)
      if (says(object[field])) sink.lose(row, feature, `${pointerTo(pointer, at)}/${field}`);
  }
}

function pointerTo(annotation: string, object: number): string {
  return `${annotation}/image/objects/${object}`;
}
