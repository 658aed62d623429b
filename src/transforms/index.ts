export { labelMatcher, type Matcher } from './labels.js';
