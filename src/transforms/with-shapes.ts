import type { ImageAnnotation, ImageObject, Shape } from '../model/index.js';

/** A copy of an object of any class with other values of some members. Its class and all else stay. */
export function changed<T extends object>(original: T, members: Partial<T>): T {
  return Object.assign(Object.create(Object.getPrototypeOf(original)) as T, original, members);
}

/**
 * An image's labels with other shapes, those of parts and reference points among them.
 *
 * @returns the annotation itself when every shape is the one it was
 */
export function withShapes<T extends ImageAnnotation>(image: T, change: (shape: Shape) => Shape): T {
  const objects = listWith(image.objects, change);
  return objects === image.objects ? image : (changed<ImageAnnotation>(image, { objects }) as T);
}

function listWith(objects: readonly ImageObject[], change: (shape: Shape) => Shape): readonly ImageObject[] {
  const list = objects.map((object) => objectWith(object, change));
  return list.every((object, at) => object === objects[at]) ? objects : list;
}

function objectWith(object: ImageObject, change: (shape: Shape) => Shape): ImageObject {
  const shape = object.shape === undefined ? undefined : change(object.shape);
  const point = object.referencePoint === undefined ? undefined : change(object.referencePoint);
  const parts = listWith(object.parts, change);
  if (shape === object.shape && point === object.referencePoint && parts === object.parts) return object;
  return changed<ImageObject>(object, {
    parts,
    ...(shape === undefined ? {} : { shape }),
    ...(point?.kind === 'point' ? { referencePoint: point } : {}),
  });
}
