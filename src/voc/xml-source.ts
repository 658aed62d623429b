import { decodeXml } from '../text/xml-decode.js';

/** An XML file as text, with what stood before its markup. */
export interface XmlSource {
  /** Everything after the byte order mark. */
  readonly text: string;
  /** UTF-16 units of blanks before the XML declaration, where they make the document ill-formed; else 0. */
  readonly blanks: number;
  readonly bom: boolean;
  readonly bomBytes: number;
  /** Name of the encoding the bytes were decoded from. */
  readonly encoding: string;
  readonly problem?: { readonly message: string; readonly recovered: boolean };
}

/** Decodes the bytes of an XML file; text is taken as decoded already. */
export function openXml(input: Uint8Array | string): XmlSource {
  if (typeof input === 'string') {
    const bom = input.charCodeAt(0) === 0xfeff;
    const text = bom ? input.slice(1) : input;
    return { text, blanks: blanksBefore(text), bom, bomBytes: bom ? 3 : 0, encoding: 'UTF-8' };
  }
  const { text, bom, bomBytes, encoding, problem } = decodeXml(input);
  const source = { text, blanks: blanksBefore(text), bom, bomBytes, encoding };
  return problem === undefined ? source : { ...source, problem };
}

function blanksBefore(text: string): number {
  const match = /^[ \t\r\n]+(?=<\?xml[ \t\r\n])/.exec(text);
  return match === null ? 0 : match[0].length;
}
