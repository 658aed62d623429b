import { formatSample, type ManifestAnnotation, ManifestSample } from '../manifest/index.js';
import type { JsonObject, JsonValue } from '../model/index.js';

/** What keeps two samples from being one without loss. */
export interface UnionConflict {
  readonly rule: 'D071' | 'D072' | 'D073';
  readonly message: string;
}

/**
 * Adds to a sample what another one of the same thing has: annotations that it has not, and members that it has not.
 *
 * @returns where the two contradict each other; with a D073 among it nothing was added
 */
export function unite(sample: ManifestSample, other: ManifestSample): UnionConflict[] {
  const texts = new Set(sample.annotations.map(textOf));
  const ids = new Set(sample.annotations.map(({ id }) => id));
  const added: ManifestAnnotation[] = [];
  const conflicts: UnionConflict[] = [];
  for (const annotation of other.annotations) {
    if (texts.has(textOf(annotation))) continue;
    const { id } = annotation;
    if (id !== undefined && ids.has(id))
      conflicts.push({
        rule: 'D073',
        message: `both samples have an annotation ${JSON.stringify(id)}, and they differ`,
      });
    added.push(annotation.copy());
  }
  if (conflicts.length > 0) return conflicts;
  if (sample.usage === undefined && other.usage !== undefined) sample.usage = other.usage;
  else if (other.usage !== undefined && other.usage.toUpperCase() !== sample.usage?.toUpperCase()) {
    conflicts.push({
      rule: 'D071',
      message: `the usage is ${sample.usage} and ${other.usage}; ${sample.usage} is kept`,
    });
  }
  const missing: [string, JsonValue][] = [];
  const mine = membersOf(sample);
  for (const [name, value] of Object.entries(membersOf(other))) {
    if (notOurs.has(name)) continue;
    if (!Object.hasOwn(mine, name)) missing.push([name, value]);
    else if (stable(mine[name]!) !== stable(value))
      conflicts.push({ rule: 'D072', message: `${name} differs; that of the first sample is kept` });
  }
  if (missing.length > 0) {
    const { value } = sample;
    for (const [name, member] of missing)
      Object.defineProperty(value, name, {
        value: member,
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  if (added.length > 0) sample.annotations = [...sample.annotations, ...added];
  return conflicts;
}

/** Members that have a rule of their own; sources differ in spelling only. */
const notOurs = new Set(['source', 'usage', 'annotation', 'annotations']);

/** As parsed once more: nothing of the sample is handed out for it. */
function membersOf(sample: ManifestSample): JsonObject {
  return JSON.parse(formatSample(sample)) as JsonObject;
}

/** The same text for annotations that are the same, whatever the order of their members. */
function textOf(annotation: ManifestAnnotation): string {
  const line = formatSample(new ManifestSample({ source: 'x', annotations: [annotation.copy()] }));
  return stable(JSON.parse(line) as JsonObject);
}

function stable(value: JsonValue): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
