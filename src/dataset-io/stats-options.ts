import type { Diagnostic } from '../model/index.js';
import type { StatsTally } from '../transforms/index.js';
import type { DataShard } from './data-shard.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import type { FormatId } from './formats.js';
import type { OnProgress } from './progress.js';

/** What is read for counting. */
export interface StatsOptions extends JoinedDatasetOptions {
  /** Read the VOC files that a manifest names, and count their objects. Default true. */
  readonly join?: boolean | undefined;
  /** Rows listed of labels, pairs of labels, types, usages and annotators; all are counted. Default 50. */
  readonly top?: number | undefined;
  /** Findings in the result; what cannot be read is counted in full. Default 10. */
  readonly maxDiagnostics?: number | undefined;
  /** Threads; default: one for each core, at most four. Large local inputs only. The result is the same for any number. */
  readonly jobs?: number | undefined;
  /** Count only this part of a manifest; the tallies of all parts add up to that of the whole. One thread. */
  readonly shard?: DataShard | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A tally with where it comes from. */
export interface Counted {
  readonly format: FormatId;
  readonly tally: StatsTally;
  /** Why samples or annotation files could not be read: the first findings, in input order. */
  readonly diagnostics: readonly Diagnostic[];
}
