import type { Diagnostic } from '../model/index.js';
import type { Row } from './rows.js';
import { datasetDiagnostic } from './rules.js';
import { nameProblem } from './storage/index.js';

/** C003: a name by which no file of the output can be called after its sample; undefined for one that can. */
export function unfitName(key: string, row: Row): Diagnostic | undefined {
  const problem = key === '' ? { message: 'is empty', hint: 'Give the image a name.' } : nameProblem(key);
  if (problem === undefined) return undefined;
  return datasetDiagnostic('C003', `"${key}" cannot name a file of the output: it ${problem.message}`, {
    file: row.file,
    ...(row.line === undefined ? {} : { line: row.line }),
    hint: problem.hint,
    source: row.sample.source,
  });
}
