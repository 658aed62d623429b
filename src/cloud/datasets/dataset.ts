import { LabelkitError } from '../../model/index.js';
import { pages } from '../service/paging.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkDatasetType, checkId, checkPage } from './checks.js';
import {
  type CallOptions,
  type Context,
  type OnNotice,
  request,
  requestOf,
  type ServiceSession,
  taskFailed,
} from './context.js';
import { type CreateDatasetOptions, createDataset } from './create.js';
import { datasetStatus } from './enums.js';
import { serviceFolder } from './paths.js';
import {
  getSyncInfo,
  type MetricsOptions,
  metrics,
  type StatisticsOptions,
  startSync,
  statistics,
  waitForSync,
} from './sync.js';
import type { DatasetInfo, DatasetStatistics, SyncInfo, VersionInfo } from './types.js';
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
