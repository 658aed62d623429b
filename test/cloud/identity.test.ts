import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  checkIdentity,
  configFileOf,
  type Environment,
  type IdentityOptions,
  readProfiles,
  resolveIdentity,
  Secret,
  saveProfile,
} from '../../src/cloud/index.js';
import { scratch } from '../support/scratch.js';

const sk = 'SKEXAMPLE0000000000000000000000000000001';
const keys = { HUAWEICLOUD_SDK_AK: 'AKENV', HUAWEICLOUD_SDK_SK: sk };
const noLogin = async () => {
  throw new Error('no login is expected here');
};
const findFault = (text: string) => ({ line: text.split('\n').length, column: 1 });

function configOf(profiles: Record<string, unknown> | string): string {
  const file = join(scratch(), 'config.json');
  writeFileSync(file, typeof profiles === 'string' ? profiles : JSON.stringify({ profiles }), {
    mode: 0o600,
  });
  return file;
}

async function resolve(options: IdentityOptions, environment: Environment = {}) {
  const configFile = options.configFile ?? join(scratch(), 'none.json');
  const identity = await resolveIdentity({ environment, configFile, ...options }, findFault, noLogin);
  const credentials = await identity.credentials.get();
  return { ...identity, accessKey: credentials.accessKey, credentials };
}

async function failure(
  work: Promise<unknown> | (() => unknown),
): Promise<{ code: string; message: string; hint?: string }> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    expect(inspect(error, { depth: 9 })).not.toContain(sk);
    return error as { code: string; message: string };
  }
  throw new Error('it did not fail');
}

