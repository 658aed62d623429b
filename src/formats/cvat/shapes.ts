import { decimalOf, type ImageObject, noProperties, rotatedCorners, type Shape } from '../../model/index.js';
import { textOf, type XmlElement } from '../../text/xml-tree.js';
import { shown } from '../shared/findings.js';
import { boundsOf, ellipsePoints } from '../shared/geometry.js';
import { rleFacts } from '../shared/rle.js';
import { attributeOf, elementsOf, type Part } from './element.js';
import {
  angleProperty,
  defaultMembers,
  memberProperties,
  objectFields,
  type ShapeElement,
  shapeElements,
  visibleProperty,
} from './types.js';

/** What becomes of a turned box. */
export type Rotated = 'drop' | 'polygon' | 'property';

/** Attributes that shapes have, whatever their kind is; `keyframe` says how a track was drawn. */
const commonAttributes = ['label', 'occluded', 'frame', 'outside', 'keyframe', ...memberProperties];

const ownAttributes: Readonly<Record<ShapeElement, readonly string[]>> = {
  box: ['xtl', 'ytl', 'xbr', 'ybr', 'rotation'],
  polygon: ['points'],
  polyline: ['points'],
  points: ['points'],
  ellipse: ['cx', 'cy', 'rx', 'ry', 'rotation'],
  mask: ['rle', 'left', 'top', 'width', 'height'],
  skeleton: [],
  cuboid: [],
};

/** Whether an element is a shape that CVAT has. */
export function isShape(element: XmlElement): boolean {
  return shapeElements.some((name) => name === element.name);
}

export interface ShapeContext {
  readonly part: Part;
  readonly rotated: Rotated;
  /** The size of the image, for boxes that leave it. */
  readonly size: { readonly width?: number; readonly height?: number };
  /** Says a label that the file does not declare. */
  checkLabel(label: string, element: XmlElement): void;
}

/**
 * The objects of a shape element: none when it is faulty, several of a list of points.
 *
 * @param owner what has the label where the shape has none: a track
 */
export function objectsOf(element: XmlElement, context: ShapeContext, owner?: XmlElement): ImageObject[] {
  const { part } = context;
  const label = attributeOf(owner ?? element, 'label');
  if (label === undefined || label === '') {
    part.note('N055', `a ${element.name} has no label`, element);
    return [];
  }
  if (element.name === 'cuboid') {
    part.note('N056', `the cuboid ${shown(label)} is left out`, element);
    return [];
  }
  context.checkLabel(label, element);
  checkAttributes(element, part);
  const said = saidOf(element, part, owner);
  if (element.name === 'skeleton') return skeletonOf(element, label, said, context);
  const shapes = shapesOf(element, label, said.properties, context);
  return shapes.map((shape) => ({ name: label, ...said, shape, parts: [] }));
}

function checkAttributes(element: XmlElement, part: Part): void {
  const own = ownAttributes[element.name as ShapeElement];
  for (const { name } of element.attributes) {
    if (!commonAttributes.includes(name) && !own.includes(name))
      part.note('N056', `a ${element.name} has the attribute ${name}`, element);
  }
}

type Said = Pick<ImageObject, 'occluded' | (typeof objectFields)[number]> & {
  properties: Map<string, string>;
};

/** What a shape says beside its label and its points. */
function saidOf(element: XmlElement, part: Part, owner: XmlElement | undefined): Said {
  const properties = new Map<string, string>();
  const fields: Partial<Record<(typeof objectFields)[number], string>> = {};
  for (const name of memberProperties) {
    const value = attributeOf(element, name) ?? (owner === undefined ? undefined : attributeOf(owner, name));
    if (value !== undefined && value !== '' && value !== defaultMembers[name]) properties.set(name, value);
  }
  for (const [name, value] of attributesIn(element, part)) {
    const field = objectFields.find((known) => known === name);
    if (field === undefined) properties.set(name, value);
    else fields[field] = field === 'pose' ? value : flagText(value);
  }
  const track = owner === undefined ? undefined : attributeOf(owner, 'id');
  if (track !== undefined) properties.set('track_id', track);
  const occluded = attributeOf(element, 'occluded') === '1' ? { occluded: '1' } : {};
  return { properties, ...fields, ...occluded };
}

