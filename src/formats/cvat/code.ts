import type { FormatCode } from '../contract.js';
import { readCvat } from './read.js';
import { cvatRules } from './rules.js';
import { writeCvat } from './write.js';

export const formatCode: FormatCode = { rules: cvatRules, read: readCvat, write: writeCvat };
