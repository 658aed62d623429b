import type { JoinedDatasetOptions } from '../dataset-io/dataset-options.js';
import type { OnProgress } from '../dataset-io/progress.js';
import type { TreeMode } from '../dataset-io/storage/index.js';
import type { CoordinateConvention, Diagnostic, Profile } from '../model/index.js';
import type { PictureOptions } from './pictures/thumbnail.js';

/** Which samples are shown, and how. */
export interface PreviewOptions extends JoinedDatasetOptions, PictureOptions {
  /** Images shown, drawn at random from those that fit; all where there are fewer. Default 20. */
  readonly count?: number | undefined;
  /** Whole number from 0; default 0. The same input, options and seed give the same choice. */
  readonly seed?: number | undefined;
  /** Only images with one of these labels; `*` and `?` stand for any characters, and for one. */
  readonly labels?: readonly string[] | undefined;
  /** Only images with one of these findings: ids or names of rules, or severities. */
  readonly findings?: readonly string[] | undefined;
  /** With {@link findings}: open the files that are referred to, too. Default false. */
  readonly checkFiles?: boolean | undefined;
  /** With {@link findings}: whose demands are checked; default `generic`. */
  readonly profile?: Profile | undefined;
  /** What the coordinates of boxes mean; default `zeroBased`. */
  readonly convention?: CoordinateConvention | undefined;
  /** Contact sheets of all pictures; default true. */
  readonly sheets?: boolean | undefined;
  /** What happens when the folder is there; default `create`. */
  readonly mode?: TreeMode | undefined;
  /** Takes every finding about what could not be read. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  readonly onProgress?: OnProgress | undefined;
}
