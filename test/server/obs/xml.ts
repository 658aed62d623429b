import { malformedXml } from './errors.js';

/** How texts are written in answers. */
export interface XmlStyle {
  /** `"` as `&quot;`, in ETags above all; default false, which leaves it plain. */
  readonly escapeQuotes?: boolean;
  /** Every character outside ASCII as a numeric reference; default false. */
  readonly numericEntities?: boolean;
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A text as the content of an element. Control characters become numeric references, as the real service sends them. */
function escapeXml(text: string, style: XmlStyle = {}): string {
  let escaped = text.replace(/[&<>]/g, (found) => named[found]!);
  if (style.escapeQuotes) escaped = escaped.replaceAll('"', '&quot;');
  escaped = escaped.replace(/[\x00-\x1f\x7f]/g, numeric);
  return style.numericEntities ? escaped.replace(/[\x80-\u{10ffff}]/gu, numeric) : escaped;
}

const numeric = (character: string): string => `&#x${character.codePointAt(0)!.toString(16).toUpperCase()};`;

/** What an element holds: text, members in order, or nothing (the element is left out). */
export type XmlValue = string | number | boolean | undefined | readonly XmlMember[];
export type XmlMember = readonly [name: string, value: XmlValue];

/** A document with one root element, which holds members or text. */
export function xmlDocument(
  root: string,
  members: readonly XmlMember[] | string,
  namespace: string | undefined,
  style?: XmlStyle,
): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  const inner = typeof members === 'string' ? escapeXml(members, style) : membersXml(members, style);
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<${root}${attribute}>${inner}</${root}>`;
}

function membersXml(members: readonly XmlMember[], style: XmlStyle | undefined): string {
  let xml = '';
  for (const [name, value] of members) {
    if (value === undefined) continue;
    xml += `<${name}>${typeof value === 'object' ? membersXml(value, style) : escapeXml(String(value), style)}</${name}>`;
  }
  return xml;
}

export interface XmlElement {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** The first child with this name. */
export const childOf = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((child) => child.name === name);

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the body of a request. Attributes are passed over, prefixes kept; DOCTYPE is refused. Throws MalformedXML. */
export function parseXml(source: string): XmlElement {
  const token =
    /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
  const text = source.replace(/^\uFEFF/, '');
  const document: XmlElement = { name: '', children: [], text: '' };
  const open = [document];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw malformedXml(`The XML you provided is not well formed at character ${at}.`);
    const [, cdata, closing, name, , selfClosing, characters] = found;
    const top = open[open.length - 1]!;
    if (cdata !== undefined) top.text += cdata;
    else if (characters !== undefined) top.text += decodeEntities(characters);
    else if (name === undefined) continue;
    else if (closing) {
      if (open.length === 1 || top.name !== name) throw malformedXml(`</${name}> closes nothing.`);
      open.pop();
    } else {
      const element: XmlElement = { name, children: [], text: '' };
      top.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  if (open.length > 1) throw malformedXml(`<${open[open.length - 1]!.name}> is not closed.`);
  if (document.children.length !== 1 || document.text.trim() !== '')
    throw malformedXml('The XML you provided has no single root element.');
  return document.children[0]!;
}

function decodeEntities(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const value = /^#x[0-9a-f]+$/i.test(name)
      ? Number.parseInt(name.slice(2), 16)
      : /^#\d+$/.test(name)
        ? Number(name.slice(1))
        : undefined;
    if (value !== undefined && value > 0 && value <= 0x10ffff) return String.fromCodePoint(value);
    const known = whole.endsWith(';') ? entities[name] : undefined;
    if (known === undefined) throw malformedXml(`The XML you provided has an unknown entity: ${whole}`);
    return known;
  });
}
