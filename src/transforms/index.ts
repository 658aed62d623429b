export {
  type FilterTests,
  type FilterUnit,
  filterByLabel,
  filterUnits,
  type ImageOf,
  type Pruning,
  SampleFilter,
  type Verdict,
} from './filter.js';
export { boxOf, iou } from './iou.js';
export { labelMatcher, type Matcher } from './labels.js';
export { defaultSeed, SeededRandom, unitHash } from './random.js';
export { compileWhere } from './where/index.js';
