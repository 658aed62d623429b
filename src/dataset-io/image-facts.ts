import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { imageSize } from 'image-size';
import type { LabelkitError } from '../model/index.js';
import type { ImageFacts } from '../voc/index.js';
import { ioError } from './storage/index.js';

/** Image headers end well before this; EXIF thumbnails are the longest thing in them. */
const headBytes = 256 * 1024;
const head = Buffer.allocUnsafeSlow(headBytes);

/** What could be learnt of an image file without decoding it. */
export type ImageLook =
  | { readonly kind: 'image'; readonly facts: ImageFacts; readonly head: Uint8Array }
  | { readonly kind: 'empty' }
  /** Its header is of no known image type. */
  | { readonly kind: 'unknown'; readonly head: Uint8Array }
  | { readonly kind: 'unreadable'; readonly error: LabelkitError };

/**
 * Looks at the header of an image on the local disk, blocking: size in pixels as stored and EXIF orientation.
 * `head` is the file's first bytes, valid until the next call.
 */
export function lookAtImage(path: string): ImageLook {
  let length: number;
  try {
    const file = openSync(path, 'r');
    try {
      if (fstatSync(file).isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
      length = readSync(file, head, 0, headBytes, 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return { kind: 'unreadable', error: ioError(error, 'read', path) };
  }
  if (length === 0) return { kind: 'empty' };
  const bytes = head.subarray(0, length);
  try {
    const { width, height, orientation } = imageSize(bytes);
    return {
      kind: 'image',
      facts: { width, height, ...(orientation === undefined ? {} : { orientation }) },
      head: bytes,
    };
  } catch (error) {
    // Thrown for headers it does not know and for truncated ones alike.
    if (error instanceof Error) return { kind: 'unknown', head: bytes };
    throw error;
  }
}
