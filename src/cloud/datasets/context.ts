import {
  call,
  taskFailed as failed,
  type ModelArtsRequest,
  required as requiredOf,
} from '../service/call.js';
import type { ServiceError } from '../service/service-error.js';
import type { OnNotice, ServiceSession } from '../service/session.js';
import { fromWire } from './wire.js';

/** What is known of a data set without asking; rules that need it are passed over where it is not. */
export interface KnownFacts {
  datasetType?: number | undefined;
  /** `TABLE`, of data sets made by the kind of their data. */
  dataType?: string | undefined;
  /** As `/bucket/dir/`. */
  workPath?: string | undefined;
}

/** What functions about one data set work with. */
export interface Context {
  readonly session: ServiceSession;
  readonly datasetId: string;
  readonly known: KnownFacts;
  readonly onNotice: OnNotice;
}

/** A {@link ModelArtsRequest} whose path is what follows `/v2/{project_id}`: `/datasets/{dataset_id}`. */
export type DataRequest = ModelArtsRequest;

const root = '/v2/{project_id}';

/**
 * Makes one request of the data service.
 *
 * @returns the answer's body with names in camelCase; an empty object when it has none
 * @throws ServiceError, AbortedError
 */
export async function request<T>(session: ServiceSession, { path, ...rest }: DataRequest): Promise<T> {
  return fromWire<T>(await call(session, { ...rest, path: `${root}${path}` }));
}

/** {@link request} about one data set: `path` is what follows `/datasets/{dataset_id}`. */
export async function requestOf<T>(context: Context, { path, params, ...rest }: DataRequest): Promise<T> {
  return await request<T>(context.session, {
    ...rest,
    path: `/datasets/{dataset_id}${path}`,
    params: { ...params, dataset_id: context.datasetId },
  });
}

/** The error for work that the service began and could not end. */
export function taskFailed(what: string, { path, ...why }: Parameters<typeof failed>[1]): ServiceError {
  return failed(what, { ...why, path: `${root}${path}` });
}

/** A member of an answer that must be there. @throws ServiceError `ServiceFailed` that names it */
export function required<T>(value: T | undefined | null, name: string, { method, path }: DataRequest): T {
  return requiredOf(value, name, { method, path: `${root}${path}` });
}
