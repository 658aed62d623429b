/** Says whether a text is one of those that somebody named. */
export type Matcher = (text: string) => boolean;

/**
 * Matches labels by name or by pattern: `*` stands for any characters, `?` for one, and `\` takes the next character as it
 * is. Letter case counts. Takes time in proportion to the length of label and pattern together, whatever they are.
 *
 * @param patterns none: nothing matches
 */
export function labelMatcher(patterns: Iterable<string>): Matcher {
  const exact = new Set<string>();
  const globs: Token[][] = [];
  for (const pattern of patterns) {
    const tokens = tokensOf(pattern);
    if (tokens.every((token) => typeof token === 'string')) exact.add(tokens.join(''));
    else globs.push(tokens);
  }
  if (globs.length === 0) return (label) => exact.has(label);
  return (label) => exact.has(label) || globs.some((tokens) => matches([...label], tokens));
}

/** Any characters in a pattern. */
export const anyRun: unique symbol = Symbol('*');
/** One character of a pattern. */
export const anyOne: unique symbol = Symbol('?');
export type Token = string | typeof anyRun | typeof anyOne;

/** The characters and wildcards of a pattern. */
export function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '*') {
      if (tokens.at(-1) !== anyRun) tokens.push(anyRun);
    } else if (character === '?') tokens.push(anyOne);
    else if (character === '\\' && at + 1 < characters.length) tokens.push(characters[++at]!);
    else tokens.push(character);
  }
  return tokens;
}

/** Greedy, going back to the last `*` only: what lies before it has found its place for good. */
function matches(label: readonly string[], tokens: readonly Token[]): boolean {
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < label.length) {
    const wanted = tokens[token];
    if (wanted === anyRun) {
      star = token++;
      starAt = at;
    } else if (wanted === anyOne || (wanted !== undefined && wanted === label[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === anyRun) token++;
  return token === tokens.length;
}
