import { type CoordinateConvention, convertShape, type ImageAnnotation, type Shape } from '../model/index.js';
import { withShapes } from './with-shapes.js';

/** In pixels, above 0. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** True when one of two sizes may come of the other by scaling: sides in proportion, to a pixel of the smaller one. */
export function isScaled(a: ImageSize, b: ImageSize): boolean {
  const [large, small] = a.width * a.height > b.width * b.height ? [a, b] : [b, a];
  return (
    Math.abs((large.height * small.width) / large.width - small.height) < 1 ||
    Math.abs((large.width * small.height) / large.height - small.width) < 1
  );
}

/**
 * An image's labels as they are when the image is scaled. Whole numbers stay whole numbers.
 *
 * @param convention what the numbers of boxes mean; default `zeroBased`
 */
export function scaleShapes<T extends ImageAnnotation>(
  image: T,
  from: ImageSize,
  to: ImageSize,
  convention: CoordinateConvention = 'zeroBased',
): T {
  const [across, down] = [to.width / from.width, to.height / from.height];
  return withShapes(image, (shape) =>
    convertShape(scaled(convertShape(shape, convention, 'zeroBased'), across, down), 'zeroBased', convention),
  );
}

function scaled(shape: Shape, across: number, down: number): Shape {
  const times = (number: number, by: number) =>
    Number.isInteger(number) ? Math.round(number * by) : number * by;
  switch (shape.kind) {
    case 'point':
      return { ...shape, x: times(shape.x, across), y: times(shape.y, down) };
    case 'circle': {
      const { cx, cy, r } = shape;
      return { ...shape, cx: times(cx, across), cy: times(cy, down), r: times(r, Math.sqrt(across * down)) };
    }
    case 'line':
    case 'dashed': {
      const { x1, y1, x2, y2 } = shape;
      return {
        ...shape,
        x1: times(x1, across),
        y1: times(y1, down),
        x2: times(x2, across),
        y2: times(y2, down),
      };
    }
    case 'bndbox': {
      const { xmin, ymin, xmax, ymax } = shape;
      return {
        ...shape,
        xmin: times(xmin, across),
        ymin: times(ymin, down),
        xmax: times(xmax, across),
        ymax: times(ymax, down),
      };
    }
    case 'polygon':
    case 'polyline':
      return {
        ...shape,
        points: shape.points.map((number, at) => times(number, at % 2 === 0 ? across : down)),
      };
  }
}
