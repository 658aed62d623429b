import { mediumOf, type Sample } from '../model/index.js';
import { parseLocation } from './storage/index.js';

/** True for a sample that is an image, as far as what is said of it tells. */
export function isImageSample({ source, sampleType = 0, annotations }: Sample): boolean {
  if (sampleType !== 0) return false;
  if (parseLocation(source).kind === 'content') return false;
  return annotations.every(({ task }) => task === undefined || mediumOf(task) === 'image');
}