describe('where keys come from: the first place that has any', () => {
  const own = { accessKey: 'AKOPT', secretKey: sk };
  const profile = { accessKey: 'AKPROFILE', secretKey: sk };
  const region = { regionName: 'cn-north-4' };
  const files = { both: { work: profile, default: { ...profile, accessKey: 'AKDEFAULT' } }, none: {} };
  const ambient = async () => ({ accessKey: 'AKAMBIENT', secretKey: sk });

  test.each<[string, IdentityOptions, Environment, keyof typeof files, string]>([
    ['options before everything', { ...own, profile: 'work', ambient }, keys, 'both', 'AKOPT'],
    ['a function of the caller', { credentials: async () => own, ambient }, keys, 'both', 'AKOPT'],
    ['a named profile before the environment', { profile: 'work' }, keys, 'both', 'AKPROFILE'],
    ['a profile named by the environment', {}, { ...keys, LABELKIT_PROFILE: 'work' }, 'both', 'AKPROFILE'],
    ['the option names another', { profile: 'default' }, { LABELKIT_PROFILE: 'work' }, 'both', 'AKDEFAULT'],
    ['the environment', { ambient }, keys, 'both', 'AKENV'],
    ['the profile called default', { ambient }, {}, 'both', 'AKDEFAULT'],
    ['empty variables are none', {}, { HUAWEICLOUD_SDK_AK: '', HUAWEICLOUD_SDK_SK: '' }, 'both', 'AKDEFAULT'],
    ['the ambient provider', { ambient }, {}, 'none', 'AKAMBIENT'],
  ])('%s', async (_, options, environment, file, expected) => {
    const { accessKey } = await resolve(
      { ...region, ...options, configFile: configOf(files[file]) },
      environment,
    );
    expect(accessKey).toBe(expected);
  });

  test('the token of one place does not join the keys of another', async () => {
    const { credentials } = await resolve({ ...own, ...region }, { HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' });
    expect(credentials.securityToken).toBeUndefined();
    const temporary = await resolve(region, { ...keys, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'T' });
    expect(temporary.credentials.securityToken?.reveal()).toBe('T');
  });

  test('nowhere: the places are named', async () => {
    const configFile = join(scratch(), 'none.json');
    const error = await failure(resolve({ configFile }, { HUAWEICLOUD_SDK_REGION: 'cn-north-4' }));
    expect(error.code).toBe('CredentialsNotFound');
    expect(error.message).toBe(
      `no access key was found: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set, and no profile in ${configFile}`,
    );
    expect(error.hint).toContain('--session');
    expect((await failure(resolve({ ambient: async () => undefined, configFile }))).code).toBe(
      'CredentialsNotFound',
    );
  });

  test('the ambient provider is asked again before its keys end, not sooner', async () => {
    let asked = 0;
    const ending = async () => {
      asked++;
      return { ...own, expiresAt: new Date(Date.now() + 3_600_000) };
    };
    const { credentials } = await resolveIdentity(
      { ...region, ambient: ending, environment: {}, configFile: join(scratch(), 'none.json') },
      findFault,
      noLogin,
    );
    await credentials.get();
    await credentials.get();
    expect(asked).toBe(1);
  });

  test('what a profile stores encrypted is handed to the hook, member by member', async () => {
    const work = {
      accessKey: 'AKPROFILE',
      secretKey: { encrypted: 'xxx' },
      securityToken: { encrypted: 'yyy' },
    };
    const configFile = configOf({ work });
    const seen: string[] = [];
    const decrypt = (text: string, member: string) => {
      seen.push(`${member}=${text}`);
      return text.replaceAll(/[xy]/g, 'd');
    };
    const { credentials } = await resolve({ profile: 'work', configFile, decrypt, ...region });
    expect(seen).toEqual(['secretKey=xxx', 'securityToken=yyy']);
    expect(credentials.secretKey.reveal()).toBe('ddd');
    expect(credentials.securityToken?.reveal()).toBe('ddd');
    expect((await failure(resolve({ profile: 'work', configFile, ...region }))).message).toBe(
      `secretKey of the profile work in ${configFile} is encrypted`,
    );
  });

  test('temporary keys of a profile that have ended', async () => {
    const configFile = configOf({ work: { ...profile, expiresAt: '2020-01-01T00:00:00Z' } });
    const error = await failure(resolve({ profile: 'work', configFile, ...region }));
    expect(error).toMatchObject({
      code: 'BadCredentials',
      message: expect.stringContaining('the profile work ended at 2020'),
    });
  });

  test.each<[string, IdentityOptions, Environment, string]>([
    [
      'half of the keys',
      {},
      { HUAWEICLOUD_SDK_AK: 'AKENV' },
      'HUAWEICLOUD_SDK_AK is set, and HUAWEICLOUD_SDK_SK is not',
    ],
    [
      'the other half',
      {},
      { HUAWEICLOUD_SDK_SK: sk },
      'HUAWEICLOUD_SDK_SK is set, and HUAWEICLOUD_SDK_AK is not',
    ],
    ['a profile that is not there', { profile: 'home' }, {}, 'there is no profile "home" in'],
    [
      'one from the environment',
      {},
      { LABELKIT_PROFILE: 'home' },
      'there is no profile "home" (LABELKIT_PROFILE) in',
    ],
  ])('%s', async (_, options, environment, message) => {
    const error = await failure(
      resolve({ ...options, configFile: configOf({ work: profile }) }, environment),
    );
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining(message) });
  });
});

