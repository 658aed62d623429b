import type { FormatCode } from '../contract.js';
import { readLabelme } from './read.js';
import { labelmeRules } from './rules.js';
import { writeLabelme } from './write.js';

export const formatCode: FormatCode = { rules: labelmeRules, read: readLabelme, write: writeLabelme };
