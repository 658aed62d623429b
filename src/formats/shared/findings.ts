import { type Diagnostic, type Mode, type Profile, type Rule, severityOf } from '../../model/index.js';

/** Where a finding is, and what it is about beside its message. */
export type Place = Omit<Diagnostic, 'rule' | 'severity' | 'message'>;

/** Findings of one input: the severity of each follows from the mode and the profile it is read under. */
export class Findings {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #mode: Mode;
  readonly #profile: Profile;

  /** @param rules those of the format */
  constructor(rules: readonly Rule[], { mode, profile }: { readonly mode: Mode; readonly profile: Profile }) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#mode = mode;
    this.#profile = profile;
  }

  /** A finding of a rule, undefined where the rule does not fire. */
  of(id: string, message: string, place: Place): Diagnostic | undefined {
    const severity = severityOf(this.#rules.get(id)!, this.#mode, this.#profile);
    return severity === 'off' ? undefined : { rule: id, severity, message, ...place };
  }
}

/** A name or value as messages show it: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
