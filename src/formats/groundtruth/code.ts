import type { FormatCode } from '../contract.js';
import { readGroundTruth } from './read.js';
import { groundTruthRules } from './rules.js';
import { writeGroundTruth } from './write.js';

export const formatCode: FormatCode = {
  rules: groundTruthRules,
  read: readGroundTruth,
  write: writeGroundTruth,
};
