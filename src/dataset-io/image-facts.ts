import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { imageSize } from 'image-size';
import type { LabelkitError } from '../model/index.js';
import type { ImageFacts } from '../voc/index.js';
import { isAboutTheFile } from './file-errors.js';
import { readBytes } from './read-bytes.js';
import { ioError, type Storage } from './storage/index.js';

/** Image headers end well before this; EXIF thumbnails are the longest thing in them. */
const headBytes = 256 * 1024;
const head = Buffer.allocUnsafeSlow(headBytes);
/** Over a network, most headers are in this much. */
const firstBytes = 32 * 1024;

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
  return lookAtHead(head.subarray(0, length));
}

/** {@link lookAtImage} for an image of any storage. Reads little, and more only where that does not tell. */
export async function lookAtStoredImage(
  storage: Storage,
  path: string,
  signal?: AbortSignal,
): Promise<ImageLook> {
  try {
    const first = await readBytes(storage, path, signal, firstBytes);
    const look = lookAtHead(first);
    if (look.kind !== 'unknown' || first.length < firstBytes) return look;
    return lookAtHead(await readBytes(storage, path, signal, headBytes));
  } catch (error) {
    if (isAboutTheFile(error)) return { kind: 'unreadable', error };
    throw error;
  }
}

function lookAtHead(bytes: Buffer): ImageLook {
  if (bytes.length === 0) return { kind: 'empty' };
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
