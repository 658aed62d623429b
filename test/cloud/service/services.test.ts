import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { Session, type SessionOptions } from '../../../src/dataset-io/session.js';
import {
  accessKey,
  login,
  projectId,
  region,
  ServiceStandIn,
  secretKey,
} from '../../server/modelarts/index.js';
import { scratch } from '../../support/scratch.js';

async function setUp(options: SessionOptions) {
  const service = await ServiceStandIn.start();
  const session = new Session({
    regionName: region,
    endpoint: service.endpoint,
    modelartsEndpoint: service.endpoint,
    iamEndpoint: service.endpoint,
    environment: {},
    configFile: join(scratch(), 'none.json'),
    services: { retry: { attempts: 2, baseMs: 1 } },
    ...options,
  });
  onTestFinished(async () => {
    await session.close();
    await service.close();
  });
  return { service, session };
}

const keys = { accessKey, secretKey };

test('keys: one signed request says that they are good, and which project', async () => {
  const { service, session } = await setUp({ ...keys, projectId: 'auto' });
  expect(service.seen).toEqual([]);
  expect(await session.caller()).toEqual({ by: 'keys', projectId, accessKey: 'AKST…', expiresAt: undefined });
  expect(service.seen.map(({ method, target }) => `${method} ${target}`)).toEqual([
    `GET /v3/projects?name=${region}`,
  ]);
  expect(service.seen[0]?.headers['x-project-id']).toBeUndefined();
});

test('a project that was named is taken', async () => {
  const { service, session } = await setUp({ ...keys, projectId: 'p0' });
  expect(await session.caller()).toMatchObject({ projectId: 'p0' });
  expect(service.seen[0]?.headers['x-project-id']).toBe('p0');
});

test('a region without a project', async () => {
  const { session } = await setUp({ ...keys, regionName: 'cn-east-3' });
  await expect(session.caller()).rejects.toMatchObject({
    code: 'NotFound',
    message: 'these keys have no project in cn-east-3',
  });
});

test('a password: one token for all who wait, and temporary keys for object storage', async () => {
  const { service, session } = await setUp({ ...login, projectId });
  const [caller, , keysOfSession] = await Promise.all([
    session.caller(),
    session.caller(),
    session.credentials(),
  ]);
  expect(caller).toMatchObject({ by: 'password', projectId, userId: 'u0', domainId: 'd0' });
  expect(keysOfSession.accessKey).toBe('AKTEMPORARY0001');
  expect(keysOfSession.securityToken?.reveal()).toBe('STSTANDIN0001');
  expect(service.seen.map(({ target }) => target)).toEqual([
    '/v3/auth/tokens?nocatalog=true',
    '/v3.0/OS-CREDENTIAL/securitytokens',
  ]);
  expect(JSON.parse(service.seen[0]?.body ?? '')).toEqual({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'alice', password: login.password, domain: { name: 'acme' } } },
      },
      scope: { project: { id: projectId } },
    },
  });
  expect(service.seen[0]?.headers['authorization']).toBeUndefined();
});

test('the password of the account itself: its name is user and domain, the scope is the region', async () => {
  const { service, session } = await setUp({ username: 'acme', password: 'x' });
  await expect(session.caller()).rejects.toMatchObject({ code: 'BadCredentials', status: 401 });
  const { auth } = JSON.parse(service.seen[0]?.body ?? '');
  expect(auth.identity.password.user).toEqual({ name: 'acme', password: 'x', domain: { name: 'acme' } });
  expect(auth.scope).toEqual({ project: { name: region } });
});

test('a token that was revoked is fetched anew, once', async () => {
  const { service, session } = await setUp({ ...login });
  await session.caller();
  service.revokeTokens();
  await session.credentials();
  expect(service.seen.map(({ target }) => target.split('?')[0])).toEqual([
    '/v3/auth/tokens',
    '/v3.0/OS-CREDENTIAL/securitytokens',
    '/v3/auth/tokens',
    '/v3.0/OS-CREDENTIAL/securitytokens',
  ]);
});

test('a token is renewed before it ends', async () => {
  const { service, session } = await setUp({ ...login });
  service.tokenLifeMs = 20 * 60_000;
  await session.caller();
  await session.caller();
  expect(service.seen).toHaveLength(2);
});

test('the environment and profiles name a login too', async () => {
  const variables = {
    HUAWEICLOUD_SDK_ACCOUNT: login.account,
    HUAWEICLOUD_SDK_USERNAME: login.username,
    HUAWEICLOUD_SDK_PASSWORD: login.password,
  };
  const { session } = await setUp({ environment: variables });
  expect((await session.caller()).by).toBe('password');
});

test('a password shows nowhere', async () => {
  const events: unknown[] = [];
  const { service, session } = await setUp({
    ...login,
    password: 'planted-secret',
    services: { onEvent: (event) => events.push(event), retry: { attempts: 1 } },
  });
  service.fail({ status: 400, body: { error_msg: 'x' } });
  const error = await session.caller().catch((reason: unknown) => reason);
  const seen = `${inspect(error, { depth: 9 })}${inspect(session, { depth: 9 })}${JSON.stringify(events)}${JSON.stringify(session)}`;
  expect(seen).not.toContain('planted-secret');
  expect(events).toHaveLength(1);
});
