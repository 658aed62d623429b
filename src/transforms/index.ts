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
export { labelMatcher, type Matcher } from './labels.js';
export { compileWhere } from './where/index.js';
