const decimal = /^[ \t\r\n]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\r\n]*$/;

/**
 * The number that a text spells in decimals, ASCII white space around it allowed. Undefined for everything else that a
 * language may take for a number (nothing at all, `0x1F`, `Infinity`), and beyond a double.
 */
export function decimalOf(text: string): number | undefined {
  if (!decimal.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
