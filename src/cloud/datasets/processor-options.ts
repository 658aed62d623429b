import type { JsonObject } from '../../model/index.js';
import { checkDescription, checkPlace, refuse } from '../service/checks.js';
import { serviceFolder, servicePath } from '../service/paths.js';
import type { CallOptions, OnNotice } from '../service/session.js';
import { toWire } from './wire.js';

/** What a processor task does, and the id of its template. */
export const processorTemplates = {
  analysis: 'sys_data_analyse',
  cleaning: 'sys_data_cleaning',
  augmentation: 'sys_data_augmentation',
  validation: 'sys_data_validation',
  selection: 'sys_data_selection',
} as const;

export type ProcessorTemplateId = (typeof processorTemplates)[keyof typeof processorTemplates];

/** One operator of a template. */
export interface OperatorParams {
  readonly id?: string | undefined;
  /** `PCC`, `MetaValidation`, `SimDeduplication`, `AddNoise`, … */
  readonly name?: string | undefined;
  readonly advancedParamsSwitch?: boolean | undefined;
  /** By the service's names, in its spelling (`simlarity_threshold`); the service wants texts. */
  readonly params?: JsonObject | undefined;
}

export interface ProcessorTemplate {
  /** See `processorTemplates`. */
  readonly id: string;
  readonly name?: string | undefined;
  readonly operatorParams?: readonly OperatorParams[] | undefined;
}

/** What is processed. */
export interface ProcessorSource {
  readonly type: 'OBS' | 'TASK' | 'DATASET' | 'CUSTOM';
  /** A folder of object storage, or the id of a data set or task. */
  readonly source: string;
  readonly versionId?: string | undefined;
  readonly versionName?: string | undefined;
  readonly name?: string | undefined;
}

/** Where results go. */
export interface ProcessorWorkPath {
  readonly type: 'OBS' | 'DATASET';
  /** A folder of object storage, or the id of a data set. */
  readonly path: string;
  readonly name?: string | undefined;
  readonly outputPath?: string | undefined;
  readonly versionId?: string | undefined;
  /** At most 32 letters, digits, `-` and `_`. */
  readonly versionName?: string | undefined;
}

/** What a version of a processor task does. */
export interface ProcessorVersionOptions extends CallOptions {
  readonly template: ProcessorTemplate;
  /** Several, or `dataSource`. */
  readonly inputs?: readonly ProcessorSource[] | undefined;
  /** One, or `inputs`. */
  readonly dataSource?: ProcessorSource | undefined;
  readonly workPath: ProcessorWorkPath;
  readonly versionId?: string | undefined;
  readonly description?: string | undefined;
  /** Hears of what is allowed and may not be meant. */
  readonly onNotice?: OnNotice | undefined;
}

export interface CreateProcessorTaskOptions extends ProcessorVersionOptions {
  readonly name: string;
  /** Make a version of the task at once. Not for analysis. */
  readonly createVersion?: boolean | undefined;
  readonly workspaceId?: string | undefined;
}

/** The body that makes a processor task, checked. @throws OptionError (D053, D054) */
export function processorTaskBody(options: CreateProcessorTaskOptions): JsonObject {
  const { name, createVersion, workspaceId, template, onNotice } = options;
  if (typeof name !== 'string' || name.trim() === '')
    refuse('D053', `name is ${JSON.stringify(name) ?? 'not given'}`, 'Say a name for the task.');
  const rest = processorVersionBody(options);
  if (createVersion === true && template.id === processorTemplates.analysis)
    onNotice?.({ rule: 'D055', message: 'createVersion: an analysis has no versions' });
  return { ...toWire({ name }), ...rest, ...toWire({ createVersion, workspaceId }) };
}

/** The body that makes a version of a processor task, checked. @throws OptionError (D053, D054) */
export function processorVersionBody(options: ProcessorVersionOptions): JsonObject {
  const { template, inputs, dataSource, workPath, versionId, description } = options;
  const known: readonly string[] = Object.values(processorTemplates);
  if (!known.includes(template?.id))
    refuse(
      'D053',
      `template.id is ${JSON.stringify(template?.id) ?? 'not given'}`,
      `Say ${known.join(', ')}.`,
    );
  if ((inputs === undefined) === (dataSource === undefined)) {
    refuse(
      'D053',
      inputs === undefined
        ? 'neither inputs nor dataSource is given'
        : 'inputs and dataSource are both given',
      'Say one of them.',
    );
  }
  if (inputs?.length === 0) refuse('D053', 'inputs is empty', 'Say what is processed.');
  if (description !== undefined) checkDescription(description, 'D053', /[\^!<>=&"']/);
  const { versionName } = workPath;
  if (versionName !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(versionName)) {
    refuse(
      'D054',
      `workPath.versionName is ${JSON.stringify(versionName)}`,
      'It has 1 to 32 letters, digits, hyphens and underscores.',
    );
  }
  checkPlace(workPath.path, 'workPath.path', 'D053');
  return toWire({
    template,
    inputs: inputs?.map(source),
    dataSource: dataSource === undefined ? undefined : source(dataSource),
    workPath: {
      ...workPath,
      path: workPath.type === 'OBS' ? serviceFolder(workPath.path) : workPath.path,
      outputPath: workPath.outputPath === undefined ? undefined : servicePath(workPath.outputPath),
    },
    versionId,
    description,
  });
}

function source(one: ProcessorSource): ProcessorSource {
  checkPlace(one.source, 'source', 'D053');
  return one.type === 'OBS' ? { ...one, source: servicePath(one.source) } : one;
}
