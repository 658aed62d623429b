export type { AlgorithmPage, ListAlgorithmsOptions } from './algorithms.js';
export { checkedHyperparameters } from './checks.js';
export {
  type ConfigData,
  type ConfigOptions,
  type ConfigPage,
  type ConfigRequest,
  type ConfigSettings,
  type ConfigType,
  type ListConfigsOptions,
  TrainingJobConfig,
} from './configs.js';
export { configDocument, type LegacyDocument, readLegacyDocument } from './document.js';
export {
  type CreateJobVersionOptions,
  type JobConfigsOptions,
  LegacyEstimator,
  type LegacyFitData,
  type LegacyFitOptions,
  type LegacyJobRequest,
  type LegacyVersionData,
} from './estimator.js';
export {
  type LegacyJobPage,
  type LegacyJobVersions,
  LegacyTrainingJob,
  type ListJobVersionsOptions,
  type ListLegacyJobsOptions,
} from './jobs.js';
export type { FollowLegacyLogOptions, LegacyLog, LegacyLogBytes, LegacyLogOptions } from './logs.js';
export { nameAt } from './names.js';
export { legacyTrainingRules } from './rules.js';
export type { ListSpecsOptions } from './specs.js';
export {
  failedCreation,
  type LegacyJobStatus,
  legacyJobStatus,
  legacyStatusCode,
  legacyStatusOf,
} from './status.js';
export type {
  BuiltinAlgorithm,
  Hyperparameter,
  LegacyDataInput,
  LegacyDataSource,
  LegacyEngine,
  LegacyEstimatorOptions,
  LegacyJobInfo,
  LegacyListOptions,
  LegacySpec,
  LegacyVolume,
  ToldConfig,
  ToldParameter,
  TrainingJobConfigInfo,
} from './types.js';
export { JobVersion, type LegacyEndOptions, type LegacyJobOptions } from './versions.js';
