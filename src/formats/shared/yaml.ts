/**
 * The part of YAML that description files of data sets are written in: maps, lists, `[flow, lists]`, `{flow: maps}`,
 * plain and quoted texts, `|` and `>` blocks, comments. Anchors, tags, several documents and texts that go on over lines
 * are not read but said to be there.
 */
export type YamlNode = YamlText | YamlList | YamlMap;

interface Placed {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/** A scalar as text, whatever YAML would take it for; nothing at all is the empty text. */
export interface YamlText extends Placed {
  readonly kind: 'text';
  readonly text: string;
}

export interface YamlList extends Placed {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlMap extends Placed {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: YamlText; readonly value: YamlNode }[];
}

export interface YamlProblem extends Placed {
  readonly message: string;
}

/** What a text says, or the first thing in it that is not read. */
export type YamlResult = { readonly value: YamlNode } | { readonly problem: YamlProblem };

/** The value of a key of a map; undefined when there is none. */
export function yamlMember(map: YamlMap, key: string): YamlNode | undefined {
  return map.entries.find((entry) => entry.key.text === key)?.value;
}

export function parseYaml(text: string): YamlResult {
  try {
    return { value: new YamlReader(text).document() };
  } catch (error) {
    if (error instanceof Unread) return { problem: error.problem };
    throw error;
  }
}

class Unread extends Error {
  constructor(readonly problem: YamlProblem) {
    super(problem.message);
  }
}

/** Nothing sensible is nested deeper. */
const maxDepth = 64;

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '/': '/',
  '\\': '\\',
  ' ': ' ',
};

class YamlReader {
  private readonly lines: string[];
  /** Index of the line looked at. */
  private at = 0;
  /** Where in that line what has not been read begins. */
  private from = 0;
  private depth = 0;

  constructor(text: string) {
    this.lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  }

  document(): YamlNode {
    this.skipBlank();
    if (/^---(?:\s|$)/.test(this.line)) {
      this.from = 3;
      this.skipBlank();
    }
    const value = this.block(-1);
    this.skipBlank();
    if (/^\.\.\.\s*$/.test(this.line)) {
      this.nextLine();
      this.skipBlank();
    }
    if (this.at < this.lines.length) this.fail(`${this.rest()} does not belong to what is above it`);
    return value;
  }

  private get line(): string {
    return this.lines[this.at] ?? '';
  }

  private rest(): string {
    const rest = this.line.slice(this.from).trim();
    return JSON.stringify(rest.length > 40 ? `${rest.slice(0, 39)}…` : rest);
  }

  private fail(message: string): never {
    throw new Unread({ message, ...this.place() });
  }

  private place(): Placed {
    return { line: Math.min(this.at, this.lines.length - 1) + 1, column: this.from + 1 };
  }

  private nextLine(): void {
    this.at++;
    this.from = 0;
  }

  /** Goes on to the next thing that is said: past blanks, comments and line ends. */
  private skipBlank(): void {
    while (this.at < this.lines.length) {
      const { line } = this;
      let i = this.from;
      while (line[i] === ' ') i++;
      if (line[i] === '\t' && /\S/.test(line.slice(i))) {
        this.from = i;
        this.fail('a tab indents the line; YAML allows only spaces');
      }
      if (i < line.length && !/^\s*$/.test(line.slice(i)) && line[i] !== '#') {
        this.from = i;
        return;
      }
      this.nextLine();
    }
  }

  /** The next block whose indent is more than `parent`; an empty text when there is none. */
  private block(parent: number): YamlNode {
    this.skipBlank();
    const indent = this.from;
    if (this.at >= this.lines.length || indent <= parent || (parent < 0 && /^\.\.\.\s*$/.test(this.line)))
      return { kind: 'text', text: '', ...this.place() };
    if (this.isItem()) return this.list(indent);
    return this.keyEnd() === undefined ? this.value(parent) : this.map(indent);
  }

  private isItem(): boolean {
    return /^-(?:\s|$)/.test(this.line.slice(this.from));
  }

  private list(indent: number): YamlList {
    const place = this.place();
    const items: YamlNode[] = [];
    this.enter();
    for (;;) {
      this.from++;
      const { at } = this;
      this.skipBlank();
      items.push(this.at === at ? this.inline(indent) : this.block(indent));
      this.skipBlank();
      if (this.at >= this.lines.length || this.from < indent || !this.isItem()) break;
      if (this.from > indent) this.fail('the entry is indented more than those before it');
    }
    this.depth--;
    return { kind: 'list', items, ...place };
  }