/** CVAT writes `true` and `false`, VOC `1` and `0`. */
function flagText(value: string): string {
  return value === 'true' ? '1' : value === 'false' ? '0' : value;
}

/** Names and texts of the `attribute` elements in a shape or tag. */
export function attributesIn(element: XmlElement, part: Part): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (const child of elementsOf(element)) {
    if (child.name !== 'attribute') {
      const isPart = element.name === 'skeleton' && child.name === 'points';
      if (!isPart) part.note('N056', `a ${element.name} has the element ${child.name}`, child);
      continue;
    }
    const name = attributeOf(child, 'name');
    if (name === undefined || name === '') part.note('N056', 'an attribute has no name', child);
    else found.push([name, textOf(child)]);
  }
  return found;
}

function shapesOf(
  element: XmlElement,
  label: string,
  properties: Map<string, string>,
  context: ShapeContext,
): Shape[] {
  const { part } = context;
  switch (element.name as ShapeElement) {
    case 'box':
      return boxOf(element, properties, context);
    case 'ellipse':
      return ellipseOf(element, label, part);
    case 'mask':
      return maskOf(element, label, part);
    case 'polygon': {
      const points = pointsOf(element, part, 3);
      return points === undefined ? [] : [{ kind: 'polygon', points }];
    }
    case 'polyline': {
      const points = pointsOf(element, part, 2);
      return points === undefined ? [] : [{ kind: 'polyline', points }];
    }
    default: {
      const points = pointsOf(element, part, 1) ?? [];
      const count = points.length / 2;
      if (count > 1)
        part.note('N057', `the ${count} points of ${shown(label)} are read as an object each`, element);
      return Array.from({ length: count }, (_, at) => ({
        kind: 'point',
        x: points[2 * at]!,
        y: points[2 * at + 1]!,
      }));
    }
  }
}

/** Numbers of attributes; undefined with a finding when one is missing or none. */
function numbersOf(element: XmlElement, names: readonly string[], part: Part): number[] | undefined {
  const numbers: number[] = [];
  for (const name of names) {
    const text = attributeOf(element, name);
    const number = text === undefined ? undefined : decimalOf(text);
    if (number === undefined) {
      part.note(
        'N055',
        `${name} of a ${element.name} is ${text === undefined ? 'missing' : shown(text)}`,
        element,
      );
      return undefined;
    }
    numbers.push(number);
  }
  return numbers;
}

/** Degrees clockwise, 0 where the element does not say; undefined when it is no number. */
function rotationIn(element: XmlElement, part: Part): number | undefined {
  return attributeOf(element, 'rotation') === undefined ? 0 : numbersOf(element, ['rotation'], part)?.[0];
}

function boxOf(
  element: XmlElement,
  properties: Map<string, string>,
  { part, rotated, size }: ShapeContext,
): Shape[] {
  const numbers = numbersOf(element, ['xtl', 'ytl', 'xbr', 'ybr'], part);
  const rotation = rotationIn(element, part);
  if (numbers === undefined || rotation === undefined) return [];
  const [xmin, ymin, xmax, ymax] = numbers as [number, number, number, number];
  const box = { kind: 'bndbox', xmin, ymin, xmax, ymax } as const;
  if (xmax < xmin || ymax < ymin) part.note('N059', 'the corners of a box are swapped', element);
  else if (xmax === xmin || ymax === ymin) part.note('N059', 'a box has no area', element);
  else if (rotation === 0 && leaves(box, size)) part.note('N059', 'a box leaves its image', element);
  if (rotation === 0) return [box];
  if (rotated === 'polygon') return [{ kind: 'polygon', points: rotatedCorners(box, rotation) }];
  if (rotated === 'property') properties.set(angleProperty, attributeOf(element, 'rotation')!);
  else {
    const hint = 'read it as a polygon, or keep the angle: --from-option rotated=polygon or rotated=property';
    part.note('N052', `a box is turned by ${rotation} degrees, which is dropped`, element, hint);
  }
  return [box];
}

function leaves(
  { xmin, ymin, xmax, ymax }: { xmin: number; ymin: number; xmax: number; ymax: number },
  { width = Number.POSITIVE_INFINITY, height = Number.POSITIVE_INFINITY }: ShapeContext['size'],
): boolean {
  return xmin < 0 || ymin < 0 || xmax > width || ymax > height;
}

