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
 * @param renumber give annotations of the other one whose ids the sample has for something else new ids, relations too
 * @returns where the two contradict each other; with a D073 among it nothing was added, unless `renumber` is true
 */
export function unite(sample: ManifestSample, other: ManifestSample, renumber = false): UnionConflict[] {
  const { added, conflicts } = renumber ? renumbered(sample, other) : distinct(sample, other);
  if (conflicts.length > 0 && !renumber) return conflicts;
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

/** Annotations of the other sample that this one has not, and those among them whose ids it has. */
interface Additions {
  readonly added: readonly ManifestAnnotation[];
  readonly conflicts: UnionConflict[];
}

function distinct(sample: ManifestSample, other: ManifestSample): Additions {
  const texts = new Set(sample.annotations.map((one) => textOf(one)));
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
  return { added, conflicts };
}

/**
 * As {@link distinct}, with ids that do not clash. An annotation that the sample has under another id is that one, and
 * what refers to it does so by the sample's id.
 */
function renumbered(sample: ManifestSample, other: ManifestSample): Additions {
  const texts = new Set(sample.annotations.map((one) => textOf(one)));
  const own = new Set(sample.annotations.map(({ id }) => id));
  const twins = new Map<string, string>();
  for (const one of sample.annotations)
    if (one.id !== undefined && !twins.has(textOf(one, true))) twins.set(textOf(one, true), one.id);
  const fresh = new FreshIds([...sample.annotations, ...other.annotations]);
  const ids = new Map<string, string>();
  const added = new Map<ManifestAnnotation, ManifestAnnotation>();
  const conflicts: UnionConflict[] = [];
  // Relations last: what they refer to has its id by then.
  const inTurn = [...other.annotations].sort((a, b) => Number(isRelation(a)) - Number(isRelation(b)));
  for (const annotation of inTurn) {
    const copy = annotation.copy();
    if (isRelation(copy)) {
      if (copy.from !== undefined && ids.has(copy.from)) copy.from = ids.get(copy.from)!;
      if (copy.to !== undefined && ids.has(copy.to)) copy.to = ids.get(copy.to)!;
    }
    if (texts.has(textOf(copy))) continue;
    const { id } = copy;
    if (id !== undefined && own.has(id)) {
      const twin = twins.get(textOf(copy, true));
      const now = twin ?? fresh.like(id);
      ids.set(id, now);
      if (twin !== undefined) continue;
      copy.id = now;
      conflicts.push({
        rule: 'D073',
        message: `both samples have an annotation ${JSON.stringify(id)}, and they differ; that of the other sample becomes ${JSON.stringify(now)}`,
      });
    }
    added.set(annotation, copy);
  }
  return {
    added: other.annotations.flatMap((annotation) => added.get(annotation) ?? []),
    conflicts,
  };
}

function isRelation({ from, to }: ManifestAnnotation): boolean {
  return from !== undefined || to !== undefined;
}

/** Ids that no annotation has. */
class FreshIds {
  private readonly taken: Set<string>;

  constructor(annotations: readonly ManifestAnnotation[]) {
    this.taken = new Set(annotations.map(({ id }) => id).filter((id) => id !== undefined));
  }

  /** `E3` for `E1` where `E1` and `E2` are taken; `abc-2` for what does not end with a number as short as that. */
  like(id: string): string {
    const [, stem, digits] = /^(.*?\D|)(\d{1,9})$/s.exec(id) ?? [];
    const name = (number: number) => (stem === undefined ? `${id}-${number}` : `${stem}${number}`);
    let number = digits === undefined ? 2 : Number(digits) + 1;
    while (this.taken.has(name(number))) number++;
    this.taken.add(name(number));
    return name(number);
  }
}

/** Members that have a rule of their own; sources differ in spelling only. */
const notOurs = new Set(['source', 'usage', 'annotation', 'annotations']);

/** As parsed once more: nothing of the sample is handed out for it. */
function membersOf(sample: ManifestSample): JsonObject {
  return JSON.parse(formatSample(sample)) as JsonObject;
}

/** The same text for annotations that are the same, whatever the order of their members. */
function textOf(annotation: ManifestAnnotation, withoutId = false): string {
  const copy = annotation.copy();
  if (withoutId) copy.id = undefined;
  const line = formatSample(new ManifestSample({ source: 'x', annotations: [copy] }));
  return stable(JSON.parse(line) as JsonObject);
}

function stable(value: JsonValue): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
