import { redactMessage } from '../redact.js';
import type { ServiceRequest } from './client.js';
import { ServiceError } from './service-error.js';
import type { ServiceSession } from './session.js';

/** One request of ModelArts. Its path is `/v2/{project_id}/datasets/{dataset_id}`; `params` are without the project. */
export interface ModelArtsRequest extends Omit<ServiceRequest, 'service'> {
  /** Is given the headers of the answer, names lower-case. */
  readonly onHeaders?: ((headers: Readonly<Record<string, string>>) => void) | undefined;
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
