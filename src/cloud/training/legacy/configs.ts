import type { JsonObject } from '../../../model/index.js';
import type { ModelArtsRequest } from '../../service/call.js';
import { createOnce } from '../../service/create-once.js';
import { pages } from '../../service/paging.js';
import { ServiceError } from '../../service/service-error.js';
import type { CallOptions, OnNotice, ServiceSession } from '../../service/session.js';
import { configOnWire, secretsOf } from './body.js';
import { checkConfigName, checkDataInput, checkEstimator, checkList, checkText256 } from './checks.js';
import { request, root } from './context.js';
import { nameAt } from './names.js';
import { idsOf } from './specs.js';
import type {
  LegacyDataInput,
  LegacyEstimatorOptions,
  LegacyListOptions,
  TrainingJobConfigInfo,
} from './types.js';

/** What a configuration keeps for jobs, besides the settings of an estimator. */
export interface ConfigData extends LegacyDataInput {
  /** Up to 256 characters. Default: none. */
  readonly configDesc?: string | undefined;
}

/** Everything about a configuration. */
export type ConfigSettings = LegacyEstimatorOptions & ConfigData;

export interface ListConfigsOptions extends LegacyListOptions {
  /** Default `config_name`; lists of samples cannot be sorted by `create_time`. */
  readonly sortBy?: (typeof configColumns)[number] | undefined;
  /** Your own, or samples of the service. Default `custom`. */
  readonly configType?: ConfigType | undefined;
}

/** Your own configurations, or samples of the service. */
export type ConfigType = 'custom' | 'sample';

/** One page of configurations. */
export interface ConfigPage {
  readonly total: number | undefined;
  readonly configs: readonly TrainingJobConfig[];
}

/** What a configuration object begins with. */
export interface ConfigOptions {
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
  /** What is known of it already. */
  readonly info?: TrainingJobConfigInfo | undefined;
}

/** A request that creates or replaces a configuration. */
export interface ConfigRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly configName: string;
  readonly body: JsonObject;
}

const configColumns = ['config_name', 'config_desc', 'create_time'] as const;
const configsPath = `${root}/training-job-configs`;
const configPath = `${configsPath}/{config_name}`;

/** A configuration of training jobs: what a job is made of, under a name. Making one of these asks nothing. */
export class TrainingJobConfig {
  readonly configName: string;
  #info: TrainingJobConfigInfo | undefined;
  readonly #session: ServiceSession;
  readonly #onNotice: OnNotice;

  /** @throws OptionError for a name that is none (T112) */
  constructor(
    session: ServiceSession,
    configName: string,
    { onNotice = () => {}, info }: ConfigOptions = {},
  ) {
    checkConfigName(configName, onNotice);
    this.configName = configName;
    this.#info = info;
    this.#session = session;
    this.#onNotice = onNotice;
  }

  /** What was last heard of it. */
  get info(): TrainingJobConfigInfo | undefined {
    return this.#info;
  }

