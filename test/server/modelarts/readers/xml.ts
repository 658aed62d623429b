/** An element of an XML document; attributes are not kept. */
export interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decoded = (text: string) =>
  text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x') || name.startsWith('#X'))
      return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    const character = entities[name];
    if (character === undefined) throw new Error(`unknown entity ${whole}`);
    return character;
  });

const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([^\s/>!?]+)([^>]*?)(\/?)>|([^<]+)/g;

/** Reads a document. @throws Error for what is no XML */
export function parseXml(text: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open: Element[] = [root];
  let at = 0;
  for (const match of text.replace(/^\uFEFF/, '').matchAll(token)) {
    if (match.index !== at) throw new Error(`nothing that XML knows at character ${at}`);
    at += match[0].length;
    const [, data, closing, name, , empty, characters] = match;
    const inner = open.at(-1) as Element;
    if (characters !== undefined) inner.text += decoded(characters);
    else if (data !== undefined) inner.text += data;
    else if (name !== undefined && closing === '/') {
      if (inner === root || inner.name !== name) throw new Error(`</${name}> closes nothing`);
      open.pop();
    } else if (name !== undefined) {
      const element: Element = { name, children: [], text: '' };
      inner.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [top, ...more] = root.children;
  if (at !== text.replace(/^\uFEFF/, '').length || open.length > 1 || top === undefined || more.length > 0)
    throw new Error('the document is not complete');
  return top;
}

export const childOf = (element: Element, name: string) =>
  element.children.find((child) => child.name === name);

/** Text of a child without blanks around it; undefined when it is not there or empty. */
export const textIn = (element: Element, name: string) => childOf(element, name)?.text.trim() || undefined;

export const escapeXml = (text: string) =>
  text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
