import type { ImageAnnotation, ImageObject } from '../model/index.js';
import { changed } from './with-shapes.js';

/** A `difficult` that is neither `0` nor `1`. */
export interface FlagFault {
  readonly pointer: string;
  readonly from: string;
  /** What it means; undefined when nobody knows. */
  readonly to?: '0' | '1';
}

/**
 * An image's labels with `difficult` as `0` or `1` where it is one of them in other words: `true`, `False`. Empty ones
 * stay.
 *
 * @param onFault told of each, those among them that cannot be mended
 */
export function mendFlags<T extends ImageAnnotation>(image: T, onFault: (fault: FlagFault) => void): T {
  const list = (
    objects: readonly ImageObject[],
    owner: string,
    element: 'object' | 'part',
  ): readonly ImageObject[] => {
    const mended = objects.map((object, at) => {
      const pointer = `${owner}/${element}[${at + 1}]`;
      const parts = list(object.parts, pointer, 'part');
      const own = parts === object.parts ? object : changed<ImageObject>(object, { parts });
      const { difficult = '' } = object;
      if (difficult.trim() === '' || difficult === '0' || difficult === '1') return own;
      const to = /^\s*(?:true|1)\s*$/i.test(difficult)
        ? '1'
        : /^\s*(?:false|0)\s*$/i.test(difficult)
          ? '0'
          : undefined;
      onFault({ pointer: `${pointer}/difficult`, from: difficult, ...(to === undefined ? {} : { to }) });
      return to === undefined ? own : changed<ImageObject>(own, { difficult: to });
    });
    return mended.every((object, at) => object === objects[at]) ? objects : mended;
  };
  const objects = list(image.objects, '/annotation', 'object');
  return objects === image.objects ? image : (changed<ImageAnnotation>(image, { objects }) as T);
}
