/** How far a run has come. Handed to `onProgress` about once per batch, never per sample. */
export interface Progress {
  /** Samples read so far. */
  readonly items: number;
  /** Bytes read so far. */
  readonly bytes: number;
  /** Samples in all, where that is known before reading. */
  readonly totalItems?: number;
  /** Bytes in all, where that is known before reading. */
  readonly totalBytes?: number;
  /** Errors and warnings so far, where the run looks for faults. */
  readonly findings?: number;
  /**
   * `first-pass`: input is read that will be looked at again. `write`: everything is read, and the files are being put into
   * place; items are files. Absent: the work itself.
   */
  readonly phase?: 'first-pass' | 'write';
}

/** Hears how far a run has come. */
export type OnProgress = (progress: Progress) => void;
