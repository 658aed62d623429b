import { OptionError } from '../../model/index.js';

/** Something in an expression that cannot be understood, and where. */
export class ExpressionFault extends Error {
  /** @param at index of the character in the expression, from 0 */
  constructor(
    message: string,
    readonly at: number,
    readonly hint?: string,
  ) {
    super(message);
  }
}

const shownAround = 60;

/** The fault as an error for the caller: the part of the expression that it is in, and a caret below the place. */
export function expressionError(expression: string, { message, at, hint }: ExpressionFault): OptionError {
  const from = Math.max(0, at - shownAround);
  const to = Math.min(expression.length, at + shownAround);
  const before = from > 0 ? '…' : '';
  const shown = `${before}${expression.slice(from, to)}${to < expression.length ? '…' : ''}`;
  // Characters that would move the caret off its place are shown as blanks.
  const line = shown.replace(/\p{Cc}/gu, ' ');
  const column = [...expression.slice(0, at)].length + 1;
  const indent = ' '.repeat(before.length + [...expression.slice(from, at)].length);
  return new OptionError(`column ${column} of the expression: ${message}\n    ${line}\n    ${indent}^`, {
    hint: hint ?? 'The language is described in docs/transforms.md, section filter.',
  });
}
