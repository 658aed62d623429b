import { type Annotation, isVocTask } from '../model/index.js';
import type { Location } from './storage/index.js';

/** True when `annotation-loc` holds the XML document itself. */
export function isInlineXml(loc: string): boolean {
  return /^\s*</.test(loc);
}

/** Where a location can be opened, as text that a storage understands. */
export function openable(location: Location): string {
  return location.kind === 'local' ? location.path : location.text;
}

/** True for an annotation whose objects are in no file: they came from a format that has none of its own for them. */
export function lacksFile({ task, loc, image }: Annotation): boolean {
  return image !== undefined && isVocTask(task) && (loc === undefined || loc === '');
}
