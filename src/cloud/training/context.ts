import { call, type ModelArtsRequest } from '../service/call.js';
import type { OnNotice, ServiceSession } from '../service/session.js';
import { fromWire } from './wire.js';

/** What functions about one training job work with. */
export interface Context {
  readonly session: ServiceSession;
  readonly jobId: string;
  readonly onNotice: OnNotice;
}

export const jobsPath = '/v2/{project_id}/training-jobs';
export const jobPath = `${jobsPath}/{job_id}`;

/** Makes one request. @returns the body with names in camelCase @throws ServiceError, AbortedError */
export async function request<T>(session: ServiceSession, asked: ModelArtsRequest): Promise<T> {
  return fromWire<T>(await call(session, asked));
}

/** {@link request} about one job: `path` is what follows `/training-jobs/{job_id}`. */
export async function requestOf<T>(
  { session, jobId }: Context,
  { path, params, ...rest }: ModelArtsRequest,
): Promise<T> {
  return await request<T>(session, {
    ...rest,
    path: `${jobPath}${path}`,
    params: { ...params, job_id: jobId },
  });
}
