const decimalPattern = /^[ \t\r\n]*[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[ \t\r\n]*$/;
const integerPattern = /^[ \t\r\n]*[+-]?[0-9]+[ \t\r\n]*$/;
const blankPattern = /^[ \t\r\n]*$/;

/**
 * The number that a text of the format stands for: an optional sign, digits, an optional fraction and exponent, blanks
 * around it. Undefined for everything else (`1,5`, `12px`, `0x1F`, `NaN`, full-width digits) and beyond a double.
 */
export function parseVocNumber(text: string): number | undefined {
  if (!decimalPattern.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** True when the number is written without fraction and exponent; `48.0` is not. */
export function isIntegerToken(text: string): boolean {
  return integerPattern.test(text);
}

/** True for nothing, or nothing but XML white space. */
export function isBlank(text: string): boolean {
  return blankPattern.test(text);
}
