import { OptionError } from '../model/index.js';
import type { CredentialsInit } from './credentials.js';
import { type Login, loginOf } from './login.js';
import type { CloudSettings, SettingsSource } from './settings.js';

/** Variables of a process, `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that are read, by what they say. */
export const variables = {
  accessKey: 'HUAWEICLOUD_SDK_AK',
  secretKey: 'HUAWEICLOUD_SDK_SK',
  securityToken: 'HUAWEICLOUD_SDK_SECURITY_TOKEN',
  account: 'HUAWEICLOUD_SDK_ACCOUNT',
  username: 'HUAWEICLOUD_SDK_USERNAME',
  password: 'HUAWEICLOUD_SDK_PASSWORD',
  regionName: 'HUAWEICLOUD_SDK_REGION',
  projectId: 'HUAWEICLOUD_SDK_PROJECT_ID',
  endpoint: 'LABELKIT_OBS_ENDPOINT',
  modelartsEndpoint: 'LABELKIT_MODELARTS_ENDPOINT',
  iamEndpoint: 'LABELKIT_IAM_ENDPOINT',
  addressing: 'LABELKIT_OBS_ADDRESSING',
  signature: 'LABELKIT_OBS_SIGNATURE',
  caFile: 'LABELKIT_OBS_CA_FILE',
  insecure: 'LABELKIT_OBS_INSECURE',
  allowHttp: 'LABELKIT_OBS_ALLOW_HTTP',
  engine: 'LABELKIT_OBS_ENGINE',
  profile: 'LABELKIT_PROFILE',
  config: 'LABELKIT_CONFIG',
} as const;

/** A variable's value; an empty one is none. */
export function variable(environment: Environment, name: keyof typeof variables): string | undefined {
  const value = environment[variables[name]];
  return value === '' ? undefined : value;
}

/** The settings that the environment says. @throws OptionError for a switch that is neither on nor off */
export function settingsOfEnvironment(environment: Environment): SettingsSource {
  const text = (name: keyof typeof variables) => variable(environment, name);
  const values = {
    regionName: text('regionName'),
    projectId: text('projectId'),
    endpoint: text('endpoint'),
    modelartsEndpoint: text('modelartsEndpoint'),
    iamEndpoint: text('iamEndpoint'),
    addressing: text('addressing') as CloudSettings['addressing'],
    signature: text('signature') as CloudSettings['signature'],
    caFile: text('caFile'),
    insecure: switchOf(environment, 'insecure'),
    allowHttp: switchOf(environment, 'allowHttp'),
    engine: text('engine') as CloudSettings['engine'],
  };
  return { values, nameOf: (setting) => variables[setting] };
}

function switchOf(environment: Environment, name: 'insecure' | 'allowHttp'): boolean | undefined {
  const value = variable(environment, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new OptionError(`${variables[name]} is ${JSON.stringify(value)}`, { hint: 'Say true or false.' });
}

/** The keys that the environment holds, or undefined. @throws OptionError when only one of the two is there */
export function credentialsOfEnvironment(environment: Environment): CredentialsInit | undefined {
  const accessKey = variable(environment, 'accessKey');
  const secretKey = variable(environment, 'secretKey');
  if (accessKey === undefined && secretKey === undefined) return undefined;
  if (accessKey === undefined || secretKey === undefined) {
    const [there, missing] =
      accessKey === undefined
        ? [variables.secretKey, variables.accessKey]
        : [variables.accessKey, variables.secretKey];
    throw new OptionError(`${there} is set, and ${missing} is not`, {
      hint: `Set ${missing} too, or neither.`,
    });
  }
  const securityToken = variable(environment, 'securityToken');
  return { accessKey, secretKey, ...(securityToken === undefined ? {} : { securityToken }) };
}

/**
 * All that the environment says of who asks and where, as a profile to be stored.
 *
 * @throws OptionError when it holds neither keys nor a password
 */
export function profileOfEnvironment(environment: Environment): PlainProfile {
  const given = profileMembers.flatMap((member) => {
    const value = variable(environment, member);
    return value === undefined ? [] : [[member, value] as const];
  });
  const profile: PlainProfile = Object.fromEntries(given);
  if (profile.accessKey === undefined && profile.password === undefined) {
    throw new OptionError('the environment holds neither keys nor a password', {
      hint: `Set ${variables.accessKey} and ${variables.secretKey}, or ${variables.username} and ${variables.password}.`,
    });
  }
  return profile;
}

const profileMembers = [
  'accessKey',
  'secretKey',
  'securityToken',
  'account',
  'username',
  'password',
  'regionName',
  'projectId',
  'endpoint',
  'modelartsEndpoint',
  'iamEndpoint',
] as const satisfies readonly (keyof typeof variables)[];

/** A profile of which nothing is encrypted. */
export type PlainProfile = { readonly [K in (typeof profileMembers)[number]]?: string };

/** The login that the environment holds, or undefined. @throws OptionError when the user name is missing */
export function loginOfEnvironment(environment: Environment): Login | undefined {
  const password = variable(environment, 'password');
  if (password === undefined) return undefined;
  return loginOf(
    { account: variable(environment, 'account'), username: variable(environment, 'username'), password },
    (member) => variables[member],
  );
}
