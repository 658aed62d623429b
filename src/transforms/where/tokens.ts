import { ExpressionFault } from './fault.js';

/** A piece of an expression; `at` is the index of its first character. */
export type Token =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly number: number; readonly at: number }
  | { readonly kind: 'word' | 'sign' | 'end'; readonly text: string; readonly at: number };

const patterns: readonly [kind: 'number' | 'word' | 'sign', pattern: RegExp][] = [
  ['number', /[-+]?(?:\d{1,30}(?:\.\d{1,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?(?![\p{L}\p{N}_])/uy],
  ['word', /[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['sign', /==|!=|<=|>=|[=<>(),.:]/y],
];

/** Cuts an expression into tokens. @throws ExpressionFault */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < expression.length; ) {
    const character = expression[at]!;
    if (/\s/u.test(character)) {
      at++;
      continue;
    }
    const token = character === '"' || character === "'" ? quoted(expression, at) : other(expression, at);
    tokens.push(token.token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: expression.length });
  return tokens;
}

/** A text between quotes of either kind; a quote inside is doubled, and nothing else has a meaning of its own. */
function quoted(expression: string, at: number): { token: Token; end: number } {
  const quote = expression[at]!;
  let text = '';
  for (let from = at + 1; ; ) {
    const end = expression.indexOf(quote, from);
    if (end < 0) throw new ExpressionFault('this text is not closed', at, `It ends with ${quote}.`);
    text += expression.slice(from, end);
    if (expression[end + 1] !== quote) return { token: { kind: 'text', text, at }, end: end + 1 };
    text += quote;
    from = end + 2;
  }
}

function other(expression: string, at: number): { token: Token; end: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text === undefined) continue;
    const token: Token = kind === 'number' ? { kind, text, number: Number(text), at } : { kind, text, at };
    return { token, end: at + text.length };
  }
  const character = String.fromCodePoint(expression.codePointAt(at)!);
  throw new ExpressionFault(
    `"${character}" has no meaning here`,
    at,
    'Texts stand between quotes: name == "car".',
  );
}

/** Where the character `index` of a quoted text is in the expression. */
export function placeInText(expression: string, token: Token, index: number): number {
  const quote = expression[token.at]!;
  let at = token.at + 1;
  for (let passed = 0; passed < index; passed++) at += expression[at] === quote ? 2 : 1;
  return at;
}
