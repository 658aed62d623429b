import type { ManifestSummary } from '../manifest/index.js';
import type { Diagnostic, Mode, Profile, Severity } from '../model/index.js';
import type { CoordinateEvidence } from '../transforms/index.js';
import type { AnnotationConfigOption } from './annotation-config.js';
import type { DataShard } from './data-shard.js';
import type { DatasetOptions } from './dataset-options.js';
import type { Detection } from './detect.js';
import type { FormatId } from './formats.js';
import type { OnProgress } from './progress.js';
import type { VocTree } from './voc-tree.js';
import type { VocSummary } from './voc-validator.js';

/** How a data set is to be checked. */
export interface ValidateOptions extends DatasetOptions, AnnotationConfigOption {
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

/** What was counted in a data set of a format in `src/formats`. */
export interface OtherSummary {
  readonly samples: number;
  /** Labels given: objects of images, and every other annotation. */
  readonly annotations: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly rules: ReadonlyMap<string, number>;
  /** Labels with how often they are given; at most 100,000. */
  readonly labels: ReadonlyMap<string, number>;
  /** Objects per shape; `none` for those without one. */
  readonly shapes: ReadonlyMap<string, number>;
  /** Images per `width×height`, or `width×height×depth`; at most 1,000 sizes. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Samples per task. */
  readonly tasks: ReadonlyMap<string, number>;
  /** Samples per usage. */
  readonly usages: ReadonlyMap<string, number>;
  /** Where boxes touch the edges of their images. */
  readonly coordinates: CoordinateEvidence;
}

/** What every survey has. */
interface Surveyed {
  /** What made us think that it is this format, where it was detected. */
  readonly reason?: string | undefined;
  /** Formats that it nearly has, and why not. */
  readonly near?: readonly Detection[] | undefined;
}

/** A validation with everything that was counted on the way. */
export type Survey = Surveyed &
  (
    | {
        readonly kind: 'manifest';
        readonly format: FormatId;
        readonly summary: ManifestSummary;
        readonly diagnostics: readonly Diagnostic[];
      }
    | {
        readonly kind: 'voc';
        readonly format: FormatId;
        readonly summary: VocSummary;
        readonly diagnostics: readonly Diagnostic[];
        readonly tree: VocTree;
      }
    | {
        readonly kind: 'other';
        readonly format: FormatId;
        readonly summary: OtherSummary;
        readonly diagnostics: readonly Diagnostic[];
      }
  );
