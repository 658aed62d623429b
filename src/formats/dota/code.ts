import type { FormatCode } from '../contract.js';
import { readDota } from './read.js';
import { dotaRules } from './rules.js';
import { writeDota } from './write.js';

export const formatCode: FormatCode = { rules: dotaRules, read: readDota, write: writeDota };
