import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** An encoding that small text files of labels come in. */
export type TextEncoding = 'utf-8' | 'gb18030';

const gb18030 = new TextDecoder('gb18030', { fatal: true, ignoreBOM: true });

/** Text in one of the encodings; undefined when it is not in it. A byte order mark stays. */
export function decodeAs(encoding: TextEncoding, bytes: Uint8Array): string | undefined {
  if (encoding === 'utf-8') {
    if (!isUtf8(bytes)) return undefined;
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
  try {
    return gb18030.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Why {@link decodeText} gives no text, as it follows the name of what has it. */
export function undecodable(bytes: Uint8Array): string {
  return bytes.includes(0) ? 'has zero bytes, as UTF-16 has' : 'is neither UTF-8 nor GB18030';
}

/**
 * Text that is UTF-8, or else GB18030; undefined when it is neither, or has zero bytes, as UTF-16 has. A byte order mark is
 * not part of it.
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  return (decodeAs('utf-8', bytes) ?? decodeAs('gb18030', bytes))?.replace(/^\ufeff/, '');
}
