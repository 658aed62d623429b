import type { BndBox, Circle, Dashed, Line, Polygon, Polyline, Shape } from '../../model/shape.js';
import { distinctPoints, findContact, isFlat, ringLength } from './outline.js';
import { type Place, pointerTo, type Scope } from './scope.js';

/** Rules about the numbers of one shape. */
export function checkShape(shape: Shape, place: Place, scope: Scope): void {
  switch (shape.kind) {
    case 'bndbox':
      checkBox(shape, place, scope);
      break;
    case 'point':
      checkNegative(shape.kind, 'x', shape.x, place, scope);
      checkNegative(shape.kind, 'y', shape.y, place, scope);
      if (isBeyond(shape.x, scope.width) || isBeyond(shape.y, scope.height)) {
        reportBeyond(shape.kind, shape.x, shape.y, place, scope);
      }
      break;
    case 'line':
    case 'dashed':
      checkLine(shape, place, scope);
      break;
    case 'circle':
      checkCircle(shape, place, scope);
      break;
    case 'polygon':
    case 'polyline':
      checkVertices(shape, place, scope);
      if (shape.kind === 'polygon') checkPolygon(shape, place, scope);
      else if (distinctPoints(shape.points, shape.points.length) < 2) {
        scope.fault('V078', pointerTo(place, 'polyline'), 'the polyline has fewer than 2 distinct points');
      }
      break;
  }
}

function isBeyond(value: number, limit: number | undefined): boolean {
  return limit !== undefined && value > limit;
}

function checkNegative(kind: string, element: string, value: number, place: Place, scope: Scope): void {
  if (!(value < 0)) return;
  scope.fault(
    'V074',
    pointerTo(place, `${kind}/${element}`),
    `${element} is ${value}`,
    'clip the shape to the image',
  );
}

function sizeText(scope: Scope): string {
  return `${scope.width ?? '?'}×${scope.height ?? '?'}`;
}

const sizeHint = 'check the size of the image, then clip the shape to it';

function reportBeyond(kind: string, x: number, y: number, place: Place, scope: Scope): void {
  const message = `${kind} ${x},${y} is outside the image, which is ${sizeText(scope)}`;
  scope.fault('V077', pointerTo(place, kind), message, sizeHint, 'warning');
}

function checkBox(box: BndBox, place: Place, scope: Scope): void {
  const { xmin, ymin, xmax, ymax } = box;
  const { width, height } = scope;
  if (xmin < 0 || ymin < 0 || xmax < 0 || ymax < 0) {
    checkNegative('bndbox', 'xmin', xmin, place, scope);
    checkNegative('bndbox', 'ymin', ymin, place, scope);
    checkNegative('bndbox', 'xmax', xmax, place, scope);
    checkNegative('bndbox', 'ymax', ymax, place, scope);
  }
  if (xmin > xmax || ymin > ymax) {
    const axes = xmin > xmax ? (ymin > ymax ? 'both axes' : 'x') : 'y';
    const pointer = pointerTo(place, xmin > xmax ? 'bndbox/xmin' : 'bndbox/ymin');
    scope.fault(
      'V075',
      pointer,
      `min is above max in ${axes}: ${boxText(box)}`,
      'swap the two if the box is otherwise right',
    );
  }
  const across = xmax - xmin;
  const down = ymax - ymin;
  if (across === 0 || down === 0) {
    const element = across === 0 ? 'xmin' : 'ymin';
    const pointer = pointerTo(place, `bndbox/${element}`);
    scope.fault(
      'V076',
      pointer,
      `the box has a side of 0: ${boxText(box)}`,
      'draw it again or delete the object',
    );
  } else if ((across > 0 && across < 2) || (down > 0 && down < 2)) {
    const side = across > 0 && across < 2 ? across : down;
    const message = `the box has a side of ${rounded(side)}: ${boxText(box)}`;
    scope.fault(
      'V076',
      pointerTo(place, 'bndbox'),
      message,
      'the service removes boxes with a side under 2 pixels',
      'warning',
    );
  }
  if (width === undefined && height === undefined) return;
  const right = Math.max(xmax, xmin);
  const bottom = Math.max(ymax, ymin);
  const beyond = isBeyond(right, width) || isBeyond(bottom, height);
  if (!beyond && right >= 0 && bottom >= 0) return;
  const left = Math.min(xmax, xmin);
  const top = Math.min(ymax, ymin);
  const entirely = right < 0 || bottom < 0 || isBeyond(left, width) || isBeyond(top, height);
  const message = `the box ${boxText(box)} is ${entirely ? 'entirely' : 'partly'} outside the image, which is ${sizeText(scope)}`;
  const element = isBeyond(xmax, width) ? 'bndbox/xmax' : isBeyond(ymax, height) ? 'bndbox/ymax' : 'bndbox';
  const atMost = entirely || scope.context.profile === 'modelarts-import' ? 'error' : 'warning';
  scope.fault('V077', pointerTo(place, element), message, sizeHint, atMost);
}

