import type { JsonObject } from '../../model/index.js';
import { redactMessage } from '../redact.js';
import type { QueryValue } from './client.js';
import { ServiceError } from './service-error.js';
import type { ServiceSession } from './session.js';

/** One request of ModelArts. */
export interface ModelArtsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/v2/{project_id}/datasets/{dataset_id}` */
  readonly path: string;
  /** Without the project. */
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** As the service names things. */
  readonly body?: JsonObject | undefined;
  /** See `ServiceRequest`. */
  readonly repeatable?: boolean | undefined;
  /** The answer tells of each item whether it was done: `success: false` is then no error. */
  readonly batch?: boolean | undefined;
  /** See `ServiceRequest`. */
  readonly secrets?: readonly string[] | undefined;
  readonly exactIntegers?: boolean | undefined;
  readonly contentType?: string | undefined;
  /** Is given the headers of the answer, names lower-case. */
  readonly onHeaders?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes one request of ModelArts in the project of a session.
 *
 * @returns the answer's body as it came; an empty object when it has none
 * @throws ServiceError, AbortedError
 */
export async function call(
  session: ServiceSession,
  { params, onHeaders, ...rest }: ModelArtsRequest,
): Promise<unknown> {
  const services = await session.services();
  const { body, headers } = await services.client.send<unknown>({
    ...rest,
    service: 'modelarts',
    params: { ...params, project_id: await services.projectId() },
  });
  onHeaders?.(headers);
  return body ?? {};
}

/** A member of an answer that must be there. @throws ServiceError `ServiceFailed` that names it */
export function required<T>(
  value: T | undefined | null,
  name: string,
  { method, path }: Pick<ModelArtsRequest, 'method' | 'path'>,
): T {
  if (value !== undefined && value !== null && value !== '') return value;
  throw new ServiceError('ServiceFailed', `${method} ${path}: the answer holds no ${name}`, {
    service: 'modelarts',
    method,
    path,
    // Something may have been made that nobody knows the id of.
    mayHaveApplied: method === 'POST',
  });
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
    { service: 'modelarts', method: 'GET', path, errorCode },
    { hint: 'Mend what the message names and start it again.' },
  );
}
