import type { FormatCode } from '../contract.js';
import { directoryRules } from '../shared/directory-rules.js';
import { readDota } from './read.js';
import { dotaRules } from './rules.js';
import { writeDota } from './write.js';

export const formatCode: FormatCode = {
  rules: [...directoryRules, ...dotaRules],
  read: readDota,
  write: writeDota,
};