  /** What the service knows of it. @throws ServiceError `NotFound` when there is none */
  async getJobConfigsInfo({
    configType,
    signal,
  }: CallOptions & { readonly configType?: ConfigType | undefined } = {}): Promise<TrainingJobConfigInfo> {
    const told = await request<Partial<TrainingJobConfigInfo>>(this.#session, {
      method: 'GET',
      path: configPath,
      params: { config_name: this.configName },
      query: { config_type: configType },
      signal,
    });
    this.#info = { ...told, configName: told.configName ?? this.configName };
    return this.#info;
  }

  /**
   * Replaces it: what is not said is gone, and not kept.
   *
   * @throws OptionError (T101–T114, T120) before anything is changed; ServiceError
   */
  async updateJobConfigs(settings: ConfigSettings, { signal }: CallOptions = {}): Promise<void> {
    const all = { onNotice: this.#onNotice, ...settings };
    await replaceConfig(this.#session, this.configName, all, signal);
  }

  /** Deletes it. Jobs that were made from it stay. @throws ServiceError */
  async deleteJobConfigs({ signal }: CallOptions = {}): Promise<void> {
    await request(this.#session, {
      method: 'DELETE',
      path: configPath,
      params: { config_name: this.configName },
      signal,
    });
  }

  /** What JSON says of it: its id, and what was last heard. */
  toJSON(): object {
    return { configName: this.configName, ...this.#info };
  }
}

/**
 * The request that creates or replaces a configuration: checked, and names looked up.
 *
 * @param configName default for a new one: `cfg-` and the time
 * @throws OptionError (T101–T114, T120, T122) before anything is asked; ServiceError
 */
export async function configRequest(
  session: ServiceSession,
  method: 'POST' | 'PUT',
  { configDesc, ...settings }: ConfigSettings,
  configName: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ConfigRequest> {
  const { onNotice = () => {} } = settings;
  if (method === 'PUT' || configName !== undefined)
    checkConfigName(configName, onNotice, method === 'PUT' ? 'T122' : 'T112');
  if (configDesc !== undefined) checkText256(configDesc, 'configDesc');
  checkEstimator(settings, 'configuration');
  checkDataInput(settings);
  const ids = await idsOf(session, settings, signal);
  const name = configName ?? nameAt('cfg', (await session.services()).client.timing.now());
  const config = configOnWire(settings, settings, ids, onNotice);
  return {
    method,
    path: method === 'POST' ? configsPath : configPath,
    configName: name,
    body: {
      ...(method === 'POST' ? { config_name: name } : {}),
      ...(configDesc === undefined ? {} : { config_desc: configDesc }),
      ...config,
    },
  };
}

/** Sends such a request. Sending it twice does no harm: there is one configuration of a name. */
async function sendConfig(
  session: ServiceSession,
  { method, path, configName, body }: ConfigRequest,
  settings: LegacyEstimatorOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  await request(session, {
    method,
    path,
    params: method === 'PUT' ? { config_name: configName } : {},
    body,
    secrets: secretsOf(settings),
    signal,
  });
}

/** Replaces a configuration. @throws OptionError (T101–T114, T120, T122) before anything is changed; ServiceError */
export async function replaceConfig(
  session: ServiceSession,
  configName: string | undefined,
  settings: ConfigSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const asked = await configRequest(session, 'PUT', settings, configName, signal);
  await sendConfig(session, asked, settings, signal);
}

/**
 * Creates a configuration. When the answer is lost it is looked for, and asked for once more if it is not there.
 *
 * @throws OptionError (T101–T114, T120) before anything is created; ServiceError `AlreadyExists`; AbortedError
 */
export async function createConfig(
  session: ServiceSession,
  configName: string | undefined,
  settings: ConfigSettings,
  signal: AbortSignal | undefined,
): Promise<TrainingJobConfig> {
  const asked = await configRequest(session, 'POST', settings, configName, signal);
  const { timing } = (await session.services()).client;
  const config = new TrainingJobConfig(session, asked.configName, { onNotice: settings.onNotice });
  return await createOnce({
    timing,
    signal,
    again: true,
    create: async () => {
      await sendConfig(session, asked, settings, signal);
      return config;
    },
    find: async () => {
      try {
        await config.getJobConfigsInfo({ signal });
        return config;
      } catch (error) {
        if (error instanceof ServiceError && error.code === 'NotFound') return undefined;
        throw error;
      }
    },
  });
}

/** One page of configurations. `order` is `asc` unless it is said, as in the Python SDK. @throws OptionError (T115–T117), ServiceError */
export async function listConfigs(
  session: ServiceSession,
  { signal, onNotice, ...options }: ListConfigsOptions = {},
): Promise<ConfigPage> {
  checkList({ ...options, onNotice }, { columns: configColumns });
  const { perPage, page, sortBy, order = 'asc', searchContent, configType } = options;
  const query: ModelArtsRequest['query'] = {
    per_page: perPage,
    page,
    sortBy,
    order,
    search_content: searchContent,
    config_type: configType,
  };
  const { configTotalCount, configs = [] } = await request<{
    configTotalCount?: number;
    configs?: TrainingJobConfigInfo[];
  }>(session, { method: 'GET', path: configsPath, query, signal });
  return {
    total: configTotalCount,
    configs: configs.map((info) => new TrainingJobConfig(session, info.configName, { onNotice, info })),
  };
}

/** All configurations, page by page; `perPage` (default 100) is how many are asked for at a time. */
export function allConfigs(
  session: ServiceSession,
  { perPage = 100, page, ...options }: ListConfigsOptions = {},
): AsyncGenerator<TrainingJobConfig, void> {
  return pages({
    paging: 'page-number',
    limit: perPage,
    start: page,
    ask: async (position, limit) => {
      const found = await listConfigs(session, { ...options, page: position, perPage: limit });
      return { items: found.configs, total: found.total };
    },
  });
}
