import { ManifestSample, unknownMembers } from '../manifest/index.js';
import { isVocTask, type Sample } from '../model/index.js';
import { setOfUsage } from '../voc/index.js';

/** Something of a sample that a VOC tree has no place for. */
export interface Loss {
  /** As in the format's `cannotCarry`. */
  readonly feature: string;
  readonly pointer: string;
}

const sampleFeatures: readonly (readonly [keyof Sample, string, string])[] = [
  ['id', 'sample-id', '/id'],
  ['property', 'sample-property', '/property'],
  ['hard', 'sample-hard', '/hard'],
  ['hardCoefficient', 'sample-hard', '/hard-coefficient'],
  ['hardReasons', 'sample-hard', '/hard-reasons'],
  ['inferenceLoc', 'inference-loc', '/inference-loc'],
];

const annotationFeatures = [
  ['name', 'annotation-name', 'name'],
  ['id', 'annotation-name', 'id'],
  ['property', 'annotation-property', 'property'],
  ['confidence', 'annotation-confidence', 'confidence'],
  ['hard', 'annotation-hard', 'hard'],
  ['hardCoefficient', 'annotation-hard', 'hard-coefficient'],
  ['hardReasons', 'annotation-hard', 'hard-reasons'],
  ['creationTime', 'creation-time', 'creation-time'],
  ['annotatedBy', 'annotated-by', 'annotated-by'],
] as const;

function holds(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/**
 * What is lost when a sample is written into a VOC tree: labels of other tasks, and everything a manifest
 * line says beside its source, its usage and the annotation file it names.
 */
export function lossesToVoc(sample: Sample): Loss[] {
  const losses: Loss[] = [];
  if (sample.usage !== undefined && setOfUsage(sample.usage) === undefined) {
    losses.push({ feature: 'usage', pointer: '/usage' });
  }
  for (const [field, feature, pointer] of sampleFeatures) {
    if (holds(sample[field])) losses.push({ feature, pointer });
  }
  sample.annotations.forEach((annotation, index) => {
    if (!isVocTask(annotation.task)) {
      losses.push({ feature: annotation.task ?? 'unknown-task', pointer: `/annotation/${index}` });
      return;
    }
    for (const [field, feature, key] of annotationFeatures) {
      if (holds(annotation[field])) losses.push({ feature, pointer: `/annotation/${index}/${key}` });
    }
  });
  if (sample instanceof ManifestSample) {
    for (const pointer of unknownMembers(sample)) losses.push({ feature: 'unknown-member', pointer });
    if (holds(sample.sourceMap)) losses.push({ feature: 'unknown-member', pointer: '/source-map' });
  }
  return losses;
}
