export type {
  Format,
  FormatBatch,
  FormatCode,
  FormatFault,
  FormatInfo,
  FormatOption,
  FormatRecord,
  FormatSink,
  FormatSource,
  FormatSpool,
  FormatValues,
  FormatWriter,
  ImageSize,
  Look,
  Recognition,
  SourceFile,
  VocReading,
  WriteRow,
  Written,
} from './contract.js';
export { otherFormats } from './registry.js';
export { maskAreas, rleArea } from './shared/areas.js';
export {
  envelopeLosses,
  featureOfField,
  type LossName,
  lossNames,
  sampleKind,
  says,
} from './shared/losses.js';
