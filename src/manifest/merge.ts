import type { Diagnostic } from '../model/index.js';
import type { ContainerFacts } from '../text/index.js';
import { locateFinding, locateInSample } from './locate.js';
import type { ManifestValidatorState, PartEntry } from './part.js';
import { onceLimit, Reporter } from './rules/context.js';
import { CrossSampleCheck, reportRepeat } from './rules/cross-sample.js';
import { DiagnosticOutput } from './rules/diagnostic-output.js';
import { FileTally, joinFacts } from './rules/file-tally.js';
import { type ManifestSummary, summarize } from './summary.js';
import type { ManifestValidatorOptions } from './validate.js';

const repeatRules: ReadonlySet<string> = new Set(['M141', 'M142', 'M143']);

/** The diagnostic is about a sample that repeats an earlier one, found without its line at hand. */
export function isRepeat({ rule, line, offset }: Diagnostic): boolean {
  return repeatRules.has(rule) && line !== undefined && offset !== undefined;
}

/** A diagnostic that {@link isRepeat} picks, with the column and source that one pass gives it. */
export function locateRepeat(diagnostic: Diagnostic, text: string): Diagnostic {
  return locateInSample(diagnostic, text, diagnostic);
}

/**
 * Joins the parts of a file, which come in file order, cut at the starts of lines, as they are finished.
 * Diagnostics are handed on and summed up exactly as one pass over the file would, except that those of
 * {@link isRepeat} still want {@link locateRepeat}.
 */
export class ManifestMerger {
  private readonly options: ManifestValidatorOptions;
  private readonly tally = new FileTally();
  private readonly output: DiagnosticOutput;
  private readonly cross: CrossSampleCheck | undefined;
  private readonly onceKeys = new Set<string>();
  private facts: ContainerFacts | undefined;

  constructor(options: ManifestValidatorOptions) {
    this.options = options;
    this.output = new DiagnosticOutput(options);
    if (options.crossSample !== false) this.cross = new CrossSampleCheck(options.expectedSamples);
  }

  /** Errors and warnings in the parts so far. */
  get findings(): number {
    return this.tally.findings;
  }

  /** Adds the next part. */
  add({ facts, tally, entries, records }: ManifestValidatorState): void {
    const { output, options } = this;
    const lineBase = this.facts?.lines ?? 0;
    this.tally.addState(tally, lineBase);
    this.takeEntries(entries, lineBase);
    if (records !== undefined) {
      let line = 0;
      let offset = 0;
      const reporter = new Reporter(options, (finding) => {
        this.tally.countFinding(finding.rule, finding.severity);
        output.show(finding.severity, () => locateFinding(finding, '', { file: options.file, line, offset }));
      });
      this.cross?.compare(records, lineBase, (index, repeat) => {
        line = records.lines[index]! + lineBase;
        offset = records.offsets[index]!;
        output.release(line);
        reportRepeat(repeat, reporter);
      });
    }
    output.release(Number.POSITIVE_INFINITY);
    this.facts = joinFacts(this.facts === undefined ? [facts] : [this.facts, facts]);
  }

  /** Holds the visible diagnostics of a part, without those about keys that an earlier part has reported. */
  private takeEntries(entries: readonly PartEntry[], lineBase: number): void {
    const { onceKeys, output } = this;
    for (const { rule, severity, onceKey, diagnostic } of entries) {
      if (onceKey !== undefined) {
        if (onceKeys.has(onceKey) || onceKeys.size >= onceLimit) {
          this.tally.countFinding(rule, severity, -1);
          continue;
        }
        onceKeys.add(onceKey);
      }
      if (diagnostic === undefined || !output.wants(severity)) continue;
      output.hold({ ...diagnostic, line: (diagnostic.line ?? 0) + lineBase });
    }
  }

  /** The rules about the file as a whole, then the result. Call it once, after the last part. */
  end(): ManifestSummary {
    return summarize(this.tally, this.facts ?? joinFacts([]), this.output, this.options);
  }
}
