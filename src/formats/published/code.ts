import type { FormatCode } from '../contract.js';
import { readPublished } from './read.js';
import { publishedRules } from './rules.js';

export const formatCode: FormatCode = { rules: publishedRules, read: readPublished };
