export type { CallOptions, Notice, OnNotice, ServiceAccess, ServiceSession } from './context.js';
export { type CreateDatasetOptions, createDatasetBody } from './create.js';
export {
  Dataset,
  type DatasetOptions,
  type DatasetPage,
  type ListDatasetsOptions,
} from './dataset.js';
export {
  type AnnotationScene,
  type DatasetTypeFacts,
  type DataType,
  datasetStatus,
  datasetTypes,
  dataTypes,
  labelTypes,
  type SchemaType,
  schemaTypes,
  versionStatus,
} from './enums.js';
export type { MetricsOptions, StatisticsOptions } from './sync.js';
export type {
  AnnotationConfig,
  AnnotationParameters,
  DataSource,
  DatasetInfo,
  DatasetStatistics,
  Label,
  LabelAttribute,
  LabelStatistics,
  SchemaField,
  SyncInfo,
  VersionInfo,
  WorkPath,
} from './types.js';
export type { UpdateDatasetOptions } from './update.js';
export { type CreateVersionOptions, createVersionBody, type ListVersionsOptions } from './versions.js';
