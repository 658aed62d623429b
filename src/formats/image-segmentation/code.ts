import type { FormatCode } from '../contract.js';
import { readImageSegmentation } from './read.js';
import { imageSegmentationRules } from './rules.js';
import { writeImageSegmentation } from './write.js';

export const formatCode: FormatCode = {
  rules: imageSegmentationRules,
  read: readImageSegmentation,
  write: writeImageSegmentation,
};
