import type { FormatCode } from '../contract.js';
import { csvRules } from '../shared/csv-rules.js';
import { readTableCsv } from './read.js';
import { tableCsvRules } from './rules.js';

export const formatCode: FormatCode = { rules: [...csvRules, ...tableCsvRules], read: readTableCsv };
