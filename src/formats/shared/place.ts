import type { Diagnostic } from '../../model/index.js';
import type { WriteRow } from '../contract.js';

/** Where a row came from, for findings about it. */
export function placeOf(row: WriteRow): Pick<Diagnostic, 'file' | 'line' | 'source'> {
  const { file, line, sample } = row;
  return { file, ...(line === undefined ? {} : { line }), source: sample.source };
}
