import type { ImageAnnotation, ImageObject } from '../../model/image.js';
import { parseMaskColor } from '../../model/mask-color.js';
import { noNames, VocDocument } from '../document.js';
import {
  type MaskFacts,
  type Place,
  pointerTo,
  quote,
  type Scope,
  siblingNumber,
  valuelessIn,
} from './scope.js';

/** Rules about masks and their colours. */
export function checkMasks(document: ImageAnnotation, scope: Scope): void {
  const { maskSource, objects } = document;
  if (maskSource !== undefined) checkMaskSource(maskSource, '/annotation/mask_source', scope);
  let masked = maskSource !== undefined || scope.context.segmentation === true;
  for (let i = 0; i < objects.length; i += 1) {
    const object = objects[i]!;
    if (object.maskSource !== undefined) {
      masked = true;
      const place: Place = { owner: undefined, index: siblingNumber(object, i) };
      checkMaskSource(object.maskSource, pointerTo(place, 'mask_source'), scope);
    }
    if (object.maskColor !== undefined) masked = true;
  }
  if (!masked) return;
  checkComplete(document, scope);
  checkColors(objects, scope);
  if (scope.context.mask !== undefined) checkMask(document, scope.context.mask, scope);
}

function checkMaskSource(uri: string, pointer: string, scope: Scope): void {
  if (/\.png$/i.test(uri)) return;
  scope.fault('V029', pointer, `mask_source ${quote(uri)} is not a .png file`, 'masks are PNG images');
}

function checkComplete(document: ImageAnnotation, scope: Scope): void {
  const { objects } = document;
  let needed = objects.length === 0;
  const place: Place = { owner: undefined, index: 1 };
  for (let i = 0; i < objects.length; i += 1) {
    const object = objects[i]!;
    if (object.maskSource === undefined && !valuelessIn(object).has('mask_source')) needed = true;
    if (object.maskColor !== undefined || valuelessIn(object).has('mask_color')) continue;
    place.index = siblingNumber(object, i);
    const message = 'an object of a segmentation has no mask_color';
    scope.fault('V056', pointerTo(place), message, 'write the colour that the object has in the mask');
  }
  const valueless = document instanceof VocDocument ? document.valueless : noNames;
  if (needed && document.maskSource === undefined && !valueless.has('mask_source')) {
    scope.fault('V056', '/annotation', 'a segmentation has no mask_source', 'name the PNG mask of the image');
  }
}

/** One finding for each object whose colour an earlier object with another label has. */
function checkColors(objects: readonly ImageObject[], scope: Scope): void {
  const owners = new Map<string, ImageObject>();
  for (let i = 0; i < objects.length; i += 1) {
    const object = objects[i]!;
    const color = object.maskColor === undefined ? undefined : parseMaskColor(object.maskColor);
    if (color === undefined) continue;
    const key = `${color} ${object.maskSource ?? ''}`;
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, object);
    } else if (owner.name !== object.name) {
      const place: Place = { owner: undefined, index: siblingNumber(object, i) };
      const message = `mask_color ${object.maskColor} is that of ${quote(owner.name ?? '')} and of ${quote(object.name ?? '')}`;
      scope.fault('V059', pointerTo(place, 'mask_color'), message, 'give each label its own colour');
    }
  }
}

function checkMask(document: ImageAnnotation, mask: MaskFacts, scope: Scope): void {
  const pointer = document.maskSource === undefined ? '/annotation' : '/annotation/mask_source';
  if (mask.problem !== undefined) {
    scope.fault('V057', pointer, `the mask cannot be read: ${mask.problem}`);
    return;
  }
  const { width = mask.width, height = mask.height } = scope;
  if (width !== mask.width || height !== mask.height) {
    const message = `the mask is ${mask.width}×${mask.height}, but the image is ${width}×${height}`;
    scope.fault('V057', pointer, message, 'export the mask in the size of the image');
  }
  for (let i = 0; i < document.objects.length; i += 1) {
    const object = document.objects[i]!;
    // A mask of the object's own is not the one that was looked at.
    if (object.maskColor === undefined || object.maskSource !== undefined) continue;
    const color = parseMaskColor(object.maskColor);
    if (color === undefined || mask.colors.has(color)) continue;
    const place: Place = { owner: undefined, index: siblingNumber(object, i) };
    const message = `mask_color ${object.maskColor} of ${quote(object.name ?? '')} does not occur in the mask`;
    scope.fault('V057', pointerTo(place, 'mask_color'), message);
  }
}
