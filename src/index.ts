// Sessions
export {
  Credentials,
  type CredentialsInit,
  type CredentialsProvider,
  type PlainProfile,
  Secret,
  type SecretMember,
  type StoredProfile,
  type StoredSecret,
} from './cloud/index.js';
export {
  type Caller,
  type RetryPolicy,
  ServiceError,
  type ServiceErrorFacts,
  type ServiceEvent,
  type ServiceName,
} from './cloud/service/index.js';
// Data sets of any format
export { allRules, loadRules } from './dataset-io/all-rules.js';
export { type ConvertOptions, convert } from './dataset-io/convert.js';
export { detectCoordinates } from './dataset-io/coords.js';
export { type DataShard, parseShard } from './dataset-io/data-shard.js';
export {
  type DedupeKey,
  type DedupeOptions,
  type DedupeReport,
  type DedupeResult,
  dedupe,
  type Repeat,
} from './dataset-io/dedupe.js';
export { type Detection, detectFormat } from './dataset-io/detect.js';
export {
  type DatasetDiff,
  type DifferenceCounts,
  type DiffKey,
  type DiffOptions,
  diffDatasets,
  type SampleDifference,
} from './dataset-io/diff.js';
export { type FilterOptions, type FilterResult, filterDataset } from './dataset-io/filter.js';
export {
  type FormatId,
  type FormatInfo,
  type FormatOption,
  formatInfo,
  formats,
} from './dataset-io/formats.js';
export { type Inspection, inspect } from './dataset-io/inspect.js';
// Manifests by path
export {
  type ManifestBatchesOptions,
  type ManifestRange,
  type ManifestRangesOptions,
  type ManifestReadOptions,
  type ManifestWriteOptions,
  type ManifestWritten,
  manifestRanges,
  readManifest,
  readManifestBatches,
  writeManifest,
  writeManifestBatches,
} from './dataset-io/manifest-io.js';
export {
  type MergeKey,
  type MergeOptions,
  type MergePolicy,
  type MergeResult,
  merge,
} from './dataset-io/merge.js';
export type { ObjectStorage, ObjectStorageOptions } from './dataset-io/object-storage.js';
export { type Dataset, type DatasetRow, type OpenDatasetOptions, openDataset } from './dataset-io/open.js';
export type { OverviewOptions } from './dataset-io/overview.js';
export {
  type ProfileOptions,
  profileOfEnvironment,
  removeProfile,
  storeProfile,
} from './dataset-io/profiles.js';
export type { OnProgress, Progress } from './dataset-io/progress.js';
export {
  type LabelSurvey,
  type RelabelOptions,
  type RelabelResult,
  relabel,
  suggestRelabel,
} from './dataset-io/relabel.js';
export {
  type FixCount,
  type RepairChange,
  type RepairOptions,
  type RepairResult,
  repairDataset,
} from './dataset-io/repair.js';
export type { Row } from './dataset-io/rows.js';
export type { OnError, Output, RunOptions, RunResult } from './dataset-io/run.js';
export { type SampleOptions, sample } from './dataset-io/sample.js';
// The names of the Python SDK
export {
  Annotation,
  type AnnotationInit,
  type AnyPosition,
  BndBox,
  Circle,
  Dashed,
  getAnnotations,
  getSampleList,
  getSources,
  Line,
  Manifest,
  type ManifestInit,
  type ManifestLike,
  type ParseManifestOptions,
  type ParseXmlOptions,
  PascalVoc,
  type PascalVocInit,
  Point,
  Polygon,
  Polyline,
  Position,
  PositionType,
  type QueryOptions,
  Sample,
  type SampleInit,
  type SampleListQuery,
  type SaveMode,
  type SaveOptions,
  type SaveXmlOptions,
  type SdkOptions,
  type SdkSession,
  VocObject,
  type VocObjectInit,
  type VocSource,
} from './dataset-io/sdk/index.js';
export { type ServiceOptions, Session, type SessionOptions } from './dataset-io/session.js';
// Splits
export { split } from './dataset-io/split.js';
export { checkSplit, type SplitCheck, type SplitCheckOptions } from './dataset-io/split-check.js';
export type { GroupBy } from './dataset-io/split-keys.js';
export type {
  SplitMethod,
  SplitOptions,
  SplitOutput,
  SplitPartResult,
  SplitReport,
  SplitResult,
} from './dataset-io/split-options.js';
export { type DatasetStatistics, mergeStats, stats, tallyDataset } from './dataset-io/stats.js';
export type { Counted, StatsOptions } from './dataset-io/stats-options.js';
// Places
export { LocalStorage, MemoryStorage, type Storage, type TreeMode } from './dataset-io/storage/index.js';
export type { Places, StorageHolder } from './dataset-io/storages.js';
export type { ObsCopyOptions, ObsFileOptions, ObsFiles } from './dataset-io/transfer/obs-files.js';
export {
  TransferError,
  type TransferFailure,
  type TransferItem,
  type TransferOptions,
  type TransferResult,
  transfer,
} from './dataset-io/transfer/transfer.js';
export { type ValidationResult, validate } from './dataset-io/validate.js';
export type { ValidateOptions } from './dataset-io/validate-options.js';
// Pascal VOC by path
export {
  readVoc,
  readVocFile,
  type VocEntry,
  type VocFileWriteOptions,
  type VocReadOptions,
  type VocWritten,
  writeVocFile,
} from './dataset-io/voc-io.js';
export type { ImageHandling } from './dataset-io/writer.js';
// Lines of manifests
export {
  formatSample,
  type ManifestBatch,
  type ParsedLine,
  type ParseLineOptions,
  parseManifestLine,
} from './manifest/index.js';
// What everything talks about
export {
  AbortedError,
  type CoordinateConvention,
  convertBox,
  convertShape,
  coordinateConventions,
  DataError,
  type Diagnostic,
  type ErrorCode,
  type Finding,
  flagOf,
  formatDiagnostic,
  type ImageAnnotation,
  type ImageObject,
  type JsonObject,
  type JsonValue,
  LabelkitError,
  type Mode,
  OptionError,
  type Profile,
  type Rule,
  rotationOf,
  type Severity,
  type Shape,
  type ShapeKind,
  StorageError,
  type Task,
  tasks,
} from './model/index.js';
// Findings for other programs, labels for people
export { toGithub } from './report/github.js';
export { type JunitInput, toJunit } from './report/junit.js';
export type { LabelOrientation, PixelSize } from './report/pictures/plane.js';
export type { NoPicture, PictureFormat, PictureOptions } from './report/pictures/thumbnail.js';
export { type PreviewPicture, type PreviewResult, preview } from './report/preview.js';
export type { PreviewOptions } from './report/preview-options.js';
export { type ReportOptions, type ReportResult, report } from './report/report.js';
export { toSarif } from './report/sarif.js';
// Pascal VOC texts
export {
  appendVocObjects,
  checkVoc,
  formatVoc,
  locateVoc,
  type ParsedVoc,
  parseVoc,
  type VocCheckContext,
  VocDocument,
  type VocParseOptions,
  VocParser,
  type VocWriteOptions,
} from './voc/index.js';
