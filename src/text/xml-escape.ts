/** What no XML 1.0 document can hold, not even as a reference: C0 controls, lone surrogates, U+FFFE and U+FFFF. */
const illegal =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** The first character of a text that XML cannot hold, as `U+0008`; undefined when there is none. */
export function illegalCharacter(text: string): string | undefined {
  const match = illegal.exec(text);
  if (match === null) return undefined;
  return `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Text as it stands between tags. A CR is written as a reference, since parsers turn a bare one into LF. */
export function escapeText(text: string): string {
  if (!/[&<>\r]/.test(text)) return text;
  return text.replace(/[&<>\r]/g, escapeOne);
}

/** Text as it stands in a double-quoted attribute. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, escapeOne);
}

function escapeOne(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#${character.charCodeAt(0)};`;
  }
}

/**
 * A finite number in decimals: integers without a fraction, others with the fewest digits that read back as the
 * same number, never an exponent.
 */
export function formatNumber(value: number): string {
  const text = String(value === 0 ? 0 : value);
  const e = text.indexOf('e');
  if (e < 0) return text;
  const sign = text.startsWith('-') ? '-' : '';
  const mantissa = text.slice(sign.length, e);
  const exponent = Number(text.slice(e + 1));
  const point = mantissa.indexOf('.');
  const digits = mantissa.replace('.', '');
  const whole = (point < 0 ? mantissa.length : point) + exponent;
  if (whole <= 0) return `${sign}0.${'0'.repeat(-whole)}${digits}`;
  return `${sign}${digits}${'0'.repeat(Math.max(0, whole - digits.length))}`;
}
