import type { FormatCode } from '../contract.js';
import { readCoco } from './read.js';
import { cocoRules } from './rules.js';
import { CocoWriter } from './write.js';

export const formatCode: FormatCode = {
  rules: cocoRules,
  read: readCoco,
  write: (sink) => new CocoWriter(sink),
};
