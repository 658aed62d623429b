export type { CallOptions, Notice, OnNotice, ServiceAccess, ServiceSession } from '../service/session.js';
export { BatchError, type BatchOptions, type BatchResult, type ItemResult } from './batch.js';
export { checkDatasetType } from './checks.js';
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
  scenes as annotationScenes,
  schemaTypes,
  taskStatus,
  versionStatus,
} from './enums.js';
export {
  type ExportDataOptions,
  type ExportParams,
  type ExportStatus,
  type ExportTask,
  type ExportTaskPage,
  exportTypes,
  type ListExportTasksOptions,
} from './export-tasks.js';
export {
  type ImportDataOptions,
  type ImportStatus,
  type ImportTask,
  type ImportTaskPage,
  importDataBody,
  type ListTasksOptions,
} from './import-tasks.js';
export type {
  CreateLabelTaskOptions,
  GetLabelTasksOptions,
  LabelTask,
} from './label-tasks.js';
export {
  type DeleteLabelOptions,
  type DeleteLabelsOptions,
  deletePolicies,
  type LabelName,
  type ListLabelsOptions,
  type UpdateLabelOptions,
} from './labels.js';
export {
  type CreateProcessorTaskOptions,
  type OperatorParams,
  type ProcessorSource,
  type ProcessorTemplate,
  type ProcessorTemplateId,
  type ProcessorVersionOptions,
  type ProcessorWorkPath,
  processorTemplates,
} from './processor-options.js';
export {
  type ListProcessorTasksOptions,
  type ProcessorItem,
  type ProcessorResultsOptions,
  type ProcessorResultsPage,
  ProcessorTask,
  type ProcessorTaskInfo,
  type ProcessorTaskPage,
  type ProcessorVersionInfo,
  resultProperties,
} from './processor-tasks.js';
export type {
  AddSamplesOptions,
  DeleteSamplesOptions,
  LabelFormat,
  ListSamplesOptions,
  NewSample,
  SampleInfo,
  SampleLabel,
  SamplePage,
  SampleSearch,
  SampleUpdate,
  UpdateSamplesOptions,
} from './samples.js';
export {
  type AutoGroupingOptions,
  type AutoLabelOptions,
  type InferenceConfig,
  type ListSmartTasksOptions,
  type PreLabelOptions,
  type SmartTask,
  type SmartTaskPage,
  SmartTasks,
  type SmartTaskType,
  type StartSmartTaskOptions,
  smartTaskTypes,
} from './smart-tasks.js';
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
