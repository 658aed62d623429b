import { isJsonObject } from '../../../model/index.js';
import { call, type ModelArtsRequest } from '../../service/call.js';
import type { OnNotice, ServiceSession } from '../../service/session.js';
import { wireNames } from '../../service/wire.js';
import type { LegacyJobInfo } from './types.js';

export const { fromWire, toWire } = wireNames([]);

/** What functions about one job of the old training work with. */
export interface Context {
  readonly session: ServiceSession;
  readonly onNotice: OnNotice;
}

export const root = '/v1/{project_id}';

/**
 * Makes one request of the old training. Integers that no double can hold come as texts.
 *
 * @returns the body with names in camelCase
 * @throws ServiceError, also for an answer of status 200 that says `is_success: false`; AbortedError
 */
export async function request<T>(session: ServiceSession, asked: ModelArtsRequest): Promise<T> {
  return fromWire<T>(await call(session, { ...asked, exactIntegers: true }));
}

const idNames = ['jobId', 'versionId', 'preVersionId'] as const;
const numberNames = ['status', 'createTime', 'duration', 'versionCount'] as const;

/** A job or a version as it is told of: ids as texts, what counts as numbers, whichever way the service wrote them. */
export function jobInfoOf(told: Readonly<Record<string, unknown>>): LegacyJobInfo {
  const info: Record<string, unknown> = { ...told };
  for (const name of idNames) {
    if (info[name] === null) delete info[name];
    else if (info[name] !== undefined) info[name] = String(info[name]);
  }
  for (const name of numberNames) if (typeof info[name] === 'string') info[name] = Number(info[name]);
  const { modelMetricList, systemMetricList } = info;
  if (modelMetricList !== undefined) info['modelMetricList'] = fromWire(parsedLeniently(modelMetricList));
  if (systemMetricList !== undefined)
    info['systemMetricList'] = withNumbers(parsedLeniently(systemMetricList));
  return info as unknown as LegacyJobInfo;
}

/** What a text holds as JSON, where it holds any; anything else as it is. */
export function parsedLeniently(told: unknown): unknown {
  if (typeof told !== 'string') return told;
  try {
    return JSON.parse(told);
  } catch {
    return told;
  }
}

/** Measurements come as texts: `"3.10"`. */
function withNumbers(value: unknown): unknown {
  if (typeof value === 'string') return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withNumbers(member)]));
}
