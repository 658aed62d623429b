import type { FormatCode } from '../contract.js';
import { csvRules } from '../shared/csv-rules.js';
import { directoryRules } from '../shared/directory-rules.js';
import { readTableCsv } from './read.js';
import { tableCsvRules } from './rules.js';
import { writeTableCsv } from './write.js';

export const formatCode: FormatCode = {
  rules: [...directoryRules, ...csvRules, ...tableCsvRules],
  read: readTableCsv,
  write: writeTableCsv,
};