describe('options that do not fit together', () => {
  test.each<[string, Record<string, unknown>, string, string?]>([
    ['SE01', { password: 'p', accessKey: 'a', secretKey: sk }, 'password and accessKey are both given'],
    ['a password alone', { password: 'p' }, 'password is given, and username is not'],
    ['a user name alone', { username: 'u' }, 'username is given, and password is not'],
    [
      'a password beside a giver of keys',
      { username: 'u', password: 'p', credentials: async () => ({}) },
      'password and credentials are both given',
    ],
    ['SE02', { accessKey: 'a' }, 'accessKey is given, and secretKey is not'],
    ['SE02, the other way', { secretKey: sk }, 'secretKey is given, and accessKey is not'],
    ['a token alone', { securityToken: 't' }, 'securityToken is given without its keys'],
    [
      'two givers',
      { accessKey: 'a', secretKey: sk, credentials: async () => ({}) },
      'accessKey and credentials are both given',
    ],
    ['a name of the Python SDK', { access_key: 'a' }, 'there is no option "access_key"'],
    ['an unknown name', { colour: 'red' }, 'there is no option "colour"'],
    ['another addressing', { addressing: 'host' }, 'addressing is "host"'],
    ['another engine', { engine: 'aws' }, 'engine is "aws"'],
    ['a switch in words', { insecure: 'yes' }, 'insecure is "yes"'],
    ['an empty region', { regionName: '' }, 'regionName is no text'],
    ['no address', { endpoint: 'obs.example.com' }, 'endpoint is "obs.example.com", which is no address'],
    [
      'keys in the address',
      { endpoint: 'https://me:pass@obs.example.com' },
      'endpoint is "https://obs.example.com", with a user name',
    ],
    [
      'a query',
      { endpoint: 'https://h/?token=secret' },
      'endpoint is "https://h/", with something after the host',
    ],
    ['a path', { endpoint: 'https://h/bucket' }, 'with something after the host'],
    ['another scheme', { endpoint: 'ftp://h' }, 'which is no address'],
  ])('%s', async (_, options, message, code = 'BadOption') => {
    const error = await failure(() => checkIdentity(options as IdentityOptions));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(inspect(error)).not.toMatch(/me:pass|token=secret/);
  });

  test('a name of the Python SDK is corrected', async () => {
    expect((await failure(() => checkIdentity({ region_name: 'x' } as IdentityOptions))).hint).toBe(
      'Write it regionName.',
    );
  });
});

