import type { Location } from './storage/index.js';

/** True when `annotation-loc` holds the XML document itself. */
export function isInlineXml(loc: string): boolean {
  return /^\s*</.test(loc);
}

/** Where a location can be opened, as text that a storage understands. */
export function openable(location: Location): string {
  return location.kind === 'local' ? location.path : location.text;
}
