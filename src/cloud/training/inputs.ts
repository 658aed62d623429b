import type { WaitOptions } from '../service/index.js';
import type { CallOptions, OnNotice } from '../service/session.js';
import type { TrainingJobInfo } from './types.js';

/** What is run. */
export interface TrainingFiles {
  /** A folder: `obs://bucket/code/`; of a local run also a local one. */
  readonly codeDir: string;
  /** Relative to that folder, or `obs://…` in it. */
  readonly bootFile?: string | undefined;
}

/** Data that a job reads. */
export interface InputData {
  /** What the script calls it: it gets `--<name>=<folder>`. */
  readonly name: string;
  /** A folder or an archive: `obs://bucket/data/`. */
  readonly obsPath?: string | undefined;
  /** Local runs: where it is put, or, with `isLocalSource` or without `obsPath`, where it is. */
  readonly localPath?: string | undefined;
  /** Local runs: it is at `localPath`, not at `obsPath`. Default false. */
  readonly isLocalSource?: boolean | undefined;
}

/** What a job writes. */
export interface OutputData {
  /** What the script calls it: it gets `--<name>=<folder>`. */
  readonly name: string;
  readonly obsPath?: string | undefined;
  /** Local runs: where the script writes. */
  readonly localPath?: string | undefined;
}

/** An argument of the script: `--name=value`, or `--name` without a value. */
export interface JobParameter {
  readonly name: string;
  readonly value?: string | number | boolean | undefined;
}

/** A file server of one's own. */
export interface JobVolume {
  readonly nfs: {
    /** `192.168.0.1:/share` */
    readonly nfsServerPath: string;
    /** Where it is in the container. */
    readonly localPath: string;
    readonly readOnly?: boolean | undefined;
  };
}

/** What jobs are made of. */
export interface EstimatorOptions {
  /** Id of a flavor (see `getTrainInstanceTypes`); may be left out where there is a pool. */
  readonly trainInstanceType?: string | undefined;
  /** How many nodes: from 1. */
  readonly trainInstanceCount: number;
  readonly trainingFiles?: TrainingFiles | undefined;
  readonly outputs?: readonly OutputData[] | undefined;
  readonly parameters?: readonly JobParameter[] | undefined;
  /** See `getFrameworkList`. */
  readonly frameworkType?: string | undefined;
  readonly frameworkVersion?: string | undefined;
  /** An image of one's own: `organisation/image:tag`. */
  readonly userImageUrl?: string | undefined;
  readonly userCommand?: string | undefined;
  /** Take `frameworkType` with `userImageUrl`: a framework on an image of one's own. Default false. */
  readonly frameworkOnImage?: boolean | undefined;
  /** A folder: `obs://bucket/log/`. */
  readonly logUrl?: string | undefined;
  /** Where the code is in the container: below `/home`. */
  readonly localCodeDir?: string | undefined;
  readonly workingDir?: string | undefined;
  /** Up to 256 characters. */
  readonly jobDescription?: string | undefined;
  readonly volumes?: readonly JobVolume[] | undefined;
  /** Values are never shown in errors and events. */
  readonly envVariables?: Readonly<Record<string, string>> | undefined;
  /** A pool of one's own. */
  readonly poolId?: string | undefined;
  /** Default `0`. */
  readonly workspaceId?: string | undefined;
  /** The program that runs the boot file of a local run; jobs of the service have one of their own. */
  readonly scriptInterpreter?: string | undefined;
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
}

/** What one job of an estimator works on. */
export interface FitData {
  readonly inputs?: readonly InputData[] | undefined;
  /** A published version of a data set, instead of inputs. */
  readonly datasetId?: string | undefined;
  readonly datasetVersionId?: string | undefined;
  /** 1 to 64 letters, digits, `_` and `-`. Default: `job-` and the time. */
  readonly jobName?: string | undefined;
}

export interface FitOptions extends FitData, CallOptions {
  /** Wait until the job has ended. Default false. */
  readonly wait?: boolean | WaitOptions<TrainingJobInfo> | undefined;
  /** Hears the log as it grows; the job is then waited for. */
  readonly showLog?: ((text: string) => void) | undefined;
}

/** The flavor that means this machine. Its options are checked, and `fit` refuses it: `trainHere` runs it. */
export const localInstance = 'local';
