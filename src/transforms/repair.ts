import type {
  BndBox,
  CoordinateConvention,
  ImageAnnotation,
  ImageObject,
  Polygon,
  Shape,
} from '../model/index.js';
import { imageBox } from './coords.js';
import type { FixName } from './fixes.js';
import { boxOf } from './iou.js';
import { changed } from './with-shapes.js';

/** Bounds of what is mended in a shape. */
export interface ShapeRepairOptions {
  /** What the numbers of boxes mean; default `zeroBased`. */
  readonly convention?: CoordinateConvention | undefined;
  /** `drop-outside`: the share of a shape's area that may be outside, 0…1; default 0.5. */
  readonly outsideFraction?: number | undefined;
  /** `drop-small`: the least side of a box in pixels; default 2. */
  readonly minSide?: number | undefined;
}

/** Something that a fix did to one place of an annotation file. */
export interface ShapeChange {
  readonly fix: FixName;
  /** The element as findings name it: `/annotation/object[2]/bndbox`. */
  readonly pointer: string;
  /** What was there. */
  readonly from: string;
  /** What is there now; undefined: the object was removed. */
  readonly to?: string;
}

interface ShapeFix {
  /** True for a shape that the fix is for; `bounds` is undefined where the size of the image is not known. */
  finds(shape: Shape, bounds: BndBox | undefined, options: ShapeRepairOptions): boolean;
  /** The mended shape; the same one when it cannot be mended. Absent: the object is removed. */
  mend?(shape: Shape, bounds: BndBox | undefined): Shape;
}

const isSwapped = (shape: Shape) =>
  shape.kind === 'bndbox' && (shape.xmin > shape.xmax || shape.ymin > shape.ymax);

const shapeFixes: Partial<Record<FixName, ShapeFix>> = {
  'swap-corners': {
    finds: isSwapped,
    mend: (shape) => boxOf(shape) ?? shape,
  },
  'drop-small': {
    finds: (shape, _, { minSide = 2, convention }) => {
      if (shape.kind !== 'bndbox' || isSwapped(shape)) return false;
      const more = extra(convention);
      return shape.xmax - shape.xmin + more < minSide || shape.ymax - shape.ymin + more < minSide;
    },
  },
  'drop-swapped': { finds: isSwapped },
  'drop-outside': {
    finds: (shape, bounds, { outsideFraction = 0.5, convention }) => {
      const outside = shareOutside(shape, bounds, convention);
      return outside !== undefined && (outside > outsideFraction || outside === 1);
    },
  },
  clip: {
    finds: (shape, bounds) => {
      if (shape.kind !== 'bndbox' && shape.kind !== 'polygon') return false;
      const box = boxOf(shape);
      return box !== undefined && bounds !== undefined && !isWithin(box, bounds);
    },
    mend: (shape, bounds) => (bounds === undefined ? shape : clipShape(shape, bounds)),
  },
  'drop-degenerate': { finds: (shape, _, { convention }) => isDegenerate(shape, convention) },
};

/** Conventions whose ends are both inclusive: a box of one pixel has equal corners. */
function extra(convention: CoordinateConvention | undefined): 0 | 1 {
  return convention === 'voc1' || convention === 'zeroInclusive' ? 1 : 0;
}

function boundsOf({ width, height }: ImageAnnotation, convention: CoordinateConvention = 'zeroBased') {
  if (width === undefined || height === undefined || !(width > 0) || !(height > 0)) return undefined;
  return imageBox(width, height, convention);
}

function isWithin(box: BndBox, bounds: BndBox): boolean {
  return (
    box.xmin >= bounds.xmin && box.ymin >= bounds.ymin && box.xmax <= bounds.xmax && box.ymax <= bounds.ymax
  );
}

