import type { JsonValue, Shape, ShapeKind } from '../../model/index.js';
import { featureOf, shapeOfFeature } from '../../voc/index.js';

/** The names of the kinds, as the Python SDK's enumeration has them. */
export const PositionType = Object.freeze({
  POINT: 'point',
  LINE: 'line',
  DASHED: 'dashed',
  CIRCLE: 'circle',
  BNDBOX: 'bndbox',
  POLYGON: 'polygon',
  POLYLINE: 'polyline',
} as const) satisfies Readonly<Record<string, ShapeKind>>;

/**
 * Where an object is in its image: one of {@link Point}, {@link Line}, {@link Dashed}, {@link BndBox},
 * {@link Polygon}, {@link Polyline}, {@link Circle}. Pixels, from the upper left corner. Never changes.
 */
export abstract class Position<S extends Shape = Shape> {
  /** The same as plain data. */
  readonly shape: S;

  constructor(shape: S) {
    this.shape = shape;
  }

  /** `point`, `line`, `dashed`, `bndbox`, `polygon`, `polyline` or `circle`. */
  get type(): S['kind'] {
    return this.shape.kind;
  }
  /** The name of the shape. */
  getType(): S['kind'] {
    return this.type;
  }

  /** The value of `@modelarts:feature` for it: `[[xmin,ymin],[xmax,ymax]]` for a box, and so on. */
  get feature(): JsonValue {
    return featureOf(this.shape);
  }
  /** Its numbers, in pixels, as the original gives them. */
  getFeature(): JsonValue {
    return this.feature;
  }

  /**
   * The position that `@modelarts:shape` and `@modelarts:feature` describe, in the SDK's form or the REST API's.
   *
   * @throws LabelkitError `InvalidData` for an unknown kind or a feature that does not fit it
   */
  static fromFeature(type: string, feature: unknown): AnyPosition {
    return positionOf(shapeOfFeature(type, feature, 'the position'));
  }
}

type Numbers<S extends Shape> = Omit<S, 'kind'>;

export class Point extends Position<Shape & { kind: 'point' }> {
  constructor({ x, y }: Numbers<Shape & { kind: 'point' }>) {
    super({ kind: 'point', x, y });
  }
  get x(): number {
    return this.shape.x;
  }
  get y(): number {
    return this.shape.y;
  }
}

abstract class Segment<K extends 'line' | 'dashed'> extends Position<Shape & { kind: K }> {
  get x1(): number {
    return this.shape.x1;
  }
  get y1(): number {
    return this.shape.y1;
  }
  get x2(): number {
    return this.shape.x2;
  }
  get y2(): number {
    return this.shape.y2;
  }
}

/** A line between two points. */
export class Line extends Segment<'line'> {
  constructor({ x1, y1, x2, y2 }: Numbers<Shape & { kind: 'line' }>) {
    super({ kind: 'line', x1, y1, x2, y2 });
  }
}

/** A dashed line between two points. */
export class Dashed extends Segment<'dashed'> {
  constructor({ x1, y1, x2, y2 }: Numbers<Shape & { kind: 'dashed' }>) {
    super({ kind: 'dashed', x1, y1, x2, y2 });
  }
}

/** An upright box: upper left and lower right corner. */
export class BndBox extends Position<Shape & { kind: 'bndbox' }> {
  constructor({ xMin, yMin, xMax, yMax }: { xMin: number; yMin: number; xMax: number; yMax: number }) {
    super({ kind: 'bndbox', xmin: xMin, ymin: yMin, xmax: xMax, ymax: yMax });
  }
  get xMin(): number {
    return this.shape.xmin;
  }
  get yMin(): number {
    return this.shape.ymin;
  }
  get xMax(): number {
    return this.shape.xmax;
  }
  get yMax(): number {
    return this.shape.ymax;
  }
}

abstract class Vertices<K extends 'polygon' | 'polyline'> extends Position<Shape & { kind: K }> {
  /** The vertices in order. */
  get points(): Point[] {
    const { points } = this.shape;
    const vertices: Point[] = [];
    for (let i = 0; i + 1 < points.length; i += 2)
      vertices.push(new Point({ x: points[i]!, y: points[i + 1]! }));
    return vertices;
  }
}

function flat(points: Iterable<{ readonly x: number; readonly y: number }>): number[] {
  const numbers: number[] = [];
  for (const { x, y } of points) numbers.push(x, y);
  return numbers;
}

/** A closed outline. */
export class Polygon extends Vertices<'polygon'> {
  constructor({ points }: { readonly points: Iterable<{ readonly x: number; readonly y: number }> }) {
    super({ kind: 'polygon', points: flat(points) });
  }
}

/** An open path. */
export class Polyline extends Vertices<'polyline'> {
  constructor({ points }: { readonly points: Iterable<{ readonly x: number; readonly y: number }> }) {
    super({ kind: 'polyline', points: flat(points) });
  }
}

export class Circle extends Position<Shape & { kind: 'circle' }> {
  constructor({ cx, cy, r }: Numbers<Shape & { kind: 'circle' }>) {
    super({ kind: 'circle', cx, cy, r });
  }
  get cx(): number {
    return this.shape.cx;
  }
  get cy(): number {
    return this.shape.cy;
  }
  get r(): number {
    return this.shape.r;
  }
}

/** One of the seven kinds; `type` tells which. */
export type AnyPosition = Point | Line | Dashed | BndBox | Polygon | Polyline | Circle;

/** The position of a shape. */
export function positionOf(shape: Shape): AnyPosition {
  switch (shape.kind) {
    case 'point':
      return new Point(shape);
    case 'line':
      return new Line(shape);
    case 'dashed':
      return new Dashed(shape);
    case 'bndbox':
      return new BndBox({ xMin: shape.xmin, yMin: shape.ymin, xMax: shape.xmax, yMax: shape.ymax });
    case 'circle':
      return new Circle(shape);
    case 'polygon':
      return new Polygon({ points: pairs(shape.points) });
    case 'polyline':
      return new Polyline({ points: pairs(shape.points) });
  }
}

function* pairs(points: readonly number[]): Generator<{ x: number; y: number }> {
  for (let i = 0; i + 1 < points.length; i += 2) yield { x: points[i]!, y: points[i + 1]! };
}