  /** What follows a `-` on its line: a map or list that begins there, or a value. */
  private inline(indent: number): YamlNode {
    if (this.isItem()) return this.list(this.from);
    return this.keyEnd() === undefined ? this.value(indent) : this.map(this.from);
  }

  private map(indent: number): YamlMap {
    const place = this.place();
    const entries: { key: YamlText; value: YamlNode }[] = [];
    const seen = new Set<string>();
    this.enter();
    for (;;) {
      const end = this.keyEnd();
      if (end === undefined) this.fail(`${this.rest()} is no "key: value"`);
      const keyPlace = this.place();
      const key: YamlText = { kind: 'text', text: this.key(end), ...keyPlace };
      if (seen.has(key.text))
        throw new Unread({ message: `the key "${key.text}" is here twice`, ...keyPlace });
      seen.add(key.text);
      this.from = end + 1;
      entries.push({ key, value: this.memberValue(indent) });
      this.skipBlank();
      if (this.at >= this.lines.length || this.from < indent) break;
      if (indent === 0 && /^\.\.\.\s*$/.test(this.line)) break;
      if (this.from > indent) this.fail(`${this.rest()} is indented more than the keys before it`);
    }
    this.depth--;
    return { kind: 'map', entries, ...place };
  }

  private enter(): void {
    if (++this.depth > maxDepth) this.fail(`it is nested more than ${maxDepth} deep`);
  }

