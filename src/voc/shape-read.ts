import { type Shape, type ShapeKind, shapeKinds } from '../model/shape.js';
import type { XmlElement } from '../text/xml-tree.js';
import type { UnknownMarkup } from './document.js';
import { readCoordinate } from './shape-coordinate.js';
import { readVertices } from './shape-vertices.js';
import { hasElements, Singletons, type TreeContext } from './tree-context.js';

/** The coordinates of the shapes that have a fixed number of them, in canonical order. */
export const coordinateNames = {
  point: ['x', 'y'],
  line: ['x1', 'y1', 'x2', 'y2'],
  dashed: ['x1', 'y1', 'x2', 'y2'],
  bndbox: ['xmin', 'ymin', 'xmax', 'ymax'],
  circle: ['cx', 'cy', 'r'],
} as const;

type FixedKind = keyof typeof coordinateNames;

const coordinateSets: Readonly<Record<FixedKind, ReadonlySet<string>>> = {
  point: new Set(coordinateNames.point),
  line: new Set(coordinateNames.line),
  dashed: new Set(coordinateNames.dashed),
  bndbox: new Set(coordinateNames.bndbox),
  circle: new Set(coordinateNames.circle),
};

/** Other spellings that are read: those of the documentation's own example and of its table of shapes. */
const aliases: { readonly [kind: string]: { readonly [name: string]: string } } = {
  point: { x: 'x1', y: 'y1' },
  bndbox: { xmin: 'x_min', ymin: 'y_min', xmax: 'x_max', ymax: 'y_max' },
};

const kinds: ReadonlySet<string> = new Set(shapeKinds);

export function isShapeKind(name: string): name is ShapeKind {
  return kinds.has(name);
}

/** The shape that an element of the kind describes; undefined, and reported, when its numbers do not make one. */
export function readShape(
  context: TreeContext,
  element: XmlElement,
  kind: ShapeKind,
  pointer: string,
  unknown: UnknownMarkup[],
): Shape | undefined {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  if (!hasElements(element)) {
    context.reportEmpty('V070', pointer);
    return undefined;
  }
  if (kind === 'polygon' || kind === 'polyline') {
    const points = readVertices(context, element, pointer, unknown);
    return points === undefined ? undefined : { kind, points };
  }
  const numbers = readFixed(context, element, kind, pointer, unknown);
  if (numbers === undefined) return undefined;
  const [a, b, c, d] = numbers as [number, number, number, number];
  switch (kind) {
    case 'point':
      return { kind, x: a, y: b };
    case 'circle':
      return { kind, cx: a, cy: b, r: c };
    case 'bndbox':
      return { kind, xmin: a, ymin: b, xmax: c, ymax: d };
    default:
      return { kind, x1: a, y1: b, x2: c, y2: d };
  }
}

function readFixed(
  context: TreeContext,
  element: XmlElement,
  kind: FixedKind,
  pointer: string,
  unknown: UnknownMarkup[],
): number[] | undefined {
  const names = coordinateNames[kind];
  const known = namesIn(element, kind);
  const found = new Singletons(context, pointer);
  context.children(element, pointer, known, (name, child) => found.add(name, child), unknown, kind);
  const numbers: number[] = [];
  let aliased: string | undefined;
  for (const name of names) {
    let used: string = name;
    let child = found.elements.get(name);
    const alias = aliases[kind]?.[name];
    if (child === undefined && alias !== undefined) {
      child = found.elements.get(alias);
      if (child !== undefined) {
        used = alias;
        aliased ??= `${pointer} names its coordinates ${alias}, …; the format's names are ${names.join(', ')}`;
      }
    }
    if (child === undefined) {
      context.report('V071', `${pointer}/${name} is missing`, `${pointer}/${name}`);
      continue;
    }
    const value = readCoordinate(context, child, `${pointer}/${used}`);
    if (value !== undefined) numbers.push(value);
  }
  if (aliased !== undefined) context.report('V085', aliased, pointer);
  return numbers.length === names.length ? numbers : undefined;
}

/** The coordinate names of a kind, and the aliases of those that the element does not have under their own names. */
function namesIn(element: XmlElement, kind: FixedKind): ReadonlySet<string> {
  const own = coordinateSets[kind];
  const present = new Set<string>();
  for (const child of element.children) {
    if (child.kind === 'element' && !own.has(child.name)) present.add(child.name.toLowerCase());
  }
  const others = aliases[kind];
  if (present.size === 0 || others === undefined) return own;
  for (const child of element.children) if (child.kind === 'element') present.add(child.name.toLowerCase());
  const known = new Set<string>(own);
  for (const [name, alias] of Object.entries(others)) if (!present.has(name)) known.add(alias);
  return known;
}
