import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Credentials } from '../../../src/cloud/index.js';
import {
  ServiceClient,
  type ServiceClientOptions,
  type ServiceEvent,
} from '../../../src/cloud/service/client.js';
import { ServiceError } from '../../../src/cloud/service/service-error.js';
import type { Timing } from '../../../src/cloud/service/timing.js';
import { Transport } from '../../../src/cloud/service/transport.js';
import { accessKey, projectId, region, ServiceStandIn, secretKey } from '../../server/modelarts/index.js';

/** Time that only passes while somebody sleeps. */
function clock() {
  let now = Date.now();
  const slept: number[] = [];
  const timing: Timing = {
    now: () => now,
    random: () => 1,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  return { timing, slept };
}

async function setUp(options: Partial<ServiceClientOptions> = {}) {
  const service = await ServiceStandIn.start();
  const transport = new Transport();
  onTestFinished(async () => {
    transport.close();
    await service.close();
  });
  const { timing, slept } = clock();
  const events: ServiceEvent[] = [];
  const client = new ServiceClient({
    endpoints: { modelarts: service.endpoint, iam: service.endpoint },
    transport,
    proof: {
      kind: 'keys',
      get: async () => new Credentials({ accessKey, secretKey }),
      projectId: () => projectId,
    },
    userAgent: 'labelkit',
    timing,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { service, client, slept, events, timing };
}

const projects = { service: 'iam', method: 'GET', path: '/v3/projects', query: { name: region } } as const;
const creating = {
  service: 'modelarts',
  method: 'POST',
  path: '/v2/{project_id}/datasets',
  params: { project_id: 'p' },
  body: {},
} as const;

async function failure(work: Promise<unknown>): Promise<ServiceError> {
  try {
    await work;
  } catch (error) {
    expect(inspect(error, { depth: 9 })).not.toContain(secretKey);
    expect(error).toBeInstanceOf(ServiceError);
    return error as ServiceError;
  }
  throw new Error('it did not fail');
}

test('a signed request is answered', async () => {
  const { client, service, events } = await setUp();
  const { status, body } = await client.send(projects);
  expect([status, body]).toEqual([200, { projects: [{ id: projectId, name: region }] }]);
  expect(service.seen[0]?.headers['x-project-id']).toBe(projectId);
  expect(service.seen[0]?.headers['user-agent']).toBe('labelkit');
  expect(events).toEqual([
    {
      service: 'iam',
      method: 'GET',
      path: '/v3/projects',
      attempt: 1,
      status: 200,
      ms: 0,
      requestId: 'req-1',
    },
  ]);
});

test('blanks, other scripts, lists and what is not given, in path and query, are signed as they are sent', async () => {
  const { client, service } = await setUp();
  await client.send({
    ...projects,
    query: { name: region, 'search content': '中 文+&=%', ids: ['b', 'a'], none: undefined, flag: false },
  });
  expect(service.seen[0]?.target).toBe(
    `/v3/projects?name=${region}&search%20content=%E4%B8%AD%20%E6%96%87%2B%26%3D%25&ids=b&ids=a&flag=false`,
  );
  const error = await failure(
    client.send({
      service: 'iam',
      method: 'GET',
      path: '/v3/labels/{label}',
      params: { label: 'a/b 草莓%?' },
    }),
  );
  expect(service.seen[1]?.target).toBe('/v3/labels/a%2Fb%20%E8%8D%89%E8%8E%93%25%3F');
  // The signature was right: it is the path that the service does not know.
  expect([error.status, error.errorCode]).toEqual([404, 'APIGW.0101']);
});

test.each(['', '.', '..'])('a parameter %j that would be another path is refused', async (label) => {
  const { client, service } = await setUp();
  const work = client.send({ service: 'iam', method: 'GET', path: '/v3/labels/{label}', params: { label } });
  await expect(work).rejects.toMatchObject({
    code: 'BadOption',
    message: expect.stringContaining('label is'),
  });
  expect(service.seen).toEqual([]);
});

describe('what a refusal is called', () => {
  test.each<[string, number, unknown, Partial<ServiceError>]>([
    [
      'a data set that is not there',
      400,
      { error_code: 'ModelArts.4352', error_msg: 'no d0' },
      { code: 'NotFound', errorCode: 'ModelArts.4352', requestId: 'req-1', retryable: false },
    ],
    [
      'a name that is taken',
      400,
      { error_code: 'ModelArts.4351', error_msg: 'x' },
      { code: 'AlreadyExists', hint: expect.stringContaining('another name') },
    ],
    ['a data set that is importing', 400, { error_code: 'ModelArts.4356', error_msg: 'x' }, { code: 'Busy' }],
    [
      'a right that is missing',
      403,
      { error_code: 'ModelArts.4310', error_msg: 'x' },
      { code: 'AccessDenied' },
    ],
    ['another project', 403, { error_code: 'ModelArts.0210', error_msg: 'x' }, { code: 'ProjectMismatch' }],
    [
      'new training jobs',
      400,
      { error_code: 'ModelArts.2755', error_msg: 'x', error_solution: 'Choose another.' },
      { code: 'NotFound', hint: 'Choose another.', solution: 'Choose another.' },
    ],
    [
      'old training jobs, status 200',
      200,
      { is_success: false, error_code: 'ModelArts.0103', error_message: 'exists' },
      { code: 'AlreadyExists', status: 200 },
    ],
    [
      'a batch, status 200',
      200,
      { success: false, error_code: 'ModelArts.4353', error_msg: 'x' },
      { code: 'NotFound' },
    ],
    [
      'IAM',
      403,
      { error: { code: 403, message: 'no', title: 'Forbidden' } },
      { code: 'AccessDenied', errorCode: '403' },
    ],
    [
      'camelCase',
      400,
      { errorCode: 'X.1', errorMessage: 'm' },
      { code: 'InvalidRequest', errorCode: 'X.1', hint: expect.stringContaining('the value') },
    ],
    ['the page of a proxy', 404, '<html>', { code: 'NotFound', errorCode: undefined }],
    [
      'an unknown failure',
      500,
      { error_code: 'ModelArts.9', error_msg: 'x' },
      { code: 'ServiceFailed', mayHaveApplied: true, hint: expect.stringContaining('request id req-1 ') },
    ],
    [
      'a gateway id',
      401,
      { error_code: 'APIGW.0301', error_msg: 'x', request_id: 'gw' },
      { code: 'BadCredentials', requestId: 'gw' },
    ],
  ])('%s', async (_, status, body, expected) => {
    const { client, service } = await setUp();
    service.fail({ status, body });
    const error = await failure(client.send(creating));
    expect(error).toMatchObject(expected);
    expect(error.path).toBe('POST /v2/{project_id}/datasets');
    expect(service.seen).toHaveLength(1);
  });

  test('a clock that is off is said, not a wrong key', async () => {
    const { client, service } = await setUp();
    service.fail({
      status: 401,
      body: { error_code: 'APIGW.0301', error_msg: 'x' },
      headers: { date: 'Mon, 01 Jan 2024 00:00:00 GMT' },
    });
    expect(await failure(client.send(projects))).toMatchObject({ code: 'ClockSkew', hint: 'Set the clock.' });
  });

  test('signed addresses in messages lose their query', async () => {
    const { client, service } = await setUp();
    service.fail({
      status: 400,
      body: { error_code: 'X', error_msg: 'bad https://b.obs/x?AccessKeyId=AK&Signature=s' },
    });
    const { message } = await failure(client.send(projects));
    expect(message).toContain('bad https://b.obs/x [X]');
  });
});

describe('what is repeated', () => {
  const busy = { status: 503, body: { error_code: 'X', error_msg: 'busy' } };

  test('a request that only reads, with ever longer pauses, four times in all', async () => {
    const { client, service, slept } = await setUp();
    service.fail(busy, busy, busy, busy);
    expect(await failure(client.send(projects))).toMatchObject({ status: 503, retryable: true });
    expect(service.seen).toHaveLength(4);
    expect(slept).toEqual([500, 1000, 2000]);
  });

  test('until it succeeds', async () => {
    const { client, service } = await setUp();
    service.fail(busy, { drop: 'before' });
    expect((await client.send(projects)).status).toBe(200);
    expect(service.seen).toHaveLength(3);
  });

  test('a request that creates is not sent again when its answer was lost', async () => {
    const { client, service } = await setUp();
    service.fail({ drop: 'applied' });
    expect(await failure(client.send(creating))).toMatchObject({ code: 'Unreachable', mayHaveApplied: true });
    expect(service.seen).toHaveLength(1);
  });

  test('it is when the service says that it asks too often, after what the service wants', async () => {
    const { client, service, slept } = await setUp();
    service.fail({
      status: 429,
      body: { error_code: 'ModelArts.4395', error_msg: 'x' },
      headers: { 'retry-after': '7' },
    });
    await failure(client.send(creating));
    expect(service.seen).toHaveLength(2);
    expect(slept).toEqual([7000]);
  });

  test('not when the service wants to be left alone for longer than there is', async () => {
    const { client, service, slept } = await setUp();
    service.fail({ status: 429, headers: { 'retry-after': '600' } });
    expect(await failure(client.send(projects))).toMatchObject({ code: 'Throttled' });
    expect([service.seen.length, slept]).toEqual([1, []]);
  });

  test('a wrong signature is not tried again', async () => {
    const wrong = new Credentials({ accessKey, secretKey: 'other' });
    const { client, service } = await setUp({ proof: { kind: 'keys', get: async () => wrong } });
    expect(await failure(client.send(projects))).toMatchObject({ code: 'BadCredentials', status: 401 });
    expect(service.seen).toHaveLength(1);
  });
});

test('nobody there', async () => {
  const { client } = await setUp({
    endpoints: { modelarts: 'http://127.0.0.1:1', iam: 'http://127.0.0.1:1' },
    retry: { attempts: 1 },
  });
  expect(await failure(client.send(projects))).toMatchObject({
    code: 'Unreachable',
    mayHaveApplied: false,
    message: 'GET /v3/projects: no connection to 127.0.0.1:1: ECONNREFUSED',
  });
});

test('an answer that never comes ends after the idle time', async () => {
  const { service } = await setUp();
  const transport = new Transport({ idleMs: 50 });
  onTestFinished(() => transport.close());
  const { createServer } = await import('node:http');
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = silent.address() as { port: number };
  const url = new URL(`http://127.0.0.1:${port}/`);
  await expect(
    transport.send({ method: 'GET', url, headers: {}, body: undefined }, undefined),
  ).rejects.toMatchObject({
    kind: 'timeout',
    mayHaveApplied: true,
  });
  expect(service.seen).toEqual([]);
});

test('a caller who gives up is heard', async () => {
  const { client, service } = await setUp();
  const controller = new AbortController();
  controller.abort();
  await expect(client.send({ ...projects, signal: controller.signal })).rejects.toMatchObject({
    code: 'Aborted',
  });
  expect(service.seen).toEqual([]);
});

test('a request that is too large to be signed is not sent (D063)', async () => {
  const { client, service } = await setUp();
  const body = { text: 'a'.repeat(12 * 2 ** 20) };
  await expect(client.send({ ...creating, body })).rejects.toMatchObject({
    code: 'BadOption',
    message: 'POST /v2/{project_id}/datasets: the request is larger than 12 MB',
    hint: expect.stringContaining('(rule D063)'),
  });
  expect(service.seen).toEqual([]);
});

test('what a service repeats of secrets is not shown', async () => {
  const { client, service, events } = await setUp();
  const planted = `key ${secretKey}, https://b.example.com/a?Signature=SIGNED and bob@example.com`;
  service.fail({
    status: 400,
    headers: { 'x-request-id': planted },
    body: { error_code: planted, error_msg: planted, error_solution: planted, request_id: planted },
  });
  const error = await failure(client.send(creating));
  const everything = inspect([error, error.hint, error.requestId, events], { depth: 9 });
  for (const secret of [secretKey, 'SIGNED', 'bob@']) expect(everything).not.toContain(secret);
  expect(error.hint).toBe('key [redacted], https://b.example.com/a and [e-mail]');
  service.fail({ status: 400, body: { error_msg: 'PW-planted is wrong' } });
  const asked = { ...creating, body: { source_info: { user_password: 'PW-planted' } } };
  expect((await failure(client.send(asked))).message).toContain('[redacted] is wrong');
});
