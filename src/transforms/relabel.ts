import { OptionError } from '../model/index.js';
import { anyOne, anyRun, labelMatcher, type Token, tokensOf } from './labels.js';

/** What becomes of labels. */
export interface RelabelRules {
  /** Old and new names. All are applied at once: `a` to `b` and `b` to `a` swaps two. */
  readonly map?: Iterable<readonly [oldName: string, newName: string]> | undefined;
  /** Patterns as of {@link labelMatcher} for labels that are taken out, unless `map` names them. */
  readonly drop?: Iterable<string> | undefined;
  /**
   * Patterns and what labels that match them are called, unless `map` or `drop` know them. The wildcards of the new name
   * stand for what those of the pattern matched, in order: `old_*` to `new_*`. The first pattern that matches counts.
   */
  readonly rename?: Iterable<readonly [pattern: string, replacement: string]> | undefined;
  /** Take out labels that are not mapped or renamed. Default false. */
  readonly onlyMapped?: boolean | undefined;
}

/** What happened to the labels that were seen, the most frequent first. */
export interface RelabelReport {
  readonly changed: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly dropped: readonly { readonly label: string; readonly count: number }[];
  /** Labels that no rule is about; they stay, or are among the dropped ones with `onlyMapped`. */
  readonly unmapped: readonly { readonly label: string; readonly count: number }[];
  /** Old names and patterns that no label fits. */
  readonly unused: readonly string[];
}

interface Fate {
  /** Undefined: it is taken out. */
  readonly to: string | undefined;
  readonly isRuled: boolean;
  count: number;
}

/** Gives labels new names. */
export class Relabeler {
  private readonly map = new Map<string, string>();
  private readonly drops: { readonly pattern: string; readonly matches: (label: string) => boolean }[] = [];
  private readonly renames: {
    readonly pattern: string;
    readonly rename: (label: string) => string | undefined;
  }[] = [];
  private readonly onlyMapped: boolean;
  private readonly fates = new Map<string, Fate>();
  private readonly used = new Set<string>();

  /** @throws OptionError for rules that contradict each other, and names that cannot be labels */
  constructor({ map = [], drop = [], rename = [], onlyMapped = false }: RelabelRules) {
    for (const [from, to] of map) {
      const other = this.map.get(from);
      if (other !== undefined && other !== to) {
        throw new OptionError(`${quoted(from)} is mapped to ${quoted(other)} and to ${quoted(to)}`, {
          hint: 'A label has one new name.',
        });
      }
      checkName(to);
      this.map.set(from, to);
    }
    for (const pattern of drop) this.drops.push({ pattern, matches: labelMatcher([pattern]) });
    for (const [pattern, replacement] of rename)
      this.renames.push({ pattern, rename: renamer(pattern, replacement) });
    this.onlyMapped = onlyMapped;
  }

  /**
   * The new name of a label, which is counted.
   *
   * @returns undefined when the label is taken out
   * @throws OptionError when a pattern makes an empty name of it
   */
  nameOf(label: string): string | undefined {
    let fate = this.fates.get(label);
    if (fate === undefined) {
      fate = this.fateOf(label);
      this.fates.set(label, fate);
    }
    fate.count++;
    return fate.to;
  }

  private fateOf(label: string): Fate {
    const mapped = this.map.get(label);
    if (mapped !== undefined) {
      this.used.add(label);
      return { to: mapped, isRuled: true, count: 0 };
    }
    for (const { pattern, matches } of this.drops) {
      if (!matches(label)) continue;
      this.used.add(pattern);
      return { to: undefined, isRuled: true, count: 0 };
    }
    for (const { pattern, rename } of this.renames) {
      const to = rename(label);
      if (to === undefined) continue;
      this.used.add(pattern);
      checkName(to, ` of ${quoted(label)}`);
      return { to, isRuled: true, count: 0 };
    }
    return { to: this.onlyMapped ? undefined : label, isRuled: false, count: 0 };
  }

  /** What was renamed and taken out so far. */
  report(): RelabelReport {
    const fates = [...this.fates].sort(
      ([a, one], [b, other]) => other.count - one.count || (a < b ? -1 : a > b ? 1 : 0),
    );
    const counted = ([label, { count }]: [string, Fate]) => ({ label, count });
    return {
      changed: fates.flatMap(([from, { to, count }]) =>
        to === undefined || to === from ? [] : [{ from, to, count }],
      ),
      dropped: fates.filter(([, { to }]) => to === undefined).map(counted),
      unmapped: fates.filter(([, { isRuled }]) => !isRuled).map(counted),
      unused: [
        ...this.map.keys(),
        ...this.drops.map(({ pattern }) => pattern),
        ...this.renames.map(({ pattern }) => pattern),
      ].filter((name) => !this.used.has(name)),
    };
  }
}

function quoted(label: string): string {
  return JSON.stringify(label);
}

/** @throws OptionError for what no format can hold as a label */
function checkName(name: string, of = ''): void {
  if (name === '') {
    throw new OptionError(`the new name${of} is empty`, {
      hint: 'To take labels out, say --drop (option drop).',
    });
  }
  if (/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(name))
    throw new OptionError(`the new name ${quoted(name)}${of} has a character that no label can have`);
}

/** Renames what fits a pattern. */
function renamer(pattern: string, replacement: string): (label: string) => string | undefined {
  const tokens = tokensOf(pattern);
  const parts = tokensOf(replacement);
  for (const [wildcard, name] of [
    [anyRun, '*'],
    [anyOne, '?'],
  ] as const) {
    const count = (list: readonly Token[]) => list.filter((token) => token === wildcard).length;
    if (count(parts) > count(tokens)) {
      throw new OptionError(`${quoted(replacement)} has more ${name} than the pattern ${quoted(pattern)}`, {
        hint: `Each ${name} of the new name stands for one of the pattern; \\${name} is the character itself.`,
      });
    }
  }
  return (label) => {
    const found = captures([...label], tokens);
    if (found === undefined) return undefined;
    let run = 0;
    let one = 0;
    return parts
      .map((part) => (part === anyRun ? found.runs[run++] : part === anyOne ? found.ones[one++] : part))
      .join('');
  };
}

interface Captures {
  /** What each `*` stands for: as little as possible, the last one the rest. */
  readonly runs: readonly string[];
  readonly ones: readonly string[];
}

/** What the wildcards of a pattern stand for in a label. Goes back to the last `*` only, as matching does. */
function captures(label: readonly string[], tokens: readonly Token[]): Captures | undefined {
  const runs: string[] = [];
  const ones: string[] = [];
  let at = 0;
  let token = 0;
  /** The last `*`: its place in the pattern, what it stands for, and how many `?` came before it. */
  let star = -1;
  let from = 0;
  let to = 0;
  let onesBefore = 0;
  const closeRun = () => {
    if (star >= 0) runs.push(label.slice(from, to).join(''));
  };
  const open = () => {
    closeRun();
    star = token++;
    from = at;
    to = at;
    onesBefore = ones.length;
  };
  while (at < label.length) {
    const wanted = tokens[token];
    if (wanted === anyRun) open();
    else if (wanted === anyOne || (wanted !== undefined && wanted === label[at])) {
      if (wanted === anyOne) ones.push(label[at]!);
      token++;
      at++;
    } else if (star >= 0) {
      ones.length = onesBefore;
      token = star + 1;
      at = ++to;
    } else {
      return undefined;
    }
  }
  while (tokens[token] === anyRun) open();
  closeRun();
  return token === tokens.length ? { runs, ones } : undefined;
}