/** The share of a box or polygon that is outside; undefined for what has no area or no known image. */
function shareOutside(
  shape: Shape,
  bounds: BndBox | undefined,
  convention: CoordinateConvention | undefined,
): number | undefined {
  if (bounds === undefined) return undefined;
  if (shape.kind === 'polygon') {
    const whole = areaOf(shape.points);
    return whole === 0 ? undefined : 1 - areaOf(clipRing(shape.points, bounds)) / whole;
  }
  if (shape.kind !== 'bndbox' || isSwapped(shape)) return undefined;
  const more = extra(convention);
  const width = shape.xmax - shape.xmin + more;
  const height = shape.ymax - shape.ymin + more;
  if (!(width > 0) || !(height > 0)) return undefined;
  const across = Math.min(shape.xmax, bounds.xmax) - Math.max(shape.xmin, bounds.xmin) + more;
  const down = Math.min(shape.ymax, bounds.ymax) - Math.max(shape.ymin, bounds.ymin) + more;
  return 1 - (Math.max(across, 0) / width) * (Math.max(down, 0) / height);
}

/** A shape cut at the bounds; itself where nothing of it is inside, which only removing can mend. */
function clipShape(shape: Shape, bounds: BndBox): Shape {
  if (shape.kind === 'polygon') return clipPolygon(shape, bounds);
  if (shape.kind !== 'bndbox') return shape;
  const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
  const { xmin, ymin, xmax, ymax } = shape;
  const overlaps = (min: number, max: number, least: number, most: number) =>
    Math.max(min, max) >= least && Math.min(min, max) <= most;
  if (!overlaps(xmin, xmax, bounds.xmin, bounds.xmax) || !overlaps(ymin, ymax, bounds.ymin, bounds.ymax)) {
    return shape;
  }
  return {
    kind: 'bndbox',
    xmin: clamp(xmin, bounds.xmin, bounds.xmax),
    ymin: clamp(ymin, bounds.ymin, bounds.ymax),
    xmax: clamp(xmax, bounds.xmin, bounds.xmax),
    ymax: clamp(ymax, bounds.ymin, bounds.ymax),
  };
}

function clipPolygon(polygon: Polygon, bounds: BndBox): Polygon {
  const points = clipRing(polygon.points, bounds);
  if (areaOf(points) === 0) return polygon;
  return isClosed(polygon.points)
    ? { kind: 'polygon', points: [...points, points[0]!, points[1]!] }
    : { kind: 'polygon', points };
}

function isClosed(points: readonly number[]): boolean {
  const { length } = points;
  return length >= 4 && points[0] === points[length - 2] && points[1] === points[length - 1];
}

/** A ring cut at each edge of the bounds in turn (Sutherland and Hodgman), open whatever it was. */
function clipRing(points: readonly number[], bounds: BndBox): number[] {
  let ring = isClosed(points) ? points.slice(0, -2) : [...points];
  const edges: readonly (readonly [axis: 0 | 1, limit: number, isLeast: boolean])[] = [
    [0, bounds.xmin, true],
    [1, bounds.ymin, true],
    [0, bounds.xmax, false],
    [1, bounds.ymax, false],
  ];
  for (const [axis, limit, isLeast] of edges) {
    const cut: number[] = [];
    const isIn = (value: number) => (isLeast ? value >= limit : value <= limit);
    for (let at = 0; at + 1 < ring.length; at += 2) {
      const before = (at + ring.length - 2) % ring.length;
      const [x1, y1, x2, y2] = [ring[before]!, ring[before + 1]!, ring[at]!, ring[at + 1]!];
      const [from, to] = axis === 0 ? [x1, x2] : [y1, y2];
      if (isIn(from) !== isIn(to)) {
        const share = (limit - from) / (to - from);
        if (axis === 0) cut.push(limit, y1 + share * (y2 - y1));
        else cut.push(x1 + share * (x2 - x1), limit);
      }
      if (isIn(to)) cut.push(x2, y2);
    }
    ring = withoutRepeats(cut);
  }
  return ring;
}

/** Leaves out vertices equal to the one before them, which cutting at a vertex makes. */
function withoutRepeats(points: readonly number[]): number[] {
  const kept: number[] = [];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const before = (at + points.length - 2) % points.length;
    if (points.length > 2 && points[at] === points[before] && points[at + 1] === points[before + 1]) continue;
    kept.push(points[at]!, points[at + 1]!);
  }
  return kept;
}

function areaOf(points: readonly number[]): number {
  let twice = 0;
  for (let at = 0; at + 1 < points.length; at += 2) {
    const next = (at + 2) % points.length;
    twice += points[at]! * points[next + 1]! - points[next]! * points[at + 1]!;
  }
  return Math.abs(twice) / 2;
}

