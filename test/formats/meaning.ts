import type { Annotation, ImageObject, Sample } from '../../src/model/index.js';

/** Texts that say what their absence says: `difficult` 0, `pose` Unspecified. */
const nothings = new Set(['0', 'false', 'Unspecified', 'Unknown']);
const flags: readonly (keyof ImageObject)[] = ['difficult', 'truncated', 'occluded', 'pose'];

/**
 * What a sample says, as plain data that can be compared: annotations in any order are the same, and flags that are not
 * set are left out.
 *
 * @param drop.size leaves out the size of the image, which a writer may have looked up
 */
export function meaningOf(sample: Sample, drop: { readonly size?: boolean } = {}): unknown {
  const annotations = sample.annotations.map((annotation) =>
    annotationMeaning(annotation, drop.size === true),
  );
  return plain({
    ...sample,
    annotations: annotations.map((annotation) => JSON.stringify(annotation)).sort(),
  });
}

function annotationMeaning({ image, ...rest }: Annotation, dropSize: boolean): unknown {
  if (image === undefined) return plain(rest);
  const { width, height, depth, objects, ...more } = image;
  const size = dropSize ? {} : { width, height, depth };
  return plain({ ...rest, image: { ...more, ...size, objects: objects.map(objectMeaning) } });
}

function objectMeaning(object: ImageObject): unknown {
  const said: Record<string, unknown> = { ...object, parts: object.parts.map(objectMeaning) };
  for (const flag of flags) if (nothings.has(object[flag] as string)) delete said[flag];
  return said;
}

/** Maps as lists of entries, members in the order of their names, undefined ones left out. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, entry]) => [key, plain(entry)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, plain(member)]),
  );
}
