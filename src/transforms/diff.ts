import type {
  Annotation,
  ImageAnnotation,
  ImageObject,
  JsonObject,
  JsonValue,
  Sample,
  Shape,
  ShapeKind,
} from '../model/index.js';
import { boxOf } from './iou.js';
import { shapeOverlap } from './overlap.js';

/** One label as it is compared: an annotation of a manifest, or an object of an annotation file. */
export interface DiffItem {
  /** Items of different kinds are never the same: the annotation's type, or `object`. */
  readonly kind: string;
  readonly id?: string;
  readonly label?: string;
  readonly shape?: Shape;
  /** All else that is compared, by name. */
  readonly fields: JsonObject;
}

/** A field that is not the same; a side that does not have it is absent. */
export interface FieldChange {
  readonly field: string;
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** One label that is on both sides, with what differs. */
export interface ItemChange {
  readonly from: DiffItem;
  readonly to: DiffItem;
  readonly fields: readonly FieldChange[];
}

/** How the labels of two versions of a sample differ. */
export interface ItemsDiff {
  readonly equal: number;
  readonly removed: readonly DiffItem[];
  readonly added: readonly DiffItem[];
  readonly changed: readonly ItemChange[];
}

/** What counts as a difference between labels of one sample. */
export interface ItemsDiffOptions {
  /** Numbers of shapes that differ by no more count as equal; pixels, default 0. */
  readonly tolerance?: number | undefined;
  /** Least {@link shapeOverlap} of two shapes that are taken for one, above 0 and up to 1; default 0.5. */
  readonly iou?: number | undefined;
  /**
   * Shapes of these kinds count as the boxes around them, whatever shape the other side has, and may be on one side alone.
   * Default: none.
   */
  readonly loose?: ReadonlySet<ShapeKind> | undefined;
}

/**
 * Compares the labels of two versions of a sample. What belongs together is found by id, else by equal label and shape,
 * else by the nearest shape within the tolerance, else by overlap: those of one label first, then the largest. Labels
 * without shape belong together by kind and label only.
 */
export function diffItems(
  before: readonly DiffItem[],
  after: readonly DiffItem[],
  { tolerance = 0, iou: least = 0.5, loose = new Set() }: ItemsDiffOptions = {},
): ItemsDiff {
  const isLoose = ({ shape }: DiffItem) => shape !== undefined && loose.has(shape.kind);
  const pairs = new Pairs(before, after);
  pairs.byKey(({ kind, id }) => (id === undefined ? undefined : JSON.stringify([kind, id])));
  pairs.byKey((item) => stableText([...identity(item), item.fields]));
  pairs.byKey((item) => stableText(identity(item)));
  if (tolerance > 0) pairs.byScore((a, b) => nearness(a, b, tolerance));
  if (loose.size > 0)
    pairs.byScore((a, b) => (isLoose(a) || isLoose(b) ? overlap(boxed(a), boxed(b), least) : undefined));
  pairs.byScore((a, b) => overlap(a, b, least));
  // Of a shape that is left out its object may stay.
  if (loose.size > 0) pairs.byScore((a, b) => (isLoose(a) || isLoose(b) ? bareness(a, b) : undefined));
  const changed: ItemChange[] = [];
  let equal = 0;
  before.forEach((from, at) => {
    const partner = pairs.partner[at]!;
    if (partner < 0) return;
    const to = after[partner]!;
    const isNear = isLoose(from) || isLoose(to);
    const fields = itemChanges(from, to, tolerance).filter(({ field }) => !(isNear && field === 'shape'));
    if (fields.length === 0) equal++;
    else changed.push({ from, to, fields });
  });
  return {
    equal,
    changed,
    removed: before.filter((item, at) => pairs.partner[at]! < 0 && !isLoose(item)),
    added: after.filter((item, at) => pairs.isFree[at] && !isLoose(item)),
  };
}

/** An item with the box around its shape. */
function boxed({ shape, ...rest }: DiffItem): DiffItem {
  const box = shape === undefined ? undefined : boxOf(shape);
  return box === undefined ? rest : { ...rest, shape: box };
}

/** What belongs together, found in several passes: each looks at what those before it left. */
class Pairs {
  /** For each item before, the place of its partner after; -1 while it has none. */
  readonly partner: number[];
  /** For each item after, whether it has no partner yet. */
  readonly isFree: boolean[];