describe('how the service is reached', () => {
  const own = { accessKey: 'a', secretKey: sk };
  const settingsOf = async (options: IdentityOptions, environment: Environment = {}) =>
    (await resolve({ ...own, ...options }, environment)).settings;

  test.each<[string, IdentityOptions, Environment, object]>([
    [
      'by region',
      { regionName: 'cn-north-4' },
      {},
      {
        endpoint: 'https://obs.cn-north-4.myhuaweicloud.com',
        addressing: 'virtual',
        signature: 'obs',
        insecure: false,
        warnings: [],
      },
    ],
    [
      'by the region of the environment',
      {},
      { HUAWEICLOUD_SDK_REGION: 'cn-east-3' },
      { endpoint: 'https://obs.cn-east-3.myhuaweicloud.com' },
    ],
    [
      'a region that is not known here',
      { regionName: 'eu-west-101' },
      {},
      { warnings: [{ kind: 'region', message: 'eu-west-101 is none of the regions that are known here' }] },
    ],
    [
      'by endpoint',
      { endpoint: 'https://obs.example.com/' },
      {},
      { endpoint: 'https://obs.example.com', addressing: 'virtual' },
    ],
    [
      'with a port',
      {},
      { LABELKIT_OBS_ENDPOINT: 'https://obs.example.com:8443' },
      { endpoint: 'https://obs.example.com:8443' },
    ],
    [
      'options before the environment',
      { endpoint: 'https://a.example.com' },
      { LABELKIT_OBS_ENDPOINT: 'https://b.example.com' },
      { endpoint: 'https://a.example.com' },
    ],
    [
      'a number has no buckets before it',
      { endpoint: 'http://127.0.0.1:9000' },
      {},
      { addressing: 'path', warnings: [] },
    ],
    ['nor has [::1]', { endpoint: 'http://[::1]:9000' }, {}, { addressing: 'path' }],
    [
      'unless one says so',
      { endpoint: 'http://localhost:9000' },
      { LABELKIT_OBS_ADDRESSING: 'domain' },
      { addressing: 'domain' },
    ],
    [
      'v4 takes the engine that knows it',
      { endpoint: 'https://h.example.com', signature: 'v4', regionName: 'RegionOne' },
      {},
      { engine: 'native', region: 'RegionOne' },
    ],
    [
      'the engine that is named',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_ENGINE: 'esdk' },
      { engine: 'esdk' },
    ],
    [
      'authorities',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_CA_FILE: '/etc/ca.pem' },
      { caFile: '/etc/ca.pem' },
    ],
    [
      'unchecked certificates are warned of',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_INSECURE: 'true' },
      {
        insecure: true,
        warnings: [{ kind: 'insecure', message: expect.stringContaining('certificates are not checked') }],
      },
    ],
    [
      'a switch that is off',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_INSECURE: '0' },
      { insecure: false },
    ],
    [
      'allowed http',
      { endpoint: 'http://obs.example.com', allowHttp: true },
      {},
      { warnings: [{ kind: 'insecure', message: expect.stringContaining('is not encrypted') }] },
    ],
  ])('%s', async (_, options, environment, expected) => {
    expect(await settingsOf(options, environment)).toMatchObject(expected);
  });

  test.each<[string, IdentityOptions, Environment, string]>([
    ['no region', {}, {}, 'no region is given'],
    ['SE04', { regionName: 'North-4' }, {}, 'regionName is "North-4", which is no region id'],
    [
      'SE04 in the environment',
      {},
      { HUAWEICLOUD_SDK_REGION: 'x' },
      'HUAWEICLOUD_SDK_REGION is "x", which is no region id',
    ],
    [
      'http',
      { endpoint: 'http://obs.example.com' },
      {},
      'endpoint is http://obs.example.com, which is not encrypted',
    ],
    [
      'a name that only looks local',
      { endpoint: 'http://localhost.example.com' },
      {},
      'which is not encrypted',
    ],
    [
      'a bucket in the endpoint',
      { endpoint: 'https://data.obs.cn-north-4.myhuaweicloud.com' },
      {},
      'endpoint has a bucket in it, data',
    ],
    [
      'v4 and the SDK',
      { regionName: 'cn-north-4', signature: 'v4', engine: 'esdk' },
      {},
      'engine is esdk, which knows no signature v4',
    ],
    [
      'a variable that is none',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_SIGNATURE: 'v3' },
      'LABELKIT_OBS_SIGNATURE is "v3"',
    ],
    [
      'a switch that is none',
      { regionName: 'cn-north-4' },
      { LABELKIT_OBS_INSECURE: 'sure' },
      'LABELKIT_OBS_INSECURE is "sure"',
    ],
  ])('%s', async (_, options, environment, message) => {
    const error = await failure(settingsOf(options, environment));
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining(message) });
  });

  test('a profile says what the options do not, and the environment the rest', async () => {
    const configFile = configOf({
      work: { accessKey: 'a', secretKey: sk, endpoint: 'https://p.example.com', engine: 'native' },
    });
    const { settings } = await resolve(
      { profile: 'work', configFile, addressing: 'path' },
      { LABELKIT_OBS_ENDPOINT: 'https://e.example.com', LABELKIT_OBS_CA_FILE: '/ca.pem' },
    );
    expect(settings).toMatchObject({
      endpoint: 'https://p.example.com',
      engine: 'native',
      addressing: 'path',
      caFile: '/ca.pem',
    });
  });

  test('the profile default says nothing where the environment has keys', async () => {
    const configFile = configOf({
      default: { accessKey: 'a', secretKey: sk, endpoint: 'https://p.example.com' },
    });
    const { settings } = await resolve({ configFile }, { ...keys, HUAWEICLOUD_SDK_REGION: 'cn-north-4' });
    expect(settings.endpoint).toBe('https://obs.cn-north-4.myhuaweicloud.com');
  });
});

