import { LabelkitError } from '../../model/index.js';
import { checkDescription, refuse } from '../service/checks.js';
import { beganThere, createOnce } from '../service/create-once.js';
import { ServiceError } from '../service/service-error.js';
import type { CallOptions } from '../service/session.js';
import { type WaitOptions, waitFor } from '../service/waiter.js';
import { checkDatasetType, checkId, isPlainName } from './checks.js';
import { type Context, type DataRequest, requestOf, required, taskFailed } from './context.js';
import { versionStatus } from './enums.js';
import type { VersionInfo } from './types.js';
import { toWire } from './wire.js';

export interface ListVersionsOptions extends CallOptions {
  /** See `versionStatus`. */
  readonly status?: number | undefined;
  /** 0 Default, 1 CarbonData, 2 CSV. */
  readonly versionFormat?: number | undefined;
  /** `0.1,0.9` */
  readonly trainEvaluateRatio?: string | undefined;
}

export interface CreateVersionOptions extends CallOptions {
  /** 1 to 32 Chinese characters, letters, digits, `_` and `-`. Default: the service takes the next of `V001`, `V002`… */
  readonly name?: string | undefined;
  /** `Default`; for tables also `CarbonData` and `CSV`. Default: `Default`. */
  readonly versionFormat?: string | undefined;
  readonly description?: string | undefined;
  /** See `datasetTypes`. */
  readonly labelTaskType?: number | undefined;
  readonly labelTaskId?: string | undefined;
  /** Which part is for training, from 0 to 1, as a text: `0.80`. The service's default is `1.00`. */
  readonly trainEvaluateSampleRatio?: string | undefined;
  readonly clearHardProperty?: boolean | undefined;
  readonly removeSampleUsage?: boolean | undefined;
  readonly exportImages?: boolean | undefined;
  /** Tables: write a line of names. */
  readonly withColumnHeader?: boolean | undefined;
  /** The service makes one version a minute: wait a minute once, instead of failing. Default false. */
  readonly waitForVersionSlot?: boolean | undefined;
  /**
   * It was asked for before, at this time (ms since 1970), and nobody knows what came of it: look for one that was made
   * since before asking again.
   */
  readonly askedAt?: number | undefined;
}

const tooSoon = 'ModelArts.4370';
const slotMs = 61_000;
const path = '/versions/{version_id}';

/** The versions, as the service lists them: not by pages. @throws ServiceError */
export async function listVersions(
  context: Context,
  { status, versionFormat, trainEvaluateRatio, signal }: ListVersionsOptions = {},
  onHeaders?: DataRequest['onHeaders'],
): Promise<VersionInfo[]> {
  const { versions } = await requestOf<{ versions?: VersionInfo[] }>(context, {
    method: 'GET',
    path: '/versions',
    query: { status, version_format: versionFormat, train_evaluate_ratio: trainEvaluateRatio },
    onHeaders,
    signal,
  });
  return versions ?? [];
}

/**
 * The body that asks for a version, checked (D031–D035).
 *
 * ASSUMED: `label_task_type` and `label_task_id`.
 *
 * @throws OptionError
 */