  constructor(
    private readonly before: readonly DiffItem[],
    private readonly after: readonly DiffItem[],
  ) {
    this.partner = before.map(() => -1);
    this.isFree = after.map(() => true);
  }

  /** The first with a key and the first with the same key on the other side, the second and the second… */
  byKey(keyOf: (item: DiffItem) => string | undefined): void {
    const places = new Map<string, number[]>();
    for (let at = this.after.length - 1; at >= 0; at--) {
      if (!this.isFree[at]) continue;
      const key = keyOf(this.after[at]!);
      if (key === undefined) continue;
      const list = places.get(key);
      if (list === undefined) places.set(key, [at]);
      else list.push(at);
    }
    if (places.size === 0) return;
    this.before.forEach((item, at) => {
      if (this.partner[at]! >= 0) return;
      const key = keyOf(item);
      const place = key === undefined ? undefined : places.get(key)?.pop();
      if (place !== undefined) this.join(at, place);
    });
  }

  /** The two with the highest score first. No score: not to be joined. */
  byScore(scoreOf: (a: DiffItem, b: DiffItem) => number | undefined): void {
    const found: { score: number; a: number; b: number }[] = [];
    this.before.forEach((item, a) => {
      if (this.partner[a]! >= 0) return;
      this.after.forEach((other, b) => {
        if (!this.isFree[b]) return;
        const score = scoreOf(item, other);
        if (score !== undefined) found.push({ score, a, b });
      });
    });
    found.sort((one, two) => two.score - one.score || one.a - two.a || one.b - two.b);
    for (const { a, b } of found) if (this.partner[a]! < 0 && this.isFree[b]) this.join(a, b);
  }

