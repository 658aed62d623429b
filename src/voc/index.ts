export { paletteColor, parseMaskColor } from '../model/mask-color.js';
export { buildVocDocument, buildVocObject, type SampleLabel } from './build.js';
export {
  backgroundIndex,
  classFlag,
  classOfIndex,
  formatImageSet,
  type ImageSetEntry,
  type ImageSetKind,
  type ImageSetName,
  type ParsedImageSet,
  paletteBytes,
  parseImageSet,
  parseImageSetName,
  type ResolvedUsages,
  resolveUsages,
  type SetUsage,
  setOfUsage,
  type UsageConflict,
  usageOfSet,
  vocActions,
  vocClasses,
  voidIndex,
} from './devkit.js';
export {
  type CoefficientElement,
  type UnknownMarkup,
  VocDocument,
  type VocDocumentInit,
  VocObject,
  type VocObjectInit,
} from './document.js';
export { appendVocObjects, changeVoc, removeVocObject, setVocText, type VocChanges } from './edit.js';
export { type FeatureVariant, featureOf, shapeOfFeature } from './feature.js';
export { locateVoc, type VocLocation } from './locate.js';
export { isOrdinary, parseVoc, VocParser, type VocParserOptions } from './parse.js';
export type { ParsedVoc, VocParseOptions } from './parse-tree.js';
export { type ImageBounds, type RoundedShape, roundHalfAway, roundShape } from './rounding.js';
export { checkVoc } from './rules/check.js';
export type { ImageFacts, MaskFacts, Report, VocCheckContext } from './rules/scope.js';
export { type VocRuleId, vocRules, vocSeverity } from './rules/table.js';
export { encodeVoc, formatVoc, type VocWriteOptions, VocWriter } from './write.js';
