import { textRules } from '../shared/text-classes.js';

export const textClassificationRules = textRules;
