export { labelMatcher, type Matcher } from './labels.js';
export { StatsTally } from './stats.js';
export type { StatsPartial } from './stats-partial.js';
export type {
  BySplit,
  FlagCounts,
  Histogram,
  LabelCount,
  NameCounts,
  Statistics,
} from './stats-report.js';