function boxText(box: BndBox): string {
  return `${box.xmin},${box.ymin},${box.xmax},${box.ymax}`;
}

/** A difference of decimals without the noise of binary fractions. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function checkLine(line: Line | Dashed, place: Place, scope: Scope): void {
  const { kind, x1, y1, x2, y2 } = line;
  checkNegative(kind, 'x1', x1, place, scope);
  checkNegative(kind, 'y1', y1, place, scope);
  checkNegative(kind, 'x2', x2, place, scope);
  checkNegative(kind, 'y2', y2, place, scope);
  if (x1 === x2 && y1 === y2) {
    scope.fault(
      'V084',
      pointerTo(place, kind),
      `both ends of the ${kind} are ${x1},${y1}`,
      'make it a point, or draw it again',
    );
  }
  if (isBeyond(x1, scope.width) || isBeyond(y1, scope.height)) reportBeyond(kind, x1, y1, place, scope);
  else if (isBeyond(x2, scope.width) || isBeyond(y2, scope.height)) reportBeyond(kind, x2, y2, place, scope);
}

function checkCircle(circle: Circle, place: Place, scope: Scope): void {
  const { cx, cy, r } = circle;
  checkNegative('circle', 'cx', cx, place, scope);
  checkNegative('circle', 'cy', cy, place, scope);
  if (r <= 0) {
    scope.fault('V083', pointerTo(place, 'circle/r'), `the radius is ${r}`, 'a radius is above 0');
    if (isBeyond(cx, scope.width) || isBeyond(cy, scope.height)) reportBeyond('circle', cx, cy, place, scope);
    return;
  }
  if (scope.width === undefined && scope.height === undefined) return;
  if (cx - r < 0 || cy - r < 0 || isBeyond(cx + r, scope.width) || isBeyond(cy + r, scope.height)) {
    const message = `the circle around ${cx},${cy} with radius ${r} leaves the image, which is ${sizeText(scope)}`;
    scope.fault('V083', pointerTo(place, 'circle'), message, sizeHint, 'warning');
  }
}

/** Negative and too large coordinates of vertices: one finding of each kind for a whole shape. */
function checkVertices(shape: Polygon | Polyline, place: Place, scope: Scope): void {
  const { points, kind } = shape;
  const { width = Infinity, height = Infinity } = scope;
  let negative = 0;
  let firstNegative = -1;
  let beyond = 0;
  let firstBeyond = -1;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    if (x < 0 || y < 0) {
      negative += 1;
      if (firstNegative < 0) firstNegative = x < 0 ? i : i + 1;
    }
    if (x > width || y > height) {
      beyond += 1;
      if (firstBeyond < 0) firstBeyond = x > width ? i : i + 1;
    }
  }
  if (negative > 0) {
    const element = coordinateName(firstNegative);
    const message = `${element} is ${points[firstNegative]}${andMore(negative, 'negative')}`;
    scope.fault('V074', pointerTo(place, `${kind}/${element}`), message, 'clip the shape to the image');
  }
  if (beyond > 0) {
    const element = coordinateName(firstBeyond);
    const message = `${element} is ${points[firstBeyond]}, outside the image, which is ${sizeText(scope)}${andMore(beyond, 'outside')}`;
    scope.fault('V077', pointerTo(place, `${kind}/${element}`), message, sizeHint, 'warning');
  }
}

/** `x3` for index 4. */
function coordinateName(index: number): string {
  return `${index % 2 === 0 ? 'x' : 'y'}${(index >> 1) + 1}`;
}

function andMore(count: number, what: string): string {
  return count === 1 ? '' : ` (${count} vertices are ${what})`;
}

function checkPolygon(polygon: Polygon, place: Place, scope: Scope): void {
  const { points } = polygon;
  const length = ringLength(points);
  if (length < points.length) {
    const last = points.length / 2;
    scope.fault(
      'V082',
      pointerTo(place, `polygon/x${last}`),
      `vertex ${last} repeats the first, ${points[0]},${points[1]}`,
    );
  }
  const distinct = distinctPoints(points, length);
  if (distinct < 3) {
    const message = `the polygon has ${distinct} distinct ${distinct === 1 ? 'point' : 'points'}`;
    scope.fault('V078', pointerTo(place, 'polygon'), message, 'a polygon needs 3');
    return;
  }
  const contact = findContact(points, length);
  if (contact === undefined) return;
  if (contact.kind === 'touching' && isFlat(points, length)) {
    const hint = 'draw it again or delete the object';
    scope.fault('V081', pointerTo(place, 'polygon'), 'the polygon has no area', hint);
    return;
  }
  const meets = contact.kind === 'crossing' ? 'crosses' : 'touches';
  const message = `the outline ${meets} itself: edge ${contact.first} and edge ${contact.second}`;
  const hint = 'reorder the vertices, or split the polygon; edge n starts at vertex n';
  scope.fault('V080', pointerTo(place, `polygon/x${contact.second}`), message, hint);
}
