import type { Finding, Mode, Profile, Severity } from '../../model/index.js';
import { manifestSeverity } from './table.js';

/** Labels a dataset was created with, as far as relations are concerned. */
export interface LabelSet {
  /** Relation label → the entity labels it goes from and to. */
  readonly relations: ReadonlyMap<string, { readonly from: string; readonly to: string }>;
}

/** How the lines of a manifest are judged. */
export interface ManifestCheckContext {
  readonly mode: Mode;
  readonly profile: Profile;
  /** Report unknown keys (M011). */
  readonly pedantic?: boolean;
  /** What entity offsets count; default `utf16`. */
  readonly indexUnit?: 'utf16' | 'codepoint';
  /** Known relation labels, for M106. */
  readonly labelSet?: LabelSet;
}

/** Takes the findings of one line as they are made. */
export type Report = (finding: Finding) => void;

/** Turns a fault into a finding: looks up the severity and drops what the mode and profile switch off. */
export class Reporter {
  readonly context: ManifestCheckContext;
  /** Keys already reported by {@link addOnce}, written `M009 creation_time`. */
  private readonly reported = new Set<string>();
  private readonly report: Report;
  /** Set while a once-per-key finding is handed on. */
  onceKey: string | undefined;

  constructor(context: ManifestCheckContext, report: Report) {
    this.context = context;
    this.report = report;
  }

  /** Reports a fault. A given severity replaces the rule's own, unless the rule is off. */
  add(
    rule: string,
    message: string,
    pointer?: string,
    more?: { readonly hint?: string | undefined; readonly atKey?: boolean; readonly severity?: Severity },
  ): void {
    const { mode, profile, pedantic } = this.context;
    const severity = manifestSeverity(rule, mode, profile, pedantic === true);
    if (severity === 'off') return;
    this.report({
      rule,
      severity: more?.severity ?? severity,
      message,
      ...(more?.hint === undefined ? {} : { hint: more.hint }),
      ...(pointer === undefined || pointer === '' ? {} : { pointer }),
      ...(more?.atKey === true ? { atKey: true } : {}),
    });
  }

  /** Reports a fault about a key, the first time the key is met; at most `onceLimit` keys are told apart. */
  addOnce(rule: string, key: string, message: string, pointer: string, hint?: string): void {
    const onceKey = `${rule} ${key}`;
    if (this.reported.has(onceKey) || this.reported.size >= onceLimit) return;
    this.reported.add(onceKey);
    this.onceKey = onceKey;
    this.add(rule, message, pointer, { hint, atKey: true });
    this.onceKey = undefined;
  }
}

/** How many keys the once-per-key rules remember in one file. */
export const onceLimit = 10_000;
