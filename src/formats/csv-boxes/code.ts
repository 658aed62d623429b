import type { FormatCode } from '../contract.js';
import { csvRules } from '../shared/csv-rules.js';
import { readCsvBoxes } from './read.js';
import { csvBoxesRules } from './rules.js';
import { writeCsvBoxes } from './write.js';

export const formatCode: FormatCode = {
  rules: [...csvRules, ...csvBoxesRules],
  read: readCsvBoxes,
  write: writeCsvBoxes,
};
