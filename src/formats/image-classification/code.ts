import type { FormatCode } from '../contract.js';
import { read } from './read.js';
import { imageClassificationRules } from './rules.js';
import { write } from './write.js';

export const formatCode: FormatCode = { rules: imageClassificationRules, read, write };
