import type { ImageAnnotation, ImageObject } from '../../model/image.js';
import type { Shape } from '../../model/shape.js';
import { checkHeader } from './document-rules.js';
import { checkDuplicates } from './duplicates.js';
import { checkMasks } from './mask-rules.js';
import { checkObject } from './object-rules.js';
import { type Place, type Report, Scope, siblingNumber, type VocCheckContext } from './scope.js';

/**
 * Checks the content of one annotation: every rule that needs no XML text. What the text alone shows (empty
 * elements, malformed numbers, a second shape) was reported when it was parsed, and is not reported again.
 *
 * Nothing is thrown for bad data and nothing is changed. Pointers number objects as the XML text does.
 *
 * @param document a parsed document, or an annotation of any origin.
 */
export function checkVoc(document: ImageAnnotation, context: VocCheckContext, report: Report): void {
  const { objects } = document;
  const width = document.width ?? context.image?.width;
  const height = document.height ?? context.image?.height;
  const scope = new Scope(context, report, width, height);
  checkHeader(document, scope);
  const place: Place = { owner: undefined, index: 1 };
  for (let i = 0; i < objects.length; i += 1) {
    const object = objects[i]!;
    place.index = siblingNumber(object, i);
    checkObject(object, place, scope);
  }
  checkMasks(document, scope);
  checkDuplicates(objects, scope);
  if (width !== undefined && height !== undefined && width > 1 && height > 1) {
    if (looksNormalised(objects)) {
      const message = `no coordinate is above 1, but the image is ${width}×${height}`;
      const hint = 'multiply x by the width and y by the height: coordinates are pixels here';
      scope.fault('V087', '/annotation', message, hint);
    }
  }
}

/** Whether there are shapes and all numbers of all of them are from 0 to 1. */
function looksNormalised(objects: readonly ImageObject[]): boolean {
  let shapes = 0;
  for (let i = 0; i < objects.length; i += 1) {
    const { shape } = objects[i]!;
    if (shape === undefined) continue;
    if (!isWithinOne(shape)) return false;
    shapes += 1;
  }
  return shapes > 0;
}

function isWithinOne(shape: Shape): boolean {
  switch (shape.kind) {
    case 'bndbox':
      return unit(shape.xmax) && unit(shape.ymax) && unit(shape.xmin) && unit(shape.ymin);
    case 'point':
      return unit(shape.x) && unit(shape.y);
    case 'circle':
      return unit(shape.cx) && unit(shape.cy) && unit(shape.r);
    case 'line':
    case 'dashed':
      return unit(shape.x1) && unit(shape.y1) && unit(shape.x2) && unit(shape.y2);
    case 'polygon':
    case 'polyline': {
      for (let i = 0; i < shape.points.length; i += 1) if (!unit(shape.points[i]!)) return false;
      return true;
    }
  }
}

function unit(value: number): boolean {
  return value >= 0 && value <= 1;
}
