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
import { datasetStatus } from './enums.js';
import type { DatasetInfo } from './types.js';

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
}

/** A data set of the service. Making one asks nothing. */
export class Dataset {
  readonly datasetId: string;
  /** What was last told of it. */
  #info: DatasetInfo | undefined;
  readonly #context: Context;

  /** @throws OptionError for an id that is none (D030) */
  constructor(session: ServiceSession, datasetId: string, { onNotice = () => {} }: DatasetOptions = {}) {
    checkId(datasetId, 'datasetId', 'D030');
    this.datasetId = datasetId;
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
