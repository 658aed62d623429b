import type { Shape } from '../model/shape.js';
import type { UnknownMarkup, VocDocument, VocObject } from './document.js';

/** Whether two shapes are of one kind and have the same numbers. */
export function sameShape(a: Shape, b: Shape): boolean {
  switch (a.kind) {
    case 'bndbox':
      return (
        b.kind === 'bndbox' &&
        a.xmin === b.xmin &&
        a.ymin === b.ymin &&
        a.xmax === b.xmax &&
        a.ymax === b.ymax
      );
    case 'point':
      return b.kind === 'point' && a.x === b.x && a.y === b.y;
    case 'circle':
      return b.kind === 'circle' && a.cx === b.cx && a.cy === b.cy && a.r === b.r;
    case 'line':
    case 'dashed':
      return b.kind === a.kind && a.x1 === b.x1 && a.y1 === b.y1 && a.x2 === b.x2 && a.y2 === b.y2;
    case 'polygon':
    case 'polyline': {
      if (b.kind !== a.kind || a.points.length !== b.points.length) return false;
      for (let i = 0; i < a.points.length; i += 1) if (a.points[i] !== b.points[i]) return false;
      return true;
    }
  }
}

/** Whether two maps hold the same entries, in any order. */
export function sameEntries<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value || !b.has(key)) return false;
  return true;
}

/** As {@link sameEntries}, with the order too: it is the order they are written in. */
export function sameSequence<V>(
  a: ReadonlyMap<string, V> | undefined,
  b: ReadonlyMap<string, V> | undefined,
): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.size !== b.size) return false;
  const others = b.entries();
  for (const [key, value] of a) {
    const [otherKey, otherValue] = others.next().value!;
    if (key !== otherKey || value !== otherValue) return false;
  }
  return true;
}

/** Whether two sets of property keys hold the same keys. */
export function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

/** Whether the same foreign markup stands in the same places. */
export function sameUnknown(a: readonly UnknownMarkup[], b: readonly UnknownMarkup[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every(
      (markup, i) => markup.name === b[i]!.name && markup.xml === b[i]!.xml && markup.within === b[i]!.within,
    )
  );
}

/** The members of an object that hold one text or number each. */
export const objectLeaves = [
  'name',
  'pose',
  'truncated',
  'difficult',
  'occluded',
  'hardCoefficient',
  'hardReasons',
  'maskColor',
  'maskSource',
  'confidence',
] as const satisfies readonly (keyof VocObject)[];

/** Whether two objects say the same, wherever they stand. */
export function sameObject(a: VocObject, b: VocObject): boolean {
  for (const member of objectLeaves) if (a[member] !== b[member]) return false;
  return (
    sameOptionalShape(a.shape, b.shape) &&
    sameOptionalShape(a.referencePoint, b.referencePoint) &&
    a.coefficientElement === b.coefficientElement &&
    a.propertiesPresent === b.propertiesPresent &&
    sameSequence(a.properties, b.properties) &&
    sameNames(a.childFormKeys, b.childFormKeys) &&
    sameSequence(a.actions, b.actions) &&
    sameSequence(a.attributes, b.attributes) &&
    sameUnknown(a.unknown, b.unknown) &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, i) => part.sourceIndex === b.parts[i]!.sourceIndex && sameObject(part, b.parts[i]!))
  );
}

/** Whether two shapes are the same, or both are absent. */
export function sameOptionalShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sameShape(a, b));
}

/** The members of a document that hold one text or number each. */
const documentLeaves = [
  'folder',
  'fileName',
  'path',
  'database',
  'sourceAnnotation',
  'sourceImage',
  'sourceFlickrId',
  'ownerFlickrId',
  'ownerName',
  'width',
  'height',
  'depth',
  'segmented',
  'maskSource',
] as const satisfies readonly (keyof VocDocument)[];

/** Whether two documents say the same, object by object. */
export function sameDocument(a: VocDocument, b: VocDocument): boolean {
  for (const member of documentLeaves) if (a[member] !== b[member]) return false;
  return (
    sameSequence(a.rootAttributes, b.rootAttributes) &&
    sameUnknown(a.unknown, b.unknown) &&
    a.objects.length === b.objects.length &&
    a.objects.every(
      (object, i) => object.sourceIndex === b.objects[i]!.sourceIndex && sameObject(object, b.objects[i]!),
    )
  );
}
