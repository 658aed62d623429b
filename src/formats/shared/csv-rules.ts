import type { Rule } from '../../model/index.js';

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
];
