import type { FormatCode } from '../contract.js';
import { readWiderFace } from './read.js';
import { widerFaceRules } from './rules.js';

export const formatCode: FormatCode = { rules: widerFaceRules, read: readWiderFace };
