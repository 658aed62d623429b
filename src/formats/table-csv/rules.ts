import type { Rule } from '../../model/index.js';

/** Rules about tables in CSV, beside those that all CSV has. */
export const tableCsvRules: readonly Rule[] = [
  {
    id: 'T001',
    name: 'header-differs',
    severity: 'warning',
    summary: 'A header names the columns differently than the schema.',
    why: 'Columns are known by their position, so a header in another order means that values end up in the wrong columns.',
    fix: 'Bring the schema and the header into one order.',
  },
  {
    id: 'T003',
    name: 'value-not-convertible',
    severity: 'warning',
    summary: 'A cell is not a value of the type of its column.',
    why: 'An import makes it empty without a word.',
    fix: 'Correct the cell, or make the column a STRING.',
  },
  {
    id: 'T005',
    name: 'files-disagree',
    severity: 'error',
    summary: 'The files of a table have different numbers of columns or different headers.',
    why: 'All files of a table have one schema; an import refuses others.',
    fix: 'Put files of different schemas into different folders.',
  },
  {
    id: 'T006',
    name: 'unknown-column-type',
    severity: 'warning',
    summary: 'The schema has a type that tables do not know.',
    why: 'The column is taken for a STRING.',
    fix: 'Types are STRING, SHORT, INT, LONG, FLOAT, DOUBLE, BYTE, DATE, TIMESTAMP and BOOLEAN.',
  },
  {
    id: 'T007',
    name: 'repeated-column',
    severity: 'error',
    summary: 'Two columns of a table have the same name.',
    why: 'A schema names each column once.',
    fix: 'Rename one of the two.',
  },
  {
    id: 'T009',
    name: 'cell-looks-guarded',
    severity: 'warning',
    summary: 'A cell begins with a Tab and a formula sign before formulas are guarded.',
    why: 'Guarded cells look the same, so undoing the guard will take this Tab away too.',
    fix: 'Take an older guard off first, in a run of its own: --to-option undo-formula-guard.',
  },
];
