/** In what labels that probably mean the same differ. */
export type LabelDifference = 'case' | 'width' | 'white-space' | 'separator' | 'look-alike';

/** Labels that had better have one name, or none. */
export interface LabelSuggestion {
  readonly labels: readonly { readonly label: string; readonly count: number }[];
  /** What sets the labels apart, or what is wrong with the one; `no-label` for words such as `None`. */
  readonly differences: readonly (LabelDifference | 'no-label')[];
  /** What they might be called: the most frequent of them without blanks around it. Undefined: take it out. */
  readonly proposed: string | undefined;
}

const blanks = /[\s\u0085\u180e\u200b-\u200d\u2060\ufeff\p{Cc}]+/gu;

/** Letters of Cyrillic and Greek that look like Latin ones. */
const twins = new Map(
  [
    ['АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһ', 'ABESIJKMHOPCTYXaesijopcyxdh'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαντιρυ', 'ABEZHIKMNOPTYXoavtipu'],
  ].flatMap(([strange, latin]) => [...strange!].map((letter, at): [string, string] => [letter, latin![at]!])),
);

/** In the order they are applied. */
const folds: readonly (readonly [LabelDifference, (label: string) => string])[] = [
  ['width', (label) => label.normalize('NFKC')],
  ['look-alike', mapTwins],
  ['white-space', (label) => label.replace(blanks, ' ').trim()],
  ['case', (label) => label.toLowerCase()],
  ['separator', (label) => label.replace(/[\s_-]/g, '_')],
];

/** A label is taken for a Latin one only when each of its letters could be. */
function mapTwins(label: string): string {
  const mapped = label.replace(/[\u0370-\u052f]/g, (letter) => twins.get(letter) ?? letter);
  return /[\u0370-\u052f]/.test(mapped) ? label : mapped;
}

function folded(label: string, without?: LabelDifference): string {
  let key = label;
  for (const [name, fold] of folds) if (name !== without) key = fold(key);
  return key;
}

const nothings = new Set(['', '-', '?', 'none', 'null', 'nil', 'nan', 'n/a', 'undefined']);

/**
 * Looks for labels that differ only by letter case, full or half width, white space, `_`, `-` or a blank between words,
 * or letters of other scripts that look alike, and for labels that are none.
 *
 * @param counts how often each label occurs
 */
export function suggestLabels(counts: ReadonlyMap<string, number>): LabelSuggestion[] {
  const groups = new Map<string, { label: string; count: number }[]>();
  const suggestions: LabelSuggestion[] = [];
  for (const [label, count] of counts) {
    if (nothings.has(label.normalize('NFKC').replace(blanks, ' ').trim().toLowerCase())) {
      suggestions.push({ labels: [{ label, count }], differences: ['no-label'], proposed: undefined });
      continue;
    }
    const key = folded(label);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ label, count }]);
    else group.push({ label, count });
  }
  for (const group of groups.values()) {
    group.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
    const proposed = group[0]!.label.replace(blanks, ' ').trim();
    if (group.length === 1) {
      if (proposed !== group[0]!.label)
        suggestions.push({ labels: group, differences: ['white-space'], proposed });
      continue;
    }
    const differences = folds
      .map(([name]) => name)
      .filter((name) => new Set(group.map(({ label }) => folded(label, name))).size > 1);
    suggestions.push({ labels: group, differences, proposed });
  }
  const first = ({ labels }: LabelSuggestion) => labels[0]!;
  return suggestions.sort(
    (a, b) => first(b).count - first(a).count || (first(a).label < first(b).label ? -1 : 1),
  );
}
