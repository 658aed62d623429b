import type { Diagnostic, Severity } from '../model/index.js';
import type { ContainerFacts } from '../text/index.js';
import type { FileTallyState } from './rules/file-tally.js';
import type { SampleRecordsState } from './rules/sample-records.js';

/** What was found on one line of a part. */
export interface PartEntry {
  readonly rule: string;
  readonly severity: Severity;
  /** Present for rules that are reported once per key of the file. */
  readonly onceKey?: string;
  /** Absent when it is below the least severity. */
  readonly diagnostic?: Diagnostic;
}

/** The result of one part of a file: plain data that can be posted to another thread. */
export interface ManifestValidatorState {
  readonly facts: ContainerFacts;
  readonly tally: FileTallyState;
  readonly entries: readonly PartEntry[];
  readonly records?: SampleRecordsState;
}
