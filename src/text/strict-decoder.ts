import { TextDecoder } from 'node:util';

const decoders = new Map<string, TextDecoder>();

/**
 * The text that bytes spell in an encoding of the WHATWG list; undefined when any of them is invalid there.
 * Nothing is replaced, and a byte order mark is kept as U+FEFF.
 */
export function decodeStrictly(encoding: string, bytes: Uint8Array): string | undefined {
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
