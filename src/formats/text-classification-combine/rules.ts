import { textRules } from '../shared/text-classes.js';

export const textClassificationCombineRules = textRules;
