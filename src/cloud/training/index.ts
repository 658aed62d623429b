export { type FlavorOptions, type Framework, mostNodes } from './catalog.js';
export { checkLocalRun } from './checks.js';
export { Estimator } from './estimator.js';
export {
  type EstimatorOptions,
  type FitData,
  type FitOptions,
  type InputData,
  type JobParameter,
  type JobVolume,
  localInstance,
  type OutputData,
  type TrainingFiles,
} from './inputs.js';
export { TrainingJob, type TrainingJobOptions, type UpdateJobOptions } from './jobs.js';
export type { FollowLogOptions, JobLog, JobLogOptions, LogUrlOptions } from './logs.js';
export type { JobMetric, JobMetricsOptions } from './metrics.js';
export { type PhaseFacts, trainingPhases } from './phases.js';
export { type TrainingRule, trainingRules } from './rules.js';
export type { JobFilter, ListJobsOptions, TrainingJobPage } from './search.js';
export type {
  TrainingAlgorithm,
  TrainingEngine,
  TrainingFlavor,
  TrainingInput,
  TrainingJobInfo,
  TrainingOutput,
  TrainingParameter,
  TrainingPhase,
  TrainingStatus,
  TrainingVolume,
} from './types.js';