export function createVersionBody(
  { onNotice }: Pick<Context, 'onNotice'>,
  { name, signal: _, waitForVersionSlot: __, askedAt: ___, ...options }: CreateVersionOptions,
): ReturnType<typeof toWire> {
  const { versionFormat, description, labelTaskType, labelTaskId } = options;
  if (name !== undefined && !isPlainName(name, 32)) {
    refuse(
      'D031',
      `name of the version is ${JSON.stringify(name)}`,
      'Say 1 to 32 Chinese characters, letters, digits, _ and -.',
    );
  }
  if (versionFormat !== undefined && !['Default', 'CarbonData', 'CSV'].includes(versionFormat))
    onNotice({ rule: 'D032', message: `versionFormat ${versionFormat} may not be taken by the service` });
  if (description !== undefined) checkDescription(description, 'D033', /[!<>=&"']/);
  if (labelTaskType !== undefined) checkDatasetType(labelTaskType, 'labelTaskType', 'D034');
  if (labelTaskId !== undefined) {
    checkId(labelTaskId, 'labelTaskId');
    if (labelTaskType !== undefined)
      onNotice({ rule: 'D035', message: 'labelTaskId and labelTaskType are given; the id counts' });
  }
  return toWire({ versionName: name, ...options });
}

/**
 * Begins to publish a version.
 *
 * @returns its id
 * @throws OptionError (D031–D035) before anything is asked; ServiceError `Throttled` when the last one is less than a
 *   minute old
 */
export async function createVersion(context: Context, options: CreateVersionOptions = {}): Promise<string> {
  const { name, signal, waitForVersionSlot = false, askedAt } = options;
  const body = createVersionBody(context, options);
  const asked: DataRequest = { method: 'POST', path: '/versions', body, signal };
  const { timing } = (await context.session.services()).client;
  const began = askedAt ?? timing.now();
  const create = async () =>
    required((await requestOf<{ versionId?: string }>(context, asked)).versionId, 'version_id', asked);
  return await createOnce({
    timing,
    signal,
    wasAsked: askedAt !== undefined,
    // Without a name there could be two.
    again: name !== undefined,
    create: async () => {
      try {
        return await create();
      } catch (error) {
        if (!waitForVersionSlot || !(error instanceof ServiceError) || error.errorCode !== tooSoon)
          throw error;
        await timing.sleep(slotMs, signal);
        return await create();
      }
    },
    find: async () => {
      let earliest = began;
      const versions = await listVersions(context, { signal }, (headers) => {
        earliest = beganThere(began, timing.now(), headers);
      });
      return versions.find(
        ({ versionName, createTime = 0 }) =>
          createTime >= earliest && (name === undefined || versionName === name),
      )?.versionId;
    },
  });
}

/** @throws OptionError (D037), ServiceError */
export async function getVersionInfo(
  context: Context,
  versionId: string,
  { signal }: CallOptions = {},
): Promise<VersionInfo> {
  checkId(versionId, 'versionId');
  return await requestOf<VersionInfo>(context, {
    method: 'GET',
    path,
    params: { version_id: versionId },
    signal,
  });
}

/** @throws OptionError (D037), ServiceError */
export async function deleteVersion(
  context: Context,
  versionId: string,
  { signal }: CallOptions = {},
): Promise<void> {
  checkId(versionId, 'versionId');
  await requestOf(context, { method: 'DELETE', path, params: { version_id: versionId }, signal });
}

/**
 * Waits until a version is published and its manifest is written.
 *
 * @throws ServiceError `TaskFailed` with what the service says; LabelkitError `NotFound` when it is being deleted,
 *   `Timeout`; AbortedError
 */
export async function waitForVersion(
  context: Context,
  versionId: string,
  options: WaitOptions<VersionInfo> = {},
): Promise<VersionInfo> {
  checkId(versionId, 'versionId');
  const { timing } = (await context.session.services()).client;
  const what = `version ${versionId} of data set ${context.datasetId}`;
  return await waitFor({
    ...options,
    what,
    timing,
    ask: () => getVersionInfo(context, versionId, { signal: options.signal }),
    verdict: ({ status, manifestPath, versionFormat = 'Default', message, code }) => {
      if (status === versionStatus.error)
        throw taskFailed(what, { path: `/datasets/{dataset_id}${path}`, errorCode: code, message });
      if (status === versionStatus.deleting || status === versionStatus.deleted)
        throw new LabelkitError('NotFound', `${what} is being deleted`, { hint: 'Publish another.' });
      const isWritten = versionFormat !== 'Default' || (manifestPath ?? '') !== '';
      return status === versionStatus.running && isWritten ? 'done' : 'wait';
    },
  });
}
