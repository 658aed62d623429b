import type { FormatCode } from '../contract.js';
import { readKitti } from './read.js';
import { kittiRules } from './rules.js';
import { writeKitti } from './write.js';

export const formatCode: FormatCode = { rules: kittiRules, read: readKitti, write: writeKitti };
