import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { signRequest } from '../../../src/cloud/service/signing.js';
import { Session } from '../../../src/index.js';
import { scratch } from '../../support/scratch.js';
import { accessKey, login, projectId, region, secretKey } from './iam.js';
import { clientOf, tokenOf } from './raw-client.js';
import { make, plain, setUp } from './support.js';

type Environment = Readonly<Record<string, string>>;

const sdkDate = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');

/** A signed request, with the proof of one moment. */
async function signed(
  endpoint: string,
  path: string,
  options: {
    at?: number;
    body?: string;
    keys?: { accessKey: string; secretKey: string };
    token?: string;
  } = {},
) {
  const { at = Date.now(), body = '', keys = { accessKey, secretKey }, token } = options;
  const url = new URL(path, endpoint);
  const method = body === '' ? 'GET' : 'POST';
  const headers: Record<string, string> = { host: url.host, 'x-sdk-date': sdkDate(at) };
  if (token !== undefined) headers['x-security-token'] = token;
  headers['authorization'] = signRequest({ method, url, headers, body }, keys);
  const response = await fetch(url, { method, headers, ...(body === '' ? {} : { body }) });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const list = `/v2/${projectId}/datasets`;

describe('who is let in', () => {
  test('a signature, for a quarter of an hour', async () => {
    const { service } = await setUp();
    expect((await signed(service.endpoint, list)).status).toBe(200);
    const early = await signed(service.endpoint, list, { at: Date.now() - 16 * 60_000 });
    expect(early).toMatchObject({
      status: 401,
      body: { error_code: 'APIGW.0301', request_id: expect.any(String) },
    });
    const wrong = await signed(service.endpoint, list, { keys: { accessKey, secretKey: 'other' } });
    expect(wrong).toMatchObject({ status: 401, body: { error_code: 'APIGW.0301' } });
  });

  test('up to 12 MB; more with a token', async () => {
    const { service, ask } = await setUp();
    const body = JSON.stringify({ dataset_name: 'x'.repeat(12 * 1024 * 1024) });
    expect(await signed(service.endpoint, list, { body })).toMatchObject({
      status: 413,
      body: { error_code: 'APIGW.0201' },
    });
    expect((await ask('POST', '/datasets', JSON.parse(body))).status).toBe(400);
  });

  test('one project: that of the keys, that of the token', async () => {
    const { service } = await setUp();
    const other = list.replace(projectId, 'p0');
    expect(await signed(service.endpoint, other)).toMatchObject({
      status: 403,
      body: { error_code: 'ModelArts.0210' },
    });
    const headers = { 'x-auth-token': await tokenOf(service) };
    expect((await fetch(service.endpoint + other, { headers })).status).toBe(403);
    service.revokeTokens();
    expect((await fetch(service.endpoint + list, { headers })).status).toBe(401);
  });

  test('a password gives temporary keys: object storage and the service take them, with their token, until they end', async () => {
    let now = Date.now();
    const { service, obs, environment } = await setUp({ now: () => now });
    obs.put('data', 'a.txt', 'text');
    const session = new Session({
      ...login,
      configFile: '/nonexistent/config.json',
      environment: withoutKeys(environment),
      projectId,
    });
    try {
      const directory = scratch();
      await session.obs.downloadFile('obs://data/a.txt', `${directory}/`);
      expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('text');
    } finally {
      await session.close();
    }
    const keys = { accessKey: 'AKTEMPORARY0001', secretKey: 'SKTEMPORARYSTANDIN000000000000000000001' };
    const token = 'STSTANDIN0001';
    const ask = (given: string | undefined) =>
      signed(service.endpoint, list, { keys, at: now, ...(given !== undefined && { token: given }) });
    expect((await ask(token)).status).toBe(200);
    expect([(await ask(undefined)).status, (await ask('other')).status]).toEqual([401, 401]);
    now += 3_600_000;
    expect((await ask(token)).status).toBe(401);
  });
});

function withoutKeys(environment: Environment): Environment {
  const { HUAWEICLOUD_SDK_AK: _, HUAWEICLOUD_SDK_SK: __, ...rest } = environment;
  return rest;
}

describe('what goes wrong on demand', () => {
  const route = '/v2/{project_id}/datasets/{id}';

  test('a status with its code, for one route, so many times', async () => {
    const { service, ask } = await setUp();
    const id = await make(ask, plain('d'));
    const fault = service.fault({
      method: 'GET',
      path: route,
      times: 1,
      do: { kind: 'status', status: 429, code: 'ModelArts.6101', retryAfter: 3 },
    });
    expect((await ask('GET', '/datasets')).status).toBe(200);
    const refused = await ask('GET', `/datasets/${id}`);
    expect([refused.status, refused.body['error_code'], refused.headers.get('retry-after')]).toEqual([
      429,
      'ModelArts.6101',
      '3',
    ]);
    expect((await ask('GET', `/datasets/${id}`)).status).toBe(200);
    expect(fault.hits).toBe(1);
  });

  test.each([
    [true, 1],
    [false, 0],
  ])('an answer that is lost: the work was done %s', async (applied, count) => {
    const { service, ask } = await setUp();
    service.fault({ method: 'POST', path: /datasets$/, nth: 1, do: { kind: 'reset', applied } });
    await expect(ask('POST', '/datasets', plain('d'))).rejects.toThrow();
    expect((await ask('GET', '/datasets')).body['total_number']).toBe(count);
  });

  test('a body that breaks off, and one that comes slowly', async () => {
    const { service, ask } = await setUp();
    service.fault({ times: 1, do: { kind: 'truncated' } });
    await expect(ask('GET', '/datasets')).rejects.toThrow();
    service.fault({ times: 1, do: { kind: 'slow', ms: 5 } });
    expect((await ask('GET', '/datasets')).body).toEqual({ total_number: 0, datasets: [] });
  });

  test('a clock that is off, tokens that end, and code that runs in between', async () => {
    const { service, ask } = await setUp();
    service.fault({ times: 1, do: { kind: 'clock', offsetMs: 3_600_000 } });
    const skewed = await signed(service.endpoint, list);
    expect(skewed.status).toBe(401);
    expect(Date.parse(skewed.headers.get('date') ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    const seen: string[] = [];
    service.fault({
      times: 1,
      do: { kind: 'run', before: () => seen.push('a'), after: () => seen.push('b') },
    });
    await ask('GET', '/datasets');
    expect(seen).toEqual(['a', 'b']);
    service.fault({ times: 1, do: { kind: 'token-expiry' } });
    expect((await ask('GET', '/datasets')).status).toBe(401);
    expect((await (await clientOf(service))('GET', '/datasets')).status).toBe(200);
  });

  test('too many requests, and too many creations', async () => {
    let now = Date.now();
    const { service, ask } = await setUp({
      now: () => now,
      throttle: { creations: 1, requests: 3, windowMs: 5000 },
    });
    expect((await ask('POST', '/datasets', plain('a'))).status).toBe(201);
    const second = await ask('POST', '/datasets', plain('b'));
    expect([second.status, second.body['error_code'], second.headers.get('retry-after')]).toEqual([
      429,
      'ModelArts.4395',
      '5',
    ]);
    await ask('GET', '/datasets');
    expect((await ask('GET', '/datasets')).body['error_code']).toBe('ModelArts.6101');
    now += 5000;
    expect((await ask('POST', '/datasets', plain('b'))).status).toBe(201);
    service.throttle = undefined;
    expect((await ask('GET', '/datasets')).status).toBe(200);
  });

  test('a path that is none is answered by the gateway, and told at the end', async () => {
    const { service, ask } = await setUp();
    expect(await ask('GET', '/datasetz')).toMatchObject({
      status: 404,
      body: { error_code: 'APIGW.0101', request_id: expect.any(String) },
    });
    expect(service.unknown).toEqual([`GET /v2/${projectId}/datasetz`]);
    service.unknown.length = 0;
  });
});

test('what is recorded has no secret, and is the same in every run', async () => {
  const recorded = async () => {
    const { service, environment, ask } = await setUp();
    const id = await make(ask, plain('d'));
    await ask('POST', `/datasets/${id}/data-annotations/samples`, {
      samples: [{ name: 'a.jpg', data: 'c2VjcmV0' }],
    });
    await ask('POST', '/workforces', { workforce_name: 'w', emails: ['a@example.com'] });
    const session = new Session({ configFile: '/nonexistent/config.json', environment });
    await session.caller();
    await session.close();
    return service.recorded;
  };
  const first = await recorded();
  const text = JSON.stringify(first);
  for (const secret of [
    secretKey,
    login.password,
    'MIITOKEN',
    'c2VjcmV0',
    'a@example.com',
    projectId,
    accessKey,
  ])
    expect(text).not.toContain(secret);
  expect(JSON.stringify(await recorded())).toBe(text);
  expect(first.map(({ method, path, status }) => [method, path, status])).toContainEqual([
    'POST',
    '/v2/{project_id}/datasets',
    201,
  ]);
  expect(text).toContain(region);
});
