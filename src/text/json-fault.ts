import { type JsonFault, JsonScanner } from './json-scanner.js';

/** Why a text is not JSON, in words a person can act on. */
export interface JsonExplanation {
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly hint?: string;
}

/** The first fault of a text and what was before it. */
interface Place {
  readonly text: string;
  /** UTF-16 offset of the fault. */
  readonly at: number;
  readonly fault: JsonFault;
  /** Offset of the last token before the fault, -1 when there was none. */
  readonly tokenStart: number;
  readonly tokenEnd: number;
  /** The innermost open container is an object, an array, or there is none. */
  readonly inside: '{' | '[' | undefined;
}

const hints = {
  prettyPrinted: 'looks like one object printed over several lines; each object must be on one line',
  twoObjects: 'two objects on one line (append without line break)',
  contentQuotes: 'quotes in the text after content:// must be escaped as \\"',
  innerQuotes: 'a quote inside a string must be escaped as \\"',
  truncated: 'the line looks cut off: the file is truncated, or a line break was written inside a value',
  singleQuotes: 'JSON takes double quotes; was this written with str() instead of a JSON writer?',
  notANumber: 'JSON has no NaN or Infinity: write null or leave the member out',
  python: 'JSON writes true, false and null in lower case',
  jsonArray: 'this looks like the elements of one JSON array; JSON Lines has no commas between objects',
};

/**
 * Says where and why a text is not JSON, with a hint where the cause is a common one: a pretty-printed
 * object, two objects on one line, a trailing comma, single quotes, NaN, a comment, quotes that were not
 * escaped after `content://` and so on.
 *
 * @param text  what `JSON.parse` refused. Of text that is JSON it says that, at column 1.
 */
export function explainJsonError(text: string): JsonExplanation {
  const scanner = new JsonScanner(text);
  const kinds: ('{' | '[')[] = [];
  let tokenStart = -1;
  let tokenEnd = -1;
  for (let token = scanner.next(); token !== 'end' && token !== 'fault'; token = scanner.next()) {
    tokenStart = scanner.start;
    tokenEnd = scanner.end;
    if (token === '{' || token === '[') kinds.push(token);
    else if (token === '}' || token === ']') kinds.pop();
  }
  if (scanner.fault === undefined) return { column: 1, message: 'the text is valid JSON' };
  const at = scanner.start;
  return explain({ text, at, fault: scanner.fault, tokenStart, tokenEnd, inside: kinds.at(-1) });
}

function explain(place: Place): JsonExplanation {
  const { text, at, fault } = place;
  switch (fault) {
    case 'end':
      return explainEnd(place);
    case 'string':
      return says(at, 'a string is never closed', hints.truncated);
    case 'control':
      return says(at, `a raw control character ${codePoint(text, at)} in a string`, controlHint(text, at));
    case 'escape':
      return says(
        at,
        `an unknown escape ${JSON.stringify(text.slice(at, at + 2))}`,
        'write a backslash as \\\\',
      );
    case 'trailing':
      return explainMisplaced(place) ?? explainTrailing(place);
    case 'separator':
      return explainMisplaced(place) ?? explainSeparator(place);
    case 'colon':
      return explainMisplaced(place) ?? says(at, `a colon must follow the name, not ${shown(text, at)}`);
    case 'key':
      return explainMisplaced(place) ?? explainKey(place);
    case 'value':
      return explainMisplaced(place) ?? explainValue(place);
  }
}

function says(at: number, message: string, hint?: string): JsonExplanation {
  return hint === undefined ? { column: at + 1, message } : { column: at + 1, message, hint };
}

function explainEnd({ text, at }: Place): JsonExplanation {
  const seen = text.trimEnd();
  if (seen === '') return says(at, 'the text is empty');
  const pretty = /[{[,:]$/.test(seen);
  return says(at, 'the line ends before its JSON does', pretty ? hints.prettyPrinted : hints.truncated);
}

/** Causes that can show up wherever something else was due. */
function explainMisplaced({ text, at, fault, tokenStart, tokenEnd }: Place): JsonExplanation | undefined {
  const rest = text.slice(at, at + 16);
  if (text.charCodeAt(at) === 0xfeff) {
    return says(at, 'a byte order mark inside the file', 'files were joined without removing it');
  }
  if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) {
    return says(at, 'JSON has no comments', 'remove the comment');
  }
  if (tokenStart === -1) {
    if (rest.startsWith('<')) return says(at, 'this is XML, not JSON');
    if (/^[}\]]/.test(rest)) return says(at, `nothing is open for ${rest[0]} to close`, hints.prettyPrinted);
  }
  const inString =
    text[tokenStart] === '"' && (fault === 'separator' || fault === 'colon' || fault === 'key');
  if (fault !== 'key' && rest.startsWith("'")) {
    const afterString = inString && tokenEnd === at;
    return says(at, 'a single quote where JSON is due', afterString ? undefined : hints.singleQuotes);
  }
  if (inString && text.startsWith('"content://', tokenStart) && !/^[}\]:]/.test(rest)) {
    return says(at, 'the string that starts with content:// ends too early', hints.contentQuotes);
  }
  if (/^[“”„‟″＂‘’]/.test(rest)) {
    return says(at, `typographic quotes ${rest[0]} where JSON is due`, 'JSON takes the plain double quote "');
  }
  return undefined;
}

