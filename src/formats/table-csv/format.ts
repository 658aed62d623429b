import type { Format } from '../contract.js';

export const tableCsv: Format = {
  info: {
    id: 'table-csv',
    title: 'ModelArts table (CSV)',
    layout: 'tree',
    reads: true,
    writes: false,
    carries: ['the files of a table, with the schema that they have in common'],
    cannotCarry: [],
    note: 'A sample is a file. Rows are checked against the schema and are not samples themselves.',
    options: [
      {
        name: 'noHeader',
        for: 'read',
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
    ],
  },
  recognise({ isFolder, names }) {
    if (!isFolder || names.length === 0) return undefined;
    return names.every((name) => /\.csv$/i.test(name) || /(?:^|\/)\./.test(name))
      ? { certainty: 'likely', reason: 'it has CSV files and nothing else' }
      : undefined;
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
