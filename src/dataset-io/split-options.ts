import type { SplitPart } from '../transforms/index.js';
import type { TransformOptions } from './convert.js';
import type { RunResult } from './run.js';
import type { GroupBy } from './split-keys.js';

/**
 * `random`: exact sizes, every sample with the same chance of every place. `stratified`: exact sizes, and every label keeps
 * its share. `hash`: a sample's part follows from its group and the seed alone, sizes are near the ratios.
 * `lines`: consecutive lines of a manifest as they are, nothing looked at.
 */
export type SplitMethod = 'random' | 'stratified' | 'hash' | 'lines';

/** `files`: a manifest for each part in a folder; `usage`: one data set with `usage` set; `imagesets`: lists of ids. */
export type SplitOutput = 'files' | 'usage' | 'imagesets';

/** Which parts there are, and how samples come to them. */
export interface SplitOptions extends TransformOptions {
  readonly parts: readonly SplitPart[];
  /** Default `random`. */
  readonly by?: SplitMethod | undefined;
  /** What stays together; default `parent`. Samples with one source always do, unless they are told apart by a property. */
  readonly groupBy?: GroupBy | undefined;
  /** With `groupBy: 'phash'`: bits in which near pictures may differ; default 4. */
  readonly distance?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Put samples into new parts that have a usage already; default: they stay where it says. */
  readonly reassign?: boolean | undefined;
  /** Default: `files` for manifests, `imagesets` for VOC data sets. */
  readonly as?: SplitOutput | undefined;
  /**
   * To stratify, read the VOC files of annotations without a name for their labels; default true. Files that cannot be
   * read are findings.
   */
  readonly join?: boolean | undefined;
  /** Threads for a large manifest on the local disk; default one for each core, at most four. Parts are the same. */
  readonly jobs?: number | undefined;
  /** Count labels in every part; default true. Without, and with `reassign`, lines are only looked at for their source. */
  readonly countLabels?: boolean | undefined;
}

/** One part of a {@link SplitResult}. */
export interface SplitPartResult {
  readonly name: string;
  /** Samples it was to have; absent where only ratios are kept on average. */
  readonly wanted?: number;
  readonly samples: number;
  /** Samples by label; absent where labels were not counted. */
  readonly labels?: Readonly<Record<string, number>>;
}

/** What a split came to. */
export interface SplitReport {
  readonly method: SplitMethod;
  readonly seed?: number;
  readonly groupBy?: GroupBy;
  readonly parts: readonly SplitPartResult[];
  /** Samples in no part, because the ratios or counts leave some. */
  readonly unassigned: number;
  /** Absent where nothing was grouped. */
  readonly groups?: {
    /** Absent where each sample was placed by its own key, so that groups need not be known. */
    readonly count?: number;
    /** Samples of the largest group. */
    readonly largest?: number;
    /** Groups with samples in several parts. */
    readonly crossing: number;
  };
  /** The label whose share in a part is farthest from that of the part; absent where labels were not counted. */
  readonly balance?: { readonly label: string; readonly part: string; readonly offBy: number };
}

export interface SplitResult extends RunResult {
  readonly split: SplitReport;
}
