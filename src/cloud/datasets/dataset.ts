import type { JsonObject } from '../../model/index.js';
import { LabelkitError } from '../../model/index.js';
import { pages } from '../service/paging.js';
import { serviceFolder } from '../service/paths.js';
import type { CallOptions, OnNotice, ServiceSession } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import type { BatchOptions, BatchResult } from './batch.js';
import { checkDatasetType, checkId, checkPage } from './checks.js';
import { type Context, request, requestOf, taskFailed } from './context.js';
import { type CreateDatasetOptions, createDataset } from './create.js';
import { datasetStatus } from './enums.js';
import {
  type ExportDataOptions,
  type ExportTask,
  type ExportTaskPage,
  exportData,
  exportTasks,
  getExportTaskInfo,
  type ListExportTasksOptions,
  listExportTasks,
  waitForExport,
} from './export-tasks.js';
import {
  getImportTaskInfo,
  type ImportDataOptions,
  type ImportTask,
  type ImportTaskPage,
  importData,
  importTasks,
  type ListTasksOptions,
  listImportTasks,
  waitForImport,
} from './import-tasks.js';
import {
  type CreateLabelTaskOptions,
  createLabelTask,
  type GetLabelTasksOptions,
  getLabelTaskInfo,
  getLabelTasks,
  type LabelTask,
} from './label-tasks.js';
import {
  createLabels,
  type DeleteLabelOptions,
  type DeleteLabelsOptions,
  deleteLabel,
  deleteLabels,
  type LabelName,
  type ListLabelsOptions,
  listLabels,
  type UpdateLabelOptions,
  updateLabel,
  updateLabels,
} from './labels.js';
import {
  type AddSamplesOptions,
  addSamples,
  type DeleteSamplesOptions,
  deleteSamples,
  getSampleInfo,
  getSearchConditions,
  type ListSamplesOptions,
  listSamples,
  type NewSample,
  type SampleInfo,
  type SamplePage,
  type SampleUpdate,
  samples,
  type UpdateSamplesOptions,
  updateSamples,
} from './samples.js';
import { SmartTasks } from './smart-tasks.js';
import {
  getSyncInfo,
  type MetricsOptions,
  metrics,
  type StatisticsOptions,
  startSync,
  statistics,
  waitForSync,
} from './sync.js';
import type { DatasetInfo, DatasetStatistics, Label, SyncInfo, VersionInfo } from './types.js';
import { type UpdateDatasetOptions, updateDataset } from './update.js';
import {
  type CreateVersionOptions,
  createVersion,
  deleteVersion,
  getVersionInfo,
  type ListVersionsOptions,
  listVersions,
  waitForVersion,
} from './versions.js';

export interface ListDatasetsOptions extends CallOptions {
  /** See `datasetTypes`. */
  readonly datasetType?: number | undefined;
  /** A part of the name. */
  readonly datasetName?: string | undefined;
  /** Which page, from 0. Default 0. */
  readonly offset?: number | undefined;
  /** 1 to 100 a page. Default 10. */
  readonly limit?: number | undefined;
  readonly sortBy?: 'create_time' | 'dataset_name' | undefined;
  /** Default `desc`. */
  readonly order?: 'asc' | 'desc' | undefined;
  readonly workspaceId?: string | undefined;
  /** Ask for labels as well. */
  readonly withLabels?: boolean | undefined;
  readonly containVersions?: boolean | undefined;
}

/** One page of a list. */
export interface DatasetPage {
  /** How many there are in all. */
  readonly total: number | undefined;
  readonly datasets: readonly Dataset[];
}

export interface DatasetOptions {
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
  /** Known of those that were just created. */
  readonly importTaskId?: string | undefined;
}

/** A data set of the service. Making one asks nothing. */
export class Dataset {
  readonly datasetId: string;
  /** The import of annotations that began when it was created here. */
  readonly importTaskId: string | undefined;
  /** Tasks that label and group by models. */
  readonly smartTasks: SmartTasks;
  #info: DatasetInfo | undefined;
  readonly #context: Context;

