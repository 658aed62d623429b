import { directoryRules } from '../shared/directory-rules.js';

export const imagenetRules = directoryRules;
