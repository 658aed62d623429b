import { isAscii, isUtf8 } from 'node:buffer';
import { byteOrderMark } from './byte-order-mark.js';
import { decodeStrictly } from './strict-decoder.js';

/** What {@link decodeXml} made of the bytes of an XML document. */
export interface DecodedXml {
  /** Without the byte order mark. */
  readonly text: string;
  /** The encoding it was decoded with, by its canonical name. */
  readonly encoding: string;
  readonly bom: boolean;
  /** How many bytes the byte order mark took; the text's first byte is there. */
  readonly bomBytes: number;
  /** The bytes and the encoding do not fit. */
  readonly problem?: {
    readonly rule: 'V004';
    readonly message: string;
    /** True when another encoding fits, and `text` was decoded with that. */
    readonly recovered: boolean;
  };
}

/** Canonical names by what declarations say, in lower case. */
const names = new Map<string, string>([
  ['utf-8', 'UTF-8'],
  ['utf8', 'UTF-8'],
  ['us-ascii', 'US-ASCII'],
  ['ascii', 'US-ASCII'],
  ['utf-16', 'UTF-16'],
  ['utf16', 'UTF-16'],
  ['unicode', 'UTF-16'],
  ['utf-16le', 'UTF-16LE'],
  ['utf-16be', 'UTF-16BE'],
  ['gbk', 'GBK'],
  ['cp936', 'GBK'],
  ['gb2312', 'GB2312'],
  ['gb18030', 'GB18030'],
  ['iso-8859-1', 'ISO-8859-1'],
  ['iso8859-1', 'ISO-8859-1'],
  ['latin1', 'ISO-8859-1'],
  ['latin-1', 'ISO-8859-1'],
  ['windows-1252', 'windows-1252'],
  ['cp1252', 'windows-1252'],
]);

/** The declaration of a document whose encoding has ASCII as its lower half. */
const declaration =
  /^[ \t\r\n]*<\?xml[ \t\r\n][^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*(?:"([^"]*)"|'([^']*)')/;

/** How far into the bytes a declaration may reach. */
const declarationReach = 1024;

/**
 * Decodes an XML document once: by its byte order mark, else by the encoding it declares, else as UTF-8.
 * UTF-16 without a mark is recognised by its zero bytes. When the bytes do not fit, or the declared encoding
 * is not known, UTF-8 and then GB18030 are tried and `problem` says so; when nothing fits, `recovered` is
 * false and `text` holds U+FFFD in place of what could not be read: show it, do not use it.
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marked = byteOrderMark(buffer);
  if (marked !== undefined) {
    const { length } = marked;
    const encoding = marked.mark.toUpperCase();
    const text = decodeAs(encoding, buffer.subarray(length));
    const mark = { bom: true, bomBytes: length };
    if (text !== undefined) return { text, encoding, ...mark };
    return recover(
      buffer,
      length,
      `the byte order mark says ${encoding}, but the bytes are not valid ${encoding}`,
    );
  }
  const wide = wideEncoding(buffer);
  if (wide !== undefined) {
    const text = decodeAs(wide, buffer);
    if (text !== undefined) return { text, encoding: wide, bom: false, bomBytes: 0 };
    return recover(buffer, 0, `the zero bytes say ${wide}, but the bytes are not valid ${wide}`);
  }
  const match = declaration.exec(buffer.toString('latin1', 0, declarationReach));
  const declared = match?.[1] ?? match?.[2];
  if (declared === undefined) {
    const text = decodeAs('UTF-8', buffer);
    if (text !== undefined) return { text, encoding: 'UTF-8', bom: false, bomBytes: 0 };
    return recover(buffer, 0, 'no encoding is declared, and the bytes are not valid UTF-8');
  }
  const encoding = names.get(declared.toLowerCase());
  if (encoding === undefined) return recover(buffer, 0, `the declared encoding ${declared} is not supported`);
  const text = decodeAs(encoding, buffer);
  if (text !== undefined) return { text, encoding, bom: false, bomBytes: 0 };
  return recover(buffer, 0, `the declared encoding is ${declared}, but the bytes are not valid ${encoding}`);
}

/** UTF-16 without a mark: a document starts with an ASCII character, `<` or white space. */
function wideEncoding(bytes: Buffer): string | undefined {
  if (bytes.length < 2) return undefined;
  if (bytes[0] !== 0 && bytes[1] === 0) return 'UTF-16LE';
  if (bytes[0] === 0 && bytes[1] !== 0) return 'UTF-16BE';
  return undefined;
}

/** The text, or undefined when the bytes are not valid in that encoding. */
function decodeAs(encoding: string, bytes: Buffer): string | undefined {
  switch (encoding) {
    case 'UTF-8':
      return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
    case 'US-ASCII':
      return isAscii(bytes) ? bytes.toString('latin1') : undefined;
    case 'ISO-8859-1':
      return bytes.toString('latin1');
    case 'windows-1252':
      return decodeWindows1252(bytes);
    case 'UTF-16LE':
    case 'UTF-16BE':
      return decodeStrictly(encoding, bytes);
    case 'GBK':
    case 'GB2312':
    case 'GB18030':
      return decodeStrictly('gb18030', bytes);
    default:
      // UTF-16 declared in single bytes cannot be; UTF-32 is not supported.
      return undefined;
  }
}

/** The characters of windows-1252 where it differs from ISO-8859-1: bytes 0x80…0x9f. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** By hand: the TextDecoder of some Node 20 versions takes windows-1252 for ISO-8859-1. */
function decodeWindows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80]!);
}

function recover(bytes: Buffer, bomBytes: number, fault: string): DecodedXml {
  const body = bytes.subarray(bomBytes);
  const mark = { bom: bomBytes > 0, bomBytes };
  for (const encoding of ['UTF-8', 'GB18030']) {
    const text = decodeAs(encoding, body);
    // U+0000 is in no XML document: the bytes are some wide encoding.
    if (text === undefined || text.includes('\0')) continue;
    const message = `${fault}; read as ${encoding}`;
    return { text, encoding, ...mark, problem: { rule: 'V004', message, recovered: true } };
  }
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  return { text, encoding: 'UTF-8', ...mark, problem: { rule: 'V004', message: fault, recovered: false } };
}
