import type { ManifestValidatorOptions } from '../../manifest/index.js';
import type { Profile } from '../../model/index.js';
import type { Encoding } from '../../text/index.js';
import type { LineWatchWork } from '../line-watch.js';
import type { SplitMethod, SplitOptions } from '../split-options.js';
import type { VocValidatorOptions } from '../voc-validator.js';

/** A part of a validation: plain data, so that it can be posted to a thread. */
export type Shard = ManifestShard | SplitShard | StatsShard | VocShard;

/** A manifest that several threads check together: each gets the same shard, and takes blocks of it. */
export interface ManifestShard {
  readonly kind: 'manifest';
  readonly path: string;
  readonly size: number;
  /** A block has the lines that begin in its bytes. */
  readonly blockBytes: number;
  /** Blocks checked at most before the one that is to be joined next. */
  readonly blocksAhead: number;
  /** In memory of all threads: the block to be taken next, how many are joined, and 1 when a thread has stopped. */
  readonly progress: Int32Array;
  readonly encoding: Encoding | undefined;
  readonly maxLineBytes: number | undefined;
  /** What else is to be known of the lines. With `join`, the run ends at a line whose annotation files are to be read. */
  readonly watch: LineWatchWork | undefined;
  readonly options: Omit<ManifestValidatorOptions, 'onDiagnostic' | 'checkFiles'>;
}

/** A manifest that several threads count together: each gets the same shard, and takes blocks of it. */
export interface StatsShard {
  readonly kind: 'stats';
  readonly path: string;
  readonly size: number;
  /** A block has the lines that begin in its bytes. */
  readonly blockBytes: number;
  /** Two numbers in memory of all threads: the block to be taken next, and 1 when all are to stop. */
  readonly progress: Int32Array;
  /** In memory of all threads: how many lines each block has. */
  readonly blockLines: Int32Array;
  readonly encoding: Encoding | undefined;
  readonly maxLineBytes: number | undefined;
  /** Stop at a line whose annotation files are to be read: that is not for threads. */
  readonly join: boolean;
  /** Findings kept. */
  readonly maxDiagnostics: number;
}

/** A manifest that several threads split together: each gets the same shard, and takes blocks of it. */
export interface SplitShard {
  readonly kind: 'split';
  readonly path: string;
  readonly size: number;
  /** A block has the lines that begin in its bytes. */
  readonly blockBytes: number;
  readonly method: Exclude<SplitMethod, 'lines'>;
  readonly options: Pick<
    SplitOptions,
    'parts' | 'groupBy' | 'seed' | 'reassign' | 'countLabels' | 'join' | 'maxLineBytes'
  >;
  readonly profile: Profile | undefined;
  /** Where the file of each part lies, and what errors call it. */
  readonly files: readonly { readonly path: string; readonly meant: string }[];
  /** Numbers in memory of all threads, see `at` of split-blocks.ts. */
  readonly progress: Int32Array;
  /** In memory of all threads: where the next bytes of each part go. */
  readonly ends: Float64Array;
  /** In memory of all threads, unless parts follow from hashes: the part of each sample, there once it is planned. */
  readonly plan: SharedArrayBuffer;
  /** In memory of all threads: which sample is the first of each block, and how many there are, once it is planned. */
  readonly firstRows: Int32Array;
}

/** Files of a VOC tree that several threads share: each gets the same shard, and takes pieces of it. */
export interface VocShard {
  readonly kind: 'voc';
  readonly folder: string;
  /** The names of each piece's files, separated by NUL. */
  readonly pieces: readonly string[];
  /** One Int32 in memory of all threads: pieces taken so far. */
  readonly taken: SharedArrayBuffer;
  readonly options: VocValidatorOptions;
}

export interface ShardProgress {
  readonly items: number;
  readonly bytes: number;
  /** Errors and warnings, where faults are looked for. */
  readonly findings?: number;
}
