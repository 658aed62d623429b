import { isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../../model/index.js';
import { lineColumn, utf8Offset } from '../../text/index.js';
import type { XmlPieceBytes, XmlPlace } from '../../text/xml-children.js';
import { parseXmlTree, type XmlElement } from '../../text/xml-tree.js';
import type { Findings } from '../shared/findings.js';

/** A child of the root as a tree, with what is found in it. */
export class Part {
  readonly root: XmlElement | undefined;
  readonly found: Diagnostic[] = [];
  readonly #text: string;

  /** @param path where the child is, such as `/annotations/image[3]` */
  constructor(
    readonly bytes: Buffer,
    readonly place: XmlPlace,
    readonly path: string,
    private readonly file: string,
    private readonly findings: Findings,
  ) {
    this.#text = bytes.toString('utf8');
    if (!isUtf8(bytes)) {
      this.note('N054', 'the element is not UTF-8');
      return;
    }
    const { root, problem } = parseXmlTree(this.#text);
    if (problem !== undefined)
      this.#noteAt('N054', `the element is not well-formed: ${problem.message}`, problem.offset);
    this.root = root;
  }

  /** Adds a finding about an element, or about the child itself. */
  note(id: string, message: string, element?: XmlElement, hint?: string): void {
    this.#noteAt(id, message, element?.start ?? 0, element, hint);
  }

  #noteAt(id: string, message: string, at: number, element?: XmlElement, hint?: string): void {
    const { line, column } = lineColumn(this.#text, at);
    const diagnostic = this.findings.of(id, message, {
      file: this.file,
      line: this.place.line + line - 1,
      column: line === 1 ? this.place.column + column - 1 : column,
      offset: this.place.offset + utf8Offset(this.#text, at),
      pointer: element === undefined ? this.path : this.path + pathTo(element),
      ...(hint === undefined ? {} : { hint }),
    });
    if (diagnostic !== undefined) this.found.push(diagnostic);
  }
}

/** A child's bytes, whose memory may be used again, as a part that may be kept. */
export function partOf(piece: XmlPieceBytes, path: string, file: string, findings: Findings): Part {
  const { line, column, offset } = piece;
  return new Part(Buffer.from(piece.bytes), { line, column, offset }, path, file, findings);
}

/** The steps from the root to an element, such as `/box[2]/attribute[1]`; empty for the root. */
function pathTo(element: XmlElement): string {
  const { parent } = element;
  if (parent === undefined) return '';
  const alike = elementsOf(parent).filter(({ name }) => name === element.name);
  return `${pathTo(parent)}/${element.name}[${alike.indexOf(element) + 1}]`;
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child.kind === 'element');
}

/** The first child element of a name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return elementsOf(element).find((child) => child.name === name);
}

export function attributeOf(element: XmlElement, name: string): string | undefined {
  return element.attributes.find((attribute) => attribute.name === name)?.value;
}
