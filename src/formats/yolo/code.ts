import type { FormatCode } from '../contract.js';
import { readYolo } from './read.js';
import { yoloRules } from './rules.js';
import { writeYolo } from './write.js';

export const formatCode: FormatCode = { rules: yoloRules, read: readYolo, write: writeYolo };
