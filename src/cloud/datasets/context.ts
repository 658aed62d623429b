import { type JsonObject, OptionError } from '../../model/index.js';
import { redactMessage } from '../redact.js';
import type { QueryValue, ServiceClient } from '../service/client.js';
import { ServiceError } from '../service/service-error.js';
import { fromWire } from './wire.js';

/** Something that is allowed and may not be meant: a soft rule was broken. */
export interface Notice {
  /** `D005` */
  readonly rule: string;
  readonly message: string;
}

export type OnNotice = (notice: Notice) => void;

/** What is asked of a session: `Session` is one. */
export interface ServiceSession {
  services(): Promise<ServiceAccess>;
}

/** What is asked of the services of a session. */
export interface ServiceAccess {
  readonly client: Pick<ServiceClient, 'send' | 'timing'>;
  /** @throws ServiceError */
  projectId(): Promise<string>;
}

/** Options of every call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

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

export interface DataRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v2/{project_id}`: `/datasets/{dataset_id}`. */
  readonly path: string;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** As the service names things. */
  readonly body?: JsonObject | undefined;
  /** See `ServiceRequest`. */
  readonly repeatable?: boolean | undefined;
  /** The answer tells of each item whether it was done: `success: false` is then no error. */
  readonly batch?: boolean | undefined;
  /** Is given the headers of the answer, names lower-case. */
  readonly onHeaders?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const root = '/v2/{project_id}';

/**
 * Makes one request of the data service.
 *
 * @returns the answer's body with names in camelCase; an empty object when it has none
 * @throws ServiceError, AbortedError
 */
export async function request<T>(
  session: ServiceSession,
  { path, params, onHeaders, ...rest }: DataRequest,
): Promise<T> {
  const services = await session.services();
  const { body, headers } = await services.client.send<unknown>({
    ...rest,
    service: 'modelarts',
    path: `${root}${path}`,
    params: { ...params, project_id: await services.projectId() },
  });
  onHeaders?.(headers);
  return fromWire<T>(body ?? {});
}

/** {@link request} about one data set: `path` is what follows `/datasets/{dataset_id}`. */
export async function requestOf<T>(context: Context, { path, params, ...rest }: DataRequest): Promise<T> {
  return await request<T>(context.session, {
    ...rest,
    path: `/datasets/{dataset_id}${path}`,
    params: { ...params, dataset_id: context.datasetId },
  });
}

/** Refuses an argument before anything is asked. @throws OptionError whose hint names the rule */
export function refuse(rule: string, message: string, hint: string): never {
  throw new OptionError(message, { hint: `${hint} (rule ${rule})` });
}

/** The error for work that the service began and could not end. */
export function taskFailed(
  what: string,
  {
    path,
    errorCode,
    message,
  }: { path: string; errorCode?: string | undefined; message?: string | undefined },
): ServiceError {
  const named = errorCode === undefined || errorCode === '' ? '' : ` [${errorCode}]`;
  return new ServiceError(
    'TaskFailed',
    `${what} has failed: ${message === undefined || message === '' ? 'the service says no more' : redactMessage(message)}${named}`,
    { service: 'modelarts', method: 'GET', path: `${root}${path}`, errorCode },
    { hint: 'Mend what the message names and start it again.' },
  );
}

/** A member of an answer that must be there. @throws ServiceError `ServiceFailed` that names it */
export function required<T>(value: T | undefined | null, name: string, { method, path }: DataRequest): T {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new ServiceError('ServiceFailed', `${method} ${root}${path}: the answer holds no ${name}`, {
    service: 'modelarts',
    method,
    path: `${root}${path}`,
    // Something may have been made that nobody knows the id of.
    mayHaveApplied: method === 'POST',
  });
}
