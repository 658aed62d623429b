import type { Severity } from './diagnostic.js';

/** `lenient` recovers where the meaning is plain and reports; `strict` lets every `error` rule fail. */
export type Mode = 'strict' | 'lenient';

/** A consumer whose extra demands are checked too. Profiles raise severities or add rules, never lower. */
export type Profile = 'generic' | 'modelarts-import' | 'mindspore';

export const profiles: readonly Profile[] = ['generic', 'modelarts-import', 'mindspore'];

/** `off`: the rule does not fire there. */
export type RuleSeverity = Severity | 'off';

/** What a rule id means. The checks live beside the tables; `explain` and the docs walk the tables. */
export interface Rule {
  /** `M027`. Never reused for another meaning. */
  readonly id: string;
  /** The fault itself in kebab-case: `unknown-usage`. */
  readonly name: string;
  /** Severity in strict mode under the generic profile. */
  readonly severity: RuleSeverity;
  /** Severity in lenient mode; default: as in strict mode. */
  readonly lenient?: RuleSeverity;
  /** Severity where a profile differs. */
  readonly profile?: Partial<Record<Profile, RuleSeverity>>;
  /** When it fires: one sentence. */
  readonly summary: string;
  /** Why it matters. */
  readonly why: string;
  /** How to mend it. */
  readonly fix: string;
  /** Compares samples with each other, so it needs memory that grows with their number (at most 16 bytes each). */
  readonly crossSample?: boolean;
}

/** The severity of a rule under a mode and a profile. */
export function severityOf(rule: Rule, mode: Mode, profile: Profile): RuleSeverity {
  return rule.profile?.[profile] ?? (mode === 'lenient' ? (rule.lenient ?? rule.severity) : rule.severity);
}
