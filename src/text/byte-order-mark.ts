/** A Unicode byte order mark at the start of a file. */
export type ByteOrderMark = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** The byte order mark that bytes start with; its first four bytes must be there, if the file has so many. */
export function byteOrderMark(bytes: Uint8Array): { mark: ByteOrderMark; length: number } | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { mark: 'utf-8', length: 3 };
  if (a === 0xff && b === 0xfe) {
    return c === 0 && d === 0 ? { mark: 'utf-32le', length: 4 } : { mark: 'utf-16le', length: 2 };
  }
  if (a === 0xfe && b === 0xff) return { mark: 'utf-16be', length: 2 };
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { mark: 'utf-32be', length: 4 };
  return undefined;
}