  private join(a: number, b: number): void {
    this.partner[a] = b;
    this.isFree[b] = false;
  }
}

function identity({ kind, label, shape }: DiffItem): JsonValue[] {
  return [kind, label ?? null, shape === undefined ? null : (shape as unknown as JsonObject)];
}

/** Numbers of a shape; those of two shapes of one kind can be held against each other one by one. */
function numbersOf(shape: Shape): readonly number[] {
  if ('points' in shape) return shape.points;
  return Object.values(shape).filter((value): value is number => typeof value === 'number');
}

/** The largest difference between two numbers of the shapes; undefined for shapes that have none in common. */
function distance(a: Shape, b: Shape): number | undefined {
  if (a.kind !== b.kind) return undefined;
  const numbers = numbersOf(a);
  const others = byName(a, b);
  if (numbers.length !== others.length) return undefined;
  let most = 0;
  for (let at = 0; at < numbers.length; at++) most = Math.max(most, Math.abs(numbers[at]! - others[at]!));
  return most;
}

/** The numbers of `b` in the order in which `a` has its members. */
function byName(a: Shape, b: Shape): readonly number[] {
  if ('points' in b) return b.points;
  const values = b as unknown as Readonly<Record<string, number | string>>;
  return Object.keys(a)
    .map((name) => values[name])
    .filter((value): value is number => typeof value === 'number');
}

function nearness(a: DiffItem, b: DiffItem, tolerance: number): number | undefined {
  if (a.kind !== b.kind || a.label !== b.label || a.shape === undefined || b.shape === undefined)
    return undefined;
  const far = distance(a.shape, b.shape);
  return far === undefined || far > tolerance ? undefined : -far;
}

/** One of two items with one label has no shape. */
function bareness(a: DiffItem, b: DiffItem): number | undefined {
  const isBare = a.shape === undefined || b.shape === undefined;
  return a.kind === b.kind && a.label === b.label && isBare ? 0 : undefined;
}

function overlap(a: DiffItem, b: DiffItem, least: number): number | undefined {
  if (a.kind !== b.kind || a.shape === undefined || b.shape === undefined) return undefined;
  const shared = shapeOverlap(a.shape, b.shape);
  if (shared < least) return undefined;
  return a.label === b.label ? shared + 1 : shared;
}

function itemChanges(from: DiffItem, to: DiffItem, tolerance: number): FieldChange[] {
  const changes: FieldChange[] = [];
  if (from.id !== to.id) changes.push(change('id', from.id, to.id));
  if (from.label !== to.label) changes.push(change('label', from.label, to.label));
  if (!sameShape(from.shape, to.shape, tolerance)) {
    changes.push(change('shape', from.shape as unknown as JsonObject, to.shape as unknown as JsonObject));
  }
  return [...changes, ...diffFields(from.fields, to.fields)];
}

function sameShape(a: Shape | undefined, b: Shape | undefined, tolerance: number): boolean {
  if (a === undefined || b === undefined) return a === b;
  const far = distance(a, b);
  return far !== undefined && far <= tolerance;
}

function change(field: string, from: JsonValue | undefined, to: JsonValue | undefined): FieldChange {
  return {
    field,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** Fields that two records do not share, in the order of the first, then of the second. Order inside of values is no difference. */
export function diffFields(from: JsonObject, to: JsonObject): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const one = Object.hasOwn(from, field) ? from[field] : undefined;
    const two = Object.hasOwn(to, field) ? to[field] : undefined;
    if (one === two) continue;
    if (one !== undefined && two !== undefined && stableText(one) === stableText(two)) continue;
    changes.push(change(field, one, two));
  }
  return changes;
}

/** A value as text, the same for any order of members. */
function stableText(value: JsonValue): string {
  return JSON.stringify(value, (_, inner: JsonValue) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Members that hold something, by their names; maps become objects. */
function present<T extends object>(record: T, names: readonly (keyof T & string)[], prefix = ''): JsonObject {
  const fields: JsonObject = {};
  for (const name of names) {
    const value = record[name] as JsonValue | ReadonlyMap<string, string | boolean> | undefined;
    if (value === undefined || value === null) continue;
    if (!(value instanceof Map)) setField(fields, prefix + name, value as JsonValue);
    else if (value.size > 0) {
      const entries: JsonObject = {};
      for (const [key, entry] of value as ReadonlyMap<string, string | boolean>)
        setField(entries, key, entry);
      setField(fields, prefix + name, entries);
    }
  }
  return fields;
}

/** Names come out of data: `__proto__` is one like any other. */
function setField(fields: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
}

const objectMembers = [
  'properties',
  'pose',
  'truncated',
  'difficult',
  'occluded',
  'hardCoefficient',
  'hardReasons',
  'confidence',
  'maskColor',
  'maskSource',
  'referencePoint',
  'actions',
  'attributes',
] as const satisfies readonly (keyof ImageObject)[];

/**
 * An object of an annotation file as an item.
 *
 * @param keeps false for a field that is not compared, by name and value; of its parts too
 */
export function itemOfObject(
  object: ImageObject,
  keeps: (field: string, value: unknown) => boolean = () => true,
): DiffItem {
  const { name, shape, parts } = object;
  const fields = present<ImageObject>(
    object,
    objectMembers.filter((field) => keeps(field, object[field])),
  );
  if (parts.length > 0 && keeps('parts', parts))
    setField(
      fields,
      'parts',
      parts.map((part) => itemOfObject(part, keeps) as unknown as JsonObject),
    );
  return {
    kind: 'object',
    ...(name === undefined ? {} : { label: name }),
    ...(shape === undefined ? {} : { shape }),
    fields,
  };
}

const annotationMembers = [
  'loc',
  'format',
  'property',
  'confidence',
  'creationTime',
  'annotatedBy',
  'hard',
  'hardCoefficient',
  'hardReasons',
] as const satisfies readonly (keyof Annotation)[];

/** An annotation of a manifest as an item. */
export function itemOfAnnotation(annotation: Annotation): DiffItem {
  const { id, name, type } = annotation;
  return {
    kind: type ?? '',
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { label: name }),
    fields: present(annotation, annotationMembers),
  };
}

const sampleMembers = [
  'id',
  'source',
  'sourceType',
  'sampleType',
  'usage',
  'hard',
  'hardCoefficient',
  'hardReasons',
  'property',
  'inferenceLoc',
] as const satisfies readonly (keyof Sample)[];

/** What a sample says beside its annotations. */
export function fieldsOfSample(sample: Sample): JsonObject {
  return present(sample, sampleMembers);
}

const imageMembers = [
  'folder',
  'fileName',
  'path',
  'database',
  'sourceAnnotation',
  'sourceImage',
  'width',
  'height',
  'depth',
  'segmented',
  'maskSource',
] as const satisfies readonly (keyof ImageAnnotation)[];

/** What an annotation file says beside its objects, each name with `prefix` before it. */
export function fieldsOfImage(image: ImageAnnotation, prefix: string): JsonObject {
  return present(image, imageMembers, prefix);
}
