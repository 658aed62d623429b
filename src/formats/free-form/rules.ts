import { directoryRules } from '../shared/directory-rules.js';

export const freeFormRules = directoryRules;
