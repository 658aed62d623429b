import { call } from '../service/call.js';
import type { CallOptions, ServiceSession } from '../service/session.js';
import type { TrainingEngine, TrainingFlavor } from './types.js';
import { fromWire } from './wire.js';

export interface FlavorOptions extends CallOptions {
  /** Default: of every type. */
  readonly flavorType?: 'CPU' | 'GPU' | 'Ascend' | undefined;
}

/** Names of a framework, as `EstimatorOptions` takes them. */
export interface Framework {
  readonly frameworkType: string;
  readonly frameworkVersion: string;
}

/** What jobs can run on. @throws ServiceError */
export async function flavors(
  session: ServiceSession,
  { flavorType, signal }: FlavorOptions = {},
): Promise<TrainingFlavor[]> {
  const asked = {
    method: 'GET',
    path: '/v2/{project_id}/training-job-flavors',
    query: { flavor_type: flavorType },
    signal,
  } as const;
  return fromWire<{ flavors?: TrainingFlavor[] }>(await call(session, asked)).flavors ?? [];
}

/** How many nodes a job may have; undefined where nothing is said. */
export function mostNodes({ maxNum, flavorInfo }: TrainingFlavor): number | undefined {
  return maxNum ?? flavorInfo?.maxNum;
}

/** Preset frameworks. @throws ServiceError */
export async function engines(
  session: ServiceSession,
  { signal }: CallOptions = {},
): Promise<TrainingEngine[]> {
  const asked = { method: 'GET', path: '/v2/{project_id}/training-job-engines', signal } as const;
  return fromWire<{ items?: TrainingEngine[] }>(await call(session, asked)).items ?? [];
}

export function frameworkOf({ engineName = '', engineVersion = '' }: TrainingEngine): Framework {
  return { frameworkType: engineName, frameworkVersion: engineVersion };
}