function isDegenerate(shape: Shape, convention: CoordinateConvention | undefined): boolean {
  switch (shape.kind) {
    case 'point':
      return false;
    case 'circle':
      return !(shape.r > 0);
    case 'bndbox': {
      const more = extra(convention);
      return (
        !isSwapped(shape) && (shape.xmax - shape.xmin + more === 0 || shape.ymax - shape.ymin + more === 0)
      );
    }
    case 'polygon':
      return areaOf(shape.points) === 0;
    case 'line':
    case 'dashed':
    case 'polyline': {
      const box = boxOf(shape);
      return box !== undefined && box.xmin === box.xmax && box.ymin === box.ymax;
    }
  }
}

/** How many shapes a fix is for, those of parts among them. Objects without a box count for `drop-boxless`. */
export function countFaults(image: ImageAnnotation, fix: FixName, options: ShapeRepairOptions = {}): number {
  if (fix === 'drop-boxless') return image.objects.filter(({ shape }) => shape?.kind !== 'bndbox').length;
  const shapeFix = shapeFixes[fix];
  if (shapeFix === undefined) return 0;
  const bounds = boundsOf(image, options.convention);
  const count = (objects: readonly ImageObject[]): number => {
    let sum = 0;
    for (const { shape, parts } of objects) {
      if (shape !== undefined && shapeFix.finds(shape, bounds, options)) sum++;
      if (parts.length > 0) sum += count(parts);
    }
    return sum;
  };
  return count(image.objects);
}

/**
 * An image's labels after one fix. Objects that are removed take their parts with them.
 *
 * @param onChange told of everything that was done; pointers number the objects as they came
 * @returns the annotation itself when the fix found nothing that it can mend, or is not about shapes
 */
export function repairShapes<T extends ImageAnnotation>(
  image: T,
  fix: FixName,
  options: ShapeRepairOptions = {},
  onChange?: (change: ShapeChange) => void,
): T {
  const shapeFix = shapeFixes[fix];
  const bounds = boundsOf(image, options.convention);
  const list = (
    objects: readonly ImageObject[],
    owner: string,
    element: 'object' | 'part',
  ): readonly ImageObject[] => {
    let isChanged = false;
    const kept: ImageObject[] = [];
    objects.forEach((object, at) => {
      const pointer = `${owner}/${element}[${numberOf(object, at)}]`;
      const { shape } = object;
      if (fix === 'drop-boxless' && element === 'object' && shape?.kind !== 'bndbox') {
        onChange?.({ fix, pointer, from: shape === undefined ? 'no shape' : shapeText(shape) });
        isChanged = true;
        return;
      }
      let own = object;
      if (shape !== undefined && shapeFix?.finds(shape, bounds, options) === true) {
        const mended = shapeFix.mend === undefined ? undefined : shapeFix.mend(shape, bounds);
        if (mended === undefined) {
          onChange?.({ fix, pointer, from: shapeText(shape) });
          isChanged = true;
          return;
        }
        if (mended !== shape) {
          onChange?.({
            fix,
            pointer: `${pointer}/${shape.kind}`,
            from: shapeText(shape),
            to: shapeText(mended),
          });
          own = changed(object, { shape: mended });
        }
      }
      if (object.parts.length > 0) {
        const parts = list(object.parts, pointer, 'part');
        if (parts !== object.parts) own = changed(own, { parts });
      }
      if (own !== object) isChanged = true;
      kept.push(own);
    });
    return isChanged ? kept : objects;
  };
  const objects = list(image.objects, '/annotation', 'object');
  return objects === image.objects ? image : (changed<ImageAnnotation>(image, { objects }) as T);
}

/** Which object of the file this is, where it knows: others may have been removed before it. */
function numberOf(object: ImageObject, at: number): number {
  return 'sourceIndex' in object && typeof object.sourceIndex === 'number' && object.sourceIndex > 0
    ? object.sourceIndex
    : at + 1;
}

/** A shape in words: `bndbox 1,2,30,40`. Numbers in the order they are written in. */
export function shapeText(shape: Shape): string {
  const { kind } = shape;
  const numbers = 'points' in shape ? shape.points : Object.values(shape).filter((one) => one !== kind);
  return `${kind} ${numbers.join(',')}`;
}
