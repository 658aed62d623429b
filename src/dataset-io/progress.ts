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
  /** `write`: everything is read, and the files are being put into place; items are files. Absent: reading. */
  readonly phase?: 'write';
}

/** Hears how far a run has come. */
export type OnProgress = (progress: Progress) => void;
