import { trimBlanks } from '../text/blanks.js';
import type { XmlElement } from '../text/xml-tree.js';
import { isIntegerToken, parseVocNumber } from './number.js';
import { quote } from './rules/scope.js';
import type { TreeContext } from './tree-context.js';

/** The number in a coordinate's element; undefined, and reported, when there is none. */
export function readCoordinate(
  context: TreeContext,
  element: XmlElement,
  pointer: string,
): number | undefined {
  const text = context.leaf(element, pointer);
  if (text === undefined) {
    context.reportEmpty('V071', pointer);
    return undefined;
  }
  const value = parseVocNumber(text);
  if (value === undefined) {
    context.report('V072', `${pointer} is not a number: ${quote(trimBlanks(text))}`, pointer);
    return undefined;
  }
  if (!isIntegerToken(text)) {
    context.report(
      'V073',
      notWhole(pointer, Number.isInteger(value) ? trimBlanks(text) : String(value)),
      pointer,
    );
  }
  return value;
}

/** The message of V073. */
export function notWhole(pointer: string, token: string): string {
  return `${pointer} is not written as a whole number: ${token}`;
}
