export { type AnnotationInit, ManifestAnnotation } from './annotation.js';
export { ManifestBatch, type UnreadableLine } from './batch.js';
export type { HardStyle } from './canonical.js';
export { ManifestCounter, type ManifestCounterSink } from './count.js';
export type { LabelSetNumbering, LineNotes, NotedFacts } from './line-notes.js';
export type { LineCounter } from './line-scanner.js';
export { type LinePlace, locateFinding } from './locate.js';
export { isRepeat, locateRepeat, ManifestMerger } from './merge.js';
export { type ParsedLine, type ParseLineOptions, parseManifestLine } from './parse-line.js';
export type { ManifestValidatorState } from './part.js';
export {
  getAnnotations,
  getSampleList,
  getSources,
  labelSeparator,
  type SampleList,
  type SampleListOptions,
} from './queries.js';
export {
  type BatchesOf,
  batchesInMemory,
  manifestBatches,
  manifestSamples,
  type ReadOptions,
} from './read.js';
export {
  checkImageMagic,
  checkManifestLine,
  checkXmlFileName,
  type LabelSet,
  type ManifestCheckContext,
  magicLength,
  manifestRules,
  type Reporter,
  reportFaultyXml,
  reportUnreadableXml,
} from './rules/index.js';
export { ManifestSample, type SampleInit } from './sample.js';
export type { ManifestSummary } from './summary.js';
export { unknownMembers } from './unknown-members.js';
export { type FileCheck, ManifestValidator, type ManifestValidatorOptions } from './validate.js';
export { contentTextOf, isCreationTime, parseClock, resolveAlias, type TypeFacts, taskOf } from './values.js';
export {
  type FormatOptions,
  formatBatches,
  formatSample,
  formatSamples,
  type WriteOptions,
} from './write.js';
