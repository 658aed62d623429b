import { createRequire } from 'node:module';

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
}

export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: XmlAttribute[];
  readonly children: XmlNode[];
  /** UTF-16 offsets of the whole element: of its `<`, and after its last `>`. */
  readonly start: number;
  readonly end: number;
  /** The offset after the `>` of the start tag. */
  readonly startTagEnd: number;
  /** The offset of the end tag's `<`; `end` when the element closes itself. */
  readonly endTagStart: number;
  readonly selfClosing: boolean;
  readonly parent?: XmlElement;
}

/** `text` is what the characters mean, references resolved; of a processing instruction, target and body. */
export interface XmlLeaf {
  readonly kind: 'text' | 'cdata' | 'comment' | 'pi';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export type XmlNode = XmlElement | XmlLeaf;

/** Why there is no tree. `offset` is the UTF-16 offset of what is wrong. */
export interface XmlProblem {
  readonly kind: 'malformed' | 'doctype' | 'entity' | 'depth';
  readonly message: string;
  readonly offset: number;
}

export interface XmlTree {
  readonly root?: XmlElement;
  readonly problem?: XmlProblem;
}

/** Elements inside each other beyond which a document is refused. */
export const maxXmlDepth = 256;

/** White space, and what XML 1.1 takes for line ends. Characters that the language counts too can be part of a name. */
const blanksAtEnd = /[ \t\r\n\u0085\u2028]+$/;

type Building = { -readonly [K in keyof XmlElement]: XmlElement[K] };

/** Ends the parse at the first problem. */
class Refused extends Error {
  readonly problem: XmlProblem;
  constructor(problem: XmlProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Reads a whole XML document strictly (XML 1.0, well-formed) into a tree with the place of every node, or
 * says the first thing that is wrong. Document types are refused before anything in them is read, entities
 * other than `lt gt amp quot apos` and references to characters that XML does not allow as well: nothing
 * expands and nothing is fetched. Namespaces are not resolved: a prefix is part of the name.
 *
 * @param text  without a byte order mark
 * @param limits.depth  elements inside each other, at most {@link maxXmlDepth}
 */
export function parseXmlTree(text: string, limits: { depth?: number } = {}): XmlTree {
  const doctype = doctypeStart(text);
  if (doctype !== -1) return { problem: doctypeProblem(doctype) };
  const half = text.search(/\p{Surrogate}/u);
  if (half !== -1) {
    return { problem: { kind: 'malformed', message: 'half of a surrogate pair', offset: half } };
  }
  const builder = new TreeBuilder(text, Math.min(limits.depth ?? maxXmlDepth, maxXmlDepth));
  try {
    return { root: builder.parse() };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    throw error;
  }
}

/** The element's own character data and CDATA, put together; comments and processing instructions are skipped. */
export function textOf(element: XmlElement): string {
  let text = '';
  for (const child of element.children)
    if (child.kind === 'text' || child.kind === 'cdata') text += child.text;
  return text;
}

function doctypeProblem(offset: number): XmlProblem {
  return { kind: 'doctype', message: 'a document type declaration (DOCTYPE) is not allowed', offset };
}

/** Where a document type declaration is before the root element; -1 when there is none. */
function doctypeStart(text: string): number {
  let at = 0;
  for (;;) {
    while (/[ \t\r\n\uFEFF]/.test(text.charAt(at))) at++;
    const isComment = text.startsWith('<!--', at);
    if (!isComment && !text.startsWith('<?', at)) return /^<!doctype/i.test(text.slice(at, at + 9)) ? at : -1;
    const end = isComment ? text.indexOf('-->', at + 4) : text.indexOf('?>', at + 2);
    if (end === -1) return -1;
    at = end + (isComment ? 3 : 2);
  }
}

const predefined = /^&(?:lt|gt|amp|quot|apos);$/;
const reference = /&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[\p{L}_:][\p{L}\p{N}_:.-]*);/uy;

/** What the parser objects to, in its own words. */
class Objection extends Error {}

/** Loads saxes, which takes a thread longer than all else that checks annotation files; ordinary ones do without it. */
const load = createRequire(import.meta.url);
let strictSaxes: ReturnType<typeof makeStrictSaxes> | undefined;

/**
 * The parser, ending at the first objection. An override, because a handler would cost far more: handlers become members
 * of the parser, and beyond seven of them the engine keeps its members in a dictionary, which makes it eight times slower.
 */
function makeStrictSaxes() {
  const { SaxesParser } = load('saxes') as typeof import('saxes');
  return class StrictSaxes extends SaxesParser {
    override fail(message: string): this {
      throw new Objection(message);
    }
  };
}

function newParser() {
  strictSaxes ??= makeStrictSaxes();
  return new strictSaxes({ xmlns: false, position: false });
}

/** Drives the parser and knows where each of its events begins, which the parser does not tell. */
class TreeBuilder {
  readonly #text: string;
  readonly #depth: number;
  readonly #parser = newParser();
  readonly #open: Building[] = [];
  #root: Building | undefined;
  /** Where the markup or text begins that the parser is in. */
  #cursor = 0;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
    const parser = this.#parser;
    // The parser's own table has a prototype, whose members would pass as entities.
    parser.ENTITIES = Object.assign(Object.create(null), {
      lt: '<',
      gt: '>',
      amp: '&',
      quot: '"',
      apos: "'",
    });
    parser.on('text', (value) => this.#addLeaf('text', value, parser.position - 1));
    // The event comes before the last character of the comment's end, which may be missing.
    parser.on('comment', (value) => {
      if (text[parser.position] === '>') this.#addLeaf('comment', value, parser.position + 1);
    });
    parser.on('cdata', (value) => this.#addLeaf('cdata', value, parser.position));
    parser.on('processinginstruction', ({ target, body }) =>
      this.#addLeaf('pi', body === '' ? target : `${target} ${body}`, parser.position),
    );
    parser.on('opentagstart', () => this.#startTag());
    parser.on('opentag', (tag) => this.#openElement(tag.name, tag.attributes, tag.isSelfClosing));
    parser.on('closetag', (tag) => this.#closeElement(tag.name));
  }

  parse(): XmlElement {
    const declaration = /^<\?xml[ \t\r\n].*?\?>/s.exec(this.#text);
    if (declaration !== null) this.#moveTo(declaration[0].length);
    try {
      this.#parser.write(this.#text).close();
    } catch (error) {
      if (error instanceof Objection) this.#refuse(error.message);
      throw error;
    }
    // Without a root the parser has reported an error, which ended the parse.
    return this.#root!;
  }

  #moveTo(end: number): void {
    this.#cursor = end;
  }

  #addLeaf(kind: XmlLeaf['kind'], text: string, end: number): void {
    const parent = this.#open.at(-1);
    if (parent === undefined && kind === 'text') this.#refuseText(end);
    parent?.children.push({ kind, text, start: this.#cursor, end });
    this.#moveTo(end);
  }

  #startTag(): void {
    this.#moveTo(this.#text.lastIndexOf('<', this.#parser.position - 1));
    if (this.#open.length >= this.#depth) {
      const message = `elements are nested more than ${this.#depth} deep`;
      throw new Refused({ kind: 'depth', message, offset: this.#cursor });
    }
  }

  #openElement(name: string, attributes: Record<string, string>, selfClosing: boolean): void {
    const parent = this.#open.at(-1);
    const end = this.#parser.position;
    const element: Building = {
      kind: 'element',
      name,
      attributes: Object.keys(attributes).map((key) => ({ name: key, value: attributes[key]! })),
      children: [],
      start: this.#cursor,
      end,
      startTagEnd: end,
      endTagStart: end,
      selfClosing,
    };
    if (parent === undefined) {
      this.#root = element;
    } else {
      element.parent = parent;
      parent.children.push(element);
    }
    this.#open.push(element);
    this.#moveTo(end);
  }

  #closeElement(name: string): void {
    const element = this.#open.pop()!;
    if (element.selfClosing) return;
    const end = this.#parser.position;
    const endTagStart = this.#text.lastIndexOf('</', end - 1);
    const written = this.#text.slice(endTagStart + 2, end - 1).replace(blanksAtEnd, '');
    if (written !== name) {
      throw new Refused({
        kind: 'malformed',
        message: `</${written}> does not close <${name}>`,
        offset: endTagStart,
      });
    }
    element.endTagStart = endTagStart;
    element.end = end;
    this.#moveTo(end);
  }

  /** Throws what the parser's message means, with the place it is about. */
  #refuse(message: string): never {
    const text = this.#text;
    const here = Math.max(this.#parser.position - 1, 0);
    const from = this.#cursor;
    if (/entity/.test(message)) this.#refuseReference(here + 1);
    if (/^inappropriately located doctype/.test(message)) {
      throw new Refused(doctypeProblem(text.lastIndexOf('<', here)));
    }
    if (/^(?:unclosed tag|unexpected end)/.test(message)) this.#refuseEnd();
    let offset = here;
    let words = message.replace(/\.$/, '');
    if (/^document must contain a root/.test(message)) {
      offset = text.length;
      words = 'the document has no root element';
    } else if (/^documents may contain only one root/.test(message)) {
      offset = from;
      words = 'a second root element';
    } else if (/^duplicate attribute/.test(message)) {
      offset = from;
    } else if (/^text data outside/.test(message)) {
      this.#refuseText(text.length);
    } else if (/XML declaration must (?:be|appear) at the start/.test(message)) {
      offset = text.lastIndexOf('<', here);
      words = 'the XML declaration is not at the start of the document';
    } else if (/^unmatched closing tag/.test(message)) {
      offset = text.lastIndexOf('</', here);
      words = `${text.slice(offset, here + 1)} closes nothing`;
    }
    throw new Refused({ kind: 'malformed', message: words, offset });
  }

  /** Refuses anything but blanks between the cursor and `end`, outside the root element. */
  #refuseText(end: number): void {
    const at = this.#text.slice(this.#cursor, end).search(/[^ \t\r\n\uFEFF]/);
    if (at === -1) return;
    throw new Refused({
      kind: 'malformed',
      message: 'text outside the root element',
      offset: this.#cursor + at,
    });
  }

  /** The document ended too early. */
  #refuseEnd(): never {
    const text = this.#text;
    const from = this.#cursor;
    const open = this.#open.at(-1);
    // A bare & makes the parser look for its ; up to the end.
    if (!/^<[!?]/.test(text.slice(from, from + 2))) this.#refuseReference(text.length);
    const isInMarkup = text[from] === '<';
    const message =
      isInMarkup || open === undefined ? 'the document ends inside markup' : `<${open.name}> is never closed`;
    throw new Refused({ kind: 'malformed', message, offset: isInMarkup ? from : (open?.start ?? from) });
  }

  /** Throws for the first & before `end` that is no reference, or one that is not allowed. */
  #refuseReference(end: number): void {
    const text = this.#text;
    for (let at = text.indexOf('&', this.#cursor); at !== -1 && at < end; at = text.indexOf('&', at + 1)) {
      reference.lastIndex = at;
      const found = reference.exec(text)?.[0];
      if (found === undefined) {
        const message = 'a bare & (write &amp;)';
        throw new Refused({ kind: 'malformed', message, offset: at });
      }
      if (predefined.test(found) || isLegalReference(found)) continue;
      const message = found.startsWith('&#')
        ? `${found} is not a character that XML allows`
        : `the entity ${found} is not allowed`;
      throw new Refused({ kind: 'entity', message, offset: at });
    }
  }
}

/** A numeric reference to a character of XML 1.0. */
function isLegalReference(found: string): boolean {
  const hex = /^&#x([0-9a-fA-F]+);$/.exec(found);
  const decimal = /^&#([0-9]+);$/.exec(found);
  const code = hex ? Number.parseInt(hex[1]!, 16) : decimal ? Number.parseInt(decimal[1]!, 10) : -1;
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
