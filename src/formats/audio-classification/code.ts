import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { audioClassificationRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: audioClassificationRules, read, write };
