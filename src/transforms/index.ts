export { boxOf, iou } from './iou.js';
export { labelMatcher, type Matcher } from './labels.js';
export { defaultSeed, SeededRandom, unitHash } from './random.js';