function explainTrailing(place: Place): JsonExplanation {
  const { text, at, tokenStart } = place;
  const number = explainNumber(place);
  if (number !== undefined) return number;
  const unit = text[at];
  if (unit === '{' || unit === '[') return says(at, 'another value follows the first one', hints.twoObjects);
  if (unit === ',') {
    const pretty = !/[}\]]/.test(text[tokenStart]!);
    const hint = pretty ? hints.prettyPrinted : hints.jsonArray;
    return says(at, 'a comma follows the value', hint);
  }
  if (unit === ':') return says(at, 'a member outside any object', hints.prettyPrinted);
  return says(at, `${shown(text, at)} follows the value`);
}

function explainSeparator(place: Place): JsonExplanation {
  const { text, at, inside, tokenStart, tokenEnd } = place;
  const number = explainNumber(place);
  if (number !== undefined) return number;
  const closing = inside === '{' ? '}' : ']';
  if (text[at] === '}' || text[at] === ']') {
    return says(at, `${text[at]} cannot close what ${inside} opened; ${closing} is missing`);
  }
  const afterString = text[tokenStart] === '"';
  if (afterString && tokenEnd === at) {
    return says(at, `a string ends and ${shown(text, at)} follows at once`, hints.innerQuotes);
  }
  if (/^["{[\d]/.test(text[at]!)) return says(at, `a comma is missing before ${shown(text, at)}`);
  return says(
    at,
    `a comma or ${closing} is due, not ${shown(text, at)}`,
    afterString ? hints.innerQuotes : undefined,
  );
}

function explainKey(place: Place): JsonExplanation {
  const { text, at } = place;
  const comma = trailingComma(place);
  if (comma !== undefined) return comma;
  if (text[at] === "'") return says(at, 'a name in single quotes', hints.singleQuotes);
  if (text[at] === ',') return says(at, 'a comma without a member before it');
  const name = /[\p{L}_$][\p{L}\p{N}_$-]*/uy;
  name.lastIndex = at;
  const found = name.exec(text)?.[0];
  if (found !== undefined) {
    return says(at, `the name ${clip(found)} is not quoted`, 'names of members take double quotes');
  }
  return says(at, `a quoted name is due, not ${shown(text, at)}`);
}

function explainValue(place: Place): JsonExplanation {
  const { text, at, tokenStart } = place;
  const comma = trailingComma(place);
  if (comma !== undefined) return comma;
  const wordToken = /[+-]?[\p{L}_][\p{L}\p{N}_]*/uy;
  wordToken.lastIndex = at;
  const word = wordToken.exec(text)?.[0];
  if (word !== undefined) {
    if (/^[+-]?(?:nan|inf|infinity)$/i.test(word)) return says(at, `${word} is not JSON`, hints.notANumber);
    if (/^(?:true|false|null|none|nil)$/i.test(word)) return says(at, `${word} is not JSON`, hints.python);
    if (word === 'undefined') return says(at, `${word} is not JSON`, 'write null or leave the member out');
  }
  const number = explainNumber(place);
  if (number !== undefined) return number;
  if (/^[},\]]/.test(text[at]!) && tokenStart !== -1)
    return says(at, `a value is missing before ${text[at]}`);
  if (word !== undefined)
    return says(at, `the value ${clip(word)} is not quoted`, 'strings take double quotes');
  return says(at, `a value is due, not ${shown(text, at)}`);
}

/** A comma right before the bracket that the fault is at. */
function trailingComma({ text, at }: Place): JsonExplanation | undefined {
  if (text[at] !== '}' && text[at] !== ']') return undefined;
  let comma = at - 1;
  while (comma > 0 && /\s/.test(text[comma]!)) comma--;
  if (text[comma] !== ',') return undefined;
  return says(comma, `a trailing comma before ${text[at]}`, 'remove the comma');
}

const jsonNumber = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Numbers as other languages write them: `+1`, `01`, `.5`, `5.`, `0x1F`. */
function explainNumber({ text, at, tokenStart, tokenEnd }: Place): JsonExplanation | undefined {
  const start = tokenEnd === at && /[-\d]/.test(text[tokenStart] ?? '') ? tokenStart : at;
  const numberLike = /[+-]?(?:0[xXoObB][0-9a-fA-F]*|[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]*)?/y;
  numberLike.lastIndex = start;
  const found = numberLike.exec(text)?.[0];
  if (found === undefined || start + found.length <= at || jsonNumber.test(found)) return undefined;
  const message = `${clip(found)} is not a JSON number`;
  if (found.startsWith('+')) return says(start, message, 'leave the plus sign out');
  if (/^-?0[xob]/i.test(found)) return says(start, message, 'JSON has decimal numbers only');
  if (/^-?0[0-9]/.test(found)) return says(start, message, 'no leading zeros; quote it if it is an id');
  if (/^-?\./.test(found)) return says(start, message, 'a digit must be before the decimal point');
  if (found.includes('_')) return says(start, message, 'leave the underscores out');
  return says(start, message, 'digits must follow the decimal point and the exponent');
}

function controlHint(text: string, at: number): string {
  return `write it as ${JSON.stringify(text[at]).slice(1, -1)}`;
}

/** The character at an offset as a message shows it. */
function shown(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  return /[\p{C}\p{Z}]/u.test(character) ? codePoint(text, at) : character;
}

function codePoint(text: string, at: number): string {
  return `U+${text.codePointAt(at)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** At most the first 40 units of something quoted from the data. */
function clip(words: string): string {
  return words.length <= 40 ? words : `${words.slice(0, 40)}…`;
}
