import { type Diagnostic, LabelkitError, type StorageError } from '../model/index.js';
import { openable } from './resolve.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { resolveReference, type TreeWriter } from './storage/index.js';

const mediaLocations = new Set(['local']);

/**
 * Puts the image of a row into an output folder under a name of its own.
 *
 * @returns the finding that says why it could not be done, or undefined
 */
export function placeImage(
  row: Row,
  tree: TreeWriter,
  name: string,
  how: 'copy' | 'link',
): Diagnostic | undefined {
  const place = {
    file: row.file,
    ...(row.line === undefined ? {} : { line: row.line }),
    source: row.sample.source,
  };
  try {
    const location = resolveReference(row.sample.source, row.base);
    if (!mediaLocations.has(location.kind)) {
      return datasetDiagnostic('D053', `the image ${row.sample.source} is not on the local disk`, {
        ...place,
        hint: 'This version copies local images only; leave them where they are with --images reference.',
      });
    }
    tree.addFile(name, openable(location), how);
    return undefined;
  } catch (error) {
    if (!(error instanceof LabelkitError) || !isAboutTheFile(error as StorageError)) throw error;
    return datasetDiagnostic('D053', error.message, {
      ...place,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** Faults of one image. A full disk or a lost right to write is the whole run's. */
function isAboutTheFile(error: LabelkitError): boolean {
  return ['NotFound', 'IsADirectory', 'UnsafePath', 'AlreadyExists', 'NotADirectory'].includes(error.code);
}
