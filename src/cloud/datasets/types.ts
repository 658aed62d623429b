import type { JsonObject } from '../../model/index.js';
import type { AnnotationScene, DataType, SchemaType } from './enums.js';

/** A label of a data set. */
export interface Label {
  readonly name: string;
  /** See `labelTypes`. */
  readonly type?: number | undefined;
  /** `@modelarts:color`, `@modelarts:from_type` and others, as the service names them. */
  readonly property?: JsonObject | undefined;
  readonly attributes?: readonly LabelAttribute[] | undefined;
}

export interface LabelAttribute {
  readonly id?: string | undefined;
  readonly name: string;
  readonly type: 'text' | 'select';
  readonly defaultValue?: string | undefined;
  readonly values?: readonly { readonly id?: string | undefined; readonly value: string }[] | undefined;
}

/** A column of a table. */
export interface SchemaField {
  /** From 1 on. */
  readonly schemaId: number;
  readonly name: string;
  readonly type: SchemaType;
  readonly description?: string | undefined;
}

/** How annotations lie beside the data. `{}` goes with a manifest only: as they are in it. */
export interface AnnotationConfig {
  readonly scene?: AnnotationScene | undefined;
  /** `ModelArts PASCAL VOC 1.0`, … */
  readonly formatName?: string | undefined;
  readonly parameters?: AnnotationParameters | undefined;
}

export interface AnnotationParameters {
  /** Only these labels are imported. */
  readonly includedLabels?: readonly Label[] | undefined;
  /** Only objects marked as difficult. */
  readonly difficultOnly?: boolean | undefined;
  /** Between a text and its labels: one character. */
  readonly sampleLabelSeparator?: string | undefined;
  /** Between labels: one character. */
  readonly labelSeparator?: string | undefined;
}

/** Where the data of a new data set is. */
export interface DataSource {
  /** 0 object storage, 5 AI Gallery. Default 0. */
  readonly type?: number | string | undefined;
  /** `obs://bucket/dir/` or `/bucket/dir/`. */
  readonly path: string;
  /** Tables: the first line holds names. */
  readonly withColumnHeader?: boolean | undefined;
  /** AI Gallery: which asset, and which of its versions. */
  readonly contentInfo?: { readonly contentId: string; readonly versionId: string } | undefined;
  /** Labels beside the data are imported as this says; without it they are not. */
  readonly annotationConfig?: AnnotationConfig | undefined;
}

/** Where the service writes what belongs to a data set. */
export interface WorkPath {
  /** 0: object storage, the only one. */
  readonly type?: number | string | undefined;
  /** `obs://bucket/dir/` or `/bucket/dir/`; not a whole bucket, nor a place in the data. */
  readonly path: string;
}

/** A data set as the service tells of it. Members it does not tell of are absent, and others may be there. */
export interface DatasetInfo {
  readonly datasetId: string;
  readonly datasetName: string;
  /** See `datasetTypes`. */
  readonly datasetType?: number;
  readonly dataType?: DataType;
  /** 0 files, 1 table. */
  readonly datasetFormat?: number;
  readonly dataFormat?: string;
  readonly description?: string;
  /** See `datasetStatus`. */
  readonly status?: number;
  /** ms since 1970, as all times. */
  readonly createTime?: number;
  readonly updateTime?: number;
  readonly dataUpdateTime?: number;
  readonly dataSources?: readonly JsonObject[];
  readonly workPath?: string;
  readonly workPathType?: number;
  readonly innerWorkPath?: string;
  readonly innerAnnotationPath?: string;
  readonly innerDataPath?: string;
  readonly innerLogPath?: string;
  readonly innerTempPath?: string;
  readonly innerTaskPath?: string;
  readonly labels?: readonly Label[];
  readonly schema?: readonly SchemaField[];
  readonly totalSampleCount?: number;
  readonly annotatedSampleCount?: number;
  readonly unconfirmedSampleCount?: number;
  readonly deletedSampleCount?: number;
  readonly loadingSampleCount?: number;
  readonly totalSubSampleCount?: number;
  readonly annotatedSubSampleCount?: number;
  readonly currentVersionId?: string;
  readonly currentVersionName?: string;
  readonly nextVersionNum?: number;
  readonly datasetVersionCount?: number;
  readonly labelTaskCount?: number;
  readonly workforceTaskCount?: number;
  readonly existRunningTask?: boolean;
  readonly existWorkforceTask?: boolean;
  readonly runningTasksId?: readonly string[];
  readonly importTaskId?: string;
  readonly importData?: boolean;
  readonly managed?: boolean;
  readonly featureSupports?: readonly string[];
  readonly workspaceId?: string;
  readonly enterpriseProjectId?: string;
  readonly versions?: readonly VersionInfo[];
  readonly [member: string]: unknown;
}

/** A version of a data set as the service tells of it. */
export interface VersionInfo {
  readonly versionId: string;
  readonly versionName?: string;
  readonly versionFormat?: string;
  readonly previousVersionId?: string;
  /** See `versionStatus`. */
  readonly status?: number;
  readonly isCurrent?: boolean;
  readonly createTime?: number;
  readonly updateTime?: number;
  readonly description?: string;
  /** Where its manifest is. */
  readonly manifestPath?: string;
  readonly dataPath?: string;
  readonly totalSampleCount?: number;
  readonly annotatedSampleCount?: number;
  readonly addSampleCount?: number;
  readonly modifiedSampleCount?: number;
  readonly deletedSampleCount?: number;
  readonly totalSubSampleCount?: number;
  readonly annotatedSubSampleCount?: number;
  readonly trainEvaluateSampleRatio?: string;
  readonly removeSampleUsage?: boolean;
  readonly clearHardProperty?: boolean;
  readonly exportImages?: boolean;
  readonly taskType?: number;
  readonly labelType?: 'single' | 'multi';
  readonly labelStats?: readonly LabelStatistics[];
  /** Why it failed. */
  readonly message?: string;
  readonly code?: string;
  readonly withColumnHeader?: boolean;
  readonly [member: string]: unknown;
}

export interface LabelStatistics {
  readonly name: string;
  readonly type?: number;
  readonly count?: number;
  readonly sampleCount?: number;
  readonly [member: string]: unknown;
}

/** How far a data set is labelled. */
export interface DatasetStatistics {
  readonly labelStats?: readonly LabelStatistics[];
  readonly sampleStats?: Readonly<Record<string, number>>;
  readonly keySampleStats?: Readonly<Record<string, number>>;
  readonly [member: string]: unknown;
}

/** How far a synchronisation with the data's place has come. */
export interface SyncInfo {
  readonly status?: string;
  readonly taskId?: string;
  readonly addSampleCount?: number;
  readonly deletedSampleCount?: number;
  readonly totalSampleCount?: number;
  readonly errorCode?: string;
  readonly errorMsg?: string;
  readonly [member: string]: unknown;
}
