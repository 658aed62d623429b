import type { FormatCode } from '../contract.js';
import { readVertex } from './read.js';
import { vertexRules } from './rules.js';
import { writeVertex } from './write.js';

export const formatCode: FormatCode = { rules: vertexRules, read: readVertex, write: writeVertex };
