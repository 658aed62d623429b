import type { ImageObject } from '../../model/image.js';
import type { Shape } from '../../model/shape.js';
import { sameEntries, sameShape } from '../same.js';
import { type Place, pointerTo, quote, type Scope, siblingNumber } from './scope.js';

/** Up to this many objects every pair is compared, mostly by its first coordinate alone. */
const tableFrom = 24;

/** Slots of the hash table, each the index of an object plus 1; kept between files. */
let table = new Uint32Array(256);

/** V060: an object with the name, shape and properties of one before it. Objects without a shape are left out. */
export function checkDuplicates(objects: readonly ImageObject[], scope: Scope): void {
  const count = objects.length;
  if (count < 2) return;
  if (count < tableFrom) {
    for (let i = 1; i < count; i += 1) {
      const object = objects[i]!;
      for (let j = 0; j < i; j += 1) {
        if (areSame(objects[j]!, object)) {
          report(objects, j, i, scope);
          break;
        }
      }
    }
    return;
  }
  // At most half full, so that a chain of taken slots stays short.
  const slots = 2 ** (33 - Math.clz32(count - 1));
  if (table.length < slots) table = new Uint32Array(slots);
  else table.fill(0, 0, slots);
  for (let i = 0; i < count; i += 1) {
    const object = objects[i]!;
    if (object.shape === undefined) continue;
    let slot = hashOf(object, object.shape) & (slots - 1);
    while (table[slot] !== 0) {
      const earlier = table[slot]! - 1;
      if (areSame(objects[earlier]!, object)) {
        report(objects, earlier, i, scope);
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
    if (table[slot] === 0) table[slot] = i + 1;
  }
}

function report(objects: readonly ImageObject[], earlier: number, later: number, scope: Scope): void {
  const place: Place = { owner: undefined, index: siblingNumber(objects[later]!, later) };
  const first = siblingNumber(objects[earlier]!, earlier);
  const message = `object ${place.index} repeats object ${first}, ${quote(objects[later]!.name ?? '')}`;
  scope.fault('V060', pointerTo(place), message, 'delete one of the two');
}

function areSame(a: ImageObject, b: ImageObject): boolean {
  if (a.shape === undefined || b.shape === undefined || !sameShape(a.shape, b.shape)) return false;
  return a.name === b.name && sameEntries(a.properties, b.properties);
}

/** Over the name and every number of the shape; properties seldom tell objects apart. */
function hashOf(object: ImageObject, shape: Shape): number {
  let hash = shape.kind.length;
  const name = object.name ?? '';
  for (let i = 0; i < name.length; i += 1) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  switch (shape.kind) {
    case 'bndbox':
      hash = mix(mix(mix(mix(hash, shape.xmin), shape.ymin), shape.xmax), shape.ymax);
      break;
    case 'point':
      hash = mix(mix(hash, shape.x), shape.y);
      break;
    case 'circle':
      hash = mix(mix(mix(hash, shape.cx), shape.cy), shape.r);
      break;
    case 'line':
    case 'dashed':
      hash = mix(mix(mix(mix(hash, shape.x1), shape.y1), shape.x2), shape.y2);
      break;
    case 'polygon':
    case 'polyline':
      for (let i = 0; i < shape.points.length; i += 1) hash = mix(hash, shape.points[i]!);
      break;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Takes three decimals of the number in; what differs only beyond them meets in one chain. */
function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ Math.trunc(value * 1000), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
