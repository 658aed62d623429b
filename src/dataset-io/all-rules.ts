import { manifestRules } from '../manifest/index.js';
import type { Rule } from '../model/index.js';
import { vocRules } from '../voc/index.js';
import { datasetRules } from './rules.js';

/** Every rule there is: M manifest lines, V VOC files, C conversions, D how files of a folder fit together. */
export const allRules: readonly Rule[] = [...manifestRules, ...vocRules, ...datasetRules];
