import { parseXmlTree, textOf, type XmlElement } from '../../../../text/xml-tree.js';

/** The root element of an answer; undefined when it is not XML. Answers that were long in coming begin with blanks. */
export function parseAnswer(bytes: Buffer): XmlElement | undefined {
  return parseXmlTree(bytes.toString().replace(/^\uFEFF?[ \t\r\n]+|^\uFEFF/, '')).root;
}

/** An element's name without the prefix that some services give it. */
export function nameOf({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Children of that name, in order. */
export function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child.kind === 'element' && nameOf(child) === name,
  );
}

/** The text of the first child of that name; undefined when there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  const child = element.children.find((one) => one.kind === 'element' && nameOf(one) === name);
  return child?.kind === 'element' ? textOf(child) : undefined;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * A text as the content of an element. Control characters become references to them: blanks among them would be
 * read as other blanks, and XML has no other way of saying the rest.
 */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\x00-\x1f\x7f-\x9f\ufffe\uffff]/g,
    (found) => escapes[found] ?? `&#x${found.charCodeAt(0).toString(16).toUpperCase()};`,
  );
}

/** True for texts that a strict reader of XML accepts in no spelling. */
export function isBeyondXml(text: string): boolean {
  return /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text);
}
