import type { Task } from '../../model/index.js';

/** Kinds of label that an augmented manifest has, by what `type` in the metadata says after `groundtruth/`. */
export const labelTypes = [
  'image-classification',
  'image-classification-multilabel',
  'text-classification',
  'text-classification-multilabel',
  'object-detection',
  'semantic-segmentation',
  'text-span',
] as const;
export type LabelType = (typeof labelTypes)[number];

/** What the name of a label's metadata ends in. */
export const metadataSuffix = '-metadata';

/** What the name of an attribute ends in that is the address of a mask. */
export const referenceSuffix = '-ref';

/** What the name of an attribute gets where a row has labels of several tasks, in order of precedence. */
export const attributeOfTask: readonly (readonly [Task, string])[] = [
  ['object_detection', 'boxes'],
  ['image_segmentation', 'mask'],
  ['image_classification', 'classes'],
  ['text_classification', 'classes'],
  ['text_entity', 'entities'],
];

/** Members of metadata that have a place of their own in an annotation; all others are its properties. */
export const ownMetadata: ReadonlySet<string> = new Set([
  'type',
  'class-name',
  'confidence',
  'class-map',
  'confidence-map',
  'objects',
  'entities',
  'internal-color-map',
  'human-annotated',
  'creation-date',
  'failure-reason',
]);

export const startIndex = '@modelarts:start_index';
export const endIndex = '@modelarts:end_index';
