import type { CallOptions, OnNotice } from '../../service/session.js';

/** A running parameter of a job; with a custom image, a variable of its environment. */
export interface Hyperparameter {
  readonly label: string;
  /** Goes out as a text. */
  readonly value: string | number | boolean;
}

/** One of several places that a job takes its data from. */
export type LegacyDataSource =
  | { readonly type: 'obs'; readonly dataUrl: string }
  | { readonly type: 'dataset'; readonly datasetId: string; readonly datasetVersion: string };

/** What a job takes its data from: exactly one of the three. */
export interface LegacyDataInput {
  /** A folder in object storage. */
  readonly inputs?: string | undefined;
  readonly datasetId?: string | undefined;
  readonly datasetVersionId?: string | undefined;
  readonly dataSource?: readonly LegacyDataSource[] | undefined;
}

/** Storage that a job finds in its file system. Dedicated pools only. */
export interface LegacyVolume {
  readonly nfs?: {
    readonly id: string;
    readonly srcPath: string;
    readonly destPath: string;
    readonly readOnly?: boolean | undefined;
  };
  readonly hostPath?: {
    readonly srcPath: string;
    readonly destPath: string;
    readonly readOnly?: boolean | undefined;
  };
}

/** What runs, where, and what it writes. Ids may be said instead of the names that they are looked up by. */
export interface LegacyEstimatorOptions {
  /** `modelarts.vm.gpu.p100`; of a dedicated pool it may be left out. */
  readonly trainInstanceType?: string | undefined;
  readonly specId?: number | undefined;
  /** How many nodes, from 1. */
  readonly trainInstanceCount: number;
  /** A folder in object storage. */
  readonly codeDir?: string | undefined;
  /** A file in `codeDir`, or its path in there. */
  readonly bootFile?: string | undefined;
  /** `PyTorch` */
  readonly frameworkType?: string | undefined;
  /** `PyTorch-1.0.0-python3.6` */
  readonly frameworkVersion?: string | undefined;
  readonly engineId?: number | undefined;
  /** A built-in algorithm. */
  readonly modelName?: string | undefined;
  readonly modelId?: number | undefined;
  readonly userImageUrl?: string | undefined;
  readonly userCommand?: string | undefined;
  /** A folder in object storage. Configurations can do without. */
  readonly outputPath?: string | undefined;
  /** A folder in object storage. */
  readonly logUrl?: string | undefined;
  readonly hyperparameters?: readonly Hyperparameter[] | undefined;
  readonly jobDescription?: string | undefined;
  readonly poolId?: string | undefined;
  readonly volumes?: readonly LegacyVolume[] | undefined;
  readonly workspaceId?: string | undefined;
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
}

/** Which part of a list. */
export interface LegacyListOptions extends CallOptions {
  /** From 1 to 1000 a page. Default 10. */
  readonly perPage?: number | undefined;
  /** From 1. Default 1. */
  readonly page?: number | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  /** A part of the name. */
  readonly searchContent?: string | undefined;
  readonly onNotice?: OnNotice | undefined;
}

/** A running parameter as the service tells of it. */
export interface ToldParameter {
  readonly label?: string;
  readonly value?: unknown;
  readonly [member: string]: unknown;
}

/** What jobs, versions and configurations are told of alike. Members the service does not tell of are absent. */
export interface ToldConfig {
  readonly workerServerNum?: number;
  readonly appUrl?: string;
  readonly bootFileUrl?: string;
  readonly modelId?: number;
  readonly modelName?: string;
  readonly parameter?: readonly ToldParameter[];
  readonly specId?: number;
  readonly specCode?: string;
  readonly dataUrl?: string;
  readonly datasetId?: string;
  readonly datasetName?: string;
  readonly datasetVersionId?: string;
  readonly datasetVersionName?: string;
  readonly dataSource?: readonly Readonly<Record<string, unknown>>[];
  /** 1 TensorFlow, 2 MXNet, 3 Ray, 4 Caffe, 5 Spark_MLlib, 6 Scikit_Learn, 9 XGBoost-Sklearn, 10 PyTorch, 12 Horovod, 13 Ascend-Powered-Engine, 17 MindSpore-GPU. */
  readonly engineType?: number;
  readonly engineName?: string;
  readonly engineId?: number;
  readonly engineVersion?: string;
  readonly trainUrl?: string;
  readonly logUrl?: string;
  readonly userImageUrl?: string;
  readonly userCommand?: string;
  readonly poolId?: string;
  readonly poolName?: string;
  readonly cpu?: string;
  readonly core?: string;
  readonly gpuNum?: number;
  readonly gpuType?: string;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
  /** ms since 1970. */
  readonly createTime?: number;
}

/** A configuration as the service tells of it. Other members may be there. */
export interface TrainingJobConfigInfo extends ToldConfig {
  readonly configName: string;
  readonly configDesc?: string;
  readonly [member: string]: unknown;
}

/** A job, or a version of one, as the service tells of it. Other members may be there. */
export interface LegacyJobInfo extends ToldConfig {
  readonly jobId: string;
  readonly jobName?: string;
  readonly jobDesc?: string;
  readonly versionId?: string;
  readonly versionName?: string;
  readonly preVersionId?: string;
  /** In a list of jobs. */
  readonly versionCount?: number;
  /** See `legacyJobStatus`. */
  readonly status?: number;
  /** ms. */
  readonly duration?: number;
  readonly resourceId?: string;
  /** Precision, recall and the like; a text when it could not be read as JSON. */
  readonly modelMetricList?: Readonly<Record<string, unknown>> | string;
  /** Use of the hardware by name, one value a minute. */
  readonly systemMetricList?: Readonly<Record<string, unknown>> | string;
  readonly [member: string]: unknown;
}

/** Something to be trained on. */
export interface LegacySpec {
  readonly specId: number;
  readonly specCode: string;
  readonly core?: string;
  readonly cpu?: string;
  readonly gpuNum?: number;
  readonly gpuType?: string;
  /** The most nodes that a job may have. */
  readonly maxNum?: number;
  readonly unitNum?: number;
  readonly storage?: string;
  readonly interfaceType?: number;
  /** There is none to be had at the moment. */
  readonly noResource?: boolean;
  readonly [member: string]: unknown;
}

/** An engine of the old training, by id and name. */
export interface LegacyEngine {
  readonly engineType?: number;
  readonly engineId: number;
  readonly engineName: string;
  readonly engineVersion: string;
  readonly [member: string]: unknown;
}

/** An algorithm of the service's own. */
export interface BuiltinAlgorithm {
  readonly modelId: number;
  readonly modelName: string;
  /** 1 classification, 2 detection, 3 segmentation, 4 language, 5 graph embedding. */
  readonly modelUsage?: number;
  readonly modelPrecision?: string;
  /** Bytes. */
  readonly modelSize?: number;
  readonly modelTrainDataset?: string;
  readonly modelDatasetFormat?: string;
  readonly modelDescriptionUrl?: string;
  /** What it can be told; a text when it could not be read as JSON. */
  readonly parameter?: readonly ToldParameter[] | string;
  /** ms since 1970. */
  readonly createTime?: number;
  readonly engineId?: number;
  readonly engineName?: string;
  readonly engineVersion?: string;
  readonly [member: string]: unknown;
}
