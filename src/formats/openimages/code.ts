import type { FormatCode } from '../contract.js';
import { csvRules } from '../shared/csv-rules.js';
import { readOpenImages } from './read.js';
import { openImagesRules } from './rules.js';
import { writeOpenImages } from './write.js';

export const formatCode: FormatCode = {
  rules: [...csvRules, ...openImagesRules],
  read: readOpenImages,
  write: writeOpenImages,
};