  /** Where the colon after the key is that begins here; undefined when there is none. */
  private keyEnd(): number | undefined {
    const { line, from } = this;
    const quote = line[from];
    const pattern =
      quote === '"'
        ? /"(?:[^"\\]|\\.)*"[ ]*(?=:(?:\s|$))/y
        : quote === "'"
          ? /'(?:[^']|'')*'[ ]*(?=:(?:\s|$))/y
          : /[^\s#[\]{},&*!|>%@`"'](?:[^:#]|:(?=\S)|(?<=\S)#)*?[ ]*(?=:(?:\s|$))/y;
    pattern.lastIndex = from;
    return pattern.test(line) ? pattern.lastIndex : undefined;
  }

  private key(end: number): string {
    const written = this.line.slice(this.from, end).trimEnd();
    return /^["']/.test(written) ? this.quoted() : written;
  }

  private memberValue(indent: number): YamlNode {
    const { at } = this;
    this.skipBlank();
    if (this.at === at) return this.value(indent);
    // A list may stand as far left as the key that it is the value of.
    if (this.at < this.lines.length && this.from === indent && this.isItem()) return this.list(indent);
    return this.block(indent);
  }

  /** A value that begins on this line; nothing but a comment may follow it there. */
  private value(parent: number): YamlNode {
    const place = this.place();
    const first = this.line[this.from]!;
    if (first === '[' || first === '{') {
      const node = this.flow();
      this.endOfLine();
      return node;
    }
    if (first === '|' || first === '>') return { kind: 'text', text: this.blockText(parent), ...place };
    if (/[&*!%@`]/.test(first)) this.fail(`"${first}" begins what is not read here (anchors, aliases, tags)`);
    if (first === '"' || first === "'") {
      const text = this.quoted();
      this.endOfLine();
      return { kind: 'text', text, ...place };
    }
    const written = this.line.slice(this.from);
    const comment = /\s#/.exec(written);
    const text = (comment === null ? written : written.slice(0, comment.index)).trim();
    if (/:(?:\s|$)/.test(text)) this.fail(`${JSON.stringify(text)} has a colon that only a key may have`);
    this.nextLine();
    this.skipBlank();
    if (comment === null && this.at < this.lines.length && this.from > Math.max(parent, 0))
      this.fail('a text that goes on over lines is not read here');
    return { kind: 'text', text, ...place };
  }

  private endOfLine(): void {
    const { at } = this;
    this.skipBlank();
    if (this.at === at && this.at < this.lines.length)
      this.fail(`${this.rest()} follows the end of the value`);
  }

  /** The lines of a `|` or `>` block, which are indented more than the key. */
  private blockText(parent: number): string {
    const head = this.line.slice(this.from);
    if (!/^[|>][+-]?\s*(?:#.*)?$/.test(head)) this.fail(`${this.rest()} is not read here`);
    this.nextLine();
    const lines: string[] = [];
    while (
      this.at < this.lines.length &&
      (!/\S/.test(this.line) || /^ */.exec(this.line)![0].length > parent)
    ) {
      lines.push(this.line.trim());
      this.nextLine();
    }
    return lines.join(head[0] === '|' ? '\n' : ' ').trim();
  }

  private quoted(): string {
    const quote = this.line[this.from]!;
    const start = this.from;
    let text = '';
    for (let i = start + 1; i < this.line.length; i++) {
      const char = this.line[i]!;
      if (char === quote && quote === "'" && this.line[i + 1] === "'") {
        text += "'";
        i++;
      } else if (char === quote) {
        this.from = i + 1;
        return text;
      } else if (char === '\\' && quote === '"') {
        this.from = i;
        const [unescaped, length] = this.escape(i + 1);
        text += unescaped;
        i += length;
      } else {
        text += char;
      }
    }
    this.from = start;
    this.fail('the quote is not closed on its line');
  }

  private escape(at: number): [string, number] {
    const letter = this.line[at] ?? '';
    if (Object.hasOwn(escapes, letter)) return [escapes[letter]!, 1];
    const digits = { x: 2, u: 4, U: 8 }[letter];
    const code = digits === undefined ? '' : this.line.slice(at + 1, at + 1 + digits);
    if (digits !== undefined && code.length === digits && /^[0-9A-Fa-f]+$/.test(code)) {
      const value = Number.parseInt(code, 16);
      if (value <= 0x10ffff) return [String.fromCodePoint(value), 1 + digits];
    }
    return this.fail(`"\\${letter}" is no escape`);
  }

  /** A flow list or map, which may go on over lines, and what is in it. */
  private flow(): YamlNode {
    const place = this.place();
    const open = this.line[this.from]!;
    if (open === '"' || open === "'") return { kind: 'text', text: this.quoted(), ...place };
    if (/[&*!|>%@`]/.test(open)) this.fail(`"${open}" begins what is not read here (anchors, aliases, tags)`);
    if (open !== '[' && open !== '{') return { kind: 'text', text: this.flowText(), ...place };
    this.enter();
    const items: YamlNode[] = [];
    const entries: { key: YamlText; value: YamlNode }[] = [];
    const close = open === '[' ? ']' : '}';
    this.from++;
    for (;;) {
      this.flowBlank(close);
      if (this.line[this.from] === close) break;
      const item = this.flow();
      this.flowBlank(close);
      if (open === '[') items.push(item);
      else entries.push(this.flowEntry(item, close, entries));
      if (this.line[this.from] === ',') this.from++;
      else if (this.line[this.from] !== close) this.fail(`a comma or "${close}" is missing`);
    }
    this.from++;
    this.depth--;
    return open === '[' ? { kind: 'list', items, ...place } : { kind: 'map', entries, ...place };
  }

  private flowEntry(
    key: YamlNode,
    close: string,
    entries: readonly { key: YamlText }[],
  ): { key: YamlText; value: YamlNode } {
    if (key.kind !== 'text' || this.line[this.from] !== ':') this.fail('a "key: value" is missing');
    if (entries.some((entry) => entry.key.text === key.text))
      this.fail(`the key "${key.text}" is here twice`);
    this.from++;
    this.flowBlank(close);
    const char = this.line[this.from];
    const value: YamlNode =
      char === ',' || char === close ? { kind: 'text', text: '', ...this.place() } : this.flow();
    this.flowBlank(close);
    return { key, value };
  }

  private flowBlank(close: string): void {
    this.skipBlank();
    if (this.at >= this.lines.length) this.fail(`"${close}" is missing at the end of the file`);
  }

  private flowText(): string {
    const pattern = /(?:[^,[\]{}:#]|:(?=[^\s,[\]{}])|(?<=\S)#)+/y;
    pattern.lastIndex = this.from;
    const found = pattern.exec(this.line);
    if (found === null) this.fail(`"${this.line[this.from]}" is not expected here`);
    this.from = pattern.lastIndex;
    return found[0].trim();
  }
}

/** Words that YAML reads as something other than a text. */
const words = /^(?:true|false|yes|no|on|off|y|n|null|~)$/i;

/** A text as a value, in quotes where it would be read as something else. */
export function quoteYaml(text: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_./ -]*$/u.test(text) && !text.endsWith(' ') && !words.test(text);
  return isPlain ? text : JSON.stringify(text);
}
