export { type LabelSet, type ManifestCheckContext, type Report, Reporter } from './context.js';
export {
  checkImageMagic,
  checkXmlFileName,
  magicLength,
  reportFaultyXml,
  reportUnreadableXml,
} from './files.js';
export { checkManifestLine } from './line-check.js';
export { SampleFacts } from './sample-facts.js';
export { manifestRules, manifestSeverity } from './table.js';
