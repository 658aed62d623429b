import { lineColumn, utf8Offset } from '../text/positions.js';
import { parseXmlTree, type XmlElement } from '../text/xml-tree.js';
import { isShapeKind } from './shape-read.js';
import { openXml, type XmlSource } from './xml-source.js';

/** Where something stands in a file. */
export interface VocLocation {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units; a byte order mark does not count. */
  readonly column: number;
  /** Bytes from the start of the file as it is stored. */
  readonly offset: number;
}

const stepPattern = /^([^[\]]+)(?:\[([0-9]+)\])?$/;

/**
 * The start tag of the element that a finding's pointer names, or of its nearest ancestor that exists:
 * `/annotation/object[2]/bndbox/xmin`. Names match in any letter case. A step without an index means the element that
 * counts where there are several: the first of the shapes, the last of everything else.
 *
 * Without a pointer it is the place where the file stops being XML, and the start of a file that does not.
 */
export function locateVoc(input: Uint8Array | string, pointer?: string): VocLocation {
  const source = openXml(input);
  const xml = source.blanks === 0 ? source.text : source.text.slice(source.blanks);
  const { root, problem } = parseXmlTree(xml);
  if (problem !== undefined) return locationOf(input, source, problem.offset + source.blanks);
  if (root === undefined || !pointer) return { line: 1, column: 1, offset: 0 };
  return locationOf(input, source, followPointer(root, pointer).start + source.blanks);
}

/** The element a pointer names in a tree, or its nearest ancestor there. */
export function followPointer(root: XmlElement, pointer: string): XmlElement {
  const steps = pointer.split('/').slice(1);
  let element = root;
  if (steps[0] === 'annotation' && !sameName(root.name, 'annotation')) {
    const inside = root.children.filter(
      (child): child is XmlElement => child.kind === 'element' && sameName(child.name, 'annotation'),
    );
    if (inside.length === 1) element = inside[0]!;
  }
  for (const step of steps.slice(1)) {
    const child = childAt(element, step);
    if (child === undefined) break;
    element = child;
  }
  return element;
}

function childAt(element: XmlElement, step: string): XmlElement | undefined {
  const match = stepPattern.exec(step);
  if (match === null) return undefined;
  const name = match[1]!;
  const same: XmlElement[] = [];
  for (const child of element.children) {
    if (child.kind === 'element' && sameName(child.name, name)) same.push(child);
  }
  if (match[2] !== undefined) return same[Number(match[2]) - 1];
  return isShapeKind(name) ? same[0] : same[same.length - 1];
}

function sameName(name: string, wanted: string): boolean {
  return name === wanted || name.toLowerCase() === wanted.toLowerCase();
}

function locationOf(input: Uint8Array | string, source: XmlSource, at: number): VocLocation {
  return { ...lineColumn(source.text, at), offset: byteOffset(input, source, at) };
}

/** Bytes before a UTF-16 offset in the file as stored. */
export function byteOffset(input: Uint8Array | string, source: XmlSource, at: number): number {
  const { encoding, bomBytes, text } = source;
  if (typeof input === 'string') return bomBytes + utf8Offset(text, at);
  // Bytes that do not decode are replaced in the text, where they take another length.
  if (source.problem === undefined || source.problem.recovered) {
    if (encoding === 'UTF-8') return bomBytes + utf8Offset(text, at);
    if (encoding.startsWith('UTF-16')) return bomBytes + at * 2;
  }
  // The fewest bytes that decode to that many units: more bytes never decode to less.
  let low = bomBytes;
  let high = input.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    const decoded = decoder.decode(input.subarray(bomBytes, middle), { stream: true });
    if (decoded.length >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}
