import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { freeFormRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: freeFormRules, read, write };
