import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { imagenetRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: imagenetRules, read, write };
