import { isAscii } from 'node:buffer';
import { byteOrderMark } from './byte-order-mark.js';
import { maxXmlDepth } from './xml-tree.js';

/** A piece of a large XML document. Bytes hold until the next pieces are asked for. */
export type XmlPiece =
  /** The root's start tag. */
  | ({ readonly kind: 'root'; readonly name: string } & XmlPieceBytes)
  /** A child of the root, whole: an element that can be parsed as a document of its own. */
  | ({ readonly kind: 'child'; readonly name: string } & XmlPieceBytes)
  /** Text in the root that is not blank. */
  | ({ readonly kind: 'text' } & XmlPieceBytes)
  /** Why there are no more pieces. */
  | ({ readonly kind: 'problem'; readonly message: string; readonly isDoctype: boolean } & XmlPlace);

/** Where a piece begins: line and column from 1, the column in UTF-16 units, the offset in bytes. */
export interface XmlPlace {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface XmlPieceBytes extends XmlPlace {
  readonly bytes: Buffer;
}

/** A child longer than this is a problem: 256 MiB. */
const maxChildBytes = 256 * 1024 * 1024;

const LF = 0x0a;
const blank = /^[ \t\r\n]*$/;

/**
 * Cuts an XML document in UTF-8 that is larger than memory into the start tag of its root and the root's children, one
 * array for each chunk. It looks at the outline alone: tags, comments, CDATA and processing instructions. What is inside
 * a child is for a parser, whose complaint costs that child and no other. Document types are refused.
 *
 * @param chunks may end anywhere, and may use their memory again
 */
export async function* xmlChildren(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<XmlPiece[]> {
  const cutter = new Cutter();
  for await (const chunk of chunks) {
    const pieces = cutter.push(chunk);
    if (pieces.length > 0) yield pieces;
    if (cutter.isOver) return;
  }
  yield cutter.end();
}

class Cutter {
  /** From the start of what is not yet cut off. */
  #bytes: Buffer = Buffer.alloc(0);
  /** Where `#bytes` begins. */
  #place: { line: number; column: number; offset: number } = { line: 1, column: 1, offset: 0 };
  /** Where to go on, in `#bytes`. */
  #at = 0;
  /** Elements that are open. */
  #depth = 0;
  /** Where the open child begins, in `#bytes`. */
  #childStart = 0;
  #childName = '';
  #root: string | undefined;
  #isStarted = false;
  isOver = false;

  push(chunk: Uint8Array): XmlPiece[] {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#bytes = this.#bytes.length === 0 ? fresh : Buffer.concat([this.#bytes, fresh]);
    const pieces: XmlPiece[] = [];
    if (this.#isStarted || this.#bytes.length >= 4) this.#cut(pieces, false);
    // The chunk's memory may be used again.
    this.#bytes = Buffer.from(this.#bytes);
    return pieces;
  }

  end(): XmlPiece[] {
    const pieces: XmlPiece[] = [];
    this.#cut(pieces, true);
    if (this.isOver) return pieces;
    const at = this.#depth > 1 ? this.#childStart : this.#at;
    if (this.#depth > 1) this.#fail(pieces, `the file ends inside <${this.#childName}>`, at);
    else if (this.#root === undefined) this.#fail(pieces, 'the file has no root element', at);
    else if (this.#depth === 1) this.#fail(pieces, `<${this.#root}> is never closed`, this.#bytes.length);
    return pieces;
  }

  #fail(pieces: XmlPiece[], message: string, at: number, isDoctype = false): void {
    this.#consume(at);
    pieces.push({ kind: 'problem', message, isDoctype, ...this.#place });
    this.isOver = true;
  }

  #cut(pieces: XmlPiece[], isLast: boolean): void {
    if (!this.#isStarted && !this.#start(pieces)) return;
    while (!this.isOver) {
      let open = this.#bytes.indexOf('<', this.#at);
      if (this.#depth < 2) {
        if (!this.#passText(pieces, open === -1 ? this.#bytes.length : open, isLast)) return;
        if (open !== -1) open = 0;
      }
      if (open === -1) {
        if (this.#depth > 1) this.#at = this.#bytes.length;
        this.#checkLength(pieces);
        return;
      }
      this.#at = open;
      const end = this.#endOfMarkup(pieces, open, isLast);
      if (end === undefined) {
        this.#checkLength(pieces);
        return;
      }
      this.#take(pieces, open, end);
    }
  }

  /** False when the file cannot be read at all. */
  #start(pieces: XmlPiece[]): boolean {
    this.#isStarted = true;
    const mark = byteOrderMark(this.#bytes);
    const wide = this.#bytes[0] === 0 || this.#bytes[1] === 0;
    const other =
      mark !== undefined && mark.mark !== 'utf-8' ? mark.mark.toUpperCase() : wide ? 'UTF-16' : undefined;
    if (other !== undefined) {
      this.#fail(pieces, `the file is ${other}, not UTF-8`, 0);
      return false;
    }
    if (mark !== undefined) {
      this.#bytes = this.#bytes.subarray(mark.length);
      this.#place.offset = mark.length;
    }
    return true;
  }

  #checkLength(pieces: XmlPiece[]): void {
    const kept = this.#depth > 1 ? this.#childStart : this.#at;
    if (this.#bytes.length - kept > maxChildBytes)
      this.#fail(pieces, `an element has more than ${maxChildBytes} bytes`, kept);
  }

  /** Passes over the text between children; false when it may go on in the next chunk. */
  #passText(pieces: XmlPiece[], end: number, isLast: boolean): boolean {
    const text = this.#bytes.subarray(this.#at, end);
    if (!blank.test(text.toString('latin1'))) {
      if (end === this.#bytes.length && !isLast) return false;
      const first = this.#at + text.findIndex((byte) => !blank.test(String.fromCharCode(byte)));
      if (this.#depth === 0) {
        this.#fail(pieces, 'text outside the root element', first);
        return false;
      }
      this.#consume(first);
      pieces.push({ kind: 'text', bytes: this.#bytes.subarray(0, end - first), ...this.#place });
      this.#consume(end - first);
      return true;
    }
    this.#consume(end);
    return true;
  }

  /** The index after a piece of markup; undefined when it goes on in the next chunk, or is none. */
  #endOfMarkup(pieces: XmlPiece[], open: number, isLast: boolean): number | undefined {
    const bytes = this.#bytes;
    const head = bytes.toString('latin1', open, open + 9);
    if (!isLast && head.length < 9 && /^<(?:!|$)/.test(head)) return undefined;
    if (head.startsWith('<!--')) return after(bytes, '-->', open + 4);
    if (head.startsWith('<?')) return after(bytes, '?>', open + 2);
    if (head === '<![CDATA[' && this.#depth > 1) return after(bytes, ']]>', open + 9);
    if (head.startsWith('<!')) {
      const isDoctype = /^<!doctype/i.test(head);
      const message = isDoctype
        ? 'a document type declaration (DOCTYPE) is not allowed'
        : 'markup that is not allowed here';
      this.#fail(pieces, message, open, isDoctype);
      return undefined;
    }
    return endOfTag(bytes, open + 1);
  }

  /** Takes in a whole piece of markup. */
  #take(pieces: XmlPiece[], open: number, end: number): void {
    const bytes = this.#bytes;
    const second = bytes[open + 1];
    this.#at = end;
    // Comments, CDATA and processing instructions.
    if (second === 0x21 || second === 0x3f) {
      if (this.#depth === 0 && this.#isForeign(pieces, open, end)) return;
      if (this.#depth < 2) this.#consume(end);
      return;
    }
    if (second === 0x2f) {
      this.#close(pieces, open, end);
      return;
    }
    const isEmpty = bytes[end - 2] === 0x2f;
    if (this.#depth === 0) {
      if (this.#root !== undefined) {
        this.#fail(pieces, 'a second root element', open);
        return;
      }
      this.#root = nameIn(bytes, open + 1, end);
      this.#consume(open);
      pieces.push({
        kind: 'root',
        name: this.#root,
        bytes: this.#bytes.subarray(0, end - open),
        ...this.#place,
      });
      this.#consume(end - open);
      if (!isEmpty) this.#depth = 1;
      return;
    }
    if (this.#depth === 1) {
      this.#childStart = open;
      this.#childName = nameIn(bytes, open + 1, end);
    }
    if (!isEmpty) this.#depth++;
    else if (this.#depth === 1) this.#give(pieces, end);
    if (this.#depth > maxXmlDepth)
      this.#fail(pieces, `elements are nested more than ${maxXmlDepth} deep`, open);
  }

  /** An XML declaration names another encoding. */
  #isForeign(pieces: XmlPiece[], open: number, end: number): boolean {
    const text = this.#bytes.toString('latin1', open, end);
    const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
    if (declared === undefined || /^(?:utf-?8|us-ascii|ascii)$/i.test(declared)) return false;
    this.#fail(pieces, `the file is ${declared}, not UTF-8`, open);
    return true;
  }

  #close(pieces: XmlPiece[], open: number, end: number): void {
    const name = nameIn(this.#bytes, open + 2, end);
    if (this.#depth === 0 || (this.#depth === 1 && name !== this.#root)) {
      const what = this.#depth === 0 ? 'closes nothing' : `does not close <${this.#root}>`;
      this.#fail(pieces, `</${name}> ${what}`, open);
      return;
    }
    this.#depth--;
    if (this.#depth === 1) this.#give(pieces, end);
    else if (this.#depth === 0) this.#consume(end);
  }

  /** Gives out the child that ends here. */
  #give(pieces: XmlPiece[], end: number): void {
    const start = this.#childStart;
    this.#consume(start);
    const bytes = this.#bytes.subarray(0, end - start);
    pieces.push({ kind: 'child', name: this.#childName, bytes, ...this.#place });
    this.#consume(end - start);
  }

  /** Cuts off the first bytes, and knows where the rest is. */
  #consume(count: number): void {
    if (count === 0) return;
    const passed = this.#bytes.subarray(0, count);
    let { line, column } = this.#place;
    let lineStart = 0;
    for (let lf = passed.indexOf(LF); lf !== -1; lf = passed.indexOf(LF, lf + 1)) {
      line++;
      column = 1;
      lineStart = lf + 1;
    }
    const rest = passed.subarray(lineStart);
    column += isAscii(rest) ? rest.length : rest.toString('utf8').length;
    this.#place = { line, column, offset: this.#place.offset + count };
    this.#bytes = this.#bytes.subarray(count);
    this.#at = Math.max(0, this.#at - count);
    this.#childStart -= count;
  }
}

function after(bytes: Buffer, end: string, from: number): number | undefined {
  const found = bytes.indexOf(end, from);
  return found === -1 ? undefined : found + end.length;
}

/** The index after the `>` of a tag; quotes may hold one too. */
function endOfTag(bytes: Buffer, from: number): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x3e) return at + 1;
    if (byte === 0x22 || byte === 0x27) {
      at = bytes.indexOf(byte, at + 1);
      if (at === -1) return undefined;
    }
  }
  return undefined;
}

/** The name that a tag begins with. */
function nameIn(bytes: Buffer, from: number, end: number): string {
  let at = from;
  while (at < end && !isNameEnd(bytes[at]!)) at++;
  return bytes.toString('utf8', from, at);
}

function isNameEnd(byte: number): boolean {
  return byte === 0x20 || byte === 0x3e || byte === 0x2f || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
