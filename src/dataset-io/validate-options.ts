import type { ManifestSummary } from '../manifest/index.js';
import type { Diagnostic, Mode, Profile, Severity } from '../model/index.js';
import type { DataShard } from './data-shard.js';
import type { DatasetOptions } from './dataset-options.js';
import type { OnProgress } from './progress.js';
import type { VocTree } from './voc-tree.js';
import type { VocSummary } from './voc-validator.js';

/** How a data set is to be checked. */
export interface ValidateOptions extends DatasetOptions {
  /** Whose extra demands are checked; default `generic`. */
  readonly profile?: Profile | undefined;
  /** Severities; default `strict`. */
  readonly mode?: Mode | undefined;
  /** Report unknown keys of manifests (M011); default false. */
  readonly pedantic?: boolean | undefined;
  /** Open the files that are referred to: annotation files and images. Default false. */
  readonly checkFiles?: boolean | undefined;
  /**
   * Compare samples with each other (M141–M143). Costs at most 16 bytes of memory per sample, besides a
   * fixed 44 MB at most; everything else takes the same memory for any number of samples. Default true.
   */
  readonly crossSample?: boolean | undefined;
  /** What the offsets of text entities count; default `utf16`. */
  readonly indexUnit?: 'utf16' | 'codepoint' | undefined;
  /** Diagnostics in the result; all findings are counted. Default 1000. */
  readonly maxDiagnostics?: number | undefined;
  /** The least severity listed among the diagnostics; all findings are counted. Default `warning`. */
  readonly minSeverity?: Severity | undefined;
  /** Threads; default: one for each core, at most four. Large local inputs only. The result is the same for any number. */
  readonly jobs?: number | undefined;
  /** Only this part of a manifest, by one thread; rules about files as a whole are left out. Default: all of it. */
  readonly shard?: DataShard | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** A validation with everything that was counted on the way. */
export type Survey =
  | {
      readonly format: 'manifest';
      readonly summary: ManifestSummary;
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      readonly format: 'voc';
      readonly summary: VocSummary;
      readonly diagnostics: readonly Diagnostic[];
      readonly tree: VocTree;
    };
