export {
  addCoordinateEvidence,
  type CoordinateChange,
  type CoordinateEvidence,
  type CoordinateGuess,
  convertCoordinates,
  type EvidenceCounts,
  guessCoordinates,
  imageBox,
  mergeCoordinateEvidence,
  noCoordinateEvidence,
  parseCoordinateChange,
} from './coords.js';
export {
  type DiffItem,
  diffFields,
  diffItems,
  type FieldChange,
  fieldsOfImage,
  fieldsOfSample,
  type ItemChange,
  type ItemsDiff,
  type ItemsDiffOptions,
  itemOfAnnotation,
  itemOfObject,
} from './diff.js';
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
export { type Fix, type FixName, fixes, fixesOfRule, fixProfiles, parseFixes } from './fixes.js';
export { type FlagFault, mendFlags } from './flags.js';
export { instancesOf, type LabelInstance } from './instances.js';
export { boxOf, iou } from './iou.js';
export { labelMatcher, type Matcher } from './labels.js';
export { duplicateObjects } from './merge.js';
export {
  checkDistance,
  defaultDistance,
  nearGroups,
  perceptualHash,
  perceptualSide,
} from './near-duplicates.js';
export { shapeOverlap } from './overlap.js';
export { defaultSeed, SeededRandom, unitHash } from './random.js';
export { Relabeler, type RelabelReport, type RelabelRules } from './relabel.js';
export { parseRelabelCsv } from './relabel-csv.js';
export { type LabelDifference, type LabelSuggestion, suggestLabels } from './relabel-suggest.js';
export {
  countFaults,
  repairShapes,
  type ShapeChange,
  type ShapeRepairOptions,
  shapeText,
} from './repair.js';
export {
  drawCapped,
  drawCount,
  drawFraction,
  drawStratified,
  drawStratifiedCount,
  HashDraw,
} from './sample.js';
export { type ImageSize, isScaled, scaleShapes } from './scale.js';
export { assignRandomly, assignStratified, crossingGroups, type SplitGroups } from './split-assign.js';
export {
  checkParts,
  equalParts,
  HashParts,
  maxParts,
  noPart,
  parseParts,
  partSizes,
  type SplitPart,
  usageOfPart,
} from './split-parts.js';
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
export { compileWhere } from './where/index.js';
