import { OptionError } from '../model/errors.js';
import type { BndBox, Shape } from '../model/shape.js';

/** The image that rounded shapes are kept inside of, in pixels; an unknown side does not limit. */
export interface ImageBounds {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A shape in whole numbers, and how many of its numbers are not what they were. */
export interface RoundedShape {
  /** The shape itself when nothing had to change. */
  readonly shape: Shape;
  readonly changed: number;
}

/** To the nearest whole number, halves away from zero: 10.5 gives 11, -10.5 gives -11. */
export function roundHalfAway(value: number): number {
  const rounded = value < 0 ? -Math.round(-value) : Math.round(value);
  return rounded === 0 ? 0 : rounded;
}

function clamp(value: number, limit: number): number {
  return value < 0 ? 0 : Math.min(value, limit);
}

/**
 * The shape with whole numbers for a writer of integers: rounded half away from zero, clamped to the image
 * (0…width, 0…height), and boxes kept at least 1 wide and high, by growing the maximum or at the border by
 * shrinking the minimum. A shape that is whole already is left as it is, wherever it lies. A radius stays at
 * least 1 when it was above 0.
 *
 * @throws OptionError for a number that is not finite.
 */
export function roundShape(shape: Shape, bounds: ImageBounds = {}): RoundedShape {
  const before = numbersOf(shape);
  if (before.every((value) => Number.isInteger(value))) return { shape, changed: 0 };
  if (!before.every((value) => Number.isFinite(value))) {
    throw new OptionError(`a ${shape.kind} with a number that is not finite cannot be rounded`);
  }
  const rounded = roundNumbers(shape, bounds.width ?? Infinity, bounds.height ?? Infinity);
  const after = numbersOf(rounded);
  let changed = 0;
  for (let i = 0; i < before.length; i += 1) if (before[i] !== after[i]) changed += 1;
  return { shape: rounded, changed };
}

/** The numbers of a shape in canonical order. */
export function numbersOf(shape: Shape): readonly number[] {
  switch (shape.kind) {
    case 'bndbox':
      return [shape.xmin, shape.ymin, shape.xmax, shape.ymax];
    case 'point':
      return [shape.x, shape.y];
    case 'circle':
      return [shape.cx, shape.cy, shape.r];
    case 'line':
    case 'dashed':
      return [shape.x1, shape.y1, shape.x2, shape.y2];
    case 'polygon':
    case 'polyline':
      return shape.points;
  }
}

function roundNumbers(shape: Shape, width: number, height: number): Shape {
  const x = (value: number) => clamp(roundHalfAway(value), width);
  const y = (value: number) => clamp(roundHalfAway(value), height);
  switch (shape.kind) {
    case 'bndbox':
      return roundBox(shape, width, height);
    case 'point':
      return { kind: 'point', x: x(shape.x), y: y(shape.y) };
    case 'circle': {
      const r = roundHalfAway(shape.r);
      return { kind: 'circle', cx: x(shape.cx), cy: y(shape.cy), r: r === 0 && shape.r > 0 ? 1 : r };
    }
    case 'line':
    case 'dashed':
      return { kind: shape.kind, x1: x(shape.x1), y1: y(shape.y1), x2: x(shape.x2), y2: y(shape.y2) };
    case 'polygon':
    case 'polyline':
      return {
        kind: shape.kind,
        points: shape.points.map((value, i) => (i % 2 === 0 ? x(value) : y(value))),
      };
  }
}

function roundBox(box: BndBox, width: number, height: number): BndBox {
  const [xmin, xmax] = roundSpan(box.xmin, box.xmax, width);
  const [ymin, ymax] = roundSpan(box.ymin, box.ymax, height);
  return { kind: 'bndbox', xmin, ymin, xmax, ymax };
}

/** Swapped ends are rounded but stay swapped: which was meant is not for rounding to decide. */
function roundSpan(min: number, max: number, limit: number): [number, number] {
  const low = clamp(roundHalfAway(min), limit);
  const high = clamp(roundHalfAway(max), limit);
  if (min > max || high - low >= 1) return [low, high];
  return low + 1 <= limit ? [low, low + 1] : [Math.max(0, high - 1), high];
}
