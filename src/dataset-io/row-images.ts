import type { ImageAnnotation } from '../model/index.js';
import type { Row } from './rows.js';

/** What the annotations of a row themselves say of the image, by index: files that they name are not read. */
export function imagesIn({ sample }: Row): Map<number, ImageAnnotation> {
  const images = new Map<number, ImageAnnotation>();
  for (let index = 0; index < sample.annotations.length; index++) {
    const { image } = sample.annotations[index];
    if (image !== undefined) images.set(index, image);
  }
  return images;
}
