import { escapePointer } from '../text/index.js';
import { annotationFields, sampleFields } from './fields.js';
import type { ManifestSample } from './sample.js';

const keysOf = (fields: Record<string, readonly string[]>) => new Set(Object.values(fields).flat());
const sampleKeys = keysOf(sampleFields);
const annotationKeys = keysOf(annotationFields);

/** JSON pointers of the members of a sample and its annotations that no field is read from, in stored order. */
export function unknownMembers(sample: ManifestSample): string[] {
  const pointers: string[] = [];
  for (const key of sample.memberNames) if (!sampleKeys.has(key)) pointers.push(`/${escapePointer(key)}`);
  sample.annotations.forEach((annotation, index) => {
    for (const key of annotation.memberNames) {
      if (!annotationKeys.has(key)) pointers.push(`/annotation/${index}/${escapePointer(key)}`);
    }
  });
  return pointers;
}
