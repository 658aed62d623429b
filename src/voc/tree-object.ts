import { type Point, type ShapeKind, shapeKinds } from '../model/shape.js';
import { trimBlanks } from '../text/blanks.js';
import type { XmlElement } from '../text/xml-tree.js';
import { type CoefficientElement, noUnknown, type UnknownMarkup, VocObject } from './document.js';
import { deepestPart } from './limits.js';
import { parseVocNumber } from './number.js';
import { quote } from './rules/scope.js';
import { isShapeKind, readShape } from './shape-read.js';
import { hasElements, Singletons, type TreeContext } from './tree-context.js';
import { readActions, readAttributes, readProperties } from './tree-properties.js';

const flags = ['pose', 'truncated', 'difficult', 'occluded'] as const;
const known: ReadonlySet<string> = new Set<string>([
  'name',
  'properties',
  ...flags,
  'hard-coefficient',
  'difficult-coefficient',
  'hard-reasons',
  'confidence',
  'mask_color',
  'mask_source',
  'actions',
  'attributes',
  'part',
  ...shapeKinds,
]);

interface FoundShape {
  readonly kind: ShapeKind;
  readonly element: XmlElement;
  readonly pointer: string;
}

/**
 * The object or part that an element describes; undefined, and reported, when there is no element in it.
 *
 * @param depth how many parts deep it is, 0 for an object.
 */
export function readObject(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
  sourceIndex: number,
  depth: number,
): VocObject | undefined {
  if (element.attributes.length > 0) context.attributes(element, pointer);
  if (!hasElements(element)) {
    context.reportEmpty('V040', pointer);
    return undefined;
  }
  const object = new VocObject();
  object.sourceIndex = sourceIndex;
  const unknown: UnknownMarkup[] = [];
  const valueless = new Set<string>();
  const singles = new Singletons(context, pointer);
  const shapes: FoundShape[] = [];
  const parts: XmlElement[] = [];
  const visit = (name: string, child: XmlElement) => {
    if (isShapeKind(name)) shapes.push(foundShape(shapes, name, child, pointer));
    else if (name === 'part') parts.push(child);
    else singles.add(name, child);
  };
  context.children(element, pointer, known, visit, unknown);

  readTexts(context, object, singles, pointer, valueless);
  readCoefficient(context, object, singles, pointer, unknown, valueless);
  readConfidence(context, object, singles, pointer, valueless);
  const properties = singles.elements.get('properties');
  if (properties !== undefined) {
    object.propertiesPresent = true;
    const read = readProperties(context, properties, `${pointer}/properties`);
    if (read.properties.size > 0) object.properties = read.properties;
    object.childFormKeys = read.childFormKeys;
  }
  const actions = singles.elements.get('actions');
  if (actions !== undefined) object.actions = readActions(context, actions, `${pointer}/actions`, unknown);
  const attributes = singles.elements.get('attributes');
  if (attributes !== undefined) {
    object.attributes = readAttributes(context, attributes, `${pointer}/attributes`, unknown);
  }
  readShapes(context, object, shapes, unknown, valueless);
  readParts(context, object, parts, pointer, depth);
  if (unknown.length > 0) object.unknown = unknown;
  else object.unknown = noUnknown;
  if (valueless.size > 0) object.valueless = valueless;
  return object;
}

function readTexts(
  context: TreeContext,
  object: VocObject,
  singles: Singletons,
  pointer: string,
  valueless: Set<string>,
): void {
  object.name = singles.leaf('name');
  if (object.name === undefined && singles.elements.has('name')) {
    context.reportEmpty('V042', `${pointer}/name`);
    valueless.add('name');
  }
  for (const flag of flags) {
    object[flag] = singles.leaf(flag);
    if (object[flag] === undefined && singles.elements.has(flag)) {
      context.reportEmpty('V054', `${pointer}/${flag}`);
      valueless.add(flag);
    }
  }
  object.hardReasons = singles.leaf('hard-reasons');
  if (object.hardReasons === undefined && singles.elements.has('hard-reasons')) {
    context.reportEmpty('V054', `${pointer}/hard-reasons`, 'warning');
    valueless.add('hard-reasons');
  }
  object.maskColor = singles.leaf('mask_color');
  if (object.maskColor === undefined && singles.elements.has('mask_color')) {
    context.reportEmpty('V058', `${pointer}/mask_color`);
    valueless.add('mask_color');
  }
  object.maskSource = singles.leaf('mask_source');
  if (object.maskSource === undefined && singles.elements.has('mask_source')) {
    context.reportEmpty('V029', `${pointer}/mask_source`, 'warning');
    valueless.add('mask_source');
  }
}

