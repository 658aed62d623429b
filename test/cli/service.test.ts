import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { accessKey, login, projectId, region, ServiceStandIn, secretKey } from '../server/modelarts/index.js';
import { scratch } from '../support/scratch.js';

const command = join(resolve(import.meta.dirname, '../..'), 'dist/bin/labelkit.js');
const services: ServiceStandIn[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

async function setUp() {
  const service = await ServiceStandIn.start();
  services.push(service);
  const places = {
    HUAWEICLOUD_SDK_REGION: region,
    LABELKIT_OBS_ENDPOINT: service.endpoint,
    LABELKIT_MODELARTS_ENDPOINT: service.endpoint,
    LABELKIT_IAM_ENDPOINT: service.endpoint,
    LABELKIT_CONFIG: join(scratch(), 'config.json'),
  };
  const keys = { HUAWEICLOUD_SDK_AK: accessKey, HUAWEICLOUD_SDK_SK: secretKey };
  return { service, places, keys };
}

async function run(args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [command, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  expect(stdout + stderr).not.toContain(secretKey);
  expect(stdout + stderr).not.toContain(login.password);
  return { code, stdout, stderr };
}

test('whoami says what was found, and that the service knows it', async () => {
  const { service, places, keys } = await setUp();
  const { code, stdout } = await run(['whoami', '--json'], { ...places, ...keys });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    by: 'keys',
    accessKey: 'AKST…',
    region,
    projectId,
    modelarts: service.endpoint,
    iam: service.endpoint,
    obs: service.endpoint,
  });
  const text = await run(['whoami'], { ...places, ...keys });
  expect(text.stdout).toContain(`projectId  ${projectId}\n`);
});

test('a wrong key: one sentence, and what to do', async () => {
  const { places, keys } = await setUp();
  const { code, stdout, stderr } = await run(['whoami'], { ...places, ...keys, HUAWEICLOUD_SDK_SK: 'wrong' });
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe(
    'labelkit: GET /v3/projects: Incorrect IAM authentication information: the signature differs [APIGW.0301]\n' +
      '  hint: Check the access key and its secret key, or the account, user name and password.\n',
  );
});

test('login stores what the service knows, for its owner alone; whoami then needs no variables', async () => {
  const { places, keys } = await setUp();
  const stored = await run(['login', 'work', '--from-env'], { ...places, ...keys });
  expect(stored).toEqual({
    code: 0,
    stdout: `stored as the profile work in ${places.LABELKIT_CONFIG}\n`,
    stderr: `the service knows them: project ${projectId}\n`,
  });
  expect(statSync(places.LABELKIT_CONFIG).mode & 0o777).toBe(0o600);
  const { LABELKIT_CONFIG } = places;
  const who = await run(['whoami', '--session', 'work', '--json'], { LABELKIT_CONFIG });
  expect(JSON.parse(who.stdout)).toMatchObject({ by: 'keys', projectId });
  const removed = await run(['login', 'work', '--remove'], { LABELKIT_CONFIG });
  expect(removed.code).toBe(0);
  expect(JSON.parse(readFileSync(LABELKIT_CONFIG, 'utf8'))).toEqual({ profiles: {} });
});

test('login with a password', async () => {
  const { places } = await setUp();
  const password = {
    HUAWEICLOUD_SDK_ACCOUNT: login.account,
    HUAWEICLOUD_SDK_USERNAME: login.username,
    HUAWEICLOUD_SDK_PASSWORD: login.password,
  };
  expect((await run(['login', '--from-env'], { ...places, ...password })).code).toBe(0);
  const { LABELKIT_CONFIG } = places;
  const who = await run(['whoami', '--json'], { LABELKIT_CONFIG });
  expect(JSON.parse(who.stdout)).toMatchObject({ by: 'password', userId: 'u0', domainId: 'd0' });
});

test('what login does not store', async () => {
  const { places, keys } = await setUp();
  const wrong = await run(['login', '--from-env'], { ...places, ...keys, HUAWEICLOUD_SDK_AK: 'AKOTHER' });
  expect(wrong.code).toBe(3);
  expect(() => statSync(places.LABELKIT_CONFIG)).toThrow('ENOENT');
  const none = await run(['login', '--from-env'], places);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('neither keys nor a password')]);
  const unasked = await run(['login'], places);
  expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask')]);
  const unchecked = await run(['login', '--from-env', '--no-check'], {
    ...places,
    ...keys,
    HUAWEICLOUD_SDK_AK: 'AKOTHER',
  });
  expect(unchecked.code).toBe(0);
});