  /** @throws OptionError for an id that is none (D030) */
  constructor(
    session: ServiceSession,
    datasetId: string,
    { onNotice = () => {}, importTaskId }: DatasetOptions = {},
  ) {
    checkId(datasetId, 'datasetId', 'D030');
    this.datasetId = datasetId;
    this.importTaskId = importTaskId;
    this.#context = { session, datasetId, known: {}, onNotice };
    this.smartTasks = new SmartTasks(this.#context);
  }

  /** One page of the data sets of the project. @throws OptionError (D001–D003), ServiceError */
  static async listDatasets(
    session: ServiceSession,
    {
      datasetType,
      datasetName,
      offset,
      limit,
      sortBy,
      order,
      workspaceId,
      withLabels,
      containVersions,
      signal,
    }: ListDatasetsOptions = {},
  ): Promise<DatasetPage> {
    checkPage({ offset, limit });
    if (datasetType !== undefined) checkDatasetType(datasetType);
    const found = await request<{ totalNumber?: number; datasets?: DatasetInfo[] }>(session, {
      method: 'GET',
      path: '/datasets',
      query: {
        dataset_type: datasetType,
        search_content: datasetName,
        offset,
        limit,
        sort_by: sortBy,
        order,
        workspace_id: workspaceId,
        with_labels: withLabels,
        contain_versions: containVersions,
      },
      signal,
    });
    return {
      total: found.totalNumber,
      datasets: (found.datasets ?? []).map((info) => Dataset.#listed(session, info)),
    };
  }

  /** All data sets of the project, page by page. `limit` (default 100) is how many are asked for at a time. */
  static datasets(session: ServiceSession, options: ListDatasetsOptions = {}): AsyncGenerator<Dataset, void> {
    return pages({
      paging: 'page-index',
      limit: options.limit ?? 100,
      start: options.offset,
      ask: async (offset, limit) => {
        const { total, datasets } = await Dataset.listDatasets(session, { ...options, offset, limit });
        return { items: datasets, total };
      },
    });
  }

  /**
   * Creates a data set. The service takes its time: see {@link waitUntilNormal}. When the answer is lost, one of that
   * name and work path that was made since is looked for first: there is never a second one.
   *
   * @throws OptionError (D003–D027) before anything is asked; ServiceError `AlreadyExists`, …; AbortedError
   */
  static async createDataset(session: ServiceSession, options: CreateDatasetOptions): Promise<Dataset> {
    const { datasetId, importTaskId } = await createDataset(session, options);
    const dataset = new Dataset(session, datasetId, { onNotice: options.onNotice, importTaskId });
    const { known } = dataset.#context;
    known.datasetType = options.datasetType;
    known.dataType = options.dataType;
    known.workPath = serviceFolder(options.workPath.path);
    return dataset;
  }

  /** Deletes a data set; its data in object storage stays. @throws OptionError (D030), ServiceError */
  static async deleteDataset(
    session: ServiceSession,
    datasetId: string,
    options: CallOptions = {},
  ): Promise<void> {
    await new Dataset(session, datasetId).deleteDataset(options);
  }

  static #listed(session: ServiceSession, info: DatasetInfo): Dataset {
    const dataset = new Dataset(session, info.datasetId);
    dataset.#learn(info);
    return dataset;
  }

  /** What was last told of it, by a list or by {@link getDatasetInfo}. */
  get info(): DatasetInfo | undefined {
    return this.#info;
  }

  /** @throws ServiceError */
  async getDatasetInfo({ signal }: CallOptions = {}): Promise<DatasetInfo> {
    const info = await requestOf<DatasetInfo>(this.#context, { method: 'GET', path: '', signal });
    this.#learn(info);
    return info;
  }

  /**
   * Waits until it is made and nothing is under way in it.
   *
   * @throws ServiceError `TaskFailed` when it turned out abnormal; LabelkitError `NotFound` when it is being deleted,
   *   `Timeout`; AbortedError
   */
  async waitUntilNormal(options: WaitOptions<DatasetInfo> = {}): Promise<DatasetInfo> {
    const { client } = await this.#context.session.services();
    const what = `data set ${this.datasetId}`;
    return await waitFor({
      ...options,
      what,
      timing: client.timing,
      ask: () => this.getDatasetInfo({ signal: options.signal }),
      verdict: ({ status, message, errorMsg }) => {
        if (status === datasetStatus.normal) return 'done';
        if (status === datasetStatus.deleting || status === datasetStatus.deleted)
          throw new LabelkitError('NotFound', `${what} is being deleted`, { hint: 'Make another.' });
        if (status !== datasetStatus.abnormal) return 'wait';
        throw taskFailed(what, {
          path: '/datasets/{dataset_id}',
          message: String(message ?? errorMsg ?? ''),
        });
      },
    });
  }

  /** Renames or describes it. @throws OptionError (D029), ServiceError */
  async updateDataset(options: UpdateDatasetOptions): Promise<void> {
    await updateDataset(this.#context, options);
  }

  /** Deletes it; its data in object storage stays. @throws ServiceError */
  async deleteDataset({ signal }: CallOptions = {}): Promise<void> {
    await requestOf(this.#context, { method: 'DELETE', path: '', signal });
  }

  /** How far it is labelled. @throws ServiceError */
  async statistics(options: StatisticsOptions = {}): Promise<DatasetStatistics> {
    return await statistics(this.#context, options);
  }

  /** Figures over time: by name, and ms since 1970. @throws ServiceError */
  async metrics(
    options: MetricsOptions = {},
  ): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
    return await metrics(this.#context, options);
  }

  /** Begins to take over what was added to the place of the data, and what was deleted there. @throws ServiceError */
  async sync(options: CallOptions = {}): Promise<void> {
    await startSync(this.#context, options);
  }

  /** @throws ServiceError */
  async getSyncInfo(options: CallOptions = {}): Promise<SyncInfo> {
    return await getSyncInfo(this.#context, options);
  }

  /** @throws ServiceError `TaskFailed`; LabelkitError `Timeout`; AbortedError */
  async waitForSync(options: WaitOptions<SyncInfo> = {}): Promise<SyncInfo> {
    return await waitForSync(this.#context, options);
  }

  /** @throws ServiceError */
  async listVersions(options: ListVersionsOptions = {}): Promise<VersionInfo[]> {
    return await listVersions(this.#context, options);
  }

  /**
   * Begins to publish a version; see {@link waitForVersion}.
   *
   * @returns its id
   * @throws OptionError (D031–D035) before anything is asked; ServiceError `Throttled` when the last one is less than a
   *   minute old, `Busy`; AbortedError
   */
  async createVersion(options: CreateVersionOptions = {}): Promise<string> {
    return await createVersion(this.#context, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async getVersionInfo(versionId: string, options: CallOptions = {}): Promise<VersionInfo> {
    return await getVersionInfo(this.#context, versionId, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async deleteVersion(versionId: string, options: CallOptions = {}): Promise<void> {
    await deleteVersion(this.#context, versionId, options);
  }

  /**
   * Waits until a version is published and its manifest is written.
   *
   * @throws OptionError (D037); ServiceError `TaskFailed` with what the service says; LabelkitError `NotFound` when it
   *   is being deleted, `Timeout`; AbortedError
   */
  async waitForVersion(versionId: string, options: WaitOptions<VersionInfo> = {}): Promise<VersionInfo> {
    return await waitForVersion(this.#context, versionId, options);
  }

  /** One page of samples. @throws OptionError (D001, D002, D036), ServiceError */
  async listSamples(options: ListSamplesOptions = {}): Promise<SamplePage> {
    return await listSamples(this.#context, options);
  }

  /** All samples, page by page. `limit` (default 100) is how many are asked for at a time. */
  samples(options: ListSamplesOptions = {}): AsyncGenerator<SampleInfo, void> {
    return samples(this.#context, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async getSampleInfo(sampleId: string, options: CallOptions = {}): Promise<SampleInfo> {
    return await getSampleInfo(this.#context, sampleId, options);
  }

  /** What samples can be looked for by. @throws OptionError (D036), ServiceError */
  async getSearchConditions(options: CallOptions = {}): Promise<Readonly<Record<string, unknown>>> {
    return await getSearchConditions(this.#context, options);
  }

  /** Deletes samples, a hundred with a request. @throws OptionError (D038), ServiceError, BatchError */
  async deleteSamples(
    sampleIds: readonly string[],
    options: DeleteSamplesOptions = {},
  ): Promise<BatchResult> {
    return await deleteSamples(this.#context, sampleIds, options);
  }

  /**
   * Adds samples; `info` of a result is the id of the new sample. A request whose answer is lost is not sent again: some
   * of its samples may have been added.
   *
   * @throws OptionError (D061, D062), ServiceError, BatchError
   */
  async addSamples(added: readonly NewSample[], options: AddSamplesOptions = {}): Promise<BatchResult> {
    return await addSamples(this.#context, added, options);
  }

  /** Changes labels and other members of samples. @throws OptionError (D037, D061), ServiceError, BatchError */
  async updateSamples(
    updates: readonly SampleUpdate[],
    options: UpdateSamplesOptions = {},
  ): Promise<BatchResult> {
    return await updateSamples(this.#context, updates, options);
  }

  /** @throws ServiceError */
  async listLabels(options: ListLabelsOptions = {}): Promise<Label[]> {
    return await listLabels(this.#context, options);
  }

  /** @throws OptionError (D020, D021), ServiceError, BatchError */
  async createLabels(labels: readonly Label[], options: BatchOptions = {}): Promise<BatchResult> {
    return await createLabels(this.#context, labels, options);
  }

  /**
   * Changes labels by their names; `property` `@modelarts:rename_to` gives one another name.
   *
   * @throws OptionError (D020, D021), ServiceError, BatchError
   */
  async updateLabels(labels: readonly Label[], options: BatchOptions = {}): Promise<BatchResult> {
    return await updateLabels(this.#context, labels, options);
  }

  /** Deletes labels, by default nothing else. @throws OptionError (D051, D052), ServiceError, BatchError */
  async deleteLabels(
    labels: readonly (LabelName | string)[],
    options: DeleteLabelsOptions = {},
  ): Promise<BatchResult> {
    return await deleteLabels(this.#context, labels, options);
  }

  /** Gives one label other properties. @throws OptionError (D052), ServiceError */
  async updateLabel(name: string, property: JsonObject, options: UpdateLabelOptions = {}): Promise<void> {
    await updateLabel(this.#context, name, property, options);
  }

  /** @throws OptionError (D052), ServiceError */
  async deleteLabel(name: string, options: DeleteLabelOptions = {}): Promise<void> {
    await deleteLabel(this.#context, name, options);
  }

  /** One page of import tasks, the latest first. @throws OptionError (D001, D002), ServiceError */
  async listImportTasks(options: ListTasksOptions = {}): Promise<ImportTaskPage> {
    return await listImportTasks(this.#context, options);
  }

  /** All import tasks, page by page. `limit` (default 100) is how many are asked for at a time. */
  importTasks(options: ListTasksOptions = {}): AsyncGenerator<ImportTask, void> {
    return importTasks(this.#context, options);
  }

  /**
   * Starts an import task. It is never started twice: when the answer is lost, the task is looked for by its path.
   *
   * @returns its id
   * @throws OptionError (D039–D046), ServiceError (`Busy` while another import, a version or a synchronisation is under
   *   way)
   */
  async importData(options: ImportDataOptions): Promise<string> {
    return await importData(this.#context, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async getImportTaskInfo(taskId: string, options: CallOptions = {}): Promise<ImportTask> {
    return await getImportTaskInfo(this.#context, taskId, options);
  }

  /**
   * Waits until an import task has ended. One that has ended well may have imported fewer samples than there are: see
   * `importedSampleCount`.
   *
   * @throws ServiceError `TaskFailed` when it failed, in whole or in part, `NotFound` when there is none; OptionError;
   *   LabelkitError `Timeout`; AbortedError
   */
  async waitForImport(taskId: string, options: WaitOptions<ImportTask> = {}): Promise<ImportTask> {
    return await waitForImport(this.#context, taskId, options);
  }

  /** One page of export tasks. @throws OptionError (D001, D002), ServiceError */
  async listExportTasks(options: ListExportTasksOptions = {}): Promise<ExportTaskPage> {
    return await listExportTasks(this.#context, options);
  }

  /** All export tasks, page by page. `limit` (default 100) is how many are asked for at a time. */
  exportTasks(options: ListExportTasksOptions = {}): AsyncGenerator<ExportTask, void> {
    return exportTasks(this.#context, options);
  }

  /**
   * Starts an export task. It is never started twice: when the answer is lost, the task is looked for by its path.
   *
   * @returns its id
   * @throws OptionError (D047, D048), ServiceError
   */
  async exportData(options: ExportDataOptions): Promise<string> {
    return await exportData(this.#context, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async getExportTaskInfo(taskId: string, options: CallOptions = {}): Promise<ExportTask> {
    return await getExportTaskInfo(this.#context, taskId, options);
  }

  /** @throws ServiceError `TaskFailed`; OptionError; LabelkitError `Timeout`; AbortedError */
  async waitForExport(taskId: string, options: WaitOptions<ExportTask> = {}): Promise<ExportTask> {
    return await waitForExport(this.#context, taskId, options);
  }

  /**
   * Makes a label task. It is never made twice: when the answer is lost, the task is looked for by its name.
   *
   * @returns its id
   * @throws OptionError (D049), ServiceError
   */
  async createLabelTask(options: CreateLabelTaskOptions): Promise<string> {
    return await createLabelTask(this.#context, options);
  }

  /** All label tasks, or those for teams. @throws OptionError (D050), ServiceError */
  async getLabelTasks(options: GetLabelTasksOptions = {}): Promise<LabelTask[]> {
    return await getLabelTasks(this.#context, options);
  }

  /** @throws OptionError (D037), ServiceError */
  async getLabelTaskInfo(taskId: string, options: CallOptions = {}): Promise<LabelTask> {
    return await getLabelTaskInfo(this.#context, taskId, options);
  }

  /** What the service said of it last. */
  toJSON(): object {
    return { datasetId: this.datasetId, ...this.#info };
  }

  #learn(info: DatasetInfo): void {
    this.#info = info;
    const { known } = this.#context;
    known.datasetType = info.datasetType ?? known.datasetType;
    known.dataType = info.dataType ?? known.dataType;
    known.workPath = info.workPath ?? known.workPath;
  }
}
