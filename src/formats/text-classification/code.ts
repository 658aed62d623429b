import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { textClassificationRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: textClassificationRules, read, write };
