import type { RowBatch } from './rows.js';
import type { Output, Run } from './run.js';
import type { Loan, Storage, TreeMode } from './storage/index.js';
import type { Places } from './storages.js';

/**
 * What becomes of the image files. `reference`: they stay, and the output names them where they are;
 * `copy` and `link` (hard links, or copies where links cannot be made) put them beside the output.
 */
export type ImageHandling = 'reference' | 'copy' | 'link';

/** What a writer is given beside the rows. */
export interface WriterContext {
  readonly storage: Storage;
  /** The output's path. */
  readonly output: string;
  readonly mode: TreeMode;
  readonly images: ImageHandling;
  readonly run: Run;
  /** Number the later of two samples with one output name instead of refusing them. */
  readonly renameClashes: boolean;
  /** Write a class list for each label and set of a devkit. */
  readonly classLists: boolean;
  /** What opens the files that rows refer to. */
  readonly places: Places;
  /** A directory that references may not leave. */
  readonly root?: string | undefined;
  /**
   * The rows are lines of a manifest, so a manifest writer copies those that nothing changed: `bytes` as they
   * are stored, `lines` when they were stored in another encoding.
   */
  readonly verbatim: 'bytes' | 'lines' | undefined;
  /** Where relative references of rows that are lines of a manifest are taken from. */
  readonly base: string;
  /** Write manifest lines in canonical key order and spelling. */
  readonly canonical: boolean;
  /** ImageSets lists of the input, to be carried over; as they are where every sample is. */
  readonly lists?:
    | { readonly storage: Storage; readonly folder: string; readonly names: readonly string[] }
    | undefined;
  /** The loan of the memory that the rows' lines are in. */
  readonly loan?: Loan | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes all rows, or leaves nothing behind and throws. */
export type WriteRows = (batches: AsyncIterable<RowBatch>, context: WriterContext) => Promise<Output[]>;
