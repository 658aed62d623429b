/** Texts, whose digits are none of our business, and integers that may be too long for a double. */
const textOrLongInteger = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

/**
 * Reads JSON without losing digits: integers that no double can hold come as texts.
 *
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  // As it is, first: what is no JSON must not become some.
  JSON.parse(text);
  return JSON.parse(
    text.replace(textOrLongInteger, (found) =>
      found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `"${found}"`,
    ),
  );
}
