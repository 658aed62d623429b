import type { FormatCode } from '../contract.js';
import { directoryRules } from '../shared/directory-rules.js';
import { readKitti } from './read.js';
import { kittiRules } from './rules.js';
import { writeKitti } from './write.js';

export const formatCode: FormatCode = {
  rules: [...directoryRules, ...kittiRules],
  read: readKitti,
  write: writeKitti,
};
