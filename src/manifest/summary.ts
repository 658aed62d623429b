import type { ContainerFacts } from '../text/index.js';
import { locateFinding } from './locate.js';
import { type ManifestCheckContext, Reporter } from './rules/context.js';
import type { DiagnosticOutput, OutputOptions } from './rules/diagnostic-output.js';
import { checkFile } from './rules/file-rules.js';
import type { FileTally } from './rules/file-tally.js';

/** What a check of a manifest counted. */
export interface ManifestSummary {
  /** Lines that hold a sample with a source. */
  readonly samples: number;
  readonly annotations: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  /** Findings per rule id, in the order of the ids. */
  readonly rules: Record<string, number>;
  /** Annotations per label name, in order of first appearance; at most 100,000 names. */
  readonly labels: Map<string, number>;
  /** Samples per task; frames of videos under `video`. */
  readonly tasks: Map<string, number>;
  /** Samples per usage: the four words in upper case, others as stored; samples without one are not here. */
  readonly usages: Map<string, number>;
  /** More findings than were handed on. */
  readonly truncated: boolean;
}

/** Applies the rules about the file as a whole and sums up. */
export function summarize(
  tally: FileTally,
  facts: ContainerFacts,
  output: DiagnosticOutput,
  options: ManifestCheckContext & OutputOptions & { readonly isPart?: boolean },
): ManifestSummary {
  checkFile(tally, facts, options.isPart ?? false, (line) => {
    return new Reporter(options, (finding) => {
      tally.countFinding(finding.rule, finding.severity);
      output.show(finding.severity, () => locateFinding(finding, '', { file: options.file, line }));
    });
  });
  const { error, warning, info } = tally.severities;
  const rules = [...tally.rules].filter(([, count]) => count > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    samples: tally.samples,
    annotations: tally.annotations,
    errors: error,
    warnings: warning,
    infos: info,
    rules: Object.fromEntries(rules),
    labels: tally.labels.toMap(),
    tasks: tally.tasks(),
    usages: tally.usages(),
    truncated: output.truncated(tally),
  };
}
