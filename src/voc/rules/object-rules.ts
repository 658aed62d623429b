import { flagOf, type ImageObject, rotationOf } from '../../model/image.js';
import { parseMaskColor } from '../../model/mask-color.js';
import { shapeKinds } from '../../model/shape.js';
import { VocObject } from '../document.js';
import { type Place, pointerTo, quote, type Scope, siblingNumber, valuelessIn } from './scope.js';
import { checkShape } from './shape-rules.js';

/** Rules about one object or part, its shape and its parts. */
export function checkObject(object: ImageObject, place: Place, scope: Scope): void {
  const { name, shape } = object;
  if (name === undefined || name === '') {
    if (!valuelessIn(object).has('name')) {
      scope.fault(
        'V042',
        pointerTo(place),
        place.owner === undefined ? 'the object has no name' : 'the part has no name',
      );
    }
  } else if (isPadded(name)) {
    const lines = name.split(/[\r\n]/).map((line) => line.trim());
    const unpadded = lines.filter((line) => line !== '').join(' ');
    scope.fault(
      'V041',
      pointerTo(place, 'name'),
      `name ${quote(name)} has blanks around it or a line break`,
      unpadded === '' ? 'give it a visible name' : `write ${quote(unpadded)}`,
    );
  }
  checkFlags(object, place, scope);
  checkNumbers(object, place, scope);
  if (object.maskColor !== undefined && parseMaskColor(object.maskColor) === undefined) {
    const message = `mask_color is ${quote(object.maskColor)}`;
    scope.fault(
      'V058',
      pointerTo(place, 'mask_color'),
      message,
      'write red, green and blue from 0 to 255, as 255,0,0',
    );
  }
  if (object.properties.size > 0) checkRotation(object, place, scope);
  if (shape === undefined) checkShapeless(object, place, scope);
  else checkShape(shape, place, scope);
  if (object.parts.length > 0) checkParts(object, place, scope);
}

function checkParts(owner: ImageObject, place: Place, scope: Scope): void {
  const inner: Place = { owner: place, index: 1 };
  for (let i = 0; i < owner.parts.length; i += 1) {
    const part = owner.parts[i]!;
    inner.index = siblingNumber(part, i);
    checkObject(part, inner, scope);
    const outside = owner.shape;
    const box = part.shape;
    if (outside?.kind !== 'bndbox' || box?.kind !== 'bndbox') continue;
    if (
      box.xmin < outside.xmin ||
      box.ymin < outside.ymin ||
      box.xmax > outside.xmax ||
      box.ymax > outside.ymax
    ) {
      const ours = `${box.xmin},${box.ymin},${box.xmax},${box.ymax}`;
      const theirs = `${outside.xmin},${outside.ymin},${outside.xmax},${outside.ymax}`;
      const message = `the box of part ${quote(part.name ?? '')}, ${ours}, reaches out of its owner's, ${theirs}`;
      const hint = 'parts have absolute image coordinates, and belong to the object around them';
      scope.fault('V055', pointerTo(inner, 'bndbox'), message, hint, 'warning');
    }
  }
}

/** White space of any script at either end, or a line break anywhere. */
function isPadded(name: string): boolean {
  return (
    isBlank(name.charCodeAt(0)) ||
    isBlank(name.charCodeAt(name.length - 1)) ||
    name.includes('\n') ||
    name.includes('\r')
  );
}

function isBlank(code: number): boolean {
  return code < 0x80 ? code <= 0x20 : String.fromCharCode(code).trim() === '';
}

function checkFlags(object: ImageObject, place: Place, scope: Scope): void {
  const { pose, truncated, difficult, occluded } = object;
  if (place.owner === undefined) {
    if (pose === undefined || truncated === undefined || difficult === undefined) {
      reportMissingFlags(object, place, scope);
    }
    if (occluded === undefined && !valuelessIn(object).has('occluded')) {
      scope.fault('V044', pointerTo(place), 'occluded is missing');
    }
  }
  if (truncated !== undefined) checkFlag('truncated', truncated, place, scope);
  if (difficult !== undefined) checkFlag('difficult', difficult, place, scope);
  if (occluded !== undefined) checkFlag('occluded', occluded, place, scope);
}

function reportMissingFlags(object: ImageObject, place: Place, scope: Scope): void {
  const valueless = valuelessIn(object);
  const missing: string[] = [];
  if (object.pose === undefined && !valueless.has('pose')) missing.push('pose');
  if (object.truncated === undefined && !valueless.has('truncated')) missing.push('truncated');
  if (object.difficult === undefined && !valueless.has('difficult')) missing.push('difficult');
  if (missing.length === 0) return;
  const last = missing.pop();
  const message =
    missing.length === 0 ? `${last} is missing` : `${missing.join(', ')} and ${last} are missing`;
  scope.fault('V043', pointerTo(place), message);
}

function checkFlag(element: string, text: string, place: Place, scope: Scope): void {
  if (flagOf(text) !== undefined) return;
  scope.fault('V045', pointerTo(place, element), `${element} is ${quote(text)}`, 'write 0 or 1');
}

function checkNumbers(object: ImageObject, place: Place, scope: Scope): void {
  const { hardCoefficient, confidence } = object;
  if (hardCoefficient !== undefined && !(hardCoefficient >= 0 && hardCoefficient <= 1)) {
    const element =
      (object instanceof VocObject ? object.coefficientElement : undefined) ?? 'hard-coefficient';
    scope.fault(
      'V046',
      pointerTo(place, element),
      `${element} is ${hardCoefficient}`,
      'write a number from 0 to 1',
    );
  }
  if (confidence !== undefined && !(confidence >= 0 && confidence <= 1)) {
    const hint =
      confidence > 1 && confidence <= 100
        ? `write a number from 0 to 1; for a percentage that is ${Number((confidence / 100).toPrecision(12))}`
        : 'write a number from 0 to 1';
    scope.fault('V047', pointerTo(place, 'confidence'), `confidence is ${confidence}`, hint);
  }
}

const booleanLike = /^(?:0|1|true|false)$/i;

function checkRotation(object: ImageObject, place: Place, scope: Scope): void {
  const angle = object.properties.get('@modelarts:clockwise_angle');
  if (angle !== undefined) {
    const degrees = rotationOf(object);
    if (degrees === undefined || degrees < -360 || degrees > 360) {
      const message = `@modelarts:clockwise_angle is ${quote(angle)}`;
      scope.fault('V086', pointerTo(place, 'properties'), message, 'write degrees from -360 to 360');
    }
  }
  const background = object.properties.get('@modelarts:rotate_background');
  if (background !== undefined && !booleanLike.test(background)) {
    const message = `@modelarts:rotate_background is ${quote(background)}`;
    scope.fault('V086', pointerTo(place, 'properties'), message, 'write true or false');
  }
}

function checkShapeless(object: ImageObject, place: Place, scope: Scope): void {
  const valueless = valuelessIn(object);
  if (valueless.size > 0 && shapeKinds.some((kind) => valueless.has(kind))) return;
  const what = place.owner === undefined ? 'object' : 'part';
  const label = object.name === undefined ? '' : ` ${quote(object.name)}`;
  const rotated = object instanceof VocObject && object.unknown.some((markup) => markup.name === 'robndbox');
  const hint = rotated
    ? 'robndbox is a shape of roLabelImg: write its four corners as a polygon'
    : `a shape is one of ${shapeKinds.join(', ')}`;
  scope.fault('V050', pointerTo(place), `the ${what}${label} has no shape`, hint);
}