/** x1, y1, x2, y2, … of `x,y;x,y`. */
function pointsOf(element: XmlElement, part: Part, least: number): number[] | undefined {
  const text = attributeOf(element, 'points');
  if (text === undefined) {
    part.note('N051', `a ${element.name} has no points`, element);
    return undefined;
  }
  const points: number[] = [];
  for (const pair of text.split(';')) {
    const [x, y, ...more] = pair.split(',').map(decimalOf);
    if (x === undefined || y === undefined || more.length > 0) {
      part.note('N051', `a point of a ${element.name} is ${shown(pair)}, not two numbers`, element);
      return undefined;
    }
    points.push(x, y);
  }
  if (points.length >= 2 * least) return points;
  part.note('N051', `a ${element.name} has ${points.length / 2} points, not ${least} or more`, element);
  return undefined;
}

function ellipseOf(element: XmlElement, label: string, part: Part): Shape[] {
  const numbers = numbersOf(element, ['cx', 'cy', 'rx', 'ry'], part);
  const rotation = rotationIn(element, part);
  if (numbers === undefined || rotation === undefined) return [];
  const [cx, cy, rx, ry] = numbers as [number, number, number, number];
  if (rx < 0 || ry < 0) {
    part.note('N055', `a radius of an ellipse is ${Math.min(rx, ry)}`, element);
    return [];
  }
  if (rx === ry) return [{ kind: 'circle', cx, cy, r: rx }];
  part.note('N057', `the ellipse ${shown(label)} is read as a polygon`, element);
  return [{ kind: 'polygon', points: ellipsePoints(cx, cy, rx, ry, rotation) }];
}

function maskOf(element: XmlElement, label: string, part: Part): Shape[] {
  const numbers = numbersOf(element, ['left', 'top', 'width', 'height'], part);
  const runs = attributeOf(element, 'rle');
  if (numbers === undefined) return [];
  const [left, top, width, height] = numbers as [number, number, number, number];
  const counts = runs?.split(',').map((run) => decimalOf(run) ?? Number.NaN) ?? [];
  if (runs === undefined || !counts.every((run) => Number.isSafeInteger(run) && run >= 0)) {
    part.note(
      'N051',
      `the runs of the mask ${shown(label)} are ${runs === undefined ? 'missing' : shown(runs)}`,
      element,
    );
    return [];
  }
  // Runs go row after row: the same sums as for columns, with the axes changed.
  const { pixels, box } = rleFacts(counts, width);
  if (pixels !== width * height || box === undefined) {
    const message =
      box === undefined ? 'cover nothing' : `have ${pixels} pixels for ${width} times ${height}`;
    part.note('N051', `the runs of the mask ${shown(label)} ${message}`, element);
    return [];
  }
  part.note('N057', `the mask ${shown(label)} is read as its box`, element);
  return [
    {
      kind: 'bndbox',
      xmin: left + box.ymin,
      ymin: top + box.xmin,
      xmax: left + box.ymax,
      ymax: top + box.xmax,
    },
  ];
}

/** An object whose parts are the points, and whose shape is the box around those that are placed. */
function skeletonOf(element: XmlElement, label: string, said: Said, context: ShapeContext): ImageObject[] {
  const { part } = context;
  const parts: ImageObject[] = [];
  const placed: number[] = [];
  for (const child of elementsOf(element)) {
    if (child.name !== 'points') continue;
    const name = attributeOf(child, 'label');
    const points = pointsOf(child, part, 1);
    if (name === undefined || name === '') part.note('N055', 'a point of a skeleton has no label', child);
    if (name === undefined || name === '' || points === undefined) continue;
    const isOutside = attributeOf(child, 'outside') === '1';
    const visible = isOutside ? '0' : attributeOf(child, 'occluded') === '1' ? '1' : '2';
    const properties = new Map([[visibleProperty, visible], ...attributesIn(child, part)]);
    const [x, y] = points as [number, number];
    parts.push({ name, properties, shape: { kind: 'point', x, y }, parts: [] });
    if (!isOutside) placed.push(x, y);
  }
  const shape = boundsOf(placed);
  if (shape === undefined) {
    part.note('N051', `the skeleton ${shown(label)} has no points`, element);
    return [];
  }
  const properties = said.properties.size === 0 ? noProperties : said.properties;
  return [{ name: label, ...said, properties, shape, parts }];
}
