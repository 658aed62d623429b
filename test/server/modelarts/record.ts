import { projectId } from './iam.js';
import { isJson, type Json } from './json.js';

/** A request as it may be kept: without secrets, addresses of people, contents, and what differs from run to run. */
export interface Recorded {
  readonly method: string;
  /** The project is `{project_id}`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Of the answer; undefined when none was given. */
  status: number | undefined;
}

const secretHeaders = /^(authorization|cookie|x-(auth|subject|security)-token)$/;
const passing = /^(host|date|connection|content-length|accept.*|x-sdk-date|user-agent|transfer-encoding)$/;
const secretMembers =
  /^(password|user_password|secret|access|securitytoken|emails?|data|envs|environments|content)$/;
const redacted = '[redacted]';

export function record(
  method: string,
  target: string,
  headers: Readonly<Record<string, string | undefined>>,
  body: string,
): Recorded {
  const [path = '', query = ''] = target.split('?');
  return {
    method,
    path: decodeURIComponent(path).replace(projectId, '{project_id}'),
    query: Object.fromEntries(
      [...new URLSearchParams(query)].map(([name, value]) => [
        name,
        secretMembers.test(name) ? redacted : value,
      ]),
    ),
    headers: Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => !passing.test(name))
        .map(([name, value = '']) => [
          name,
          secretHeaders.test(name) ? redacted : value.replace(projectId, '{project_id}'),
        ]),
    ),
    body: body === '' ? undefined : without(parsed(body)),
    status: undefined,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return redacted;
  }
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value === 'string')
    return value.replace(/(:\/\/[^?\s]+)\?\S*/g, '$1').replace(projectId, '{project_id}');
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]): [string, unknown] => [
      name,
      secretMembers.test(name) && !isHolder(one) ? redacted : without(one),
    ]),
  );
}

/** `password: { user: … }` of a login, whose members are looked at one by one. */
const isHolder = (value: unknown): value is Json => isJson(value);
