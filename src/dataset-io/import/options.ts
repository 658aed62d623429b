import type { DataType, Label, Notice, ServiceSession } from '../../cloud/datasets/index.js';
import type { WaitOptions } from '../../cloud/service/index.js';
import type { Diagnostic, JsonObject } from '../../model/index.js';
import type { AnnotationConfigOption } from '../annotation-config.js';
import type { DatasetOptions } from '../dataset-options.js';
import type { StorageHolder } from '../storages.js';

/** What an import is busy with. */
export type ImportStep = 'check' | 'convert' | 'upload' | 'create' | 'import' | 'publish' | 'download';

/** How far a step of an import has come. */
export interface ImportProgress {
  readonly step: ImportStep;
  /** Samples, or files while they are uploaded. */
  readonly done: number;
  readonly total?: number | undefined;
  /** Bytes that were uploaded. */
  readonly bytes?: number | undefined;
}

/** How a data set comes to the service. Either `name` and `workPath`, or `into`. */
export interface ImportDatasetOptions extends Omit<DatasetOptions, 'session'>, AnnotationConfigOption {
  /** Who asks: opens `obs://` paths, and asks the service. A `Session`. */
  readonly session: ServiceSession & StorageHolder;
  /** What the new data set is called. */
  readonly name?: string | undefined;
  /** Where the service may write for the new data set: `obs://bucket/dir/`. */
  readonly workPath?: string | undefined;
  /** The id of a data set that is there: nothing is created. */
  readonly into?: string | undefined;
  /** Where files go: `obs://bucket/dir/`. Default: a folder of the data set's name in `<work path>-data/`. */
  readonly dataPath?: string | undefined;
  /** What the new data set is labelled for, see `datasetTypes`. Default: what its labels say. */
  readonly datasetType?: number | undefined;
  /** The kind of its data, for a data set without a type: label tasks of several types can be made for it. */
  readonly dataType?: DataType | undefined;
  readonly description?: string | undefined;
  /** Labels of the new data set, beside those of the data. */
  readonly labels?: readonly Label[] | undefined;
  /**
   * `fail` (default): an error that the check finds, or a file that cannot be uploaded, ends it. `skip`: samples that
   * cannot be read or uploaded are left out and counted.
   */
  readonly onError?: 'fail' | 'skip' | undefined;
  /** Publish a version when all is imported; a text is its name. Default false. */
  readonly publish?: boolean | string | undefined;
  /** Where the manifest of that version is written. Publishes one. */
  readonly download?: string | undefined;
  /** A file that says how far it came: an import that was interrupted goes on there. Removed when all is done. */
  readonly state?: string | undefined;
  /** Files under way at a time. Default 16. */
  readonly concurrency?: number | undefined;
  /** How the service is waited for. */
  readonly wait?: Omit<WaitOptions, 'signal' | 'onProgress'> | undefined;
  /** Called as a step goes on. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Hears of each sample that is left out because a file of it cannot be sent. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
}

/** A request that would be made. */
export interface PlannedRequest {
  readonly method: 'POST' | 'PUT';
  /** With parameters by name. */
  readonly path: string;
  readonly body: JsonObject;
}

/** What an import would do. */
export interface ImportPlan {
  readonly input: string;
  readonly format: string;
  readonly samples: number;
  readonly annotations: number;
  /** What the check found; an import stops at errors unless it is told to skip. */
  readonly errors: number;
  readonly warnings: number;
  /** What the conversion would lose: feature → how often. */
  readonly losses: Readonly<Record<string, number>>;
  /** Samples per task. */
  readonly tasks: Readonly<Record<string, number>>;
  readonly datasetType?: number | undefined;
  readonly dataType?: string | undefined;
  /** What would be uploaded, where it is not there already; the manifest is not counted. */
  readonly files: number;
  readonly bytes: number;
  /** Files that are named and are not there. */
  readonly missing: number;
  readonly dataPath: string;
  /** What is imported: a manifest, or the folder of a table. */
  readonly importPath: string;
  readonly requests: readonly PlannedRequest[];
}

/** What became of an import. */
export interface ImportResult {
  readonly input: string;
  readonly datasetId: string;
  readonly datasetName: string;
  /** It was created for this. */
  readonly created: boolean;
  /** What was imported: a manifest, or the folder of a table. */
  readonly importPath: string;
  /** Samples that were sent; of a table: files. */
  readonly samples: number;
  /** Samples that could not be read or uploaded; of a table also rows that the service ignores (T002). */
  readonly skipped: number;
  /** What the conversion lost: feature → how often. */
  readonly losses: Readonly<Record<string, number>>;
  readonly uploaded: { readonly files: number; readonly bytes: number; readonly alreadyThere: number };
  readonly importTaskId?: string | undefined;
  /** Samples that the service counted and took; rows of a table. */
  readonly total: number;
  readonly imported: number;
  /** What it did not take, and what it says of that. */
  readonly failed: number;
  readonly why?: string | undefined;
  /** In the data set now. */
  readonly datasetSamples: number;
  readonly labels: number;
  /** Labels given in the data set now: objects of images, and every other annotation. */
  readonly annotations: number;
  readonly version?:
    | { readonly versionId: string; readonly name: string; readonly manifestPath: string }
    | undefined;
  /** Where the version's manifest was written. */
  readonly downloaded?: string | undefined;
  readonly seconds: number;
}