describe('the configuration file', () => {
  test.each<[string, Environment, NodeJS.Platform, string]>([
    ['named', { LABELKIT_CONFIG: 'mine.json', XDG_CONFIG_HOME: '/x' }, 'linux', 'mine.json'],
    ['XDG', { XDG_CONFIG_HOME: '/x' }, 'linux', '/x/labelkit/config.json'],
    ['a relative XDG is none', { XDG_CONFIG_HOME: 'x' }, 'linux', '/home/me/.config/labelkit/config.json'],
    ['home', {}, 'darwin', '/home/me/.config/labelkit/config.json'],
    ['Windows', { APPDATA: '/appdata' }, 'win32', '/appdata/labelkit/config.json'],
    [
      'APPDATA elsewhere is nothing',
      { APPDATA: '/appdata' },
      'linux',
      '/home/me/.config/labelkit/config.json',
    ],
  ])('%s', (_, environment, platform, file) => {
    expect(configFileOf(environment, platform, '/home/me')).toBe(file);
  });

  test.each<[string, string, string]>([
    [
      'no JSON, and nothing of it is shown',
      `{"profiles":\n{"work":{"secretKey": ${sk}}}}`,
      ':2:1: this is no JSON',
    ],
    ['a list', '[]', 'the file is no object'],
    ['an unknown member', '{"profile":{}}', 'the file has an unknown member, "profile"'],
    ['profiles of another type', '{"profiles":[]}', 'profiles is no object'],
    [
      'a misspelt key',
      '{"profiles":{"work":{"accesKey":"a"}}}',
      'the profile work has an unknown member, "accesKey"',
    ],
    [
      'a key that is a number',
      '{"profiles":{"work":{"accessKey":1}}}',
      'accessKey of the profile work is no object',
    ],
    [
      'an encryption of another shape',
      '{"profiles":{"work":{"secretKey":{"encrypted":1}}}}',
      'secretKey of the profile work',
    ],
    ['no date', '{"profiles":{"work":{"expiresAt":"soon"}}}', 'expiresAt of the profile work'],
    ['another engine', '{"profiles":{"work":{"engine":"x"}}}', 'engine of the profile work in'],
  ])('%s', async (_, text, message) => {
    const error = await failure(readProfiles(configOf(text), findFault));
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining(message) });
  });

  test('a byte order mark is no fault, and no file is none', async () => {
    expect([...((await readProfiles(configOf('\ufeff{"profiles":{"a":{}}}'), findFault)) ?? [])]).toEqual([
      ['a', {}],
    ]);
    expect(await readProfiles(join(scratch(), 'none.json'), findFault)).toBeUndefined();
    expect((await failure(readProfiles(scratch(), findFault))).code).toMatch(/Io|BadOption/);
  });

  test.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o620, 0o666])(
    'mode %o is refused',
    async (mode) => {
      const file = configOf({ work: {} });
      chmodSync(file, mode);
      const error = await failure(readProfiles(file, findFault));
      expect(error).toMatchObject({ code: 'BadOption', hint: `chmod 600 ${file}` });
    },
  );

  test('a profile is written for its owner alone, in one step, and the others stay', async () => {
    const folder = scratch();
    const file = join(folder, 'deep/er/config.json');
    await saveProfile(
      file,
      'work',
      { accessKey: 'AK', secretKey: new Secret(sk), regionName: 'cn-north-4' },
      findFault,
    );
    await saveProfile(file, 'home', { accessKey: 'AK2', secretKey: { encrypted: 'x' } }, findFault);
    await saveProfile(file, 'work', { accessKey: 'AK3', secretKey: 'new' }, findFault);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      profiles: {
        work: { accessKey: 'AK3', secretKey: 'new' },
        home: { accessKey: 'AK2', secretKey: { encrypted: 'x' } },
      },
    });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['config.json']);
    await saveProfile(file, 'work', undefined, findFault);
    expect([...((await readProfiles(file, findFault)) ?? new Map()).keys()]).toEqual(['home']);
  });

  test('what is no profile is not written, and a link stays one', async () => {
    const file = configOf({ work: { accessKey: 'AK' } });
    const before = readFileSync(file, 'utf8');
    const bad = { endpoint: 'nowhere' };
    expect((await failure(saveProfile(file, 'work', bad, findFault))).code).toBe('BadOption');
    expect(readFileSync(file, 'utf8')).toBe(before);
    const link = join(scratch(), 'config.json');
    symlinkSync(file, link);
    await saveProfile(link, 'work', undefined, findFault);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ profiles: {} });
  });
});
