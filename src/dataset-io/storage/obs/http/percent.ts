import { StorageError } from '../../../../model/index.js';

const plain = /^[A-Za-z0-9\-._~]*$/;
const plainKey = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Percent-encodes the UTF-8 of everything but letters, digits and `-._~`.
 *
 * @throws StorageError `BadAddress` for half of a surrogate pair, which UTF-8 cannot carry
 */
export function encodePart(text: string): string {
  if (plain.test(text)) return text;
  return encodeUri(text).replace(/[!'()*]/g, asHex);
}

/** {@link encodePart} for the segments of a key: its slashes stay. */
export function encodeKey(key: string): string {
  if (plainKey.test(key)) return key;
  return encodeUri(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, asHex);
}

/**
 * What a listing with `encoding-type=url` means: percent-encoding with `+` for a space.
 *
 * @throws URIError when it is none
 */
export function decodeListed(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** A name of a query, and its value if it has one; neither encoded. */
export type QueryItem = readonly [name: string, value?: string];

/** Without the `?`; empty for no items. */
export function encodeQuery(items: readonly QueryItem[]): string {
  return items
    .map(([name, value]) =>
      value === undefined ? encodePart(name) : `${encodePart(name)}=${encodePart(value)}`,
    )
    .join('&');
}

function encodeUri(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new StorageError('BadAddress', `${JSON.stringify(text)} is no text: half of a character is in it`, {
      hint: 'Use a key of whole characters.',
      cause: error,
    });
  }
}

function asHex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