/** The hard coefficient under either spelling; `hard-coefficient` goes before the other, which is kept as markup. */
function readCoefficient(
  context: TreeContext,
  object: VocObject,
  singles: Singletons,
  pointer: string,
  unknown: UnknownMarkup[],
  valueless: Set<string>,
): void {
  const spellings: readonly CoefficientElement[] = ['hard-coefficient', 'difficult-coefficient'];
  for (const spelling of spellings) {
    const element = singles.elements.get(spelling);
    if (element === undefined) continue;
    const at = `${pointer}/${spelling}`;
    const text = context.leaf(element, at);
    const value = text === undefined ? undefined : parseVocNumber(text);
    if (text === undefined) context.reportEmpty('V046', at);
    else if (value === undefined)
      context.report('V046', `${at} is not a number: ${quote(trimBlanks(text))}`, at);
    if (value === undefined) {
      valueless.add(spelling);
    } else if (object.hardCoefficient === undefined) {
      object.hardCoefficient = value;
      object.coefficientElement = spelling;
    } else {
      if (value !== object.hardCoefficient) {
        const both = `${object.hardCoefficient} and ${value}`;
        context.report('V046', `${pointer} has two hard coefficients, ${both}: the first counts`, at, {
          atMost: 'warning',
        });
      }
      context.keepUnknown(element, pointer, unknown, '', true);
    }
  }
}

function readConfidence(
  context: TreeContext,
  object: VocObject,
  singles: Singletons,
  pointer: string,
  valueless: Set<string>,
): void {
  if (!singles.elements.has('confidence')) return;
  const at = `${pointer}/confidence`;
  const text = singles.leaf('confidence');
  object.confidence = text === undefined ? undefined : parseVocNumber(text);
  if (object.confidence !== undefined) return;
  if (text === undefined) context.reportEmpty('V047', at, 'warning');
  else context.report('V047', `${at} is not a number: ${quote(trimBlanks(text))}`, at);
  valueless.add('confidence');
}

function foundShape(
  before: readonly FoundShape[],
  kind: ShapeKind,
  element: XmlElement,
  owner: string,
): FoundShape {
  let count = 1;
  for (const shape of before) if (shape.kind === kind) count++;
  return { kind, element, pointer: `${owner}/${kind}${count > 1 ? `[${count}]` : ''}` };
}

/**
 * One object has one shape: the first in the file, the others are reported and kept as markup. The exception are the
 * action files of VOC2011 and VOC2012, where a `point` beside the `bndbox` is a reference point.
 */
function readShapes(
  context: TreeContext,
  object: VocObject,
  shapes: readonly FoundShape[],
  unknown: UnknownMarkup[],
  valueless: Set<string>,
): void {
  if (shapes.length === 0) return;
  const box = shapes.find((shape) => shape.kind === 'bndbox');
  const point = shapes.find((shape) => shape.kind === 'point');
  const action =
    box !== undefined &&
    point !== undefined &&
    shapes.every(({ kind }) => kind === 'bndbox' || kind === 'point');
  const main = action ? box : shapes[0]!;
  const kindsSeen = new Set<ShapeKind>([main.kind]);
  for (const shape of shapes) {
    const { kind, element, pointer } = shape;
    if (shape === main) {
      object.shape = readShape(context, element, kind, pointer, unknown);
      if (object.shape === undefined) valueless.add(kind);
      continue;
    }
    if (action && shape === point) {
      context.report('V053', `${pointer} stands beside a bndbox: it is read as a reference point`, pointer);
      object.referencePoint = readShape(context, element, kind, pointer, unknown) as Point | undefined;
      if (object.referencePoint === undefined) valueless.add(kind);
      kindsSeen.add(kind);
      continue;
    }
    if (kindsSeen.has(kind)) {
      context.report(
        'V051',
        `${pointer}: there is more than one ${kind} in one ${ownerName(pointer)}`,
        pointer,
      );
    } else {
      const message = `${pointer}: there is more than one position type in one ${ownerName(pointer)}, ${main.kind} and ${kind}`;
      context.report('V052', message, pointer);
    }
    kindsSeen.add(kind);
    unknown.push({ name: element.name, xml: context.text.slice(element.start, element.end), within: '' });
  }
}

/** `object` or `part`, whichever the shape at the pointer belongs to. */
function ownerName(pointer: string): string {
  return pointer.includes('/part[') ? 'part' : 'object';
}

function readParts(
  context: TreeContext,
  object: VocObject,
  elements: readonly XmlElement[],
  pointer: string,
  depth: number,
): void {
  if (elements.length === 0) return;
  if (depth === deepestPart) {
    context.report(
      'V055',
      `${pointer}/part[1] is nested deeper than ${deepestPart} parts`,
      `${pointer}/part[1]`,
    );
  }
  const parts: VocObject[] = [];
  for (let i = 0; i < elements.length; i++) {
    const part = readObject(context, elements[i]!, `${pointer}/part[${i + 1}]`, i + 1, depth + 1);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length > 0) object.parts = parts;
}
