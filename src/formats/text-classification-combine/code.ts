import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { textClassificationCombineRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: textClassificationCombineRules, read, write };
