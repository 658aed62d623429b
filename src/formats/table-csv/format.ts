import type { Format } from '../contract.js';
import { allBut } from '../shared/losses.js';
import { carbonHint, tableCsvCarries, title } from './types.js';

export const tableCsv: Format = {
  info: {
    id: 'table-csv',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['the files of a table, with the schema that they have in common'],
    cannotCarry: allBut(tableCsvCarries),
    note: 'A sample is a file. Rows are checked against the schema and are not samples themselves. Written with --images copy or link only.',
    options: [
      {
        name: 'noHeader',
        for: 'both',
        type: 'flag',
        summary: 'The files have no row with the names of the columns. Default: the first row of each file.',
      },
      {
        name: 'schema',
        for: 'read',
        type: 'list',
        summary:
          'Names and types of the columns in their order, as id=INT,name=STRING. Default: found out from the cells.',
      },
      {
        name: 'undoFormulaGuard',
        for: 'both',
        type: 'flag',
        summary:
          'The Tab that publishing puts before =, +, - and @ at the beginning of a cell is no part of it: cells are looked at, or written, without. Default: it is.',
      },
      {
        name: 'formulaGuard',
        for: 'write',
        type: 'flag',
        summary:
          'Cells that begin with =, +, - or @ get a Tab before it, as publishing does; negative numbers too. Default: they stay.',
      },
      {
        name: 'csvQuoting',
        for: 'write',
        type: 'text',
        values: ['minimal', 'all'],
        summary:
          'Which cells are written in quotes: those that need them, or all. Default: files are copied as they are, and minimal where another option changes cells.',
      },
      {
        name: 'emptyAsNull',
        for: 'write',
        type: 'flag',
        summary:
          'Empty cells of STRING columns are no value, and written without quotes. Default: where cells are written anew they are empty texts, in quotes.',
      },
    ],
  },
  recognise({ isFolder, names }) {
    if (!isFolder || names.length === 0) return undefined;
    if (names.some((name) => /\.carbondata$/i.test(name)))
      return { certainty: 'near', reason: `it has CarbonData files, which are not read. ${carbonHint}` };
    return names.every((name) => /\.csv$/i.test(name) || /(?:^|\/)\./.test(name))
      ? { certainty: 'likely', reason: 'it has CSV files and nothing else' }
      : undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
