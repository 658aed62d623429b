import type { Rule } from '../../model/index.js';
import type { CsvRow } from './csv.js';

/**
 * T008: what keeps a row from being text in UTF-8; undefined when nothing does.
 *
 * @param isHeader a carriage return in the first row ends the lines of the file, which nothing else would show
 */
export function textProblem({ raw }: CsvRow, isHeader: boolean): string | undefined {
  if (raw.includes('\ufffd')) return 'the row is not UTF-8, or has U+FFFD in place of a lost character';
  if (raw.includes('\0')) return 'the row has a NUL byte: the file is UTF-16, or damaged';
  if (isHeader && /\r(?!\n)/.test(raw))
    return 'the header has a carriage return: lines end with a line feed, or with both';
  return undefined;
}

/** Rules that every format in CSV has. */
export const csvRules: readonly Rule[] = [
  {
    id: 'T002',
    name: 'wrong-column-count',
    severity: 'warning',
    summary: 'A row has another number of columns than the header, and is ignored.',
    why: 'Cells are known by their position; an unquoted separator shifts all that follow.',
    fix: 'Put cells that have separators or line breaks in double quotes.',
  },
  {
    id: 'T004',
    name: 'unclosed-quote',
    severity: 'error',
    summary: 'A double quote is not closed.',
    why: 'Everything from there to the end of the file would be one cell, so nothing after it is read.',
    fix: 'Close the quote; a quote inside a quoted cell is written twice.',
  },
  {
    id: 'T008',
    name: 'csv-is-no-text',
    severity: 'error',
    summary:
      'A row of a CSV file is not text in UTF-8, or the lines of the file end with carriage returns alone.',
    why: 'Its cells would be names that nobody wrote. Nothing is read of a file whose header is so, else the row is left out.',
    fix: 'Store the file as UTF-8 with line feeds.',
  },
];
