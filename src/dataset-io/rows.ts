import type { ManifestBatch } from '../manifest/index.js';
import type { Diagnostic, LabelkitError, Sample } from '../model/index.js';

/** A sample with what is needed to name it, to resolve its references and to write it elsewhere. */
export interface Row {
  readonly sample: Sample;
  /** The file it was read from, for findings. */
  readonly file: string;
  /** Its line in that file, 1-based, for line formats. */
  readonly line?: number;
  /** The directory that relative references of the sample are taken from. */
  readonly base: string;
  /** Its name in folder formats: `/`-separated, without extension. Absent: derived from the references. */
  readonly key?: string;
}

/** An annotation file of a sample with new content, in `image` of its annotation. */
export interface ChangedDocument {
  readonly row: Row;
  /** Index of the annotation in the sample. */
  readonly index: number;
}

/** A record that could not be read as a sample. Its bytes are kept, so that it can be put aside unharmed. */
export interface Fault {
  /** What is wrong with it; the first error is the one that stops a run told to stop. */
  readonly diagnostics: readonly Diagnostic[];
  readonly raw?: Uint8Array;
  /** For folder formats: the file's name relative to the input. */
  readonly name?: string;
  /** The record could not be fetched at all: what a run told to stop throws. */
  readonly cause?: LabelkitError;
}

/** Rows that are handed on together: one await for all of them. */
export interface RowBatch {
  /** How many {@link rows} there are; asking does not build them. */
  readonly count: number;
  readonly rows: readonly Row[];
  readonly faults: readonly Fault[];
  /** Findings that do not keep a sample from being read. */
  readonly diagnostics: readonly Diagnostic[];
  /** Samples that the input has and that its options leave out. */
  readonly dropped?: number;
  /** Bytes of input that this batch stands for. */
  readonly bytes: number;
  /** Annotation files whose content is no longer what their references lead to. */
  readonly documents?: readonly ChangedDocument[];
  /** Where the rows are lines of a manifest: the lines themselves, so that a manifest writer need not build them anew. */
  readonly lines?: ManifestBatch;
}
