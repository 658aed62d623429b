import type { ImageAnnotation, Sample } from '../model/index.js';
import { DataError, type Diagnostic, throwIfAborted } from '../model/index.js';
import { Ahead } from './ahead.js';
import type { JoinedDatasetOptions } from './dataset-options.js';
import { resolveInput } from './detect.js';
import type { FormatId } from './formats.js';
import { inputRows } from './input-rows.js';
import { type Joined, joinVoc } from './resolve.js';
import { imagesIn } from './row-images.js';
import type { Row } from './rows.js';
import { storageOf } from './storages.js';

/** How a data set of any format is read. */
export interface OpenDatasetOptions extends JoinedDatasetOptions {
  /**
   * Read the VOC files that a manifest names, so that {@link DatasetRow.images} has what they say. VOC data
   * sets always have it. Default false.
   */
  readonly join?: boolean | undefined;
  /** `strict` throws `DataError` at the first record that cannot be read; `lenient` (default) goes on. */
  readonly mode?: 'strict' | 'lenient' | undefined;
  /** Takes every finding about a record that cannot be read, and every other finding of lenient reading. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
}

/** A row of an opened data set, with the annotation files of its sample. */
export interface DatasetRow extends Row {
  /** What each VOC file of the sample says, by index of the annotation; only those that were read. */
  readonly images: ReadonlyMap<number, ImageAnnotation>;
}

/** A data set of any format, read the same way. */
export interface Dataset {
  readonly path: string;
  readonly format: FormatId;
  /** The samples in file order. Leaving the loop closes what was opened. */
  samples(): AsyncGenerator<Sample, void, undefined>;
  /** As {@link samples}, with where each came from, many at a time: the fast way. */
  batches(): AsyncGenerator<readonly DatasetRow[], void, undefined>;
}

/**
 * Opens a data set for reading. Nothing is read before the first sample is asked for, except what it takes
 * to detect the format.
 *
 * @throws OptionError when the format is unknown or ambiguous, StorageError when the path cannot be read
 */
export async function openDataset(path: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  throwIfAborted(options.signal);
  const storage = storageOf(path, options);
  const resolved = await resolveInput(storage, path, options.from, options.signal);
  const { format } = resolved;

  async function* batches(): AsyncGenerator<readonly DatasetRow[], void, undefined> {
    const { root, session, signal } = options;
    const joinOne = (row: Row, over: AbortSignal) =>
      joinVoc(row, { storage: options.storage, session, root, signal: over });
    const joins = options.join === true ? new Ahead(joinOne, signal) : undefined;
    try {
      for await (const batch of await inputRows(storage, path, resolved, { ...options, keepSource: true })) {
        for (const diagnostic of batch.diagnostics) options.onDiagnostic?.(diagnostic);
        for (const { diagnostics, cause } of batch.faults) refuse(diagnostics, cause, options);
        joins?.expect(batch.rows.filter((row) => imagesIn(row).size === 0));
        const rows: DatasetRow[] = [];
        for (const row of batch.rows) {
          const images = imagesIn(row);
          const isKnown =
            joins === undefined || images.size > 0 || (await addFiles(images, row, joins, options));
          if (isKnown) rows.push({ ...row, images });
        }
        yield rows;
      }
    } finally {
      joins?.close();
    }
  }
  async function* samples(): AsyncGenerator<Sample, void, undefined> {
    for await (const rows of batches()) for (const { sample } of rows) yield sample;
  }
  return { path, format, samples, batches };
}

function refuse(
  diagnostics: readonly Diagnostic[],
  cause: Error | undefined,
  options: OpenDatasetOptions,
): void {
  for (const diagnostic of diagnostics) options.onDiagnostic?.(diagnostic);
  if (options.mode !== 'strict') return;
  const worst = diagnostics.find(({ severity }) => severity === 'error');
  if (worst !== undefined) throw cause ?? new DataError(worst);
}

/** Adds what the annotation files of a row say; false when one of them cannot be read. */
async function addFiles(
  images: Map<number, ImageAnnotation>,
  row: Row,
  joins: Ahead<Row, Joined>,
  options: OpenDatasetOptions,
): Promise<boolean> {
  const { files, faults } = await joins.get(row);
  if (files === undefined) {
    refuse(faults, undefined, options);
    return false;
  }
  for (const { index, document, diagnostics } of files) {
    images.set(index, document);
    for (const diagnostic of diagnostics) options.onDiagnostic?.(diagnostic);
  }
  return true;
}
