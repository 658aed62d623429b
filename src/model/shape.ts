/**
 * Shapes as they are stored. Coordinates are pixels in the image with its origin at the top left, x to
 * the right and y down; what number the first pixel column has is the {@link CoordinateConvention}'s
 * matter. Reading never changes a number.
 */
export type Shape = Point | Line | Dashed | BndBox | Polygon | Polyline | Circle;
/** The name of a shape. */
export type ShapeKind = Shape['kind'];

export interface Point {
  readonly kind: 'point';
  readonly x: number;
  readonly y: number;
}
/** A solid segment from (x1, y1) to (x2, y2). */
export interface Line {
  readonly kind: 'line';
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}
/** A dashed segment: a line with another meaning to the labeller. */
export interface Dashed {
  readonly kind: 'dashed';
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}
/** An axis-parallel box: upper left (xmin, ymin), lower right (xmax, ymax). */
export interface BndBox {
  readonly kind: 'bndbox';
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
}
/** A closed outline; a last vertex equal to the first is kept as read and ignored by geometry. */
export interface Polygon {
  readonly kind: 'polygon';
  /** x1, y1, x2, y2, … */
  readonly points: readonly number[];
}
/** An open path. */
export interface Polyline {
  readonly kind: 'polyline';
  /** x1, y1, x2, y2, … */
  readonly points: readonly number[];
}
export interface Circle {
  readonly kind: 'circle';
  readonly cx: number;
  readonly cy: number;
  readonly r: number;
}

export const shapeKinds: readonly ShapeKind[] = [
  'point',
  'line',
  'dashed',
  'bndbox',
  'polygon',
  'polyline',
  'circle',
];
