import type { Diagnostic } from '../model/index.js';
import type { StatsTally } from '../transforms/index.js';
import type { DataShard } from './data-shard.js';
import type { FormatId } from './formats.js';
import type { OnProgress } from './progress.js';
import type { Places } from './storages.js';

export interface StatsOptions extends Places {
  /** Format; default: detected. */
  readonly from?: string | undefined;
  /** Encoding of a manifest; default `utf-8`. */
  readonly encoding?: string | undefined;
  /** Where relative references of a manifest are taken from; default: its own directory. */
  readonly baseDir?: string | undefined;
  /** A directory that the references of a manifest may not leave; default: none. */
  readonly root?: string | undefined;
  /** Longest manifest line in bytes; default 64 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Options of the input's own format, by name. */
  readonly fromOptions?: Readonly<Record<string, unknown>> | undefined;
  /** Class names by their numbers, for data that has numbers and no names. */
  readonly classes?: readonly string[] | undefined;
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
  readonly signal?: AbortSignal | undefined;
}

/** A tally with where it comes from. */
export interface Counted {
  readonly format: FormatId;
  readonly tally: StatsTally;
  /** Why samples or annotation files could not be read: the first findings, in input order. */
  readonly diagnostics: readonly Diagnostic[];
}
