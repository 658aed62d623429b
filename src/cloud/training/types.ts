import type { JsonObject } from '../../model/index.js';

/** What a job was given, or found, to work with. Members that the service adds later are kept. */
interface TrainingData {
  readonly name?: string;
  readonly description?: string;
  /** Where it is in the container. */
  readonly localDir?: string;
}

/** Data that a job reads: a place in object storage, or a version of a data set. */
export interface TrainingInput extends TrainingData {
  readonly remote?: {
    readonly obs?: { readonly obsUrl?: string };
    readonly dataset?: { readonly id?: string; readonly versionId?: string; readonly obsUrl?: string };
  };
  readonly remoteConstraint?: readonly { readonly dataType?: string; readonly attributes?: unknown }[];
}

/** Where a job writes. */
export interface TrainingOutput extends TrainingData {
  readonly remote?: { readonly obs?: { readonly obsUrl?: string } };
  readonly mode?: string;
  readonly period?: number;
}

/** A hyperparameter of a job. Values may be secrets. */
export interface TrainingParameter {
  readonly name?: string;
  readonly value?: string;
  readonly description?: string;
  readonly constraint?: {
    readonly type?: string;
    readonly editable?: boolean;
    readonly required?: boolean;
    readonly sensitive?: boolean;
    readonly validType?: string;
    readonly validRange?: readonly string[];
  };
  readonly i18nDescription?: { readonly language?: string; readonly description?: string };
}

/** A preset framework as the service lists it. */
export interface TrainingEngine {
  readonly engineId?: string;
  readonly engineName?: string;
  readonly engineVersion?: string;
  readonly imageUrl?: string;
  readonly v1Compatible?: boolean;
  readonly runUser?: string;
  readonly imageInfo?: JsonObject;
}

export interface SearchParameter {
  readonly name?: string;
  readonly paramType?: string;
  readonly lowerBound?: string;
  readonly upperBound?: string;
  readonly discretePointsNum?: string;
  readonly discreteValues?: readonly string[];
}

/** What a job runs: code and boot file with an engine, or an algorithm by its id; as the service tells it. */
export interface TrainingAlgorithm {
  readonly id?: string;
  readonly name?: string;
  readonly subscriptionId?: string;
  readonly itemVersionId?: string;
  /** As `/bucket/code/`. */
  readonly codeDir?: string;
  readonly bootFile?: string;
  readonly autosearchConfigPath?: string;
  readonly autosearchFrameworkPath?: string;
  readonly command?: string;
  readonly parameters?: readonly TrainingParameter[];
  readonly policies?: {
    readonly autoSearch?: {
      readonly skipSearchParams?: string;
      readonly rewardAttrs?: readonly {
        readonly name?: string;
        readonly mode?: string;
        readonly regex?: string;
      }[];
      readonly searchParams?: readonly SearchParameter[];
      readonly algoConfigs?: readonly {
        readonly name?: string;
        readonly params?: readonly {
          readonly key?: string;
          readonly value?: string;
          readonly type?: string;
        }[];
      }[];
    };
  };
  readonly inputs?: readonly TrainingInput[];
  readonly outputs?: readonly TrainingOutput[];
  readonly engine?: TrainingEngine;
  /** May hold secrets. */
  readonly environments?: Readonly<Record<string, string>>;
  readonly localCodeDir?: string;
  readonly workingDir?: string;
}

/** How a job stands; one of these does not change any more when it is Completed, Failed, Terminated or Abnormal. */
export type TrainingPhase =
  | 'Creating'
  | 'Pending'
  | 'Running'
  | 'Failed'
  | 'Completed'
  | 'Terminating'
  | 'Terminated'
  | 'Abnormal';

/** How far a job has come. Times in milliseconds. */
export interface TrainingStatus {
  readonly phase?: TrainingPhase;
  /** Says more, in words that may change. */
  readonly secondaryPhase?: string;
  /** In ms. */
  readonly duration?: number;
  /** ms since 1970. */
  readonly startTime?: number;
  readonly nodeCountMetrics?: readonly (readonly number[])[];
  /** `worker-0`, `worker-1`, `server-0` */
  readonly tasks?: readonly string[];
  readonly taskStatuses?: readonly {
    readonly task?: string;
    readonly exitCode?: number;
    readonly message?: string;
  }[];
  readonly runningRecords?: readonly JsonObject[];
}

/** A kind of machine that jobs run on, with its limits. */
export interface TrainingFlavor {
  readonly flavorId?: string;
  readonly flavorName?: string;
  /** `CPU`, `GPU`, `Ascend` */
  readonly flavorType?: string;
  /** As many nodes as a job may have. */
  readonly maxNum?: number;
  readonly billing?: { readonly code?: string; readonly unitNum?: number };
  readonly flavorInfo?: {
    readonly maxNum?: number;
    readonly cpu?: { readonly arch?: string; readonly coreNum?: number };
    readonly gpu?: {
      readonly unitNum?: number | string;
      readonly productName?: string;
      readonly memory?: string;
    };
    readonly npu?: {
      readonly unitNum?: number | string;
      readonly productName?: string;
      readonly memory?: string;
    };
    readonly memory?: { readonly size?: number; readonly unit?: string };
    readonly disk?: { readonly size?: number; readonly unit?: string };
  };
}

/** A file system that is mounted into a job. */
export interface TrainingVolume {
  readonly nfs?: {
    readonly nfsServerPath?: string;
    readonly localPath?: string;
    readonly readOnly?: boolean;
  };
}

/** What the service knows of a training job. Members that it adds later are kept. */
export interface TrainingJobInfo {
  /** `job`, `hetero_job`, `autosearch_job`, `mrs_job`, `edge_job`, `visualization_job` */
  readonly kind?: string;
  readonly metadata: {
    readonly id: string;
    readonly name?: string;
    readonly description?: string;
    readonly workspaceId?: string;
    /** ms since 1970. */
    readonly createTime?: number;
    readonly userName?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: TrainingStatus;
  readonly algorithm?: TrainingAlgorithm;
  readonly tasks?: readonly {
    readonly role?: string;
    readonly algorithm?: TrainingAlgorithm;
    readonly taskResource?: TrainingFlavor;
  }[];
  readonly spec?: {
    readonly resource?: {
      readonly policy?: string;
      readonly flavorId?: string;
      readonly flavorName?: string;
      readonly nodeCount?: number;
      readonly poolId?: string;
      readonly flavorDetail?: TrainingFlavor;
    };
    readonly volumes?: readonly TrainingVolume[];
    readonly logExportPath?: { readonly obsUrl?: string; readonly hostPath?: string };
  };
}
