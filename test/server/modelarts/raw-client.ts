import { login, projectId } from './iam.js';
import type { Json } from './json.js';
import type { ServiceStandIn } from './standin.js';

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** A token of the project. */
export async function tokenOf(service: ServiceStandIn): Promise<string> {
  const { username: name, password, account } = login;
  const response = await fetch(`${service.endpoint}/v3/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name, password, domain: { name: account } } },
        },
        scope: { project: { id: projectId } },
      },
    }),
  });
  return response.headers.get('x-subject-token') ?? '';
}

/** Asks with a token; paths are below `/v2/<project>`, or `/v1/<project>`. */
export async function clientOf(service: ServiceStandIn, version: 'v1' | 'v2' = 'v2'): Promise<Ask> {
  const token = await tokenOf(service);
  return async (method, path, body) => {
    const response = await fetch(`${service.endpoint}/${version}/${projectId}${path}`, {
      method,
      headers: { 'x-auth-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text), headers: response.headers };
  };
}
