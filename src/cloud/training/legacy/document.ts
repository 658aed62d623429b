import { isJsonObject, type JsonObject, type JsonValue, OptionError } from '../../../model/index.js';
import type { ConfigSettings } from './configs.js';
import { fromWire, toWire } from './context.js';
import type { LegacyFitData } from './estimator.js';
import type { TrainingJobConfigInfo } from './types.js';

/** Everything that a document can say of a job or a configuration. */
export type LegacyDocument = Partial<ConfigSettings> &
  Pick<LegacyFitData, 'jobName'> & { readonly configName?: string | undefined };

/** Members of the service's bodies, and what they are called here. */
const names: Readonly<Record<string, keyof LegacyDocument>> = {
  config_name: 'configName',
  config_desc: 'configDesc',
  job_name: 'jobName',
  job_desc: 'jobDescription',
  workspace_id: 'workspaceId',
  worker_server_num: 'trainInstanceCount',
  app_url: 'codeDir',
  boot_file_url: 'bootFile',
  model_id: 'modelId',
  parameter: 'hyperparameters',
  spec_id: 'specId',
  data_url: 'inputs',
  dataset_id: 'datasetId',
  dataset_version_id: 'datasetVersionId',
  data_source: 'dataSource',
  engine_id: 'engineId',
  train_url: 'outputPath',
  log_url: 'logUrl',
  user_image_url: 'userImageUrl',
  user_command: 'userCommand',
  pool_id: 'poolId',
  volumes: 'volumes',
};

/** Members that only have a name of ours, because the service wants an id instead. */
const ours: readonly (keyof LegacyDocument)[] = [
  'trainInstanceType',
  'frameworkType',
  'frameworkVersion',
  'modelName',
];

const known = new Set<string>([...Object.values(names), ...ours]);
const numbers = new Set(['trainInstanceCount', 'modelId', 'specId', 'engineId']);

/**
 * Reads what a job or a configuration is to be from a body as the service takes it (`worker_server_num`, with the rest
 * of a job below `config`), from the options of this package (`trainInstanceCount`), or from both mixed. Numbers may be
 * written as texts; empty members are none. Values are not checked here.
 *
 * @param at what the message of an error about a member begins with, such as `job.yaml:3:1: `
 * @throws OptionError for a member that is not known, or said twice
 */
export function readLegacyDocument(
  document: JsonObject,
  at: (path: readonly string[]) => string = () => '',
): LegacyDocument {
  const { config, ...rest } = document;
  if (config !== undefined && !isJsonObject(config)) {
    throw new OptionError(`${at(['config'])}config is no object`, {
      hint: 'It holds the settings of a job, by name.',
    });
  }
  const options: Record<string, unknown> = {};
  const members = [
    ...Object.entries(rest).map(([member, value]) => ({ member, value, path: [member] })),
    ...Object.entries(config ?? {}).map(([member, value]) => ({ member, value, path: ['config', member] })),
  ];
  for (const { member, value, path } of members) {
    const name = Object.hasOwn(names, member) ? names[member]! : member;
    if (!known.has(name)) {
      throw new OptionError(
        `${at(path)}${JSON.stringify(member)} is nothing that a job or configuration is made of`,
        {
          hint: `Known are ${[...known].join(', ')}, and what the service calls them: ${Object.keys(names).join(', ')}.`,
        },
      );
    }
    if (value === null || value === '') continue;
    if (options[name] !== undefined)
      throw new OptionError(`${at(path)}${name} is said twice`, { hint: 'Say it under one name.' });
    options[name] = readMember(name, value);
  }
  return options as LegacyDocument;
}

function readMember(name: string, value: JsonValue): unknown {
  if (numbers.has(name) && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  return name === 'dataSource' || name === 'volumes' ? fromWire(value) : value;
}

/** A configuration as a body that replaces it: what the service tells of it without what cannot be sent. */
export function configDocument(info: TrainingJobConfigInfo): JsonObject {
  const body = toWire(info);
  const sent = Object.keys(names).filter((name) => {
    const value = body[name];
    return value !== undefined && value !== null && value !== '' && !isEmptyList(value);
  });
  return Object.fromEntries(sent.map((name) => [name, body[name]!]));
}

function isEmptyList(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0;
}
