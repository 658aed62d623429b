import { isUtf8 } from 'node:buffer';
import { firstInvalidUtf8 } from '../../text/index.js';

/**
 * The text of a small file in UTF-8; a byte order mark is not part of it.
 *
 * @returns `invalidAt`: where the first byte is that is not UTF-8, which stands as U+FFFD in the text
 */
export function decodeUtf8(bytes: Uint8Array): { readonly text: string; readonly invalidAt?: number } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8').replace(/^\ufeff/, '');
  return isUtf8(buffer) ? { text } : { text, invalidAt: firstInvalidUtf8(buffer, 0, buffer.length) };
}
