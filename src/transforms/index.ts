export { boxOf, iou } from './iou.js';
export { labelMatcher, type Matcher } from './labels.js';
export {
  checkDistance,
  defaultDistance,
  nearGroups,
  perceptualHash,
  perceptualSide,
} from './near-duplicates.js';
export { defaultSeed, SeededRandom, unitHash } from './random.js';
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
