import { LabelkitError } from '../model/errors.js';

/** Bytes of two-byte GBK characters, by character; made when first needed. */
let gbk: ReadonlyMap<string, number> | undefined;

/** Inverts the decoder, which is the only GBK table the platform has. */
function gbkTable(): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  const decoder = new TextDecoder('gbk');
  const pair = new Uint8Array(2);
  for (let high = 0x81; high <= 0xfe; high += 1) {
    for (let low = 0x40; low <= 0xfe; low += 1) {
      if (low === 0x7f) continue;
      pair[0] = high;
      pair[1] = low;
      const text = decoder.decode(pair);
      if (text.length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, high * 256 + low);
    }
  }
  return table;
}

/**
 * Encodes a piece of well-formed XML for a file in some encoding. Characters that the encoding lacks become
 * numeric references, which mean the same between tags.
 *
 * @param encoding canonical name, as `decodeXml` gives it.
 * @throws LabelkitError `Unsupported` when a lacking character is in an element name, where no reference can
 *   stand, or when the encoding cannot be written.
 */
export function encodeXml(xml: string, encoding: string): Buffer {
  switch (encoding) {
    case 'UTF-8':
      return Buffer.from(xml, 'utf8');
    case 'UTF-16LE':
      return Buffer.from(xml, 'utf16le');
    case 'UTF-16BE':
      return Buffer.from(xml, 'utf16le').swap16();
    case 'ISO-8859-1':
      return encodeNarrow(xml, encoding, (code) => (code <= 0xff ? code : -1));
    case 'US-ASCII':
    case 'windows-1252':
      return encodeNarrow(xml, encoding, (code) => (code <= 0x7f ? code : -1));
    case 'GBK':
    case 'GB2312':
    case 'GB18030': {
      gbk ??= gbkTable();
      const table = gbk;
      return encodeNarrow(xml, encoding, (code, character) =>
        code <= 0x7f ? code : (table.get(character) ?? -1),
      );
    }
    default:
      throw new LabelkitError('Unsupported', `text cannot be written into a file in ${encoding}`, {
        hint: 'convert the file to UTF-8 first',
      });
  }
}

/** @param codeOf the byte or two of a character, or -1 when the encoding has none for it. */
function encodeNarrow(
  xml: string,
  encoding: string,
  codeOf: (code: number, character: string) => number,
): Buffer {
  const bytes: number[] = [];
  let inTag = false;
  for (const character of xml) {
    const point = character.codePointAt(0)!;
    if (character === '<') inTag = true;
    const code = codeOf(point, character);
    if (code > 0xff) bytes.push(code >> 8, code & 0xff);
    else if (code >= 0) bytes.push(code);
    else if (inTag) throw unwritable(character, encoding);
    else bytes.push(...Buffer.from(`&#${point};`, 'latin1'));
    if (character === '>') inTag = false;
  }
  return Buffer.from(bytes);
}

function unwritable(character: string, encoding: string): LabelkitError {
  const message = `an element name has ${JSON.stringify(character)}, which ${encoding} does not have`;
  return new LabelkitError('Unsupported', message, { hint: 'convert the file to UTF-8 first' });
}
