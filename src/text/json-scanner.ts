/**
 * What {@link JsonScanner.next} found. `key` is a member's name with its quotes, `scalar` a string, number,
 * `true`, `false` or `null`; `end` means that the value is complete and `fault` that the text is not JSON.
 */
export type JsonToken = '{' | '}' | '[' | ']' | 'key' | 'scalar' | 'end' | 'fault';

/** Why a text is not JSON; {@link JsonScanner.start} is then the place. */
export type JsonFault =
  | 'value' // something that is not a value where one is due
  | 'key' // something that is not a quoted name where one is due
  | 'colon' // no colon after a name
  | 'separator' // neither a comma nor the right bracket after a value
  | 'string' // a string that never ends; the place is its first quote
  | 'control' // a raw control character in a string
  | 'escape' // an unknown escape sequence
  | 'trailing' // something after the value
  | 'end'; // the text ends too early

const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const hexDigits = /[0-9a-fA-F]{4}/y;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * A strict JSON tokenizer over a string: accepts what `JSON.parse` accepts, tells where each token is, and
 * where and why the text stops being JSON. It keeps its own stack, so depth costs memory only, and reads
 * every character once.
 */
export class JsonScanner {
  readonly text: string;
  /** UTF-16 offset of the token's first unit; of the fault. */
  start: number;
  /** UTF-16 offset after the token. */
  end: number;
  fault: JsonFault | undefined;
  /** One entry per open container, the innermost last: true for an object. */
  readonly #open: boolean[] = [];
  #due: 'value' | 'first-member' | 'member' | 'colon' | 'first-element' | 'separator' | 'end' = 'value';
  readonly #whole: boolean;

  /**
   * @param start  where the value begins, blanks allowed
   * @param whole  false: stop after that value without a look at what follows it
   */
  constructor(text: string, start = 0, whole = true) {
    this.text = text;
    this.start = start;
    this.end = start;
    this.#whole = whole;
  }

  /** How many containers are open after the last token. */
  get depth(): number {
    return this.#open.length;
  }

  /** The name that the last token, a key, spells: escapes resolved. */
  name(): string {
    return decodeJsonString(this.text, this.start, this.end);
  }

  /** Reads the next token. After `end` and `fault` the same comes again. */
  next(): JsonToken {
    if (this.fault !== undefined) return 'fault';
    const { text } = this;
    if (this.#due === 'end') {
      if (!this.#whole) return 'end';
      const rest = skipBlanks(text, this.end);
      return rest === text.length ? 'end' : this.#fail('trailing', rest);
    }
    let at = skipBlanks(text, this.end);
    if (this.#due === 'colon') {
      if (text.charCodeAt(at) !== colon) return this.#fail(at === text.length ? 'end' : 'colon', at);
      this.#due = 'value';
      at = skipBlanks(text, at + 1);
    } else if (this.#due === 'separator') {
      const isObject = this.#open[this.#open.length - 1]!;
      const unit = text.charCodeAt(at);
      if (unit === (isObject ? closeBrace : closeBracket)) return this.#leave(isObject ? '}' : ']', at);
      if (unit !== comma) return this.#fail(at === text.length ? 'end' : 'separator', at);
      this.#due = isObject ? 'member' : 'value';
      at = skipBlanks(text, at + 1);
    }
    if (at === text.length) return this.#fail('end', at);
    const unit = text.charCodeAt(at);
    if (unit === closeBrace && this.#due === 'first-member') return this.#leave('}', at);
    if (unit === closeBracket && this.#due === 'first-element') return this.#leave(']', at);
    return this.#due === 'member' || this.#due === 'first-member'
      ? this.#readKey(at, unit)
      : this.#readValue(at, unit);
  }

  #readKey(at: number, unit: number): JsonToken {
    if (unit !== quote) return this.#fail('key', at);
    const end = this.#stringEnd(at);
    if (end === -1) return 'fault';
    this.#due = 'colon';
    return this.#found('key', at, end);
  }

  #readValue(at: number, unit: number): JsonToken {
    if (unit === openBrace || unit === openBracket) {
      this.#open.push(unit === openBrace);
      this.#due = unit === openBrace ? 'first-member' : 'first-element';
      return this.#found(unit === openBrace ? '{' : '[', at, at + 1);
    }
    const end = unit === quote ? this.#stringEnd(at) : wordEnd(this.text, at);
    if (end === -1) return this.fault === undefined ? this.#fail('value', at) : 'fault';
    this.#due = this.#open.length === 0 ? 'end' : 'separator';
    return this.#found('scalar', at, end);
  }

  #leave(token: '}' | ']', at: number): JsonToken {
    this.#open.pop();
    this.#due = this.#open.length === 0 ? 'end' : 'separator';
    return this.#found(token, at, at + 1);
  }

  #found(token: JsonToken, start: number, end: number): JsonToken {
    this.start = start;
    this.end = end;
    return token;
  }

  #fail(fault: JsonFault, at: number): 'fault' {
    this.fault = fault;
    this.start = at;
    this.end = at;
    return 'fault';
  }

  /** The offset after the closing quote of the string at `start`; -1 after a fault. */
  #stringEnd(start: number): number {
    const { text } = this;
    for (let i = start + 1; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === quote) return i + 1;
      if (unit === backslash) {
        const end = escapeEnd(text, i);
        if (end === -1) {
          this.#fail(i + 1 === text.length ? 'string' : 'escape', i + 1 === text.length ? start : i);
          return -1;
        }
        i = end - 1;
      } else if (unit < 0x20) {
        this.#fail('control', i);
        return -1;
      }
    }
    this.#fail('string', start);
    return -1;
  }
}

/** The string that the quoted token at `start`…`end` spells. */
function decodeJsonString(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inner;
}

/** The first offset from `at` on that is not JSON white space. */
function skipBlanks(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit !== 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) break;
  }
  return i;
}

/** The offset after the number or literal at `at`; -1 when there is none. */
function wordEnd(text: string, at: number): number {
  numberToken.lastIndex = at;
  if (numberToken.test(text)) return numberToken.lastIndex;
  for (const literal of ['true', 'false', 'null']) {
    if (text.startsWith(literal, at)) return at + literal.length;
  }
  return -1;
}

/** The offset after the escape sequence whose backslash is at `at`; -1 when it is none. */
function escapeEnd(text: string, at: number): number {
  const letter = text[at + 1];
  if (letter === undefined) return -1;
  if (letter === 'u') {
    hexDigits.lastIndex = at + 2;
    return hexDigits.test(text) ? at + 6 : -1;
  }
  return '"\\/bfnrt'.includes(letter) ? at + 2 : -1;
}
