import { LabelkitError } from '../model/errors.js';
import { trimBlanks } from '../text/blanks.js';
import { escapeText } from '../text/xml-escape.js';
import { parseXmlTree, type XmlElement } from '../text/xml-tree.js';
import { encodeXml } from './encode-xml.js';
import { byteOffset, followPointer } from './locate.js';
import { isBlank } from './number.js';
import type { XmlStyle } from './xml-level.js';
import { openXml, type XmlSource } from './xml-source.js';

interface Splice {
  /** UTF-16 offsets in the text of the tree. */
  readonly start: number;
  readonly end: number;
  readonly xml: string;
}

const defaultIndent = '    ';

/**
 * Changes to an XML file that leave every other byte as it is: elements get another text, go, or come.
 * Collect changes, then {@link apply} them.
 */
export class XmlEdits {
  /** The element that pointers begin with. */
  readonly annotation: XmlElement;
  readonly #input: Uint8Array | string;
  readonly #source: XmlSource;
  /** The text the tree was made from: the file's without what precedes the declaration. */
  readonly #xml: string;
  readonly #splices: Splice[] = [];

  /** @throws LabelkitError `InvalidData` when the input is not well-formed XML. */
  constructor(input: Uint8Array | string) {
    this.#input = input;
    this.#source = openXml(input);
    this.#xml = this.#source.text.slice(this.#source.blanks);
    const { root, problem } = parseXmlTree(this.#xml);
    if (root === undefined || this.#source.problem?.recovered === false) {
      const reason = this.#source.problem?.message ?? problem?.message ?? 'it has no root element';
      throw new LabelkitError('InvalidData', `the file cannot be edited: ${reason}`);
    }
    this.annotation = followPointer(root, '/annotation');
  }

  /** The markup of an element as it stands. */
  textOf(element: XmlElement): string {
    return this.#xml.slice(element.start, element.end);
  }

  /** Replaces all that is in an element by a text. */
  setText(element: XmlElement, text: string): void {
    this.#setContent(element, escapeText(text));
  }

  /** Puts markup in the place of an element. */
  replace(element: XmlElement, xml: string): void {
    this.#splices.push({ start: element.start, end: element.end, xml });
  }

  /** Takes an element out, with the blanks before it. */
  remove(element: XmlElement): void {
    this.#splices.push({ start: this.#blanksBefore(element.start), end: element.end, xml: '' });
  }

  /**
   * Puts markup into an element.
   *
   * @param after the child it follows; `undefined` for the first place, `'last'` for the one before the end tag.
   * @param xml with the line break and indentation that precede it, in {@link styleIn} of the parent.
   */
  insert(parent: XmlElement, after: XmlElement | 'last' | undefined, xml: string): void {
    if (parent.selfClosing || this.#isBare(parent)) {
      this.#bare.set(parent, `${this.#bare.get(parent) ?? ''}${xml}`);
      return;
    }
    let at = parent.startTagEnd;
    if (after === 'last') at = this.#blanksBefore(parent.endTagStart);
    else if (after !== undefined) at = after.end;
    this.#splices.push({ start: at, end: at, xml });
  }

  /** Puts markup, as for {@link insert}, before an element and the blanks that belong to it. */
  insertBefore(element: XmlElement, xml: string): void {
    const at = this.#blanksBefore(element.start);
    this.#splices.push({ start: at, end: at, xml });
  }

  /** What is inserted into elements that have nothing in them yet. */
  readonly #bare = new Map<XmlElement, string>();

  #isBare(element: XmlElement): boolean {
    return element.children.every((child) => child.kind === 'text' && isBlank(child.text));
  }

  /** How children of an element are laid out, for an emitter at depth 0. */
  styleIn(parent: XmlElement): XmlStyle {
    const outer = this.#indentOf(parent);
    const children = parent.children.filter((child): child is XmlElement => child.kind === 'element');
    const lineBreak = this.#lineBreak();
    for (const child of children) {
      const base = this.#indentOf(child);
      if (base === undefined) continue;
      const own = outer !== undefined && base.startsWith(outer) ? base.slice(outer.length) : '';
      return { lineBreak, base, indent: own === '' ? this.#fileIndent() : own };
    }
    if (children.length > 0 || outer === undefined || lineBreak === '') {
      return { lineBreak: '', base: '', indent: '' };
    }
    const indent = this.#fileIndent();
    return { lineBreak, base: outer + indent, indent };
  }

  /** That of the children of `annotation`. */
  #fileIndent(): string {
    const outer = this.#indentOf(this.annotation) ?? '';
    for (const child of this.annotation.children) {
      if (child.kind !== 'element') continue;
      const base = this.#indentOf(child);
      if (base?.startsWith(outer) && base.length > outer.length) return base.slice(outer.length);
    }
    return defaultIndent;
  }

  #lineBreak(): '\n' | '\r\n' | '' {
    const at = this.#xml.indexOf('\n');
    if (at < 0) return '';
    return this.#xml[at - 1] === '\r' ? '\r\n' : '\n';
  }

  /** The blanks between the start of its line and an element; undefined when something else stands there. */
  #indentOf(element: XmlElement): string | undefined {
    const blanks = this.#xml.slice(this.#blanksBefore(element.start), element.start);
    const at = blanks.lastIndexOf('\n');
    if (at >= 0) return blanks.slice(at + 1);
    return blanks.length === element.start ? blanks : undefined;
  }

  #blanksBefore(offset: number): number {
    let at = offset;
    while (at > 0 && /[ \t\r\n]/.test(this.#xml[at - 1]!)) at -= 1;
    return at;
  }

  #setContent(element: XmlElement, xml: string): void {
    if (element.selfClosing) {
      const tag = trimBlanks(this.textOf(element).slice(0, -'/>'.length));
      this.replace(element, `${tag}>${xml}</${element.name}>`);
    } else {
      this.#splices.push({ start: element.startTagEnd, end: element.endTagStart, xml });
    }
  }

  /** The file with all changes, in the encoding and form of the input. */
  apply(): Uint8Array | string {
    for (const [parent, xml] of this.#bare) {
      const outer = this.#indentOf(parent);
      const { lineBreak } = this.styleIn(parent);
      this.#setContent(parent, lineBreak === '' ? xml : `${xml}${lineBreak}${outer ?? ''}`);
    }
    this.#bare.clear();
    // Stable: what was inserted in one place first comes first; what ends there goes before it.
    const splices = [...this.#splices].sort((a, b) => a.start - b.start || a.end - b.end);
    return typeof this.#input === 'string'
      ? this.#spliceText(this.#input, splices)
      : this.#spliceBytes(this.#input, splices);
  }

  #spliceText(input: string, splices: readonly Splice[]): string {
    const shift = this.#source.blanks + (this.#source.bom ? 1 : 0);
    let text = '';
    let done = 0;
    for (const { start, end, xml } of splices) {
      text += input.slice(done, start + shift) + xml;
      done = end + shift;
    }
    return text + input.slice(done);
  }

  #spliceBytes(input: Uint8Array, splices: readonly Splice[]): Uint8Array {
    const source = this.#source;
    const pieces: Uint8Array[] = [];
    let done = 0;
    for (const { start, end, xml } of splices) {
      const from = byteOffset(input, source, start + source.blanks);
      pieces.push(input.subarray(done, from), encodeXml(xml, source.encoding));
      done = start === end ? from : byteOffset(input, source, end + source.blanks);
    }
    pieces.push(input.subarray(done));
    return Buffer.concat(pieces);
  }
}
