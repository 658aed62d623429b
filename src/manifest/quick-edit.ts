/** An escape that may spell an ASCII letter, and so a name that a plain search does not find. */
const asciiEscape = '\\u00';

/** The offset of a member's name when the line spells it once, without blanks around; else -1. */
function soleName(text: string, key: string): number {
  const name = `"${key}"`;
  const at = text.indexOf(name);
  if (at < 1 || text.indexOf(name, at + 1) !== -1) return -1;
  // After a comma or a brace it is a whole token: inside a string its quote would follow a backslash.
  const before = text[at - 1];
  if (before !== ',' && before !== '{') return -1;
  const value = at + name.length + 1;
  return text[value - 1] === ':' && text[value]! > ' ' ? at : -1;
}

/**
 * Gives a member of a line's object, known to be there, another value without walking the line: the most
 * frequent edit of all, done by searching. Undefined when the line is not of the plain kind this works for.
 *
 * @param key A name without characters that JSON escapes.
 * @param json The new value as JSON.
 */
export function quickReplace(text: string, key: string, json: string): string | undefined {
  if (text.includes(asciiEscape)) return undefined;
  const at = soleName(text, key);
  if (at === -1) return undefined;
  const start = at + key.length + 3;
  if (text[start] !== '"') return undefined;
  const end = text.indexOf('"', start + 1);
  const slash = text.indexOf('\\', start);
  if (slash !== -1 && slash < end) return undefined;
  return `${text.slice(0, start)}${json}${text.slice(end + 1)}`;
}

/**
 * Adds a member to a line's object before the member `next`, which is known to be there, or at the end;
 * otherwise as {@link quickReplace}.
 */
export function quickAdd(
  text: string,
  key: string,
  json: string,
  next: string | undefined,
): string | undefined {
  if (next === undefined) {
    const end = text.length - 1;
    if (text[end] !== '}' || text[end - 1]! <= ' ') return undefined;
    return `${text.slice(0, end)},"${key}":${json}}`;
  }
  if (text.includes(asciiEscape)) return undefined;
  const at = soleName(text, next);
  return at === -1 ? undefined : `${text.slice(0, at)}"${key}":${json},${text.slice(at)}`;
}
