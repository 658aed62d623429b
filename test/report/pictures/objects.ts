import { type ImageObject, noProperties, type Shape } from '../../../src/model/index.js';

/** An object as a reader gives it. */
export function object(
  name: string | undefined,
  shape?: Shape,
  more: Partial<ImageObject> = {},
): ImageObject {
  return {
    properties: noProperties,
    parts: [],
    ...(name === undefined ? {} : { name }),
    ...(shape === undefined ? {} : { shape }),
    ...more,
  };
}

export function box(xmin: number, ymin: number, xmax: number, ymax: number): Shape {
  return { kind: 'bndbox', xmin, ymin, xmax, ymax };
}
